//! The names of phases are nobody's, given or not.

use bevy_extensions::ExtensionEvent;

#[derive(ExtensionEvent)]
#[event(name = "ready")]
struct PlayerReady;

#[derive(ExtensionEvent)]
struct Terminate;

#[derive(ExtensionEvent)]
struct Begrüßt;

fn main() {}
