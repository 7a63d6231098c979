//! Where the boxes of a graph go, and how the edges run between them.
//!
//! Columns stand side by side: whoever depends on nobody on the left, and everybody else to the right of all on whom it
//! depends. A value first, so that it can be tested as one.
//!
//! 1. [`depth`]: who stands in which column.
//! 2. [`blocks`]: those with the same neighbours become one block, instead of a column of hundreds.
//! 3. [`parts`]: what hangs together is laid out by itself. `rust-sugiyama` says in which order it stands in its columns, so that
//!    few edges cross, and [`heights`] how high.
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

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        EdgeKind,
        picture::graph::{GraphEdge, GraphNode, NodeState},
    };

    impl Rect {
        fn right(self) -> i32 {
            self.x + self.width
        }

        fn bottom(self) -> i32 {
            self.y + self.height
        }
    }

    /// An edge of a made-up graph: from whom, to whom, and how it looks.
    type Wish = (usize, usize, u8);

    fn graph(nodes: usize, wishes: &[Wish]) -> Graph {
        let node = |id: usize| GraphNode {
            name: format!("Node{id}").parse().expect("it is a good name"),
            version: None,
            kind: None,
            state: NodeState::Planned,
            cause: String::new(),
            description: String::new(),
        };
        let edge = |&(from, to, look): &Wish| GraphEdge {
            from: from % (nodes + 1),
            to: to % (nodes + 1),
            kind: if look == 0 { EdgeKind::Optional } else { EdgeKind::Requires },
            range: String::new(),
            is_broken: look == 1,
        };
        let edges = wishes.iter().map(edge).collect();
        Graph { title: String::new(), nodes: (0..nodes).map(node).collect(), edges }
    }

    fn layout(graph: &Graph) -> Layout {
        let size = |id| Size { width: 60 + 10 * (id as i32 % 7), height: 36 };
        Layout::of(graph, &(0..graph.nodes.len()).map(size).collect::<Vec<_>>(), 64)
    }

    fn overlap(a: Rect, b: Rect) -> bool {
        a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
    }

    fn holds(frame: Rect, place: Rect) -> bool {
        frame.x <= place.x && frame.y <= place.y && place.right() <= frame.right() && place.bottom() <= frame.bottom()
    }

    /// Tells whether a point is on the left or right side of something.
    fn is_beside(place: Rect, point: Point) -> bool {
        (point.x == place.x || point.x == place.right()) && (place.y..=place.bottom()).contains(&point.y)
    }

    /// Checks what holds for every layout.
    fn check(graph: &Graph) -> Result<(), TestCaseError> {
        let layout = layout(graph);
        let picture = Rect { x: 0, y: 0, width: layout.width, height: layout.height };
        for (id, place) in layout.boxes.iter().enumerate() {
            prop_assert!(holds(picture, *place), "box {id} sticks out");
            let other = layout.boxes[..id].iter().position(|other| overlap(*other, *place));
            prop_assert_eq!(other, None, "box {} overlaps", id);
            let cut = layout.frames.iter().find(|frame| overlap(**frame, *place) && !holds(**frame, *place));
            prop_assert_eq!(cut, None, "box {} is in a frame by half", id);
        }
        for (id, edge) in graph.drawn_edges() {
            let way = &layout.ways[id];
            let shown = |node: usize| {
                let place = layout.boxes[node];
                layout.frames.iter().copied().find(|frame| holds(*frame, place)).unwrap_or(place)
            };
            prop_assert!(is_beside(shown(edge.from), way[0]), "edge {id} begins elsewhere");
            prop_assert!(is_beside(shown(edge.to), way[way.len() - 1]), "edge {id} ends elsewhere");
            for step in way.windows(2) {
                let [(left, right), (top, bottom)] =
                    [(step[0].x, step[1].x), (step[0].y, step[1].y)].map(|(a, b)| (a.min(b), a.max(b)));
                // A line has no area; this one is seen as one that has.
                let drawn = Rect { x: left, y: top, width: (right - left).max(1), height: (bottom - top).max(1) };
                let met = layout.boxes.iter().position(|place| overlap(*place, drawn));
                prop_assert!(
                    left >= 0 && right <= layout.width && top >= 0 && bottom <= layout.height,
                    "edge {id} sticks out"
                );
                prop_assert_eq!(
                    met.filter(|met| ![edge.from, edge.to].contains(met)),
                    None,
                    "edge {} runs through",
                    id
                );
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn boxes_do_not_overlap_and_edges_run_from_box_to_box(
            nodes in 0..24_usize,
            wishes in vec((0..24_usize, 0..24_usize, 0..3_u8), 0..40),
        ) {
            check(&graph(nodes, &wishes))?;
        }

        #[test]
        fn so_it_is_where_nobody_waits_for_a_later_one(
            wishes in vec((1..60_usize, 0..60_usize, 2..3_u8), 0..90),
        ) {
            let wishes: Vec<_> = wishes.into_iter().map(|(from, to, look)| (from, to % from, look)).collect();
            check(&graph(60, &wishes))?;
        }
    }

    #[test]
    fn so_it_is_for_chains_stars_and_crowds() {
        for count in [0, 1, 2, 5, 50, 500] {
            let chain: Vec<_> = (1..count).map(|id| (id, id - 1, 2)).collect();
            let star: Vec<_> = (1..count).map(|id| (id, 0, 2)).collect();
            for wishes in [chain, star, Vec::new()] {
                check(&graph(count, &wishes)).expect("it holds");
            }
        }
    }

    #[test]
    fn crowds_and_chains_are_about_as_wide_as_a_screen() {
        let chain: Vec<_> = (1..500).map(|id| (id, id - 1, 2)).collect();
        let star: Vec<_> = (1..500).map(|id| (id, 0, 2)).collect();
        for wishes in [chain, star, Vec::new()] {
            let Layout { width, height, .. } = layout(&graph(500, &wishes));
            assert!(width < 4 * height && height < 2 * width, "{width} x {height}");
        }
    }

    #[test]
    fn a_chain_that_is_very_long_does_not_fill_the_stack() {
        let chain: Vec<_> = (1..20_000).map(|id| (id, id - 1, 2)).collect();
        assert_eq!(layout(&graph(20_000, &chain)).boxes.len(), 20_000);
    }
}
