//! The power goes off, and some of what was not synced is lost.

use std::{sync::Arc, time::Duration};

use crate::{
    disk::Disk,
    support::{SplitMix, number_from, on, settings, try_on},
};

/// How many keys are written as one.
const GROUP: u64 = 7;

/// `POWER_CUTS=10000` for the long form.
#[test]
fn what_flush_has_acknowledged_survives_and_every_group_is_whole() {
    let (cuts, seed) = (number_from("POWER_CUTS", 60), number_from("POWER_SEED", 1));
    let mut in_commit = 0;
    for cut in 0..cuts {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(cut);
        let mut random = SplitMix(seed);
        let disk = Arc::new(Disk::default());
        on(&disk, settings()).flush().wait().expect("the power is on");

        disk.power_off_after(random.below(120));
        let mut acknowledged = None;
        // A database that finds the power off may not even open.
        if let Ok(store) = try_on(&disk, settings()) {
            let kv = store.namespace("Economy");
            for number in 0..200 {
                if disk.is_off() {
                    break;
                }
                let entries = (0..GROUP).map(|part| (("group", number % 20, part), number));
                kv.set_many(entries.chain([(("last", 0, 0), number)])).expect("there is room in memory");
                if random.below(3) == 0 && store.flush().wait().is_ok() {
                    acknowledged = Some(number);
                }
            }
            in_commit += u64::from(disk.is_off());
            let _ = store.close(Duration::ZERO);
        }
        disk.power_on(&mut random);

        let store = try_on(&disk, settings()).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let kv = store.namespace("Economy");
        let last: Option<u64> = kv.get(("last", 0, 0)).expect("it is a number");
        assert!(last >= acknowledged, "seed {seed}: {last:?} is there, {acknowledged:?} was acknowledged");
        for slot in 0..20 {
            let expected = last.and_then(|last| (0..=last).rev().find(|number| number % 20 == slot));
            let there: Vec<Option<u64>> =
                kv.get_many((0..GROUP).map(|part| ("group", slot, part))).expect("they are numbers");
            assert_eq!(there, vec![expected; GROUP as usize], "seed {seed}: group {slot}, where {last:?} is the last");
        }
    }
    println!("{in_commit} of {cuts} times the power went off during a commit, seed {seed}");
}
