//! What extensions keep: keys and values that stay, and resources that stay.
//!
//! Each extension has its own, and sees nobody else's: natives as [`Kv`]`<Greeter>`, scripts as
//! `extension.imports('data')`. All of it lies in the folder that the host settings say
//! ([`data`](crate::HostSettings::data)), by default that which the platform has for the app; it is told when it is opened,
//! which is when somebody needs it first. What an extension keeps stays when it stops, and when it is unloaded;
//! [`forget_data`](crate::ExtensionsWorldExt::forget_data) removes it.
//!
//! * *[`Kv`]*: keys and values. Writes are visible at once, and get to disk on another thread: no frame waits.
//! * *[`persistent`](crate::ExtensionScope::persistent)*: a resource that is loaded before the phases, and kept when it changes.
//! * *[`watch_keys`](crate::ExtensionScope::watch_keys)*: an event, [`KvChanged`], for keys that change.
//! * *[`Data`]*: for the app itself, to copy it all and to wait for the disk.
//!
//! When the app ends, all gets to disk. Two apps cannot have the same folder open: the second is told so.

mod kv;
mod persistent;
mod stores;
mod watch;

pub use bevy_extensions_data::{
    AsKeyPart, BackupTicket, Changed, FlushState, FlushTicket, Key, KeyPart, KvError, KvNamespace, KvPage, KvStats,
    KvTransaction, Measure, Outcome, Prefix, Watch,
};
pub use kv::Kv;
pub use stores::Data;
pub use watch::KvChanged;

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
}
