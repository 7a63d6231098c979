//! Demonstrates keys and values that stay: `Kv<Greeter>`, a persistent resource, and hearing of keys that change.
//!
//! The app starts twice on the same folder, and the second time everything is there. Two extensions use the same key, and do
//! not meet.

use std::{path::Path, time::Duration};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    data::{Data, Key, Kv, KvChanged},
    prelude::*,
};
use serde::{Deserialize, Serialize};

fn main() -> Result {
    let data = tempfile::tempdir()?;
    for start in ["first", "second"] {
        println!("--- the {start} start");
        let mut app = app(data.path());
        // What has changed is told in the next frame.
        app.update();
        app.update();
        // A frame never waits for the disk. Whoever wants to know waits here; the end of an app does so by itself.
        app.world().resource::<Data>().flush().wait()?;
        app.terminate_extensions();
    }
    Ok(())
}

/// An app whose extensions keep their data in a folder.
fn app(data: &Path) -> App {
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin { data: Some(data.into()), ..ExtensionsPlugin::default() }.without_files());
    app
}

/// Keeps every player's balance.
#[derive(Extension)]
struct Economy;

impl Plugin for Economy {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().watch_keys(("gold",)).add_systems(Init, pay).observe(tell);
    }
}

fn pay(kv: Res<Kv<Economy>>) -> Result {
    println!("Economy: start {}", kv.incr("starts", 1)?);
    // Keys are texts, numbers or tuples of them, and sort as their parts do.
    kv.incr(("gold", "Ann"), 120)?;
    kv.incr(("gold", "Ben"), 80)?;
    for (key, gold) in kv.list::<i64>(("gold",), 10, None)?.entries {
        println!("Economy: {key} is {gold}");
    }

    // All or nothing, and only if nobody has changed it: Ann pays Ben.
    let ann: i64 = kv.get(("gold", "Ann"))?.unwrap_or_default();
    let ben: i64 = kv.get(("gold", "Ben"))?.unwrap_or_default();
    let paid = kv
        .transaction()
        .when(("gold", "Ann"), &ann)
        .set(("gold", "Ann"), &(ann - 50))
        .set(("gold", "Ben"), &(ben + 50))
        .commit()?;
    println!("Economy: Ann pays Ben: {}", if paid.is_done() { "done" } else { "somebody was faster" });

    // An offer is gone after an hour.
    kv.set_for("offer", "two for one", Duration::from_secs(3600))?;
    let error = kv.get::<u32>("offer").err().map(|error| error.to_string()).unwrap_or_default();
    println!("Economy: {error}");
    Ok(())
}

fn tell(changed: On<KvChanged>) {
    println!("Economy: {} has changed", changed.key.as_ref().map_or("all".into(), Key::to_string));
}

/// Keeps the best three scores, as a resource.
#[derive(Extension)]
struct Arcade;

#[derive(Resource, Default, Serialize, Deserialize)]
struct HighScores(Vec<u32>);

impl Plugin for Arcade {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().persistent::<HighScores>().add_systems(Init, play);
    }
}

/// Whenever the resource changes, it is kept at the end of the frame.
fn play(mut scores: ResMut<HighScores>, kv: Res<Kv<Arcade>>) -> Result {
    let score = 300 + 100 * scores.0.len() as u32;
    scores.0.push(score);
    println!("Arcade: the scores are {:?}, and `starts` is {:?}", scores.0, kv.get::<i64>("starts")?);
    Ok(())
}
