//! An extension is a struct.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
union Greeter {
    _cheerful: u8,
}

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
