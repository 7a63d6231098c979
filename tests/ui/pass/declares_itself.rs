//! What is linked is known to the app, with the place of its derive.

use bevy_app::prelude::*;
use bevy_extensions::{Declared, Extension};

#[derive(Extension)]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {
    let linked = Declared::linked();
    let [greeter] = linked.as_slice() else { panic!("one extension is linked, found {linked:?}") };
    assert_eq!(greeter.name(), "Greeter");
    assert_eq!(greeter.candidate().unwrap().source.location().to_string(), concat!(file!(), ":6"));
}
