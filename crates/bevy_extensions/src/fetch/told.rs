//! What is told of those who wait.

use bevy_extensions_core::{
    ExtensionName,
    artifacts::{ArtifactProgress, FetchState},
};

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

/// Says for what an extension waits: `` `left-pad@^1` (2 of 10 KiB) ``; `None` if it does not.
pub(crate) fn waits_for(progress: &[ArtifactProgress], extension: &ExtensionName) -> Option<String> {
    let is_awaited = |it: &&ArtifactProgress| it.state != FetchState::Done && it.extensions.contains(extension);
    let awaited: Vec<_> = progress.iter().filter(is_awaited).map(told).collect();
    (!awaited.is_empty()).then(|| awaited.join(", "))
}

fn told(progress: &ArtifactProgress) -> String {
    let what = &progress.what;
    match (progress.bytes, progress.total) {
        (0, None) => format!("`{what}`"),
        (bytes, None) => format!("`{what}` ({} KiB)", kib(bytes)),
        (bytes, Some(total)) => format!("`{what}` ({} of {} KiB)", kib(bytes), kib(total)),
    }
}

/// Rounds up, so that what has begun is not 0.
fn kib(bytes: u64) -> u64 {
    bytes.div_ceil(1024)
}
