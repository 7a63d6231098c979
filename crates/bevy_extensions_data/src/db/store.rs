//! Databases as their owner has them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    io::ErrorKind,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Acquire},
    },
    time::{Duration, Instant},
};

use super::{
    Db, DbAnswer, DbError, DbNews, DbSettings, Migration,
    folder::{Folder, log_news},
    open::{file_of, names_in},
    shared::Shared,
};
use crate::locks::lock;

/// Tables in SQLite, for many extensions: each has a [database](Self::database) of its own, which is a file, and a thread
/// while it is used.
///
/// What was answered is on disk. Dropping the store waits until all that was asked for is done, though not for ever.
pub struct DbStore {
    settings: Arc<DbSettings>,
    databases: Mutex<BTreeMap<String, Arc<Shared>>>,
    folder: Arc<Folder>,
    answered: Arc<AtomicU64>,
    /// Why it is none, if it is none.
    nowhere: Option<Arc<str>>,
}

impl DbStore {
    /// Opens a folder, and makes it if there is none. No database is opened.
    ///
    /// # Errors
    ///
    /// [`DbError::Locked`] if somebody else has it open, and [`DbError::Storage`].
    pub fn open(settings: DbSettings) -> Result<Self, DbError> {
        let store = Self::when_needed(settings, log_news);
        store.folder.needed()?;
        Ok(store)
    }

    /// Makes a store whose folder is opened when somebody needs a database. There is nothing on disk before that.
    ///
    /// What there is to tell of the folder and its files is handed to the closure.
    pub fn when_needed(settings: DbSettings, tell: impl Fn(DbNews) + Send + Sync + 'static) -> Self {
        Self {
            folder: Arc::new(Folder::new(settings.folder.clone(), Box::new(tell))),
            settings: Arc::new(settings),
            databases: Mutex::default(),
            answered: Arc::default(),
            nowhere: None,
        }
    }

    /// A store that there is not: whatever is asked of it is the error [`DbError::Nowhere`], with the reason.
    pub fn nowhere(why: &str) -> Self {
        let mut store = Self::when_needed(DbSettings::in_folder(""), log_news);
        store.nowhere = Some(why.into());
        store
    }

    /// Returns what an extension has of the store. Names that differ only in case are the same name.
    ///
    /// Its tables are taken as they are, unless somebody has said by [`database_with`](Self::database_with) what they should
    /// be.
    pub fn database(&self, name: &str) -> Db {
        let name = name.to_ascii_lowercase();
        let file = file_of(&self.settings.folder, &name);
        let new = || {
            let shared = Shared::new(file, self.settings.clone(), self.folder.clone(), self.answered.clone());
            lock(&shared.work).nowhere = self.nowhere.clone();
            Arc::new(shared)
        };
        let shared = lock(&self.databases).entry(name).or_insert_with(new).clone();
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
        self.flush_later().into_iter().try_for_each(DbAnswer::wait)
    }

    /// As [`flush`](Self::flush), without waiting: when all of these are answered, all is on disk.
    pub fn flush_later(&self) -> Vec<DbAnswer<()>> {
        self.all().filter(Db::is_running).map(|db| db.later().flush()).collect()
    }

    /// Returns the names of the extensions that have a file, whether anybody has asked for them or not.
    ///
    /// # Errors
    ///
    /// [`DbError::Storage`].
    pub fn names(&self) -> Result<Vec<String>, DbError> {
        let folder = self.folder.path();
        match names_in(folder) {
            // Nobody has needed it yet.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            names => names.map_err(|error| DbError::storage(format!("look into `{}`", folder.display()), error)),
        }
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
        self.backup_later(folder)?.into_iter().map(DbAnswer::wait).fold(Ok(()), Result::and)
    }

    /// As [`backup`](Self::backup), without waiting for more than the names of the files: when all of these are answered, all
    /// is copied.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made, or nobody can tell what there is.
    pub fn backup_later(&self, folder: impl AsRef<Path>) -> Result<Vec<DbAnswer<()>>, DbError> {
        let folder = folder.as_ref();
        // What was just asked for has perhaps no file yet.
        let asked = |(name, shared): (&String, &Arc<Shared>)| lock(&shared.work).is_running.then(|| name.clone());
        let mut names: BTreeSet<String> = self.names()?.into_iter().collect();
        names.extend(lock(&self.databases).iter().filter_map(asked));
        if names.is_empty() {
            return Ok(Vec::new());
        }
        fs::create_dir_all(folder)
            .map_err(|error| DbError::storage(format!("copy databases to `{}`", folder.display()), error))?;
        let copy = |name: &String| self.database(name).later().backup(file_of(folder, name));
        Ok(names.iter().map(copy).collect())
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
        self.folder.release();
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
