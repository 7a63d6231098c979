//! What an extension writes: files in a folder of its own.

mod names;
mod place;
mod temporary;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Once},
};

use super::{ExtensionFiles, FileError, LARGEST_FILE, disk, list::list_all, text};
use crate::name::ExtensionName;
pub(crate) use names::is_temporary;
use names::{clean_name, folder_of};
pub(crate) use temporary::Temporary;

/// The storage of an extension: a folder of its own, where it writes files and reads them again.
///
/// Paths are as those of [`ExtensionFiles`], with `/` between their parts, and no path leads out of the folder, neither by
/// `..` nor by a link. A name has to be one that every system takes, wherever the app runs. No file is larger than
/// [`LARGEST_FILE`]; how many there are is not bounded.
///
/// The folder is made when something is first written, or when it is [asked for](Self::folder). A file is written beside its
/// place and then put there: whoever reads it, sees the old one or the new one, and so does the next start of an app that was
/// ended half-way. It is not waited until the disk has it all, which a power cut may so undo.
///
/// Clones share the folder, and so may threads.
///
/// ```
/// use bevy_extensions_core::{ExtensionName, Storage};
///
/// let data = tempfile::tempdir()?;
/// let storage = Storage::new(data.path(), &ExtensionName::new("Weather")?);
/// storage.write("days/monday.txt", "rain")?;
/// assert_eq!(storage.read_text("days/monday.txt")?, "rain");
/// assert_eq!(storage.list(""), ["days/monday.txt"]);
/// assert!(data.path().join("weather/days/monday.txt").is_file());
///
/// assert_eq!(
///     storage.write("../economy/gold.txt", "100").unwrap_err().to_string(),
///     "`../economy/gold.txt` is no file of the extension: `..` may lead out of its folder",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Storage {
    /// Where it is, or why there is no place for it.
    folder: Result<PathBuf, Arc<str>>,
    /// Done once what was left half-written is gone.
    swept: Arc<Once>,
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Overwrite {
    /// It stays as it is.
    #[default]
    Never,
    /// The new one takes its place.
    Always,
}

impl Storage {
    /// The storage of an extension, below the folder for the data of all of them: `<data>/weather`.
    pub fn new(data: &Path, of: &ExtensionName) -> Self {
        Self { folder: Ok(data.join(folder_of(of))), swept: Arc::new(Once::new()) }
    }

    /// A storage that has no place: nothing is there, and whoever writes gets [`FileError::NoData`] with the reason.
    pub fn nowhere(why: &str) -> Self {
        Self { folder: Err(why.into()), swept: Arc::new(Once::new()) }
    }

    /// Returns its folder, which is there then: for a library that wants a path.
    ///
    /// # Errors
    ///
    /// [`FileError::NoFolder`] if it cannot be made, and [`FileError::NoData`] if there is no place for it.
    pub fn folder(&self) -> Result<&Path, FileError> {
        let folder = self.folder.as_ref().map_err(|why| FileError::NoData { why: why.to_string() })?;
        let failed =
            |error: io::Error| FileError::NoFolder { folder: folder.display().to_string(), why: error.to_string() };
        fs::create_dir_all(folder).map_err(failed)?;
        self.swept.call_once(|| temporary::sweep(folder));
        Ok(folder)
    }

    /// Removes all that is there, and the folder; tells whether there was one.
    ///
    /// # Errors
    ///
    /// [`FileError::Unwritable`] if something cannot be removed.
    pub fn remove_all(&self) -> Result<bool, FileError> {
        let Ok(folder) = &self.folder else { return Ok(false) };
        match fs::remove_dir_all(folder) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(FileError::Unwritable { path: folder.display().to_string(), why: error.to_string() }),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path leads out of the folder, or there is no such file, or it cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        disk::read_file(&self.locate(path)?, path)
    }

    /// Reads a file as text.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and if it is not UTF-8.
    pub fn read_text(&self, path: &str) -> Result<String, FileError> {
        text(self.read(path)?, path)
    }

    /// Tells whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        self.locate(path).is_ok_and(|file| file.is_file())
    }

    /// Lists the paths that begin with `prefix`, by name: `list("")` has all, `list("days/")` those in the folder `days`.
    pub fn list(&self, prefix: &str) -> Vec<String> {
        self.folder.as_ref().map_or(Vec::new(), |folder| list_all(folder, prefix, |name| !is_temporary(name)))
    }

    /// Writes a file as a whole, with the folders that it lies in; an earlier one is replaced.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path leads out of the folder or has a name that not every system takes, if the file is larger than
    /// [`LARGEST_FILE`], or cannot be written. The earlier one stays as it was then.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> Result<(), FileError> {
        let place = self.place_for(path, content.as_ref())?;
        let written = Temporary::beside(&place, content.as_ref()).and_then(|file| file.replace(&place));
        written.map_err(|error| unwritable(path, &error))
    }

    /// Copies a file that came with the extension, under the same path, and answers whether it was written: one that is there
    /// already is kept, unless it should be [overwritten](Overwrite::Always).
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write), and if there is no such file to copy.
    pub fn save(&self, files: &ExtensionFiles, path: &str, overwrite: Overwrite) -> Result<bool, FileError> {
        let content = files.read(path)?;
        if overwrite == Overwrite::Always {
            return self.write(path, content).map(|()| true);
        }
        if self.contains(path) {
            return Ok(false);
        }
        let place = self.place_for(path, &content)?;
        let written = Temporary::beside(&place, &content).and_then(|file| file.put(&place));
        written.map_err(|error| unwritable(path, &error))
    }

    /// Removes a file, and answers whether it was there.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path leads out of the folder, is that of a folder, or the file cannot be removed.
    pub fn remove(&self, path: &str) -> Result<bool, FileError> {
        let clean = clean_name(path)?;
        let Ok(folder) = &self.folder else { return Ok(false) };
        let file = match place::existing(folder, &clean, path) {
            Err(FileError::Missing { .. }) => return Ok(false),
            found => found?,
        };
        match fs::remove_file(file) {
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            removed => removed.map(|()| true).map_err(|error| unwritable(path, &error)),
        }
    }

    /// Returns where a file lies on disk.
    fn locate(&self, path: &str) -> Result<PathBuf, FileError> {
        let clean = clean_name(path)?;
        match &self.folder {
            Ok(folder) => disk::locate(folder, &clean),
            Err(_) => Err(FileError::Missing { path: path.into() }),
        }
    }

    /// Returns where a file goes on disk.
    fn place_for(&self, path: &str, content: &[u8]) -> Result<PathBuf, FileError> {
        let clean = clean_name(path)?;
        if content.len() as u64 > LARGEST_FILE {
            return Err(FileError::TooLarge { path: path.into() });
        }
        place::made(self.folder()?, &clean, path)
    }
}

fn unwritable(path: &str, error: &io::Error) -> FileError {
    FileError::Unwritable { path: path.into(), why: error.to_string() }
}
