//! An export says whose it is. Until it does, the compiler tells nothing else about it.

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

#[derive(Extension)]
struct Economy;

impl Plugin for Economy {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().export::<Ledger>().export::<Prices>().add_systems(Init, count);
    }
}

#[derive(Export, Default)]
struct Ledger;

#[derive(Export, Default)]
#[export]
struct Prices;

fn count(_: Import<Economy, Ledger>, _: Option<ImportMut<Economy, Prices>>) {}

fn main() {}
