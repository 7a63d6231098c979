//! What is provided has a version, not a range.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(provides("Welcome" = "^1.2"))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
