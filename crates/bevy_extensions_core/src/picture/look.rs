//! What has which colour, in all pictures of a graph.

use super::graph::{GraphEdge, NodeState};

/// The ground of every picture.
pub(super) const GROUND: &str = "#ffffff";

/// The text of every picture.
pub(super) const INK: &str = "#1c2733";

/// How a box looks. Its state stands in it as a word, too: not everybody sees these colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// What it is called where looks have names.
    pub(super) class: &'static str,
    pub(super) fill: &'static str,
    pub(super) stroke: &'static str,
    pub(super) is_dashed: bool,
}

/// Every look that a box may have.
pub(super) const LOOKS: [Look; 6] = [RUNNING, PLANNED, WAITING, BROKEN, OFF, MISSING];

const RUNNING: Look = Look { class: "running", fill: "#e3f5e6", stroke: "#2f9e44", is_dashed: false };
const PLANNED: Look = Look { class: "planned", fill: "#e7f0fb", stroke: "#3b76c4", is_dashed: false };
const WAITING: Look = Look { class: "waiting", fill: "#fff3d6", stroke: "#c77f00", is_dashed: false };
const BROKEN: Look = Look { class: "broken", fill: "#fde4e4", stroke: "#d0312d", is_dashed: false };
const OFF: Look = Look { class: "off", fill: "#eeeff1", stroke: "#8a929c", is_dashed: false };
const MISSING: Look = Look { class: "missing", fill: "#ffffff", stroke: "#d0312d", is_dashed: true };

impl NodeState {
    pub(super) fn look(self) -> Look {
        match self {
            Self::Running => RUNNING,
            Self::Planned | Self::Starting => PLANNED,
            Self::Suspended | Self::Stopping => WAITING,
            Self::LeftOut | Self::Failed => BROKEN,
            Self::Disabled | Self::Terminated => OFF,
            Self::Missing => MISSING,
        }
    }
}

/// How an arrow looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EdgeLook {
    /// What it is called where looks have names.
    pub(super) class: &'static str,
    pub(super) color: &'static str,
    pub(super) is_dashed: bool,
    /// What it says of whom it leaves, and whom it leads to.
    pub(super) meaning: &'static str,
}

/// Every look that an arrow may have. Later ones lie above earlier ones.
pub(super) const EDGE_LOOKS: [EdgeLook; 3] = [WISH, NEED, KEEPS];

const WISH: EdgeLook =
    EdgeLook { class: "wish", color: "#8a929c", is_dashed: true, meaning: "starts after, if it is there" };
const NEED: EdgeLook = EdgeLook { class: "need", color: "#566573", is_dashed: false, meaning: "requires" };
const KEEPS: EdgeLook =
    EdgeLook { class: "keeps", color: "#d0312d", is_dashed: false, meaning: "requires, and cannot have" };

impl GraphEdge {
    pub(super) fn look(&self) -> EdgeLook {
        match (self.is_broken, self.kind.is_hard()) {
            (true, _) => KEEPS,
            (false, true) => NEED,
            (false, false) => WISH,
        }
    }
}

impl EdgeLook {
    /// Returns its place among all looks.
    pub(super) fn rank(self) -> usize {
        EDGE_LOOKS.iter().position(|look| *look == self).expect("it is one of them")
    }
}
