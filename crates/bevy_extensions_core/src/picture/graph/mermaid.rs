//! The graph for Mermaid.

use std::fmt::{self, Write as _};

use super::{Graph, GraphEdge, GraphNode};
use crate::picture::look::{INK, LOOKS, Look};

impl Graph {
    /// Writes the graph for [Mermaid](https://mermaid.js.org), which many sites show in a block of code named `mermaid`.
    ///
    /// They take graphs of some hundred edges at most.
    pub fn to_mermaid(&self) -> String {
        let mut text = String::new();
        self.write_mermaid(&mut text).expect("a string takes everything");
        text
    }

    fn write_mermaid(&self, text: &mut String) -> fmt::Result {
        // YAML reads the texts of JSON.
        writeln!(text, "---\ntitle: {}\n---\nflowchart RL", serde_json::Value::from(self.title.as_str()))?;
        for (id, node) in self.nodes.iter().enumerate() {
            writeln!(text, "  n{id}[{}]:::{}", label(node), node.state.look().class)?;
        }
        for (_, edge) in self.drawn_edges() {
            write_edge(text, edge)?;
        }
        let broken = self.drawn_edges().enumerate().filter(|(_, (_, edge))| edge.is_broken);
        for (nth, (_, edge)) in broken {
            writeln!(text, "  linkStyle {nth} stroke:{}", edge.look().color)?;
        }
        let is_used = |look: &&Look| self.nodes.iter().any(|node| node.state.look() == **look);
        for Look { class, fill, stroke, is_dashed } in LOOKS.iter().filter(is_used) {
            let dashes = if *is_dashed { ",stroke-dasharray:5 4" } else { "" };
            writeln!(text, "  classDef {class} fill:{fill},stroke:{stroke},color:{INK}{dashes}")?;
        }
        Ok(())
    }
}

fn label(node: &GraphNode) -> String {
    let cause = if node.cause.is_empty() { String::new() } else { format!("\n{}", node.cause) };
    quoted(&format!("{}\n{}{cause}", node.name, node.detail(str::to_string)))
}

fn write_edge(text: &mut String, edge: &GraphEdge) -> fmt::Result {
    let arrow = if edge.look().is_dashed { "-.->" } else { "-->" };
    let range = if edge.range.is_empty() { String::new() } else { format!("|{}|", quoted(&edge.range)) };
    writeln!(text, "  n{} {arrow}{range} n{}", edge.from, edge.to)
}

/// Writes a text so that Mermaid shows it as it is: neither markup nor Markdown nor the end of the text.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => quoted += "<br/>",
            '"' | '#' | '&' | '<' | '>' | '`' | '*' | '\\' | ';' => {
                write!(quoted, "#{};", u32::from(c)).expect("a string takes everything");
            }
            c if c.is_control() => quoted.push(char::REPLACEMENT_CHARACTER),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
