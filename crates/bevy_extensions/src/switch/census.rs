//! Who is there after somebody has come or gone, and who of them can start.

use std::sync::Arc;

use bevy_extensions_core::{
    Candidate, Cause, ExtensionName, HostSettings, Problem, Resolution, SwitchTo, Unrunnable, resolve,
};

use super::BlockedBy;
use crate::{
    acting::ExtensionId,
    entity::Extensions,
    request::{Loadable, Request},
};

/// Who is there once somebody has come or gone.
pub(super) struct Census {
    /// The candidates of the resolution.
    pub(super) members: Vec<Member>,
    pub(super) resolution: Resolution,
    /// Who goes.
    pub(super) leaves: Vec<ExtensionId>,
}

/// Somebody who is there then.
pub(super) enum Member {
    /// It is there already.
    Stays(ExtensionId),
    /// It is there already, and was read anew.
    Renewed(ExtensionId, Loadable),
    /// It comes.
    Comes(Loadable),
}

impl Member {
    /// Returns its id, if it is there already.
    pub(super) fn id(&self) -> Option<ExtensionId> {
        match self {
            Self::Stays(id) | Self::Renewed(id, _) => Some(*id),
            Self::Comes(_) => None,
        }
    }

    /// Returns what was read.
    pub(super) fn loaded(&self) -> Option<&Loadable> {
        match self {
            Self::Stays(_) => None,
            Self::Renewed(_, loaded) | Self::Comes(loaded) => Some(loaded),
        }
    }

    fn candidate<'a>(&'a self, extensions: &'a Extensions) -> &'a Arc<Candidate> {
        match self {
            Self::Stays(id) => &extensions.listed(*id).candidate,
            Self::Renewed(_, loaded) | Self::Comes(loaded) => &loaded.candidate,
        }
    }
}

impl Census {
    /// Takes stock; `None` if nobody comes, changes or goes.
    pub(super) fn take(extensions: &Extensions, accepted: &[&Request]) -> Option<Self> {
        let (mut leaves, mut renewed, mut comes, mut enabled) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for request in accepted {
            let id = extensions.id_by_name(&request.switch.extension);
            match (request.switch.to, id, request.loaded()) {
                (SwitchTo::Unload, Some(id), _) => leaves.push(id),
                (SwitchTo::Load, _, Some(loaded)) => comes.push(loaded),
                (SwitchTo::Reload, Some(id), Some(loaded)) if is_called(extensions, id, loaded) => {
                    renewed.push((id, loaded));
                }
                (SwitchTo::Reload, Some(id), Some(loaded)) => {
                    leaves.push(id);
                    comes.push(loaded);
                }
                (SwitchTo::Enable, Some(id), _) if !extensions.is_planned(id) => enabled.push(id),
                _ => {}
            }
        }
        if leaves.is_empty() && renewed.is_empty() && comes.is_empty() && enabled.is_empty() {
            return None;
        }
        let member = |id: &ExtensionId| match renewed.iter().find(|(other, _)| other == id) {
            Some((_, loaded)) => Member::Renewed(*id, (*loaded).clone()),
            None => Member::Stays(*id),
        };
        let stay = extensions.ids().iter().filter(|id| !leaves.contains(id)).map(member);
        let members: Vec<_> = stay.chain(comes.into_iter().cloned().map(Member::Comes)).collect();
        let resolution = resolved(extensions, &members, &enabled);
        Some(Self { members, resolution, leaves })
    }

    /// Finds what was asked for and cannot be had, whatever becomes of the rest: indices among what was accepted, and why.
    /// If there is nothing, all can be had.
    pub(super) fn refusals(&self, extensions: &Extensions, accepted: &[&Request]) -> Vec<(usize, BlockedBy)> {
        let refusals = self.left_out(extensions, accepted);
        match refusals.is_empty() {
            true => self.conflict(extensions, accepted).into_iter().collect(),
            false => refusals,
        }
    }

    /// Finds those who should come, or be read anew, or be enabled, and are left out.
    ///
    /// They are refused in rounds, of which this is the first: who is not read anew after all runs on as it is, which may be
    /// what others stand on; and who does not come cannot be in anybody's way.
    fn left_out(&self, extensions: &Extensions, accepted: &[&Request]) -> Vec<(usize, BlockedBy)> {
        let refused = accepted.iter().enumerate().filter_map(|(index, request)| {
            let name = joining(extensions, request)?;
            self.resolution.left_out.binary_search(&name).ok()?;
            let problem = self.resolution.why_left_out(&name).next()?;
            Some((index, Round::of(request, problem), problem))
        });
        let mut refused: Vec<_> = refused.collect();
        let mut now = refused.iter().map(|(_, round, _)| *round).min();
        if now == Some(Round::Comes) && !refused.iter().any(|(_, round, _)| *round == Round::Conflicts) {
            now = Some(Round::Follows);
        }
        refused.retain(|(_, round, _)| now.is_some_and(|now| *round <= now));
        if now == Some(Round::Conflicts) {
            refused.truncate(1);
        }
        let refused = refused.into_iter();
        refused.map(|(index, _, problem)| (index, BlockedBy::Problem(Box::new(problem.clone())))).collect()
    }

    /// Finds somebody who comes, or is read anew, although one of those who are in the plan says that it cannot run beside
    /// it.
    fn conflict(&self, extensions: &Extensions, accepted: &[&Request]) -> Option<(usize, BlockedBy)> {
        self.resolution.problems.iter().find_map(|problem| {
            let Problem::LeftOut { extension, cause: Cause::Conflict { found: (other, _), .. }, .. } = problem else {
                return None;
            };
            let id = extensions.id_by_name(extension.as_str())?;
            let comes = |request: &&Request| joining(extensions, request).is_some_and(|name| name == *other);
            // Whoever is off is in nobody's way.
            let is_disabled = |request: &&Request| {
                request.switch.to == SwitchTo::Disable && extensions.id_by_name(&request.switch.extension) == Some(id)
            };
            let is_off = extensions.listed(id).is_off || accepted.iter().any(is_disabled);
            let is_in_the_way = extensions.is_planned(id) && !is_off;
            let index = accepted.iter().position(comes).filter(|_| is_in_the_way)?;
            Some((index, BlockedBy::Conflicts { extension: extension.clone() }))
        })
    }

    /// Returns because of whom somebody is left out.
    pub(super) fn left_out_because_of(&self, name: &ExtensionName) -> Option<ExtensionName> {
        let Problem::LeftOut { cause, .. } = self.resolution.why_left_out(name).next()? else { return None };
        match cause {
            Cause::Missing { needed, .. } => Some(needed.name.clone()),
            Cause::WrongVersion { found: (other, _), .. } | Cause::Because { of: other, .. } => Some(other.clone()),
            Cause::DependencyDisabled { disabled, .. } => Some(disabled.clone()),
            _ => None,
        }
    }
}

/// When somebody is refused who is left out: the sooner, the less that depends on what becomes of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Round {
    /// It was read anew, and is left out for a reason of its own.
    IsRenewed,
    /// It was read anew, and is left out because of another.
    IsRenewedAndFollows,
    /// It comes, and is left out for a reason of its own.
    Comes,
    /// It comes, and is left out because of another.
    Follows,
    /// It cannot run beside another, who may be refused, too.
    Conflicts,
}

impl Round {
    fn of(request: &Request, problem: &Problem) -> Self {
        let Problem::LeftOut { cause, .. } = problem else { return Self::Comes };
        match (request.switch.to, cause) {
            (_, Cause::Conflict { .. }) => Self::Conflicts,
            (SwitchTo::Reload, Cause::Because { .. } | Cause::NoneOf { .. }) => Self::IsRenewedAndFollows,
            (SwitchTo::Reload, _) => Self::IsRenewed,
            (_, Cause::Because { .. } | Cause::NoneOf { .. }) => Self::Follows,
            _ => Self::Comes,
        }
    }
}

/// Returns who comes into the plan, or should, by a request.
fn joining(extensions: &Extensions, request: &Request) -> Option<ExtensionName> {
    match (request.switch.to, request.loaded()) {
        (SwitchTo::Load | SwitchTo::Reload, Some(loaded)) => Some(loaded.candidate.manifest.name.clone()),
        (SwitchTo::Enable, _) => {
            let id = extensions.id_by_name(&request.switch.extension)?;
            let listed = extensions.listed(id);
            // Whoever is on already comes no more.
            (listed.is_off || !extensions.is_planned(id)).then(|| listed.name.clone())
        }
        _ => None,
    }
}

/// Tells whether what was read is called as an extension is: else it is another one.
fn is_called(extensions: &Extensions, id: ExtensionId, loaded: &Loadable) -> bool {
    extensions.listed(id).name.as_str() == loaded.candidate.manifest.name.as_str()
}

/// Resolves; `enabled` are those who have been off since the start.
fn resolved(extensions: &Extensions, members: &[Member], enabled: &[ExtensionId]) -> Resolution {
    let mut settings = HostSettings::clone(&extensions.settings);
    settings.disabled.retain(|name| {
        let id = extensions.id_by_name(name.as_str());
        id.is_none_or(|id| extensions.listed(id).is_off && !extensions.is_planned(id) && !enabled.contains(&id))
    });
    let mut candidates: Vec<_> = members.iter().map(|member| member.candidate(extensions).clone()).collect();
    loop {
        let resolution = resolve(&candidates, &settings);
        let mut is_good = true;
        for planned in &resolution.plan {
            let id = members[planned.candidate].id();
            if id.is_some_and(|id| !extensions.listed(id).is_built && !extensions.is_planned(id)) {
                Arc::make_mut(&mut candidates[planned.candidate]).unrunnable = Some(Unrunnable::new(
                    "its code",
                    "it was left out when the app started, and a native is built once",
                    "start the app again",
                ));
                is_good = false;
            }
        }
        // Each round bars at least one more.
        if is_good {
            return resolution;
        }
    }
}
