//! Where extensions keep their data, without Bevy.
//!
//! [`KvStore`] is a file of keys and values. Each extension has a [namespace](KvStore::namespace) in it and sees nothing
//! else. Writes are visible at once and reach the disk on a thread of the store's own:
//!
//! ```
//! use bevy_extensions_data::{KvSettings, KvStore};
//!
//! # let folder = tempfile::tempdir()?;
//! let store = KvStore::open(KvSettings::in_folder(folder.path()))?;
//! let kv = store.namespace("Economy");
//!
//! kv.set(("gold", 7), &120)?;
//! assert_eq!(kv.incr(("gold", 7), 5)?, 125);
//! assert_eq!(kv.get::<i64>(("gold", 7))?, Some(125));
//!
//! // Whatever was written before this is on disk when it answers.
//! store.flush().wait()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Cache`] keeps values in memory for a while, within a bound. With the feature `db` there is `DbStore`, too: tables for each
//! extension, asked in SQL.
//!
//! `bevy_extensions` hands this to extensions; a tool that looks into an app's data needs nothing but this crate.

mod clock;
mod locks;

mod kv;

mod cache;

#[cfg(feature = "db")]
mod db;

pub use cache::{Cache, CacheSettings, CacheStats, JsonCache};
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "db")]
pub use db::{
    Db, DbAnswer, DbError, DbLater, DbLimits, DbNews, DbSettings, DbStatement, DbStore, DbTransaction, Executed,
    Migration,
};
pub use kv::{
    AsKeyPart, BackupTicket, Changed, Changes, Committed, FlushState, FlushTicket, Key, KeyPart, KvBackend, KvError,
    KvNamespace, KvNews, KvPage, KvSettings, KvStats, KvStore, KvTransaction, LARGEST_VALUE, LONGEST_KEY, Measure,
    Outcome, Prefix, RedbBackend, SetAside, Stored, Watch,
};
