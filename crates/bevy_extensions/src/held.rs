//! What an extension has of artifacts.

use std::sync::{Arc, OnceLock};

use bevy_extensions_core::ExtensionArtifacts;

/// What an extension has of artifacts: nothing until all that it asks for are there. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<OnceLock<ExtensionArtifacts>>);

impl Held {
    /// Returns what is there; `None` as long as something is missing.
    pub(crate) fn get(&self) -> Option<&ExtensionArtifacts> {
        self.0.get()
    }

    /// Tells whether all are there.
    pub(crate) fn is_complete(&self) -> bool {
        self.0.get().is_some()
    }

    /// Takes what is there now.
    pub(crate) fn complete(&self, artifacts: ExtensionArtifacts) {
        // Whoever was first has fetched the same.
        _ = self.0.set(artifacts);
    }

    /// Tells whether another one is this.
    #[cfg(feature = "artifacts")]
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
