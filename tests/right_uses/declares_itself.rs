//! What is linked is known to the app, with the place of its derive.

use bevy_app::prelude::*;
use bevy_extensions::{Declared, Extension};

#[derive(Extension)]
struct Weighbridge;

impl Plugin for Weighbridge {
    fn build(&self, _app: &mut App) {}
}

#[test]
fn what_is_linked_is_known_with_its_place() {
    let linked = Declared::linked();
    let is_here = |it: &&Declared| it.name() == "Weighbridge";
    let places = linked.iter().filter(is_here).map(|it| it.candidate().unwrap().source.location().to_string());
    assert_eq!(places.collect::<Vec<_>>(), [concat!(file!(), ":6")]);
}
