//! What is worth keeping for a while, in memory.

mod bound;
mod settings;

use std::{
    borrow::Borrow,
    fmt,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use quick_cache::{DefaultHashBuilder, sync};

use self::bound::{CountEvictions, Entry, NEVER, Weighed, options};
pub use self::settings::CacheSettings;
use crate::{Key, clock::millis};

/// Values that are quickly there again, and may be gone.
///
/// A cache is bounded by [entries](Self::new), or by the [weight](Self::weighted) of what is in it. Past that, something goes
/// that was not asked for lately. A value may have a time after which it is gone, too; that takes room until somebody asks for
/// it, [sweeps](Self::sweep), or something else needs the room.
///
/// All of it may be done from several threads at once. What is kept is cloned when it is asked for, so put what is large
/// behind an [`Arc`].
///
/// ```
/// use bevy_extensions_data::{Cache, CacheSettings};
/// use std::time::Duration;
///
/// let cache = Cache::new(CacheSettings::default());
/// cache.set("motd".to_string(), "well met");
/// cache.set_for("offer".to_string(), "two for one", Duration::from_secs(60));
///
/// assert_eq!(cache.get("motd"), Some("well met"));
/// assert_eq!(cache.get_or_insert_with("price".to_string(), || "12 gold"), "12 gold");
/// assert_eq!(cache.stats().hits, 1);
/// ```
pub struct Cache<K, V> {
    kept: sync::Cache<K, Entry<V>, Weighed, DefaultHashBuilder, CountEvictions>,
    weigh: Option<Weigh<K, V>>,
    settings: CacheSettings,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

type Weigh<K, V> = Box<dyn Fn(&K, &V) -> u64 + Send + Sync>;

/// A cache of JSON, as scripts have it.
pub type JsonCache = Cache<Key, Arc<[u8]>>;

/// How a [`Cache`] is used, and how full it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheStats {
    /// How often something was asked for that was there.
    pub hits: u64,
    /// How often something was asked for that was not there, or not any more.
    pub misses: u64,
    /// How often something had to go for want of room, or was too large to get in.
    pub evictions: u64,
    /// How many entries there are, with those that have expired but were not asked for.
    pub entries: usize,
    /// What they weigh together. Without weights, that is how many they are.
    pub weight: u64,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// Makes a cache that holds so many [entries](CacheSettings::entries) at most.
    pub fn new(settings: CacheSettings) -> Self {
        let entries = settings.entries;
        Self::bounded(settings, entries as u64, entries, None)
    }

    /// Makes a cache that holds entries of so many [bytes](CacheSettings::bytes) at most, of which each is weighed when it is
    /// set. None weighs less than 1.
    ///
    /// The cache's own memory comes on top of that, some fifty bytes an entry. A value of more than an eighth of the whole
    /// does not get in.
    ///
    /// ```
    /// # use bevy_extensions_data::{Cache, CacheSettings};
    /// let pages = Cache::weighted(CacheSettings::default(), |_: &u32, page: &String| page.len() as u64);
    /// pages.set(7, "Once upon a time".into());
    /// assert_eq!(pages.stats().weight, 16);
    /// ```
    pub fn weighted(settings: CacheSettings, weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static) -> Self {
        /// What an entry weighs, about. It need not be exact.
        const USUAL: u64 = 1024;
        let bytes = settings.bytes;
        let entries = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX);
        Self::bounded(settings, bytes, entries, Some(Box::new(weigh)))
    }

    fn bounded(settings: CacheSettings, bound: u64, entries: usize, weigh: Option<Weigh<K, V>>) -> Self {
        let evictions = Arc::default();
        let lifecycle = CountEvictions(Arc::clone(&evictions));
        let kept =
            sync::Cache::with_options(options(bound, entries), Weighed, DefaultHashBuilder::default(), lifecycle);
        Self { kept, weigh, settings, hits: AtomicU64::new(0), misses: AtomicU64::new(0), evictions }
    }

    /// Returns what is kept.
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = self.kept.get(key).filter(|entry| self.is_alive(key, entry));
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Relaxed);
        found.map(|entry| entry.value)
    }

    /// Keeps something, for as long as the cache's [settings](CacheSettings::time) say.
    pub fn set(&self, key: K, value: V) {
        let expires = self.settings.time.map_or(NEVER, |time| self.in_(time));
        self.put(key, value, expires);
    }

    /// Keeps something for some time.
    pub fn set_for(&self, key: K, value: V, time: Duration) {
        let expires = self.in_(time);
        self.put(key, value, expires);
    }

    /// Returns what is kept, or else makes it and keeps that.
    ///
    /// The cache is not locked meanwhile: `make` may use it, and of two threads that miss one thing at once, both make it.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V {
        self.get(&key).unwrap_or_else(|| {
            let value = make();
            self.set(key, value.clone());
            value
        })
    }

    /// Keeps something no longer, and returns it.
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (_, entry) = self.kept.remove(key)?;
        (!self.has_expired(&entry)).then_some(entry.value)
    }

    /// Keeps nothing any longer. It is locked meanwhile, so no value may ask it when it is dropped.
    pub fn clear(&self) {
        self.kept.clear();
    }

    /// Removes what has expired. There is no need to, but to have its memory back. It is locked meanwhile, so no value may ask
    /// it when it is dropped.
    pub fn sweep(&self) {
        let now = self.settings.clock.now();
        self.kept.retain(|_, entry| entry.expires > now);
    }

    /// Returns how many entries there are, with those that have expired but were not asked for.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Tells whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Tells how the cache is used, and how full it is.
    pub fn stats(&self) -> CacheStats {
        CacheStats {
            hits: self.hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            evictions: self.evictions.load(Relaxed),
            entries: self.kept.len(),
            weight: self.kept.weight(),
        }
    }

    fn put(&self, key: K, value: V, expires: u64) {
        let weight = self.weigh.as_ref().map_or(1, |weigh| weigh(&key, &value).max(1));
        self.kept.insert(key, Entry { value, expires, weight });
    }

    fn in_(&self, time: Duration) -> u64 {
        // What never expires is told by the last millisecond there is.
        self.settings.clock.now().saturating_add(millis(time)).min(NEVER - 1)
    }

    /// The clock costs as much as all the rest, so it is asked only if it matters.
    fn has_expired(&self, entry: &Entry<V>) -> bool {
        entry.expires != NEVER && entry.expires <= self.settings.clock.now()
    }

    /// Tells whether an entry still counts; otherwise removes it, unless there is a new one.
    fn is_alive<Q>(&self, key: &Q, entry: &Entry<V>) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let is_alive = !self.has_expired(entry);
        if !is_alive {
            self.kept.remove_if(key, |there| there.expires == entry.expires);
        }
        is_alive
    }
}

impl JsonCache {
    /// Makes a cache for scripts: bounded by the bytes that keys and values take.
    ///
    /// ```
    /// # use bevy_extensions_data::{CacheSettings, JsonCache, Key};
    /// let cache = JsonCache::json(CacheSettings::default());
    /// cache.set(("price", 7).into(), br#"{"gold":12}"#.as_slice().into());
    /// assert_eq!(cache.get(&Key::from(("price", 7))).as_deref(), Some(br#"{"gold":12}"#.as_slice()));
    /// ```
    pub fn json(settings: CacheSettings) -> Self {
        Self::weighted(settings, |key, json| (key.as_bytes().len() + json.len()) as u64)
    }
}

impl<K: Hash + Eq, V: Clone> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
