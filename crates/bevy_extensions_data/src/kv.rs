//! Keys and values that survive.

use crate::{
    clock::{self, Clock, SystemClock},
    locks,
};

mod key;
mod prefix;

mod error;
mod value;

mod backend;
mod broken;
mod lazy;
mod redb_backend;

mod layers;
mod list;
mod watch;

mod shared;
mod ticket;
mod worker;

mod access;
mod namespace;
mod transaction;

mod settings;
mod store;

pub use backend::{Changes, Committed, KvBackend, Measure, Stored};
pub use error::KvError;
pub use key::{AsKeyPart, Key, KeyPart, LONGEST_KEY};
pub use lazy::KvNews;
pub use list::KvPage;
pub use namespace::{KvNamespace, KvStats};
pub use prefix::Prefix;
pub use redb_backend::{RedbBackend, SetAside};
pub use settings::KvSettings;
pub use store::{BackupTicket, KvStore};
pub use ticket::{FlushState, FlushTicket};
pub use transaction::{KvTransaction, Outcome};
pub use value::LARGEST_VALUE;
pub use watch::{Changed, Watch};
