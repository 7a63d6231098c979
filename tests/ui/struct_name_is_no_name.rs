//! The name of a struct has to do as a name, unless another is given.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
struct G;

impl Plugin for G {
    fn build(&self, _app: &mut App) {}
}

#[derive(Extension)]
struct Grüßer;

impl Plugin for Grüßer {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
