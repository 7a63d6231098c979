//! What does not hang together is put side by side, on shelves.

use super::{
    GAP, Graph, Layout, Point, Rect, Size,
    blocks::{Block, Blocks},
    parts::Part,
};

/// Between things that do not hang together.
const APART: i32 = 2 * GAP;

/// How much wider than high the picture is, if one may choose.
const WIDER: f64 = 1.6;

/// Puts the parts on shelves, and below them those that have no neighbours.
pub(super) fn place(graph: &Graph, blocks: &Blocks, parts: Vec<Part>) -> Layout {
    let mut layout = Layout {
        width: 0,
        height: 0,
        boxes: vec![Rect::default(); graph.nodes.len()],
        frames: Vec::new(),
        ways: vec![Vec::new(); graph.edges.len()],
    };
    let mut ways = vec![Vec::new(); blocks.links.len()];
    let sizes: Vec<_> = parts.iter().map(|part| part.size).chain([blocks.alone.size]).collect();
    let corners = shelves(&sizes);
    for (size, corner) in sizes.iter().zip(&corners).filter(|(size, _)| size.width > 0) {
        layout.width = layout.width.max(corner.x + size.width);
        layout.height = layout.height.max(corner.y + size.height);
    }
    for (part, corner) in parts.into_iter().zip(&corners) {
        for (block, at) in part.blocks {
            layout.put(&blocks.all[block], moved(at, *corner));
        }
        for (link, way) in part.ways {
            ways[link] = way.into_iter().map(|point| moved(point, *corner)).collect();
        }
    }
    layout.put(&blocks.alone, corners[corners.len() - 1]);
    for (edge, link) in blocks.link_of.iter().enumerate() {
        let Some(link) = *link else { continue };
        layout.ways[edge] = ways[link].clone();
        if blocks.links[link].class.is_back {
            layout.ways[edge].reverse();
        }
    }
    layout
}

impl Layout {
    fn put(&mut self, block: &Block, at: Point) {
        let frame = Rect { x: at.x, y: at.y, width: block.size.width, height: block.size.height };
        block.members_at(at).for_each(|(node, place)| self.boxes[node] = place);
        if block.is_framed() {
            self.frames.push(frame);
        }
    }
}

fn moved(point: Point, by: Point) -> Point {
    Point { x: point.x + by.x, y: point.y + by.y }
}

/// Returns the upper left corner of each, so that all of it is about as wide as a screen.
fn shelves(sizes: &[Size]) -> Vec<Point> {
    let area: f64 = sizes.iter().map(|size| f64::from(size.width + APART) * f64::from(size.height + APART)).sum();
    let widest = sizes.iter().map(|size| size.width).max().unwrap_or(0);
    let width = widest.max((area * WIDER).sqrt() as i32);
    let (mut next, mut below) = (Point { x: 0, y: 0 }, 0);
    let place = |size: &Size| {
        if next.x > 0 && next.x + size.width > width {
            next = Point { x: 0, y: below + APART };
        }
        let corner = next;
        next.x += size.width + APART;
        below = below.max(corner.y + size.height);
        corner
    };
    sizes.iter().map(place).collect()
}
