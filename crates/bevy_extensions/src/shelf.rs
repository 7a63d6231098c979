//! What was fetched of artifacts before, where extensions that are found are looked up.

#[cfg(feature = "artifacts")]
mod lock_writer;

#[cfg(not(feature = "artifacts"))]
use bevy_extensions_core::Unavailable;
#[cfg(feature = "artifacts")]
use bevy_extensions_core::artifacts::{ArtifactStore, Look};
use bevy_extensions_core::{Candidate, ExtensionArtifacts, Folders, Found, HostSettings, Problem};

use crate::held::Held;

#[cfg(feature = "artifacts")]
pub(crate) use lock_writer::{LockWriter, Present};

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

    /// Tells what is wrong with the cache and the lock.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        #[cfg(feature = "artifacts")]
        return self.store.problems();
        #[cfg(not(feature = "artifacts"))]
        Vec::new()
    }

    /// Notes if an extension is not what the lock says, where the host settings want that.
    #[cfg_attr(not(feature = "artifacts"), expect(unused_variables, reason = "there is no lock"))]
    pub(crate) fn compare(&self, candidate: &mut Candidate, found: Option<&Found>) {
        #[cfg(feature = "artifacts")]
        {
            let native = found.is_none().then_some(&*candidate);
            let refused = self.store.refused(native, found).into_iter().next();
            if let Some((_, why)) = refused {
                candidate.unrunnable.get_or_insert(why);
            }
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
