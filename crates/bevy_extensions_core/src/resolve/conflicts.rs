//! Of two that cannot run side by side, one goes.

use std::collections::BTreeSet;

use super::{Chosen, blame::OwnCauses, needs::Names, startable::Startable};
use crate::problem::Cause;

/// One extension says that it cannot run beside another.
#[derive(Clone, Copy)]
struct Conflict {
    declared_by: usize,
    /// Which of its conflicts it is.
    index: usize,
    with: usize,
}

/// Judges one conflict at a time until nobody is left who cannot run beside another; see [`resolve`](super::resolve).
pub(super) fn judge(chosen: &[Chosen<'_>], names: &Names<'_>, startable: &mut Startable<'_>, causes: &mut OwnCauses) {
    let mut open = declared(chosen, names);
    if open.is_empty() {
        return;
    }
    loop {
        open.retain(|conflict| startable.contains(conflict.declared_by) && startable.contains(conflict.with));
        let Some(lost) = next(&open) else { break };
        let (_, candidate) = chosen[lost.declared_by];
        let found = &chosen[lost.with].1.manifest;
        let cause = Cause::Conflict {
            with: candidate.manifest.conflicts[lost.index].clone(),
            found: (found.name.clone(), found.version.clone()),
        };
        causes.entry(lost.declared_by).or_default().push((cause, candidate.source.place_of_conflict(lost.index)));
        startable.bar(lost.declared_by);
    }
    startable.start_over();
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
