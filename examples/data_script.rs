//! Demonstrates what a script keeps: `assets/data_script/extensions/tavern.js` counts in keys and values, writes into tables,
//! and has what it has added up in a cache.
//!
//! The app opens twice on the same folder. Its guests order, and when night falls, the script says what it knows; the second
//! time it knows of the first.

use std::path::Path;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{DynamicEvent, HostSettings, json, prelude::*};

fn main() -> Result {
    let data = tempfile::tempdir()?;
    for night in ["first", "second"] {
        println!("--- the {night} night");
        let mut app = app(data.path())?;
        app.update();
        for (guest, drink) in [("Ann", "ale"), ("Ben", "wine"), ("Ann", "ale")] {
            app.world_mut().emit("guest.orders", json!({ "guest": guest, "drink": drink }))?;
        }
        app.world_mut().emit("night.falls", json!({}))?;
        // Its promises are settled a frame after the other.
        while !app.world().resource::<IsDark>().0 {
            app.update();
        }
        app.terminate_extensions();
        app.update();
    }
    Ok(())
}

/// Whether the script has said all it had to say.
#[derive(Resource, Default)]
struct IsDark(bool);

/// An app with the script, whose extensions keep their data in a folder.
fn app(data: &Path) -> Result<App> {
    let mut settings = HostSettings::default();
    settings.directories = vec!["{assets}/data_script/extensions".into()];
    let mut app = App::new();
    app.init_resource::<IsDark>().add_plugins(ExtensionsPlugin {
        settings: settings.into(),
        data: Some(data.into()),
        ..ExtensionsPlugin::default()
    });
    app.host().observe_named("lights.out", |_: On<DynamicEvent>, mut is_dark: ResMut<IsDark>| is_dark.0 = true)?;
    Ok(app)
}
