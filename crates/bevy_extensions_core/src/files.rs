//! The files of an extension.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The files of an extension on disk: those of its folder or archive, or a single script.
///
/// Paths are relative to the extension, with `/` between their parts: `lib/rain.js`.
#[derive(Debug, Clone)]
pub struct ExtensionFiles {
    /// What stands before a path when it is shown.
    shown: String,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(PathBuf),
    Memory(BTreeMap<String, Vec<u8>>),
}

impl ExtensionFiles {
    /// The files of a folder. They are read when they are asked for.
    pub fn folder(path: &Path) -> Self {
        Self { shown: path.display().to_string(), place: Place::Folder(path.into()) }
    }

    /// Files that are in memory already; `shown` is where they come from.
    pub fn in_memory(shown: &str, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { shown: shown.into(), place: Place::Memory(files) }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path leads out of the extension, or there is no such file.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let missing = || FileError::Missing { path: path.into() };
        match &self.place {
            Place::Folder(folder) => fs::read(folder.join(path)).map_err(|_| missing()),
            Place::Memory(files) => files.get(path).cloned().ok_or_else(missing),
        }
    }

    /// Tells whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        match &self.place {
            Place::Folder(folder) => folder.join(path).is_file(),
            Place::Memory(files) => files.contains_key(path),
        }
    }

    /// Returns a path as a person would open it.
    pub fn shown(&self, path: &str) -> String {
        match self.shown.as_str() {
            "" => path.into(),
            folder => format!("{folder}/{path}"),
        }
    }
}

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
}
