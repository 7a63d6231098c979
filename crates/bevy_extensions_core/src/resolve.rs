//! From what was found to what starts, and in which order.
//!
//! Each step is a file below; each takes values and returns new ones:
//!
//! 1. [`choose`]: of several candidates with one name, one is chosen.
//! 2. [`needs`]: names become candidates; a need lists those that can serve it.
//! 3. [`startable`]: whoever has all needs served by somebody who can start, can start.
//! 4. [`conflicts`]: of two that cannot run side by side, one goes.
//! 5. [`blame`]: everyone who cannot start gets a cause; cycles are found here.
//! 6. [`order`]: soft wishes are weighed, and the plan is laid out.
//!
//! [`host`] holds what the host settings say against who is there.

mod blame;
mod choose;
mod conflicts;
mod groups;
mod host;
mod needs;
mod order;
mod startable;

use std::{borrow::Borrow, collections::BTreeMap};

use crate::{
    candidate::Candidate, name::ExtensionName, plan::Plan, problem::Problem, settings::HostSettings, suggest,
    version::absent,
};

use choose::choose;
pub(crate) use needs::Names;
use needs::Needs;
use startable::Startable;

/// What starts, what does not, and why.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Resolution {
    /// The extensions that start, in load order.
    pub plan: Plan,
    /// What is left out or was repaired: the worst first, roots before consequences, then by name.
    pub problems: Vec<Problem>,
    /// The extensions that are there and switched off, by name. That is a choice, not a problem.
    pub disabled: Vec<ExtensionName>,
    /// The extensions that are left out, by name. Their problems say why.
    pub left_out: Vec<ExtensionName>,
    /// Which candidates the disabled and those left out are.
    aside: BTreeMap<ExtensionName, usize>,
}

impl Resolution {
    /// Returns which candidate a disabled extension, or one that is left out, is: an index into what was given.
    pub fn candidate_of(&self, name: &ExtensionName) -> Option<usize> {
        self.aside.get(name).copied()
    }

    /// Returns why an extension is left out; nothing if it is not.
    pub fn why_left_out(&self, name: &ExtensionName) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.leaves_out(name))
    }
}

/// Decides which extensions start, and in which order.
///
/// The order is by depth, then by name: first those that start after nobody, then those that start only after them,
/// and so on. It does not depend on the order of the candidates, on the machine or on the build profile.
///
/// * Of several candidates with one name the highest version is chosen, or else the one that was searched first.
/// * An extension starts if each of its needs is served by one that starts: by the extension of that name, or by one
///   that provides the name, in a version that fits.
/// * Of two that cannot run side by side, the one that says so is left out. Such conflicts are judged one at a time,
///   among those that could all start: first whoever has an opponent without a conflict of its own, in the order of
///   names; if every opponent has one, the last by name goes. Whoever lost to one that does not start in the end is let
///   in again, in the order of names, if that leaves no conflict. Nobody conflicts with itself.
/// * An extension starts after everyone who can serve its needs. Where that would close a cycle, it starts after one for
///   each need, the preferred one of those that can start in an earlier round: first those that need nobody, then those
///   that need only them, and so on. An extension of the name is preferred to one that provides it, then a higher version
///   to a lower, then an earlier name to a later. Nobody serves itself by a name that it provides.
/// * A wish (`optional`, `after`, `before`) that closes a cycle is dropped. The order after a need is never dropped for a
///   wish, that after a further server of a need always; `optional` weighs most, then `choose`, then `after` and `before`;
///   then an earlier writer more than a later, then an earlier name of the other.
/// * Whoever depends on a name for which the host settings choose somebody ([`choose`](HostSettings::choose)) wishes to
///   start after that one, be it required or not. The choice is about who serves imports: it meets no need. For that,
///   the chosen one has to provide the name.
///
/// Every extension that is left out has a problem that says why.
///
/// Takes time with the candidates and their wishes, and more only where there are conflicts or cycles of wishes.
pub fn resolve<C: Borrow<Candidate>>(candidates: &[C], settings: &HostSettings) -> Resolution {
    let candidates: Vec<_> = candidates.iter().map(Borrow::borrow).collect();
    let (chosen, mut problems) = choose(&candidates);
    let disabled: Vec<bool> =
        chosen.iter().map(|(_, candidate)| settings.disabled.contains(&candidate.manifest.name)).collect();

    let names = Names::of(&chosen, &disabled);
    let needs = Needs::of(&chosen, &names, &disabled);
    let mut causes = blame::own_causes(&chosen, &needs, settings.app_version.as_ref(), &disabled);

    let barred = (0..chosen.len()).map(|id| disabled[id] || causes.contains_key(&id)).collect();
    let mut startable = Startable::of(&needs, barred);
    conflicts::judge(&chosen, &names, &mut startable, &mut causes);

    problems.extend(blame::left_out(&chosen, &needs, &startable, causes, &disabled));
    let served = host::served(&chosen, &names, &startable, settings);
    let (plan, notes) = order::plan(&chosen, &names, &needs, &startable, &served);
    problems.extend(notes);
    problems.extend(missing_versions(&chosen));
    problems.extend(host::problems(&names, &startable, &disabled, settings, &served));
    problems.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));

    let name = |id: usize| chosen[id].1.manifest.name.clone();
    let (off, out): (Vec<_>, Vec<_>) =
        (0..chosen.len()).filter(|&id| !startable.contains(id)).partition(|&id| disabled[id]);
    Resolution {
        plan,
        problems,
        aside: off.iter().chain(&out).map(|&id| (name(id), chosen[id].0)).collect(),
        disabled: off.into_iter().map(name).collect(),
        left_out: out.into_iter().map(name).collect(),
    }
}

/// A chosen candidate, with its index in what was given. Its own index is its id; ids are in the order of names.
pub(crate) type Chosen<'a> = (usize, &'a Candidate);

fn sort_key(problem: &Problem) -> impl Ord {
    (problem.severity(), problem.is_consequence(), problem.extension())
}

fn missing_versions(chosen: &[Chosen<'_>]) -> impl Iterator<Item = Problem> {
    let silent = |candidate: &Candidate| candidate.manifest.version == absent() && !candidate.source.gives_version();
    chosen.iter().filter(move |(_, candidate)| silent(candidate)).map(|(_, candidate)| Problem::NoVersion {
        extension: candidate.manifest.name.clone(),
        at: candidate.source.location().clone(),
    })
}

/// Returns the candidate whose name is most like a name that nobody has.
fn near(name: &ExtensionName, all: &[Chosen<'_>]) -> Option<ExtensionName> {
    let names: Vec<&ExtensionName> = all.iter().map(|(_, candidate)| &candidate.manifest.name).collect();
    suggest::nearest(name.as_str(), &names)?.parse().ok()
}
