//! How far fetching has come.

use bevy_extensions_core::artifacts::ArtifactProgress;

use crate::entity::Extensions;

/// What is being fetched.
impl Extensions {
    /// Tells how far everything has come that is being fetched for extensions.
    ///
    /// It is empty if nobody waits. A loading screen may add it up:
    ///
    /// ```
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::Extensions;
    /// fn print_progress(extensions: Res<Extensions>) {
    ///     for artifact in extensions.fetching() {
    ///         println!("{}: {} of {:?} bytes", artifact.what, artifact.bytes, artifact.total);
    ///     }
    /// }
    /// # bevy_app::App::new().add_systems(bevy_app::Update, print_progress);
    /// ```
    pub fn fetching(&self) -> Vec<ArtifactProgress> {
        self.fetches.progress()
    }
}
