//! When what is written gets to disk.

use std::{sync::Arc, time::Duration};

use bevy_extensions_data::{FlushState, KvError, KvSettings, KvStore};

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
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = fresh();
    let kv = store.namespace("Economy");
    kv.set_many((0..25_000).map(|number| (number, number))).expect("there is room");
    kv.set_for("soon", &1, Duration::from_secs(3600)).expect("there is room");
    store.namespace("Greeter").set("motd", "well met").expect("there is room");

    let to = folder.path().join("kv.redb");
    let ticket = store.backup(&to);
    kv.set("later", &1).expect("there is room");
    ticket.wait().expect("there is room on disk");
    assert!(to.exists());
    assert_eq!(
        store.backup(&to).wait().expect_err("it is there").to_string(),
        format!("cannot copy the store to `{}`: there is a file of that name already", to.display()),
    );

    // A store in memory has no format written down; a copy of it is opened as it is.
    let copy = bevy_extensions_data::RedbBackend::with_opener(move || redb::Database::open(&to)).expect("it is whole");
    let copy = KvStore::with_backend(copy, KvSettings::in_folder(folder.path())).expect("there is a thread");
    let copied = copy.namespace("Economy");
    assert_eq!(
        copied.list::<i32>("", usize::MAX, None).map(|page| page.entries.len()),
        Ok(25_001 + copied.get::<i32>("later").expect("it can be read").map_or(0, |_| 1))
    );
    assert_eq!(all(&copy.namespace("Greeter")), "motd=\"well met\"");
}
