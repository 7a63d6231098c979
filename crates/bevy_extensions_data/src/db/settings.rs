//! How databases are to be.

use std::{path::PathBuf, time::Duration};

/// How a [`DbStore`](super::DbStore) is to be.
///
/// ```
/// use bevy_extensions_data::DbSettings;
///
/// let mut settings = DbSettings::in_folder("data");
/// settings.limits.rows = 1000;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DbSettings {
    /// Where the files lie, one for each extension. The folder is made if there is none.
    pub folder: PathBuf,
    /// What a database may take, unless it is [told otherwise](super::Db::set_limits).
    pub limits: DbLimits,
    /// After what time without a request a database closes its file and ends its thread, until the next one. 30 s.
    pub idle_for: Duration,
    /// For how long a store that is dropped goes on with what was asked for. 10 s.
    pub close_within: Duration,
    /// Whether a whole file is looked through for damage when it is opened, and set aside if there is any. Off: it takes as
    /// long as to read the file. Then damage shows as an error when what is damaged is read.
    pub check_on_open: bool,
}

impl DbSettings {
    /// The settings as they are documented, with this folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            limits: DbLimits::default(),
            idle_for: Duration::from_secs(30),
            close_within: Duration::from_secs(10),
            check_on_open: false,
        }
    }
}

/// What a database may take.
///
/// Past a limit there is an error, and never less than what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DbLimits {
    /// How many rows a query may return. 100,000.
    pub rows: usize,
    /// How many bytes the rows of a query may take, about. 64 MiB.
    pub bytes: usize,
    /// How long a statement may take, and all of a transaction. 5 s.
    pub time: Duration,
    /// How long a migration may take. A minute.
    pub migration_time: Duration,
    /// How many bytes the file may have, about. What is written last lies beside it for a while, and counts once it is
    /// moved there. 1 GiB.
    pub file_bytes: u64,
    /// How many bytes a statement may have. 64 KiB.
    pub sql_bytes: usize,
    /// How many bytes a text, a blob or a row may have. 16 MiB.
    pub value_bytes: usize,
    /// How many requests may wait for the database. 10,000.
    pub waiting: usize,
}

impl Default for DbLimits {
    fn default() -> Self {
        Self {
            rows: 100_000,
            bytes: 64 * 1024 * 1024,
            time: Duration::from_secs(5),
            migration_time: Duration::from_secs(60),
            file_bytes: 1024 * 1024 * 1024,
            sql_bytes: 64 * 1024,
            value_bytes: 16 * 1024 * 1024,
            waiting: 10_000,
        }
    }
}
