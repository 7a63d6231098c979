//! A name is no type: what an extension imports by type it requires by type.

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

#[derive(Extension)]
struct Economy;

impl Plugin for Economy {
    fn build(&self, _app: &mut App) {}
}

#[derive(Export, Default)]
#[export(by = Economy)]
struct Ledger;

#[derive(Extension)]
#[extension(requires("Economy"), after(Economy))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn welcome(_: Import<Greeter, Ledger>) {}

fn main() {}
