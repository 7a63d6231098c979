//! What can be done with keys and values.

use std::time::Duration;

use bevy_extensions_data::{
    BackupTicket, FlushTicket, Key, KvError, KvNamespace, KvStore, LARGEST_VALUE, LONGEST_KEY, Outcome, Watch,
};

use crate::support::{all, fresh, with_clock};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn everything_may_be_used_on_any_thread() {
    fn check<T: Send + Sync + 'static>() {}
    check::<(KvStore, KvNamespace, KvError, Watch)>();
    check::<(FlushTicket, BackupTicket)>();
}

#[test]
fn what_is_written_is_read_at_once_and_after_it_is_on_disk() {
    let store = fresh();
    let kv = store.namespace("Economy");
    for _ in 0..2 {
        kv.set("motd", "well met").expect("there is room");
        kv.set_many([(("gold", 1), Some(10)), (("gold", 2), None)]).expect("there is room");
        for _ in 0..2 {
            assert_eq!(kv.get("motd"), Ok(Some("well met".to_string())));
            assert_eq!((kv.contains("motd"), kv.contains("gold")), (Ok(true), Ok(false)));
            assert_eq!(
                kv.get_many::<Option<i32>>([("gold", 2), ("gold", 3), ("gold", 1)]),
                Ok(vec![Some(None), None, Some(Some(10))])
            );
            assert_eq!(all(&kv), r#"("gold", 1)=10 ("gold", 2)=null motd="well met""#);
            store.flush().wait().expect("the disk is well");
        }
        kv.clear().expect("it is open");
        for _ in 0..2 {
            assert_eq!((kv.get::<String>("motd"), all(&kv)), (Ok(None), String::new()));
            store.flush().wait().expect("the disk is well");
        }
    }
}

#[test]
fn equal_keys_of_two_extensions_never_meet() {
    let store = fresh();
    let (economy, greeter) = (store.namespace("Economy"), store.namespace("Greeter"));
    for flushes in [false, true] {
        economy.set("a", &1).expect("there is room");
        greeter.set("a", &2).expect("there is room");
        greeter.delete("b").expect("there is room");
        if flushes {
            store.flush().wait().expect("the disk is well");
        }
        assert_eq!((economy.get("a"), greeter.get("a")), (Ok(Some(1)), Ok(Some(2))));
        assert_eq!((all(&economy), all(&greeter)), ("a=1".into(), "a=2".into()));
        store.forget("ECONOMY").expect("it is open");
        assert_eq!((all(&economy), all(&greeter)), (String::new(), "a=2".into()));
    }
}

#[test]
fn numbers_are_counted_until_they_would_not_fit() {
    let store = fresh();
    let kv = store.namespace("Economy");
    assert_eq!((kv.incr("a", 3), kv.decr("a", 5), kv.incr("a", 0)), (Ok(3), Ok(-2), Ok(-2)));
    store.flush().wait().expect("the disk is well");
    assert_eq!(kv.decr("a", i64::MIN), Ok(i64::MAX - 1));
    assert_eq!(
        kv.incr("a", 2).expect_err("it is too much").to_string(),
        "`a` is 9223372036854775806, and 2 more would not fit 64 bits"
    );
    kv.set("a", &1.5).expect("there is room");
    assert_eq!(
        kv.incr("a", 1).expect_err("it is no whole number").to_string(),
        "`a` cannot be read as `i64`: there is `1.5`, invalid type: floating point `1.5`, expected i64 at line 1 column 3",
    );
    assert_eq!(kv.get("a"), Ok(Some(1.5)), "it stays as it is");
}

#[test]
fn what_is_too_large_is_refused_and_nothing_is_written() {
    let store = fresh();
    let kv = store.namespace("Economy");
    let long = "k".repeat(LONGEST_KEY);
    assert!(matches!(kv.set(long.as_str(), &1), Err(KvError::KeyTooLong { length: 1026, .. })));
    assert!(matches!(kv.get::<i32>(long.as_str()), Err(KvError::KeyTooLong { .. })));
    kv.set(&long[2..], &1).expect("it just fits");

    let large = "v".repeat(LARGEST_VALUE - 2);
    kv.set("a", &large).expect("it just fits, with its quotes");
    let larger = large.clone() + "v";
    assert_eq!(
        kv.set_many([("b", "small"), ("c", &larger)]).expect_err("it is too large").to_string(),
        "the value of `c` is too large: it takes 1048577 bytes, and 1048576 are the most",
    );
    assert_eq!(kv.set_json("b", larger.as_bytes(), None), Ok(()), "it has no quotes");
    assert!(matches!(kv.transaction().set("d", &larger).set("e", &1).commit(), Err(KvError::ValueTooLarge { .. })));
    assert_eq!((kv.get::<i32>("e"), kv.get::<i32>("c")), (Ok(None), Ok(None)));
}

#[test]
fn an_update_is_repeated_with_what_others_have_made_of_the_value() {
    let store = fresh();
    let kv = store.namespace("Economy");
    kv.set("a", &1).expect("there is room");
    let mut meddled = false;
    let sum = kv.update("a", |value: Option<i32>| {
        if !std::mem::replace(&mut meddled, true) {
            kv.set("a", &10).expect("nothing is locked");
        }
        value.map(|value| value + 1)
    });
    assert_eq!((sum, kv.get("a")), (Ok(Some(11)), Ok(Some(11))));
    let meddling = kv.update("a", |value: Option<i32>| {
        kv.incr("a", 1).expect("nothing is locked");
        value
    });
    assert_eq!(
        meddling.expect_err("it is always changed").to_string(),
        "`a` was changed in between at each of 64 tries to update it"
    );
    assert_eq!((kv.update("a", |_: Option<i32>| None), all(&kv)), (Ok(None), String::new()));
}

#[test]
fn many_threads_update_one_value() {
    let store = fresh();
    let kv = store.namespace("Economy");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    kv.incr("incr", 1).expect("there is room");
                    while kv.update("update", |value: Option<i32>| Some(value.unwrap_or(0) + 1)).is_err() {}
                }
            });
        }
    });
    assert_eq!(all(&kv), "incr=200 update=200");
}

#[test]
fn a_transaction_is_all_or_nothing() {
    let store = fresh();
    let kv = store.namespace("Economy");
    kv.set_many([("a", 1), ("b", 2)]).expect("there is room");
    for flushes in [false, true] {
        if flushes {
            store.flush().wait().expect("the disk is well");
        }
        let swap = || kv.transaction().when("a", &1).when_absent("c").delete("b").set("c", &3).commit();
        assert_eq!(kv.transaction().when("b", &3).set("a", &9).commit(), Ok(Outcome::Otherwise("b".into())));
        assert_eq!(kv.transaction().when_absent("a").set("a", &9).commit(), Ok(Outcome::Otherwise("a".into())));
        assert_eq!(all(&kv), "a=1 b=2");
        assert_eq!(swap(), Ok(Outcome::Done));
        assert_eq!(all(&kv), "a=1 c=3");
        assert_eq!(swap(), Ok(Outcome::Otherwise("c".into())));
        kv.transaction().set("b", &2).delete("c").commit().map(drop).expect("there is room");
    }
}

#[test]
fn what_expires_is_invisible_at_once_and_goes_from_the_disk_when_swept() {
    let (store, clock) = with_clock();
    let kv = store.namespace("Economy");
    kv.set_for("a", &1, SECOND).expect("there is room");
    kv.set_for("b", &2, 3 * SECOND).expect("there is room");
    kv.set("c", &3).expect("there is room");
    assert_eq!(kv.expire("c", Some(2 * SECOND)), Ok(true));
    store.flush().wait().expect("the disk is well");
    assert_eq!(all(&kv), "a=1 b=2 c=3");

    clock.advance(SECOND);
    assert_eq!((all(&kv), kv.get::<i32>("a"), kv.expire("a", None)), ("b=2 c=3".into(), Ok(None), Ok(false)));
    assert_eq!(kv.incr("c", 1), Ok(4), "it expires as before");
    assert_eq!(kv.expire("b", None), Ok(true), "it never expires now");
    assert_eq!(kv.transaction().when_absent("a").set("d", &4).commit(), Ok(Outcome::Done));
    store.flush().wait().expect("the disk is well");

    clock.advance(SECOND);
    assert_eq!(all(&kv), "b=2 d=4");
    assert_eq!(kv.stats().map(|stats| stats.on_disk.entries), Ok(4));
    assert_eq!((store.sweep(), store.sweep()), (Ok(2), Ok(0)));
    assert_eq!(kv.stats().map(|stats| stats.on_disk.entries), Ok(2));
    clock.advance(10 * SECOND);
    assert_eq!((all(&kv), store.sweep()), ("b=2 d=4".into(), Ok(0)));
}

#[test]
fn what_was_written_anew_is_not_swept() {
    let (store, clock) = with_clock();
    let kv = store.namespace("Economy");
    kv.set_for("a", &1, SECOND).expect("there is room");
    store.flush().wait().expect("the disk is well");
    kv.set("a", &2).expect("there is room");
    clock.advance(2 * SECOND);
    let _ = store.sweep();
    assert_eq!(kv.get("a"), Ok(Some(2)));
    store.flush().wait().expect("the disk is well");
    assert_eq!((kv.get("a"), store.sweep()), (Ok(Some(2)), Ok(0)));
}

#[test]
fn lists_go_by_prefix_from_page_to_page() {
    let store = fresh();
    let kv = store.namespace("Economy");
    kv.set_many((0..30_000).map(|number| (("gold", number), number))).expect("there is room");
    kv.set_many([("gold", -1), ("golden", -2), ("z", -3)]).expect("there is room");
    store.flush().wait().expect("the disk is well");
    kv.set_many((30_000..40_000).map(|number| (("gold", number), number))).expect("there is room");
    for number in (0..40_000).step_by(2) {
        kv.delete(("gold", number)).expect("there is room");
    }

    let (mut seen, mut after): (Vec<i32>, Option<Key>) = (Vec::new(), None);
    loop {
        let page = kv.list(("gold",), 300, after.as_ref()).expect("they are numbers");
        seen.extend(page.entries.iter().map(|(_, number)| number));
        assert!(page.entries.len() == 300 || page.next.is_none(), "only the last page is not full");
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<i32> = std::iter::once(-1).chain((1..40_000).step_by(2)).collect();
    assert_eq!(seen, expected);

    let count = |prefix: &str| kv.list::<i32>(prefix, usize::MAX, None).map(|page| page.entries.len());
    assert_eq!((count("gold"), count("golden"), count("x"), count("")), (Ok(20_002), Ok(1), Ok(0), Ok(20_003)));
    let after = |key: Key| kv.list::<i32>(("gold",), 1, Some(&key)).map(|page| page.entries);
    assert_eq!(after("a".into()), Ok(vec![("gold".into(), -1)]), "before the prefix");
    assert_eq!(after("z".into()), Ok(vec![]), "behind the prefix");
    assert_eq!(kv.list::<i32>("", 0, None).map(|page| page.entries), Ok(vec![]));
}

#[test]
fn a_watch_tells_which_keys_change() {
    let store = fresh();
    let kv = store.namespace("Economy");
    let (gold, any) = (kv.watch(("gold",)), kv.watch(""));
    kv.set(("gold", 2), &1).expect("there is room");
    kv.incr(("gold", 1), 1).expect("there is room");
    kv.incr(("gold", 1), 1).expect("there is room");
    kv.delete("motd").expect("there is room");
    kv.transaction().when("motd", &1).set("never", &1).commit().map(drop).expect("there is room");
    assert_eq!(gold.drain().keys, [("gold", 1).into(), ("gold", 2).into()]);
    assert_eq!(any.drain().keys, [("gold", 1).into(), ("gold", 2).into(), Key::from("motd")]);

    store.flush().wait().expect("the disk is well");
    assert!(gold.drain().is_empty() && any.drain().is_empty());
    kv.clear().expect("it is open");
    assert!(gold.drain().any);
    kv.set_many((0..20_000).map(|number| (("gold", number), 1))).expect("there is room");
    assert!(gold.drain().any, "that many are not told one by one");
    store.namespace("Greeter").set(("gold", 1), &1).expect("there is room");
    assert!(gold.drain().is_empty(), "it is of somebody else");
}
