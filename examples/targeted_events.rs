//! Demonstrates events that are sent to some extensions only.
//!
//! A storm is coming. `Lighthouse` warns everyone, then one, then two; `Harbour` and `Ferry` answer whoever has warned
//! them, and nobody else hears that. What the app sends to somebody who is not there, or does not run, reaches nobody:
//! that is an error as a value.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Target, prelude::*};

fn main() {
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin::default().without_files())
        .add_observer(|storm: On<Storm>| println!("App: wind {}", storm.wind));
    app.update();

    // The app sends as well. A type cannot be misspelt.
    println!("--- from the app");
    for target in [Target::of::<Ferry>(), "Habour".into(), ["Ferry", "Wreck"].into()] {
        if let Err(error) = app.world_mut().send(Storm { wind: 6 }, target) {
            println!("App: {error}");
        }
    }
    app.terminate_extensions();
}

#[derive(ExtensionEvent)]
struct Storm {
    wind: u32,
}

/// The answer to a warning.
#[derive(ExtensionEvent)]
struct Safe;

#[derive(Extension)]
#[extension(after(Harbour, Ferry))]
struct Lighthouse;

impl Plugin for Lighthouse {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, warn).observe(|safe: On<Safe>| {
            let sender = safe.sender().map_or("the app", |extension| extension.as_str());
            println!("Lighthouse: {sender} is safe");
        });
    }
}

fn warn(world: &mut World) -> Result {
    println!("--- to everyone");
    world.trigger(Storm { wind: 8 });
    // The answers are commands, which wait until somebody applies them.
    world.flush();
    println!("--- to one");
    world.send(Storm { wind: 9 }, "Harbour")?;
    world.flush();
    println!("--- to two");
    world.send(Storm { wind: 10 }, ["Harbour", "Ferry"])?;
    Ok(())
}

#[derive(Extension)]
struct Harbour;

impl Plugin for Harbour {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().observe(close);
    }
}

fn close(storm: On<Storm>, mut commands: Commands) {
    println!("Harbour: closed at wind {}", storm.wind);
    if let Some(sender) = storm.sender() {
        commands.send(Safe, sender.clone());
    }
}

#[derive(Extension)]
struct Ferry;

impl Plugin for Ferry {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().observe(stay);
    }
}

fn stay(storm: On<Storm>, mut commands: Commands) {
    println!("Ferry: stays at wind {}", storm.wind);
    if let Some(sender) = storm.sender() {
        commands.send(Safe, sender.clone());
    }
}

/// Has failed before the storm.
#[derive(Extension)]
struct Wreck;

impl Plugin for Wreck {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().fail("it sank years ago").observe(|_: On<Storm>| println!("never printed"));
    }
}
