//! What an extension's SQL may not do, and what it may take.

use std::time::{Duration, Instant};

use bevy_extensions_data::{Db, DbError};

use super::{all, fails, fresh, fresh_with, set};

#[track_caller]
fn is_refused(db: &Db, sql: &str, why: &str) {
    fails(db.execute(sql, ()), &format!("{why}, in `{sql}`"));
}

#[test]
fn no_other_file_is_reached() {
    let db = fresh();
    let other = db.folder.path().join("other.sqlite");
    let one = "an extension has one database: it cannot attach others, and `VACUUM` does";
    is_refused(&db, "ATTACH 'other.sqlite' AS other", one);
    fails(db.execute("ATTACH ? AS other", [&other]), &format!("{one}, in `ATTACH ? AS other`"));
    is_refused(&db, "DETACH main", one);
    fails(db.execute("VACUUM INTO ?", [&other]), &format!("{one}, in `VACUUM INTO ?`"));
    is_refused(&db, "VACUUM", one);
    is_refused(&db, "SELECT load_extension('evil')", "`load_extension` is not for extensions");
    assert!(matches!(db.execute("SELECT readfile('/etc/passwd')", ()), Err(DbError::Sql { .. })));
    is_refused(&db, "PRAGMA journal_mode = DELETE", "`PRAGMA journal_mode` is not for extensions");
    is_refused(&db, "PRAGMA Writable_Schema = 1", "`PRAGMA Writable_Schema` is not for extensions");
    is_refused(&db, "SELECT * FROM pragma_database_list", "`PRAGMA database_list` is not for extensions");
    assert!(!other.exists());
    let columns = db.query_one::<i64>("SELECT count(*) FROM pragma_table_info('player')", ());
    assert_eq!(columns, Ok(2));
}

#[test]
fn all_other_sql_is_for_extensions() {
    let db = fresh();
    for sql in [
        "CREATE VIRTUAL TABLE found USING fts5(text)",
        "INSERT INTO found VALUES ('a baker and a smith')",
        "SELECT * FROM found WHERE found MATCH 'baker'",
        "DROP TABLE found",
        "CREATE VIRTUAL TABLE place USING rtree(id, x0, x1)",
        "INSERT INTO place VALUES (1, 0, 2)",
        "CREATE TABLE log (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, double AS (id * 2))",
        "CREATE TRIGGER logged AFTER INSERT ON player BEGIN INSERT INTO log (id) VALUES (NULL); END",
        "INSERT INTO player VALUES ('Quinn', 1) RETURNING name",
        "CREATE VIEW rich AS SELECT name, rank() OVER (ORDER BY gold) AS place FROM player",
        "SELECT rich.*, json_object('place', place) FROM rich, json_each('[1, 2]')",
        "CREATE INDEX by_gold ON player (gold)",
        "REINDEX player",
        "ANALYZE",
        "PRAGMA optimize",
        "EXPLAIN QUERY PLAN SELECT * FROM player",
        "ALTER TABLE log RENAME COLUMN at TO time",
        "ALTER TABLE log ADD COLUMN more",
        "DROP VIEW rich",
        "DROP TRIGGER logged",
        "DELETE FROM log",
    ] {
        let done = db.execute(sql, ());
        assert!(done.is_ok(), "{sql}: {done:?}");
    }
}

#[test]
fn our_own_tables_are_only_read() {
    let db = fresh();
    let why = "tables whose names begin with `bevy_extensions_` are not for extensions";
    is_refused(&db, "DELETE FROM bevy_extensions_migrations", why);
    is_refused(&db, "DROP TABLE Bevy_Extensions_migrations", why);
    is_refused(&db, "CREATE TABLE bevy_extensions_mine (a)", why);
    is_refused(&db, "ALTER TABLE bevy_extensions_migrations ADD COLUMN a", why);
    // There is one already.
    assert!(db.execute("ALTER TABLE player RENAME TO bevy_extensions_migrations", ()).is_err());
    assert_eq!(db.query_one("SELECT name FROM bevy_extensions_migrations", ()), Ok("players".to_string()));
}

#[test]
fn no_transaction_stays_open() {
    let db = fresh();
    for sql in ["BEGIN", "BEGIN IMMEDIATE", "COMMIT", "END", "ROLLBACK", "SAVEPOINT a", "RELEASE a"] {
        is_refused(
            &db,
            sql,
            "a transaction is more than one request could keep open: hand over all of it as `transaction`",
        );
    }
    assert!(db.run(|db| db.execute("COMMIT", ())).is_err());
    is_refused(&db, "CREATE TEMP TABLE a (b)", "what is temporary would be gone whenever the database rests");
    set(&db, "Quinn", 1);
    assert_eq!(all(&db), "Quinn=1");
}

#[test]
fn what_does_not_end_is_cut_off() {
    let db = fresh_with(|settings| settings.limits.time = Duration::from_millis(100));
    set(&db, "Quinn", 1);
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let began = Instant::now();
    fails(
        db.query::<i64>(endless, ()),
        "it was given up after 100ms, in `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) \
         ...`",
    );
    // So late that it is no question of how busy the machine is.
    assert!(began.elapsed() < Duration::from_secs(30));
    let undone = db.transaction([("UPDATE player SET gold = 2", ()), (endless, ())]);
    assert!(matches!(undone, Err(DbError::TooLong { .. })), "{undone:?}");
    let swallowed = db.run(move |db| {
        db.execute("UPDATE player SET gold = 3", ())?;
        let _ = db.query::<i64>(endless, ());
        Ok(())
    });
    assert!(swallowed.is_ok() || matches!(swallowed, Err(DbError::TooLong { .. })), "{swallowed:?}");
    set(&db, "Rose", 1);
    assert!(all(&db).ends_with("Rose=1"));
}

#[test]
fn too_much_is_an_error_and_not_less() {
    let db = fresh_with(|settings| {
        settings.limits.rows = 1000;
        settings.limits.bytes = 1_000_000;
        settings.limits.value_bytes = 10_000;
        settings.limits.sql_bytes = 1000;
    });
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT i FROM n";
    assert_eq!(db.query::<i64>(numbers, 1000).map(|rows| rows.len()), Ok(1000));
    fails(db.query::<i64>(numbers, 1001), "there are more than 1000 rows: ask for fewer with `LIMIT`");
    let blobs =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT zeroblob(5000) FROM n";
    fails(
        db.query::<Vec<u8>>(blobs, ()),
        "the rows take more than 1000000 bytes: ask for fewer with `LIMIT`, or for fewer columns",
    );
    fails(db.query::<Vec<u8>>("SELECT zeroblob(10001)", ()), "string or blob too big, in `SELECT zeroblob(10001)`");
    fails(
        db.execute("INSERT INTO player VALUES (?, 0)", ["x".repeat(10_001)]),
        "string or blob too big, in `INSERT INTO player VALUES (?, 0)`",
    );
    let long = format!("SELECT {}1", "1 + ".repeat(300));
    assert!(matches!(db.query::<i64>(&long, ()), Err(DbError::Sql { .. })));
    let mut limits = db.limits();
    limits.rows = 1;
    db.set_limits(limits);
    fails(db.query::<i64>(numbers, 2), "there are more than 1 rows: ask for fewer with `LIMIT`");
}

#[test]
fn a_file_that_is_full_can_be_read_and_emptied() {
    let db = fresh_with(|settings| settings.limits.file_bytes = 200_000);
    db.execute("CREATE TABLE chest (id INTEGER PRIMARY KEY, content BLOB)", ()).expect("it is SQL");
    let fill = || (0..1000).map(|_| db.execute("INSERT INTO chest (content) VALUES (zeroblob(1000))", ()));
    let inserted = fill().take_while(Result::is_ok).count();
    assert!((100..200).contains(&inserted), "{inserted}");
    let expected = format!(
        "the disk is full, or `{}` is as large as it may be, which is 200000 bytes: nothing was written",
        db.file().display()
    );
    fails(db.execute("INSERT INTO chest (content) VALUES (zeroblob(5000))", ()), &expected);
    let all =
        db.transaction([("DELETE FROM player", ()), ("INSERT INTO chest (content) VALUES (zeroblob(300000))", ())]);
    fails(all, &expected);
    assert_eq!(db.query_one("SELECT count(*) FROM chest", ()), Ok(inserted));
    db.execute("DELETE FROM chest WHERE id > 10", ()).expect("that needs no room");
    assert!(fill().take(50).all(|done| done.is_ok()), "there is room again");
}
