//! Who stands in which column.

use super::Graph;

/// Which way each edge goes for the layout, and how deep each node is.
pub(super) struct Depths {
    /// 0 for whoever depends on nobody, else one more than the deepest that it depends on.
    pub(super) of: Vec<u32>,
    /// Of each edge, whether it closes a cycle, and so leads from left to right.
    pub(super) is_back: Vec<bool>,
}

/// Finds how deep each node is, where the edges that close a cycle count the other way round.
pub(super) fn depths(graph: &Graph) -> Depths {
    let mut leaving = vec![Vec::new(); graph.nodes.len()];
    for (id, edge) in graph.drawn_edges() {
        leaving[edge.from].push((id, edge.to));
    }
    let order = walk(&leaving);
    let mut rank = vec![0; order.len()];
    order.iter().enumerate().for_each(|(nth, node)| rank[*node] = nth);

    // Whoever is depended on comes first in that order, unless that is a cycle.
    let mut is_back = vec![false; graph.edges.len()];
    let mut after = vec![Vec::new(); graph.nodes.len()];
    for (id, edge) in graph.drawn_edges() {
        is_back[id] = rank[edge.to] > rank[edge.from];
        let (from, to) = if is_back[id] { (edge.to, edge.from) } else { (edge.from, edge.to) };
        after[from].push(to);
    }
    let mut of: Vec<u32> = vec![0; graph.nodes.len()];
    for node in order {
        of[node] = after[node].iter().map(|to| of[*to] + 1).max().unwrap_or(0);
    }
    Depths { of, is_back }
}

/// Goes through all nodes, whom a node depends on before itself. Without recursion, since a chain may be long.
fn walk(leaving: &[Vec<(usize, usize)>]) -> Vec<usize> {
    let mut is_seen = vec![false; leaving.len()];
    let mut order = Vec::with_capacity(leaving.len());
    let mut path = Vec::new();
    for start in 0..leaving.len() {
        path.push((start, 0));
        while let Some((node, next)) = path.pop() {
            if next == 0 && std::mem::replace(&mut is_seen[node], true) {
                continue;
            }
            match leaving[node].get(next) {
                Some(&(_, to)) => {
                    path.push((node, next + 1));
                    if !is_seen[to] {
                        path.push((to, 0));
                    }
                }
                None => order.push(node),
            }
        }
    }
    order
}
