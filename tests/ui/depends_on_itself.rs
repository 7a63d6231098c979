//! An extension is not its own dependency.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(name = "Doorman", requires(Self = "1"), after(Greeter), conflicts("doorman"), provides("Doorman"))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
