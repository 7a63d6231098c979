//! An extension that was found, before anybody decided whether it starts.

use crate::{
    artifacts::Artifact,
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
    /// The artifacts it asks for that cannot be had; a host says so. It is left out because of that.
    pub unavailable: Vec<Unavailable>,
    /// How its name was spelled before it was made a [name](crate::ExtensionName::converted), if that is something
    /// else: `my-weather`. Others may name it so, too.
    pub original_name: Option<String>,
    /// Why it cannot run here, if it cannot. It is left out because of that.
    ///
    /// [`discover`](crate::discover()) sets it for an entry point that is not there; a host sets it if none of its
    /// engines runs the entry point.
    pub unrunnable: Option<Unrunnable>,
}

impl Candidate {
    /// Pairs a manifest with the place it was found in.
    pub fn new(manifest: Manifest, source: Source) -> Self {
        Self { manifest, source, unavailable: Vec::new(), original_name: None, unrunnable: None }
    }

    /// Reads a candidate from the text of its manifest; `file` is where it was found.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if the text is not a manifest.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ParseError> {
        let (manifest, places) = Manifest::with_places(file, text.as_bytes())?;
        Ok(Self::new(manifest, Source::read(file, 0, places, false)))
    }
}

impl Candidate {
    /// Returns where its manifest asks for an artifact, as far as that is known.
    pub fn place_of_artifact(&self, artifact: &Artifact) -> Location {
        let wanted = &self.manifest.external.artifacts;
        match wanted.iter().position(|wanted| wanted.artifact == *artifact) {
            Some(index) => self.source.at(self.source.places.artifact(index)),
            None => self.source.location.clone(),
        }
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
    /// Tells whether it has no manifest, and so need not say anything.
    implicit: bool,
}

impl Source {
    /// A native extension, declared at a line of Rust.
    pub fn native(file: &str, line: u32) -> Self {
        let location = Location::new(file, line, 0);
        Self { directory: None, location, places: Places::default(), implicit: false }
    }

    /// A manifest in a file below the nth of the searched directories.
    pub fn file(path: &str, directory: usize) -> Self {
        let location = Location::file(path);
        Self { directory: Some(directory), location, places: Places::default(), implicit: false }
    }

    /// What was read in a file below the nth of the searched directories.
    pub(crate) fn read(path: &str, directory: usize, places: Places, implicit: bool) -> Self {
        Self { places, implicit, ..Self::file(path, directory) }
    }

    /// Tells whether it is a native, linked into the app.
    pub fn is_native(&self) -> bool {
        self.directory.is_none()
    }

    /// Returns the place of its declaration or manifest.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Returns which of the searched directories it was found in.
    #[cfg(feature = "artifacts")]
    pub(crate) fn directory(&self) -> Option<usize> {
        self.directory
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

    pub(crate) fn place_of_entrypoint(&self) -> Location {
        self.at(self.places.entrypoint)
    }

    pub(crate) fn place_of_app(&self) -> Location {
        self.at(self.places.app)
    }

    /// Tells whether it says which version it is, or need not say.
    pub(crate) fn gives_version(&self) -> bool {
        self.is_native() || self.implicit || self.places.version.is_some()
    }

    fn at(&self, place: Option<(u32, u32)>) -> Location {
        place.map_or_else(|| self.location.clone(), |place| self.location.at(place))
    }
}

/// An artifact that an extension asks for and that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unavailable {
    /// The artifact.
    pub artifact: Artifact,
    /// Why it cannot be had.
    pub why: String,
    /// One thing to try.
    pub hint: String,
}

impl Unavailable {
    /// Says which artifact cannot be had, why, and what to try.
    ///
    /// ```
    /// use bevy_extensions_core::{Candidate, HostSettings, Unavailable, resolve};
    ///
    /// let manifest = r#"(name: "Lamps", version: "1.0.0", external: (artifacts: ["town:lamp:1.0@glb"]))"#;
    /// let mut lamps = Candidate::from_ron("lamps.ron", manifest)?;
    /// let lamp = lamps.manifest.external.artifacts[0].artifact.clone();
    /// lamps.unavailable.push(Unavailable::new(lamp, "the light is out", "wait for the morning"));
    ///
    /// let problem = &resolve(&[lamps], &HostSettings::default()).problems[0];
    /// assert_eq!(
    ///     problem.to_string(),
    ///     "`Lamps` is left out: it needs the artifact `town:lamp:1.0@glb`: the light is out",
    /// );
    /// assert_eq!(problem.hint(), "wait for the morning");
    /// assert_eq!(problem.locations()[0].to_string(), "lamps.ron:1:59");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    pub fn new(artifact: Artifact, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { artifact, why: why.into(), hint: hint.into() }
    }

    /// Says that an app fetches no artifacts at all.
    pub fn not_built_in(artifact: Artifact) -> Self {
        Self::new(artifact, "this app fetches no artifacts", "turn on the feature `artifacts` of `bevy_extensions`")
    }
}

/// Why an extension that was found cannot run here.
///
/// ```
/// use bevy_extensions_core::{Candidate, HostSettings, Unrunnable, resolve};
///
/// let mut weather = Candidate::from_ron("weather.ron", r#"(name: "Weather", version: "1.0.0", entrypoint: "main.lua")"#)?;
/// weather.unrunnable = Some(Unrunnable::new("`main.lua`", "no engine of this app runs such files", "use JavaScript"));
/// assert_eq!(
///     resolve(&[weather], &HostSettings::default()).problems[0].to_string(),
///     "`Weather` is left out: `main.lua` cannot run here: no engine of this app runs such files",
/// );
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unrunnable {
    /// What cannot run, to begin a sentence with: "its entry point `main.lua`".
    pub what: String,
    /// Why, to end the sentence with.
    pub why: String,
    /// One thing to try.
    pub hint: String,
    /// More that helps, a line each; mostly nothing.
    pub details: String,
}

impl Unrunnable {
    /// Says what cannot run here, why, and what to try.
    pub fn new(what: impl Into<String>, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), hint: hint.into(), details: String::new() }
    }
}
