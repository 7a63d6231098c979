//! The graph as SVG.

mod edges;

use std::collections::BTreeMap;

use super::{
    Graph, GraphNode,
    layout::{Layout, Rect, Size},
};
use crate::picture::{
    look::{LOOKS, Look},
    svg::{FONTS, Svg, columns, shortened, text_width, wrapped},
};

/// Around the picture.
const MARGIN: i32 = 24;

/// From the top of the picture to the graph: title and legend stand there.
const HEAD: i32 = MARGIN + 78;

/// The least width of a picture, so that its legend has room.
const NARROWEST: i32 = 620;

/// How high a box is, with name and state.
const BOX: i32 = 36;

/// How wide a letter of a name is in its box, and one of the line below it.
const NAME: f64 = 7.25;
const DETAIL: f64 = 6.05;

/// How many letters of a name are shown in its box.
const LONGEST_NAME: i32 = 40;

/// How many letters of a version are.
const LONGEST_VERSION: i32 = 24;

/// How many edges may have their range beside them; of more it is told by pointing at them.
const LABELLED: usize = 30;

/// How many causes are written below the graph; of more it is told by pointing at the boxes.
const CAUSES: usize = 12;

/// How wide a letter is in the lines below the graph, about.
const LETTER: f64 = 6.6;

/// Between two lines below the graph.
const LINE: i32 = 18;

const STYLE: &str = "\
.name,.detail,.range{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}\
.name{font-weight:600}\
.detail,.range{font-size:10px;fill:#45515c}\
.range{stroke:#ffffff;stroke-width:4px;paint-order:stroke;text-anchor:middle}\
.frame{fill:#f7f8fa;stroke:#ccd2d8}";

impl Graph {
    /// Draws the graph as SVG, on a white ground, with a legend.
    ///
    /// Whoever depends on nobody stands on the left, and arrows point at whom somebody depends on: solid for what it cannot
    /// do without, dashed for a wish, red for what keeps it from running. Many that have the same neighbours share a frame, at
    /// which their arrows end. Why somebody does not run stands below the graph, if these are a few; pointing at a box or an
    /// arrow tells all of it in any case.
    pub fn to_svg(&self) -> String {
        let is_labelled = self.edges.len() <= LABELLED;
        let sizes: Vec<_> = self.nodes.iter().map(size).collect();
        let layout = Layout::of(self, &sizes, self.room(is_labelled));
        let width = [layout.width, NARROWEST, text_width(&self.title) * 4 / 3].into_iter().max().unwrap_or(NARROWEST);
        let causes = self.causes(width);
        let foot = HEAD + layout.height + MARGIN;
        let height = foot + LINE * causes.len() as i32 + if causes.is_empty() { 0 } else { MARGIN };
        let style = format!("{FONTS}{STYLE}{}{}", looks(), edges::style());
        let mut svg = Svg::new(width + 2 * MARGIN, height, &self.title, &style);

        edges::write_markers(&mut svg);
        self.write_head(&mut svg);
        svg.begin("g", &[("transform", &format!("translate({MARGIN} {HEAD})"))]);
        layout.frames.iter().for_each(|frame| write_rect(&mut svg, "frame", *frame, 8));
        edges::write_edges(&mut svg, self, &layout);
        self.nodes.iter().zip(&layout.boxes).for_each(|(node, place)| write_box(&mut svg, node, *place));
        if is_labelled {
            edges::write_ranges(&mut svg, self, &layout);
        }
        svg.end();
        (1..).zip(&causes).for_each(|(nth, line)| svg.line("cause", MARGIN, foot + LINE * nth, line));
        svg.finish()
    }

    /// Returns how much room there is between columns: more where ranges stand.
    fn room(&self, is_labelled: bool) -> i32 {
        let ranges = self.edges.iter().filter(|_| is_labelled).map(|edge| columns(&edge.range));
        64 + (f64::from(ranges.max().unwrap_or(0)) * DETAIL) as i32
    }

    /// Returns the lines below the graph.
    fn causes(&self, width: i32) -> Vec<String> {
        let all: Vec<_> = self.nodes.iter().filter(|node| !node.cause.is_empty()).collect();
        let most = (f64::from(width) / LETTER) as i32;
        let shown = all.iter().take(CAUSES);
        let mut lines: Vec<_> = shown.flat_map(|node| wrapped(&node.why().unwrap_or_default(), most)).collect();
        if all.len() > CAUSES {
            lines.push(format!("and {} more: point at a box to read why", all.len() - CAUSES));
        }
        lines
    }

    /// Writes the title and the legend.
    fn write_head(&self, svg: &mut Svg) {
        svg.line("title", MARGIN, MARGIN + 12, &self.title);
        let mut counts = BTreeMap::new();
        self.nodes.iter().for_each(|node| *counts.entry(node.state).or_insert(0) += 1);
        let (mut x, y) = (MARGIN, MARGIN + 36);
        if counts.is_empty() {
            svg.line("legend", x, y, "no extensions");
        }
        for (state, count) in counts {
            let text = format!("{count} {state}");
            write_rect(svg, state.look().class, Rect { x, y: y - 10, width: 12, height: 12 }, 3);
            svg.line("legend", x + 18, y, &text);
            x += 34 + text_width(&text);
        }
        edges::write_legend(svg, self, MARGIN, y + 22);
    }
}

/// Returns how large the box of a node is.
fn size(node: &GraphNode) -> Size {
    let name = f64::from(columns(node.name.as_str()).min(LONGEST_NAME)) * NAME;
    let detail = f64::from(columns(&detail(node))) * DETAIL;
    Size { width: 20 + name.max(detail).ceil() as i32, height: BOX }
}

/// Says the version and the state, for the line below the name.
fn detail(node: &GraphNode) -> String {
    node.detail(|version| shortened(version, LONGEST_VERSION))
}

fn write_box(svg: &mut Svg, node: &GraphNode, place: Rect) {
    svg.begin("g", &[]);
    svg.element("title", &[], &node.all_of_it());
    write_rect(svg, node.state.look().class, place, 6);
    svg.line("name", place.x + 10, place.y + 15, &shortened(node.name.as_str(), LONGEST_NAME));
    svg.line("detail", place.x + 10, place.y + 29, &detail(node));
    svg.end();
}

fn write_rect(svg: &mut Svg, class: &str, place: Rect, corner: i32) {
    let Rect { x, y, width, height } = place;
    let place: [(_, &dyn std::fmt::Display); 6] =
        [("class", &class), ("x", &x), ("y", &y), ("width", &width), ("height", &height), ("rx", &corner)];
    svg.leaf("rect", &place);
}

/// Says how boxes look.
fn looks() -> String {
    let look = |Look { class, fill, stroke, is_dashed }: &Look| {
        let dashes = if *is_dashed { ";stroke-dasharray:5 4" } else { "" };
        format!(".{class}{{fill:{fill};stroke:{stroke};stroke-width:1.4{dashes}}}")
    };
    LOOKS.iter().map(look).collect()
}
