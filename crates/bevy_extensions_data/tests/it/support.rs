//! Stores for tests.

use std::{sync::Arc, time::Duration};

use bevy_extensions_data::{Key, KvNamespace, KvSettings, KvStore, ManualClock, RedbBackend};

use crate::disk::Disk;

/// Settings under which nothing happens by itself that a test could stumble over.
pub fn settings() -> KvSettings {
    let mut settings = KvSettings::in_folder("in memory");
    settings.group_for = Duration::from_micros(100);
    settings.sweep_every = Duration::from_secs(3600);
    settings.cache_bytes = 1024 * 1024;
    settings
}

/// Opens a store on a disk in memory.
pub fn on(disk: &Arc<Disk>, settings: KvSettings) -> KvStore {
    try_on(disk, settings).expect("the disk is well")
}

pub fn try_on(disk: &Arc<Disk>, settings: KvSettings) -> Result<KvStore, bevy_extensions_data::KvError> {
    let disk = disk.clone();
    KvStore::with_backend(RedbBackend::with_opener(move || disk.open())?, settings)
}

/// A store on a disk of its own.
pub fn fresh() -> KvStore {
    on(&Arc::new(Disk::default()), settings())
}

/// A store by whose clock time passes when a test says so.
pub fn with_clock() -> (KvStore, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let mut settings = settings();
    settings.clock = clock.clone();
    (on(&Arc::new(Disk::default()), settings), clock)
}

/// Lists everything, as `key=json` in one line.
#[track_caller]
pub fn all(kv: &KvNamespace) -> String {
    let page = kv.list_json("", usize::MAX, None).expect("it can be listed");
    assert_eq!(page.next, None);
    let entry = |(key, json): &(Key, Arc<[u8]>)| format!("{key}={}", String::from_utf8_lossy(json));
    page.entries.iter().map(entry).collect::<Vec<_>>().join(" ")
}

/// A small generator of numbers: the same in every run.
pub struct SplitMix(pub u64);

impl SplitMix {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// Reads a number from the environment, for the long form of a test.
pub fn number_from(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
