//! A struct with fields is created by its `Default`; one without any needs none.

#![deny(unused_qualifications)]

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
struct Greeter {
    greeting: String,
}

impl Default for Greeter {
    fn default() -> Self {
        Self { greeting: "hello".into() }
    }
}

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

#[derive(Extension)]
struct Empty {}

impl Plugin for Empty {
    fn build(&self, _app: &mut App) {}
}

#[test]
fn it_is_created_by_its_default() {
    assert_eq!(Greeter::create().greeting, "hello");
    let Empty {} = Empty::create();
}
