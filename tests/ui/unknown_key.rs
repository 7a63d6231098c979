//! A misspelt key is an error that knows the right one.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(verison = "1.0.0", require("Economy"), dependencies("Weather"), colour = "red")]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
