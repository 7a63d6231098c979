//! When what is written gets to disk.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use bevy_extensions_data::{FlushState, KvError, KvSettings, KvStore, ManualClock};

use crate::{
    disk::Disk,
    support::{all, fresh, on, settings},
};

#[test]
fn what_was_flushed_is_there_again() {
    let disk = Arc::new(Disk::default());
    let store = on(&disk, settings());
    store.namespace("Economy").set("a", &1).expect("there is room");
    store.flush().wait().expect("the disk is well");
    assert_eq!((store.flush().poll(), store.waiting_bytes()), (FlushState::Durable, 0));
    store.close(Duration::from_secs(60)).expect("the disk is well");
    assert_eq!(all(&on(&disk, settings()).namespace("Economy")), "a=1");
}

#[test]
fn closing_and_dropping_write_what_is_left() {
    let disk = Arc::new(Disk::default());
    let mut slow = settings();
    slow.group_for = Duration::from_secs(3600);
    let store = on(&disk, slow.clone());
    let kv = store.namespace("Economy");
    kv.set("a", &1).expect("there is room");
    store.close(Duration::from_secs(60)).expect("the disk is well");
    assert_eq!(kv.set("a", &2), Err(KvError::Closed));
    assert_eq!(kv.clear(), Err(KvError::Closed));
    assert_eq!(kv.get::<i32>("a"), Err(KvError::Closed));

    on(&disk, slow).namespace("Economy").set("b", &2).expect("there is room");
    assert_eq!(all(&on(&disk, settings()).namespace("Economy")), "a=1 b=2");
}

#[test]
fn past_its_bound_memory_takes_no_more_until_the_disk_has_it() {
    let mut narrow = settings();
    narrow.overlay_bytes = 1000;
    narrow.group_for = Duration::from_secs(3600);
    let store = on(&Arc::new(Disk::default()), narrow);
    let kv = store.namespace("Economy");
    kv.set("a", &"v".repeat(500)).expect("there is room");
    kv.set("a", &"v".repeat(100)).expect("the former value gives its room back");
    assert_eq!(
        kv.set("b", &"v".repeat(900)).expect_err("it is too much").to_string(),
        "201 of 1000 bytes wait for the disk already: wait for a `flush`, or write less at once",
    );
    assert!(matches!(kv.set_many((0..9).map(|key| (key, key))), Err(KvError::Backlog { .. })));
    assert_eq!(all(&kv), format!("a=\"{}\"", "v".repeat(100)), "of many, none is written");
    store.flush().wait().expect("the disk is well");
    assert_eq!(store.waiting_bytes(), 0);
    kv.set("b", &"v".repeat(800)).expect("there is room again");
    kv.clear().expect("clearing needs no room");
    assert_eq!(store.waiting_bytes(), 0);
}

#[test]
fn a_copy_has_what_was_written_before_and_can_be_opened() {
    let [folder, elsewhere] = [(); 2].map(|()| tempfile::tempdir().expect("there is a place for it"));
    let store = KvStore::open(KvSettings::in_folder(folder.path())).expect("it is made");
    let kv = store.namespace("Economy");
    kv.set_many((0..25_000).map(|number| (number, number))).expect("there is room");
    kv.set_for("soon", &1, Duration::from_secs(3600)).expect("there is room");
    store.namespace("Greeter").set("motd", "well met").expect("there is room");

    let to = elsewhere.path().join("kv.redb");
    let ticket = store.backup(&to);
    // Neither waits for the other.
    kv.set("later", &1).expect("there is room");
    store.flush().wait().expect("the disk is well");
    ticket.wait().expect("there is room on disk");
    assert_eq!(
        store.backup(&to).wait().expect_err("it is there").to_string(),
        format!("cannot copy the store to `{}`: there is a file of that name already", to.display()),
    );

    let copy = KvStore::open(KvSettings::in_folder(elsewhere.path())).expect("it is whole");
    assert_eq!(copy.set_aside(), None);
    let kv = copy.namespace("Economy");
    kv.delete("later").expect("whether it is there or not");
    let entries = kv.list::<i32>("", usize::MAX, None).expect("they are numbers").entries;
    assert_eq!(entries.len(), 25_001);
    assert!(entries.iter().take(25_000).enumerate().all(|(place, (key, number))| {
        *key == place.into() && *number == i32::try_from(place).expect("it is small")
    }));
    assert_eq!(all(&copy.namespace("Greeter")), "motd=\"well met\"");
}

#[test]
fn whoever_reads_while_it_is_committed_sees_whole_groups_and_never_older_ones() {
    let store = fresh();
    let kv = store.namespace("Economy");
    kv.set_many([("a", 0), ("b", 0)]).expect("there is room");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = || {
            let mut last = 0;
            while !done.load(Relaxed) {
                let [a, b] = kv.get_many::<i32>(["a", "b"]).expect("they are numbers")[..] else {
                    panic!("there are two")
                };
                let listed = kv.list::<i32>("", 10, None).expect("they are numbers").entries;
                let [(_, c), (_, d)] = listed[..] else { panic!("there are two") };
                assert!(a == b && c == d && a >= Some(last) && Some(c) >= a, "{last}, {a:?}, {b:?}, {c}, {d}");
                last = c;
            }
        };
        let readers = [scope.spawn(reader), scope.spawn(reader)];
        for number in 1..=2000 {
            kv.set_many([("a", number), ("b", number)]).expect("there is room");
            if number % 3 == 0 {
                store.flush().wait().expect("the disk is well");
            }
        }
        done.store(true, Relaxed);
        readers.into_iter().for_each(|reader| reader.join().expect("it saw whole groups"));
    });
}

#[test]
fn the_thread_of_the_store_sweeps_by_itself_also_while_much_is_written() {
    let clock = Arc::new(ManualClock::default());
    let mut often = settings();
    often.sweep_every = Duration::from_millis(1);
    often.sweep_at_once = 10;
    often.clock = clock.clone();
    let store = on(&Arc::new(Disk::default()), often);
    let kv = store.namespace("Economy");
    for number in 0..100 {
        kv.set_for(number, &1, Duration::from_secs(1)).expect("there is room");
    }
    store.flush().wait().expect("the disk is well");
    clock.advance(Duration::from_secs(2));
    let mut count = 0;
    while kv.stats().expect("the disk is well").on_disk.entries > 1 {
        kv.incr("count", 1).expect("there is room");
        count += 1;
        assert!(count < 10_000_000, "nothing is swept");
    }
}
