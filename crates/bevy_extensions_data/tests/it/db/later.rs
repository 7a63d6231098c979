//! What is asked without waiting.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use bevy_extensions_data::{DbAnswer, DbError, DbStore};

use super::{all, close, fails, fresh, fresh_with, set, settings};

#[test]
fn a_frame_polls_and_the_order_is_kept() {
    let fixture = fresh();
    let (db, store) = (&fixture.db, &fixture.store);
    let (go, wait) = mpsc::channel::<()>();
    let mut first = db.later().run(move |_| wait.recv().map_err(|_| DbError::Closed));
    let answered = store.answered();
    let mut inserted = db.later().execute("INSERT INTO player VALUES ('Quinn', ?)", [1]);
    let mut read = db.later().query_one::<i64>("SELECT gold FROM player", ());
    assert!(first.poll().is_none() && inserted.poll().is_none() && read.poll().is_none());
    assert!(!inserted.is_ready());
    assert_eq!(store.answered(), answered, "there is nothing to poll");
    fails(read.wait_for(Duration::from_millis(1)), "the database did not answer in time");
    go.send(()).expect("it waits");
    assert_eq!(read.wait_for(Duration::from_secs(60)), Ok(1));
    assert!(inserted.is_ready(), "it was asked for before");
    assert_eq!(inserted.poll().expect("it is there").map(|done| done.rows), Ok(1));
    fails(inserted.poll().expect("it was"), "the answer was given already");
    assert_eq!(store.answered(), answered + 3);
}

#[test]
fn who_does_not_listen_has_it_done_anyway() {
    let db = fresh();
    drop(db.later().execute("INSERT INTO player VALUES ('Quinn', 1)", ()));
    assert_eq!(all(&db), "Quinn=1");
}

#[test]
fn too_many_at_once_is_a_backlog() {
    let db = fresh_with(|settings| settings.limits.waiting = 10);
    db.open().expect("it is made");
    let (go, wait) = mpsc::channel::<()>();
    let first = db.later().run(move |_| wait.recv().map_err(|_| DbError::Closed));
    // Until the thread has taken it.
    while db.waiting() > 0 {
        std::thread::yield_now();
    }
    let mut asked: Vec<_> = (0..11).map(|number| db.later().query_one::<i64>("SELECT ?", number)).collect();
    let refused = asked.pop().expect("there are eleven").wait();
    fails(
        refused,
        "10 requests wait for the database already: wait for their answers, or put many statements into a transaction",
    );
    go.send(()).expect("it waits");
    first.wait().expect("it goes on");
    let answers: Result<Vec<i64>, _> = asked.into_iter().map(DbAnswer::wait).collect();
    assert_eq!(answers, Ok((0..10).collect()));
}

#[test]
fn what_was_asked_for_is_done_before_a_store_is_closed() {
    let fixture = fresh();
    let mut asked: Vec<_> = (0..100i64)
        .map(|number| fixture.db.later().execute("INSERT INTO player VALUES (?, ?)", (number.to_string(), number)))
        .collect();
    close(&fixture.store);
    assert!(asked.iter_mut().all(|asked| matches!(asked.poll(), Some(Ok(_)))));
    fails(fixture.db.query::<i64>("SELECT 1", ()), "the database is closed");
    // The former database is still there, and does not stand in the way.
    let store = DbStore::open(settings(fixture.folder.path())).expect("the former is closed");
    assert_eq!(store.database("economy").query_one("SELECT count(*) FROM player", ()), Ok(100));
}

#[test]
fn a_store_does_not_wait_for_ever() {
    let fixture = fresh_with(|settings| settings.limits.time = Duration::from_secs(3600));
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let cut_off = fixture.db.later().query::<i64>(endless, ());
    let given_up = fixture.db.later().query::<i64>(endless, ());
    let began = Instant::now();
    fails(fixture.store.close(Duration::from_millis(50)), "the database did not answer in time");
    assert!(began.elapsed() < Duration::from_secs(60), "no longer than it was told");
    fails(cut_off.wait(), "the database is closed");
    fails(given_up.wait(), "the database is closed");
}

#[test]
fn who_rests_has_neither_thread_nor_open_file() {
    let fixture = fresh_with(|settings| settings.idle_for = Duration::from_millis(20));
    let db = &fixture.db;
    assert!(!db.is_running(), "nobody has asked");
    assert!(!db.file().exists());
    set(db, "Quinn", 1);
    let end = Instant::now() + Duration::from_secs(60);
    while db.is_running() {
        assert!(Instant::now() < end, "it does not rest");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(!db.file().with_extension("sqlite-wal").exists(), "the file is closed");
    assert_eq!(all(db), "Quinn=1");
}

#[test]
fn many_threads_ask_one_database() {
    let fixture = fresh();
    set(&fixture.db, "Quinn", 0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let db = fixture.db.clone();
            scope.spawn(move || {
                for _ in 0..25 {
                    db.execute("UPDATE player SET gold = gold + 1", ()).expect("there is room");
                }
            });
        }
    });
    assert_eq!(all(&fixture.db), "Quinn=200");
}
