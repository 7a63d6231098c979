//! A phase is no schedule of the app: only an extension's scope takes it.

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

fn main() {
    App::new().add_systems(Init, || println!("never"));
}
