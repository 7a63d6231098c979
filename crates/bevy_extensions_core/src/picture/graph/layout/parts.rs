//! What hangs together is laid out by itself.
//!
//! An edge is a chain of stops, one for each column between its ends, so that it runs past the boxes there; stops are
//! placed as boxes are. Edges to the same box that look the same share their stops: a *trunk*, which they join one by one.

mod columns;
mod stops;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Point, Size,
    blocks::{Blocks, Class, Link},
};
use columns::Columns;
use stops::{Stop, Stops};

/// How many stops all trunks have at most, for each block. What is left runs straight, behind the boxes: stops in each
/// column for everybody would take time with the square of the extensions.
const STOPS: u32 = 16;

/// Some blocks that hang together.
#[derive(Default)]
pub(super) struct Part {
    pub(super) size: Size,
    /// Each block, and its upper left corner within the part.
    pub(super) blocks: Vec<(usize, Point)>,
    /// Each link, and its way from the block on the right to that on the left.
    pub(super) ways: Vec<(usize, Vec<Point>)>,
}

/// Lays out what hangs together; the largest first. Between two columns there is at least so much room.
pub(super) fn parts(blocks: &Blocks, room: i32) -> Vec<Part> {
    let connected = connected(blocks);
    let mut parts: Vec<_> = connected.iter().map(|(members, links)| part(blocks, members, links, room)).collect();
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

fn part(blocks: &Blocks, members: &[usize], links: &[usize], room: i32) -> Part {
    let trunks = trunks(blocks, members, links);
    let chains: Vec<_> = links.iter().map(|id| chain(blocks, blocks.links[*id], &trunks)).collect();
    let mut stops = Stops::of(blocks, members, &chains);
    let columns = Columns::of(blocks, members, &mut stops, room);
    let ports = Ports::of(blocks, &stops, links, &chains);
    let corner = |id: usize| {
        let block = &blocks.all[id];
        Point { x: columns.left(block.depth), y: stops.y_of(blocks, Stop::Block(id)) - block.size.height / 2 }
    };
    let way = |(id, chain): (&usize, &Vec<Stop>)| (*id, way(blocks, &columns, &stops, &ports, *id, chain));
    Part {
        blocks: members.iter().map(|id| (*id, corner(*id))).collect(),
        ways: links.iter().zip(&chains).map(way).collect(),
        size: Size::default(),
    }
    .at_origin(blocks)
}

/// Returns the trunks that there are, by the block that they lead to: rather short ones, and such that many join.
fn trunks(blocks: &Blocks, members: &[usize], links: &[usize]) -> BTreeSet<(usize, Class)> {
    let mut all = BTreeMap::<_, (u32, u32)>::new();
    for link in links.iter().map(|id| blocks.links[*id]) {
        let (longest, joining) = all.entry((link.to, link.class)).or_default();
        *longest = (*longest).max(blocks.all[link.from].depth - blocks.all[link.to].depth);
        *joining += 1;
    }
    let mut all: Vec<_> =
        all.into_iter().map(|(trunk, (longest, joining))| (longest / joining, longest, trunk)).collect();
    all.sort_unstable();
    let mut left = STOPS * (members.len() as u32 + STOPS);
    let is_had = |(_, longest, trunk): &(_, u32, _)| {
        left = left.checked_sub(*longest)?;
        Some(*trunk)
    };
    all.iter().map_while(is_had).collect()
}

/// Returns where a link stops, from right to left.
fn chain(blocks: &Blocks, link: Link, trunks: &BTreeSet<(usize, Class)>) -> Vec<Stop> {
    let (right, left) = (blocks.all[link.from].depth, blocks.all[link.to].depth);
    let between = if trunks.contains(&(link.to, link.class)) { left + 1..right } else { right..right };
    let trunk = between.rev().map(|depth| Stop::Trunk(link.to, link.class, depth));
    [Stop::Block(link.from)].into_iter().chain(trunk).chain([Stop::Block(link.to)]).collect()
}

fn way(blocks: &Blocks, columns: &Columns, stops: &Stops, ports: &Ports, id: usize, chain: &[Stop]) -> Vec<Point> {
    let Link { from, to, class } = blocks.links[id];
    let left = &blocks.all[to];
    let mut way = vec![Point { x: columns.left(blocks.all[from].depth), y: ports.leaving[&id] }];
    for pair in chain.windows(2) {
        let depth = pair[1].depth(blocks);
        // Whoever runs through a column does so level, so that it meets nobody else there.
        let (y, end) = match pair[1] {
            Stop::Trunk(..) => (stops.y_of(blocks, pair[1]), columns.left(depth)),
            Stop::Block(_) => (ports.arriving[&(to, class)], columns.left(depth) + left.size.width),
        };
        let begin = Point { x: columns.right(depth), y };
        let before = *way.last().expect("it has a start");
        let step = (stops.index(blocks, pair[0]), stops.index(blocks, pair[1]));
        way.extend(columns.turn(step, before, begin).into_iter().flatten());
        way.extend([begin, Point { x: end, y }]);
    }
    way.dedup();
    way
}

impl Part {
    /// Moves everything so that it begins at 0.
    fn at_origin(mut self, blocks: &Blocks) -> Self {
        let corners = self.blocks.iter().map(|(id, at)| (*at, blocks.all[*id].size));
        let opposite = corners.clone().map(|(at, size)| Point { x: at.x + size.width, y: at.y + size.height });
        let on_ways = self.ways.iter().flat_map(|(_, way)| way.iter().copied());
        let points: Vec<_> = corners.map(|(at, _)| at).chain(opposite).chain(on_ways).collect();
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
