//! Who is in the graph, and who depends on whom.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use semver::Version;

use super::{Graph, GraphEdge, GraphNode, NodeKind, NodeState};
use crate::{
    candidate::Candidate,
    manifest::{Dependency, Manifest},
    name::ExtensionName,
    plan::{Edge, EdgeKind, Plan},
    problem::{Cause, Problem},
    resolve::Resolution,
    version::{is_any, is_in_range},
};

/// Somebody who is to be in a [`Graph`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GraphMember<'a> {
    /// Who it is.
    pub candidate: &'a Candidate,
    /// Where in its life it is.
    pub state: NodeState,
    /// Why it does not run; empty if it does, or is left out.
    pub cause: String,
}

impl<'a> GraphMember<'a> {
    /// Somebody in a state that needs no reason, or for whom the problems give it.
    pub fn new(candidate: &'a Candidate, state: NodeState) -> Self {
        Self { candidate, state, cause: String::new() }
    }

    /// Says why it does not run.
    #[must_use = "it is another value that says so"]
    pub fn because(self, cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), ..self }
    }
}

impl Graph {
    /// Draws what was resolved: who starts, who is left out and why, and who is switched off.
    ///
    /// `candidates` are those that were given to [`resolve`](crate::resolve()).
    ///
    /// # Panics
    ///
    /// Panics if they are fewer.
    pub fn of<C: Borrow<Candidate>>(candidates: &[C], resolution: &Resolution) -> Self {
        let member = |candidate: usize, state| GraphMember::new(candidates[candidate].borrow(), state);
        let planned = resolution.plan.iter().map(|planned| member(planned.candidate, NodeState::Planned));
        let disabled = resolution.disabled.iter().map(|name| (name, NodeState::Disabled));
        let left_out = resolution.left_out.iter().map(|name| (name, NodeState::LeftOut));
        let aside: BTreeMap<_, _> = disabled.chain(left_out).collect();
        let aside = aside.into_iter().filter_map(|(name, state)| Some(member(resolution.candidate_of(name)?, state)));
        Self::of_members(&resolution.plan, &planned.chain(aside).collect::<Vec<_>>(), &resolution.problems)
    }

    /// Draws a plan and those who are there: first everybody who is in the plan, in load order, then the others.
    ///
    /// For what runs, as [`of`](Self::of) is for what was resolved. The problems say why somebody is left out.
    ///
    /// # Panics
    ///
    /// Panics if there are fewer members than the plan has extensions.
    pub fn of_members(plan: &Plan, members: &[GraphMember<'_>], problems: &[Problem]) -> Self {
        let causes = causes(problems);
        let mut nodes: Vec<_> = members.iter().map(|member| node(member, &causes)).collect();
        let mut edges: Vec<_> = plan.edges().iter().map(|edge| planned_edge(edge, members)).collect();
        let names = Names::of(members);
        let wishes = (plan.len()..members.len()).flat_map(|from| wishes(from, members[from].candidate));
        let wishes: Vec<_> = wishes.map(|wish| (names.find(wish.from, &wish.wanted.name), wish)).collect();

        let missing = wishes.iter().filter(|(to, wish)| to.is_none() && wish.kind.is_hard());
        let missing: BTreeSet<_> = missing.map(|(_, wish)| &wish.wanted.name).collect();
        let ghosts: BTreeMap<_, _> = missing.into_iter().zip(nodes.len()..).collect();
        nodes.extend(ghosts.keys().map(|name| ghost(name)));
        edges.extend(wishes.iter().filter_map(|(found, wish)| {
            let to = found.as_ref().map(|answer| answer.node).or_else(|| ghosts.get(&wish.wanted.name).copied())?;
            let fits = found.as_ref().is_some_and(|answer| answer.fits(wish.wanted));
            let keeps = wish.kind.is_hard() && nodes[wish.from].state == NodeState::LeftOut;
            let is_broken = keeps && !(fits && nodes[to].state.can_serve());
            Some(GraphEdge { from: wish.from, to, kind: wish.kind, range: range(wish.wanted), is_broken })
        }));
        edges.retain(|edge| edge.from != edge.to);
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.kind));
        edges.dedup_by_key(|edge| (edge.from, edge.to));
        Self { title: "Extensions".into(), nodes, edges }
    }
}

/// Says of everybody who is left out why; the first cause of those who have several.
fn causes(problems: &[Problem]) -> HashMap<&ExtensionName, String> {
    let mut causes = HashMap::new();
    for problem in problems {
        let Problem::LeftOut { extension, cause, .. } = problem else { continue };
        let all = match cause {
            Cause::Cycle { members, .. } => members.as_slice(),
            _ => std::slice::from_ref(extension),
        };
        for name in all {
            causes.entry(name).or_insert_with(|| cause.to_string());
        }
    }
    causes
}

fn node(member: &GraphMember<'_>, causes: &HashMap<&ExtensionName, String>) -> GraphNode {
    let Candidate { manifest, source, .. } = member.candidate;
    let is_left_out = member.cause.is_empty() && member.state == NodeState::LeftOut;
    let cause = causes.get(&manifest.name).filter(|_| is_left_out);
    GraphNode {
        name: manifest.name.clone(),
        version: Some(manifest.version.clone()),
        kind: Some(if source.is_native() { NodeKind::Native } else { NodeKind::Script }),
        state: member.state,
        cause: cause.unwrap_or(&member.cause).clone(),
        description: manifest.description.clone(),
    }
}

fn ghost(name: &ExtensionName) -> GraphNode {
    GraphNode {
        name: name.clone(),
        version: None,
        kind: None,
        state: NodeState::Missing,
        cause: String::new(),
        description: String::new(),
    }
}

fn planned_edge(edge: &Edge, members: &[GraphMember<'_>]) -> GraphEdge {
    let (from, to) = (&members[edge.from], &members[edge.to]);
    let manifest = &from.candidate.manifest;
    let answers = |wanted: &&Dependency| {
        let Candidate { manifest, original_name, .. } = to.candidate;
        manifest.name == wanted.name
            || manifest.provides.iter().any(|provided| provided.name == wanted.name)
            || original_name.as_ref().and_then(|it| ExtensionName::converted(it).ok()).as_ref() == Some(&wanted.name)
    };
    let wanted = match edge.kind {
        EdgeKind::Requires => manifest.dependencies.get(edge.wish),
        EdgeKind::Optional => manifest.optional.get(edge.wish),
        EdgeKind::AnyOf => manifest.any_of.get(edge.wish).and_then(|group| group.iter().find(answers)),
        EdgeKind::After | EdgeKind::Before | EdgeKind::Chosen => None,
    };
    let keeps = edge.kind.is_hard() && from.state == NodeState::Suspended;
    GraphEdge {
        from: edge.from,
        to: edge.to,
        kind: edge.kind,
        range: wanted.map(range).unwrap_or_default(),
        is_broken: keeps && !to.state.can_serve(),
    }
}

fn range(wanted: &Dependency) -> String {
    if is_any(&wanted.version) { String::new() } else { wanted.version.to_string() }
}

/// What somebody who is not in the plan asks of another.
struct Wish<'a> {
    from: usize,
    kind: EdgeKind,
    wanted: &'a Dependency,
}

fn wishes(from: usize, candidate: &Candidate) -> impl Iterator<Item = Wish<'_>> {
    let Manifest { dependencies, any_of, optional, .. } = &candidate.manifest;
    let of_kind = move |kind| move |wanted| Wish { from, kind, wanted };
    let required = dependencies.iter().map(of_kind(EdgeKind::Requires));
    let alternatives = any_of.iter().flatten().map(of_kind(EdgeKind::AnyOf));
    let all = required.chain(alternatives).chain(optional.iter().map(of_kind(EdgeKind::Optional)));
    all.filter(|wish| wish.wanted.name != candidate.manifest.name)
}

/// Who answers to which name.
struct Names<'a>(HashMap<ExtensionName, Vec<Answer<'a>>>);

/// Somebody who answers to a name, and the version in which that is; `None` if it stands for every version.
struct Answer<'a> {
    node: usize,
    version: Option<&'a Version>,
}

impl Answer<'_> {
    fn fits(&self, wanted: &Dependency) -> bool {
        self.version.is_none_or(|version| is_in_range(&wanted.version, version))
    }
}

impl<'a> Names<'a> {
    fn of(members: &[GraphMember<'a>]) -> Self {
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        let mut answer =
            |name: ExtensionName, node, version| names.entry(name).or_default().push(Answer { node, version });
        let manifests = || members.iter().map(|member| member.candidate).enumerate();
        for (node, Candidate { manifest, .. }) in manifests() {
            answer(manifest.name.clone(), node, Some(&manifest.version));
        }
        for (node, Candidate { manifest, original_name, .. }) in manifests() {
            let spelled = original_name.as_ref().and_then(|spelling| ExtensionName::converted(spelling).ok());
            spelled.into_iter().for_each(|name| answer(name, node, Some(&manifest.version)));
            for provided in &manifest.provides {
                answer(provided.name.clone(), node, provided.version.as_ref());
            }
        }
        Self(names)
    }

    /// Finds whom somebody means by a name: the one that has it before those that provide it, and never itself.
    fn find(&self, from: usize, name: &ExtensionName) -> Option<&Answer<'a>> {
        self.0.get(name)?.iter().find(|answer| answer.node != from)
    }
}
