//! How a cache is kept within its bound.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use quick_cache::{Lifecycle, Options, OptionsBuilder, Weighter};

/// When an entry expires that does not.
pub(super) const NEVER: u64 = u64::MAX;

#[derive(Debug, Clone)]
pub(super) struct Entry<V> {
    pub(super) value: V,
    pub(super) expires: u64,
    /// Weighed once: the same entry is to weigh the same whenever somebody looks.
    pub(super) weight: u64,
}

/// Returns the options for a bound that holds exactly.
pub(super) fn options(bound: u64, entries: usize) -> Options {
    // Each part has its own lock and its share of the bound. Of few entries, some would go while there is room elsewhere.
    const PARTS: usize = 8;
    const FEW: usize = 1000;
    let parts = if entries < FEW { 1 } else { PARTS };
    OptionsBuilder::new()
        .shards(parts)
        // It would be rounded up for each of them.
        .weight_capacity(bound / parts as u64 * parts as u64)
        .estimated_items_capacity(entries)
        .build()
        .expect("all that it needs is given")
}

#[derive(Clone)]
pub(super) struct Weighed;

impl<K, V> Weighter<K, Entry<V>> for Weighed {
    fn weight(&self, _: &K, entry: &Entry<V>) -> u64 {
        entry.weight
    }
}

#[derive(Clone)]
pub(super) struct CountEvictions(pub(super) Arc<AtomicU64>);

impl<K, V> Lifecycle<K, Entry<V>> for CountEvictions {
    /// What has to go is dropped when no lock is held, since it may use the cache.
    type RequestState = Vec<(K, Entry<V>)>;

    // Not `on_evict`, which is also called for what is replaced.
    fn before_evict(&self, _: &mut Self::RequestState, _: &K, _: &mut Entry<V>) {
        self.0.fetch_add(1, Relaxed);
    }

    fn on_evict(&self, gone: &mut Self::RequestState, key: K, entry: Entry<V>) {
        if std::mem::needs_drop::<(K, V)>() {
            gone.push((key, entry));
        }
    }
}
