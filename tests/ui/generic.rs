//! An extension is one type.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
struct Greeter<T: Send + Sync + 'static>(T);

impl<T: Send + Sync + 'static> Plugin for Greeter<T> {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
