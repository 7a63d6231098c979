//! How tables come to be.

use std::path::Path;

use bevy_extensions_data::{DbError, Migration};

use super::{all, close, fails, fresh_with, open, players, set};

fn level() -> Migration {
    Migration::new(
        "levels",
        "ALTER TABLE player ADD COLUMN level INTEGER NOT NULL DEFAULT 1;\nUPDATE player SET level = 2;",
    )
}

#[track_caller]
fn opened(folder: &Path, migrations: impl IntoIterator<Item = Migration>) -> Result<Vec<String>, DbError> {
    open(folder).database_with("Economy", migrations).open()
}

#[test]
fn each_runs_once_and_in_order() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let folder = folder.path();
    assert_eq!(opened(folder, [players()]), Ok(vec!["players".into()]));
    set(&open(folder).database("Economy"), "Quinn", 1);
    assert_eq!(opened(folder, [players(), level()]), Ok(vec!["levels".into()]));
    assert_eq!(opened(folder, [players(), level()]), Ok(vec![]));
    let level: i64 = open(folder).database("Economy").query_one("SELECT level FROM player", ()).expect("it is there");
    assert_eq!(level, 2);
}

#[test]
fn a_script_that_is_loaded_again_may_bring_more() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = open(folder.path());
    let db = store.database_with("Economy", [players()]);
    set(&db, "Quinn", 1);
    store.database_with("Economy", [players(), level()]);
    assert_eq!(db.query_one("SELECT level FROM player", ()), Ok(2));
}

#[test]
fn history_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let folder = folder.path();
    opened(folder, [players()]).expect("it is SQL");
    set(&open(folder).database("Economy"), "Quinn", 1);
    opened(folder, [players(), level()]).expect("it is SQL");
    let file = folder.join("db-economy.sqlite");
    let gone = |name: &str, place: u32| {
        format!(
            "migration `{name}` has run on `{}` in place {place}, and is not there any more: a newer version of the extension \
             may have written it",
            file.display()
        )
    };
    fails(opened(folder, [players()]), &gone("levels", 2));
    fails(opened(folder, [level()]), &gone("players", 1));
    fails(opened(folder, []), &gone("players", 1));
    fails(opened(folder, [level(), players()]), &gone("players", 1));
    let other = Migration::new("players", "CREATE TABLE player (name TEXT)");
    fails(
        opened(folder, [other, level()]),
        &format!(
            "migration `players` is not the one that has run on `{}`: leave it as it was, and add another that changes its \
             tables",
            file.display()
        ),
    );
    fails(opened(folder, [players(), level(), players()]), "there are two migrations named `players`");
    // How lines end depends on where the source was checked out.
    let windows = Migration::new("levels", level().sql.replace('\n', "\r\n"));
    assert_eq!(opened(folder, [players(), windows]), Ok(vec![]));
    assert_eq!(all(&open(folder).database("Economy")), "Quinn=1");
}

#[test]
fn one_that_fails_leaves_what_was_before_it() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let folder = folder.path();
    let half =
        Migration::new("half", "CREATE TABLE half (a);\nINSERT INTO half VALUES (1);\nINSERT INTO nowhere VALUES (1)");
    let store = open(folder);
    let db = store.database_with("Economy", [players(), half]);
    let expected = "migration `half` failed: no such table: nowhere, in `INSERT INTO nowhere VALUES (1)`";
    // No other statement runs on tables that are not as they should be.
    assert!(db.query::<i64>("SELECT 1", ()).expect_err("it fails").to_string().starts_with("migration `half` failed"));
    let error = db.open().expect_err("it fails again").to_string();
    assert!(error.starts_with("migration `half` failed: no such table: nowhere"), "{error}, not {expected}");
    close(&store);
    drop(store);
    let db = open(folder).database("Economy");
    assert_eq!(db.query("SELECT name FROM bevy_extensions_migrations", ()), Err::<Vec<String>, _>(DbError::Closed));
    let store = open(folder);
    let db = store.database_with("Economy", [players(), level()]);
    assert_eq!(db.open(), Ok(vec!["levels".into()]));
    assert_eq!(db.query_one("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", ()), Ok(0));
}

#[test]
fn one_may_do_no_more_than_other_sql() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let commits = Migration::new("commits", "CREATE TABLE a (b); COMMIT; CREATE TABLE c (d)");
    let error = opened(folder.path(), [commits]).expect_err("it is refused").to_string();
    assert!(error.contains("a transaction is more than one request could keep open"), "{error}");
    assert_eq!(opened(folder.path(), []), Ok(vec![]));
}

#[test]
fn one_has_its_own_time() {
    let fixture = fresh_with(|settings| settings.limits.migration_time = std::time::Duration::from_millis(50));
    let endless =
        "CREATE TABLE a AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let db = fixture.store.database_with("Greeter", [("endless", endless)]);
    let error = db.open().expect_err("it does not end").to_string();
    assert!(error.starts_with("migration `endless` failed: it was given up after 50ms"), "{error}");
}
