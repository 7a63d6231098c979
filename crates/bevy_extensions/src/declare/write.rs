//! Manifests of natives for whoever does not link them.

use std::{io, path::Path};

use bevy_extensions_core::{Natives, ParseError};

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
/// [`WriteManifestsError`] if a manifest cannot be made, where the others are written all the same, or if the file cannot be
/// written, which is as it was then.
pub fn write_manifests(path: impl AsRef<Path>) -> Result<(), WriteManifestsError> {
    let path = path.as_ref();
    let (mut candidates, mut unmade) = (Vec::new(), None);
    for declared in Declared::linked() {
        match declared.candidate() {
            Ok(candidate) => candidates.push(candidate),
            Err(error) => unmade = unmade.or(Some(error)),
        }
    }
    let unwritable =
        |error: io::Error| WriteManifestsError::Unwritable { file: path.display().to_string(), why: error.to_string() };
    Natives::of(&candidates).write(path).map_err(unwritable)?;
    unmade.map_or(Ok(()), |error| Err(WriteManifestsError::Unmade(error)))
}

/// The manifests of natives could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteManifestsError {
    /// A manifest cannot be made. The others are written.
    #[error(transparent)]
    Unmade(ParseError),
    /// The file cannot be written.
    #[error("the manifests of natives cannot be written to `{file}`: {why}")]
    Unwritable {
        /// The file.
        file: String,
        /// What the system said.
        why: String,
    },
}
