//! What cannot be used of what lies in the folders for extensions.

use std::fmt;

use crate::{
    files::{ArchiveError, FileError},
    location::Location,
    problem::Severity,
    settings::DevFolderError,
};

use super::placeholders::PlaceholderError;
#[cfg(doc)]
use crate::settings::HostSettings;

/// Something in the folders for extensions, or such a folder itself, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiscoveryProblem {
    /// The directory as the host settings write it, or the path of an entry.
    pub what: String,
    /// What is wrong with it.
    pub kind: DiscoveryProblemKind,
    /// The place to look at; `None` for a directory that no file names.
    pub at: Option<Location>,
    /// Tells whether somebody has named it, so that it is an error if it is none that can be used.
    pub is_asked_for: bool,
}

/// What is wrong with something in the folders for extensions, or with such a folder itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiscoveryProblemKind {
    /// A directory of the host settings has a placeholder that stands for no folder.
    Placeholder(PlaceholderError),
    /// [`HostSettings::data`] has a placeholder that stands for no folder.
    NoData(PlaceholderError),
    /// A dev folder has a placeholder that stands for no folder.
    NoDevFolder(PlaceholderError),
    /// A text in an environment variable is no dev folder.
    BadDevFolder(DevFolderError),
    /// An environment variable should say whether what is edited is loaded anew, and does not.
    BadWatch {
        /// The variable.
        variable: &'static str,
    },
    /// One of the two paths of a dev folder leads to something else.
    NotAFolder,
    /// There is nothing at a path that somebody has named.
    Nothing,
    /// A file that somebody has named is of no kind that an extension is.
    NoExtension,
    /// A directory of the host settings is not there.
    NoDirectory {
        /// The path that it stands for.
        path: String,
    },
    /// A directory of the host settings is no folder.
    NotADirectory {
        /// The path that it stands for.
        path: String,
    },
    /// A directory cannot be listed, or an entry cannot be looked at.
    Unreadable {
        /// What the system said.
        why: String,
    },
    /// The name of an entry is not UTF-8.
    NotUtf8,
    /// A link leads to what is not there.
    DanglingLink,
    /// A link leads back to a folder that holds it.
    Loop,
    /// It is called like a script or an archive, and is no file.
    NotAFile,
    /// A file cannot be read.
    File(FileError),
    /// An archive cannot be read.
    Archive(ArchiveError),
    /// An extension in Java.
    Jar,
    /// A folder has two manifests.
    TwoManifests {
        /// The one that is read.
        read: &'static str,
        /// The one that is not.
        other: &'static str,
    },
    /// A folder or archive has scripts, and nothing says which runs first.
    NoEntry {
        /// A script in it.
        script: String,
    },
    /// A folder or archive holds an extension one folder deeper than it is looked for.
    TooDeep {
        /// The folder in it that is the extension.
        folder: String,
    },
    /// A folder or archive holds a Java extension.
    JarInside {
        /// The file.
        jar: String,
    },
    /// An archive holds nothing that is an extension.
    NothingInside,
}

use DiscoveryProblemKind as Kind;

impl DiscoveryProblem {
    /// Says what is wrong with something, but not where to look.
    pub(crate) fn new(what: &str, kind: Kind) -> Self {
        Self { what: what.into(), kind, at: None, is_asked_for: false }
    }

    /// Tells whether something is not there that somebody counts on.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.kind, Kind::NoDirectory { .. } | Kind::DanglingLink)
    }

    /// Tells how bad it is.
    pub fn severity(&self) -> Severity {
        match &self.kind {
            Kind::TwoManifests { .. } => Severity::Notice,
            _ if self.is_asked_for => Severity::Error,
            Kind::NoDirectory { .. } | Kind::DanglingLink | Kind::BadWatch { .. } => Severity::Warning,
            Kind::Loop | Kind::NoEntry { .. } | Kind::TooDeep { .. } => Severity::Notice,
            _ => Severity::Error,
        }
    }

    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match &self.kind {
            Kind::Placeholder(error) | Kind::NoData(error) | Kind::NoDevFolder(error) => error.hint(),
            Kind::BadDevFolder(error) => error.hint(),
            Kind::BadWatch { variable } => format!("set `{variable}` to `1` or `0`"),
            Kind::NotAFolder => "name two folders, or write the path of the extension alone".into(),
            Kind::Nothing => "check the path".into(),
            Kind::NoExtension => "name a folder, a `.js`, a `.mjs` or a `.zip`".into(),
            Kind::NoDirectory { .. } => "create it, or take it out of `directories` in the host settings".into(),
            Kind::NotADirectory { .. } => "name the folder that holds the extensions".into(),
            Kind::Unreadable { .. } => "check that this user may read it".into(),
            Kind::NotUtf8 => "rename it, best with letters, digits, `-` and `_` alone".into(),
            Kind::DanglingLink => "remove the link, or restore what it leads to".into(),
            Kind::Loop => "remove the link".into(),
            Kind::NotAFile => "put a file in its place, or remove it".into(),
            Kind::File(error) => error.hint(),
            Kind::Archive(error) => error.hint(),
            Kind::Jar | Kind::JarInside { .. } => JAVA_HINT.into(),
            Kind::TwoManifests { other, .. } => format!("remove `{other}`"),
            Kind::NoEntry { script } => {
                format!("rename `{script}` to `main.js`, or add an `extension.ron` with `entrypoint: \"{script}\"`")
            }
            Kind::TooDeep { folder } => format!("move `{folder}` up, beside the other extensions"),
            Kind::NothingInside => "add a `main.js`, or an `extension.ron` that names an `entrypoint`".into(),
        }
    }
}

/// What to try with an extension in Java.
pub(super) const JAVA_HINT: &str = "look for a version of it in JavaScript, or write it anew as a script";

impl fmt::Display for DiscoveryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.kind {
            Kind::Placeholder(error) => write!(f, "the directory `{what}` is not searched: {error}"),
            Kind::NoData(error) => write!(f, "the data folder `{what}` cannot be had: {error}"),
            Kind::NoDevFolder(error) => write!(f, "the dev folder `{what}` is not loaded: {error}"),
            Kind::BadDevFolder(error) => write!(f, "the dev folder `{what}` is not loaded: {error}"),
            Kind::BadWatch { variable } => write!(f, "`{variable}` is `{what}`, which says neither yes nor no"),
            Kind::NotAFolder => {
                write!(f, "`{what}` is no folder, and a dev folder of code and resources is two of them")
            }
            Kind::Nothing => write!(f, "there is nothing at `{what}`"),
            Kind::NoExtension => {
                write!(f, "`{what}` is no extension: it is neither a folder nor a script nor an archive")
            }
            Kind::NoDirectory { path } if path == what => write!(f, "the directory `{what}` is not there"),
            Kind::NoDirectory { path } => write!(f, "the directory `{what}`, which is `{path}`, is not there"),
            Kind::NotADirectory { path } if path == what => write!(f, "the directory `{what}` is a file"),
            Kind::NotADirectory { path } => write!(f, "the directory `{what}`, which is `{path}`, is a file"),
            Kind::Unreadable { why } => write!(f, "`{what}` cannot be read: {why}"),
            Kind::NotUtf8 => write!(f, "`{what}` is left out: its name is not UTF-8"),
            Kind::DanglingLink => write!(f, "`{what}` is a link to what is not there"),
            Kind::Loop => write!(f, "`{what}` is a link to a folder that holds it, and is not searched"),
            Kind::NotAFile => write!(f, "`{what}` is left out: it is neither a file nor a folder"),
            Kind::File(error) => write!(f, "`{what}` is left out: {error}"),
            Kind::Archive(error) => write!(f, "`{what}` is left out: {error}"),
            Kind::Jar => write!(f, "`{what}` is left out: it is in Java, and Java extensions cannot run here"),
            Kind::JarInside { jar } => {
                write!(f, "`{what}` is left out: `{jar}` in it is in Java, and Java extensions cannot run here")
            }
            Kind::TwoManifests { read, other } => {
                write!(f, "`{what}` has two manifests: `{read}` is read, `{other}` is not")
            }
            Kind::NoEntry { .. } => {
                write!(f, "`{what}` is no extension: it has neither a manifest nor a `main.js` or `index.js`")
            }
            Kind::TooDeep { folder } => {
                write!(f, "`{what}` is no extension, but `{folder}` in it is: only its own folder is looked at")
            }
            Kind::NothingInside => {
                write!(f, "`{what}` is left out: it has neither a manifest nor a `main.js` or `index.js`")
            }
        }
    }
}
