//! A range is written as for Cargo.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(requires("Economy" = "latest"), any_of("Redis" = ">>1", "Valkey"), app = "1.x.y")]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
