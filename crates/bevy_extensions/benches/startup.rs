//! What it costs to build and start many extensions with three phases each, against doing it by hand.
//!
//! The same plugins by hand add plain `Startup` systems: in one chain, written down in the right order; or each in a
//! set of its own for each phase, ordered by who requires whom. With a thousand plugins Bevy takes seconds for either
//! (and 20 s without optimisation), so those lines have few rounds.

mod many;
mod table;

use std::time::Instant;

use bevy_app::{App, Plugin, Startup};
use bevy_ecs::{
    prelude::*,
    schedule::{Chain, ScheduleConfigs, SystemSet},
    system::ScheduleSystem,
};
use bevy_extensions::{Extensions, prelude::*};
use many::{ALL, Touched, host, needs_of, touch};
use table::{hide_report, is_bench, ratio, text};

fn main() {
    hide_report();
    let is_bench = is_bench();
    let all = if is_bench { ALL } else { 10 };

    println!("\nstart of extensions with three phases; build is `add_plugins` to `cleanup`, start the first `update`");
    println!(
        "  {:>10}  {:<16} {:>9} {:>9} {:>8} {:>6}   {:>9} {:>9} {:>8}",
        "extensions", "by hand", "start", "ours", "ratio", "goal", "build", "ours", "ratio"
    );
    let line = |count: usize, by_hand: ByHand, rounds: usize, goal: &str| {
        let [theirs, ours] = in_turns(if is_bench { rounds } else { 1 }, count, by_hand);
        println!(
            "  {count:>10}  {:<16} {:>9} {:>9} {:>8} {goal:>6}   {:>9} {:>9} {:>8}",
            format!("{by_hand:?}"),
            text(theirs.start),
            text(ours.start),
            ratio(theirs.start, ours.start),
            text(theirs.build),
            text(ours.build),
            ratio(theirs.build, ours.build),
        );
    };
    line(all / 10, ByHand::OneChain, 51, "1.2x");
    line(all / 10, ByHand::SetsByNeeds, 15, "");
    line(all / 10, ByHand::SetsInOrder, 15, "");
    if is_bench {
        line(300, ByHand::OneChain, 9, "");
        line(300, ByHand::SetsInOrder, 5, "");
        line(all, ByHand::OneChain, 1, "");
        line(all, ByHand::SetsInOrder, 2, "0.002x");
    }
}

/// How the same plugins order their systems without us.
#[derive(Debug, Clone, Copy, PartialEq)]
enum ByHand {
    /// All systems in one chain, in the order of the plan.
    OneChain,
    /// A set for each plugin and phase, after those of the plugins that it requires.
    SetsByNeeds,
    /// The same, and each also after the one before it in the plan, so that the order is ours.
    SetsInOrder,
}

/// In seconds.
#[derive(Debug, Clone, Copy)]
struct Times {
    build: f64,
    start: f64,
}

impl Times {
    fn min(self, other: Self) -> Self {
        Self { build: self.build.min(other.build), start: self.start.min(other.start) }
    }
}

/// Starts apps by hand and by us in turns, and returns the shortest times of each: noise only ever adds.
fn in_turns(rounds: usize, count: usize, by_hand: ByHand) -> [Times; 2] {
    let order = plan(count);
    let mut best = [Times { build: f64::MAX, start: f64::MAX }; 2];
    for _ in 0..rounds {
        let theirs = time(count, |app| by_hand.add(app, &order));
        let ours = time(count, |app| _ = app.add_plugins(host(count)));
        best = [best[0].min(theirs), best[1].min(ours)];
    }
    best
}

fn time(count: usize, add: impl FnOnce(&mut App)) -> Times {
    let mut app = App::new();
    app.init_resource::<Touched>();
    let began = Instant::now();
    add(&mut app);
    app.finish();
    app.cleanup();
    let build = began.elapsed().as_secs_f64();

    let began = Instant::now();
    app.update();
    let start = began.elapsed().as_secs_f64();

    assert_eq!(app.world().resource::<Touched>().times, 3 * count, "every phase of every extension has run once");
    app.terminate_extensions();
    Times { build, start }
}

/// Returns who starts when: what somebody would have to find out by hand.
fn plan(count: usize) -> Vec<usize> {
    let mut app = App::new();
    app.add_plugins(host(count));
    let plan = app.world().resource::<Extensions>().plan();
    plan.iter().map(|planned| planned.name.as_str()[6..].parse().expect("names end with a number")).collect()
}

impl ByHand {
    fn add(self, app: &mut App, order: &[usize]) {
        let plugins = plugins();
        match self {
            Self::OneChain => app.init_resource::<InOneChain>(),
            Self::SetsByNeeds | Self::SetsInOrder => {
                app.configure_sets(Startup, (Phase3(0), Phase3(1), Phase3(2)).chain())
            }
        };
        let mut previous = None;
        for &n in order {
            plugins[n](app, self, previous.filter(|_| self == Self::SetsInOrder));
            previous = Some(n);
        }
        if let Some(phases) = app.world_mut().remove_resource::<InOneChain>() {
            app.add_systems(Startup, chain(phases.0.into_iter().flatten()));
        }
    }
}

/// What the plugins have put into the three phases so far.
#[derive(Resource, Default)]
struct InOneChain([Vec<ScheduleSystem>; 3]);

#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
struct Phase3(usize);

#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
struct Own {
    phase: usize,
    plugin: usize,
}

/// `(a, b, ..).chain()`, for more systems than a tuple holds.
fn chain(systems: impl Iterator<Item = ScheduleSystem>) -> ScheduleConfigs<ScheduleSystem> {
    let configs = systems.map(IntoScheduleConfigs::into_configs).collect();
    let all = ScheduleConfigs::Configs { configs, collective_conditions: Vec::new(), metadata: Chain::default() };
    all.chain()
}

/// The nth extension as a plain plugin.
struct Plain<const N: usize> {
    by_hand: ByHand,
    /// Whom it comes after although it does not require it.
    previous: Option<usize>,
}

impl<const N: usize> Plugin for Plain<N> {
    fn build(&self, app: &mut App) {
        for phase in 0..3 {
            if self.by_hand == ByHand::OneChain {
                let mut phases = app.world_mut().resource_mut::<InOneChain>();
                phases.0[phase].push(Box::new(IntoSystem::into_system(touch)));
                continue;
            }
            let mut own = Own { phase, plugin: N }.in_set(Phase3(phase));
            for other in needs_of(N).chain(self.previous) {
                own = own.after(Own { phase, plugin: other });
            }
            app.configure_sets(Startup, own);
            app.add_systems(Startup, touch.in_set(Own { phase, plugin: N }));
        }
    }
}

type AddPlain = fn(&mut App, ByHand, Option<usize>);

fn plugins() -> Vec<AddPlain> {
    let mut all: Vec<AddPlain> = Vec::with_capacity(ALL);
    macro_rules! push {
        ($n:expr) => {
            all.push(|app, by_hand, previous| _ = app.add_plugins(Plain::<$n> { by_hand, previous }))
        };
    }
    for_all!(push);
    all
}
