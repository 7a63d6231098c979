//! Demonstrates the files of extensions: what comes with them, and what they write.
//!
//! `Greeter` has a folder compiled into the program. It saves one of its files where an operator may edit it, reads it from
//! there, and counts its starts. The script `herald` reads a file of its own folder, and remembers what it has heard. The app
//! starts three times: the second time somebody has edited a file, and the third time it is put back. Nobody gets out of
//! his folder.

use std::{fs, path::Path};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Files, HostSettings, Overwrite, Storage, json, prelude::*};

fn main() -> Result {
    let data = tempfile::tempdir()?;
    for start in ["first", "second", "third"] {
        println!("--- the {start} start");
        let mut app = app(data.path());
        app.update();
        if start == "first" {
            fs::write(data.path().join("greeter/greetings.txt"), "an operator says hello\n")?;
            println!("somebody edits the greetings");
        }
        if start == "second" {
            app.world().resource::<Files<Greeter>>().save("greetings.txt", Overwrite::Always)?;
            println!("put back what came with it");
        }
        app.terminate_extensions();
    }

    println!("--- on disk");
    for name in ["Greeter", "herald"] {
        println!("{name}: {}", Storage::new(data.path(), &name.parse()?).list("").join(", "));
    }
    Ok(())
}

/// An app whose extensions write below a folder.
fn app(data: &Path) -> App {
    let mut settings = HostSettings::default();
    settings.directories = vec!["{assets}/extension_files/extensions".into()];
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin {
        settings: settings.into(),
        data: Some(data.into()),
        ..ExtensionsPlugin::default()
    });
    app
}

/// Greets, with what is compiled into the program.
#[derive(Extension)]
#[extension(files = "../assets/extension_files/greeter")]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, greet);
    }
}

fn greet(files: Res<Files<Greeter>>, mut commands: Commands) -> Result {
    let is_new = files.save("greetings.txt", Overwrite::Never)?;
    println!("Greeter: {}", if is_new { "saved my greetings" } else { "kept what was there" });
    if is_new {
        try_what_is_refused(&files);
    }

    let storage = files.storage();
    let starts: usize = match storage.contains("starts") {
        true => storage.read_text("starts")?.parse()?,
        false => 0,
    };
    let greetings = storage.read_text("greetings.txt")?;
    println!("Greeter: {}", greetings.lines().cycle().nth(starts).unwrap_or("..."));
    storage.write("starts", (starts + 1).to_string())?;
    commands.emit("greeted", json!({ "starts": starts + 1 }));
    Ok(())
}

fn try_what_is_refused(files: &Files<Greeter>) {
    println!("Greeter: what came with me: {}", files.list("").join(", "));
    for path in ["../herald/seen.json", "/etc/passwd", "nul"] {
        if let Err(error) = files.storage().write(path, "gotcha") {
            println!("Greeter: {error}");
        }
    }
}
