//! Soft wishes are weighed, and the plan is laid out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::{
    algo::{tarjan_scc, toposort},
    graph::{DiGraph, NodeIndex},
};

use super::{
    Chosen,
    groups::Groups,
    host::Served,
    needs::{Names, Needs},
    startable::Startable,
};
use crate::{
    candidate::Candidate,
    plan::{Edge, EdgeKind, Plan, Planned},
    problem::Problem,
};

/// An edge between ids, before it is known whether it is kept.
#[derive(Clone, Copy)]
struct Draft {
    from: usize,
    to: usize,
    kind: EdgeKind,
    wish: usize,
    weight: Weight,
}

/// How much an edge weighs when a cycle has to be opened: the heavier is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Needed; such edges make no cycles among those that can start.
    Need,
    /// Wished with `optional`.
    Optional,
    /// Wished by the host settings with `choose`.
    Chosen,
    /// Wished with `after` or `before`.
    Wish,
    /// A need that somebody else serves already.
    Spare,
}

impl Draft {
    /// Who wrote the wish, and whom it names.
    fn writer_and_other(&self) -> (usize, usize) {
        match self.kind {
            EdgeKind::Before => (self.to, self.from),
            _ => (self.from, self.to),
        }
    }
}

impl From<&Served<'_>> for Draft {
    fn from(served: &Served<'_>) -> Self {
        let Served { importer: from, server: to, wish, .. } = *served;
        Self { from, to, kind: EdgeKind::Chosen, wish, weight: Weight::Chosen }
    }
}

/// Lays out everyone who can start, by depth and name, and reports the wishes that could not be granted.
pub(super) fn plan(
    chosen: &[Chosen<'_>],
    names: &Names<'_>,
    needs: &Needs,
    startable: &Startable<'_>,
    served: &[Served<'_>],
) -> (Plan, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut drafts = needed(needs, startable, chosen.len());
    drafts.extend(wished(chosen, names, startable, &mut problems));
    drafts.extend(served.iter().map(Draft::from));
    // The order in which they were found does for all needs, and most often for all wishes too.
    let (drafts, order) = if drafts.iter().all(|draft| startable.is_before(draft.to, draft.from)) {
        (drafts, startable.in_order())
    } else {
        without_cycles(chosen, drafts, served, &mut problems)
    };

    let of = Groups::of(chosen.len(), drafts.iter().map(|draft| draft.from));
    let depth = depths(&drafts, &of, &order, chosen.len());
    let mut by_depth: Vec<usize> = (0..chosen.len()).filter(|&id| startable.contains(id)).collect();
    by_depth.sort_by_key(|&id| depth[id]);
    (lay_out(chosen, &by_depth, &depth, &drafts, &of), problems)
}

/// Lists who is needed by whom: the preferred of those found in an earlier round is the one needed, the others are spare.
fn needed(needs: &Needs, startable: &Startable<'_>, count: usize) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(needs.alternatives_in_all());
    for from in (0..count).filter(|&id| startable.contains(id)) {
        for need in needs.of_extension(from) {
            let mut served = false;
            for alternative in needs.alternatives(need).iter().filter(|it| startable.contains(it.id)) {
                let serves = !served && startable.is_in_earlier_round(alternative.id, from);
                let weight = if serves { Weight::Need } else { Weight::Spare };
                served |= serves;
                drafts.push(Draft { from, to: alternative.id, kind: need.kind, wish: need.wish, weight });
            }
        }
    }
    drafts
}

/// Lists the wishes that concern somebody who starts.
fn wished(
    chosen: &[Chosen<'_>],
    names: &Names<'_>,
    startable: &Startable<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Draft> {
    let starts = |id: &usize| startable.contains(*id);
    let mut drafts = Vec::new();
    for (id, (_, candidate)) in chosen.iter().enumerate().filter(|(id, _)| startable.contains(*id)) {
        let manifest = &candidate.manifest;
        for (wish, wanted) in manifest.optional.iter().enumerate() {
            let before = drafts.len();
            let kind = EdgeKind::Optional;
            let fitting = names.satisfying(id, wanted).filter(starts);
            drafts.extend(fitting.map(|to| Draft { from: id, to, kind, wish, weight: Weight::Optional }));
            if before == drafts.len()
                && let Some(other) = names.answering(id, &wanted.name).into_iter().find(starts)
            {
                problems.push(Problem::OptionalUnfit {
                    extension: manifest.name.clone(),
                    wanted: wanted.clone(),
                    found: names.version_as(other, &wanted.name),
                    at: candidate.source.place_of_wish(kind, wish, 0),
                });
            }
        }
        for (wish, name) in manifest.after.iter().enumerate() {
            let others = names.answering(id, name).into_iter().filter(starts);
            drafts.extend(others.map(|to| Draft { from: id, to, kind: EdgeKind::After, wish, weight: Weight::Wish }));
        }
        for (wish, name) in manifest.before.iter().enumerate() {
            let others = names.answering(id, name).into_iter().filter(starts);
            drafts.extend(others.map(|from| Draft {
                from,
                to: id,
                kind: EdgeKind::Before,
                wish,
                weight: Weight::Wish,
            }));
        }
    }
    drafts
}

/// Drops the lightest wishes until no cycle is left, and returns the rest with an order that it allows.
fn without_cycles(
    chosen: &[Chosen<'_>],
    drafts: Vec<Draft>,
    served: &[Served<'_>],
    problems: &mut Vec<Problem>,
) -> (Vec<Draft>, Vec<usize>) {
    let graph = graph_of(&drafts, chosen.len());
    if let Ok(order) = toposort(&graph, None) {
        return (drafts, order.into_iter().map(NodeIndex::index).collect());
    }

    // Only wishes between members of one strongly connected component can close a cycle.
    let mut component = vec![0; chosen.len()];
    for (index, members) in tarjan_scc(&graph).iter().enumerate() {
        members.iter().for_each(|id| component[id.index()] = index);
    }
    let is_safe = |draft: &Draft| draft.weight == Weight::Need || component[draft.from] != component[draft.to];
    let (mut kept, mut in_question): (Vec<_>, Vec<_>) = drafts.into_iter().partition(is_safe);
    in_question.sort_by_key(|draft| (draft.weight, draft.writer_and_other(), draft.wish));
    // Whoever provides a name twice is wished for once.
    in_question.dedup_by_key(|draft| (draft.from, draft.to, draft.kind, draft.wish));

    let mut starts_after: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for draft in kept.iter().filter(|draft| component[draft.from] == component[draft.to]) {
        starts_after.entry(draft.from).or_default().insert(draft.to);
    }
    for draft in in_question {
        match way(&starts_after, draft.to, draft.from) {
            None => {
                starts_after.entry(draft.from).or_default().insert(draft.to);
                kept.push(draft);
            }
            Some(way) if draft.weight != Weight::Spare => problems.push(dropped(chosen, draft, served, &way)),
            // Somebody else serves the need: nobody asked for this order.
            Some(_) => {}
        }
    }
    let order = toposort(&graph_of(&kept, chosen.len()), None).expect("no cycle is left");
    (kept, order.into_iter().map(NodeIndex::index).collect())
}

/// Finds the shortest way from one to another along "starts after".
fn way(starts_after: &BTreeMap<usize, BTreeSet<usize>>, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(id) = queue.pop_front() {
        if id == to {
            let mut way = vec![to];
            while way.last() != Some(&from) {
                way.push(came_from[&way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for &next in starts_after.get(&id).into_iter().flatten() {
            came_from.entry(next).or_insert_with(|| {
                queue.push_back(next);
                id
            });
        }
    }
    None
}

fn dropped(chosen: &[Chosen<'_>], draft: Draft, served: &[Served<'_>], way: &[usize]) -> Problem {
    let name = |id: usize| chosen[id].1.manifest.name.clone();
    let (writer, other) = draft.writer_and_other();
    let is_it = |it: &&Served<'_>| (EdgeKind::Chosen, it.importer, it.wish) == (draft.kind, draft.from, draft.wish);
    let wish = || chosen[writer].1.source.place_of_wish(draft.kind, draft.wish, 0);
    Problem::WishDropped {
        extension: name(writer),
        kind: draft.kind,
        other: name(other),
        cycle: std::iter::once(draft.from).chain(way.iter().copied()).map(name).collect(),
        at: served.iter().find(is_it).map_or_else(wish, Served::location),
    }
}

fn graph_of(drafts: &[Draft], count: usize) -> DiGraph<(), (), usize> {
    let mut graph = DiGraph::with_capacity(count, drafts.len());
    (0..count).for_each(|_| _ = graph.add_node(()));
    for draft in drafts {
        graph.add_edge(NodeIndex::new(draft.to), NodeIndex::new(draft.from), ());
    }
    graph
}

/// Returns for each id how long the longest chain below it is. `order` has everyone after those it starts after.
fn depths(drafts: &[Draft], of: &Groups, order: &[usize], count: usize) -> Vec<u32> {
    let mut depth = vec![0; count];
    for &id in order {
        let below = of.get(id).iter().map(|&draft| depth[drafts[draft].to] + 1);
        depth[id] = below.max().unwrap_or(0);
    }
    depth
}

fn lay_out(chosen: &[Chosen<'_>], order: &[usize], depth: &[u32], drafts: &[Draft], of: &Groups) -> Plan {
    let mut position = vec![usize::MAX; chosen.len()];
    order.iter().enumerate().for_each(|(index, &id)| position[id] = index);

    let mut edges = Vec::with_capacity(drafts.len());
    let mut own = Vec::new();
    let extensions = order.iter().enumerate().map(|(from, &id)| {
        let start = edges.len();
        let edge = |Draft { to, kind, wish, .. }| Edge { from, to: position[to], kind, wish };
        own.extend(of.get(id).iter().map(|&draft| edge(drafts[draft])));
        own.sort_by_key(|edge| (edge.kind, edge.wish, edge.to));
        own.dedup();
        edges.append(&mut own);
        let (candidate, Candidate { manifest, original_name, .. }) = chosen[id];
        Planned {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            original_name: original_name.clone(),
            candidate,
            depth: depth[id],
            edges: start..edges.len(),
        }
    });
    Plan { extensions: extensions.collect(), edges }
}
