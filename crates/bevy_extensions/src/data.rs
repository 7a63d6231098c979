//! What extensions keep: keys and values, tables and resources that stay, and what is quickly there again.
//!
//! Each extension has its own, and sees nobody else's: natives as [`Kv`]`<Greeter>`, scripts as
//! `extension.imports('data')`. What stays lies in the folder that the host settings say
//! ([`data`](crate::HostSettings::data)), by default that which the platform has for the app; it is told when it is opened,
//! which is when somebody needs it first. What an extension keeps stays when it stops, and when it is unloaded;
//! [`forget_data`](crate::ExtensionsWorldExt::forget_data) removes it.
//!
//! * *[`Kv`]*: keys and values. Writes are visible at once, and get to disk on another thread: no frame waits.
//! * *[`persistent`](crate::ExtensionScope::persistent)*: a resource that is loaded before the phases, and kept when it changes.
//! * *[`watch_keys`](crate::ExtensionScope::watch_keys)*: an event, [`KvChanged`], for keys that change.
//! * *`Db`*, with the feature `db`: tables in a file of its own, asked in SQL, made by `migrations` of the scope. Phases wait for
//!   answers, frames ask for them to be told.
//! * *[`Cache`]*: values in memory, within a bound and for some time. It is empty whenever its extension starts.
//! * *[`Data`]*: for the app itself, to copy it all and to wait for the disk.
//!
//! When the app ends, all gets to disk. Two apps cannot have the same folder open: the second is told so.

mod cache;
#[cfg(feature = "db")]
mod db;
mod error;
mod kv;
#[cfg(feature = "db")]
mod later;
mod persistent;
mod stores;
mod ticket;
mod watch;

pub use bevy_extensions_data::{
    AsKeyPart, CacheSettings, CacheStats, Changed, Key, KeyPart, KvError, KvNamespace, KvPage, KvStats, KvTransaction,
    Measure, Outcome, Prefix, Watch,
};
#[cfg(feature = "db")]
pub use bevy_extensions_data::{
    Db as Database, DbAnswer, DbError, DbLater, DbLimits, DbStatement, DbTransaction, Executed, Migration,
};
pub use cache::Cache;
#[cfg(feature = "db")]
pub use db::Db;
pub use error::DataError;
pub use kv::Kv;
pub use stores::Data;
pub use ticket::DataTicket;
pub use watch::KvChanged;

#[cfg(feature = "db")]
pub(crate) use db::migrate;
#[cfg(feature = "db")]
pub(crate) use later::answer;
pub(crate) use persistent::load as load_persistent;
pub(crate) use watch::watch_keys;

use bevy_app::{App, Last, PreUpdate};
use bevy_ecs::prelude::*;

use crate::lifecycle;

/// Makes ready for data. The folder is known already.
pub(crate) fn plugin(app: &mut App) {
    watch::install(app.world_mut());
    lifecycle::at_end_of_frame(app, stores::flush_at_end);
    app.add_systems(PreUpdate, watch::tell_changes.ambiguous_with_all())
        .add_systems(Last, persistent::save_changed.ambiguous_with_all());
    #[cfg(feature = "db")]
    app.init_resource::<later::Asked>()
        .add_systems(PreUpdate, later::tell_answers.ambiguous_with_all())
        .add_systems(Last, stores::tell_news.ambiguous_with_all());
}
