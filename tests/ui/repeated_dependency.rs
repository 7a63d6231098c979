//! An extension stands once in a list; case does not matter in names.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

mod town {
    #[derive(bevy_extensions::Extension)]
    pub struct Economy;

    impl bevy_app::Plugin for Economy {
        fn build(&self, _app: &mut bevy_app::App) {}
    }
}

#[derive(Extension)]
#[extension(requires(town::Economy = "1", town :: Economy = "2"), conflicts("Silence", "SILENCE"))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

fn main() {}
