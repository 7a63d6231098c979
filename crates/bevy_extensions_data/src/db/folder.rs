//! The folder of a store, which nobody else has open meanwhile.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock},
};

use super::DbError;
use crate::{SetAside, locks::lock};

const LOCK: &str = "db.lock";

/// What there is to tell of databases that are [opened when they are needed](super::DbStore::when_needed).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DbNews {
    /// The first of them is needed, and their folder is there.
    Opened {
        /// The folder.
        folder: PathBuf,
    },
    /// One was damaged, and a new one is begun.
    SetAside(SetAside),
    /// The folder cannot be opened. That is tried again with each request, and told once.
    Failed(DbError),
}

/// A folder that is opened when it is needed first, and locked from then on.
pub(super) struct Folder {
    path: PathBuf,
    lock: OnceLock<File>,
    /// Why it could not be opened.
    failed: Mutex<Option<DbError>>,
    tell: Box<dyn Fn(DbNews) + Send + Sync>,
}

impl Folder {
    pub(super) fn new(path: PathBuf, tell: Box<dyn Fn(DbNews) + Send + Sync>) -> Self {
        Self { path, lock: OnceLock::new(), failed: Mutex::default(), tell }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Sees to it that the folder is there, and locked.
    ///
    /// # Errors
    ///
    /// [`DbError::Locked`] and [`DbError::Storage`].
    pub(super) fn needed(&self) -> Result<(), DbError> {
        if self.lock.get().is_some() {
            return Ok(());
        }
        let mut failed = lock(&self.failed);
        if self.lock.get().is_some() {
            return Ok(());
        }
        match take(&self.path) {
            Ok(file) => {
                *failed = None;
                _ = self.lock.set(file);
                (self.tell)(DbNews::Opened { folder: self.path.clone() });
                Ok(())
            }
            Err(error) => {
                if failed.as_ref() != Some(&error) {
                    (self.tell)(DbNews::Failed(error.clone()));
                }
                *failed = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Lets others have it.
    pub(super) fn release(&self) {
        // Somebody may still have a database, which holds the file of the lock. That it has none is all that can go wrong.
        _ = self.lock.get().map(File::unlock);
    }

    /// Tells that a damaged file was found.
    pub(super) fn tell_set_aside(&self, aside: &SetAside) {
        (self.tell)(DbNews::SetAside(aside.clone()));
    }
}

/// Makes a folder, if there is none, and locks it.
fn take(folder: &Path) -> Result<File, DbError> {
    let failed = |error: std::io::Error| DbError::storage(format!("open databases in `{}`", folder.display()), error);
    fs::create_dir_all(folder).map_err(failed)?;
    // SQLite lets several in. But not where one of them moves a damaged file, and makes a new one.
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(DbError::Locked { folder: folder.into() }),
        // Some file systems have no such locks. Those of SQLite still stand.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(lock),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Says in the log what there is to tell, if nobody else does.
pub(super) fn log_news(news: DbNews) {
    if let DbNews::SetAside(aside) = news {
        log::error!("a database was damaged ({}): it was set aside as `{}`", aside.why, aside.to.display());
    }
}
