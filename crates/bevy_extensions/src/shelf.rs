//! What was fetched of artifacts before, where extensions that are found are looked up.

use bevy_extensions_core::{Candidate, ExtensionArtifacts, Unavailable};

use crate::held::Held;

/// What was fetched of artifacts before.
#[derive(Clone, Default)]
pub(crate) struct Shelf {}

impl Shelf {
    /// Hands an extension what is there of the artifacts that it asks for, if that is all, and notes what cannot be had.
    pub(crate) fn look(&self, candidate: &mut Candidate, held: &Held) {
        let wanted = &candidate.manifest.external.artifacts;
        if wanted.is_empty() {
            return held.complete(ExtensionArtifacts::default());
        }
        candidate.unavailable = wanted.iter().map(|it| Unavailable::not_built_in(it.artifact.clone())).collect();
    }
}
