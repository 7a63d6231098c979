//! A fact is a text, a number or a bool.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(meta(mood = 'c', bytes = b"abc", list = [1, 2], none =, big = 99999999999999999999, 7 = 7))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
