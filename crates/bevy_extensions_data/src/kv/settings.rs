//! How a store is to be.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{Clock, SystemClock};

/// How a [`KvStore`](super::KvStore) is to be.
///
/// ```
/// use bevy_extensions_data::KvSettings;
///
/// let mut settings = KvSettings::in_folder("data");
/// settings.overlay_bytes = 1024 * 1024;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KvSettings {
    /// Where the file lies. The folder is made if there is none.
    pub folder: PathBuf,
    /// How many bytes of memory may be taken by what is not on disk yet; past them a write is
    /// [`KvError::Backlog`](super::KvError::Backlog). 64 MiB.
    pub overlay_bytes: usize,
    /// How many bytes of the file are kept in memory, so that reading them again costs no disk. 32 MiB.
    pub cache_bytes: usize,
    /// For how long a write waits for others, to be committed with them. Whoever [flushes](super::KvStore::flush) ends it.
    /// 5 ms.
    pub group_for: Duration,
    /// How often what has expired is looked for, to be removed from the file. A second.
    pub sweep_every: Duration,
    /// How many expired entries are removed at once. 1000.
    pub sweep_at_once: usize,
    /// For how long a store that is dropped tries to get to disk what is not there yet. 10 s.
    pub close_within: Duration,
    /// Whether the whole file is looked through for damage when it is opened, and set aside if there is any. Off: it takes as
    /// long as to read the file. Then damage shows as an error when what is damaged is read, which an app that aborts on
    /// panics does not survive.
    pub check_on_open: bool,
    /// By which values expire. That of the machine.
    pub clock: Arc<dyn Clock>,
}

impl KvSettings {
    /// The settings as they are documented, with this folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            overlay_bytes: 64 * 1024 * 1024,
            cache_bytes: 32 * 1024 * 1024,
            group_for: Duration::from_millis(5),
            sweep_every: Duration::from_secs(1),
            sweep_at_once: 1000,
            close_within: Duration::from_secs(10),
            check_on_open: false,
            clock: Arc::new(SystemClock),
        }
    }
}
