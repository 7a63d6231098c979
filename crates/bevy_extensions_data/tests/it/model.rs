//! Whatever is done, the store does as a map would.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bevy_extensions_data::{Key, KvError, KvNamespace, KvSettings, KvStore, ManualClock, Outcome, Prefix};
use proptest::prelude::*;

use crate::{
    disk::Disk,
    support::{on, settings},
};

#[derive(Debug, Clone)]
enum Step {
    Set(u8, i64),
    SetFor(u8, i64, u64),
    SetMany(Vec<(u8, i64)>),
    Delete(u8),
    Incr(u8, i64),
    Update(u8, i64),
    Expire(u8, Option<u64>),
    Swap {
        when: Vec<(u8, Option<i64>)>,
        then: Vec<(u8, Option<i64>)>,
    },
    Clear,
    List {
        prefix: u8,
        limit: usize,
    },
    GetMany(Vec<u8>),
    Advance(u64),
    Flush,
    Sweep,
    Reopen,
    /// Goes on in the other namespace.
    Turn,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || 0..12u8;
    let value = || -3..4i64;
    let time = || 0..40u64;
    let step = prop_oneof![
        6 => (key(), value()).prop_map(|(key, value)| Step::Set(key, value)),
        3 => (key(), value(), time()).prop_map(|(key, value, time)| Step::SetFor(key, value, time)),
        2 => prop::collection::vec((key(), value()), 0..5).prop_map(Step::SetMany),
        3 => key().prop_map(Step::Delete),
        2 => (key(), prop_oneof![value(), Just(i64::MAX), Just(i64::MIN)]).prop_map(|(key, by)| Step::Incr(key, by)),
        2 => (key(), value()).prop_map(|(key, value)| Step::Update(key, value)),
        2 => (key(), prop::option::of(time())).prop_map(|(key, time)| Step::Expire(key, time)),
        3 => (prop::collection::vec((key(), prop::option::of(value())), 0..3),
              prop::collection::vec((key(), prop::option::of(value())), 0..4))
            .prop_map(|(when, then)| Step::Swap { when, then }),
        1 => Just(Step::Clear),
        4 => (0..6u8, 0..5usize).prop_map(|(prefix, limit)| Step::List { prefix, limit }),
        2 => prop::collection::vec(key(), 0..5).prop_map(Step::GetMany),
        2 => time().prop_map(Step::Advance),
        3 => Just(Step::Flush),
        1 => Just(Step::Sweep),
        1 => Just(Step::Reopen),
        2 => Just(Step::Turn),
    ];
    prop::collection::vec(step, 0..60)
}

fn key(number: u8) -> Key {
    match number {
        0 => "".into(),
        1 => "a".into(),
        2 => "ab".into(),
        3 => "a\0".into(),
        4 => ("a", 1).into(),
        5 => ("a", -1).into(),
        6 => ("a", "b").into(),
        7 => ("ab", 1, "c").into(),
        8 => 7.into(),
        9 => (-7, u64::MAX).into(),
        10 => "z".into(),
        _ => "é".into(),
    }
}

fn prefix(number: u8) -> Prefix {
    match number {
        0 => "".into(),
        1 => "a".into(),
        2 => ("a",).into(),
        3 => "ab".into(),
        4 => ("ab", 1).into(),
        _ => Key::from(7).into(),
    }
}

/// What should be there: values, and when they expire.
#[derive(Default)]
struct Model(BTreeMap<Key, (i64, Option<u64>)>);

impl Model {
    fn get(&self, key: &Key, now: u64) -> Option<i64> {
        self.entry(key, now).map(|(value, _)| value)
    }

    fn entry(&self, key: &Key, now: u64) -> Option<(i64, Option<u64>)> {
        self.0.get(key).copied().filter(|(_, expires)| expires.is_none_or(|expires| expires > now))
    }

    fn alive(&self, now: u64) -> Vec<(Key, i64)> {
        self.0.keys().filter_map(|key| Some((key.clone(), self.get(key, now)?))).collect()
    }
}

struct Run {
    disk: Arc<Disk>,
    settings: KvSettings,
    clock: Arc<ManualClock>,
    now: u64,
    store: KvStore,
    models: [Model; 2],
    turn: usize,
}

impl Run {
    fn new() -> Self {
        let (disk, clock) = (Arc::new(Disk::default()), Arc::new(ManualClock::default()));
        let mut settings = settings();
        settings.clock = clock.clone();
        settings.sweep_at_once = 3;
        let store = on(&disk, settings.clone());
        Self { disk, settings, clock, now: 0, store, models: Default::default(), turn: 0 }
    }

    fn kv(&self) -> KvNamespace {
        self.store.namespace(["Economy", "Greeter"][self.turn])
    }

    fn take(&mut self, step: &Step) {
        let (kv, now) = (self.kv(), self.now);
        let model = &mut self.models[self.turn];
        match step {
            Step::Set(number, value) => {
                kv.set(key(*number), value).expect("there is room");
                model.0.insert(key(*number), (*value, None));
            }
            Step::SetFor(number, value, time) => {
                kv.set_for(key(*number), value, Duration::from_millis(*time)).expect("there is room");
                model.0.insert(key(*number), (*value, Some(now + time)));
            }
            Step::SetMany(entries) => {
                kv.set_many(entries.iter().map(|(number, value)| (key(*number), value))).expect("there is room");
                model.0.extend(entries.iter().map(|(number, value)| (key(*number), (*value, None))));
            }
            Step::Delete(number) => {
                kv.delete(key(*number)).expect("there is room");
                model.0.remove(&key(*number));
            }
            Step::Incr(number, by) => {
                let (value, expires) = model.entry(&key(*number), now).unwrap_or((0, None));
                match value.checked_add(*by) {
                    Some(sum) => {
                        assert_eq!(kv.incr(key(*number), *by), Ok(sum));
                        model.0.insert(key(*number), (sum, expires));
                    }
                    None => assert!(matches!(kv.incr(key(*number), *by), Err(KvError::Overflow { .. }))),
                }
            }
            Step::Update(number, by) => {
                let before = model.entry(&key(*number), now);
                // An odd sum is no value.
                let change = |value: i64| Some(value.wrapping_add(*by)).filter(|sum| sum % 2 == 0);
                let after = change(before.map_or(0, |(value, _)| value));
                let updated = kv.update(key(*number), |value: Option<i64>| change(value.unwrap_or(0)));
                assert_eq!(updated, Ok(after));
                match after {
                    Some(after) => _ = model.0.insert(key(*number), (after, before.and_then(|(_, expires)| expires))),
                    None => _ = model.0.remove(&key(*number)),
                }
            }
            Step::Expire(number, time) => {
                let before = model.get(&key(*number), now);
                assert_eq!(kv.expire(key(*number), time.map(Duration::from_millis)), Ok(before.is_some()));
                if let Some(value) = before {
                    model.0.insert(key(*number), (value, time.map(|time| now + time)));
                }
            }
            Step::Swap { when, then } => {
                let mut transaction = kv.transaction();
                for (number, value) in when {
                    transaction = match value {
                        Some(value) => transaction.when(key(*number), value),
                        None => transaction.when_absent(key(*number)),
                    };
                }
                for (number, value) in then {
                    transaction = match value {
                        Some(value) => transaction.set(key(*number), value),
                        None => transaction.delete(key(*number)),
                    };
                }
                let otherwise = when.iter().find(|(number, value)| model.get(&key(*number), now) != *value);
                let expected = otherwise.map_or(Outcome::Done, |(number, _)| Outcome::Otherwise(key(*number)));
                assert_eq!(transaction.commit(), Ok(expected.clone()));
                for (number, value) in then.iter().filter(|_| expected.is_done()) {
                    match value {
                        Some(value) => _ = model.0.insert(key(*number), (*value, None)),
                        None => _ = model.0.remove(&key(*number)),
                    }
                }
            }
            Step::Clear => {
                kv.clear().expect("it is open");
                model.0.clear();
            }
            Step::List { prefix: number, limit } => {
                let mut expected = model.alive(now);
                expected.retain(|(key, _)| prefix(*number).matches(key));
                let (mut seen, mut after) = (Vec::new(), None);
                for _ in 0..=expected.len() {
                    let page =
                        kv.list::<i64>(prefix(*number), (*limit).max(1), after.as_ref()).expect("they are numbers");
                    assert!(page.entries.len() <= (*limit).max(1));
                    seen.extend(page.entries);
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!((seen, after), (expected, None));
            }
            Step::GetMany(numbers) => {
                let expected: Vec<_> = numbers.iter().map(|number| model.get(&key(*number), now)).collect();
                assert_eq!(kv.get_many(numbers.iter().map(|number| key(*number))), Ok(expected));
            }
            Step::Advance(time) => {
                self.clock.advance(Duration::from_millis(*time));
                self.now += time;
            }
            Step::Flush => self.store.flush().wait().expect("the disk is well"),
            Step::Sweep => _ = self.store.sweep().expect("the disk is well"),
            Step::Reopen => {
                self.store.close(Duration::from_secs(60)).expect("the disk is well");
                self.store = on(&self.disk, self.settings.clone());
            }
            Step::Turn => self.turn = 1 - self.turn,
        }
    }

    fn check(&mut self) {
        for turn in 0..2 {
            self.turn = turn;
            let page = self.kv().list::<i64>("", usize::MAX, None).expect("they are numbers");
            assert_eq!(page.entries, self.models[turn].alive(self.now));
        }
    }

    /// What is on disk is what is alive, once everything that has expired is swept.
    fn check_swept(&mut self) {
        self.store.flush().wait().expect("the disk is well");
        while self.store.sweep().expect("the disk is well") > 0 {}
        for turn in 0..2 {
            self.turn = turn;
            let entries = self.kv().stats().expect("the disk is well").on_disk.entries;
            assert_eq!(entries, self.models[turn].alive(self.now).len() as u64);
        }
    }
}

proptest! {
    #[test]
    fn the_store_does_as_a_map_would(steps in steps()) {
        let mut run = Run::new();
        for step in &steps {
            run.take(step);
        }
        run.check();
        run.check_swept();
        run.take(&Step::Reopen);
        run.check();
    }
}
