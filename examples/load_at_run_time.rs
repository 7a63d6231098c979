//! Demonstrates loading extensions from disk while the app runs, reading them anew, and unloading them.
//!
//! A bakery is linked into the app. Two scripts that nobody searches for are loaded by their paths: the café needs the mill,
//! so alone it is refused, and together they start. A new version of the mill is read while the café follows; a broken one
//! changes nothing. In the end the mill goes, and the café has to go with it.

use std::{error::Error, fs, path::Path};

use bevy_app::prelude::*;
use bevy_extensions::{SettingsSource, Switch, prelude::*};

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result {
    let folder = tempfile::tempdir()?;
    let (mill, cafe) = (folder.path().join("mill.js"), folder.path().join("cafe.js"));
    fs::write(&mill, MILL)?;
    fs::write(&cafe, CAFE)?;

    // What is looked for in folders would be loaded too.
    let host = ExtensionsPlugin { settings: SettingsSource::Value(Box::default()), ..Default::default() };
    let mut app = App::new();
    app.add_plugins(host.without_files()).update();

    println!("--- the café alone");
    ask(&mut app, folder.path(), [Switch::load(&cafe)])?;

    println!("--- both in one frame: the order does not matter");
    ask(&mut app, folder.path(), [Switch::load(&cafe), Switch::load(&mill)])?;
    println!("a cake costs {}", app.world_mut().call::<_, u32>("cafe", "cake", ())?);

    println!("--- a new version of the mill");
    fs::write(&mill, MILL.replace("1.0.0", "1.1.0").replace("flour: () => 2", "flour: () => 3"))?;
    ask(&mut app, folder.path(), [Switch::reload("mill")])?;
    println!("a cake costs {}", app.world_mut().call::<_, u32>("cafe", "cake", ())?);

    println!("--- a broken one");
    fs::write(&mill, "extension.exports = {")?;
    ask(&mut app, folder.path(), [Switch::reload("mill")])?;
    println!("a cake costs {}", app.world_mut().call::<_, u32>("cafe", "cake", ())?);

    println!("--- the mill goes");
    ask(&mut app, folder.path(), [Switch::unload("mill")])?;
    for (name, _) in app.world().resource::<Extensions>().iter() {
        println!("{name} is {}", app.world().resource::<Extensions>().state(name.as_str()).ok_or("it is listed")?);
    }
    app.terminate_extensions();
    Ok(())
}

/// Shows what is going to happen, and then does it.
fn ask<const N: usize>(app: &mut App, folder: &Path, switches: [Switch; N]) -> Result {
    let mut extensions = app.world_mut().resource_mut::<Extensions>();
    let plan = extensions.plan_switches(switches);
    println!("{}", plan.to_string().replace(&format!("{}/", folder.display()), ""));
    if !plan.is_empty() {
        extensions.confirm(plan)?;
        app.update();
    }
    Ok(())
}

const MILL: &str = "//@extension version 1.0.0
extension.exports = { flour: () => 2 };
";

const CAFE: &str = "//@extension version 2.0.0
//@extension requires mill ^1
//@extension requires Bakery
const mill = extension.imports('mill');
const bakery = extension.imports('Bakery');
extension.exports = { cake: () => mill.flour() * 10 + bakery.work() };
";

/// Bakes for whoever asks.
#[derive(Extension)]
#[extension(version = "1.0.0")]
struct Bakery;

impl Plugin for Bakery {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().export_fn("work", || 5);
    }
}
