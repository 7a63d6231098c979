//! Who depends on whom, as a picture.

mod collect;
mod dot;
mod layout;
mod mermaid;
mod svg;

use std::fmt;

use semver::Version;

use crate::{name::ExtensionName, plan::EdgeKind};

pub use collect::GraphMember;

/// Who depends on whom, as a picture: a value first, and then [DOT](Self::to_dot), [Mermaid](Self::to_mermaid) or
/// [SVG](Self::to_svg).
///
/// Make it [of a resolution](Self::of), to see what will start, or ask the report of an app for the graph of what runs.
/// Equal graphs make equal pictures, on every machine.
///
/// ```
/// use bevy_extensions_core::{Candidate, Graph, HostSettings, resolve};
///
/// let candidates = [
///     Candidate::from_ron("weather.ron", r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^1", "Sky"])"#)?,
///     Candidate::from_ron("time.ron", r#"(name: "Time", version: "1.4.0")"#)?,
/// ];
/// let graph = Graph::of(&candidates, &resolve(&candidates, &HostSettings::default()));
///
/// let nodes: Vec<_> = graph.nodes.iter().map(|node| format!("{}: {}", node.name, node.state)).collect();
/// assert_eq!(nodes, ["Time: planned", "Weather: left out", "Sky: missing"]);
/// assert!(graph.to_svg().starts_with("<svg"));
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Graph {
    /// What stands above the picture.
    pub title: String,
    /// First those in the plan, in load order, then the others by name, then those who are missing, by name.
    pub nodes: Vec<GraphNode>,
    /// Who depends on whom, of two extensions at most one in each direction, in the order of the nodes.
    pub edges: Vec<GraphEdge>,
}

/// An extension in a [`Graph`], or the place of one that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphNode {
    /// Its name.
    pub name: ExtensionName,
    /// Its version; `None` if it is missing.
    pub version: Option<Version>,
    /// What it is; `None` if it is missing.
    pub kind: Option<NodeKind>,
    /// Where in its life it is.
    pub state: NodeState,
    /// Why it does not run; empty if it does, or if nobody knows. If it has failed, where and with what.
    pub cause: String,
    /// What it says that it is, for people; empty if absent.
    pub description: String,
}

/// What an extension in a [`Graph`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// A Bevy plugin that is linked into the app.
    Native,
    /// Files that were found on disk.
    Script,
}

/// Where in its life an extension in a [`Graph`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NodeState {
    /// It can start, and has not yet.
    Planned,
    /// It is starting.
    Starting,
    /// It runs.
    Running,
    /// It is stopping.
    Stopping,
    /// It could run, but somebody it requires does not.
    Suspended,
    /// It has failed.
    Failed,
    /// It was terminated with the app.
    Terminated,
    /// Switched off.
    Disabled,
    /// It cannot start.
    LeftOut,
    /// Somebody requires it, and it is not there.
    Missing,
}

/// One extension depends on another, or merely starts after it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphEdge {
    /// Who depends, and starts later: an index of [`Graph::nodes`].
    pub from: usize,
    /// On whom, who starts earlier: an index of [`Graph::nodes`].
    pub to: usize,
    /// Why. If there are several reasons, the weightiest.
    pub kind: EdgeKind,
    /// The versions that will do; empty if all will.
    pub range: String,
    /// Whether this keeps the one that depends from running.
    pub is_broken: bool,
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Native => "native",
            Self::Script => "script",
        })
    }
}

impl NodeState {
    /// Tells whether it runs or may still come to: whoever requires it has nothing to wait for.
    fn can_serve(self) -> bool {
        matches!(self, Self::Planned | Self::Starting | Self::Running | Self::Stopping)
    }
}

impl fmt::Display for NodeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Planned => "planned",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Suspended => "suspended",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
            Self::Disabled => "disabled",
            Self::LeftOut => "left out",
            Self::Missing => "missing",
        })
    }
}

impl GraphNode {
    /// Says the version and the state, for the line below the name.
    fn detail(&self, shown: impl Fn(&str) -> String) -> String {
        match &self.version {
            Some(version) => format!("{} · {}", shown(&version.to_string()), self.state),
            None => self.state.to_string(),
        }
    }

    /// Says why it does not run, as a sentence, if that is known.
    fn why(&self) -> Option<String> {
        let Self { name, state, cause, .. } = self;
        match (cause.as_str(), state) {
            ("", _) => None,
            (cause, NodeState::Failed) => Some(format!("{name} has failed {cause}")),
            (cause, state) => Some(format!("{name} is {state}: {cause}")),
        }
    }

    /// Says all that is known of it, a line each.
    fn all_of_it(&self) -> String {
        let Self { name, version, kind, state, cause, description } = self;
        let version = version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let kind = kind.map(|kind| format!(", {kind}")).unwrap_or_default();
        let head = format!("{name}{version}: {state}{kind}");
        let more = [description, cause].into_iter().filter(|text| !text.is_empty());
        more.fold(head, |text, more| text + "\n" + more)
    }
}

impl Graph {
    /// Says what an edge is: `Greeter requires Economy ^1.2`.
    fn edge_text(&self, edge: &GraphEdge) -> String {
        let verb = match edge.kind {
            EdgeKind::Requires => "requires",
            EdgeKind::AnyOf => "can do with",
            EdgeKind::Optional => "uses, if it is there,",
            EdgeKind::After => "wishes to start after",
            EdgeKind::Before => "starts, as that one wishes, after",
            EdgeKind::Chosen => "is served by",
        };
        let range = if edge.range.is_empty() { String::new() } else { format!(" {}", edge.range) };
        format!("{} {verb} {}{range}", self.nodes[edge.from].name, self.nodes[edge.to].name)
    }

    /// Goes through the edges that can be drawn: their ends are there and differ.
    fn drawn_edges(&self) -> impl Iterator<Item = (usize, &GraphEdge)> {
        let there = |node: usize| node < self.nodes.len();
        let edges = self.edges.iter().enumerate();
        edges.filter(move |(_, edge)| there(edge.from) && there(edge.to) && edge.from != edge.to)
    }
}
