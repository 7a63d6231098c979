//! Facts, repositories and artifacts stand once, too.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(meta(mood = "cheerful", "mood" = "grumpy"))]
#[extension(external(
    repositories(central = "https://example.com/a", central = "https://example.com/b"),
    artifacts("com.example:words:1.0.0", "com.example:words:1.0.0"),
))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
