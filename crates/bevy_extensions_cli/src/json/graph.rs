//! `graph`.

use serde::Serialize;

use super::{FORMAT, kind_of};

/// What `graph` prints.
#[derive(Serialize)]
pub struct Graph {
    pub format: u32,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// An extension in a graph, or the place of one that is missing.
#[derive(Serialize)]
pub struct Node {
    pub name: String,
    pub version: Option<String>,
    pub kind: Option<String>,
    pub state: String,
    pub cause: String,
}

/// One depends on another. Both are counted from 0, in the order of the nodes.
#[derive(Serialize)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub kind: &'static str,
    pub range: String,
    pub is_broken: bool,
}

impl From<&bevy_extensions_core::Graph> for Graph {
    fn from(graph: &bevy_extensions_core::Graph) -> Self {
        let nodes = graph.nodes.iter().map(|node| Node {
            name: node.name.to_string(),
            version: node.version.as_ref().map(ToString::to_string),
            kind: node.kind.map(|kind| kind.to_string()),
            state: node.state.to_string(),
            cause: node.cause.clone(),
        });
        let edges = graph.edges.iter().map(|edge| Edge {
            from: edge.from,
            to: edge.to,
            kind: kind_of(edge.kind),
            range: edge.range.clone(),
            is_broken: edge.is_broken,
        });
        Self { format: FORMAT, nodes: nodes.collect(), edges: edges.collect() }
    }
}
