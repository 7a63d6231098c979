//! The graph for Graphviz.

use std::fmt::{self, Write as _};

use super::{Graph, GraphEdge, GraphNode};
use crate::picture::look::{EdgeLook, GROUND, INK, Look};

impl Graph {
    /// Writes the graph for [Graphviz](https://graphviz.org): `dot -Tsvg` makes a picture of it.
    pub fn to_dot(&self) -> String {
        let mut text = String::new();
        self.write_dot(&mut text).expect("a string takes everything");
        text
    }

    fn write_dot(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "digraph extensions {{")?;
        writeln!(
            text,
            "  graph [rankdir=RL, bgcolor=\"{GROUND}\", fontname=\"sans-serif\", labelloc=t, label={}];",
            quoted(&self.title)
        )?;
        writeln!(text, "  node [shape=box, fontname=\"monospace\", fontcolor=\"{INK}\"];")?;
        writeln!(text, "  edge [fontname=\"monospace\", fontsize=10, fontcolor=\"{INK}\"];")?;
        for (id, node) in self.nodes.iter().enumerate() {
            write_node(text, id, node)?;
        }
        for (_, edge) in self.drawn_edges() {
            self.write_edge(text, edge)?;
        }
        writeln!(text, "}}")
    }

    fn write_edge(&self, text: &mut String, edge: &GraphEdge) -> fmt::Result {
        let EdgeLook { color, is_dashed, .. } = edge.look();
        let style = if is_dashed { "dashed" } else { "solid" };
        write!(text, "  n{} -> n{} [style={style}, color=\"{color}\"", edge.from, edge.to)?;
        if !edge.range.is_empty() {
            write!(text, ", label={}", quoted(&edge.range))?;
        }
        writeln!(text, ", tooltip={}];", quoted(&self.edge_text(edge)))
    }
}

fn write_node(text: &mut String, id: usize, node: &GraphNode) -> fmt::Result {
    let Look { fill, stroke, is_dashed, .. } = node.state.look();
    let style = if is_dashed { "rounded,filled,dashed" } else { "rounded,filled" };
    let label = format!("{}\n{}", node.name, node.detail(str::to_string));
    let (label, tooltip) = (quoted(&label), quoted(&node.all_of_it()));
    writeln!(
        text,
        "  n{id} [label={label}, style=\"{style}\", fillcolor=\"{fill}\", color=\"{stroke}\", tooltip={tooltip}];"
    )
}

/// Writes a text so that Graphviz shows it as it is.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted += "\\\"",
            '\\' => quoted += "\\\\",
            '\n' => quoted += "\\n",
            // Graphviz reads entities in a text.
            '&' => quoted += "&amp;",
            c if c.is_control() => quoted.push(char::REPLACEMENT_CHARACTER),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
