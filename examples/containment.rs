//! Demonstrates that one bad extension does not take down the app: faults are charged, counted, and at last too many.
//!
//! `Volcano` fails in a listener, a system and a command, every day. Each fault is told once, on standard error, and
//! counted. With the seventh within a minute, on the third morning, `Volcano` is stopped; `Tourism`, which requires it,
//! is suspended first. `Bakery` bakes through all of it.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{HostSettings, prelude::*};

const SETTINGS: &[u8] = b"(faults: (run_time: 7))";

fn main() -> Result {
    let settings = HostSettings::from_ron("extensions.ron", SETTINGS)?.into();
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin { settings, ..Default::default() }.without_files());
    app.add_systems(First, |mut commands: Commands| commands.trigger(Sunrise));
    for day in 1..=4 {
        println!("--- day {day}");
        app.update();
    }
    println!("---");
    for row in app.extension_report().rows {
        println!("{} is {}", row.name, row.state);
        for counted in row.faults {
            println!("  {} times {}", counted.times, counted.fault);
        }
    }
    app.terminate_extensions();
    Ok(())
}

#[derive(ExtensionEvent)]
struct Sunrise;

#[derive(Extension)]
struct Volcano;

impl Plugin for Volcano {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .observe(wake)
            .add_systems(Update, (spit, rumble).chain())
            .add_systems(Terminate, || println!("Volcano: silence"));
    }
}

fn wake(_: On<Sunrise>) -> Result {
    Err("the crater is blocked")?
}

fn spit() {
    panic!("there is no lava left");
}

fn rumble(mut commands: Commands) {
    commands.queue(|_: &mut World| -> Result { Err("the rumbling got stuck")? });
}

/// Lives on the volcano.
#[derive(Extension)]
#[extension(requires(Volcano))]
struct Tourism;

impl Plugin for Tourism {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(Update, || println!("Tourism: up we go"))
            .add_systems(Terminate, || println!("Tourism: money back"));
    }
}

#[derive(Extension)]
struct Bakery;

impl Plugin for Bakery {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().observe(|_: On<Sunrise>| println!("Bakery: bread!"));
    }
}
