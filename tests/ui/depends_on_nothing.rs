//! A path in a list exists.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(requires(Economy = "1"))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
