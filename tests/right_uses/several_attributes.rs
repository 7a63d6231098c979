//! Several attributes are read as one.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(version = "1.0.0", any_of("Redis", "Valkey"))]
#[extension(requires("Economy" = "^1.2"), any_of("Lamp", "Candle"),)]
#[extension()]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

#[test]
fn they_are_read_as_one() {
    let manifest = Greeter::manifest();
    assert_eq!(manifest.version.to_string(), "1.0.0");
    assert_eq!(manifest.dependencies[0].to_string(), "Economy ^1.2");
    assert_eq!(manifest.any_of.len(), 2);
}
