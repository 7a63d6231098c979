//! An extension with an error in its attribute is still one elsewhere: the compiler tells what is wrong once.

use bevy_app::prelude::*;
use bevy_extensions::{DependsOn, Extension};

#[derive(Extension)]
#[extension(version = "one")]
struct Economy;

impl Plugin for Economy {
    fn build(&self, _app: &mut App) {}
}

#[derive(Extension)]
#[extension(requires(Economy = "^^1"))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn imports<Who: DependsOn<Owner>, Owner: Extension>() {}

fn main() {
    imports::<Greeter, Economy>();
}
