//! How a cache is to be.

use std::{sync::Arc, time::Duration};

use crate::{Clock, SystemClock};

/// How a [`Cache`](super::Cache) is to be.
///
/// ```
/// use bevy_extensions_data::CacheSettings;
///
/// let mut settings = CacheSettings::default();
/// settings.entries = 100;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CacheSettings {
    /// How many entries there may be, of a cache without weights. 10,000.
    pub entries: usize,
    /// How many bytes entries may weigh together, of a cache with weights. 16 MiB.
    pub bytes: u64,
    /// For how long something is kept if nothing else is said. As long as there is room.
    pub time: Option<Duration>,
    /// By which values expire. That of the machine.
    pub clock: Arc<dyn Clock>,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { entries: 10_000, bytes: 16 * 1024 * 1024, time: None, clock: Arc::new(SystemClock) }
    }
}
