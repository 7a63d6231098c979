//! The edges of a graph as SVG.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Write as _,
};

use super::{Graph, Layout};
use crate::picture::{
    graph::layout::Point,
    look::{EDGE_LOOKS, EdgeLook},
    svg::{Svg, text_width},
};

/// How many edges that run together are told by pointing at them.
const TOLD: usize = 8;

/// How long the first step of an edge is if there is room for a text.
const ROOM: u32 = 40;

/// Says how edges look.
pub(super) fn style() -> String {
    let look = |EdgeLook { class, color, is_dashed, .. }: &EdgeLook| {
        let dashes = if *is_dashed { ";stroke-dasharray:6 4" } else { "" };
        format!(".{class}{{fill:none;stroke:{color};stroke-width:1.3{dashes}}}")
    };
    EDGE_LOOKS.iter().map(look).collect()
}

/// Writes the heads of arrows.
pub(super) fn write_markers(svg: &mut Svg) {
    svg.begin("defs", &[]);
    for EdgeLook { class, color, .. } in EDGE_LOOKS {
        let id = format!("arrow-{class}");
        svg.begin(
            "marker",
            &[
                ("id", &id),
                ("viewBox", &"0 0 8 8"),
                ("refX", &"8"),
                ("refY", &"4"),
                ("markerWidth", &"8"),
                ("markerHeight", &"8"),
                ("markerUnits", &"userSpaceOnUse"),
                ("orient", &"auto"),
            ],
        );
        svg.leaf("path", &[("d", &"M0 0.5L8 4L0 7.5z"), ("fill", &color)]);
        svg.end();
    }
    svg.end();
}

/// Writes what the kinds of arrows mean, those that are there.
pub(super) fn write_legend(svg: &mut Svg, graph: &Graph, mut x: i32, y: i32) {
    for look in EDGE_LOOKS {
        if !graph.drawn_edges().any(|(_, edge)| edge.look() == look) {
            continue;
        }
        let arrow = format!("M{} {}H{x}", x + 28, y - 4);
        write_path(svg, look, &arrow, true);
        svg.line("legend", x + 36, y, look.meaning);
        x += 56 + text_width(look.meaning);
    }
}

/// Writes all edges, the red ones last, so that they lie above the others. What several have in common is written once.
pub(super) fn write_edges(svg: &mut Svg, graph: &Graph, layout: &Layout) {
    let mut by_way = BTreeMap::<_, Vec<_>>::new();
    for (id, edge) in graph.drawn_edges() {
        by_way.entry((edge.look().rank(), &layout.ways[id])).or_default().push(edge);
    }
    let mut written = HashSet::new();
    for ((_, way), edges) in by_way {
        let look = edges[0].look();
        svg.begin("g", &[]);
        let told = edges.iter().take(TOLD).map(|edge| graph.edge_text(edge)).collect::<Vec<_>>().join("\n");
        let more = if edges.len() > TOLD { format!("\nand {} more", edges.len() - TOLD) } else { String::new() };
        svg.element("title", &[], &(told + &more));
        let mut steps = way.windows(2).map(|step| ((step[0], step[1]), written.insert((look.class, step[0], step[1]))));
        let last = way.len().saturating_sub(2);
        let steps: Vec<_> = steps.by_ref().enumerate().collect();
        for run in steps.chunk_by(|(_, (_, is_new)), (_, (_, also))| is_new == also) {
            let is_new = run[0].1.1;
            if is_new {
                let run_steps = run.iter().map(|(_, (step, _))| *step);
                write_path(svg, look, &path(run_steps), run[run.len() - 1].0 == last);
            }
        }
        svg.end();
    }
}

/// Writes which versions will do, on the first step of each edge, if there is room.
pub(super) fn write_ranges(svg: &mut Svg, graph: &Graph, layout: &Layout) {
    for (id, edge) in graph.drawn_edges().filter(|(_, edge)| !edge.range.is_empty()) {
        if let [first, second, ..] = layout.ways[id][..]
            && first.x.abs_diff(second.x) > ROOM
        {
            // A third of the curve: near to whom it leaves, since curves cross in the middle.
            let (x, y) = (first.x + (second.x - first.x) * 37 / 100, first.y + (second.y - first.y) * 26 / 100);
            svg.line("range", x, y + 3, &edge.range);
        }
    }
}

fn write_path(svg: &mut Svg, look: EdgeLook, path: &str, has_head: bool) {
    let head = format!("url(#arrow-{})", look.class);
    let attributes: [(_, &dyn std::fmt::Display); 3] = [("class", &look.class), ("d", &path), ("marker-end", &head)];
    svg.leaf("path", if has_head { &attributes } else { &attributes[..2] });
}

/// Draws steps that follow one another: straight if they are level or upright, else as a curve that leaves and arrives
/// level.
fn path(steps: impl Iterator<Item = (Point, Point)>) -> String {
    let mut path = String::new();
    for (a, b) in steps {
        if path.is_empty() {
            write!(path, "M{} {}", a.x, a.y).expect("a string takes everything");
        }
        let middle = (a.x + b.x) / 2;
        match (a.x == b.x, a.y == b.y) {
            (true, _) => write!(path, "V{}", b.y),
            (_, true) => write!(path, "H{}", b.x),
            _ => write!(path, "C{middle} {} {middle} {} {} {}", a.y, b.y, b.x, b.y),
        }
        .expect("a string takes everything");
    }
    path
}
