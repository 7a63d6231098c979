//! What switching leads to: from where each extension stands and what is asked for, to steps.

use std::collections::HashMap;

use bevy_extensions_core::{ExtensionName, Plan, SwitchTo, Version};

use super::{Blocked, BlockedBy, SwitchStep, census::Census, obstacle::obstacle};
use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions},
    request::Request,
};

/// Plans. Returns who is there afterwards, too, if that changes.
pub(super) fn plan(extensions: &Extensions, requests: &[Request]) -> (Vec<SwitchStep>, Vec<Blocked>, Option<Census>) {
    let mut blocked = Vec::new();
    let mut block = |request: &Request, why| blocked.push(Blocked { switch: request.switch.clone(), why });
    let mut accepted: Vec<_> = requests.iter().collect();
    accepted.retain(|request| match obstacle(extensions, requests, request) {
        None => true,
        Some(why) => {
            block(request, why);
            false
        }
    });
    if extensions.have_ended || extensions.starts_nobody {
        return (Vec::new(), blocked, None);
    }
    // What cannot be met changes nothing, which may be what somebody else stands on.
    loop {
        let census = Census::take(extensions, &accepted);
        let scene = Scene::new(extensions, census.as_ref());
        let outcome = Outcome::of(&scene, &accepted);
        let mut refusals = census.as_ref().map_or(Vec::new(), |census| census.refusals(extensions, &accepted));
        if refusals.is_empty() {
            refusals = outcome.unmet(&scene, &accepted);
        }
        if refusals.is_empty() {
            return (outcome.steps(&scene), blocked, census);
        }
        // From the last one, so that the others keep their indices.
        refusals.into_iter().rev().for_each(|(index, why)| block(accepted.remove(index), why));
    }
}

/// Where an extension stands.
struct Standing<'a> {
    /// `None` if it comes.
    id: Option<ExtensionId>,
    name: &'a ExtensionName,
    state: Option<ExtensionState>,
    is_off: bool,
    is_built: bool,
    /// Whether it still waits for its artifacts.
    waits: bool,
    /// Whether its artifacts are to be fetched before what was read is taken over.
    fetches: bool,
    /// What was read, if it was.
    loads: Option<&'a Version>,
}

impl Standing<'_> {
    fn is_active(&self) -> bool {
        self.state.is_some_and(ExtensionState::is_active)
    }
}

/// The plan, and where everybody stands: first those in the plan, in load order, then the others.
struct Scene<'a> {
    extensions: &'a Extensions,
    census: Option<&'a Census>,
    plan: &'a Plan,
    standings: Vec<Standing<'a>>,
    /// Where those are who are there already, if that differs from their rank.
    places: HashMap<ExtensionId, usize>,
}

impl<'a> Scene<'a> {
    fn new(extensions: &'a Extensions, census: Option<&'a Census>) -> Self {
        let standing = |id: ExtensionId| {
            let listed = extensions.listed(id);
            Standing {
                id: Some(id),
                name: &listed.name,
                state: Some(listed.state),
                is_off: listed.is_off,
                is_built: listed.is_built,
                waits: !listed.held.is_complete(),
                fetches: false,
                loads: None,
            }
        };
        let Some(now) = census else {
            let standings = extensions.ids().iter().copied().map(standing).collect();
            return Self { extensions, census, plan: extensions.plan(), standings, places: HashMap::new() };
        };
        let resolution = &now.resolution;
        let others = resolution.disabled.iter().chain(&resolution.left_out);
        let others = others.filter_map(|name| resolution.candidate_of(name));
        let order = resolution.plan.iter().map(|planned| planned.candidate).chain(others);
        let standings: Vec<_> = order
            .map(|candidate| {
                let member = &now.members[candidate];
                let loads = member.loaded().map(|loaded| &loaded.candidate.manifest);
                let fetches = member.loaded().is_some_and(|loaded| !loaded.held.is_complete());
                let is_off = || resolution.disabled.iter().any(|off| loads.is_some_and(|it| it.name == *off));
                match (member.id(), loads) {
                    // Whoever is read anew has all that it needs before it takes the other's place.
                    (Some(id), Some(it)) => {
                        Standing { loads: Some(&it.version), fetches, waits: false, ..standing(id) }
                    }
                    (Some(id), None) => standing(id),
                    (None, Some(it)) => Standing {
                        id: None,
                        name: &it.name,
                        state: None,
                        is_off: is_off(),
                        is_built: true,
                        waits: false,
                        fetches,
                        loads: Some(&it.version),
                    },
                    (None, None) => unreachable!("whoever comes was read"),
                }
            })
            .collect();
        let places = standings.iter().enumerate().filter_map(|(place, standing)| Some((standing.id?, place)));
        let places = places.collect();
        Self { extensions, census, plan: &resolution.plan, standings, places }
    }

    /// Finds whom a request is about; `None` if that one goes.
    fn place(&self, request: &Request) -> Option<usize> {
        let id = self.extensions.id_by_name(&request.switch.extension);
        match (request.loaded(), id, self.census) {
            (Some(loaded), ..) => {
                let name = &loaded.candidate.manifest.name;
                self.standings.iter().position(|standing| standing.name == name)
            }
            (None, Some(id), Some(_)) => self.places.get(&id).copied(),
            (None, Some(id), None) => Some(self.extensions.listed(id).ward.rank()),
            (None, None, _) => None,
        }
    }

    fn leaves(&self) -> &[ExtensionId] {
        self.census.map_or(&[], |census| &census.leaves)
    }
}

/// Who runs in the end, and who has to stop for it. By places among the standings.
struct Outcome {
    /// The accepted requests, by places.
    asked: Vec<Option<usize>>,
    is_off: Vec<bool>,
    has_failed: Vec<bool>,
    runs: Vec<bool>,
    /// Who runs, now or when all artifacts are there.
    will_run: Vec<bool>,
    stops: Vec<bool>,
    /// Whose artifacts are to be fetched before somebody changes.
    awaits: Vec<Option<usize>>,
}

impl Outcome {
    fn of(scene: &Scene<'_>, accepted: &[&Request]) -> Self {
        let (plan, standings) = (scene.plan, &scene.standings);
        let mut outcome = Self {
            asked: accepted.iter().map(|request| scene.place(request)).collect(),
            is_off: standings.iter().map(|standing| standing.is_off).collect(),
            has_failed: standings.iter().map(|standing| standing.state == Some(ExtensionState::Failed)).collect(),
            runs: vec![false; standings.len()],
            will_run: vec![false; standings.len()],
            stops: vec![false; standings.len()],
            awaits: vec![None; standings.len()],
        };
        let mut is_restarted: Vec<_> = standings.iter().map(|standing| standing.loads.is_some()).collect();
        for (request, place) in accepted.iter().zip(&outcome.asked) {
            let Some(place) = *place else { continue };
            match request.switch.to {
                SwitchTo::Disable => outcome.is_off[place] = true,
                SwitchTo::Enable => outcome.is_off[place] = false,
                _ => {}
            }
            outcome.has_failed[place] &= request.switch.to == SwitchTo::Disable;
            is_restarted[place] |= request.switch.to == SwitchTo::Restart;
        }
        // Whoever is needed stands before, so one way is enough.
        for place in 0..plan.len() {
            let standing = &standings[place];
            let may_run = standing.is_built && !outcome.is_off[place] && !outcome.has_failed[place];
            outcome.will_run[place] = may_run && plan.needs_are_met(place, |other| outcome.will_run[other]);
            outcome.runs[place] = may_run && !standing.waits && plan.needs_are_met(place, |other| outcome.runs[other]);
            let stays = |other: usize| standings[other].is_active() && !outcome.stops[other];
            let has_to_stop = !outcome.runs[place] || is_restarted[place] || !plan.needs_are_met(place, stays);
            outcome.stops[place] = standing.is_active() && has_to_stop;
            outcome.awaits[place] = outcome.awaited(scene, place);
        }
        for (place, standing) in standings.iter().enumerate().skip(plan.len()) {
            outcome.stops[place] = standing.is_active();
        }
        outcome
    }

    /// Returns whose artifacts are to be fetched before somebody changes: its own, or those of whom it needs.
    fn awaited(&self, scene: &Scene<'_>, place: usize) -> Option<usize> {
        if scene.standings[place].fetches && !self.is_off[place] {
            return Some(place);
        }
        if !self.runs[place] || self.stays(scene, place) {
            return None;
        }
        // What is asked for is done at once if those who run are enough for it.
        let is_asked = self.asked.contains(&Some(place));
        let is_early = |other: usize| is_asked && scene.standings[other].is_active();
        let is_there = |other: usize| self.runs[other] && (self.awaits[other].is_none() || is_early(other));
        if scene.plan.needs_are_met(place, is_there) {
            return None;
        }
        let mut needs = scene.plan.edges_from(place).iter().filter(|edge| edge.kind.is_hard());
        needs.find_map(|edge| self.awaits[edge.to])
    }

    /// Finds requests that are not met, whatever becomes of the rest, and why. If there are none, all are met.
    fn unmet(&self, scene: &Scene<'_>, accepted: &[&Request]) -> Vec<(usize, BlockedBy)> {
        let unmet = accepted.iter().zip(&self.asked).enumerate().filter_map(|(index, (request, place))| {
            let place = (*place)?;
            let may_rest = match request.switch.to {
                SwitchTo::Disable | SwitchTo::Unload => true,
                // What is off is loaded all the same, and stays off.
                SwitchTo::Load | SwitchTo::Reload => self.is_off[place],
                SwitchTo::Enable | SwitchTo::Restart => false,
            };
            (!may_rest && !self.will_run[place]).then_some((index, place))
        });
        let mut unmet: Vec<_> = unmet.collect();
        // Who is not read anew after all runs on as it is, which may be what others stand on: so the first of them.
        let renewed = unmet.iter().filter(|(index, _)| accepted[*index].switch.to == SwitchTo::Reload);
        if let Some(first) = renewed.min_by_key(|(_, place)| *place) {
            unmet = vec![*first];
        }
        unmet.into_iter().map(|(index, place)| (index, self.missing(scene, place))).collect()
    }

    /// Says why somebody cannot run.
    fn missing(&self, scene: &Scene<'_>, place: usize) -> BlockedBy {
        let edge =
            (place < scene.plan.len()).then(|| scene.plan.unmet_need(place, |other| self.will_run[other])).flatten();
        let other = edge.map_or(place, |edge| edge.to);
        BlockedBy::Requires { extension: scene.standings[other].name.clone(), state: self.rests(scene, other) }
    }

    /// Returns the state of somebody who does not run in the end.
    fn rests(&self, scene: &Scene<'_>, place: usize) -> ExtensionState {
        match scene.standings[place].state {
            _ if place >= scene.plan.len() && !self.is_off[place] => ExtensionState::LeftOut,
            _ if self.is_off[place] => ExtensionState::Disabled,
            _ if self.has_failed[place] => ExtensionState::Failed,
            Some(state) if !scene.standings[place].is_built => state,
            _ if self.will_run[place] && scene.standings[place].waits => ExtensionState::Planned,
            _ => ExtensionState::Suspended,
        }
    }

    /// Stops, backwards; then those that change while they do not run; then starts.
    fn steps(&self, scene: &Scene<'_>) -> Vec<SwitchStep> {
        let stops = self.stops(scene);
        let marks = self.marks(scene);
        let starts = (0..scene.plan.len()).filter(|place| self.runs[*place] && !self.stays(scene, *place));
        let starts = starts.map(|place| {
            let from = if self.stops[place] { Some(ExtensionState::Planned) } else { scene.standings[place].state };
            let because_of = self.need(scene, place, |other| self.stays(scene, other));
            self.step(scene, place, from, ExtensionState::Running, because_of)
        });
        stops.into_iter().chain(marks).chain(starts).collect()
    }

    fn stops(&self, scene: &Scene<'_>) -> Vec<SwitchStep> {
        let extensions = scene.extensions;
        let active = extensions.planned().iter().rev().filter(|id| extensions.listed(**id).state.is_active());
        let step = |id: &ExtensionId| {
            if scene.leaves().contains(id) {
                return Some(gone(extensions, *id));
            }
            let place = scene.census.map_or(extensions.listed(*id).ward.rank(), |_| scene.places[id]);
            let from = scene.standings[place].state;
            Some(match (self.stops[place], self.runs[place]) {
                (false, _) => return None,
                (true, true) => {
                    let because_of = self.need(scene, place, |other| self.stays(scene, other));
                    self.step(scene, place, from, ExtensionState::Planned, because_of)
                }
                (true, false) => {
                    let because_of = self.absence(scene, place);
                    self.step(scene, place, from, self.rests(scene, place), because_of)
                }
            })
        };
        active.filter_map(step).collect()
    }

    fn marks(&self, scene: &Scene<'_>) -> Vec<SwitchStep> {
        let extensions = scene.extensions;
        let resting = scene.leaves().iter().filter(|id| !extensions.listed(**id).state.is_active());
        let mut steps: Vec<_> = resting.map(|id| gone(extensions, *id)).collect();
        for (place, standing) in scene.standings.iter().enumerate() {
            if standing.is_active() || self.runs[place] {
                continue;
            }
            let (from, to) = (standing.state, self.rests(scene, place));
            let is_over = match from {
                Some(ExtensionState::Terminated) => true,
                Some(ExtensionState::Planned) => !standing.waits,
                _ => false,
            };
            if (from != Some(to) && !is_over) || standing.loads.is_some() {
                steps.push(self.step(scene, place, from, to, self.absence(scene, place)));
            }
        }
        steps
    }

    /// Tells whether somebody runs on.
    fn stays(&self, scene: &Scene<'_>, place: usize) -> bool {
        scene.standings[place].is_active() && !self.stops[place]
    }

    /// Returns because of whom somebody cannot run.
    fn absence(&self, scene: &Scene<'_>, place: usize) -> Option<ExtensionName> {
        match scene.census {
            Some(census) if place >= scene.plan.len() => census.left_out_because_of(scene.standings[place].name),
            _ => self.need(scene, place, |other| self.runs[other]),
        }
    }

    /// Returns whom somebody needs and misses if only those are there for whom `is_there` answers yes.
    fn need(&self, scene: &Scene<'_>, place: usize, is_there: impl Fn(usize) -> bool) -> Option<ExtensionName> {
        let edge = (place < scene.plan.len()).then(|| scene.plan.unmet_need(place, is_there)).flatten();
        edge.map(|edge| scene.standings[edge.to].name.clone())
    }

    fn step(
        &self,
        scene: &Scene<'_>,
        place: usize,
        from: Option<ExtensionState>,
        to: ExtensionState,
        because_of: Option<ExtensionName>,
    ) -> SwitchStep {
        let standing = &scene.standings[place];
        SwitchStep {
            extension: standing.name.clone(),
            from,
            to: Some(to),
            loads: standing.loads.cloned(),
            because_of: because_of.filter(|_| !self.asked.contains(&Some(place))),
            waits: self.awaits[place] == Some(place)
                || (to == ExtensionState::Planned && self.will_run[place] && standing.waits),
            follows: self.awaits[place]
                .filter(|other| *other != place)
                .map(|other| scene.standings[other].name.clone()),
        }
    }
}

/// Somebody goes.
fn gone(extensions: &Extensions, id: ExtensionId) -> SwitchStep {
    let listed = extensions.listed(id);
    SwitchStep {
        extension: listed.name.clone(),
        from: Some(listed.state),
        to: None,
        loads: None,
        because_of: None,
        waits: false,
        follows: None,
    }
}
