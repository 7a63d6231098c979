//! What `Cargo.toml` and the doc comment say is not said again.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(description = "Greets", authors("Ann"), license = "MIT", homepage = "https://example.com")]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
