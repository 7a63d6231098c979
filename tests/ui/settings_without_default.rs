//! Settings have a `Default`, which is what the manifest shows.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(serde::Serialize, serde::Deserialize)]
struct GreeterSettings {
    _greeting: String,
}

#[derive(Extension)]
#[extension(settings = GreeterSettings)]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
