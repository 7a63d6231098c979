//! What the key-value store costs, against what it stands on: a bare `redb`, and a map.
//!
//! A plain `main` rather than `divan`: both sides run in turns and stand in one line with their ratio.

mod support;

use std::{
    collections::HashMap,
    hint::black_box,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, Instant},
};

use bevy_extensions_data::{KvNamespace, KvSettings, KvStore};
use redb::{Builder, Database, ReadableDatabase, TableDefinition};
use support::{head, is_full, line, memory_of, time};

const TABLE: TableDefinition<'_, (&str, i64), &[u8]> = TableDefinition::new("bare");

fn main() {
    let is_full = is_full();
    let (many, rounds, most) = if is_full { (10_000, 15, 1_000_000) } else { (100, 1, 1_000) };

    getting(many, rounds);
    setting(many, rounds);
    sustained(many, if is_full { 20 } else { 2 });
    meanwhile(many, if is_full { 100_000 } else { 100 });
    values(rounds);
    opening(most);
}

fn getting(many: i64, rounds: usize) {
    head(&format!("get one of {many} numbers, as an `i64`"));
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = KvStore::open(settings(folder.path())).expect("it is made");
    let kv = store.namespace("Bench");
    let bare = Bare::new(&folder.path().join("bare.redb"));
    bare.commit((0..many).map(|number| (number, number)));
    let map: HashMap<String, i64> = (0..many).map(|number| (format!("gold/{number}"), number)).collect();
    let tuples: HashMap<(&str, i64), i64> = (0..many).map(|number| (("gold", number), number)).collect();
    kv.set_many((0..many).map(|number| (("gold", number), number))).expect("there is room");

    let in_memory = best(rounds, || ours(&kv, many));
    store.flush().wait().expect("the disk is well");
    let (mut on_disk, mut bare_each, mut bare_kept) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        on_disk = on_disk.min(time(|| ours(&kv, many)));
        bare_each = bare_each.min(time(|| (0..many).for_each(|number| _ = black_box(bare.get(number)))));
        let transaction = bare.0.begin_read().expect("the disk is well");
        let table = transaction.open_table(TABLE).expect("it is there");
        bare_kept = bare_kept.min(time(|| {
            for number in 0..many {
                let value = table.get(("gold", number)).expect("the disk is well").expect("it is there");
                black_box(serde_json::from_slice::<i64>(value.value()).expect("it is a number"));
            }
        }));
    }
    let strings = best(rounds, || (0..many).for_each(|number| _ = black_box(map.get(&format!("gold/{number}")))));
    let tuples = best(rounds, || (0..many).for_each(|number| _ = black_box(tuples.get(&("gold", number)))));

    let count = many as usize;
    line("not on disk yet, against a `HashMap` of tuples", in_memory, tuples, count);
    line("not on disk yet, against a `HashMap` of strings made on the way", in_memory, strings, count);
    line("on disk and cached, against a bare `redb`, a transaction each", on_disk, bare_each, count);
    line("on disk and cached, against a bare `redb`, one transaction", on_disk, bare_kept, count);
    line("on disk and cached, against a `HashMap` of tuples", on_disk, tuples, count);
}

fn ours(kv: &KvNamespace, many: i64) {
    for number in 0..many {
        black_box(kv.get::<i64>(("gold", number)).expect("it is a number"));
    }
}

fn setting(many: i64, rounds: usize) {
    head(&format!("set {many} numbers in one go; theirs: committed by the caller as one, durable"));
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = KvStore::open(settings(folder.path())).expect("it is made");
    let kv = store.namespace("Bench");
    let bare = Bare::new(&folder.path().join("bare.redb"));
    let (mut caller, mut at_once, mut durable, mut theirs) =
        (Duration::MAX, Duration::MAX, Duration::MAX, Duration::MAX);
    let mut longest = Duration::MAX;
    for round in 0..rounds as i64 {
        theirs = theirs.min(time(|| bare.commit((0..many).map(|number| (number, number + round)))));
        let mut longest_here = Duration::ZERO;
        let began = Instant::now();
        for number in 0..many {
            let began = Instant::now();
            kv.set(("gold", number), &(number + round)).expect("there is room");
            longest_here = longest_here.max(began.elapsed());
        }
        caller = caller.min(began.elapsed());
        store.flush().wait().expect("the disk is well");
        durable = durable.min(began.elapsed());
        longest = longest.min(longest_here);
        at_once = at_once.min(time(|| {
            kv.set_many((0..many).map(|number| (("gold", number), number - round))).expect("there is room");
        }));
        store.flush().wait().expect("the disk is well");
    }
    let count = many as usize;
    line("on the caller's thread, one by one", caller, theirs, count);
    line("on the caller's thread, `set_many`", at_once, theirs, count);
    line("until it is durable", durable, theirs, count);
    println!("  the longest single `set`, in the best round: {longest:?}");
}

fn sustained(many: i64, batches: i64) {
    head(&format!("{batches} times {many} numbers, all durable at the end; theirs: {batches} transactions"));
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = KvStore::open(settings(folder.path())).expect("it is made");
    let kv = store.namespace("Bench");
    let bare = Bare::new(&folder.path().join("bare.redb"));
    let key = |batch: i64, number: i64| (number * 7919 + batch * 104_729) % (many * 10);
    let theirs = || {
        for batch in 0..batches {
            bare.commit((0..many).map(|number| (key(batch, number), number)));
        }
    };
    let ours = |is_flushed_each: bool| {
        for batch in 0..batches {
            kv.set_many((0..many).map(|number| (("gold", key(batch, number)), number))).expect("there is room");
            if is_flushed_each {
                store.flush().wait().expect("the disk is well");
            }
        }
        store.flush().wait().expect("the disk is well");
    };
    // To fill an empty file is something else.
    theirs();
    ours(true);
    let [mut theirs_best, mut once, mut each] = [Duration::MAX; 3];
    for _ in 0..3 {
        theirs_best = theirs_best.min(time(theirs));
        once = once.min(time(|| ours(false)));
        each = each.min(time(|| ours(true)));
    }
    let count = (many * batches) as usize;
    line("flushed once", once, theirs_best, count);
    line("flushed after each", each, theirs_best, count);
}

/// How long somebody may wait while the disk is busy.
fn meanwhile(many: i64, calls: usize) {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = KvStore::open(settings(folder.path())).expect("it is made");
    let (kv, busy) = (store.namespace("Bench"), store.namespace("Busy"));
    kv.set_many((0..many).map(|number| (("gold", number), number))).expect("there is room");
    store.flush().wait().expect("the disk is well");
    let measure = |what: &str, call: &dyn Fn(i64)| {
        let mut times: Vec<Duration> = (0..calls as i64).map(|number| time(|| call(number * 7919 % many))).collect();
        times.sort();
        let at = |part: f64| times[((calls - 1) as f64 * part) as usize];
        println!(
            "  {what:<40} half {:>9.1?}  99 % {:>9.1?}  99.9 % {:>9.1?}  all {:>9.1?}",
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    };
    let both = |when: &str| {
        measure(&format!("get, {when}"), &|number| {
            black_box(kv.get::<i64>(("gold", number)).expect("it is a number"));
        });
        measure(&format!("set, {when}"), &|number| kv.set(("new", number), &number).expect("there is room"));
    };
    println!("\n{calls} calls, {many} keys; meanwhile 1000 numbers are committed over and over");
    both("nobody else is there");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Relaxed) {
                busy.set_many((0..1000).map(|number| (number, number))).expect("there is room");
                store.flush().wait().expect("the disk is well");
            }
        });
        both("while the disk is busy");
        done.store(true, Relaxed);
    });
}

/// What it costs to write values as JSON.
fn values(rounds: usize) {
    let number = 1_000usize;
    head("write a value; theirs: only its JSON");
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = KvStore::open(settings(folder.path())).expect("it is made");
    let kv = store.namespace("Bench");
    let measure = |what: &str, value: &serde_json::Value| {
        let ours = best(rounds, || (0..number).for_each(|key| kv.set(key, value).expect("there is room")));
        let theirs = best(rounds, || {
            (0..number).for_each(|_| _ = black_box(serde_json::to_vec(value).expect("it is JSON")));
        });
        store.flush().wait().expect("the disk is well");
        line(what, ours, theirs, number);
    };
    let player = serde_json::json!({ "name": "Quinn", "level": 12, "at": [1.5, -2.25, 0.125], "guild": "Bakers" });
    let homeless = serde_json::json!({ "name": "Quinn", "level": 12, "at": [1.5, -2.25, 0.125], "guild": null });
    measure("a number", &serde_json::json!(123));
    measure("an object", &player);
    measure("an object with a `null`, which is looked through for NaN", &homeless);
    measure("1000 bytes, as a list of numbers", &serde_json::json!(vec![200u8; 1000]));
}

fn opening(most: i64) {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let mut bytes = 0;
    {
        let mut settings = settings(folder.path());
        settings.overlay_bytes = 1 << 30;
        let store = KvStore::open(settings).expect("it is made");
        let kv = store.namespace("Bench");
        let live =
            memory_of(|| kv.set_many((0..most).map(|number| (("gold", number), number))).expect("there is room"));
        // What is on disk is dropped before the next round begins.
        for _ in 0..2 {
            kv.set("a", &1).expect("there is room");
            store.flush().wait().expect("the disk is well");
        }
        let after = memory_of(|| ours(&kv, most));
        bytes += store.namespace("Bench").stats().expect("the disk is well").on_disk.bytes;
        println!("\n{most} keys of two parts, with a number each");
        println!("  memory, not on disk yet: {:.0} bytes a key", live as f64 / most as f64);
        println!(
            "  memory, on disk, after reading each once: {:.1} bytes a key, bounded by `cache_bytes`",
            after as f64 / most as f64
        );
        println!(
            "  on disk: {:.1} bytes a key and its value, the file has {:.1}",
            bytes as f64 / most as f64,
            file_size(folder.path()) as f64 / most as f64
        );
    }
    let file = folder.path().join("kv.redb");
    let mut theirs = Duration::MAX;
    let mut ours = Duration::MAX;
    for _ in 0..5 {
        theirs = theirs.min(time(|| _ = black_box(Database::open(&file).expect("it is well").begin_read().is_ok())));
        ours = ours.min(time(|| {
            let store = KvStore::open(settings(folder.path())).expect("it is well");
            black_box(store.namespace("Bench").get::<i64>(("gold", 7)).expect("it is a number"));
        }));
    }
    println!("  to open, read one and close: {ours:?}, and a bare `redb`: {theirs:?}");

    // A copy of a file that is open is one whose app was killed.
    let killed = tempfile::tempdir().expect("there is a place for it");
    let store = KvStore::open(settings(folder.path())).expect("it is well");
    store.namespace("Bench").set("a", &1).expect("there is room");
    store.flush().wait().expect("the disk is well");
    std::fs::copy(&file, killed.path().join("kv.redb")).expect("there is room");
    let repair = time(|| _ = black_box(KvStore::open(settings(killed.path())).expect("it is repaired")));
    let mut checked = settings(folder.path());
    drop(store);
    checked.check_on_open = true;
    let check = time(|| _ = black_box(KvStore::open(checked).expect("it is well")));
    println!("  to open and close after a kill: {repair:?}; looked through for damage: {check:?}");
}

fn file_size(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("kv.redb")).expect("it is there").len()
}

fn settings(folder: &Path) -> KvSettings {
    KvSettings::in_folder(folder)
}

/// The same with nothing around it.
struct Bare(Database);

impl Bare {
    fn new(file: &Path) -> Self {
        Self(Builder::new().set_cache_size(32 * 1024 * 1024).create(file).expect("it is made"))
    }

    fn commit(&self, entries: impl Iterator<Item = (i64, i64)>) {
        let transaction = self.0.begin_write().expect("the disk is well");
        {
            let mut table = transaction.open_table(TABLE).expect("the disk is well");
            for (key, value) in entries {
                let value = serde_json::to_vec(&value).expect("it is a number");
                table.insert(("gold", key), value.as_slice()).expect("the disk is well");
            }
        }
        transaction.commit().expect("the disk is well");
    }

    fn get(&self, key: i64) -> Option<i64> {
        let transaction = self.0.begin_read().expect("the disk is well");
        let table = transaction.open_table(TABLE).expect("it is there");
        let value = table.get(("gold", key)).expect("the disk is well")?;
        serde_json::from_slice(value.value()).ok()
    }
}

/// Returns the shortest time: noise only ever adds.
fn best(rounds: usize, mut code: impl FnMut()) -> Duration {
    (0..rounds).map(|_| time(&mut code)).min().expect("there is a round")
}
