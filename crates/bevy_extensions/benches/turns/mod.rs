//! A clock that looks at several sides in turns, from the app or from within an extension, and a line for what it saw.

use std::time::{Duration, Instant};

use bevy_app::App;
use bevy_ecs::prelude::*;

use crate::table::{ratio, text};

/// What is measured: some runs of it at once.
type Work = Box<dyn FnMut(&mut World, u32) + Send + Sync>;

/// One of those that take turns.
pub struct Side {
    by: By,
    work: Work,
}

#[derive(Clone, Copy, PartialEq)]
enum By {
    App,
    Extension,
}

impl Side {
    /// Has the app itself do something.
    pub fn app(once: impl FnMut(&mut World) + Send + Sync + 'static) -> Self {
        Self { by: By::App, work: work(once) }
    }

    /// Has an extension do something: the one that has added [`run_errand`] to its systems of `Update`.
    pub fn extension(once: impl FnMut(&mut World) + Send + Sync + 'static) -> Self {
        Self { by: By::Extension, work: work(once) }
    }
}

fn work(mut once: impl FnMut(&mut World) + Send + Sync + 'static) -> Work {
    Box::new(move |world, runs| (0..runs).for_each(|_| once(world)))
}

/// Returns how many seconds one run of each side takes, at its shortest in a number of rounds: noise only ever adds.
pub fn in_turns<const SIDES: usize>(app: &mut App, rounds: u32, runs: u32, mut sides: [Side; SIDES]) -> [f64; SIDES] {
    let mut best = [Duration::MAX; SIDES];
    for _ in 0..rounds {
        for (side, best) in sides.iter_mut().zip(&mut best) {
            *best = (*best).min(time(app, runs, side));
        }
    }
    best.map(|best| best.as_secs_f64() / f64::from(runs))
}

fn time(app: &mut App, runs: u32, side: &mut Side) -> Duration {
    if side.by == By::App {
        return measure(app.world_mut(), runs, &mut side.work);
    }
    let work = std::mem::replace(&mut side.work, Box::new(|_, _| ()));
    app.insert_resource(Errand { runs, work, took: None });
    app.update();
    let errand = app.world_mut().remove_resource::<Errand>().expect("it was put there");
    side.work = errand.work;
    errand.took.expect("an extension has run the errand")
}

fn measure(world: &mut World, runs: u32, work: &mut Work) -> Duration {
    let began = Instant::now();
    work(world, runs);
    began.elapsed()
}

/// What an extension shall do in the next frame.
#[derive(Resource)]
struct Errand {
    runs: u32,
    work: Work,
    took: Option<Duration>,
}

/// The system of the extension that does what [`Side::extension`] says.
pub fn run_errand(world: &mut World) {
    if let Some(mut errand) = world.remove_resource::<Errand>() {
        errand.took = Some(measure(world, errand.runs, &mut errand.work));
        world.insert_resource(errand);
    }
}

/// Prints what stands above the lines.
pub fn head(title: &str) {
    println!("\n{title}");
    println!("  {:<52} {:>9} {:>9} {:>8} {:>6}", "case", "baseline", "ours", "ratio", "goal");
}

/// Prints what one side and the other took, in seconds.
pub fn line(case: &str, baseline: f64, ours: f64, goal: &str) {
    println!("  {case:<52} {:>9} {:>9} {:>8} {goal:>6}", text(baseline), text(ours), ratio(baseline, ours));
}
