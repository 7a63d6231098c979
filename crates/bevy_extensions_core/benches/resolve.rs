//! How long `resolve` takes, against petgraph's `toposort` of the ready graph, and how much memory.
//!
//! A plain `main` rather than `divan`: both sides run in turns and stand in one line with their ratio.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use bevy_extensions_core::{Candidate, HostSettings, Resolution, resolve};
use petgraph::{algo::toposort, graph::DiGraph};

mod clock;
mod town;

use clock::{text, time};
use town::{Needs, SplitMix, candidate, name};

fn main() {
    // `cargo bench` passes `--bench`, `cargo test` does not: it only wants to see that this runs.
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    let (sizes, rounds): (&[usize], usize) =
        if has("--bench") && !has("--test") { (&[100, 1_000, 10_000, 60_000], 51) } else { (&[100], 1) };

    for (order, shuffled) in [("in the order of names", false), ("shuffled", true)] {
        println!("\nresolve, two requirements each, candidates {order}; growth is that of the time for one manifest");
        println!(
            "  {:>9}  {:>9}  {:>9}  {:>7}  {:>4}  {:>7}  {:>26}  {:>11}  {:>12}",
            "manifests",
            "toposort",
            "resolve",
            "ratio",
            "goal",
            "ns each",
            "growth: ours, theirs, log n",
            "bytes given",
            "bytes on top"
        );
        let mut before: Option<Line> = None;
        for &count in sizes {
            let town = Town::new(count, shuffled);
            let (toposort, resolve) = in_turns(rounds, || town.sort(), || town.resolve());
            let line = Line { count: count as f64, toposort: toposort.as_secs_f64(), resolve: resolve.as_secs_f64() };
            println!(
                "  {count:>9}  {:>9}  {:>9}  {:>6.2}x  {:>4}  {:>7.0}  {:>27}  {:>11}  {:>12}",
                text(toposort),
                text(resolve),
                line.resolve / line.toposort,
                if count == 10_000 { "10x" } else { "" },
                line.resolve / line.count * 1e9,
                before.map(|before| line.growth(&before)).unwrap_or_default(),
                town.bytes / count,
                Memory::of(|| town.resolve()).peak / count,
            );
            before = Some(line);
        }
    }
}

/// What was measured at one size.
struct Line {
    count: f64,
    toposort: f64,
    resolve: f64,
}

impl Line {
    /// Says how much longer one manifest takes than at the size before; with n log n it would be the last number.
    ///
    /// What is more than that is the memory: the graph, and even more the manifests, grow out of the caches.
    fn growth(&self, before: &Self) -> String {
        let times = self.count / before.count;
        format!(
            "{:.2}  {:.2}  {:.2}",
            self.resolve / before.resolve / times,
            self.toposort / before.toposort / times,
            self.count.ln() / before.count.ln(),
        )
    }
}

/// Candidates that all can start, and the same as a graph.
struct Town {
    candidates: Vec<Candidate>,
    /// What the candidates take in memory.
    bytes: usize,
    graph: DiGraph<(), ()>,
}

impl Town {
    fn new(count: usize, shuffled: bool) -> Self {
        let mut random = SplitMix(42);
        let needs = Needs::new(count, &mut random);
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&id| name(id));
        if shuffled {
            (1..count).for_each(|last| order.swap(last, random.below(last + 1)));
        }

        let mut candidates = Vec::new();
        let memory = Memory::of(|| {
            candidates = order.iter().map(|&id| candidate(id, &needs)).collect();
        });

        let mut graph = DiGraph::with_capacity(count, 2 * count);
        let mut nodes = vec![Default::default(); count];
        order.iter().for_each(|&id| nodes[id] = graph.add_node(()));
        for &id in &order {
            needs.of(id).for_each(|other| _ = graph.add_edge(nodes[other], nodes[id], ()));
        }
        Self { candidates, bytes: memory.live, graph }
    }

    fn sort(&self) -> usize {
        let order = toposort(&self.graph, None).expect("everyone requires earlier ones only");
        assert_eq!(order.len(), self.candidates.len());
        order.len()
    }

    fn resolve(&self) -> Resolution {
        let resolution = resolve(&self.candidates, &HostSettings::default());
        assert_eq!(resolution.plan.len(), self.candidates.len(), "everyone can start");
        resolution
    }
}

/// Runs both sides in turns, and returns the shortest time of each: noise only ever adds.
fn in_turns<A, B>(rounds: usize, mut a: impl FnMut() -> A, mut b: impl FnMut() -> B) -> (Duration, Duration) {
    let mut best = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        best = (best.0.min(time(&mut a)), best.1.min(time(&mut b)));
    }
    best
}

/// What a piece of code takes in bytes.
struct Memory {
    /// What it has not given back at its end.
    live: usize,
    /// The most that it held at once.
    peak: usize,
}

impl Memory {
    fn of<R>(code: impl FnOnce() -> R) -> Self {
        LIVE.store(0, Relaxed);
        PEAK.store(0, Relaxed);
        COUNTS.store(true, Relaxed);
        let result = code();
        COUNTS.store(false, Relaxed);
        drop(result);
        Self { live: LIVE.load(Relaxed), peak: PEAK.load(Relaxed) }
    }
}

/// The system's allocator, which counts while it is told to. The clock never runs then.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Relaxed) {
            PEAK.fetch_max(LIVE.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        }
        // SAFETY: the caller keeps the promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if COUNTS.load(Relaxed) {
            LIVE.fetch_sub(layout.size(), Relaxed);
        }
        // SAFETY: the caller keeps the promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}
