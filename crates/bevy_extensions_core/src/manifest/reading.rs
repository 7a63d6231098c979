//! What is read of an extension, in whatever form it says it.

use super::{Manifest, Places};
use crate::{
    location::Location,
    name::ExtensionName,
    parse::{ParseError, ParseErrorKind},
};

/// A manifest that was read, and what is to be known of how it was written.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) manifest: Manifest,
    pub(crate) places: Places,
    /// How the name was spelled, if it is not the name itself.
    pub(crate) original_name: Option<String>,
    /// Tells whether there is no manifest.
    pub(crate) implicit: bool,
}

impl Reading {
    /// Reads an `extension.ron`.
    pub(crate) fn ron(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        let (manifest, places) = Manifest::with_places(file, bytes)?;
        Ok(Self { manifest, places, original_name: None, implicit: false })
    }
}

/// Makes a name of what nobody wrote as a name: of a file, a folder or an npm package.
pub(super) fn name_of(spelling: &str, file: &str) -> Result<ExtensionName, ParseError> {
    ExtensionName::converted(spelling).map_err(|_| ParseError {
        at: Location::new(file, 1, 1),
        field: String::new(),
        kind: ParseErrorKind::NoName { spelling: spelling.into() },
    })
}

/// Returns a spelling, if it is something else than the name.
pub(super) fn if_other(spelling: &str, name: &ExtensionName) -> Option<String> {
    (*name != *spelling).then(|| spelling.into())
}
