//! Where a file of a storage lies on disk, wherever links go, as long as they stay in its folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::files::FileError;

/// Finds where a file is to be written, and makes the folders that it lies in; `path` is for messages.
pub(super) fn made(folder: &Path, clean: &str, path: &str) -> Result<PathBuf, FileError> {
    let walk = Walk::new(folder, path)?;
    let place = walk.to_parent(clean, |folder| match fs::create_dir(folder) {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    })?;
    let place = walk.follow(place)?;
    match fs::symlink_metadata(&place) {
        Ok(metadata) if !metadata.is_file() => Err(FileError::NotAFile { path: path.into() }),
        // It could be replaced, but somebody does not want that.
        Ok(metadata) if metadata.permissions().readonly() => Err(walk.failed(&io::ErrorKind::PermissionDenied.into())),
        _ => Ok(place),
    }
}

/// Finds a file that is there, or a link to it; `path` is for messages.
pub(super) fn existing(folder: &Path, clean: &str, path: &str) -> Result<PathBuf, FileError> {
    let missing = || FileError::Missing { path: path.into() };
    if !folder.exists() {
        return Err(missing());
    }
    let walk = Walk::new(folder, path)?;
    let place = walk.to_parent(clean, |_| Err(io::ErrorKind::NotFound.into())).map_err(|error| match error {
        FileError::Unwritable { .. } => missing(),
        other => other,
    })?;
    match fs::metadata(walk.follow(place.clone())?) {
        Ok(metadata) if metadata.is_file() => Ok(place),
        Ok(_) => Err(FileError::NotAFile { path: path.into() }),
        Err(_) => Err(missing()),
    }
}

/// The way from a folder to a file in it.
struct Walk<'a> {
    /// The folder without any links.
    real: PathBuf,
    path: &'a str,
}

impl<'a> Walk<'a> {
    fn new(folder: &Path, path: &'a str) -> Result<Self, FileError> {
        match fs::canonicalize(folder) {
            Ok(real) => Ok(Self { real, path }),
            Err(error) => Err(FileError::Unwritable { path: path.into(), why: error.to_string() }),
        }
    }

    /// Goes to the folder that a file lies in, and returns the file's place there. Folders that are not there can be made.
    fn to_parent(&self, clean: &str, make: impl Fn(&Path) -> io::Result<()>) -> Result<PathBuf, FileError> {
        let mut parts = clean.split('/');
        let name = parts.next_back().unwrap_or_default();
        let mut at = self.real.clone();
        for part in parts {
            at = self.follow(at.join(part))?;
            match fs::symlink_metadata(&at) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Err(self.failed(&io::ErrorKind::NotADirectory.into())),
                Err(_) => make(&at).map_err(|error| self.failed(&error))?,
            }
        }
        Ok(at.join(name))
    }

    /// Returns where a link leads, or a place itself if it is none.
    fn follow(&self, place: PathBuf) -> Result<PathBuf, FileError> {
        if !fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
            return Ok(place);
        }
        match fs::canonicalize(&place) {
            Ok(real) if real.starts_with(&self.real) => Ok(real),
            Ok(_) => Err(self.refused("it is a link that leads out of its folder")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(self.refused("it is a link that leads nowhere"))
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn refused(&self, why: &'static str) -> FileError {
        FileError::Refused { path: self.path.into(), why }
    }

    fn failed(&self, error: &io::Error) -> FileError {
        FileError::Unwritable { path: self.path.into(), why: error.to_string() }
    }
}
