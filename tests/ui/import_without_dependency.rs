//! Nobody imports from an extension without saying that it needs it.

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

fn welcome(_: Import<Greeter, Ledger>) {}

fn main() {}
