//! What it costs to stop and start one of many running extensions, against editing the schedule by hand.

mod many;
mod table;

use std::time::Instant;

use bevy_app::{App, Plugin, Update};
use bevy_ecs::{
    prelude::*,
    schedule::{ScheduleCleanupPolicy, SystemSet},
};
use bevy_extensions::{Extensions, Switch, prelude::*};
use many::{ALL, Touched, host, touch};
use table::{hide_report, is_bench, ratio, text};

fn main() {
    hide_report();
    let (counts, rounds) = if is_bench() { ([ALL / 10, ALL], [51, 7]) } else { ([1, 3], [1, 1]) };
    println!(
        "\none of many extensions with 4 systems in `Update` each; a frame by itself, and the frames around a switch"
    );
    println!("by hand the 4 systems are removed from the schedule, or added, and it is built again");
    println!("  {:>10}  {:<32} {:>9} {:>9} {:>8}", "extensions", "frame", "by hand", "ours", "ratio");
    for (count, rounds) in counts.into_iter().zip(rounds) {
        let [by_hand, ours] = in_turns(count, rounds);
        let line = |what: &str, theirs: f64, ours: f64| {
            println!("  {count:>10}  {what:<32} {:>9} {:>9} {:>8}", text(theirs), text(ours), ratio(theirs, ours));
        };
        line("by itself", by_hand.frame, ours.frame);
        line("that stops one", by_hand.stop, ours.stop);
        line("after the stop", by_hand.after_stop, ours.after_stop);
        line("that starts one", by_hand.start, ours.start);
        line("after the start", by_hand.after_start, ours.after_start);
        line("that restarts one", by_hand.restart, ours.restart);
        let without_frame = |what: &str, all: fn(Times) -> f64| {
            let [theirs, ours] = [by_hand, ours].map(|times| (all(times) - times.frame).max(1e-9));
            println!("  {count:>10}  {what} takes {} besides; by hand {} as long", text(ours), ratio(ours, theirs));
        };
        without_frame("a stop", |times| times.stop);
        without_frame("a start", |times| times.start);
        without_frame("a restart", |times| times.restart);
    }
}

/// How many seconds frames take, at the shortest: noise only ever adds.
#[derive(Debug, Clone, Copy)]
struct Times {
    frame: f64,
    stop: f64,
    after_stop: f64,
    start: f64,
    after_start: f64,
    restart: f64,
}

impl Times {
    const MAX: Self = Self {
        frame: f64::MAX,
        stop: f64::MAX,
        after_stop: f64::MAX,
        start: f64::MAX,
        after_start: f64::MAX,
        restart: f64::MAX,
    };

    /// Stops and starts something once, and keeps what was shorter than before.
    fn update(&mut self, app: &mut App, switch: fn(&mut App, Switch)) {
        let name = || <Switched as Extension>::NAME;
        let frame = |app: &mut App, best: &mut f64, asked: Option<Switch>| {
            let began = Instant::now();
            asked.into_iter().for_each(|asked| switch(app, asked));
            app.update();
            *best = best.min(began.elapsed().as_secs_f64());
        };
        // Caches have seen something else in between.
        (0..20).for_each(|_| frame(app, &mut self.frame, None));
        frame(app, &mut self.stop, Some(Switch::disable(name())));
        frame(app, &mut self.after_stop, None);
        frame(app, &mut self.start, Some(Switch::enable(name())));
        frame(app, &mut self.after_start, None);
        frame(app, &mut self.restart, Some(Switch::restart(name())));
    }
}

fn in_turns(count: usize, rounds: u32) -> [Times; 2] {
    let (mut by_hand, mut ours) = (by_hand(count), ours(count));
    let mut best = [Times::MAX; 2];
    for _ in 0..rounds {
        best[0].update(&mut by_hand, edit);
        best[1].update(&mut ours, |app, switch| _ = app.world_mut().resource_mut::<Extensions>().switch(switch));
    }
    let touched = ours.world().resource::<Touched>().times;
    assert_eq!(touched, 3 * (count + 2 * rounds as usize), "it has started as often as it was asked to");
    ours.terminate_extensions();
    best
}

/// The one of many that is switched.
#[derive(Extension)]
struct Switched;

impl Plugin for Switched {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(PreInit, touch)
            .add_systems(Init, touch)
            .add_systems(PostInit, touch)
            .add_systems(Update, (work, work, work, work))
            .add_systems(Terminate, || ());
    }
}

fn ours(count: usize) -> App {
    let work = |world: &mut World| _ = world.resource_mut::<Schedules>().add_systems(Update, (work, work, work, work));
    let mut app = App::new();
    app.insert_resource(Touched { besides: Some(work), ..Touched::default() });
    app.add_plugins(host(count - 1).with::<Switched>());
    started(app)
}

#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
struct Own(usize);

fn by_hand(count: usize) -> App {
    let mut app = App::new();
    (0..count).for_each(|number| add(&mut app, number));
    started(app)
}

fn started(mut app: App) -> App {
    app.finish();
    app.cleanup();
    app.update();
    app
}

/// Adds the systems of one by hand.
fn add(app: &mut App, number: usize) {
    app.add_systems(Update, (work, work, work, work).in_set(Own(number)));
}

/// What switching is by hand.
fn edit(app: &mut App, switch: Switch) {
    if switch != Switch::enable(switch.extension.clone()) {
        let removed = app.remove_systems_in_set(Update, Own(0), ScheduleCleanupPolicy::RemoveSystemsOnly);
        assert_eq!(removed.ok(), Some(4), "they were there");
    }
    if switch != Switch::disable(switch.extension.clone()) {
        add(app, 0);
    }
}

fn work(mut turns: Local<u32>) {
    *turns = turns.wrapping_add(1);
}
