//! The name of an event has words of letters, digits, `-` and `_`.

use bevy_extensions::ExtensionEvent;

#[derive(ExtensionEvent)]
#[event(name = "player joined")]
struct PlayerJoined;

#[derive(ExtensionEvent)]
#[event(name = "player..left")]
struct PlayerLeft;

#[derive(ExtensionEvent)]
#[event(name = "")]
struct PlayerSpoke;

fn main() {}
