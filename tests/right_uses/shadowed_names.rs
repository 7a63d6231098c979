//! Nothing in the user's scope gets between the derive and what it needs.

#![no_implicit_prelude]
#![expect(dead_code, reason = "they only stand in the way")]

mod core {}

trait Extension {}
trait Default {}
struct Manifest;
struct Option;
struct Some;

#[derive(::bevy_extensions::Extension, ::std::default::Default)]
#[extension(provides("Welcome" = "1"))]
struct Greeter {
    _times: u32,
}

impl ::bevy_app::Plugin for Greeter {
    fn build(&self, _app: &mut ::bevy_app::App) {}
}

#[test]
fn the_derive_finds_what_it_needs() {
    <Greeter as ::bevy_extensions::Extension>::manifest();
}
