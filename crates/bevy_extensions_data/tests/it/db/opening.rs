//! What is found when a database is opened.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
};

use bevy_extensions_data::{DbError, DbNews, DbSettings, DbStore};

use super::{all, close, fails, fresh, open, players, set, settings};
use crate::child::{spawn, told};

fn file_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn extensions_never_meet() {
    let fixture = fresh();
    let greeter = fixture.store.database_with("Greeter", [players()]);
    set(&fixture.db, "Quinn", 1);
    set(&greeter, "Quinn", 2);
    fixture.db.execute("DROP TABLE player", ()).expect("it is there");
    assert_eq!(all(&greeter), "Quinn=2");
    assert_eq!(all(&fixture.store.database("GREETER")), "Quinn=2");
    // Whatever a name is, its file is its own, and in the folder.
    for name in ["../x", "a b", "a%20b", "Ünï", "con", ""] {
        let db = fixture.store.database_with(name, [players()]);
        set(&db, name, 7);
        assert_eq!(all(&db), format!("{name}=7"));
        assert_eq!(db.file().parent(), Some(fixture.folder.path()));
    }
    assert_eq!(
        fixture.store.names(),
        Ok(["", "../x", "a b", "a%20b", "con", "economy", "greeter", "Ünï"].map(String::from).into()),
    );
    close(&fixture.store);
    let names = file_names(fixture.folder.path()).join(" ");
    assert_eq!(
        names,
        "db-%2e%2e%2fx.sqlite db-%c3%9cn%c3%af.sqlite db-.sqlite db-a%20b.sqlite db-a%2520b.sqlite db-con.sqlite \
         db-economy.sqlite db-greeter.sqlite db.lock"
    );
}

#[test]
fn damaged_files_are_set_aside_and_none_is_written_over() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let file = folder.path().join("db-economy.sqlite");
    for number in 1..=3 {
        let damaged = vec![number; 5000 * usize::from(number - 1)];
        fs::write(&file, &damaged).expect("there is room");
        let log = folder.path().join("db-economy.sqlite-wal");
        fs::write(&log, b"log").expect("there is room");
        let store = open(folder.path());
        let db = store.database_with("Economy", [players()]);
        set(&db, "Quinn", 1);
        let set_aside = db.set_aside().expect("it was damaged");
        assert_eq!(set_aside.to, folder.path().join(format!("db-economy.corrupt-{number}.sqlite")));
        assert_eq!(set_aside.why, if number == 1 { "it is empty" } else { "file is not a database" });
        assert!(fs::read(&set_aside.to).expect("it is there") == damaged);
        let aside_log = folder.path().join(format!("db-economy.corrupt-{number}.sqlite-wal"));
        assert!(fs::read(aside_log).expect("it is there") == b"log");
    }
}

/// Opens files that are damaged here or there.
fn with_damage(check_on_open: bool, check: impl Fn(&DbStore)) {
    let fixture = fresh();
    let insert = |number: i64| ("INSERT INTO player VALUES (?, ?)", (format!("{number}{}", "v".repeat(50)), number));
    fixture.db.transaction((0..2000).map(insert)).expect("there is room");
    fixture.db.execute("CREATE INDEX by_gold ON player (gold)", ()).expect("it is SQL");
    close(&fixture.store);
    let whole = fs::read(fixture.db.file()).expect("it is there");
    for (place, is_cut) in (1..24).flat_map(|place| [(place, true), (place, false)]) {
        let mut damaged = whole.clone();
        if is_cut {
            damaged.truncate(whole.len() * place / 24);
        } else {
            damaged[whole.len() * place / 24..][..200].fill(0xa5);
        }
        let folder = tempfile::tempdir().expect("there is a place for it");
        fs::write(folder.path().join("db-economy.sqlite"), damaged).expect("there is room");
        let mut settings = settings(folder.path());
        settings.check_on_open = check_on_open;
        check(&DbStore::open(settings).expect("nobody else has it open"));
    }
}

#[test]
fn damage_shows_as_an_error_and_never_as_a_crash() {
    with_damage(false, |store| {
        let db = store.database("Economy");
        for sql in ["SELECT count(*) FROM player", "SELECT count(*) FROM (SELECT * FROM player ORDER BY gold)"] {
            match db.query_one::<i64>(sql, ()) {
                Ok(_) | Err(DbError::Damaged { .. }) => {}
                Err(DbError::Sql { why, .. }) if db.set_aside().is_some() && why == "no such table: player" => {}
                Err(error) => panic!("{error}"),
            }
        }
    });
}

#[test]
fn who_has_it_looked_through_has_all_damage_set_aside() {
    with_damage(true, |store| {
        let db = store.database_with("Economy", [players()]);
        set(&db, "Quinn", 1);
        let sum: Result<i64, _> = db.query_one("SELECT sum(length(name)) FROM player", ());
        assert!(sum.is_ok(), "{sum:?}, {:?}", db.set_aside());
    });
}

#[test]
fn what_is_not_ours_stays_as_it_is() {
    let fixture = fresh();
    set(&fixture.db, "Quinn", 1);
    close(&fixture.store);
    let file = fixture.db.file();
    let mut newer = fs::read(&file).expect("it is there");
    // The `user_version` of SQLite.
    newer[63] = 2;
    let mut foreign = newer.clone();
    // Its `application_id`.
    foreign[71] = 0;
    for (bytes, expected) in [
        (newer, format!("`{}` was written by a newer version of this app: its format is 2", file.display())),
        (foreign, format!("`{}` is no database of an extension: move it elsewhere", file.display())),
    ] {
        fs::write(&file, &bytes).expect("there is room");
        let store = open(fixture.folder.path());
        fails(store.database("Economy").open(), &expected);
        drop(store);
        assert!(fs::read(&file).expect("it is there") == bytes);
    }
}

#[test]
fn a_second_store_on_a_folder_is_told_so() {
    let fixture = fresh();
    let folder = fixture.folder.path();
    let expected = format!(
        "`{}` is in use by another app, or by another store of this one: close it, or use another folder",
        folder.display()
    );
    fails(DbStore::open(settings(folder)), &expected);
    let mut child = spawn("open-db", folder);
    let out = BufReader::new(child.stdout.take().expect("it is piped"));
    let lines: Vec<_> = out.lines().map(|line| line.expect("it is text")).collect();
    assert_eq!(lines.iter().find_map(|line| told(line)), Some(expected.as_str()));
    child.wait().expect("it ends");
    set(&fixture.db, "Quinn", 1);
}

#[test]
fn a_copy_is_whole_while_the_database_is_in_use() {
    let fixture = fresh();
    let db = &fixture.db;
    let folder = tempfile::tempdir().expect("there is a place for it");
    let to = folder.path().join("db-economy.sqlite");
    set(db, "Quinn", 1);
    let move_gold = |by: i64| {
        db.later().transaction([
            ("INSERT INTO player VALUES ('Rose', ?1) ON CONFLICT DO UPDATE SET gold = gold + ?1", by),
            ("UPDATE player SET gold = gold - ?1 WHERE name = 'Quinn'", by),
        ])
    };
    let before: Vec<_> = (0..20).map(|_| move_gold(1)).collect();
    let copied = db.later().backup(&to);
    let after: Vec<_> = (0..20).map(|_| move_gold(1)).collect();
    copied.wait().expect("there is room");
    assert_eq!(all(&open(folder.path()).database("Economy")), "Quinn=-19 Rose=20");
    before.into_iter().chain(after).for_each(|asked| _ = asked.wait().expect("there is room"));
    assert_eq!(all(db), "Quinn=-39 Rose=40");
    let expected = format!("cannot copy a database to `{}`: there is a file of that name already", to.display());
    fails(db.backup(&to), &expected);
    assert_eq!(file_names(folder.path()), ["db-economy.sqlite", "db.lock"]);
}

#[test]
fn all_databases_are_copied_also_those_at_rest() {
    let fixture = fresh();
    let folder = fixture.folder.path();
    set(&fixture.db, "Quinn", 1);
    close(&fixture.store);
    let store = open(folder);
    set(&store.database_with("Greeter/2", [players()]), "Rose", 2);
    fs::write(folder.join("db-old.corrupt-1.sqlite"), b"?").expect("there is room");
    let to = folder.join("copy");
    store.backup(&to).expect("there is room");
    let copies = open(&to);
    assert_eq!(copies.names(), store.names());
    assert_eq!(all(&copies.database("Economy")), "Quinn=1");
    assert_eq!(all(&copies.database("Greeter/2")), "Rose=2");
    assert!(store.backup(&to).is_err(), "none is written over");
}

#[test]
fn who_is_forgotten_begins_anew() {
    let fixture = fresh();
    set(&fixture.db, "Quinn", 1);
    let asked = fixture.db.later().execute("UPDATE player SET gold = 2", ());
    fixture.store.forget("economy").expect("it can be deleted");
    assert!(asked.wait().is_ok(), "it was asked for before");
    assert_eq!(file_names(fixture.folder.path()), ["db.lock"]);
    assert_eq!(all(&fixture.db), "");
    fixture.store.forget("nobody").expect("there is nothing to delete");
    assert!(!fixture.store.database("nobody").file().exists());
}

#[test]
fn a_store_that_is_opened_when_needed_makes_nothing_before() {
    let folder = tempfile::tempdir().expect("there is room");
    let folder = folder.path().join("data");
    let (news, told) = std::sync::mpsc::channel();
    let store = DbStore::when_needed(DbSettings::in_folder(&folder), move |what| _ = news.send(what));
    let db = store.database("Economy");
    assert_eq!(store.names(), Ok(vec![]));
    assert_eq!((store.flush(), store.backup(folder.join("copy")), db.forget()), (Ok(()), Ok(()), Ok(())));
    assert!(!folder.exists() && told.try_iter().next().is_none());

    db.execute("CREATE TABLE t (a)", ()).expect("it is made");
    store.database("Weather").execute("CREATE TABLE t (a)", ()).expect("it is made");
    assert_eq!(told.try_iter().collect::<Vec<_>>(), [DbNews::Opened { folder: folder.clone() }]);
    let second = DbStore::when_needed(DbSettings::in_folder(&folder), |_| {});
    assert_eq!(second.database("Economy").forget(), Err(DbError::Locked { folder }));
}

#[test]
fn a_store_that_there_is_not_says_why() {
    let store = DbStore::nowhere("the cat sits on it");
    let error = store.database("Economy").execute("CREATE TABLE t (a)", ()).expect_err("there is none");
    assert_eq!(error.to_string(), "no data can be kept: the cat sits on it");
}
