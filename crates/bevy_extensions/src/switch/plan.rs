//! What switching leads to: from where each extension stands and what is asked for, to steps.

use bevy_extensions_core::{ExtensionName, Plan, Switch, SwitchTo};

use super::{Blocked, BlockedBy, SwitchStep};
use crate::entity::{ExtensionState, Listed};

/// Where an extension stands.
pub(super) struct Standing<'a> {
    pub(super) name: &'a ExtensionName,
    pub(super) state: ExtensionState,
    pub(super) is_off: bool,
    pub(super) is_built: bool,
}

impl<'a> Standing<'a> {
    pub(super) fn of(listed: &'a Listed) -> Self {
        Self { name: &listed.name, state: listed.state, is_off: listed.is_off, is_built: listed.is_built }
    }
}

/// Plans. The standings of those in the plan come first, in its order; switches are known by places among the standings.
pub(super) fn plan(
    plan: &Plan,
    standings: &[Standing<'_>],
    switches: &[(usize, &Switch)],
) -> (Vec<SwitchStep>, Vec<Blocked>) {
    let mut blocked = Vec::new();
    let mut accepted = switches.to_vec();
    accepted.retain(|&(id, switch)| match obstacle(plan, standings, switches, id, switch.to) {
        None => true,
        Some(why) => {
            blocked.push(Blocked { switch: switch.clone(), why });
            false
        }
    });
    // What cannot be met changes nothing, which may be what somebody else stands on.
    loop {
        let outcome = Outcome::of(plan, standings, &accepted);
        let unmet = accepted.iter().position(|(id, switch)| switch.to != SwitchTo::Disable && !outcome.runs[*id]);
        let Some(unmet) = unmet else { return (outcome.steps(plan, standings, &accepted), blocked) };
        let (id, switch) = accepted.remove(unmet);
        let why = outcome.missing(plan, standings, id);
        blocked.push(Blocked { switch: switch.clone(), why });
    }
}

/// Returns what stands against a switch, whatever becomes of the others.
fn obstacle(
    plan: &Plan,
    standings: &[Standing<'_>],
    switches: &[(usize, &Switch)],
    id: usize,
    to: SwitchTo,
) -> Option<BlockedBy> {
    let is_asked = |to: SwitchTo| switches.iter().any(|(other, switch)| *other == id && switch.to == to);
    let Standing { state, is_off, is_built, .. } = standings[id];
    match to {
        _ if state == ExtensionState::LeftOut => Some(BlockedBy::LeftOut),
        SwitchTo::Disable => None,
        _ if id >= plan.len() || !is_built => Some(BlockedBy::NotBuilt),
        _ if is_asked(SwitchTo::Disable) => Some(BlockedBy::Contradicted),
        SwitchTo::Restart if is_off && !is_asked(SwitchTo::Enable) => Some(BlockedBy::Disabled),
        SwitchTo::Enable | SwitchTo::Restart => None,
    }
}

/// Who runs in the end, and who has to stop for it. By places among the standings.
struct Outcome {
    is_off: Vec<bool>,
    has_failed: Vec<bool>,
    runs: Vec<bool>,
    stops: Vec<bool>,
}

impl Outcome {
    fn of(plan: &Plan, standings: &[Standing<'_>], accepted: &[(usize, &Switch)]) -> Self {
        let mut outcome = Self {
            is_off: standings.iter().map(|standing| standing.is_off).collect(),
            has_failed: standings.iter().map(|standing| standing.state == ExtensionState::Failed).collect(),
            runs: vec![false; standings.len()],
            stops: vec![false; standings.len()],
        };
        let mut is_restarted = vec![false; standings.len()];
        for &(id, switch) in accepted {
            outcome.is_off[id] = switch.to == SwitchTo::Disable;
            outcome.has_failed[id] &= switch.to == SwitchTo::Disable;
            is_restarted[id] |= switch.to == SwitchTo::Restart;
        }
        // Whoever is needed stands before, so one way is enough.
        for id in 0..plan.len() {
            let may_run = standings[id].is_built && !outcome.is_off[id] && !outcome.has_failed[id];
            outcome.runs[id] = may_run && plan.needs_are_met(id, |other| outcome.runs[other]);
            let is_up = |id: usize| standings[id].state.is_active();
            let stays = |other: usize| is_up(other) && !outcome.stops[other];
            outcome.stops[id] = is_up(id) && (!outcome.runs[id] || is_restarted[id] || !plan.needs_are_met(id, stays));
        }
        outcome
    }

    /// Says why somebody cannot run.
    fn missing(&self, plan: &Plan, standings: &[Standing<'_>], id: usize) -> BlockedBy {
        let edge = plan.unmet_need(id, |other| self.runs[other]);
        let other = edge.map_or(id, |edge| edge.to);
        BlockedBy::Requires { extension: standings[other].name.clone(), state: self.rests(standings, other) }
    }

    /// Returns the state of somebody who does not run in the end.
    fn rests(&self, standings: &[Standing<'_>], id: usize) -> ExtensionState {
        match standings[id].state {
            _ if self.is_off[id] => ExtensionState::Disabled,
            _ if self.has_failed[id] => ExtensionState::Failed,
            state if !standings[id].is_built => state,
            _ => ExtensionState::Suspended,
        }
    }

    /// Stops, backwards; then those that change while they do not run; then starts.
    fn steps(&self, plan: &Plan, standings: &[Standing<'_>], accepted: &[(usize, &Switch)]) -> Vec<SwitchStep> {
        let is_asked = |id: usize| accepted.iter().any(|(other, _)| *other == id);
        let step = |id: usize, from, to, because_of: Option<usize>| SwitchStep {
            extension: standings[id].name.clone(),
            from,
            to,
            because_of: because_of.filter(|_| !is_asked(id)).map(|other| standings[other].name.clone()),
        };
        let needs = |id: usize, runs: &dyn Fn(usize) -> bool| plan.unmet_need(id, runs).map(|edge| edge.to);
        let stays = |id: usize| standings[id].state.is_active() && !self.stops[id];

        let stops = (0..plan.len()).rev().filter(|id| self.stops[*id]).map(|id| {
            let from = standings[id].state;
            match self.runs[id] {
                true => step(id, from, ExtensionState::Planned, needs(id, &stays)),
                false => step(id, from, self.rests(standings, id), needs(id, &|other| self.runs[other])),
            }
        });
        let marks =
            (0..plan.len()).filter(|id| !standings[*id].state.is_active() && !self.runs[*id]).filter_map(|id| {
                let (from, to) = (standings[id].state, self.rests(standings, id));
                let is_over = matches!(from, ExtensionState::Terminated | ExtensionState::Planned);
                (from != to && !is_over).then(|| step(id, from, to, needs(id, &|other| self.runs[other])))
            });
        let starts = (0..plan.len()).filter(|id| self.runs[*id] && !stays(*id)).map(|id| {
            let from = if self.stops[id] { ExtensionState::Planned } else { standings[id].state };
            step(id, from, ExtensionState::Running, needs(id, &stays))
        });
        stops.chain(marks).chain(starts).collect()
    }
}
