//! Disks that are full or cannot be written to.

use std::{sync::Arc, time::Duration};

use bevy_extensions_data::{FlushState, KvError};

use crate::{
    disk::Disk,
    support::{all, on, settings},
};

#[test]
fn a_full_disk_is_told_and_nothing_is_lost_when_there_is_room_again() {
    let disk = Arc::new(Disk::default());
    let store = on(&disk, settings());
    let kv = store.namespace("Economy");
    kv.set("before", &1).expect("there is room");
    store.flush().wait().expect("the disk is well");

    disk.leave_room(Some(0));
    kv.set("large", &"v".repeat(1_000_000)).expect("it is in memory");
    kv.set("larger", &vec!["v".repeat(100_000); 10]).expect("it is in memory");
    for _ in 0..5 {
        kv.set_many((0..10).map(|number| (("many", number), "v".repeat(100_000)))).expect("it is in memory");
    }
    let ticket = store.flush();
    let error = ticket.wait().expect_err("the disk is full");
    assert_eq!(error.to_string(), "cannot write to the store: I/O error: no storage space");
    assert!(matches!(ticket.poll(), FlushState::Failing(_)));
    assert_eq!(store.failing(), Some(error));

    // Everything is there to be read, and more can be written.
    kv.set("after", &2).expect("it is in memory");
    assert_eq!((kv.get("before"), kv.get("after")), (Ok(Some(1)), Ok(Some(2))));
    assert_eq!(kv.get::<String>("large").map(|value| value.map(|value| value.len())), Ok(Some(1_000_000)));
    assert!(store.flush().wait().is_err(), "it is still full");

    disk.leave_room(None);
    assert_eq!(store.flush().wait(), Ok(()));
    assert_eq!(ticket.wait(), Ok(()));
    assert_eq!((store.failing(), store.waiting_bytes()), (None, 0));
    let there = all(&kv);
    drop(store);
    assert_eq!(all(&on(&disk, settings()).namespace("Economy")), there);
}

#[test]
fn a_disk_that_became_read_only_can_still_be_read() {
    let disk = Arc::new(Disk::default());
    let store = on(&disk, settings());
    let kv = store.namespace("Economy");
    kv.set("before", &1).expect("there is room");
    store.flush().wait().expect("the disk is well");
    disk.set_read_only(true);
    kv.set("after", &2).expect("it is in memory");
    assert_eq!(
        store.flush().wait().expect_err("it is read-only").to_string(),
        "cannot write to the store: I/O error: read-only filesystem or storage medium",
    );
    assert_eq!(kv.get("after"), Ok(Some(2)));
    // The database itself cannot be opened any more without being written to.
    assert!(matches!(kv.get::<i32>("before"), Ok(Some(1)) | Err(KvError::Storage { .. })));
    disk.set_read_only(false);
    assert_eq!(store.flush().wait(), Ok(()));
    assert_eq!(all(&kv), "after=2 before=1");
}

#[test]
fn closing_tells_what_could_not_be_saved() {
    let disk = Arc::new(Disk::default());
    let store = on(&disk, settings());
    disk.set_read_only(true);
    store.namespace("Economy").set("a", &1).expect("it is in memory");
    let ticket = store.flush();
    assert_eq!(
        store.close(Duration::ZERO).or_else(|_| ticket.wait()).expect_err("it is read-only").to_string(),
        "cannot write to the store: I/O error: read-only filesystem or storage medium",
    );
}
