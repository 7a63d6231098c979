//! A name is a text in quotes, and stands once in a list.

use bevy_extensions::ExtensionEvent;

#[derive(ExtensionEvent)]
#[event(name = player.joined)]
struct PlayerJoined;

#[derive(ExtensionEvent)]
#[event(name("player.left"))]
struct PlayerLeft;

#[derive(ExtensionEvent)]
#[event = "player.spoke"]
struct PlayerSpoke;

#[derive(ExtensionEvent)]
#[event("player.died")]
struct PlayerDied;

#[derive(ExtensionEvent)]
#[event(name = "player.slept")]
#[event(name = "player.woke")]
struct PlayerSlept;

fn main() {}
