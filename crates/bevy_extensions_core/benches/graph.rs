//! How long pictures take, against `resolve` of the same extensions.
//!
//! A plain `main` rather than `divan`: all sides run in turns and stand in one line with their ratio.

use std::time::Duration;

use bevy_extensions_core::{Candidate, Graph, HostSettings, resolve};

mod clock;
mod town;

use clock::{text, time};
use town::{Needs, SplitMix, candidate};

fn main() {
    // `cargo bench` passes `--bench`, `cargo test` does not: it only wants to see that this runs.
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    let (sizes, rounds): (&[usize], usize) =
        if has("--bench") && !has("--test") { (&[50, 500, 1_000, 2_000], 21) } else { (&[50], 1) };

    println!("\npictures of extensions with two requirements each; ratios are to `resolve`");
    let [extensions, resolve, graph] = ["extensions", "resolve", "graph"];
    println!("  {extensions:>10}  {resolve:>9}  {graph:>18}  {:>18}  {:>18}", "dot", "svg, with layout");
    for &count in sizes {
        let needs = Needs::new(count, &mut SplitMix(42));
        let candidates: Vec<_> = (0..count).map(|id| candidate(id, &needs)).collect();
        let [resolve, graph, dot, svg] = measure(rounds, &candidates);
        let against =
            |time: Duration| format!("{:>9} {:>7.1}x", text(time), time.as_secs_f64() / resolve.as_secs_f64());
        println!("  {count:>10}  {:>9}  {}  {}  {}", text(resolve), against(graph), against(dot), against(svg));
    }
}

/// Runs all sides in turns, and returns the shortest time of each: noise only ever adds.
fn measure(rounds: usize, candidates: &[Candidate]) -> [Duration; 4] {
    let settings = HostSettings::default();
    let resolution = resolve(candidates, &settings);
    let graph = Graph::of(candidates, &resolution);
    let mut best = [Duration::MAX; 4];
    for _ in 0..rounds {
        let times = [
            time(|| resolve(candidates, &settings)),
            time(|| Graph::of(candidates, &resolution)),
            time(|| graph.to_dot()),
            time(|| graph.to_svg()),
        ];
        best.iter_mut().zip(times).for_each(|(best, time)| *best = time.min(*best));
    }
    best
}
