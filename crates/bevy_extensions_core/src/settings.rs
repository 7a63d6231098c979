//! What the app's owner says about extensions.

mod aliases;
mod artifacts;
mod choices;
mod dev;
mod edit;
mod faults;
mod limits;
mod places;
mod save;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, io, mem,
    path::{Path, PathBuf},
};

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{
    artifacts::Repository,
    each_once::{each_once, each_once_in_each},
    event_name::EventName,
    interface_name::InterfaceName,
    location::Location,
    manifest::Format,
    name::ExtensionName,
    parse::{ParseError, read_ron, utf8},
    ron_text::{RonText, to_pretty_ron},
};

pub use aliases::Alias;
pub(crate) use aliases::AliasLoop;
pub use artifacts::ArtifactSettings;
#[cfg(feature = "artifacts")]
pub(crate) use artifacts::DEFAULT_LOCK;
pub use choices::Choice;
pub use dev::{Dev, DevFolder, DevFolderError};
pub use faults::{FaultLimits, Restart};
pub use limits::{Limits, ScriptLimits};
use places::Places;
pub use save::SaveError;

/// What the app's owner says about extensions: which are off, who serves whom, what is too much, and the settings of each.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HostSettings {
    format: Format,
    /// The folders in which extensions lie, in the order in which they are searched. Default: `{assets}/extensions` and
    /// `{cwd}/extensions`; if one of these is not there, nobody minds.
    ///
    /// `{assets}`, `{cwd}`, `{exe}` and `{config}` stand for folders: of the assets, the current one, those of the
    /// executable and of the file that the host settings are read from. `{data}` is what [`data`](Self::data) says, and
    /// `{extensions}` the first of the directories, be it there or not. What is relative is so to `{config}`, or else to
    /// the current folder.
    pub directories: Vec<String>,
    /// The folder in which extensions keep what they write. Default: `{data}`, which here is the folder that the platform
    /// has for the app.
    ///
    /// It may have the placeholders of [`directories`](Self::directories), and [`data_folder`](Self::data_folder) returns
    /// what it stands for.
    pub data: String,
    /// Extensions that somebody is working on. Default: none.
    pub dev: Dev,
    /// Extensions that are switched off. Default: none.
    pub disabled: BTreeSet<ExtensionName>,
    /// What happens if an extension has to be left out. Default: [`OnLeftOut::Warn`].
    pub on_left_out: OnLeftOut,
    /// Who serves imports by a name, and interfaces of that name. Default: imports are served by the extension of that
    /// name, and interfaces by the first driver in load order.
    ///
    /// Imports by type are fixed when the app is compiled, and no choice moves them.
    #[serde(deserialize_with = "each_once")]
    pub choose: BTreeMap<InterfaceName, ExtensionName>,
    /// The same for one importer; it goes before [`choose`](Self::choose). Default: none.
    #[serde(deserialize_with = "each_once_in_each")]
    pub choose_for: BTreeMap<ExtensionName, BTreeMap<InterfaceName, ExtensionName>>,
    /// One name of an event for another: whoever emits or hears the key by name means the value. Default: none.
    #[serde(deserialize_with = "each_once")]
    pub aliases: BTreeMap<EventName, EventName>,
    /// The same for one extension; it goes before [`aliases`](Self::aliases). Default: none.
    #[serde(deserialize_with = "each_once_in_each")]
    pub aliases_for: BTreeMap<ExtensionName, BTreeMap<EventName, EventName>>,
    /// How much failing is too much.
    pub faults: FaultLimits,
    /// How much an extension may take before that is reported. Default: as much as it wants.
    pub limits: Limits,
    /// The same for one extension, instead of [`limits`](Self::limits). Default: none.
    #[serde(deserialize_with = "each_once")]
    pub limits_for: BTreeMap<ExtensionName, Limits>,
    /// Where artifacts are looked for before the repositories that extensions name: a mirror, for instance. Default: none.
    pub repositories: Vec<Repository>,
    /// Whether no connection is made, and only what is in the cache or in folders can be had. Default: `false`.
    pub offline: bool,
    /// Whether only what the lock says may be used: whatever differs from it is refused, and it is not written.
    /// Default: `false`.
    pub locked: bool,
    /// How artifacts are fetched and kept.
    pub artifacts: ArtifactSettings,
    /// The settings of each extension. Each extension documents its own; what is absent has that one's default.
    #[serde(deserialize_with = "each_once")]
    pub settings: BTreeMap<ExtensionName, RonText>,
    /// The version of the app, which a manifest's `app` is held against. It is not read from the file: an app knows it.
    #[serde(skip)]
    pub app_version: Option<Version>,
    #[serde(skip)]
    places: Places,
    /// The folder of the file that they are read from.
    #[serde(skip)]
    config_folder: Option<PathBuf>,
    /// The file itself, if there is one.
    #[serde(skip)]
    file: Option<PathBuf>,
}

/// The folders that are searched if nobody says otherwise.
const DEFAULT_DIRECTORIES: [&str; 2] = ["{assets}/extensions", "{cwd}/extensions"];

/// The folder of data if nobody says otherwise.
const DEFAULT_DATA: &str = "{data}";

impl Default for HostSettings {
    fn default() -> Self {
        Self {
            format: Format,
            directories: DEFAULT_DIRECTORIES.map(String::from).to_vec(),
            data: DEFAULT_DATA.into(),
            dev: Dev::default(),
            disabled: BTreeSet::default(),
            on_left_out: OnLeftOut::default(),
            choose: BTreeMap::default(),
            choose_for: BTreeMap::default(),
            aliases: BTreeMap::default(),
            aliases_for: BTreeMap::default(),
            faults: FaultLimits::default(),
            limits: Limits::default(),
            limits_for: BTreeMap::default(),
            repositories: Vec::default(),
            offline: false,
            locked: false,
            artifacts: ArtifactSettings::default(),
            settings: BTreeMap::default(),
            app_version: None,
            places: Places::default(),
            config_folder: None,
            file: None,
        }
    }
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
        settings.config_folder = Path::new(file).parent().map(Into::into);
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
            Ok(bytes) => {
                let config_folder = path.parent().map(Into::into);
                Ok(Self { config_folder, file: Some(path.into()), ..Self::from_ron(&file, &bytes)? })
            }
            Err(source) if source.kind() == io::ErrorKind::NotFound => Err(SettingsError::NotFound { file }),
            Err(source) => Err(SettingsError::Unreadable { file, why: source.to_string() }),
        }
    }

    /// Returns the file that they were [read](Self::read) from; `None` if they were made in code, or of a text.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Goes through the extensions that have something said about them: the key, the name, and where it is written.
    pub(crate) fn every_extension(&self) -> impl Iterator<Item = (&'static str, &ExtensionName, Option<Location>)> {
        let places = &self.places;
        let disabled = self.disabled.iter().map(|name| ("disabled", name, places.disabled(name)));
        let importers = self.choose_for.keys().map(|name| ("choose_for", name, places.choose_for(name)));
        let aliasing = self.aliases_for.keys().map(|name| ("aliases_for", name, places.aliases_for(name)));
        let limited = self.limits_for.keys().map(|name| ("limits_for", name, places.limits_for(name)));
        let settings = self.settings.iter().map(|(name, text)| ("settings", name, Some(text.start().clone())));
        disabled.chain(importers).chain(aliasing).chain(limited).chain(settings)
    }

    /// Returns where a directory is written, if the settings come from a file.
    pub(crate) fn place_of_directory(&self, directory: &str) -> Option<Location> {
        self.places.directory(directory)
    }

    /// Returns where `data` is written, if the settings come from a file.
    pub(crate) fn place_of_data(&self) -> Option<Location> {
        self.places.data()
    }

    /// Returns where a dev folder is written, if it comes from a file.
    pub(crate) fn place_of_dev_folder(&self, folder: &DevFolder) -> Option<Location> {
        self.places.dev_folder(folder)
    }

    /// Returns the folder of the file that the settings were read from, if there is one.
    pub(crate) fn config_folder(&self) -> Option<&Path> {
        self.config_folder.as_deref()
    }

    /// Tells whether a directory is one of those that are searched if nobody says otherwise.
    pub(crate) fn is_default_directory(directory: &str) -> bool {
        DEFAULT_DIRECTORIES.contains(&directory)
    }

    /// Tells whether a folder of data is the one that it is if nobody says otherwise.
    fn is_default_data(data: &str) -> bool {
        data == DEFAULT_DATA
    }

    fn note_places(&mut self, text: &str, start: Location) {
        self.places = Places::find(text, start);
        for (name, settings) in &mut self.settings {
            if let Some(start) = self.places.settings(name) {
                *settings = mem::take(settings).starts_at(start);
            }
        }
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
