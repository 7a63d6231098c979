//! Demonstrates the smallest app with an extension.
//!
//! Prints a greeting while the app starts, and a goodbye when it ends.

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

fn main() {
    let mut app = App::new();
    // The files in `assets/extensions/` are for the example `drop_in`.
    app.add_plugins(ExtensionsPlugin::default().without_files());
    app.update();
    app.terminate_extensions();
}

/// Greets the world.
#[derive(Extension)]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(Init, || println!("Hello, world!"))
            .add_systems(Terminate, || println!("Goodbye, world!"));
    }
}
