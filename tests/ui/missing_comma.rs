//! What goes on without a comma is found, and so is what is wrong behind it.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(version = "1.0.0" requires("Economy"), requires("Weather" "Time", "Time" = "soon"))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
