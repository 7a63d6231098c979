//! Whoever exports is an extension or the app.

use bevy_app::prelude::*;
use bevy_extensions::Export;

struct Economy;

impl Plugin for Economy {
    fn build(&self, _app: &mut App) {}
}

#[derive(Export)]
#[export(by = Economy)]
struct Ledger;

fn main() {}
