//! A misspelt key is an error that knows the right one.

use bevy_extensions::ExtensionEvent;

#[derive(ExtensionEvent)]
#[event(nmae = "player.joined")]
struct PlayerJoined;

#[derive(ExtensionEvent)]
#[event(key = "player.left", trigger = EntityTrigger, priority = 1)]
struct PlayerLeft;

// Its own name would not do either, but it has got another.
#[derive(ExtensionEvent)]
#[event(names = "game.init")]
struct Init;

fn main() {}
