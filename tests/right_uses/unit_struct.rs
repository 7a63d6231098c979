//! A unit struct needs nothing more.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

#[test]
fn it_is_created_and_has_a_manifest() {
    let _: Greeter = Greeter::create();
    let manifest = Greeter::manifest();
    assert_eq!(Greeter::NAME, "Greeter");
    assert_eq!(manifest.name, "Greeter");
    assert_eq!(manifest.version.to_string(), env!("CARGO_PKG_VERSION"));
    assert!(manifest.settings.is_unit(), "it has no settings");
}
