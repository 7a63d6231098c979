//! Versions, ranges and names are text in quotes.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(name = Greeter, version = 1.0, requires("Economy" = 1.2, 3), app = true)]
#[extension(external(repositories(central = 8080), artifacts(words)))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
