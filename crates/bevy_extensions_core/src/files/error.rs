//! Why a file of an extension cannot be had.

use super::LARGEST_FILE;

/// A file of an extension that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file `{path}`")]
    Missing {
        /// The path, as it was asked for.
        path: String,
    },
    /// The path may lead out of the extension.
    #[error("`{path}` is no file of the extension: {why}")]
    Refused {
        /// The path, as it was asked for.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// There is something, but no file.
    #[error("`{path}` is no file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// The file is larger than [`LARGEST_FILE`].
    #[error("`{path}` is larger than {} MiB", LARGEST_FILE >> 20)]
    TooLarge {
        /// The path.
        path: String,
    },
    /// The file was written while it was read, again and again.
    #[error("`{path}` changes while it is read")]
    Changing {
        /// The path.
        path: String,
    },
    /// The file is no text.
    #[error("`{path}` is no text in UTF-8")]
    NotText {
        /// The path, as it was asked for.
        path: String,
    },
    /// The system does not let us read the file.
    #[error("`{path}` cannot be read: {why}")]
    Unreadable {
        /// The path.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The system does not let us write or remove the file.
    #[error("`{path}` cannot be written: {why}")]
    Unwritable {
        /// The path, as it was asked for.
        path: String,
        /// What the system said.
        why: String,
    },
    /// There is no place for a [storage](crate::Storage).
    #[error("there is no folder for data: {why}")]
    NoData {
        /// Why there is none.
        why: String,
    },
    /// The folder of a [storage](crate::Storage) cannot be made.
    #[error("the folder `{folder}` cannot be made: {why}")]
    NoFolder {
        /// The folder.
        folder: String,
        /// What the system said.
        why: String,
    },
}

impl FileError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { path } => format!("add `{path}`"),
            Self::Refused { .. } => "name a file in the extension's own folder, with `/` between folders".into(),
            Self::NotAFile { path } => format!("put a file in the place of `{path}`"),
            Self::TooLarge { .. } => "divide it into smaller ones".into(),
            Self::NotText { .. } => "read it as bytes, or save it as UTF-8".into(),
            Self::Changing { .. } => "wait until nobody writes it, then try again".into(),
            Self::Unreadable { .. } => "check that it is a file that this user may read".into(),
            Self::Unwritable { .. } => {
                "check that it is a file that this user may write, and that the disk has room".into()
            }
            Self::NoData { .. } | Self::NoFolder { .. } => {
                "have the host settings name a folder for data that this user may write".into()
            }
        }
    }
}
