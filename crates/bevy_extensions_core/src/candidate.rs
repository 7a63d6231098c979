//! An extension that was found, before anybody decided whether it starts.

use crate::{
    location::Location,
    manifest::{Manifest, Places},
    parse::ParseError,
    plan::EdgeKind,
};

/// An extension that was found, before [`resolve`](crate::resolve()) decides whether it starts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Candidate {
    /// What it says about itself.
    pub manifest: Manifest,
    /// Where it was found.
    pub source: Source,
    /// The artifacts it asks for that cannot be had.
    pub unavailable: Vec<Unavailable>,
}

impl Candidate {
    /// Pairs a manifest with the place it was found in.
    pub fn new(manifest: Manifest, source: Source) -> Self {
        // Nothing fetches artifacts yet, so whoever needs one cannot have it.
        let why = "this version of bevy_extensions does not fetch artifacts yet";
        let unavailable = |artifact: &String| Unavailable { artifact: artifact.clone(), why: why.into() };
        let unavailable = manifest.external.artifacts.iter().map(unavailable).collect();
        Self { manifest, source, unavailable }
    }

    /// Reads a candidate from the text of its manifest; `file` is where it was found.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if the text is not a manifest.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ParseError> {
        let (manifest, places) = Manifest::with_places(file, text.as_bytes())?;
        Ok(Self::new(manifest, Source { places, ..Source::file(file, 0) }))
    }
}

/// Where an extension was found.
///
/// Sources sort as they were searched: linked natives first, then the directories in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    directory: Option<usize>,
    location: Location,
    places: Places,
}

impl Source {
    /// A native extension, declared at a line of Rust.
    pub fn native(file: &str, line: u32) -> Self {
        Self { directory: None, location: Location::new(file, line, 0), places: Places::default() }
    }

    /// A manifest in a file below the nth of the searched directories.
    pub fn file(path: &str, directory: usize) -> Self {
        Self { directory: Some(directory), location: Location::file(path), places: Places::default() }
    }

    /// Tells whether it is a native, linked into the app.
    pub fn is_native(&self) -> bool {
        self.directory.is_none()
    }

    /// Returns the place of its declaration or manifest.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Returns what sources are compared by: how early they were searched, then where.
    pub(crate) fn rank(&self) -> (Option<usize>, &Location) {
        (self.directory, &self.location)
    }

    /// Returns the place of a wish: the nth of its kind and, in a group, the nth alternative.
    pub(crate) fn place_of_wish(&self, kind: EdgeKind, index: usize, alternative: usize) -> Location {
        self.at(self.places.wish(kind, index, alternative))
    }

    pub(crate) fn place_of_conflict(&self, index: usize) -> Location {
        self.at(self.places.conflict(index))
    }

    pub(crate) fn place_of_app(&self) -> Location {
        self.at(self.places.app)
    }

    /// Tells whether the file says which version it is.
    pub(crate) fn gives_version(&self) -> bool {
        self.is_native() || self.places.version.is_some()
    }

    fn at(&self, place: Option<(u32, u32)>) -> Location {
        place.map_or_else(|| self.location.clone(), |place| self.location.at(place))
    }
}

/// An artifact that an extension asks for and that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unavailable {
    /// The artifact, as the manifest names it.
    pub artifact: String,
    /// Why it cannot be had.
    pub why: String,
}
