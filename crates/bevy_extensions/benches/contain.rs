//! What containment costs a system: in `Update` of an extension against the same system of the app.
//!
//! What a hundred of them add to a frame, divided by a hundred; both sides have the host's plugin, and one extension.

mod table;

use std::{hint::black_box, time::Instant};

use bevy_app::{App, Plugin, Update};
use bevy_ecs::{
    error::warn,
    prelude::*,
    schedule::{ScheduleConfigs, SingleThreadedExecutor},
    system::ScheduleSystem,
};
use bevy_extensions::{HostSettings, prelude::*};
use table::{hide_report, is_bench, ratio, text};

/// How many systems of a kind there are.
const SYSTEMS: u32 = 100;

/// How many entities there are to query.
const ENTITIES: u64 = 1_000;

fn main() {
    hide_report();
    for (handler, title) in [(Handler::None, "has no error handler"), (Handler::OfTheApp, "has an error handler")] {
        head(&format!(
            "one of {SYSTEMS} systems in a frame of an app that {title}; of an extension against of the app"
        ));
        line("that is empty", handler, || empty.into_configs(), Goal::Nanos(10.0));
        line(&format!("with a query of {ENTITIES} entities"), handler, || query.into_configs(), Goal::Ratio(1.05));
        line("with `Commands`, none queued", handler, || idle.into_configs(), Goal::Nanos(20.0));
        line("with `Commands`, one queued", handler, || queueing.into_configs(), Goal::Nanos(20.0));
        line("that has a run condition, which says no", handler, || empty.run_if(closed), Goal::None);
        line("that is exclusive", handler, || exclusive.into_configs(), Goal::None);
    }
}

/// Whether the app has set an error handler.
#[derive(Clone, Copy, PartialEq)]
enum Handler {
    None,
    OfTheApp,
}

/// Makes a system.
type Make = fn() -> ScheduleConfigs<ScheduleSystem>;

/// Adds a system again and again.
fn add(app: &mut App, system: Make) {
    (0..SYSTEMS).for_each(|_| _ = app.add_systems(Update, system()));
}

fn empty() {}

#[derive(Component)]
struct Coin(u64);

fn query(coins: Query<&Coin>) {
    black_box(coins.iter().map(|coin| coin.0).sum::<u64>());
}

fn idle(_: Commands) {}

fn queueing(mut commands: Commands) {
    commands.queue(|world: &mut World| _ = black_box(world));
}

fn closed() -> bool {
    black_box(false)
}

fn exclusive(world: &mut World) {
    black_box(world);
}

/// Adds the systems, if the extension shall have them.
#[derive(Extension)]
struct Crowd;

impl Plugin for Crowd {
    fn build(&self, app: &mut App) {
        if let Some(OfTheExtension(system)) = app.world_mut().remove_resource() {
            add(app, system);
        }
    }
}

#[derive(Resource)]
struct OfTheExtension(Make);

/// Who has the systems.
#[derive(Clone, Copy)]
enum By {
    Nobody,
    App,
    Extension,
}

/// Makes an app that has started, in which somebody or nobody has the systems.
fn started(by: By, handler: Handler, system: Make) -> App {
    let mut app = App::new();
    if let By::Extension = by {
        app.insert_resource(OfTheExtension(system));
    }
    let mut plugin = ExtensionsPlugin::default().without_inventory().with::<Crowd>();
    (plugin.exit_on_signal, plugin.settings) = (false, HostSettings::default().into());
    app.add_plugins(plugin);
    if let By::App = by {
        add(&mut app, system);
    }
    if handler == Handler::OfTheApp {
        app.set_error_handler(warn);
    }
    app.edit_schedule(Update, |schedule| _ = schedule.set_executor(SingleThreadedExecutor::new()));
    app.world_mut().spawn_batch((0..ENTITIES).map(Coin));
    app.finish();
    app.cleanup();
    app.update();
    app
}

/// What a measured line shall reach.
enum Goal {
    None,
    Ratio(f64),
    /// More than the plain system.
    Nanos(f64),
}

fn head(title: &str) {
    println!("\n{title}");
    println!("  {:<40} {:>9} {:>9} {:>11} {:>8} {:>8}", "system", "plain", "ours", "difference", "ratio", "goal");
}

fn line(case: &str, handler: Handler, system: Make, goal: Goal) {
    let (rounds, frames) = if is_bench() { (301, 50) } else { (1, 1) };
    let mut apps = [By::Nobody, By::App, By::Extension].map(|by| started(by, handler, system));
    let mut best = [f64::MAX; 3];
    for _ in 0..rounds {
        for (app, best) in apps.iter_mut().zip(&mut best) {
            *best = (*best).min(time(app, frames));
        }
    }
    apps.iter_mut().for_each(|app| _ = app.terminate_extensions());
    let [none, plain, ours] = best;
    let [plain, ours] = [plain, ours].map(|frame| (frame - none) / f64::from(SYSTEMS));
    let goal = match goal {
        Goal::None => String::new(),
        Goal::Ratio(ratio) => format!("{ratio}x"),
        Goal::Nanos(nanos) => format!("+{nanos} ns"),
    };
    let difference = format!("{:+.1} ns", (ours - plain) * 1e9);
    println!("  {case:<40} {:>9} {:>9} {difference:>11} {:>8} {goal:>8}", text(plain), text(ours), ratio(plain, ours));
}

/// Returns how many seconds a frame takes, the mean of a few.
fn time(app: &mut App, frames: u32) -> f64 {
    let began = Instant::now();
    (0..frames).for_each(|_| app.update());
    began.elapsed().as_secs_f64() / f64::from(frames)
}
