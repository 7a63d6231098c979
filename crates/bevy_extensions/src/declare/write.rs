//! Manifests of natives for whoever does not link them.

use std::path::Path;

use bevy_extensions_core::{Candidate, Natives, ParseError};

use super::Declared;

/// Writes the manifests of all linked extensions to a file, for tools such as `bevy-extensions`, which do not link them.
///
/// [`Natives::FILE`] is where the tool looks. A test is a good place for it, or the beginning of `main` in builds for debugging:
///
/// ```no_run
/// # fn main() -> Result<(), bevy_extensions::WriteManifestsError> {
/// bevy_extensions::write_manifests(bevy_extensions::Natives::FILE)?;
/// # Ok(())
/// # }
/// ```
///
/// Natives that are not linked but [added](crate::ExtensionsPlugin::with) by their type are not among them. The file is replaced as
/// a whole, and the same natives make the same bytes.
///
/// # Errors
///
/// [`WriteManifestsError`] if a manifest cannot be made, or the file cannot be written.
pub fn write_manifests(path: impl AsRef<Path>) -> Result<(), WriteManifestsError> {
    let path = path.as_ref();
    let candidates = Declared::linked().iter().map(Declared::candidate).collect::<Result<Vec<Candidate>, _>>()?;
    Natives::of(&candidates)
        .write(path)
        .map_err(|error| WriteManifestsError::Unwritable { file: path.display().to_string(), why: error.to_string() })
}

/// The manifests of natives could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteManifestsError {
    /// A manifest cannot be made.
    #[error(transparent)]
    Manifest(#[from] ParseError),
    /// The file cannot be written.
    #[error("the manifests of natives cannot be written to `{file}`: {why}")]
    Unwritable {
        /// The file.
        file: String,
        /// What the system said.
        why: String,
    },
}
