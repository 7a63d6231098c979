//! Of several candidates with one name, one is chosen.

use std::cmp::Ordering;

use super::Chosen;
use crate::{candidate::Candidate, problem::Problem};

/// Chooses one candidate for each name, and reports those that are passed over. The chosen are in the order of names.
///
/// The highest version wins if versions differ, else the source that was searched first.
pub(super) fn choose<'a>(candidates: &[&'a Candidate]) -> (Vec<Chosen<'a>>, Vec<Problem>) {
    // Most names differ in how they begin, which is at hand here; the rest of a name lies wherever it was read.
    let all = candidates.iter().copied().enumerate();
    let mut sorted: Vec<_> = all.map(|chosen| (chosen.1.manifest.name.start(), chosen)).collect();
    sorted.sort_by(|(start, (_, a)), (other, (_, b))| start.cmp(other).then_with(|| better_first(a, b)));

    let mut problems = Vec::new();
    sorted.dedup_by(|(start, (_, other)), (used_start, (_, used))| {
        let same = start == used_start && other.manifest.name == used.manifest.name;
        if same {
            problems.push(shadowed(used, other));
        }
        same
    });
    (sorted.into_iter().map(|(_, chosen)| chosen).collect(), problems)
}

fn better_first(a: &Candidate, b: &Candidate) -> Ordering {
    let by_name = a.manifest.name.cmp(&b.manifest.name);
    let by_version = || b.manifest.version.cmp(&a.manifest.version);
    by_name.then_with(by_version).then_with(|| a.source.rank().cmp(&b.source.rank()))
}

fn shadowed(used: &Candidate, passed_over: &Candidate) -> Problem {
    let version_and_place =
        |candidate: &Candidate| (candidate.manifest.version.clone(), candidate.source.location().clone());
    Problem::Shadowed {
        extension: used.manifest.name.clone(),
        used: version_and_place(used),
        passed_over: version_and_place(passed_over),
    }
}
