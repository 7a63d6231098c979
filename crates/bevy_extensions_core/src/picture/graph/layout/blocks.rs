//! Those with the same neighbours become one block, instead of a column of hundreds.

use std::collections::BTreeMap;

use super::{GAP, Graph, Point, Rect, Size, depth::Depths};

/// How many with the same neighbours become a block.
const ENOUGH: usize = 5;

/// How much wider than high a block is.
const WIDER: i32 = 2;

/// The nodes, alone or in blocks, and the edges between those.
pub(super) struct Blocks {
    pub(super) all: Vec<Block>,
    /// Nodes without neighbours, which go into a block of their own.
    pub(super) alone: Block,
    /// The link that each edge is drawn by; `None` if it is not drawn.
    pub(super) link_of: Vec<Option<usize>>,
    pub(super) links: Vec<Link>,
}

/// Nodes that stand together.
#[derive(Default)]
pub(super) struct Block {
    /// Each with its place within the block.
    pub(super) members: Vec<(usize, Rect)>,
    pub(super) size: Size,
    pub(super) depth: u32,
}

/// Edges between the same blocks that look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    /// The block on the right.
    pub(super) from: usize,
    /// The block on the left.
    pub(super) to: usize,
    pub(super) class: Class,
}

/// What edges have to have in common to be drawn as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Class {
    pub(super) is_broken: bool,
    pub(super) is_soft: bool,
    /// Whether it closes a cycle, and so leads from left to right.
    pub(super) is_back: bool,
}

impl Block {
    /// Tells whether it has a frame around it.
    pub(super) fn is_framed(&self) -> bool {
        self.members.len() > 1
    }

    fn new(nodes: &[usize], depth: u32, sizes: &[Size]) -> Self {
        match *nodes {
            [] => Self::default(),
            [only] => {
                let size = sizes[only];
                let place = Rect { width: size.width, height: size.height, ..Rect::default() };
                Self { members: vec![(only, place)], size, depth }
            }
            _ => Self::grid(nodes, depth, sizes),
        }
    }

    /// Puts nodes in rows and columns within a frame.
    fn grid(nodes: &[usize], depth: u32, sizes: &[Size]) -> Self {
        let cell = nodes.iter().map(|node| sizes[*node]).fold(Size::default(), |all, one| Size {
            width: all.width.max(one.width),
            height: all.height.max(one.height),
        });
        let area = nodes.len() as f64 * f64::from((cell.width + GAP) * (cell.height + GAP));
        let high = (area / f64::from(WIDER)).sqrt() / f64::from(cell.height + GAP);
        let rows = (high.ceil() as usize).clamp(1, nodes.len());
        let place = |(nth, node): (usize, &usize)| {
            let (column, row) = ((nth / rows) as i32, (nth % rows) as i32);
            let (x, y) = (GAP + column * (cell.width + GAP), GAP + row * (cell.height + GAP));
            (*node, Rect { x, y, width: cell.width, height: cell.height })
        };
        let columns = nodes.len().div_ceil(rows) as i32;
        Self {
            members: nodes.iter().enumerate().map(place).collect(),
            size: Size { width: GAP + columns * (cell.width + GAP), height: GAP + rows as i32 * (cell.height + GAP) },
            depth,
        }
    }

    /// Goes through the members, where the block stands at a place.
    pub(super) fn members_at(&self, at: Point) -> impl Iterator<Item = (usize, Rect)> {
        self.members.iter().map(move |(node, place)| (*node, place.moved(at)))
    }
}

/// Puts nodes with the same neighbours together.
pub(super) fn blocks(graph: &Graph, depths: &Depths, sizes: &[Size]) -> Blocks {
    let class = |id: usize| {
        let edge = &graph.edges[id];
        Class { is_broken: edge.is_broken, is_soft: !edge.kind.is_hard(), is_back: depths.is_back[id] }
    };
    let mut neighbours = vec![Vec::new(); graph.nodes.len()];
    for (id, edge) in graph.drawn_edges() {
        neighbours[edge.from].push((edge.to, false, class(id)));
        neighbours[edge.to].push((edge.from, true, class(id)));
    }
    let mut alike = BTreeMap::<_, Vec<usize>>::new();
    for (node, neighbours) in neighbours.iter_mut().enumerate() {
        neighbours.sort();
        // Of a cycle, those who are alike may still stand in different columns.
        alike.entry((depths.of[node], &*neighbours)).or_default().push(node);
    }
    let mut together = Vec::new();
    let mut alone = Vec::new();
    for ((depth, neighbours), nodes) in alike {
        match nodes.len() {
            _ if neighbours.is_empty() => alone = nodes,
            ENOUGH.. => together.push((nodes, depth)),
            _ => together.extend(nodes.into_iter().map(|node| (vec![node], depth))),
        }
    }
    // In the order of the nodes, which is by depth for those in the plan.
    together.sort();
    let all: Vec<_> = together.iter().map(|(nodes, depth)| Block::new(nodes, *depth, sizes)).collect();
    let mut block_of = vec![usize::MAX; graph.nodes.len()];
    for (block, (nodes, _)) in together.iter().enumerate() {
        nodes.iter().for_each(|node| block_of[*node] = block);
    }

    let link = |id: usize| {
        let (from, to) = (block_of[graph.edges[id].from], block_of[graph.edges[id].to]);
        let class = class(id);
        let (from, to) = if class.is_back { (to, from) } else { (from, to) };
        Link { from, to, class }
    };
    let mut links: Vec<_> = graph.drawn_edges().map(|(id, _)| link(id)).collect();
    links.sort();
    links.dedup();
    let mut link_of = vec![None; graph.edges.len()];
    graph.drawn_edges().for_each(|(id, _)| link_of[id] = links.binary_search(&link(id)).ok());
    Blocks { all, alone: Block::new(&alone, 0, sizes), link_of, links }
}
