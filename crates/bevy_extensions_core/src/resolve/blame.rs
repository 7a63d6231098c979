//! Everyone who cannot start gets a cause.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};
use semver::Version;

use super::{
    Chosen,
    needs::{Need, Needs},
    startable::Startable,
};
use crate::{
    location::Location,
    name::ExtensionName,
    problem::{Cause, CycleStep, Problem},
    version::is_in_range,
};

/// For each extension that is in its own way, why, and where that is written.
pub(super) type OwnCauses = BTreeMap<usize, Vec<(Cause, Location)>>;

/// Finds the causes that lie in an extension itself, or in what nobody offers.
pub(super) fn own_causes(chosen: &[Chosen<'_>], needs: &Needs, app: Option<&Version>, disabled: &[bool]) -> OwnCauses {
    let mut causes = OwnCauses::new();
    for (id, (_, candidate)) in chosen.iter().enumerate().filter(|(id, _)| !disabled[*id]) {
        let manifest = &candidate.manifest;
        if let Some(found) = app.filter(|version| !is_in_range(&manifest.app, version)) {
            let cause = Cause::App { needed: manifest.app.clone(), found: found.clone() };
            causes.entry(id).or_default().push((cause, candidate.source.place_of_app()));
        }
        if let Some(unrunnable) = &candidate.unrunnable {
            let cause = Cause::Unrunnable(unrunnable.clone());
            causes.entry(id).or_default().push((cause, candidate.source.place_of_entrypoint()));
        }
        for unavailable in &candidate.unavailable {
            let at = candidate.place_of_artifact(&unavailable.artifact);
            causes.entry(id).or_default().push((Cause::Artifact(unavailable.clone()), at));
        }
    }
    for (need, cause) in needs.hopeless() {
        let at = chosen[need.owner].1.source.place_of_wish(need.kind, need.wish, 0);
        causes.entry(need.owner).or_default().push((cause.clone(), at));
    }
    causes
}

/// Reports everyone who is not switched off and cannot start: own causes, cycles, and the consequences of both.
pub(super) fn left_out(
    chosen: &[Chosen<'_>],
    needs: &Needs,
    startable: &Startable<'_>,
    causes: OwnCauses,
    disabled: &[bool],
) -> Vec<Problem> {
    let mut blame = Blame { chosen, needs, startable, root: vec![None; chosen.len()], problems: Vec::new() };
    let ids = causes.keys().copied().collect();
    for (id, causes) in causes {
        blame.root[id] = Some(id);
        let extension = blame.name(id);
        let problem = |(cause, at)| Problem::LeftOut { extension: extension.clone(), cause, at };
        blame.problems.extend(causes.into_iter().map(problem));
    }
    blame.spread(ids);
    // Whoever has no cause yet requires somebody else without one: such chains can only end in cycles.
    let unexplained =
        (0..chosen.len()).filter(|&id| !disabled[id] && !startable.contains(id) && blame.root[id].is_none()).collect();
    let in_cycles = blame.cycles(&unexplained);
    blame.spread(in_cycles);
    blame.problems
}

struct Blame<'a> {
    chosen: &'a [Chosen<'a>],
    needs: &'a Needs,
    startable: &'a Startable<'a>,
    /// For each extension, whose own cause is at the root of its own being left out.
    root: Vec<Option<usize>>,
    problems: Vec<Problem>,
}

impl Blame<'_> {
    /// Reports, from those with a cause upwards, whoever is left out because of them.
    fn spread(&mut self, explained: Vec<usize>) {
        let mut queue = VecDeque::from(explained);
        while let Some(id) = queue.pop_front() {
            for need in self.needs.served_by(id) {
                if self.root[need.owner].is_some() || !self.is_lost(need) {
                    continue;
                }
                let alternatives = self.needs.alternatives(need);
                let of = alternatives[0];
                self.root[need.owner] = self.root[of.id];
                self.problems.push(Problem::LeftOut {
                    extension: self.name(need.owner),
                    cause: Cause::Because {
                        of: self.name(of.id),
                        root: self.name(self.root[of.id].expect("all alternatives of a lost need have a cause")),
                    },
                    at: self.place(need, of.which),
                });
                queue.push_back(need.owner);
            }
        }
    }

    /// Tells whether nobody serves a need, and the cause of each who could is known.
    fn is_lost(&self, need: &Need) -> bool {
        self.needs.alternatives(need).iter().all(|alternative| self.root[alternative.id].is_some())
    }

    /// Reports the cycles among those without a cause, and returns all that take part in one.
    fn cycles(&mut self, unexplained: &BTreeSet<usize>) -> Vec<usize> {
        let mut graph = DiGraphMap::<usize, ()>::new();
        for &id in unexplained {
            graph.add_node(id);
            for (need, alternative) in self.open_needs(id) {
                if unexplained.contains(&alternative.id) {
                    graph.add_edge(need.owner, alternative.id, ());
                }
            }
        }
        let mut all = Vec::new();
        for mut members in tarjan_scc(&graph) {
            members.sort_unstable();
            if members.len() == 1 && !graph.contains_edge(members[0], members[0]) {
                continue;
            }
            let path = self.shortest_cycle(&members);
            for &id in &members {
                self.root[id] = Some(members[0]);
            }
            self.problems.push(Problem::LeftOut {
                extension: self.name(members[0]),
                at: path[0].at.clone(),
                cause: Cause::Cycle { path, members: members.iter().map(|&id| self.name(id)).collect() },
            });
            all.extend(members);
        }
        all.sort_unstable();
        all
    }

    /// Finds the shortest way from the first member through others back to itself.
    fn shortest_cycle(&self, members: &[usize]) -> Vec<CycleStep> {
        let start = members[0];
        let mut came_from = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(id) = queue.pop_front() {
            for (need, alternative) in self.open_needs(id) {
                let step = CycleStep { extension: self.name(id), at: self.place(need, alternative.which) };
                if alternative.id == start {
                    let mut path = vec![step];
                    let mut back = id;
                    while let Some((previous, step)) = came_from.remove(&back) {
                        path.push(step);
                        back = previous;
                    }
                    path.reverse();
                    return path;
                }
                if members.binary_search(&alternative.id).is_ok() && !came_from.contains_key(&alternative.id) {
                    came_from.insert(alternative.id, (id, step));
                    queue.push_back(alternative.id);
                }
            }
        }
        unreachable!("the members of a strongly connected component reach each other")
    }

    /// Returns the needs of an extension that nobody serves, with everyone who could.
    fn open_needs(&self, id: usize) -> impl Iterator<Item = (&Need, super::needs::Alternative)> {
        let can_start = |need: &Need| {
            self.needs.alternatives(need).iter().any(|alternative| self.startable.contains(alternative.id))
        };
        let open = self.needs.of_extension(id).iter().filter(move |need| !can_start(need));
        open.flat_map(|need| self.needs.alternatives(need).iter().map(move |alternative| (need, *alternative)))
    }

    fn place(&self, need: &Need, which: usize) -> Location {
        self.chosen[need.owner].1.source.place_of_wish(need.kind, need.wish, which)
    }

    fn name(&self, id: usize) -> ExtensionName {
        self.chosen[id].1.manifest.name.clone()
    }
}
