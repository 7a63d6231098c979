//! What extensions keep: keys and values, and resources that stay.

use std::path::Path;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    Switch,
    data::{Data, Kv, KvChanged},
    prelude::*,
    test_kit::{TestApp, TestAppBuilder, extensions},
};
use serde::{Deserialize, Serialize};

use crate::support::{Log, check_said, host_with, noted, scripts};

#[derive(Resource, Default, Serialize, Deserialize, PartialEq, Debug)]
struct HighScores(Vec<u32>);

extensions! {
    Economy() = |app| app.extension::<Self>().add_systems(Init, |kv: Res<Kv<Economy>>| -> Result {
        kv.incr("starts", 1)?;
        Ok(())
    });
    Weather() = |app| app.extension::<Self>().export_fn("starts", |kv: Res<Kv<Weather>>| -> Result<Option<u32>> {
        Ok(kv.get("starts")?)
    });
    Arcade() = |app| app.extension::<Self>().persistent::<HighScores>();
    Teller() = |app| app.extension::<Self>()
        .watch_keys(("gold",))
        .observe(|changed: On<KvChanged>, mut log: ResMut<Log>| log.note(format!("{:?}", changed.key)));
}

/// An app that keeps its data in a folder.
fn town(folder: &Path, with: impl FnOnce(TestAppBuilder) -> TestAppBuilder) -> TestApp {
    with(TestApp::builder().data(folder).setup(|app| _ = app.init_resource::<Log>())).start()
}

fn kv(app: &TestApp, of: &str) -> bevy_extensions::data::KvNamespace {
    app.world().resource::<Data>().kv(of)
}

#[test]
fn what_an_extension_keeps_is_there_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    for starts in 1..4 {
        let app = town(folder.path(), |app| app.with::<Economy>());
        assert_eq!(app.world().resource::<Kv<Economy>>().get("starts").unwrap(), Some(starts));
    }
}

#[test]
fn extensions_never_see_what_others_keep() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>().with::<Weather>());
    assert_eq!(app.world_mut().call::<_, Option<u32>>("Weather", "starts", ()).unwrap(), None);
}

#[test]
fn nothing_is_made_on_disk_before_something_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Weather>());
    assert_eq!(app.world_mut().call::<_, Option<u32>>("Weather", "starts", ()).unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn where_data_lies_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    app.frames(2);
    let told = format!("info: extensions keep their data in `{}`", folder.path().display());
    assert_eq!(app.logs().iter().filter(|line| **line == told).count(), 1, "{:#?}", app.logs());
}

#[test]
fn a_disabled_extension_keeps_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    for switch in [Switch::disable("Economy"), Switch::enable("Economy")] {
        app.world_mut().resource_mut::<Extensions>().switch(switch);
        app.frames(1);
    }
    assert_eq!(kv(&app, "Economy").get("starts").unwrap(), Some(2));
}

#[test]
fn a_persistent_resource_is_kept_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Arcade>());
    assert_eq!(*app.world().resource::<HighScores>(), HighScores::default());
    app.world_mut().resource_mut::<HighScores>().0.push(7);
    app.frames(1);
    drop(app);
    let app = town(folder.path(), |app| app.with::<Arcade>());
    assert_eq!(*app.world().resource::<HighScores>(), HighScores(vec![7]));
}

#[test]
fn a_persistent_resource_goes_with_its_extension_and_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Arcade>());
    app.world_mut().resource_mut::<HighScores>().0.push(7);
    app.world_mut().resource_mut::<Extensions>().disable("Arcade");
    app.frames(1);
    assert!(!app.world().contains_resource::<HighScores>());
    assert_eq!(app.world().leftovers("Arcade"), Some(vec![]));
    app.world_mut().resource_mut::<Extensions>().enable("Arcade");
    app.frames(1);
    assert_eq!(*app.world().resource::<HighScores>(), HighScores(vec![7]));
}

#[test]
fn what_cannot_be_read_fails_the_extension_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let app = town(folder.path(), |app| app);
    kv(&app, "Arcade").set(("persistent", "HighScores"), "none").unwrap();
    drop(app);
    let app = town(folder.path(), |app| app.with::<Arcade>());
    app.assert_faults(
        "Arcade",
        &["in `build`: `(\"persistent\", \"HighScores\")` cannot be read as `it::data_kv::HighScores`: there is `\"none\"`, invalid type: \
           string \"none\", expected a sequence at line 1 column 6"],
    );
    assert_eq!(kv(&app, "Arcade").get(("persistent", "HighScores")).unwrap(), Some("none".to_string()));
}

#[test]
fn an_extension_hears_of_keys_that_it_watches_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Teller>());
    kv(&app, "Teller").set(("gold", 7), &1).unwrap();
    kv(&app, "Teller").set(("gold", 7), &2).unwrap();
    kv(&app, "Teller").set("motd", "well met").unwrap();
    kv(&app, "Economy").set(("gold", 8), &2).unwrap();
    app.frames(2);
    assert_eq!(noted(&mut app), "Some(Key((\"gold\", 7)))");
    app.world_mut().resource_mut::<Extensions>().disable("Teller");
    app.frames(1);
    kv(&app, "Teller").set(("gold", 9), &1).unwrap();
    app.world_mut().resource_mut::<Extensions>().enable("Teller");
    app.frames(2);
    assert_eq!(noted(&mut app), "");
}

#[test]
fn a_second_app_on_the_same_folder_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let _first = town(folder.path(), |app| app.with::<Economy>());
    let second = town(folder.path(), |app| app.with::<Economy>());
    let kept = folder.path().join(".kv").display().to_string();
    second.assert_faults(
        "Economy",
        &[&format!(
            "in `Init`: `{kept}` is in use by another app, or by another store of this one: close it, or use another folder"
        )],
    );
    second.assert_logged(&format!(
        "error: extensions cannot keep data: `{kept}` is in use by another app, or by another store of this one: close \
         it, or use another folder\n  hint: see that this user may write there and nobody else does, or name another folder \
         in `data` of the host settings"
    ));
}

#[test]
fn a_script_keeps_keys_and_values() {
    let text = "
        const { kv } = extension.imports('data');
        kv.set('motd', 'well met');
        kv.setMany({ 'a': 1, 'b': { c: [2] } });
        kv.set(['gold', 7], 100);
        console.log(kv.get('motd'), kv.get('b').c[0], kv.get('nothing'), kv.has('a'), kv.getMany(['a', 'x']));
        console.log(kv.incr(['gold', 7], 5), kv.decr(['gold', 7]), kv.incr('count'));
        console.log(kv.update('names', (names) => [...(names ?? []), 'Quinn']));
        console.log(kv.update('names', (names) => [...(names ?? []), 'Rose']));
        console.log(kv.list(['gold']), kv.list('', { limit: 2 }).next);
        console.log(kv.transact({ when: { a: 1 }, set: { a: 2 }, delete: ['b'] }), kv.transact({ when: { a: 1 }, set: { a: 3 } }), kv.get('a'), kv.has('b'));
        kv.delete('a');
        console.log(kv.has('a'), kv.expire('motd', 1000), kv.expire('nothing', 5));
        kv.clear();
        console.log(kv.list().entries.length);
    ";
    let app = scripts(&[("aa.js", text)]).start();
    check_said(
        &app,
        &[
            "aa: well met 2 null true [ 1, null ]",
            "aa: 105 104 1",
            "aa: [ 'Quinn' ]",
            "aa: [ 'Quinn', 'Rose' ]",
            "aa: { entries: [ { key: [ 'gold', 7 ], value: 104 } ], next: null } b",
            "aa: true false 2 false",
            "aa: false true false",
            "aa: 0",
        ],
    );
}

#[test]
fn a_script_hears_of_keys_that_it_watches() {
    let text = "
        const { kv } = extension.imports('data');
        kv.watch(['gold'], (key) => console.log('changed', key));
        extension.exports = { pay: () => kv.incr(['gold', 7], 5), greet: () => kv.set('motd', 'hi') };
    ";
    let mut app = scripts(&[("aa.js", text)]).start();
    app.world_mut().call::<_, u32>("aa", "pay", ()).unwrap();
    app.world_mut().call::<_, bevy_extensions::Value>("aa", "greet", ()).unwrap();
    app.frames(2);
    check_said(&app, &["aa: changed [ 'gold', 7 ]"]);
}

#[test]
fn what_does_not_fit_is_an_error_with_its_line() {
    let text = "
        const { kv } = extension.imports('data');
        kv.set({ a: 1 }, 2);
    ";
    let app = scripts(&[("aa.js", text)]).start();
    app.assert_faults(
        "aa",
        &["at the top level of its script: Error: a key is a text, a whole number, or a list of them, at aa.js:3:12"],
    );
}

#[test]
fn what_an_extension_keeps_can_be_forgotten_when_it_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    app.storage("Economy").write("ledger.txt", "100").unwrap();
    assert_eq!(
        app.world_mut().forget_data("economy").unwrap_err().to_string(),
        "`economy` runs, and may need what it keeps; disable it first",
    );
    app.world_mut().resource_mut::<Extensions>().disable("Economy");
    app.frames(1);
    app.world_mut().forget_data("economy").unwrap();
    assert_eq!(kv(&app, "Economy").get::<u32>("starts").unwrap(), None);
    assert!(!folder.path().join("economy").exists());
}

#[test]
fn what_was_written_last_is_on_disk_when_the_app_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = town(folder.path(), |app| app.with::<Economy>());
    for number in 0..1000 {
        kv(&app, "Economy").set(("number", number), &number).unwrap();
    }
    app.world_mut().write_message(AppExit::Success);
    app.frames(1);
    assert!(app.world().resource::<Data>().flush().is_done());
    // Nobody has closed it, as if the process had ended here: a copy of the file has it all.
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join(".kv")).unwrap();
    std::fs::copy(folder.path().join(".kv/kv.redb"), copy.path().join(".kv/kv.redb")).unwrap();
    let app = town(copy.path(), |app| app);
    assert_eq!(kv(&app, "Economy").get(("number", 999)).unwrap(), Some(999));
}

#[test]
fn where_there_is_no_folder_whoever_writes_is_told_why() {
    let mut app = App::new();
    app.add_plugins(host_with(r#"(data: "{cellar}")"#));
    let error = app.world().resource::<Data>().kv("Economy").set("motd", "well met").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no data can be kept: the data folder `{cellar}` cannot be had: there is no placeholder `{cellar}`",
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_told_and_the_app_runs_on() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "in the way").unwrap();
    let app = town(&folder.path().join("file"), |app| app.with::<Economy>().with::<Weather>());
    let told = app.logs().into_iter().find(|line| line.starts_with("error: extensions cannot keep data: "));
    let is_helpful = |line: &String| line.contains(".kv") && line.ends_with("in `data` of the host settings");
    assert!(told.as_ref().is_some_and(is_helpful), "{:#?}", app.logs());
    app.assert_states("Economy failed, Weather running");
}

#[test]
fn what_is_too_large_is_an_error_that_a_script_can_catch() {
    let text = "
        const { kv } = extension.imports('data');
        for (const write of [() => kv.set('a', 'x'.repeat(2 ** 20)), () => kv.set('k'.repeat(2000), 1), () => kv.incr('a', 1.5)])
            try { write() } catch (error) { console.log(error.message) }
        kv.set('text', 'x');
        try { kv.incr('text') } catch (error) { console.log(error.message) }
        console.log(kv.has('a'));
    ";
    let app = scripts(&[("aa.js", text)]).start();
    let key = "k".repeat(40);
    check_said(
        &app,
        &[
            "aa: the value of `a` is too large: it takes 1048578 bytes, and 1048576 are the most",
            &format!("aa: the key `{key}...` is too long: it takes 2002 bytes, and 1024 are the most"),
            "aa: that is no whole number of 64 bits",
            "aa: `text` cannot be read as `i64`: there is `\"x\"`, invalid type: string \"x\", expected i64 at line 1 \
             column 3",
            "aa: false",
        ],
    );
}

#[test]
fn a_script_reads_and_writes_while_an_event_is_delivered() {
    let text = "
        const { kv } = extension.imports('data');
        extension.on('paid', (event) => { event.sum = kv.incr('gold', event.gold) });
    ";
    let mut app = scripts(&[("aa.js", text)]).start();
    let paid = bevy_extensions::json!({ "gold": 7 });
    app.world_mut().emit("paid", paid.clone()).unwrap();
    assert_eq!(app.world_mut().emit("paid", paid).unwrap()["sum"], 14);
}

#[test]
fn what_a_script_keeps_stays_when_it_is_unloaded() {
    let text = "const { kv } = extension.imports('data'); kv.incr('starts');";
    let mut app = scripts(&[("aa.js", text)]).start();
    app.world_mut().resource_mut::<Extensions>().switch(Switch::unload("aa"));
    app.frames(1);
    assert!(app.world().resource::<Extensions>().state("aa").is_none());
    assert_eq!(kv(&app, "aa").get("starts").unwrap(), Some(1));
    app.world_mut().forget_data("aa").unwrap();
    assert_eq!(kv(&app, "aa").get::<u32>("starts").unwrap(), None);
}

#[test]
fn damaged_data_is_set_aside_and_its_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    drop(town(folder.path(), |app| app.with::<Economy>()));
    let file = folder.path().join(".kv/kv.redb");
    std::fs::write(&file, "no store").unwrap();
    let app = town(folder.path(), |app| app.with::<Economy>());
    app.assert_state("Economy", ExtensionState::Running);
    assert_eq!(kv(&app, "Economy").get("starts").unwrap(), Some(1));
    let aside = folder.path().join(".kv/kv.corrupt-1.redb");
    assert_eq!(std::fs::read_to_string(&aside).unwrap(), "no store");
    let told = app.logs().into_iter().find(|line| line.starts_with("error: the data of extensions was damaged: "));
    let end = format!(
        "; it was set aside as `{}`\n  hint: put a copy in its place while the app does not run, if you have one",
        aside.display()
    );
    assert!(told.is_some_and(|line| line.ends_with(&end)), "{:#?}", app.logs());
}
