//! An event is one type.

use bevy_extensions::ExtensionEvent;

#[derive(ExtensionEvent)]
struct Arrived<T: Send + Sync + 'static>(T);

#[derive(ExtensionEvent)]
enum Spoke<'a> {
    _Loud(&'a str),
}

fn main() {}
