//! The tables of natives.

use std::{fs, path::Path};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    data::{Data, Db, DbError},
    prelude::*,
    test_kit::{TestApp, TestAppBuilder, extensions},
};

use crate::support::{Log, host_with, noted, run_until};

const PLAYERS: (&str, &str) =
    ("001 players", "CREATE TABLE player (name TEXT PRIMARY KEY, gold INTEGER NOT NULL) STRICT");

const PAY: &str = "INSERT INTO player VALUES ('Quinn', 100) ON CONFLICT DO UPDATE SET gold = gold + 5";

const GOLD: &str = "SELECT gold FROM player";

extensions! {
    Economy() = |app| app.extension::<Self>().migrations([PLAYERS]).add_systems(Init, |db: Res<Db<Economy>>| -> Result {
        db.execute(PAY, ())?;
        Ok(())
    });
    Weather() = |app| app.extension::<Self>().add_systems(Init, || {});
    Hasty() = |app| app.extension::<Self>().migrations([PLAYERS, ("002 gold", "ALTER TABLE gold ADD COLUMN x")]);
    Follower(requires(Hasty)) = |app| app.extension::<Self>().add_systems(Init, || {});
    Asker() = |app| app.extension::<Self>().migrations([PLAYERS]).add_systems(Update, ask);
}

/// What is asked for within a frame.
#[derive(Resource, Clone, Copy)]
struct Asking(&'static str);

fn ask(db: Res<Db<Asker>>, asking: Option<Res<Asking>>, mut commands: Commands) {
    let Some(asking) = asking else { return };
    commands.remove_resource::<Asking>();
    commands.answer(db.later().query_one::<i64>(asking.0, ()), tell);
}

fn tell(In(answer): In<Result<i64, DbError>>, mut log: ResMut<Log>) -> Result {
    log.note(answer?.to_string());
    Ok(())
}

/// An app that keeps its data in a folder.
fn town(folder: &Path, with: impl FnOnce(TestAppBuilder) -> TestAppBuilder) -> TestApp {
    with(TestApp::builder().data(folder).setup(|app| _ = app.init_resource::<Log>())).start()
}

fn asking(app: &mut TestApp, sql: &'static str) {
    app.world_mut().insert_resource(Asking(sql));
}

fn gold(app: &TestApp, of: &str) -> Result<i64, DbError> {
    app.world().resource::<Data>().db(of).query_one(GOLD, ())
}

#[test]
fn what_is_in_tables_is_there_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    for expected in [100, 105, 110] {
        let app = town(folder.path(), |app| app.with::<Economy>());
        assert_eq!(app.world().resource::<Db<Economy>>().query_one(GOLD, ()), Ok(expected));
    }
}

#[test]
fn each_extension_has_a_database_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let app = town(folder.path(), |app| app.with::<Economy>().with::<Weather>());
    let error = app.world().resource::<Db<Weather>>().query::<i64>(GOLD, ()).unwrap_err();
    assert_eq!(error.to_string(), "no such table: player, in `SELECT gold FROM player`");
}

#[test]
fn nothing_is_made_on_disk_before_a_database_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Weather>());
    app.frames(2);
    app.world().resource::<Data>().flush().wait().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(!app.world().resource::<Db<Weather>>().is_running());
}

#[test]
fn where_data_lies_is_told_once_for_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    app.world().resource::<Data>().kv("Economy").set("motd", "well met").unwrap();
    app.frames(2);
    let told = format!("info: extensions keep their data in `{}`", folder.path().display());
    assert_eq!(app.logs().iter().filter(|line| **line == told).count(), 1, "{:#?}", app.logs());
}

#[test]
fn a_migration_that_fails_fails_its_extension() {
    let folder = tempfile::tempdir().unwrap();
    let app = town(folder.path(), |app| app.with::<Hasty>().with::<Follower>().with::<Economy>());
    app.assert_faults(
        "Hasty",
        &["in `build`: migration `002 gold` failed: no such table: gold, in `ALTER TABLE gold ADD COLUMN x`"],
    );
    let states = ["Hasty", "Follower", "Economy"].map(|name| app.world().resource::<Extensions>().state(name));
    assert_eq!(
        states.map(Option::unwrap),
        [ExtensionState::Failed, ExtensionState::Suspended, ExtensionState::Running]
    );
}

#[test]
fn a_disabled_extension_keeps_its_tables() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    app.world_mut().resource_mut::<Extensions>().disable("Economy");
    app.frames(1);
    assert_eq!(app.world().leftovers("Economy"), Some(vec![]));
    app.world_mut().resource_mut::<Extensions>().enable("Economy");
    app.frames(1);
    assert_eq!(gold(&app, "Economy"), Ok(105));
}

#[test]
fn what_is_forgotten_is_made_anew_when_its_extension_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    app.world_mut().resource_mut::<Extensions>().disable("Economy");
    app.frames(1);
    app.world_mut().forget_data("Economy").unwrap();
    assert!(!app.world().resource::<Data>().db("Economy").file().exists());
    app.world_mut().resource_mut::<Extensions>().enable("Economy");
    app.frames(1);
    assert_eq!(gold(&app, "Economy"), Ok(100));
}

#[test]
fn who_asks_within_a_frame_is_told_in_a_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Asker>());
    asking(&mut app, "SELECT 6 * 7");
    run_until(&mut app, |app| !app.world().resource::<Log>().0.is_empty());
    assert_eq!(noted(&mut app), "42");
    app.assert_quiet();
}

#[test]
fn an_answer_that_is_an_error_is_a_fault_of_who_does_nothing_about_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Asker>());
    asking(&mut app, "SELECT gold FROM player");
    run_until(&mut app, |app| !app.report().row("Asker").unwrap().faults.is_empty());
    app.assert_faults(
        "Asker",
        &["in what it does with an answer of its database: there should be one row, and there are 0"],
    );
    assert_eq!(app.world().resource::<Extensions>().state("Asker"), Some(ExtensionState::Running));
}

#[test]
fn who_has_stopped_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Asker>());
    let answered = app.world().resource::<Data>().db("Asker");
    asking(
        &mut app,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM (SELECT i FROM n LIMIT 100000)",
    );
    app.frames(1);
    app.world_mut().resource_mut::<Extensions>().disable("Asker");
    app.frames(1);
    assert_eq!(app.world().leftovers("Asker"), Some(vec![]));
    answered.flush().unwrap();
    app.frames(2);
    assert_eq!(noted(&mut app), "");
}

#[test]
fn the_app_has_tables_and_answers_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app);
    let answer = app.world().resource::<Data>().db("app").later().query_one::<i64>("SELECT 7", ());
    app.world_mut().commands().answer(answer, tell);
    run_until(&mut app, |app| !app.world().resource::<Log>().0.is_empty());
    assert_eq!(noted(&mut app), "7");
}

#[test]
fn a_copy_is_a_folder_to_start_from() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let app = town(folder.path(), |app| app.with::<Economy>());
    let data = app.world().resource::<Data>();
    data.kv("Economy").set("motd", "well met").unwrap();
    data.backup(copy.path()).wait().unwrap();
    let again = data.backup(copy.path()).wait().unwrap_err().to_string();
    assert!(again.ends_with("there is a file of that name already"), "{again}");

    let app = town(copy.path(), |app| app.with::<Economy>());
    assert_eq!(gold(&app, "Economy"), Ok(105));
    let motd = app.world().resource::<Data>().kv("Economy").get::<String>("motd");
    assert_eq!(motd.unwrap().as_deref(), Some("well met"));
}

#[test]
fn what_was_asked_for_last_is_on_disk_when_the_app_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    for _ in 0..100 {
        drop(app.world().resource::<Db<Economy>>().later().execute(PAY, ()));
    }
    app.world_mut().write_message(AppExit::Success);
    app.frames(1);
    assert_eq!(app.world().resource::<Db<Economy>>().waiting(), 0);
    drop(app);
    assert_eq!(gold(&town(folder.path(), |app| app), "Economy"), Ok(600));
}

#[test]
fn a_second_app_on_the_same_folder_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let _first = town(folder.path(), |app| app.with::<Economy>());
    let mut second = town(folder.path(), |app| app.with::<Economy>());
    second.frames(1);
    let why = format!(
        "`{}` is in use by another app, or by another store of this one: close it, or use another folder",
        folder.path().join(".db").display()
    );
    second.assert_faults("Economy", &[&format!("in `build`: {why}")]);
    second.assert_logged(&format!(
        "error: extensions cannot use databases: {why}\n  hint: see that this user may write there and nobody else does, or \
         name another folder in `data` of the host settings"
    ));
}

#[test]
fn without_a_folder_the_reason_is_told() {
    let mut app = App::new();
    app.add_plugins(host_with(r#"(data: "{cellar}")"#));
    let error = app.world().resource::<Data>().db("Economy").query_one::<i64>(GOLD, ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no data can be kept: the data folder `{cellar}` cannot be had: there is no placeholder `{cellar}`",
    );
}
