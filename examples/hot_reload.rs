//! Demonstrates dev mode: the file of an extension is edited while the app runs.
//!
//! A script lies in a folder that is watched, and answers what the day's bread is. It is edited: the new version answers
//! within a second. Then it is broken: the old version goes on, and the log says why. Then it is mended, and a second script
//! is dropped beside it. In an app of yours, `BEVY_EXTENSIONS_WATCH=1 cargo run` is all there is to do, with the feature
//! `watch`; and `BEVY_EXTENSIONS_DEV=../my-weather` for an extension that lies elsewhere.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Dev, HostSettings, prelude::*, test_kit::Logs};

fn main() -> Result {
    // An app of yours has a log, where all of this goes.
    let logs = Logs::capture();
    let folder = tempfile::tempdir()?;
    let bakery = folder.path().join("bakery.js");

    fs::write(&bakery, "exports.bread = () => 'rye'")?;
    let mut app = app(folder.path());
    app.update();
    println!("the bread of the day is {}", bread(&mut app, "bakery")?);

    println!("--- the file is edited");
    fs::write(&bakery, "//@extension version 1.1.0\nexports.bread = () => 'wheat'")?;
    run_until(&mut app, |app| bread(app, "bakery").is_ok_and(|bread| bread == "wheat"))?;
    print_told(&logs, folder.path());
    println!("the bread of the day is {}", bread(&mut app, "bakery")?);

    println!("--- and broken");
    fs::write(&bakery, "exports.bread = () => 'spelt")?;
    run_until(&mut app, |_| logs.all().iter().any(|line| line.contains("cannot reload")))?;
    print_told(&logs, folder.path());
    println!("the bread of the day is {}", bread(&mut app, "bakery")?);

    println!("--- and mended");
    fs::write(&bakery, "//@extension version 1.2.0\nexports.bread = () => 'spelt'")?;
    run_until(&mut app, |app| bread(app, "bakery").is_ok_and(|bread| bread == "spelt"))?;
    print_told(&logs, folder.path());
    println!("the bread of the day is {}", bread(&mut app, "bakery")?);

    println!("--- another file is dropped beside it");
    let mill = "//@extension requires bakery ^1.2\n\
                const bakery = extension.imports('bakery'); exports.bread = () => `flour for ${bakery.bread()}`";
    fs::write(folder.path().join("mill.js"), mill)?;
    run_until(&mut app, |app| bread(app, "mill").is_ok())?;
    print_told(&logs, folder.path());
    println!("the mill has {}", bread(&mut app, "mill")?);
    app.terminate_extensions();
    Ok(())
}

/// An app that watches a folder.
fn app(folder: &Path) -> App {
    let mut settings = HostSettings::default();
    settings.directories = vec![folder.display().to_string()];
    let mut dev = Dev::default();
    dev.watch = true;
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin { settings: settings.into(), dev, inventory: false, ..Default::default() });
    app.finish();
    app.cleanup();
    app
}

fn bread(app: &mut App, of: &str) -> Result<String> {
    Ok(app.world_mut().call(of, "bread", ())?)
}

/// Runs frames until something is so.
fn run_until(app: &mut App, mut is_so: impl FnMut(&mut App) -> bool) -> Result {
    let began = Instant::now();
    while !is_so(app) {
        if began.elapsed() > Duration::from_secs(60) {
            return Err("nothing comes of it".into());
        }
        app.update();
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Prints what the host has told, without the folder, which has another name each time.
fn print_told(logs: &Logs, folder: &Path) {
    let folder = format!("{}/", folder.display());
    let told = logs.take().into_iter().filter(|line| line.contains("switched") || line.starts_with("warn"));
    told.for_each(|line| println!("{}", line.replace(&folder, "")));
}
