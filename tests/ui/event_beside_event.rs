//! An extension event is a Bevy event already.

use bevy_ecs::prelude::*;
use bevy_extensions::ExtensionEvent;

#[derive(Event, ExtensionEvent)]
struct PlayerJoined;

fn main() {}
