//! Databases as their owner has them.

use std::{
    collections::BTreeMap,
    fmt, fs,
    fs::{File, TryLockError},
    io::ErrorKind,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Acquire},
    },
    time::{Duration, Instant},
};

use super::{
    Db, DbAnswer, DbError, DbSettings, Migration,
    open::{file_of, names_in},
    shared::Shared,
};
use crate::locks::lock;

const LOCK: &str = "db.lock";

/// Tables in SQLite, for many extensions: each has a [database](Self::database) of its own, which is a file, and a thread
/// while it is used.
///
/// What was answered is on disk. Dropping the store waits until all that was asked for is done, though not for ever.
pub struct DbStore {
    settings: Arc<DbSettings>,
    databases: Mutex<BTreeMap<String, Arc<Shared>>>,
    folder_lock: Arc<File>,
    answered: Arc<AtomicU64>,
}

impl DbStore {
    /// Opens a folder, and makes it if there is none. No database is opened.
    ///
    /// # Errors
    ///
    /// [`DbError::Locked`] if somebody else has it open, and [`DbError::Storage`].
    pub fn open(settings: DbSettings) -> Result<Self, DbError> {
        let folder = settings.folder.as_path();
        let failed =
            |error: std::io::Error| DbError::storage(format!("open databases in `{}`", folder.display()), error);
        fs::create_dir_all(folder).map_err(failed)?;
        // SQLite lets several in. But not where one of them moves a damaged file, and makes a new one.
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DbError::Locked { folder: folder.into() }),
            // Some file systems have no such locks. Those of SQLite still stand.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        Ok(Self {
            settings: Arc::new(settings),
            databases: Mutex::default(),
            folder_lock: Arc::new(lock),
            answered: Arc::default(),
        })
    }

    /// Returns what an extension has of the store. Names that differ only in case are the same name.
    ///
    /// Its tables are taken as they are, unless somebody has said by [`database_with`](Self::database_with) what they should
    /// be.
    pub fn database(&self, name: &str) -> Db {
        let name = name.to_ascii_lowercase();
        let file = file_of(&self.settings.folder, &name);
        let new = || Shared::new(file, self.settings.clone(), self.folder_lock.clone(), self.answered.clone());
        let shared = lock(&self.databases).entry(name).or_insert_with(|| Arc::new(new())).clone();
        Db { shared }
    }

    /// Returns what an extension has of the store, with the steps that make its tables.
    ///
    /// They run before the next request. [`Db::open`] has them run now, and tells how that went.
    pub fn database_with<M: Into<Migration>>(&self, name: &str, migrations: impl IntoIterator<Item = M>) -> Db {
        let migrations: Arc<[Migration]> = migrations.into_iter().map(Into::into).collect();
        let db = self.database(name);
        let mut work = lock(&db.shared.work);
        if work.setup.migrations.as_ref() != Some(&migrations) {
            work.setup.migrations = Some(migrations);
            work.setup.version += 1;
        }
        drop(work);
        db
    }

    /// Returns how many answers were given so far, by all databases. If that is the same as in the last frame, there is
    /// nothing to poll.
    pub fn answered(&self) -> u64 {
        self.answered.load(Acquire)
    }

    /// Waits until all that was asked for before this is done, and so on disk.
    ///
    /// # Errors
    ///
    /// [`DbError::Closed`].
    pub fn flush(&self) -> Result<(), DbError> {
        let asked: Vec<_> = self.all().filter(Db::is_running).map(|db| db.later().flush()).collect();
        asked.into_iter().try_for_each(DbAnswer::wait)
    }

    /// Returns the names of the extensions that have a file, whether anybody has asked for them or not.
    ///
    /// # Errors
    ///
    /// [`DbError::Storage`].
    pub fn names(&self) -> Result<Vec<String>, DbError> {
        let folder = &self.settings.folder;
        names_in(folder).map_err(|error| DbError::storage(format!("look into `{}`", folder.display()), error))
    }

    /// Copies all databases to a folder while they are in use, and waits for that. Each is as it is when what was asked for
    /// before is done. No other file is written over, and the copies can be opened where they are.
    ///
    /// Who cannot wait copies one after the other, of the [`names`](Self::names) that there are.
    ///
    /// # Errors
    ///
    /// The first there is; the other databases are copied nevertheless.
    pub fn backup(&self, folder: impl AsRef<Path>) -> Result<(), DbError> {
        let folder = folder.as_ref();
        fs::create_dir_all(folder)
            .map_err(|error| DbError::storage(format!("copy databases to `{}`", folder.display()), error))?;
        let copy = |name: &String| self.database(name).later().backup(file_of(folder, name));
        let asked: Vec<_> = self.names()?.iter().map(copy).collect();
        asked.into_iter().map(DbAnswer::wait).fold(Ok(()), Result::and)
    }

    /// Deletes all that an extension has.
    ///
    /// # Errors
    ///
    /// [`DbError::Storage`] and [`DbError::Closed`].
    pub fn forget(&self, name: &str) -> Result<(), DbError> {
        self.database(name).forget()
    }

    /// Closes the store: what was asked for is done, and the folder may be opened by somebody else.
    ///
    /// Who still has a database gets [`DbError::Closed`] from then on. After that time the rest is given up, and its answers
    /// are that error, too.
    ///
    /// # Errors
    ///
    /// [`DbError::NotYet`] if something was given up.
    pub fn close(&self, within: Duration) -> Result<(), DbError> {
        let end = Instant::now() + within;
        // All of them at once, rather than one after the other.
        self.all().for_each(|db| db.shared.start_to_close());
        let given_up: usize = self.all().map(|db| db.shared.close(end)).sum();
        if given_up > 0 {
            return Err(DbError::NotYet);
        }
        // Somebody may still have a database, which holds the file of the lock. That it has none is all that can go wrong.
        let _ = self.folder_lock.unlock();
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = Db> {
        let all: Vec<_> = lock(&self.databases).values().cloned().collect();
        all.into_iter().map(|shared| Db { shared })
    }
}

impl Drop for DbStore {
    fn drop(&mut self) {
        if self.close(self.settings.close_within).is_err() {
            log::error!("not all that databases in `{}` were asked for was done", self.settings.folder.display());
        }
    }
}

impl fmt::Debug for DbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbStore").field("folder", &self.settings.folder).finish_non_exhaustive()
    }
}
