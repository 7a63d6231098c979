//! A file of `redb`.
//!
//! A table of its own for each namespace, and one for what expires when. Reading uses a snapshot that is kept between two
//! commits: to open a table costs as much as to read from it.

mod backup;
mod open;
mod snapshot;
mod tables;

use std::{
    fmt,
    fs::File,
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, RwLock},
};

use redb::{Database, DatabaseError, ReadableTableMetadata, StorageError, TableError};

use self::{snapshot::Snapshot, tables::unpack};
use super::{
    Committed, Key, KvBackend, KvError, Measure, Stored,
    locks::{lock, read, write},
};

pub use open::SetAside;
pub(super) use open::{file_in, open};

/// A [`KvBackend`] that keeps everything in a file of `redb`.
pub struct RedbBackend {
    open: Opener,
    /// `None` if the database could not be opened again after a failure.
    database: Mutex<Option<Database>>,
    snapshot: RwLock<Result<Arc<Snapshot>, KvError>>,
    /// Keeps other processes off the folder.
    folder_lock: Mutex<Option<File>>,
}

/// Opens the database, for the first time and whenever it has failed.
type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// What a failing operation leads to: text and all.
type Failure = Box<dyn std::error::Error>;

impl RedbBackend {
    /// Not public API: a backend in whatever a test makes up.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`] if it cannot be opened.
    #[doc(hidden)]
    pub fn with_opener(
        open: impl Fn() -> Result<Database, DatabaseError> + Send + Sync + 'static,
    ) -> Result<Self, KvError> {
        let database = guarded(|| Ok(open()?)).map_err(|error| KvError::storage("open the store", error))?;
        Self::new(Box::new(open), database, None)
    }

    fn new(open: Opener, database: Database, folder_lock: Option<File>) -> Result<Self, KvError> {
        let snapshot =
            guarded(|| Snapshot::of(&database)).map_err(|error| KvError::storage("read the store", error))?;
        Ok(Self {
            open,
            database: Mutex::new(Some(database)),
            snapshot: RwLock::new(Ok(snapshot)),
            folder_lock: Mutex::new(folder_lock),
        })
    }

    /// Reads. If the database has failed since, it is opened again, and read once more.
    fn reading<R>(&self, read_from: impl Fn(&Snapshot) -> Result<R, Failure>) -> Result<R, KvError> {
        let snapshot = read(&self.snapshot).clone()?;
        let first = guarded(|| read_from(&snapshot));
        let result = match first {
            Err(error) if has_stopped(&error) => {
                let snapshot = self.reopened(&snapshot)?;
                guarded(|| read_from(&snapshot))
            }
            first => first,
        };
        result.map_err(|error| KvError::storage("read the store", error))
    }

    /// Opens the database again, unless somebody else has done so since `seen` was taken.
    fn reopened(&self, seen: &Arc<Snapshot>) -> Result<Arc<Snapshot>, KvError> {
        let mut database = lock(&self.database);
        let current = read(&self.snapshot).clone()?;
        if !Arc::ptr_eq(&current, seen) {
            return Ok(current);
        }
        self.reopen(&mut database);
        read(&self.snapshot).clone()
    }

    /// Opens the database again: after an error it does nothing any more.
    fn reopen(&self, database: &mut Option<Database>) {
        // It is closed first, since it locks its file.
        drop(database.take());
        let opened = guarded(|| {
            let opened = (self.open)()?;
            let snapshot = Snapshot::of(&opened)?;
            Ok((opened, snapshot))
        });
        let snapshot = opened.map(|(opened, snapshot)| {
            *database = Some(opened);
            snapshot
        });
        *write(&self.snapshot) = snapshot.map_err(|error| KvError::storage("open the store again", error));
    }

    /// Changes the database, and shows the change to who reads.
    fn writing<R>(&self, doing: &str, change: impl FnOnce(&Database) -> Result<R, Failure>) -> Result<R, KvError> {
        let mut database = lock(&self.database);
        if matches!(&*read(&self.snapshot), Err(KvError::Closed)) {
            return Err(KvError::Closed);
        }
        if database.is_none() {
            self.reopen(&mut database);
        }
        let Some(opened) = &*database else {
            return Err(read(&self.snapshot).clone().err().unwrap_or(KvError::Closed));
        };
        let changed = guarded(|| {
            let result = change(opened)?;
            Ok((result, Snapshot::of(opened)?))
        });
        match changed {
            Ok((result, snapshot)) => {
                let before = std::mem::replace(&mut *write(&self.snapshot), Ok(snapshot));
                drop(before);
                Ok(result)
            }
            Err(error) => {
                let error = KvError::storage(doing, error);
                self.reopen(&mut database);
                Err(error)
            }
        }
    }
}

impl KvBackend for RedbBackend {
    fn get(&self, namespace: &str, key: &[u8]) -> Result<Option<Stored>, KvError> {
        self.reading(|snapshot| {
            let Some(table) = snapshot.table(namespace)? else { return Ok(None) };
            Ok(table.get(key)?.map(|value| unpack(value.value())))
        })
    }

    fn scan(
        &self,
        namespace: &str,
        range: (Bound<&[u8]>, Bound<&[u8]>),
        at_most: usize,
    ) -> Result<Vec<(Key, Stored)>, KvError> {
        self.reading(|snapshot| {
            let Some(table) = snapshot.table(namespace)? else { return Ok(Vec::new()) };
            let entries = table.range::<&[u8]>(range)?.take(at_most).map(|entry| {
                let (key, value) = entry?;
                Ok((Key::from_bytes(key.value()), unpack(value.value())))
            });
            entries.collect()
        })
    }

    fn commit(&self, committed: &[Committed]) -> Result<(), KvError> {
        self.writing("write to the store", |database| {
            let transaction = database.begin_write()?;
            committed.iter().try_for_each(|committed| tables::change(&transaction, committed))?;
            Ok(transaction.commit()?)
        })
    }

    fn sweep(&self, now: u64, at_most: usize) -> Result<usize, KvError> {
        let due = self.reading(|snapshot| snapshot.due(now, at_most))?;
        if due.is_empty() {
            return Ok(0);
        }
        self.writing("remove what has expired", |database| {
            let transaction = database.begin_write()?;
            let mut swept = 0;
            for (namespace, due) in &due {
                swept += tables::sweep(&transaction, namespace, due)?;
            }
            transaction.commit()?;
            Ok(swept)
        })
    }

    fn measure(&self, namespace: &str) -> Result<Measure, KvError> {
        self.reading(|snapshot| {
            let Some(table) = snapshot.table(namespace)? else { return Ok(Measure::default()) };
            Ok(Measure { entries: table.len()?, bytes: table.stats()?.stored_bytes() })
        })
    }

    fn backup(&self, to: &Path) -> Result<(), KvError> {
        let snapshot = read(&self.snapshot).clone()?;
        guarded(|| backup::copy(&snapshot, to))
            .map_err(|error| KvError::storage(format!("copy the store to `{}`", to.display()), error))
    }

    fn close(&self) {
        let mut database = lock(&self.database);
        let before = std::mem::replace(&mut *write(&self.snapshot), Err(KvError::Closed));
        drop(before);
        drop(database.take());
        drop(lock(&self.folder_lock).take());
    }
}

impl fmt::Debug for RedbBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbBackend").finish_non_exhaustive()
    }
}

/// Tells whether a database does nothing any more, whoever caused that. A damaged page is no such case: it stays damaged.
fn has_stopped(error: &Failure) -> bool {
    let storage = match error.downcast_ref::<TableError>() {
        Some(TableError::Storage(error)) => Some(error),
        _ => error.downcast_ref::<StorageError>(),
    };
    storage.is_some_and(|error| !matches!(error, StorageError::Corrupted(_)))
}

/// Runs a piece of work with a database. If a file was changed by somebody else, `redb` may panic over it.
fn guarded<R>(work: impl FnOnce() -> Result<R, Failure>) -> Result<R, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("the file is damaged".into()))
}
