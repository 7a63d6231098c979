//! A path in a list is an extension; a plugin is not enough.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

struct Economy;

impl Plugin for Economy {
    fn build(&self, _app: &mut App) {}
}

#[derive(Extension)]
#[extension(requires(Economy = "1"), conflicts(Economy))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
