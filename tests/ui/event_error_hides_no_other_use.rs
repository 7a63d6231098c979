//! An event with an error in its attribute is still one elsewhere: the compiler tells what is wrong once.

use bevy_ecs::prelude::*;
use bevy_extensions::ExtensionEvent;

#[derive(ExtensionEvent)]
#[event(name = "player joined")]
struct PlayerJoined;

fn main() {
    World::new().add_observer(|_: On<PlayerJoined>| {});
    World::new().trigger(PlayerJoined);
    let _ = PlayerJoined::wire();
}
