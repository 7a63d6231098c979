//! What has a place in a column, and how high that is.

use rust_sugiyama::{
    configure::{Config, RankingType},
    from_vertices_and_edges,
};

use super::super::{
    blocks::{Blocks, Class},
    heights::Stack,
};

/// Something that has a place in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stop {
    Block(usize),
    /// Where the edges of a class to a block pass a column.
    Trunk(usize, Class, u32),
}

/// Where everything that has a place in a column stands, from above.
pub(super) struct Stops {
    /// Sorted.
    all: Vec<(u32, Stop)>,
    /// The middle of each.
    y: Vec<i32>,
    heights: Vec<i32>,
    /// From the one on the right to the one on the left, in columns side by side. Sorted.
    pub(super) steps: Vec<(usize, usize)>,
}

impl Stop {
    pub(super) fn depth(self, blocks: &Blocks) -> u32 {
        match self {
            Self::Block(id) => blocks.all[id].depth,
            Self::Trunk(_, _, depth) => depth,
        }
    }

    fn height(self, blocks: &Blocks) -> i32 {
        match self {
            Self::Block(id) => blocks.all[id].size.height,
            Self::Trunk(..) => 0,
        }
    }
}

impl Stops {
    pub(super) fn of(blocks: &Blocks, members: &[usize], chains: &[Vec<Stop>]) -> Self {
        let trunks = chains.iter().flatten().filter(|stop| matches!(stop, Stop::Trunk(..))).copied();
        let all = members.iter().map(|id| Stop::Block(*id)).chain(trunks);
        let mut all: Vec<_> = all.map(|stop| (stop.depth(blocks), stop)).collect();
        all.sort_unstable();
        all.dedup();
        let heights = all.iter().map(|(_, stop)| stop.height(blocks)).collect();
        let mut stops = Self { y: vec![0; all.len()], all, heights, steps: Vec::new() };

        let steps = chains.iter().flat_map(|chain| chain.windows(2)).map(|pair| (pair[0], pair[1]));
        let steps = steps.filter(|(from, to)| from.depth(blocks) - to.depth(blocks) == 1);
        stops.steps = steps.map(|(from, to)| (stops.index(blocks, from), stops.index(blocks, to))).collect();
        stops.steps.sort_unstable();
        stops.steps.dedup();
        stops.arrange();
        stops
    }

    fn arrange(&mut self) {
        let mut linked = vec![Vec::new(); self.all.len()];
        for &(from, to) in &self.steps {
            linked[from].push(to);
            linked[to].push(from);
        }
        let mut columns: Vec<Vec<usize>> = Vec::new();
        for id in order(self.all.len(), &self.steps) {
            let depth = self.depth(id) as usize;
            columns.resize(columns.len().max(depth + 1), Vec::new());
            columns[depth].push(id);
        }
        self.y = Stack { columns: &columns, heights: &self.heights, linked: &linked }.middles();
    }

    /// Returns the middle of a stop.
    pub(super) fn y_of(&self, blocks: &Blocks, stop: Stop) -> i32 {
        self.y[self.index(blocks, stop)]
    }

    pub(super) fn index(&self, blocks: &Blocks, stop: Stop) -> usize {
        self.all.binary_search(&(stop.depth(blocks), stop)).expect("every stop of the part is there")
    }

    /// Returns the column of a stop.
    pub(super) fn depth(&self, index: usize) -> u32 {
        self.all[index].0
    }

    /// Goes through all stops: their column, top and bottom.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, i32, i32)> {
        let places = self.y.iter().zip(&self.heights);
        self.all.iter().zip(places).map(|((depth, _), (y, height))| (*depth, y - height / 2, y + height / 2))
    }

    /// Moves all stops of a column down by what is said of it.
    pub(super) fn move_down(&mut self, by: impl Fn(u32) -> i32) {
        self.all.iter().zip(&mut self.y).for_each(|((depth, _), y)| *y += by(*depth));
    }
}

/// Returns everything in an order, from above, in which few edges cross. Each leads to the column before.
///
/// `rust-sugiyama` follows edges by recursion. They lead to lower numbers here, where it has been already, so a long chain
/// is no danger to the stack.
fn order(stops: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let vertices: Vec<_> = (0..stops as u32).map(|id| (id, (1.0, 1.0))).collect();
    let edges: Vec<_> = edges.iter().map(|(from, to)| (*from as u32, *to as u32)).collect();
    let config =
        Config { dummy_vertices: false, ranking_type: RankingType::Down, transpose: false, ..Config::default() };
    let parts = from_vertices_and_edges(&vertices, &edges, &config);
    // Without the ways that are too long it may fall apart.
    let places = parts
        .into_iter()
        .enumerate()
        .flat_map(|(part, (places, ..))| places.into_iter().map(move |(id, (across, _))| (part, across, id)));
    let mut places: Vec<_> = places.collect();
    places.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    places.into_iter().map(|(.., id)| id).collect()
}
