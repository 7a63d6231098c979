//! What hangs together is laid out by itself.
//!
//! The order within the columns is the work of `rust-sugiyama`. It does not tell how an edge gets past the columns between
//! its ends. So an edge is a chain of points here, one for each column, and those are placed as boxes are. Edges to the same box share their points, as far as they go the same way: a *trunk*.

use std::collections::{BTreeMap, BTreeSet};

use rust_sugiyama::{
    configure::{Config, RankingType},
    from_vertices_and_edges,
};

use super::{
    Point, Size,
    blocks::{Blocks, Class, Link},
    heights::Stack,
};

/// How many columns a trunk passes at most. What is longer runs straight, behind the boxes: points for each column would
/// take memory with the square of the extensions.
const LONGEST: u32 = 40;

/// Some blocks that hang together.
#[derive(Default)]
pub(super) struct Part {
    pub(super) size: Size,
    /// Each block, and its upper left corner within the part.
    pub(super) blocks: Vec<(usize, Point)>,
    /// Each link, and its way from the block on the right to that on the left.
    pub(super) ways: Vec<(usize, Vec<Point>)>,
}

/// Lays out what hangs together; the largest first.
pub(super) fn parts(blocks: &Blocks, room: i32) -> Vec<Part> {
    let mut parts: Vec<_> =
        connected(blocks).iter().map(|(members, links)| part(blocks, members, links, room)).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.blocks.len()));
    parts
}

/// Returns the blocks that hang together, with their links.
fn connected(blocks: &Blocks) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut leader: Vec<_> = (0..blocks.all.len()).collect();
    for link in &blocks.links {
        let (a, b) = (find(&mut leader, link.from), find(&mut leader, link.to));
        leader[a.max(b)] = a.min(b);
    }
    let mut parts = BTreeMap::<_, (Vec<_>, Vec<_>)>::new();
    for block in 0..blocks.all.len() {
        parts.entry(find(&mut leader, block)).or_default().0.push(block);
    }
    for (id, link) in blocks.links.iter().enumerate() {
        parts.entry(find(&mut leader, link.from)).or_default().1.push(id);
    }
    parts.into_values().collect()
}

fn find(leader: &mut [usize], mut of: usize) -> usize {
    while leader[of] != of {
        leader[of] = leader[leader[of]];
        of = leader[of];
    }
    of
}

/// Something that has a place in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stop {
    Block(usize),
    /// Where the edges of a class to a block pass a column.
    Trunk(usize, Class, u32),
}

fn part(blocks: &Blocks, members: &[usize], links: &[usize], room: i32) -> Part {
    let chains: Vec<_> = links.iter().map(|id| chain(blocks, blocks.links[*id])).collect();
    let stops = Stops::of(blocks, members, &chains);
    let columns = Columns::of(blocks, members, room);
    let ports = Ports::of(blocks, &stops, links, &chains);
    let corner = |id: usize| {
        let block = &blocks.all[id];
        Point { x: columns.left[block.depth as usize], y: stops.y_of(blocks, Stop::Block(id)) - block.size.height / 2 }
    };
    let way = |(id, chain): (&usize, &Vec<Stop>)| (*id, way(blocks, &columns, &stops, &ports, *id, chain));
    Part {
        blocks: members.iter().map(|id| (*id, corner(*id))).collect(),
        ways: links.iter().zip(&chains).map(way).collect(),
        size: Size::default(),
    }
    .at_origin(blocks)
}

/// Returns what a link passes, from right to left.
fn chain(blocks: &Blocks, link: Link) -> Vec<Stop> {
    let (right, left) = (blocks.all[link.from].depth, blocks.all[link.to].depth);
    let between = if right - left > LONGEST { right..right } else { left + 1..right };
    let trunk = between.rev().map(|depth| Stop::Trunk(link.to, link.class, depth));
    [Stop::Block(link.from)].into_iter().chain(trunk).chain([Stop::Block(link.to)]).collect()
}

fn way(blocks: &Blocks, columns: &Columns, stops: &Stops, ports: &Ports, id: usize, chain: &[Stop]) -> Vec<Point> {
    let Link { from, to, class } = blocks.links[id];
    let (right, left) = (&blocks.all[from], &blocks.all[to]);
    let start = Point { x: columns.left[right.depth as usize], y: ports.leaving[&id] };
    let y = ports.arriving[&(to, class)];
    let (column, end) = (left.depth as usize, columns.left[left.depth as usize] + left.size.width);
    let mut way = vec![start];
    for stop in chain {
        if let Stop::Trunk(_, _, depth) = *stop {
            let y = stops.y_of(blocks, *stop);
            way.extend([columns.right[depth as usize], columns.left[depth as usize]].map(|x| Point { x, y }));
        }
    }
    way.extend([columns.right[column], end].map(|x| Point { x, y }));
    way.dedup();
    way
}

impl Part {
    /// Moves everything so that it begins at 0.
    fn at_origin(mut self, blocks: &Blocks) -> Self {
        let corners = self.blocks.iter().map(|(id, at)| (*at, blocks.all[*id].size));
        let opposite = corners.clone().map(|(at, size)| Point { x: at.x + size.width, y: at.y + size.height });
        let points: Vec<_> = corners
            .map(|(at, _)| at)
            .chain(opposite)
            .chain(self.ways.iter().flat_map(|(_, way)| way.iter().copied()))
            .collect();
        let range = |of: fn(&Point) -> i32| {
            let all = points.iter().map(of);
            (all.clone().min().unwrap_or(0), all.max().unwrap_or(0))
        };
        let ((left, right), (top, bottom)) = (range(|point| point.x), range(|point| point.y));
        let places = self.blocks.iter_mut().map(|(_, at)| at).chain(self.ways.iter_mut().flat_map(|(_, way)| way));
        places.for_each(|point| *point = Point { x: point.x - left, y: point.y - top });
        self.size = Size { width: right - left, height: bottom - top };
        self
    }
}

/// Where everything that has a place in a column stands, from above.
struct Stops {
    /// Sorted.
    all: Vec<(u32, Stop)>,
    /// The middle of each.
    y: Vec<i32>,
}

impl Stops {
    fn of(blocks: &Blocks, members: &[usize], chains: &[Vec<Stop>]) -> Self {
        let trunks = chains.iter().flatten().filter(|stop| matches!(stop, Stop::Trunk(..))).copied();
        let all = members.iter().map(|id| Stop::Block(*id)).chain(trunks);
        let mut all: Vec<_> = all.map(|stop| (stop.depth(blocks), stop)).collect();
        // `rust-sugiyama` follows edges by recursion. In this order it finds that done wherever they lead.
        all.sort();
        all.dedup();
        let mut stops = Self { y: vec![0; all.len()], all };
        stops.arrange(blocks, chains);
        stops
    }

    fn arrange(&mut self, blocks: &Blocks, chains: &[Vec<Stop>]) {
        let heights: Vec<_> = self.all.iter().map(|(_, stop)| stop.height(blocks)).collect();
        let index = |stop: Stop| self.index(blocks, stop);
        let is_short = |pair: &[Stop]| pair[0].depth(blocks) - pair[1].depth(blocks) == 1;
        let steps = chains.iter().flat_map(|chain| chain.windows(2)).filter(|pair| is_short(pair));
        let mut edges: Vec<_> = steps.map(|pair| (index(pair[0]), index(pair[1]))).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut linked = vec![Vec::new(); heights.len()];
        for &(from, to) in &edges {
            linked[from].push(to);
            linked[to].push(from);
        }
        let mut columns: Vec<Vec<usize>> = Vec::new();
        for id in order(heights.len(), &edges) {
            let depth = self.all[id].0 as usize;
            columns.resize(columns.len().max(depth + 1), Vec::new());
            columns[depth].push(id);
        }
        self.y = Stack { columns: &columns, heights: &heights, linked: &linked }.middles();
    }

    /// Returns the middle of a stop.
    fn y_of(&self, blocks: &Blocks, stop: Stop) -> i32 {
        self.y[self.index(blocks, stop)]
    }

    fn index(&self, blocks: &Blocks, stop: Stop) -> usize {
        self.all.binary_search(&(stop.depth(blocks), stop)).expect("every stop of the part is there")
    }
}

impl Stop {
    fn depth(self, blocks: &Blocks) -> u32 {
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

/// Returns everything in an order, from above, in which few edges cross. They lead to the column before, each.
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

/// Where columns begin and end, from the left.
struct Columns {
    left: Vec<i32>,
    right: Vec<i32>,
}

impl Columns {
    fn of(blocks: &Blocks, members: &[usize], room: i32) -> Self {
        let mut widths: Vec<i32> = Vec::new();
        for block in members.iter().map(|id| &blocks.all[*id]) {
            let depth = block.depth as usize;
            widths.resize(widths.len().max(depth + 1), 0);
            widths[depth] = widths[depth].max(block.size.width);
        }
        let right = widths.iter().scan(-room, |right, width| {
            *right += room + width;
            Some(*right)
        });
        let right: Vec<_> = right.collect();
        Self { left: right.iter().zip(&widths).map(|(right, width)| right - width).collect(), right }
    }
}

/// Where edges leave and reach blocks, from above.
struct Ports {
    /// By link.
    leaving: BTreeMap<usize, i32>,
    /// By block and class: those that look the same arrive at the same place.
    arriving: BTreeMap<(usize, Class), i32>,
}

impl Ports {
    fn of(blocks: &Blocks, stops: &Stops, links: &[usize], chains: &[Vec<Stop>]) -> Self {
        let mut leaving = BTreeMap::<_, Vec<_>>::new();
        let mut arriving = BTreeMap::<_, BTreeSet<_>>::new();
        for (id, chain) in links.iter().zip(chains) {
            let Link { from, to, class } = blocks.links[*id];
            leaving.entry(from).or_default().push((stops.y_of(blocks, chain[1]), *id));
            arriving.entry(to).or_default().insert(class);
        }
        let side = |block: usize, nth: usize, of: usize| {
            let (middle, height) = (stops.y_of(blocks, Stop::Block(block)), blocks.all[block].size.height);
            middle - height / 2 + height * (nth as i32 + 1) / (of as i32 + 1)
        };
        let mut ports = Self { leaving: BTreeMap::new(), arriving: BTreeMap::new() };
        for (block, mut links) in leaving {
            links.sort_unstable();
            let of = links.len();
            ports.leaving.extend(links.iter().enumerate().map(|(nth, (_, id))| (*id, side(block, nth, of))));
        }
        for (block, classes) in arriving {
            let of = classes.len();
            let places = classes.into_iter().enumerate().map(|(nth, class)| ((block, class), side(block, nth, of)));
            ports.arriving.extend(places);
        }
        ports
    }
}
