//! Extensions that somebody is working on.

use std::{ffi::OsStr, fmt, path::Path, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    discover::{DiscoveryProblem, DiscoveryProblemKind as Kind},
    location::Location,
    problem::Problem,
};

/// Extensions that somebody is working on, wherever they lie.
///
/// ```
/// use bevy_extensions_core::HostSettings;
///
/// let settings = HostSettings::from_ron(
///     "extensions.ron",
///     br#"(dev: (folders: ["../my-weather", "code=../town/dist,resources=../town/assets"], watch: true))"#,
/// )?;
/// assert_eq!(settings.dev.folders[1].code, "../town/dist");
/// assert_eq!(settings.dev.folders[1].resources.as_deref(), Some("../town/assets"));
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Dev {
    /// Extensions that are loaded besides those in the directories, each in place of all of its name, whatever the versions.
    /// One that cannot be read is an error, and takes nobody's place. Default: none.
    pub folders: Vec<DevFolder>,
    /// Whether what is edited is loaded anew. Default: `false`.
    pub watch: bool,
}

/// The variable with dev folders, separated as in `PATH`.
const FOLDERS: &str = "BEVY_EXTENSIONS_DEV";

/// The variable that says whether what is edited is loaded anew.
const WATCH: &str = "BEVY_EXTENSIONS_WATCH";

impl Dev {
    /// The environment variable that names further dev folders, separated as in `PATH`: `BEVY_EXTENSIONS_DEV`.
    pub const FOLDERS_VARIABLE: &str = FOLDERS;

    /// The environment variable that says whether what is edited is loaded anew: `BEVY_EXTENSIONS_WATCH`.
    pub const WATCH_VARIABLE: &str = WATCH;

    /// Adds what the values of the variables [`FOLDERS_VARIABLE`](Self::FOLDERS_VARIABLE) and
    /// [`WATCH_VARIABLE`](Self::WATCH_VARIABLE) say, and returns what is wrong with them.
    ///
    /// The folders come after those that are there, and are relative to the current folder. `1` and `true` turn watching
    /// on, `0` and `false` turn it off; whatever is empty says nothing.
    ///
    /// ```
    /// use std::{env, ffi::OsStr};
    /// use bevy_extensions_core::Dev;
    ///
    /// let mut dev = Dev::default();
    /// let list = env::join_paths(["../my-weather", "code=../town/dist"])?;
    /// let problems = dev.add_variables(Some(&list), Some(OsStr::new("1")));
    /// assert_eq!((dev.folders.len(), dev.watch), (1, true));
    /// assert_eq!(
    ///     problems[0].to_string(),
    ///     "the dev folder `code=../town/dist` is not loaded: it gives `code` without `resources`",
    /// );
    /// # Ok::<(), env::JoinPathsError>(())
    /// ```
    pub fn add_variables(&mut self, folders: Option<&OsStr>, watch: Option<&OsStr>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let entries = folders.map(std::env::split_paths).into_iter().flatten();
        for entry in entries.filter(|entry| !entry.as_os_str().is_empty()) {
            match read_entry(&entry) {
                Ok(folder) => self.folders.push(folder.in_current_folder()),
                Err(error) => problems.push(problem(FOLDERS, &entry.to_string_lossy(), Kind::BadDevFolder(error))),
            }
        }
        match watch.unwrap_or_default().to_string_lossy().trim() {
            "" => {}
            "1" | "true" => self.watch = true,
            "0" | "false" => self.watch = false,
            other => problems.push(problem(WATCH, other, Kind::BadWatch { variable: WATCH })),
        }
        problems
    }
}

fn read_entry(entry: &Path) -> Result<DevFolder, DevFolderError> {
    entry.to_str().ok_or(DevFolderError::NotUtf8)?.parse()
}

fn problem(variable: &str, written: &str, kind: Kind) -> Problem {
    let at = Some(Location::file(variable));
    Problem::Discovery(DiscoveryProblem { at, ..DiscoveryProblem::new(written, kind) })
}

/// An extension that somebody is working on: a path, or `code=<path>,resources=<path>`.
///
/// With two paths, a file of the extension is looked for in `code` first, then in `resources`. They may have the placeholders
/// of [`directories`](super::HostSettings::directories), and are relative to the same folder.
///
/// ```
/// use bevy_extensions_core::DevFolder;
///
/// let folder: DevFolder = "code=../town/dist,resources=../town/assets".parse()?;
/// assert_eq!((folder.code.as_str(), folder.resources.as_deref()), ("../town/dist", Some("../town/assets")));
/// # Ok::<(), bevy_extensions_core::DevFolderError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct DevFolder {
    /// The folder of the extension, or of its code; without `resources`, a script or a `.zip` too.
    pub code: String,
    /// The folder of all else, if that is another.
    pub resources: Option<String>,
}

/// A text that is no [`DevFolder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DevFolderError {
    /// There is no path at all.
    #[error("it has no path")]
    Empty,
    /// One of the two paths is empty.
    #[error("`{part}` has no path")]
    EmptyPart {
        /// `code` or `resources`.
        part: &'static str,
    },
    /// One of the two paths is missing.
    #[error("it gives `{given}` without `{missing}`")]
    OnlyOne {
        /// The one that is there.
        given: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
}

impl DevFolderError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty => "name a folder, or remove it".into(),
            Self::EmptyPart { part } => format!("write the path of a folder after `{part}=`"),
            Self::OnlyOne { missing, .. } => format!("add `,{missing}=..`, or write the path alone if all lies there"),
            Self::NotUtf8 => "rename the folder, best with letters, digits, `-` and `_` alone".into(),
        }
    }
}

impl DevFolder {
    /// Names a folder, a script or a `.zip`.
    pub fn new(path: impl Into<String>) -> Self {
        Self { code: path.into(), resources: None }
    }

    /// Makes what is relative so to the current folder, wherever the host settings lie.
    #[must_use]
    pub fn in_current_folder(self) -> Self {
        let in_current = |path: String| match path.starts_with('{') || Path::new(&path).is_absolute() {
            true => path,
            false => format!("{{cwd}}/{path}"),
        };
        Self { code: in_current(self.code), resources: self.resources.map(in_current) }
    }
}

impl FromStr for DevFolder {
    type Err = DevFolderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match (text.strip_prefix(CODE), text.strip_prefix(RESOURCES)) {
            (Some(rest), _) => {
                let (code, resources) = both(rest, RESOURCES, "code", "resources")?;
                Ok(Self { code, resources: Some(resources) })
            }
            (_, Some(rest)) => {
                let (resources, code) = both(rest, CODE, "resources", "code")?;
                Ok(Self { code, resources: Some(resources) })
            }
            _ if text.is_empty() => Err(DevFolderError::Empty),
            _ => Ok(Self::new(text)),
        }
    }
}

const CODE: &str = "code=";
const RESOURCES: &str = "resources=";

/// Divides what stands after the first key at the second. A path may have commas.
fn both(
    text: &str,
    second: &str,
    given: &'static str,
    missing: &'static str,
) -> Result<(String, String), DevFolderError> {
    let after = |comma: usize| text[comma + 1..].trim_start().strip_prefix(second);
    let paths = text.match_indices(',').find_map(|(comma, _)| Some((text[..comma].trim(), after(comma)?.trim())));
    match paths {
        None => Err(DevFolderError::OnlyOne { given, missing }),
        Some(("", _)) => Err(DevFolderError::EmptyPart { part: given }),
        Some((_, "")) => Err(DevFolderError::EmptyPart { part: missing }),
        Some((first, second)) => Ok((first.into(), second.into())),
    }
}

impl fmt::Display for DevFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.resources {
            None => f.write_str(&self.code),
            Some(resources) => write!(f, "{CODE}{},{RESOURCES}{resources}", self.code),
        }
    }
}

impl Serialize for DevFolder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DevFolder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = String::deserialize(deserializer)?;
        written.parse().map_err(|error| de::Error::custom(format!("`{written}` is no dev folder: {error}")))
    }
}
