//! Where the boxes of a graph go, and how the edges run between them.
//!
//! Columns stand side by side: whoever depends on nobody on the left, and everybody else to the right of all on whom it
//! depends. A value first, so that it can be tested as one.
//!
//! 1. [`depth`]: who stands in which column.
//! 2. [`blocks`]: those with the same neighbours become one block, instead of a column of hundreds.
//! 3. [`parts`]: what hangs together is laid out by itself: `rust-sugiyama` says in which order, so that few edges cross,
//!    and [`heights`] how high.
//! 4. [`shelves`]: what does not hang together is put side by side.

mod blocks;
mod depth;
mod heights;
mod parts;
mod shelves;

use super::Graph;

/// Between boxes of one column, and around blocks.
const GAP: i32 = 14;

/// A picture of a graph without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// The box of each node.
    pub(super) boxes: Vec<Rect>,
    /// Frames around boxes that have the same neighbours, or none; edges end at them.
    pub(super) frames: Vec<Rect>,
    /// The way of each edge, from the box or frame of who depends to that of whom it depends on; empty if it is not drawn.
    ///
    /// Edges to the same box share the last part of their ways.
    pub(super) ways: Vec<Vec<Point>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// How wide and high something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Size {
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Rect {
    pub(super) fn right(self) -> i32 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> i32 {
        self.y + self.height
    }

    fn moved(self, by: Point) -> Self {
        Self { x: self.x + by.x, y: self.y + by.y, ..self }
    }
}

impl Layout {
    /// Lays a graph out whose boxes have these sizes, with so much room for the edges between two columns.
    pub(super) fn of(graph: &Graph, sizes: &[Size], room: i32) -> Self {
        let depths = depth::depths(graph);
        let blocks = blocks::blocks(graph, &depths, sizes);
        let parts = parts::parts(&blocks, room);
        shelves::place(graph, &blocks, parts)
    }
}
