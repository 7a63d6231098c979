//! Misspelt keys are found inside `external(..)`, too.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(external(repository(central = "https://example.com"), libraries("com.example:words:1.0.0")))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
