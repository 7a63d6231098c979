//! A process is killed while it writes.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    time::Duration,
};

use bevy_extensions_data::{KvNamespace, KvSettings, KvStore};

use crate::{
    child::{spawn, tell, told},
    support::{SplitMix, number_from},
};

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
    let (kills, seed) = (number_from("KILLS", 10), number_from("KILL_SEED", 1));
    let mut random = SplitMix(seed);
    let folder = tempfile::tempdir().expect("there is a place for it");
    let mut acknowledged = None;
    let mut in_commit = 0;
    let mut kill = 0;
    // On a fast disk, fewer of them fall into a commit; then it takes some more.
    while kill < kills || in_commit * 2 < kills && kill < 10 * kills {
        kill += 1;
        let mut child = spawn("write", folder.path());
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut last_line = String::new();
        let mut hear = |line: std::io::Result<String>| {
            let Ok(line) = line else { return false };
            let Some(line) = told(&line) else { return false };
            if let Some(number) = line.strip_prefix("done ") {
                acknowledged = number.parse::<u64>().ok();
            }
            line.clone_into(&mut last_line);
            true
        };
        let mut left = 1 + random.below(12);
        while left > 0 {
            left -= u64::from(hear(lines.next().expect("it writes until it is killed")));
        }
        // A moment somewhere within a commit, whichever.
        std::thread::sleep(Duration::from_micros(random.below(3000)));
        child.kill().expect("it runs");
        child.wait().expect("it was killed");
        lines.for_each(|line| _ = hear(line));
        in_commit += u64::from(last_line.starts_with("wait"));
        check(folder.path(), acknowledged, &format!("seed {seed}, kill {kill}"));
    }
    println!("{in_commit} of {kill} were killed during a commit, seed {seed}, {acknowledged:?} was the last");
    assert!(in_commit * 2 >= kills, "only {in_commit} of {kill} were killed during a commit");
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
