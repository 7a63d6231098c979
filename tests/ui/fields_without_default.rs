//! A struct with fields needs `Default`.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
struct Greeter {
    _greetings: Vec<String>,
}

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
