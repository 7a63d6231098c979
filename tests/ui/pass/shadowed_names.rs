//! Nothing in the user's scope gets between the derive and what it needs.

#![no_implicit_prelude]

mod core {}

trait Extension {}
trait Default {}
struct Manifest;
struct Option;
struct Some;

#[derive(::bevy_extensions::Extension)]
#[extension(provides("Welcome" = "1"))]
struct Greeter {
    _times: u32,
}

impl ::core::default::Default for Greeter {
    fn default() -> Self {
        Self { _times: 0 }
    }
}

impl ::bevy_app::Plugin for Greeter {
    fn build(&self, _app: &mut ::bevy_app::App) {}
}

fn main() {
    <Greeter as ::bevy_extensions::Extension>::manifest();
}
