//! Of two that cannot run side by side, one goes.

use std::collections::BTreeSet;

use super::{Chosen, blame::OwnCauses, needs::Names, startable::Startable};
use crate::{location::Location, problem::Cause};

/// One extension says that it cannot run beside another.
#[derive(Clone, Copy)]
struct Conflict {
    declared_by: usize,
    /// Which of its conflicts it is.
    index: usize,
    with: usize,
}

impl Conflict {
    /// Tells whether both could start.
    fn is_open(&self, startable: &Startable<'_>) -> bool {
        startable.contains(self.declared_by) && startable.contains(self.with)
    }
}

/// Judges one conflict at a time until nobody is left who cannot run beside another; see [`resolve`](super::resolve).
pub(super) fn judge(chosen: &[Chosen<'_>], names: &Names<'_>, startable: &mut Startable<'_>, causes: &mut OwnCauses) {
    let all = declared(chosen, names);
    if all.is_empty() {
        return;
    }
    let mut open = all.clone();
    let mut losers = BTreeSet::new();
    loop {
        open.retain(|conflict| conflict.is_open(startable));
        let Some(lost) = next(&open) else { break };
        causes.entry(lost.declared_by).or_default().push(cause(chosen, lost));
        losers.insert(lost.declared_by);
        startable.bar(lost.declared_by);
    }
    startable.start_over();
    give_second_chance(&all, losers, startable, causes);
}

/// Lets losers in again whose opponents do not start in the end, if that leaves no conflict.
fn give_second_chance(
    all: &[Conflict],
    losers: BTreeSet<usize>,
    startable: &mut Startable<'_>,
    causes: &mut OwnCauses,
) {
    for id in losers {
        let mut opponents = all.iter().filter(|conflict| conflict.declared_by == id).map(|conflict| conflict.with);
        if opponents.any(|opponent| startable.contains(opponent)) {
            continue;
        }
        startable.readmit(id);
        if all.iter().any(|conflict| conflict.is_open(startable)) {
            startable.bar(id);
            startable.start_over();
        } else {
            causes.remove(&id);
        }
    }
}

fn cause(chosen: &[Chosen<'_>], lost: Conflict) -> (Cause, Location) {
    let (_, candidate) = chosen[lost.declared_by];
    let found = &chosen[lost.with].1.manifest;
    let with = candidate.manifest.conflicts[lost.index].clone();
    let cause = Cause::Conflict { with, found: (found.name.clone(), found.version.clone()) };
    (cause, candidate.source.place_of_conflict(lost.index))
}

/// Lists all conflicts, in the order of the names of those who declare them.
fn declared(chosen: &[Chosen<'_>], names: &Names<'_>) -> Vec<Conflict> {
    let mut all = Vec::new();
    for (declared_by, (_, candidate)) in chosen.iter().enumerate() {
        for (index, with) in candidate.manifest.conflicts.iter().enumerate() {
            let others = names.satisfying(declared_by, with).filter(|&id| id != declared_by);
            all.extend(others.map(|with| Conflict { declared_by, index, with }));
        }
    }
    all
}

fn next(open: &[Conflict]) -> Option<Conflict> {
    let declarers: BTreeSet<usize> = open.iter().map(|conflict| conflict.declared_by).collect();
    let clear = open.iter().find(|conflict| !declarers.contains(&conflict.with));
    let last = || open.iter().find(|conflict| Some(&conflict.declared_by) == declarers.last());
    clear.or_else(last).copied()
}
