//! A process is killed while it writes, or while its tables are made.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    time::Duration,
};

use bevy_extensions_data::{Db, Migration};

use super::open;
use crate::{
    child::{self, spawn, tell, told},
    support::{SplitMix, number_from},
};

/// How many rows are written as one, and how many such groups there are.
const GROUP: i64 = 8;
const SLOTS: i64 = 40;

fn tables() -> Migration {
    Migration::new(
        "groups",
        "CREATE TABLE part (slot INTEGER, part INTEGER, number INTEGER, text TEXT, PRIMARY KEY (slot, part))",
    )
}

/// Writes until it is killed.
pub fn write(folder: &Path) {
    let store = open(folder);
    let db = store.database_with("Economy", [tables()]);
    let begin = last(&db).map_or(0, |last| last + 1);
    for number in begin.. {
        let row = |part: i64| {
            let text = "v".repeat(usize::try_from(part * 300).expect("it is small"));
            ("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?)", (number % SLOTS, part, number, text))
        };
        tell(&format!("wait {number}"));
        db.transaction((0..GROUP).map(row)).expect("there is room");
        tell(&format!("done {number}"));
    }
}

/// `KILLS=200` for the long form.
#[test]
fn whoever_is_killed_keeps_what_was_answered() {
    child::kill_often("write-db", check);
}

fn check(folder: &Path, answered: Option<u64>, shown: &str) {
    let answered = answered.map(|answered| i64::try_from(answered).expect("there are not that many"));
    let store = open(folder);
    let db = store.database_with("Economy", [tables()]);
    let last = last(&db);
    assert_eq!(db.set_aside(), None, "{shown}: it is not damaged");
    assert!(last >= answered, "{shown}: {last:?} is there, {answered:?} was answered");
    let sql = "SELECT slot, count(*), min(number), max(number) FROM part GROUP BY slot ORDER BY slot";
    let groups: Vec<(i64, i64, i64, i64)> = db.query(sql, ()).expect("they are what was written");
    let expected = (0..SLOTS).filter_map(|slot| {
        let number = (0..=last?).rev().find(|number| number % SLOTS == slot)?;
        Some((slot, GROUP, number, number))
    });
    assert_eq!(groups, expected.collect::<Vec<_>>(), "{shown}: each group is whole, and {last:?} the last");
    assert_eq!(db.query_one("PRAGMA quick_check", ()), Ok("ok".to_string()), "{shown}");
}

fn last(db: &Db) -> Option<i64> {
    db.query_one("SELECT max(number) FROM part", ()).expect("it is a number")
}

/// How many migrations there are. Each adds a table, and what the one before it has and one more.
const STEPS: i64 = 30;

fn steps() -> impl Iterator<Item = Migration> {
    (0..STEPS).map(|step| {
        let sql = match step {
            0 => "CREATE TABLE step0 (number INTEGER); INSERT INTO step0 VALUES (0)".into(),
            _ => {
                let before = step - 1;
                format!(
                    "CREATE TABLE step{step} (number INTEGER);
                     INSERT INTO step{step} SELECT number FROM step{before};
                     INSERT INTO step{step} VALUES ({step});
                     DELETE FROM step{before} WHERE number >= 0;"
                )
            }
        };
        Migration::new(format!("step {step}"), sql)
    })
}

/// Makes tables until it is killed.
pub fn migrate(folder: &Path) {
    tell("begin");
    let store = open(folder);
    store.database_with("Economy", steps()).open().expect("it is SQL");
    tell("end");
}

#[test]
fn migrations_that_are_killed_go_on_where_they_were() {
    let (kills, seed) = (number_from("KILLS", 10), number_from("KILL_SEED", 1));
    let mut random = SplitMix(seed);
    let (mut in_the_middle, mut kill) = (0, 0);
    // How long they take depends on the disk.
    while kill < kills || in_the_middle * 4 < kills && kill < 10 * kills {
        kill += 1;
        let folder = tempfile::tempdir().expect("there is a place for it");
        let mut child = spawn("migrate-db", folder.path());
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        lines.find(|line| told(line.as_deref().unwrap_or_default()).is_some()).expect("it begins").expect("it is text");
        std::thread::sleep(Duration::from_micros(random.below(20_000) * (1 + kill % 10)));
        child.kill().expect("it runs, or has ended");
        child.wait().expect("it was killed");
        let store = open(folder.path());
        let db = store.database("Economy");
        let done: i64 =
            db.query_one("SELECT count(*) FROM bevy_extensions_migrations", ()).expect("the file is whole, or new");
        assert_eq!(db.set_aside(), None, "seed {seed}, kill {kill}: it is not damaged");
        if (1..STEPS).contains(&done) {
            in_the_middle += 1;
        }
        let left = store.database_with("Economy", steps()).open().expect("it is SQL");
        assert_eq!(left, (done..STEPS).map(|step| format!("step {step}")).collect::<Vec<_>>());
        let numbers: Vec<i64> =
            db.query(&format!("SELECT number FROM step{} ORDER BY number", STEPS - 1), ()).expect("it is there");
        assert_eq!(numbers, (0..STEPS).collect::<Vec<_>>(), "seed {seed}, kill {kill}");
    }
    println!("{in_the_middle} of {kill} were killed in the middle of their migrations, seed {seed}");
    assert!(in_the_middle * 4 >= kills, "only {in_the_middle} of {kill} were killed in the middle of their migrations");
}
