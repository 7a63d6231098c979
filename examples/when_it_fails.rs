//! Demonstrates what happens when extensions go wrong: each fault stays with its extension, and the app runs on.
//!
//! `Vault` panics while it initialises, so `Loans`, which requires it, is suspended; `Shop` has an alternative and
//! opens. `Lottery` gives up in `build`. `Bridge` and `Toll` require each other, and `Ferry` something that nobody has.
//! The report on standard error tells all of it; the program prints the same states and exits with 0.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::prelude::*;

fn main() {
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin::default().without_files());
    app.update();
    for row in &app.extension_report().rows {
        println!("{} is {}", row.name, row.state);
    }
    app.terminate_extensions();
}

#[derive(Extension)]
struct Vault;

impl Plugin for Vault {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, || panic!("the key is lost"));
    }
}

#[derive(Extension)]
#[extension(requires(Vault))]
struct Loans;

impl Plugin for Loans {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(PostInit, || println!("never printed"));
    }
}

#[derive(Extension)]
struct Purse;

impl Plugin for Purse {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, || println!("Purse: a few coins"));
    }
}

#[derive(Extension)]
#[extension(any_of(Vault, Purse))]
struct Shop;

impl Plugin for Shop {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(PostInit, open).add_systems(Terminate, || println!("Shop: closed"));
    }
}

fn open() -> Result {
    println!("Shop: open, paid from the purse");
    Ok(())
}

#[derive(Extension)]
struct Lottery;

impl Plugin for Lottery {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().fail("no licence");
    }
}

#[derive(Extension)]
#[extension(requires("Toll"))]
struct Bridge;

impl Plugin for Bridge {
    fn build(&self, _: &mut App) {}
}

#[derive(Extension)]
#[extension(requires("Bridge"))]
struct Toll;

impl Plugin for Toll {
    fn build(&self, _: &mut App) {}
}

#[derive(Extension)]
#[extension(requires("Boat" = "^1"))]
struct Ferry;

impl Plugin for Ferry {
    fn build(&self, _: &mut App) {}
}
