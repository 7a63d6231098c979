//! Nobody offers what is another's.

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

#[derive(Extension)]
struct Economy;

impl Plugin for Economy {
    fn build(&self, _app: &mut App) {}
}

#[derive(Export, Default, Clone)]
#[export(by = Economy)]
struct Ledger;

#[derive(Extension)]
#[extension(requires(Economy))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().export::<Ledger>().export_value(Ledger);
    }
}

fn main() {}
