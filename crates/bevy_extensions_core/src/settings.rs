//! What the app's owner says about extensions.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt, fs, io,
    num::NonZero,
    path::{Path, PathBuf},
};

use ron::value::RawValue;
use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    location::{Location, place_of},
    manifest::Format,
    name::ExtensionName,
    parse::{ParseError, read_ron, utf8},
    ron_text::{RonText, to_pretty_ron},
};

/// What the app's owner says about extensions: which are off, when to give up, and the settings of each.
///
/// Read from a file `extensions.ron`, or made in code. Every key has a default.
///
/// ```
/// use bevy_extensions_core::HostSettings;
///
/// let settings = HostSettings::from_ron(
///     "assets/extensions.ron",
///     br#"(
///         disabled: ["Weather"],
///         on_left_out: Stop,
///         settings: {"Greeter": (greeting: "Hello")},
///     )"#,
/// )?;
/// assert!(settings.disabled.contains(&"weather".parse().unwrap()));
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HostSettings {
    format: Format,
    /// Extensions that are switched off. Default: none.
    pub disabled: BTreeSet<ExtensionName>,
    /// What happens if an extension has to be left out. Default: [`OnLeftOut::Warn`].
    pub on_left_out: OnLeftOut,
    /// How much failing is too much.
    pub faults: FaultLimits,
    /// The settings of each extension. Each extension documents its own; what is absent has that one's default.
    #[serde(deserialize_with = "each_once")]
    pub settings: BTreeMap<ExtensionName, RonText>,
    /// The version of the app, which a manifest's `app` is held against. It is not read from the file: an app knows it.
    #[serde(skip)]
    pub app_version: Option<Version>,
    #[serde(skip)]
    places: Places,
}

/// What happens if an extension has to be left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OnLeftOut {
    /// It is reported, and everyone else starts.
    #[default]
    Warn,
    /// It is reported, no extension starts, and the app exits with an error.
    ///
    /// That is decided before anything is built; an extension that fails later stops nobody but its dependents.
    Stop,
}

/// How much failing is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct FaultLimits {
    /// After how many faults in its phases an extension has failed. Default: 1.
    pub phase: NonZero<u32>,
}

impl Default for FaultLimits {
    fn default() -> Self {
        Self { phase: NonZero::<u32>::MIN }
    }
}

impl HostSettings {
    /// Reads the content of an `extensions.ron`; `file` is for messages. An empty file says nothing.
    ///
    /// # Errors
    ///
    /// [`ParseError`] for anything that is not host settings, with line, column and field.
    pub fn from_ron(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        let text = utf8(file, bytes)?;
        let start = Location::file(file);
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut settings: Self = read_ron(text, &start, |_| {})?;
        settings.note_places(text, start);
        Ok(settings)
    }

    /// Writes an `extensions.ron` with every key.
    pub fn to_ron(&self) -> String {
        to_pretty_ron(self)
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if the file cannot be read, or does not hold host settings.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let file = path.display().to_string();
        match fs::read(path) {
            Ok(bytes) => Ok(Self::from_ron(&file, &bytes)?),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Err(SettingsError::NotFound { file }),
            Err(source) => Err(SettingsError::Unreadable { file, why: source.to_string() }),
        }
    }

    /// Returns where a name in [`disabled`](Self::disabled) is written, if it was read from a file.
    pub(crate) fn place_of_disabled(&self, name: &ExtensionName) -> Option<Location> {
        let file = self.places.file.as_ref()?;
        Some(self.places.disabled.get(name).map_or_else(|| file.clone(), |place| file.at(*place)))
    }

    fn note_places(&mut self, text: &str, start: Location) {
        let borrowed: Borrowed<'_> = read_ron(text, &start, |_| {}).unwrap_or_default();
        for (name, raw) in borrowed.settings {
            if let (Ok(name), Some(place)) = (name.parse(), place_of(raw.get_ron().trim(), text))
                && let Some(settings) = self.settings.remove(&name)
            {
                self.settings.insert(name, settings.starts_at(start.at(place)));
            }
        }
        let disabled = borrowed.disabled.into_iter();
        self.places.disabled = disabled.filter_map(|name| Some((name.parse().ok()?, place_of(name, text)?))).collect();
        self.places.file = Some(start);
    }
}

/// Host settings that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// There is no such file.
    #[error("the host settings `{file}` are not there")]
    NotFound {
        /// The file.
        file: String,
    },
    /// The file is there, but cannot be read.
    #[error("the host settings `{file}` cannot be read: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the operating system said.
        why: String,
    },
    /// The file does not hold host settings.
    #[error("the host settings are wrong: {}", .0.message())]
    Wrong(#[from] ParseError),
}

impl SettingsError {
    /// Returns the place to look at.
    pub fn location(&self) -> Location {
        match self {
            Self::NotFound { file } | Self::Unreadable { file, .. } => Location::file(file.as_str()),
            Self::Wrong(error) => error.at.clone(),
        }
    }

    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::NotFound { .. } => "create it, or name another file in `ExtensionsPlugin::settings`".into(),
            Self::Unreadable { .. } => "check that it is a file that this user may read".into(),
            Self::Wrong(error) => error.hint(),
        }
    }
}

/// Finds the folder `{assets}`.
///
/// That is `BEVY_ASSET_ROOT` if set; else the nearest folder `assets` at or above `CARGO_MANIFEST_DIR`, which is set
/// under `cargo run`; else `assets` beside the executable. It need not exist.
pub fn assets_dir() -> PathBuf {
    if let Some(root) = env::var_os("BEVY_ASSET_ROOT") {
        return PathBuf::from(root).join("assets");
    }
    let crate_folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let near_crate = crate_folder
        .iter()
        .flat_map(|folder| folder.ancestors())
        .map(|folder| folder.join("assets"))
        .find(|assets| assets.is_dir());
    let beside_executable = || {
        let executable = env::current_exe().unwrap_or_default();
        executable.parent().unwrap_or(Path::new("")).join("assets")
    };
    near_crate.unwrap_or_else(beside_executable)
}

/// Reads a map in which no extension stands twice, in whatever spelling.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<ExtensionName, RonText>, D::Error> {
    struct Visitor;

    impl<'de> de::Visitor<'de> for Visitor {
        type Value = BTreeMap<ExtensionName, RonText>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map from extensions to their settings")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some(name) = map.next_key::<ExtensionName>()? {
                if all.contains_key(&name) {
                    return Err(de::Error::custom(format!("`{name}` is given twice")));
                }
                all.insert(name, map.next_value()?);
            }
            Ok(all)
        }
    }

    deserializer.deserialize_map(Visitor)
}

/// Where things stand in the file that the settings were read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Places {
    file: Option<Location>,
    disabled: BTreeMap<ExtensionName, (u32, u32)>,
}

/// The settings as far as they can be lent; see the places of a manifest.
#[derive(Default, Deserialize)]
#[serde(default, rename = "HostSettings")]
struct Borrowed<'a> {
    #[serde(borrow)]
    disabled: Vec<&'a str>,
    #[serde(borrow)]
    settings: BTreeMap<&'a str, &'a RawValue>,
}
