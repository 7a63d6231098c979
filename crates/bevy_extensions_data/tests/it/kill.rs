//! A process is killed while it writes.

use std::path::Path;

use bevy_extensions_data::{KvNamespace, KvSettings, KvStore};

use crate::child::{self, tell};

/// How many keys are written as one, and how many such groups there are.
const GROUP: u64 = 8;
const SLOTS: u64 = 40;

/// Writes until it is killed.
pub fn write(folder: &Path) {
    let store = KvStore::open(KvSettings::in_folder(folder)).expect("nobody else has it open");
    let kv = store.namespace("Economy");
    let begin = last(&kv).map_or(0, |last| last + 1);
    for number in begin.. {
        let value = |part: u64| (number, "v".repeat((part * 300) as usize));
        let entries = (0..GROUP).map(|part| (("group", number % SLOTS, part), value(part)));
        kv.set_many(entries.chain([(("last", 0, 0), value(0))])).expect("there is room");
        tell(&format!("wait {number}"));
        store.flush().wait().expect("the disk is well");
        tell(&format!("done {number}"));
    }
}

/// `KILLS=200` for the long form.
#[test]
fn whoever_is_killed_keeps_what_flush_has_acknowledged() {
    child::kill_often("write", check);
}

fn check(folder: &Path, acknowledged: Option<u64>, shown: &str) {
    let store = KvStore::open(KvSettings::in_folder(folder)).unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert_eq!(store.set_aside(), None, "{shown}: it is not damaged");
    let kv = store.namespace("Economy");
    let last = last(&kv);
    assert!(last >= acknowledged, "{shown}: {last:?} is there, {acknowledged:?} was acknowledged");
    for slot in 0..SLOTS {
        let expected =
            last.and_then(|last| (0..=last).rev().take(SLOTS as usize).find(|number| number % SLOTS == slot));
        let keys = (0..GROUP).map(|part| ("group", slot, part));
        let there: Vec<Option<(u64, String)>> = kv.get_many(keys).expect("they are what was written");
        for (part, there) in there.into_iter().enumerate() {
            let expected = expected.map(|number| (number, "v".repeat(part * 300)));
            assert_eq!(there, expected, "{shown}: group {slot}, part {part}, where {last:?} is the last");
        }
    }
}

fn last(kv: &KvNamespace) -> Option<u64> {
    kv.get::<(u64, String)>(("last", 0, 0)).expect("it is a number").map(|(number, _)| number)
}
