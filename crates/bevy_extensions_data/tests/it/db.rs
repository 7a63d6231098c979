//! Tables in SQL.

mod asking;
mod disk;
mod kill;
mod later;
mod limits;
mod migrations;
mod model;
mod opening;

use std::{ops::Deref, path::Path, time::Duration};

use bevy_extensions_data::{Db, DbSettings, DbStore, Migration};
use tempfile::TempDir;

pub use kill::{migrate as migrate_until_killed, write as write_until_killed};

/// A store in a folder of its own, and the database of an extension.
struct Fixture {
    db: Db,
    store: DbStore,
    // Dropped last.
    folder: TempDir,
}

impl Deref for Fixture {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

fn settings(folder: &Path) -> DbSettings {
    DbSettings::in_folder(folder)
}

fn open(folder: &Path) -> DbStore {
    DbStore::open(settings(folder)).expect("nobody else has it open")
}

fn fresh() -> Fixture {
    fresh_with(|_| {})
}

fn fresh_with(change: impl FnOnce(&mut DbSettings)) -> Fixture {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let mut settings = settings(folder.path());
    change(&mut settings);
    let store = DbStore::open(settings).expect("nobody else has it open");
    let db = store.database_with("Economy", [players()]);
    Fixture { db, store, folder }
}

fn players() -> Migration {
    Migration::new("players", "CREATE TABLE player (name TEXT PRIMARY KEY, gold INTEGER NOT NULL) STRICT")
}

/// Lists all players, as `name=gold` in one line.
#[track_caller]
fn all(db: &Db) -> String {
    let rows: Vec<(String, i64)> = db.query("SELECT name, gold FROM player ORDER BY name", ()).expect("it is there");
    rows.iter().map(|(name, gold)| format!("{name}={gold}")).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn set(db: &Db, name: &str, gold: i64) {
    db.execute("INSERT INTO player VALUES (?1, ?2) ON CONFLICT DO UPDATE SET gold = ?2", (name, gold))
        .expect("there is room");
}

#[track_caller]
fn fails<T: std::fmt::Debug, E: std::fmt::Display>(result: Result<T, E>, expected: &str) {
    match result {
        Ok(done) => panic!("it should fail with `{expected}`, and is {done:?}"),
        Err(error) => assert_eq!(error.to_string(), expected),
    }
}

fn close(store: &DbStore) {
    store.close(Duration::from_secs(60)).expect("nothing is given up");
}
