//! What an extension says about itself.

mod builder;
mod dependency;
mod header;
mod json;
mod package;
mod places;
mod reading;

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    artifacts::{Repository, WantedArtifact},
    location::Location,
    name::ExtensionName,
    parse::{ParseError, read_ron, utf8},
    ron_text::{RonText, to_pretty_ron},
    version::{self, deserialize_range, deserialize_version, is_any},
};

pub use builder::ManifestBuilder;
pub use dependency::{Dependency, DependencyError, Provided};
pub(crate) use places::Places;
pub(crate) use reading::Reading;

/// What an extension says about itself: who it is, what it needs and what it offers.
///
/// A native extension's manifest is written by `#[derive(Extension)]`; one on disk is a file `extension.ron`, or one of the
/// [other](Self::from_json) [forms](Self::from_package_json) that are [found](crate::discover()).
/// Only the name is required. [`to_ron`](Self::to_ron) and [`from_ron`](Self::from_ron) are exact opposites.
///
/// ```
/// use bevy_extensions_core::Manifest;
///
/// let manifest = Manifest::from_ron(
///     "assets/extensions/weather/extension.ron",
///     br#"(
///         name: "Weather",
///         version: "1.2.0",
///         description: "Rain and sun over the town.",
///         dependencies: ["Time ^2", (name: "Economy", version: "^1.2", reason: "rain costs money")],
///         optional: ["Chat"],
///         meta: {"climate": "mild"},
///     )"#,
/// )?;
///
/// assert_eq!(manifest.dependencies[0].to_string(), "Time ^2");
/// assert_eq!(Manifest::from_ron("again", manifest.to_ron().as_bytes())?, manifest);
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    #[serde(default)]
    format: Format,
    /// How others call it.
    pub name: ExtensionName,
    /// Its own version; `0.0.0` if it gives none.
    #[serde(default = "version::absent", deserialize_with = "deserialize_version")]
    pub version: Version,
    /// One or two sentences for people; empty if absent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// An [SPDX](https://spdx.org/licenses) expression; empty if absent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// A page about it; empty if absent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub homepage: String,
    /// The file of its own folder that is run first; empty for the usual one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entrypoint: String,
    /// The versions of the app that it works with; every version if absent.
    #[serde(default, deserialize_with = "deserialize_range", skip_serializing_if = "is_any")]
    pub app: VersionReq,
    /// What it cannot start without. They start first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// What it uses if it is there. They start first then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional: Vec<Dependency>,
    /// Of each group, it needs at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Vec<Dependency>>,
    /// What it cannot run beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Dependency>,
    /// Further names that it answers to, each with the version it stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<Provided>,
    /// What it wants to start after, if that is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<ExtensionName>,
    /// What it wants to start before, if that is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<ExtensionName>,
    /// Files that are fetched from repositories.
    #[serde(default, skip_serializing_if = "External::is_empty")]
    pub external: External,
    /// The defaults of its settings.
    #[serde(default, skip_serializing_if = "RonText::is_unit")]
    pub settings: RonText,
    /// Free facts that others may read.
    ///
    /// Numbers are held in the narrowest type that fits, as RON reads them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, ron::Value>,
}

impl Manifest {
    /// Creates a manifest that says nothing but name and version.
    pub fn new(name: ExtensionName, version: Version) -> Self {
        Self {
            format: Format,
            name,
            version,
            description: String::new(),
            authors: Vec::new(),
            license: String::new(),
            homepage: String::new(),
            entrypoint: String::new(),
            app: VersionReq::STAR,
            dependencies: Vec::new(),
            optional: Vec::new(),
            any_of: Vec::new(),
            conflicts: Vec::new(),
            provides: Vec::new(),
            after: Vec::new(),
            before: Vec::new(),
            external: External::default(),
            settings: RonText::default(),
            meta: BTreeMap::new(),
        }
    }

    /// Reads the content of an `extension.ron`; `file` is for messages.
    ///
    /// # Errors
    ///
    /// [`ParseError`] for anything that is not a manifest, with line, column and field.
    pub fn from_ron(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        Ok(Self::with_places(file, bytes)?.0)
    }

    /// Reads the content of an `extension.json`; `file` is for messages.
    ///
    /// The keys are those of Minestom's extensions, and ours: `anyOf` is what [`any_of`](Self::any_of) is in RON.
    /// Dependencies may be spelled as files and npm packages are: `my-weather` is `my_weather`.
    ///
    /// ```
    /// use bevy_extensions_core::Manifest;
    ///
    /// let manifest = Manifest::from_json(
    ///     "extensions/greeter/extension.json",
    ///     br#"{
    ///         "entrypoint": "greet.js",
    ///         "name": "Greeter",
    ///         "version": "1.0",
    ///         "dependencies": ["Economy ^1.2", "my-weather"],
    ///         "meta": {"mood": "cheerful"}
    ///     }"#,
    /// )?;
    /// assert_eq!(manifest.dependencies[1].name, "my_weather");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ParseError`] for anything that is not a manifest, with line, column and field.
    pub fn from_json(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        Ok(Reading::json(file, bytes)?.manifest)
    }

    /// Reads the content of a `package.json`, as npm knows it; `file` is for messages.
    ///
    /// Of npm's keys, `name`, `version`, `main`, `description`, `author`, `contributors`, `license` and `homepage` count,
    /// and the others are none of our business. Our own keys stand below `extension`, and go before npm's.
    ///
    /// ```
    /// use bevy_extensions_core::Manifest;
    ///
    /// let manifest = Manifest::from_package_json(
    ///     "extensions/greeter/package.json",
    ///     br#"{
    ///         "name": "@town/greeter",
    ///         "version": "1.0.0",
    ///         "main": "greet.js",
    ///         "extension": {"dependencies": ["Economy ^1.2"]}
    ///     }"#,
    /// )?;
    /// assert_eq!(manifest.name, "town_greeter");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ParseError`] for anything that is no such file, with line, column and field.
    pub fn from_package_json(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        Ok(Reading::package(file, bytes, None)?.manifest)
    }

    /// Reads what a script says about itself in the comments at its beginning; `file` is its path.
    ///
    /// Each line is `//@extension`, a key and a value. The keys are `name`, `version`, `description`, `author`, `license`,
    /// `homepage`, `app`, `requires`, `optional`, `any_of`, `conflicts`, `provides`, `after`, `before`, `repository` (a name
    /// and an address) and `artifact`; those that a manifest has lists for may stand there more than once. The first line that is code ends it, and none is needed: the
    /// name is that of the file then.
    ///
    /// ```
    /// use bevy_extensions_core::Manifest;
    ///
    /// let manifest = Manifest::from_script(
    ///     "extensions/my-weather.js",
    ///     b"#!/usr/bin/env node\n\
    ///       //@extension version 1.2.0\n\
    ///       //@extension requires Economy ^1.2\n\
    ///       //@extension any_of Sun ^1 | Moon\n\
    ///       //@extension repository npm npm+https://registry.npmjs.org\n\
    ///       //@extension artifact left-pad@^1\n\
    ///       extension.on('init', () => {});\n",
    /// )?;
    /// assert_eq!(manifest.name, "my_weather");
    /// assert_eq!(manifest.any_of[0][1].to_string(), "Moon");
    /// assert_eq!(manifest.external.artifacts[0].to_string(), "left-pad@^1");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ParseError`] for a key that does not exist or a value that is not allowed, with line, column and key; and for a
    /// file whose name makes no [name](ExtensionName::converted), if none is given.
    pub fn from_script(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        Ok(Reading::script(file, bytes, stem)?.manifest)
    }

    /// Writes an `extension.ron`.
    ///
    /// Absent fields are left out, so that a short manifest stays short.
    pub fn to_ron(&self) -> String {
        to_pretty_ron(self)
    }

    /// Reads a manifest, and where in the file its wishes are written.
    pub(crate) fn with_places(file: &str, bytes: &[u8]) -> Result<(Self, Places), ParseError> {
        let text = utf8(file, bytes)?;
        let start = Location::file(file);
        let mut manifest: Self = read_ron(text, &start, |_| {})?;
        let places = Places::find(text);
        if let Some(place) = places.settings {
            manifest.settings = manifest.settings.starts_at(start.at(place));
        }
        Ok((manifest, places))
    }
}

/// Files that an extension wants fetched from repositories and kept in the cache.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct External {
    /// Where to look, in this order.
    pub repositories: Vec<Repository>,
    /// What to fetch.
    pub artifacts: Vec<WantedArtifact>,
}

impl External {
    /// Tells whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.repositories.is_empty() && self.artifacts.is_empty()
    }
}

/// The version of the file format: 1, and the only one so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Format;

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(1)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(de::Error::custom(format!("format {other} is not known here; this version reads format 1"))),
        }
    }
}
