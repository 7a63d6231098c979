//! The lock on disk.

use std::{io, path::Path};

use super::Lock;
use crate::{
    files::{FileError, followed, read_at_most, replace},
    location::Location,
    parse::ParseError,
};

/// How many bytes a lock file may have: 16 MiB.
pub const LARGEST_LOCK: u64 = 16 << 20;

/// A lock file that cannot be read or written. It is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The file is there, but cannot be read.
    #[error("the lock cannot be read: {0}")]
    Unreadable(FileError),
    /// The file is no lock.
    #[error("the lock is wrong: {}", .0.message())]
    Wrong(#[from] ParseError),
    /// The file cannot be written.
    #[error("the lock `{file}` cannot be written: {why}")]
    Unwritable {
        /// The file.
        file: String,
        /// What the operating system said.
        why: String,
    },
}

impl LockError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable(error) => error.hint(),
            Self::Wrong(error) => error.hint(),
            Self::Unwritable { .. } => "check that this user may write to it and to its folder".into(),
        }
    }

    /// Returns the place to look at, if it is known.
    pub fn location(&self) -> Option<Location> {
        match self {
            Self::Unreadable(_) => None,
            Self::Wrong(error) => Some(error.at.clone()),
            Self::Unwritable { file, .. } => Some(Location::file(file.as_str())),
        }
    }
}

impl Lock {
    /// Reads a lock file, or `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`LockError`] if there is one that cannot be read, or that is no lock.
    pub fn read(path: &Path) -> Result<Option<Self>, LockError> {
        Self::read_shown(path, &path.display().to_string())
    }

    /// The same for a file that messages call otherwise.
    pub(in crate::artifacts) fn read_shown(path: &Path, file: &str) -> Result<Option<Self>, LockError> {
        match read_at_most(LARGEST_LOCK, path, file) {
            Ok(bytes) => Ok(Some(Self::from_ron(file, &bytes)?)),
            Err(FileError::Missing { .. }) => Ok(None),
            Err(error) => Err(LockError::Unreadable(error)),
        }
    }

    /// Writes a lock file, and tells whether that has changed anything.
    ///
    /// It is replaced as a whole, so that nobody ever reads half of it, and only if it says something else. If it is a link,
    /// what it leads to is replaced. If it is not there, it is made, with its folder.
    ///
    /// ```
    /// use bevy_extensions_core::artifacts::Lock;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("extensions.lock");
    /// assert!(Lock::read(&path)?.is_none());
    /// assert!(Lock::default().write(&path)?);
    /// assert!(!Lock::default().write(&path)?);
    /// assert_eq!(Lock::read(&path)?, Some(Lock::default()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`LockError`] if it cannot be read or written. One that is no lock is an error, too, so that nothing is lost that
    /// somebody has to mend.
    pub fn write(&self, path: &Path) -> Result<bool, LockError> {
        let file = path.display().to_string();
        if Self::read(path)?.is_some_and(|there| there == *self) {
            return Ok(false);
        }
        let unwritable = |error: io::Error| LockError::Unwritable { file: file.clone(), why: error.to_string() };
        let target = followed(path).map_err(unwritable)?;
        replace(&target, self.to_ron().as_bytes()).map_err(unwritable)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_lock_that_is_wrong_is_not_written_over() {
        let folder = tempfile::tempdir().expect("there is a folder for tests");
        let path = folder.path().join("extensions.lock");
        fs::write(&path, "rain").expect("the folder can be written");
        let error = Lock::default().write(&path).expect_err("it is no lock");
        assert_eq!(error.to_string(), "the lock is wrong: expected struct `Lock` but found `rain`");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "rain");
    }

    #[test]
    fn a_lock_that_says_the_same_is_not_touched() {
        let folder = tempfile::tempdir().expect("there is a folder for tests");
        let path = folder.path().join("town/extensions.lock");
        assert_eq!(Lock::default().write(&path), Ok(true));
        let by_hand = fs::read_to_string(&path).expect("it is there").replace('\n', "\r\n");
        fs::write(&path, &by_hand).expect("the folder can be written");
        assert_eq!(Lock::default().write(&path), Ok(false), "a checkout may have turned the line ends");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), by_hand);
        let names: Vec<_> = fs::read_dir(folder.path().join("town")).expect("it is there").collect();
        assert_eq!(names.len(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_is_no_file_says_so() {
        let folder = tempfile::tempdir().expect("there is a folder for tests");
        let error = Lock::read(folder.path()).expect_err("it is a folder");
        assert_eq!(error.to_string(), format!("the lock cannot be read: `{}` is no file", folder.path().display()));
    }
}
