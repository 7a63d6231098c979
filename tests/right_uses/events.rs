//! An event is a struct or an enum of any shape, and has a name.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications)]
#![expect(dead_code, reason = "only their names are looked at")]

use bevy_ecs::prelude::*;
use bevy_extensions::ExtensionEvent;
use serde::{Deserialize, Serialize};

/// Without a name.
#[derive(ExtensionEvent, Serialize, Deserialize)]
pub struct PlayerJoined {
    /// Who it was.
    pub name: String,
}

/// As a unit struct.
#[derive(ExtensionEvent, Debug, Clone, Copy)]
pub struct HTTPDone;

/// As an enum, which can be heard by name only.
#[derive(ExtensionEvent, Serialize)]
#[event(name = "round-2.Over")]
pub enum Round2Over {
    /// Somebody won.
    Won(u8),
    /// Nobody did.
    Drawn,
}

/// With more than one attribute.
#[derive(ExtensionEvent, Deserialize)]
#[event()]
#[event(name = "r-type")]
#[expect(non_camel_case_types, reason = "it is a keyword, to see that its name is read")]
pub struct r#type(pub u8);

#[test]
fn an_event_has_a_name() {
    assert_eq!(PlayerJoined::NAME, "player.joined");
    assert_eq!(HTTPDone::NAME, "http.done");
    assert_eq!(Round2Over::NAME, "round-2.Over");
    assert_eq!(r#type::NAME, "r-type");

    let mut world = World::new();
    world.add_observer(|joined: On<PlayerJoined>| assert_eq!(joined.name, "Quinn"));
    world.trigger(PlayerJoined { name: "Quinn".into() });
}
