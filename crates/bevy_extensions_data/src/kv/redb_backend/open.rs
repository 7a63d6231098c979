//! Opens the file of a store, and makes it if there is none.

use std::{
    fs::{self, File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageError, TableError};

use super::{
    Failure, RedbBackend, guarded,
    tables::{FORMAT, META},
};
use crate::kv::{KvError, KvSettings};

/// The format that is written: which tables there are, and how keys and values are written in them.
const NEWEST: u64 = 1;

const FILE: &str = "kv.redb";
const UNFINISHED: &str = "kv.new.redb";
const LOCK: &str = "kv.lock";

/// A damaged file, which was set aside as it is; a new one was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Where it lies now.
    pub to: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// Returns the file of a store in a folder.
pub(crate) fn file_in(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Opens the file in the folder of the settings.
pub(crate) fn open(settings: &KvSettings) -> Result<(RedbBackend, Option<SetAside>), KvError> {
    let folder = settings.folder.as_path();
    let failed = |error: std::io::Error| KvError::storage(format!("open a store in `{}`", folder.display()), error);
    fs::create_dir_all(folder).map_err(failed)?;
    // Whoever holds this lock may also move the file and make a new one, which a lock on the file itself does not cover.
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(KvError::Locked { folder: folder.into() }),
        // Some file systems have no such locks. That of the database still stands.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }

    let file = file_in(folder);
    let (cache, check) = (settings.cache_bytes, settings.check_on_open);
    let opener = move |file: &Path, check: bool| {
        let mut builder = Builder::new();
        builder.set_cache_size(cache).set_check_integrity_on_open(check);
        // Only what is there is opened: a file that has vanished is not begun anew behind an app's back.
        builder.open(file)
    };
    let mut set_aside = None;
    if !file.exists() {
        create(folder, &file)?;
    }
    let database = match look(&file, || opener(&file, check)) {
        Ok(database) => database,
        Err(Look::Error(error)) => return Err(error.in_folder(folder)),
        Err(Look::Damaged(why)) => {
            let to = move_aside(folder, &file).map_err(failed)?;
            set_aside = Some(SetAside { to, why });
            create(folder, &file)?;
            match look(&file, || opener(&file, check)) {
                Ok(database) => database,
                Err(Look::Error(error)) => return Err(error.in_folder(folder)),
                Err(Look::Damaged(why)) => {
                    return Err(KvError::storage(format!("open a store in `{}`", folder.display()), why));
                }
            }
        }
    };
    let backend = RedbBackend::new(Box::new(move || opener(&file, false)), database, Some(lock))?;
    Ok((backend, set_aside))
}

/// Makes an empty file. Under its name it is whole, whenever the app may be killed.
fn create(folder: &Path, file: &Path) -> Result<(), KvError> {
    let unfinished = folder.join(UNFINISHED);
    let make = || -> Result<(), Failure> {
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let database = Database::create(&unfinished)?;
        let transaction = database.begin_write()?;
        transaction.open_table(META)?.insert(FORMAT, NEWEST)?;
        transaction.commit()?;
        database.close()?;
        fs::rename(&unfinished, file)?;
        // The name has to survive a power failure as well. Where a folder cannot be opened, that is not for us to do.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    };
    guarded(make).map_err(|error| KvError::storage(format!("make a store in `{}`", folder.display()), error))
}

/// Why a file cannot be used.
enum Look {
    Error(KvError),
    Damaged(String),
}

impl KvError {
    /// Names the folder, which the file's own lock does not know.
    fn in_folder(self, folder: &Path) -> Self {
        match self {
            Self::Locked { .. } => Self::Locked { folder: folder.into() },
            error => error,
        }
    }
}

/// Opens a file, and looks whether it is a store's.
fn look(file: &Path, open: impl FnOnce() -> Result<Database, DatabaseError>) -> Result<Database, Look> {
    let shown = || file.to_path_buf();
    let mut outcome = None;
    let opened = guarded(|| {
        outcome = Some(open());
        Ok(())
    });
    let database = match outcome {
        Some(Ok(database)) => database,
        Some(Err(error)) => return Err(judge(file, error)),
        None => return Err(Look::Damaged(opened.err().map(|error| error.to_string()).unwrap_or_default())),
    };
    let mut format = None;
    let read = guarded(|| {
        format = Some(format_of(&database));
        Ok(())
    });
    match format {
        Some(Ok(Some(1..=NEWEST))) => Ok(database),
        Some(Ok(Some(newer))) => {
            Err(Look::Error(KvError::NewerFormat { file: shown(), found: format!("its format is {newer}") }))
        }
        Some(Ok(None)) => Err(Look::Error(KvError::Foreign { file: shown() })),
        Some(Err(error)) => Err(judge(file, DatabaseError::Storage(error))),
        None => Err(Look::Damaged(read.err().map(|error| error.to_string()).unwrap_or_default())),
    }
}

fn format_of(database: &Database) -> Result<Option<u64>, StorageError> {
    let transaction = database.begin_read().map_err(|error| match error {
        redb::TransactionError::Storage(error) => error,
        other => StorageError::Corrupted(other.to_string()),
    })?;
    match transaction.open_table(META) {
        Ok(meta) => Ok(meta.get(FORMAT)?.map(|format| format.value())),
        Err(TableError::Storage(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Tells damage from what else keeps a file from being opened. In doubt it stays where it is.
fn judge(file: &Path, error: DatabaseError) -> Look {
    let shown = file.to_path_buf();
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            Look::Error(KvError::Locked { folder: shown })
        }
        // What `redb` says of a version that it does not know.
        DatabaseError::Storage(StorageError::Corrupted(why)) if why.contains("file format version") => {
            Look::Error(KvError::NewerFormat { file: shown, found: why })
        }
        DatabaseError::Storage(StorageError::Corrupted(why)) => Look::Damaged(why),
        DatabaseError::Storage(StorageError::Io(error))
            if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) =>
        {
            Look::Damaged(error.to_string())
        }
        error => Look::Error(KvError::storage(format!("open `{}`", file.display()), error)),
    }
}

/// Moves a damaged file to a name that is free.
fn move_aside(folder: &Path, file: &Path) -> std::io::Result<PathBuf> {
    let names = (1u32..).map(|number| folder.join(format!("kv.corrupt-{number}.redb")));
    let to = names.into_iter().find(|name| !name.exists()).ok_or(ErrorKind::AlreadyExists)?;
    fs::rename(file, &to)?;
    Ok(to)
}
