//! What may be absent has to be declared nevertheless.

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
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn welcome(_: Option<Import<Greeter, Ledger>>) {}

fn main() {}
