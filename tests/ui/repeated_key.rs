//! A key stands once, over all the attributes.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(version = "1.0.0", requires("Economy"), version = "1.1.0")]
#[extension(requires("Weather"))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
