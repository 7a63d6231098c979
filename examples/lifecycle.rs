//! Demonstrates the phases: all extensions pre-initialise, then all initialise, then all post-initialise.
//!
//! Within a phase the order is that of the plan: `Roof` requires `Walls`, which requires `Ground`, and so each finds
//! what it stands on. `Painter` only wishes to come after the walls. Ending goes backwards. Press Ctrl-C instead of
//! waiting (`cargo run --example lifecycle -- wait`), and it ends in the same good order.

use std::time::Duration;

use bevy_app::{ScheduleRunnerPlugin, prelude::*};
use bevy_ecs::prelude::*;
use bevy_extensions::prelude::*;

fn main() -> AppExit {
    let waits = std::env::args().any(|argument| argument == "wait");
    App::new()
        .add_plugins((
            ScheduleRunnerPlugin::run_loop(Duration::from_millis(10)),
            ExtensionsPlugin::default().without_files(),
        ))
        // A system of the app between two phases.
        .add_systems(
            Startup,
            (|| println!("App: lunch break")).after(ExtensionSystems::Init).before(ExtensionSystems::PostInit),
        )
        .add_systems(Update, (|mut exit: MessageWriter<AppExit>| _ = exit.write_default()).run_if(move || !waits))
        .run()
}

#[derive(Extension)]
struct Ground;

impl Plugin for Ground {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(PreInit, || println!("Ground: measured"))
            .add_systems(Init, (|| println!("Ground: dug"), || println!("Ground: levelled")).chain())
            .add_systems(Terminate, || println!("Ground: left behind"));
    }
}

#[derive(Extension)]
#[extension(requires(Ground))]
struct Walls;

impl Plugin for Walls {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(PreInit, || println!("Walls: bricks counted"))
            .add_systems(Init, || println!("Walls: built"))
            .add_systems(PostInit, || println!("Walls: dry"))
            .add_systems(Terminate, || println!("Walls: taken down"));
    }
}

#[derive(Extension)]
#[extension(requires(Walls))]
struct Roof;

impl Plugin for Roof {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(Init, || println!("Roof: put on"))
            .add_systems(Terminate, || println!("Roof: lifted off"));
    }
}

#[derive(Extension)]
#[extension(after(Walls))]
struct Painter;

impl Plugin for Painter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(PostInit, || println!("Painter: everything is yellow"))
            .add_systems(Terminate, || println!("Painter: brushes washed"));
    }
}
