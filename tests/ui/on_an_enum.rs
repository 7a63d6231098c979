//! An extension is a struct.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
enum Greeter {
    _Cheerful,
}

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
