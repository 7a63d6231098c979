//! What the cache costs, against what it stands on: a bare `quick_cache`, and a map.

mod support;

use std::{collections::HashMap, hint::black_box, sync::Mutex, time::Duration};

use bevy_extensions_data::{Cache, CacheSettings, JsonCache, Key};
use support::{head, is_full, line, memory_of, time};

fn main() {
    let (many, rounds) = if is_full() { (100_000, 15) } else { (100, 1) };
    one_thread(many, rounds);
    many_threads(many, rounds.min(5));
    memory(many);
}

fn settings(many: u64) -> CacheSettings {
    let mut settings = CacheSettings::default();
    // So much that nothing has to go.
    settings.entries = usize::try_from(many * 2).expect("it is small");
    settings.bytes = many * 1000;
    settings
}

/// Runs both sides in turns, and returns the shortest times.
fn both(rounds: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Duration, Duration) {
    let turn = |(least_ours, least_theirs): (Duration, Duration), _| {
        (least_ours.min(time(&mut ours)), least_theirs.min(time(&mut theirs)))
    };
    (0..rounds).fold((Duration::MAX, Duration::MAX), turn)
}

fn one_thread(many: u64, rounds: usize) {
    head(&format!("{many} whole numbers on one thread"));
    let count = usize::try_from(many).expect("it is small");
    let cache = Cache::new(settings(many));
    let mut with_time = settings(many);
    with_time.time = Some(Duration::from_secs(3600));
    let timed = Cache::new(with_time);
    let bare = quick_cache::sync::Cache::new(count * 2);
    let map = Mutex::new(HashMap::new());

    let (ours, theirs) = both(
        rounds,
        || (0..many).for_each(|key| cache.set(key, key)),
        || (0..many).for_each(|key| bare.insert(key, key)),
    );
    line("set, against a bare `quick_cache`", ours, theirs, count);
    let set = |key| _ = map.lock().expect("no panic").insert(key, key);
    let (ours, theirs) = both(rounds, || (0..many).for_each(|key| timed.set(key, key)), || (0..many).for_each(set));
    line("set with a time, against a `HashMap` behind a lock", ours, theirs, count);
    let (ours, theirs) = both(
        rounds,
        || (0..many).for_each(|key| _ = black_box(cache.get(&key))),
        || (0..many).for_each(|key| _ = black_box(bare.get(&key))),
    );
    line("get, against a bare `quick_cache`", ours, theirs, count);
    let get = |key| _ = black_box(map.lock().expect("no panic").get(&key).copied());
    let (ours, theirs) =
        both(rounds, || (0..many).for_each(|key| _ = black_box(cache.get(&key))), || (0..many).for_each(get));
    line("get, against a `HashMap` behind a lock", ours, theirs, count);
    let (ours, theirs) = both(
        rounds,
        || (0..many).for_each(|key| _ = black_box(timed.get(&key))),
        || (0..many).for_each(|key| _ = black_box(bare.get(&key))),
    );
    line("get with a time, against a bare `quick_cache` without one", ours, theirs, count);

    let json = JsonCache::json(settings(many));
    let texts = quick_cache::sync::Cache::new(count * 2);
    let (ours, theirs) = both(
        rounds,
        || (0..many).for_each(|key| json.set(("gold", key).into(), b"12".as_slice().into())),
        || (0..many).for_each(|key| texts.insert(format!("gold/{key}"), String::from("12"))),
    );
    line("set JSON by a key of two parts; theirs: texts by texts", ours, theirs, count);
    let (ours, theirs) = both(
        rounds,
        || (0..many).for_each(|key| _ = black_box(json.get(&Key::from(("gold", key))))),
        || (0..many).for_each(|key| _ = black_box(texts.get(&format!("gold/{key}")))),
    );
    line("get JSON by a key of two parts; theirs: texts by texts", ours, theirs, count);

    let mut tight = settings(many);
    tight.entries = count / 10;
    let tight = Cache::new(tight);
    let bare = quick_cache::sync::Cache::new(count / 10);
    let (ours, theirs) = both(
        rounds,
        || (0..many).for_each(|key| tight.set(key, key)),
        || (0..many).for_each(|key| bare.insert(key, key)),
    );
    line("set where each has to make room, against a bare `quick_cache`", ours, theirs, count);
}

fn many_threads(many: u64, rounds: usize) {
    head(&format!("{many} whole numbers, got on each of 2 threads"));
    let cache = Cache::new(settings(many));
    let bare = quick_cache::sync::Cache::new(usize::try_from(many * 2).expect("it is small"));
    for key in 0..many {
        cache.set(key, key);
        bare.insert(key, key);
    }
    let on_both = |get: &(dyn Fn(u64) + Sync)| {
        std::thread::scope(|scope| {
            scope.spawn(|| (0..many).for_each(get));
            scope.spawn(|| (0..many).for_each(get));
        });
    };
    let (ours, theirs) = both(
        rounds,
        || on_both(&|key| _ = black_box(cache.get(&key))),
        || on_both(&|key| _ = black_box(bare.get(&key))),
    );
    line("get, against a bare `quick_cache`", ours, theirs, usize::try_from(many * 2).expect("it is small"));
}

fn memory(many: u64) {
    println!("\nmemory of {many} entries, in bytes an entry");
    let show = |what: &str, bytes: isize| println!("  {what:<64} {:>10.0}", bytes as f64 / many as f64);
    let mut cache = None;
    show(
        "whole numbers",
        memory_of(|| {
            let cache = cache.insert(Cache::new(settings(many)));
            (0..many).for_each(|key| cache.set(key, key));
        }),
    );
    let mut bare = None;
    show(
        "whole numbers in a bare `quick_cache`",
        memory_of(|| {
            let bare = bare.insert(quick_cache::sync::Cache::new(usize::try_from(many * 2).expect("it is small")));
            (0..many).for_each(|key| bare.insert(key, key));
        }),
    );
    let mut map = None;
    show(
        "whole numbers in a `HashMap`",
        memory_of(|| {
            let map = map.insert(HashMap::new());
            (0..many).for_each(|key| _ = map.insert(key, key));
        }),
    );
    let mut json = None;
    show(
        "JSON of 2 bytes, by a key of two parts",
        memory_of(|| {
            let json = json.insert(JsonCache::json(settings(many)));
            (0..many).for_each(|key| json.set(("gold", key).into(), b"12".as_slice().into()));
        }),
    );
    let empty = memory_of(|| drop(black_box(Cache::<u64, u64>::new(CacheSettings::default()))));
    assert_eq!(empty, 0, "all of it is given back");
    let mut empty = None;
    let bytes = memory_of(|| _ = empty.insert(Cache::<u64, u64>::new(CacheSettings::default())));
    println!("  {:<64} {bytes:>10}", "a cache that is empty, in all");
}
