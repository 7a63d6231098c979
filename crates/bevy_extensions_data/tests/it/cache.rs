//! What is kept in memory for a while.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bevy_extensions_data::{Cache, CacheSettings, CacheStats, JsonCache, Key, ManualClock};
use proptest::prelude::*;

fn with_clock(entries: usize, bytes: u64) -> (CacheSettings, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let mut settings = CacheSettings::default();
    settings.entries = entries;
    settings.bytes = bytes;
    settings.clock = clock.clone();
    (settings, clock)
}

#[test]
fn what_is_kept_for_some_time_is_gone_afterwards() {
    let (mut settings, clock) = with_clock(10, 0);
    settings.time = Some(Duration::from_millis(20));
    let cache = Cache::new(settings);
    cache.set("usual", 1);
    cache.set_for("short", 2, Duration::from_millis(10));
    cache.set_for("ever", 3, Duration::MAX);
    clock.advance(Duration::from_millis(9));
    assert_eq!((cache.get("usual"), cache.get("short"), cache.get("ever")), (Some(1), Some(2), Some(3)));
    clock.advance(Duration::from_millis(1));
    assert_eq!(cache.len(), 3, "nobody has asked");
    assert_eq!((cache.get("short"), cache.len()), (None, 2));
    assert_eq!(cache.get_or_insert_with("short", || 4), 4);
    clock.advance(Duration::from_millis(10));
    assert_eq!(cache.remove("usual"), None);
    assert_eq!(cache.remove("short"), Some(4));
    cache.set_for("short", 5, Duration::ZERO);
    cache.sweep();
    assert_eq!((cache.len(), cache.get("ever")), (1, Some(3)));
}

#[test]
fn statistics_are_true() {
    let cache = Cache::new(with_clock(3, 0).0);
    assert_eq!(cache.stats(), CacheStats::default());
    cache.set(1, "a");
    cache.set(1, "b");
    cache.get(&1);
    cache.get(&2);
    cache.get_or_insert_with(2, || "c");
    let stats = CacheStats { hits: 1, misses: 2, evictions: 0, entries: 2, weight: 2 };
    assert_eq!(cache.stats(), stats);
    (3..=10).for_each(|key| cache.set(key, "d"));
    assert_eq!(cache.stats(), CacheStats { evictions: 7, entries: 3, weight: 3, ..stats });
    cache.clear();
    assert_eq!(cache.stats(), CacheStats { evictions: 7, entries: 0, weight: 0, ..stats });
}

#[test]
fn what_is_too_large_does_not_get_in_nor_leave_the_former_there() {
    let cache = JsonCache::json(with_clock(0, 100).0);
    let key = || Key::from("a");
    cache.set(key(), Arc::from([0; 50]));
    cache.set(key(), Arc::from([0; 100]));
    assert_eq!(cache.get(&key()), None);
    assert_eq!(cache.stats(), CacheStats { misses: 1, evictions: 1, ..CacheStats::default() });
    cache.set(key(), Arc::from([0; 50]));
    assert_eq!(cache.stats().weight, 53, "the key counts");
}

#[test]
fn what_goes_may_use_the_cache() {
    struct Last(Arc<Cache<u32, u32>>);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.set(0, self.0.get(&0).unwrap_or(0) + 1);
        }
    }
    let gone = Arc::new(Cache::new(CacheSettings::default()));
    let cache: Cache<u32, Arc<Last>> = Cache::new(with_clock(2, 0).0);
    (0..10).for_each(|key| cache.set(key, Arc::new(Last(gone.clone()))));
    assert_eq!(gone.get(&0), Some(8));
}

#[test]
fn many_threads_use_one_cache() {
    let (mut settings, clock) = with_clock(2000, 0);
    settings.time = Some(Duration::from_millis(100));
    let cache: Cache<u64, (u64, u64)> = Cache::new(settings);
    let asked = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let (cache, clock, asked) = (&cache, &clock, &asked);
            scope.spawn(move || {
                for number in 0..20_000u64 {
                    let key = (number * 7 + thread * 13) % 4000;
                    match number % 5 {
                        0 => cache.set(key, (key, number)),
                        1 => _ = cache.remove(&key),
                        2 => clock.advance(Duration::from_micros(1)),
                        3 => {
                            asked.fetch_add(1, Relaxed);
                            let (of, _) = cache.get_or_insert_with(key, || (key, number));
                            assert_eq!(of, key);
                        }
                        _ => {
                            asked.fetch_add(1, Relaxed);
                            assert!(cache.get(&key).is_none_or(|(of, _)| of == key));
                        }
                    }
                    assert!(cache.len() <= 2000);
                }
            });
        }
    });
    let stats = cache.stats();
    assert_eq!(stats.hits + stats.misses, asked.into_inner());
    assert_eq!(stats.weight, stats.entries as u64);
}

#[derive(Debug, Clone)]
enum Step {
    Set(u8, u64),
    SetFor(u8, u64, u64),
    Get(u8),
    GetOrInsert(u8, u64),
    Remove(u8),
    Clear,
    Sweep,
    Advance(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (key, value, time) = (|| 0..20u8, || 0..30u64, || 0..40u64);
    let step = prop_oneof![
        6 => (key(), value()).prop_map(|(key, value)| Step::Set(key, value)),
        3 => (key(), value(), time()).prop_map(|(key, value, time)| Step::SetFor(key, value, time)),
        6 => key().prop_map(Step::Get),
        3 => (key(), value()).prop_map(|(key, value)| Step::GetOrInsert(key, value)),
        2 => key().prop_map(Step::Remove),
        1 => Just(Step::Clear),
        1 => Just(Step::Sweep),
        2 => time().prop_map(Step::Advance),
    ];
    prop::collection::vec(step, 0..200)
}

/// Takes steps against a map with expiry. A cache may have lost something for want of room, and nothing otherwise; it never
/// has something else, nor more than its bound.
fn check(steps: &[Step], bound: u64, is_weighted: bool) {
    let (settings, clock) = with_clock(usize::try_from(bound).expect("it is small"), bound);
    let cache = if is_weighted { Cache::weighted(settings, |_, value| *value) } else { Cache::new(settings) };
    let mut model: HashMap<u8, (u64, u64)> = HashMap::new();
    let (mut now, mut hits, mut misses) = (0, 0, 0);
    let mut see = |found: Option<u64>, expected: Option<u64>| {
        *if found.is_some() { &mut hits } else { &mut misses } += 1;
        let is_lost = found.is_none() && cache.stats().evictions > 0;
        assert!(is_lost || found == expected, "{found:?}, not {expected:?}");
    };
    let alive = |model: &HashMap<u8, (u64, u64)>, key, now| {
        model.get(key).filter(|(_, expires)| *expires > now).map(|(value, _)| *value)
    };
    for step in steps {
        match step {
            Step::Set(key, value) => {
                cache.set(*key, *value);
                model.insert(*key, (*value, u64::MAX));
            }
            Step::SetFor(key, value, time) => {
                cache.set_for(*key, *value, Duration::from_millis(*time));
                model.insert(*key, (*value, now + time));
            }
            Step::Get(key) => see(cache.get(key), alive(&model, key, now)),
            Step::GetOrInsert(key, value) => {
                let before = cache.stats();
                let got = cache.get_or_insert_with(*key, || *value);
                let was_there = cache.stats().hits > before.hits;
                see(was_there.then_some(got), alive(&model, key, now));
                if !was_there {
                    model.insert(*key, (*value, u64::MAX));
                }
            }
            Step::Remove(key) => {
                let (found, expected) = (cache.remove(key), alive(&model, key, now));
                assert!(found == expected || found.is_none() && cache.stats().evictions > 0);
                model.remove(key);
            }
            Step::Clear => {
                cache.clear();
                model.clear();
            }
            Step::Sweep => {
                cache.sweep();
                assert!(cache.len() <= model.values().filter(|(_, expires)| *expires > now).count());
            }
            Step::Advance(time) => {
                clock.advance(Duration::from_millis(*time));
                now += time;
            }
        }
        let stats = cache.stats();
        assert!(stats.weight <= bound, "{stats:?}");
        assert!(is_weighted || stats.entries as u64 == stats.weight, "{stats:?}");
    }
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses), (hits, misses));
    let fits = if is_weighted { 20 * 30 } else { 20 };
    assert!(bound < fits * 2 || stats.evictions == 0, "there was room for all: {stats:?}");
}

proptest! {
    #[test]
    fn a_cache_does_as_a_map_would_that_forgets(steps in steps(), bound in prop_oneof![1..30u64, Just(2000)]) {
        check(&steps, bound, false);
        check(&steps, bound, true);
    }
}
