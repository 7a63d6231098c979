//! Demonstrates artifacts: files from repositories, fetched, checked and kept for the extensions that ask for them.
//!
//! The repositories are two folders in the assets: one in Maven's layout, with a hash beside each file, and one as npm has it.
//! Any server for static files would do as well. `Market` is a native and reads a table; `Crier` is a script, and requires a
//! package of npm, which needs another, and a library of a single file. The app starts twice: the second time offline, with all
//! from the cache. `Pilgrim` asks for what is nowhere, and fails alone.

use std::path::Path;

use bevy_app::{ScheduleRunnerPlugin, prelude::*};
use bevy_ecs::prelude::*;
use bevy_extensions::{ExtensionFaults, Files, HostSettings, prelude::*};

fn main() -> Result {
    let folder = tempfile::tempdir()?;
    println!("--- the first start, with an empty cache");
    start(folder.path(), "");
    println!("--- the second start, offline");
    start(folder.path(), "offline: true,");
    Ok(())
}

/// Starts an app that keeps artifacts, and the lock, below a folder.
fn start(folder: &Path, more: &str) {
    let folder = folder.display();
    let settings = format!(
        r#"(
            directories: ["{{assets}}/artifacts/extensions"],
            repositories: [
                (name: "town", url: "file:{{assets}}/artifacts/maven"),
                (name: "town's npm", url: "npm+file:{{assets}}/artifacts/npm"),
            ],
            artifacts: (cache: "{folder}/libs", lock: "{folder}/extensions.lock"),
            {more}
        )"#
    );
    let settings = HostSettings::from_ron("examples/artifacts.rs", settings.as_bytes()).expect("they are good");
    let host = ExtensionsPlugin { settings: settings.into(), ..Default::default() };
    // The runner begins when everything is fetched.
    let runner = ScheduleRunnerPlugin::default();
    App::new().add_plugins((runner, host)).add_systems(Last, (print_states, exit).chain()).run();
}

fn exit(mut exit: MessageWriter<AppExit>) {
    exit.write(AppExit::Success);
}

fn print_states(world: &mut World) {
    let extensions: Vec<_> =
        world.resource::<Extensions>().iter().map(|(name, entity)| (name.clone(), entity)).collect();
    for (name, entity) in extensions {
        let state = world.get::<ExtensionState>(entity).expect("every extension has a state");
        let fault = world.get::<ExtensionFaults>(entity).and_then(|faults| Some(faults.fatal()?.place.to_string()));
        println!("{name} {state}{}", fault.map(|place| format!(" {place}")).unwrap_or_default());
    }
}

/// Keeps the prices, which it reads from a table that others made.
#[derive(Extension)]
#[extension(version = "1.0.0", external(artifacts("town.tables:prices:1.2.0@csv")))]
struct Market;

impl Plugin for Market {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(PreInit, open);
    }
}

fn open(files: Res<Files<Market>>) -> Result {
    let table = files.artifact("prices")?;
    let text = String::from_utf8(table.read()?)?;
    println!("Market: {} has {} prices", table.name(), text.lines().count());
    if let Err(error) = files.artifact("weights") {
        println!("Market: {error}");
    }
    Ok(())
}

/// Looks for what no repository has.
#[derive(Extension)]
#[extension(version = "1.0.0", external(artifacts("town.relics:grail:1.0.0@txt")))]
struct Pilgrim;

impl Plugin for Pilgrim {
    fn build(&self, _: &mut App) {}
}
