//! What was fetched of artifacts before, where extensions that are found are looked up.

#[cfg(not(feature = "artifacts"))]
use bevy_extensions_core::Unavailable;
use bevy_extensions_core::{Candidate, ExtensionArtifacts, Folders, HostSettings};
#[cfg(feature = "artifacts")]
use bevy_extensions_core::artifacts::{ArtifactStore, Look};

use crate::held::Held;

/// What was fetched of artifacts before. Without the feature `artifacts` there is nothing.
#[derive(Clone)]
pub(crate) struct Shelf {
    #[cfg(feature = "artifacts")]
    pub(crate) store: ArtifactStore,
}

impl Shelf {
    #[cfg_attr(not(feature = "artifacts"), expect(unused_variables, reason = "there is nothing to open"))]
    pub(crate) fn open(settings: &HostSettings, folders: &Folders) -> Self {
        Self {
            #[cfg(feature = "artifacts")]
            store: ArtifactStore::open(settings, folders),
        }
    }

    /// Hands an extension the artifacts that it asks for, if all of them are there, and notes what cannot be had.
    pub(crate) fn look(&self, candidate: &mut Candidate, held: &Held) {
        if candidate.manifest.external.artifacts.is_empty() {
            return held.complete(ExtensionArtifacts::default());
        }
        #[cfg(feature = "artifacts")]
        match self.store.look(candidate) {
            Look::Here(artifacts) => held.complete(artifacts),
            Look::Refused(refused) => candidate.unavailable = refused,
            _ => {}
        }
        #[cfg(not(feature = "artifacts"))]
        {
            let wanted = candidate.manifest.external.artifacts.iter();
            candidate.unavailable = wanted.map(|it| Unavailable::not_built_in(it.artifact.clone())).collect();
        }
    }
}
