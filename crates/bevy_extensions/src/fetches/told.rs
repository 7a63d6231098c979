//! What is told of those who wait.

use bevy_extensions_core::{
    ExtensionName,
    artifacts::{ArtifactProgress, FetchState},
    shown_bytes,
};

/// Says for what an extension waits: `` `left-pad@^1` (2 KiB of 10 KiB) ``; `None` if it does not.
pub(super) fn waits_for(progress: &[ArtifactProgress], extension: &ExtensionName) -> Option<String> {
    let is_over = |state| matches!(state, FetchState::Done | FetchState::Failed);
    let is_awaited = |it: &&ArtifactProgress| !is_over(it.state) && it.extensions.contains(extension);
    let awaited: Vec<_> = progress.iter().filter(is_awaited).map(told).collect();
    (!awaited.is_empty()).then(|| awaited.join(", "))
}

fn told(progress: &ArtifactProgress) -> String {
    let what = &progress.what;
    match (progress.bytes, progress.total) {
        (0, None) => format!("`{what}`"),
        (bytes, None) => format!("`{what}` ({})", shown_bytes(bytes)),
        (bytes, Some(total)) => format!("`{what}` ({} of {})", shown_bytes(bytes), shown_bytes(total)),
    }
}
