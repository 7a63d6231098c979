//! Demonstrates the console: a small server without a window that one can play with.
//!
//! Type `help`, then `extensions`, `why Museum`, `show oracle`, `visit Ann`, `ask "what now?"`, `disable Treasury`, and `exit`.
//! On a terminal, Tab completes and arrow up brings back; what the server says meanwhile stands above the line. Lines from
//! a pipe are done as well: `echo 'tree' | cargo run --example console`.

use std::time::Duration;

use bevy_app::{ScheduleRunnerPlugin, prelude::*};
use bevy_ecs::prelude::*;
use bevy_extensions::{
    AppInfo, HostSettings,
    console::{ConsoleCommand, ConsolePlugin, ConsoleWriter},
    prelude::*,
};
use serde::{Deserialize, Serialize};

fn main() -> AppExit {
    let mut settings = HostSettings::default();
    settings.directories = vec!["{assets}/console/extensions".into()];
    let host = ExtensionsPlugin {
        app: Some(AppInfo::new("village", "1.0.0")),
        settings: settings.into(),
        ..Default::default()
    };
    let mut app = App::new();
    app.add_plugins(ScheduleRunnerPlugin::run_loop(Duration::from_millis(10)));
    // At the end of a pipe the server has nothing more to do.
    app.add_plugins((host, ConsolePlugin { exit_at_end: true, ..Default::default() }));
    // The app has commands of its own, too.
    let frames = ConsoleCommand::new("frames", |frames: Res<Frames>| frames.0).help("counts the frames so far");
    app.host().command(frames).expect("nobody else has it");
    app.init_resource::<Frames>().add_systems(Update, |mut frames: ResMut<Frames>| frames.0 += 1).run()
}

#[derive(Resource, Default)]
struct Frames(u64);

/// Somebody comes to the village.
#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "visitor.came")]
struct VisitorCame {
    name: String,
    omen: String,
}

/// Keeps the gold of the village.
#[derive(Extension)]
#[extension(version = "2.1.0")]
struct Treasury;

#[derive(Resource, Default)]
struct Gold(u32);

impl Plugin for Treasury {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().init_resource::<Gold>().export_fn("deposit", deposit);
    }
}

/// Returns how much there is then.
fn deposit(In(gold): In<u32>, mut all: ResMut<Gold>) -> u32 {
    all.0 += gold;
    all.0
}

/// Opens the gate to visitors.
#[derive(Extension)]
#[extension(version = "1.0.0", requires(Treasury = "^2"), optional("oracle"))]
struct Gate;

impl Plugin for Gate {
    fn build(&self, app: &mut App) {
        let visit = ConsoleCommand::new("visit", visit).arguments("NAME").help("lets a visitor in").complete(guests);
        app.extension::<Self>().command(visit).add_systems(Update, call_the_hours);
    }
}

fn visit(In(words): In<Vec<String>>, world: &mut World) -> Result<String, String> {
    let [name] = words.try_into().map_err(|_| "one visitor at a time")?;
    let mut visitor = VisitorCame { name, omen: "none".into() };
    world.trigger_ref(&mut visitor);
    Ok(format!("{} comes in; the omen is: {}", visitor.name, visitor.omen))
}

fn guests(_: In<Vec<String>>) -> Vec<String> {
    ["Ann", "Ben", "Cleo"].map(String::from).into()
}

/// Says something now and then, as servers do.
fn call_the_hours(frames: Res<Frames>) {
    use std::io::Write as _;
    if frames.0.is_multiple_of(1000) && frames.0 > 0 {
        _ = writeln!(ConsoleWriter::new(), "Gate: {} o'clock, and all is well", frames.0 / 1000);
    }
}

/// Wants to show what the village has not found yet.
#[derive(Extension)]
#[extension(version = "0.1.0", requires("Relics" = "^1"))]
struct Museum;

impl Plugin for Museum {
    fn build(&self, _: &mut App) {}
}

/// Paints the walls, badly.
#[derive(Extension)]
#[extension(version = "0.3.0", after(Gate))]
struct Painter;

impl Plugin for Painter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, paint).command(ConsoleCommand::new("paint", || {}));
    }
}

fn paint() -> Result {
    Err("there is no paint left")?
}
