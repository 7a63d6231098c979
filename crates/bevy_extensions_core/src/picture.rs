//! Pictures of extensions: who depends on whom, and how the start went.

mod graph;
mod look;
mod svg;
mod timeline;

pub use graph::{Graph, GraphEdge, GraphMember, GraphNode, NodeKind, NodeState};
pub use timeline::{Timeline, TimelineBar, TimelinePhase, TimelineRow};
