//! A small app with the extension, and with whatever lies in `extensions/`: `cargo run --example run`.

use bevy_app::prelude::*;
use bevy_extensions::{Natives, WriteManifestsError, link_extensions, prelude::*, write_manifests};

// An extension makes itself known once its crate is linked.
link_extensions!({{module}});

fn main() -> Result<(), WriteManifestsError> {
    // For `bevy-extensions`, which does not link it.
    write_manifests(Natives::FILE)?;

    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin::default());
    app.finish();
    app.cleanup();
    app.update();
    app.terminate_extensions();
    Ok(())
}
