//! An event is a struct or an enum.

use bevy_extensions::ExtensionEvent;

#[derive(ExtensionEvent)]
union PlayerJoined {
    _times: u8,
}

fn main() {}
