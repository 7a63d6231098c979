//! Extensions come from disk while the app runs, are read anew, and go.

use std::{fs, path::PathBuf};

use bevy_extensions::{
    ExtensionInfo, Switch, SwitchPlan, Value,
    prelude::*,
    test_kit::{TestApp, TestAppBuilder, extensions},
};
use tempfile::TempDir;

extensions! {
    Economy(version = "1.4.0") = |app| app.extension::<Self>().export_fn("gold", || 100);
    Market(version = "1.0.0", requires("stall" = "^1")) = |app| app.extension::<Self>().export_fn("price", || 7);
    Temple(version = "1.0.0", conflicts("tavern")) = |app| app.extension::<Self>().export_fn("pray", || 1);
}

/// A folder with extensions that are not searched for, and an app that can load them.
pub struct Shelf {
    pub folder: TempDir,
    pub app: TestApp,
}

impl Shelf {
    pub fn new(with: impl FnOnce(TestAppBuilder) -> TestAppBuilder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, app: with(TestApp::builder()).start() }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// Asks for switches in one frame, and runs it; returns the plan, without the folder.
    #[track_caller]
    pub fn ask(&mut self, switches: impl IntoIterator<Item = Switch>) -> String {
        let plan = self.plan(switches);
        self.app.world_mut().resource_mut::<Extensions>().confirm(plan.clone()).unwrap();
        self.app.frames(1);
        plan.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }

    pub fn plan(&mut self, switches: impl IntoIterator<Item = Switch>) -> SwitchPlan {
        self.app.world().resource::<Extensions>().plan_switches(switches)
    }

    pub fn load(&mut self, file: &str) -> String {
        let path = self.path(file);
        self.ask([Switch::load(path)])
    }

    pub fn call(&mut self, of: &str, function: &str) -> Value {
        self.app.world_mut().call(of, function, ()).unwrap()
    }
}

#[test]
fn a_script_is_loaded_by_its_path() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("rain.js", "//@extension version 1.2.0\nexports.drops = () => 3");
    assert_eq!(shelf.load("rain.js"), "load `rain` 1.2.0, and start it");
    shelf.app.assert_states("rain running");
    assert_eq!(shelf.call("rain", "drops"), 3);
}

#[test]
fn a_folder_is_loaded_and_finds_its_own_files() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("weather/main.js", "exports.drops = () => require('./lib/rain').drops");
    shelf.write("weather/lib/rain.js", "exports.drops = 5");
    assert_eq!(shelf.load("weather"), "load `weather` 0.0.0, and start it");
    assert_eq!(shelf.call("weather", "drops"), 5);
}

#[test]
fn what_is_loaded_finds_those_who_run() {
    let mut shelf = Shelf::new(|app| app.with::<Economy>());
    shelf.write(
        "stall.js",
        "//@extension requires Economy ^1\nconst e = extension.imports('Economy'); exports.gold = () => e.gold()",
    );
    assert_eq!(shelf.load("stall.js"), "load `stall` 0.0.0, and start it");
    assert_eq!(shelf.call("stall", "gold"), 100);
    shelf.app.assert_plan("Economy stall");
}

#[test]
fn paths_given_in_one_frame_resolve_together() {
    let mut shelf = Shelf::new(|app| app);
    let b = shelf.write("b.js", "//@extension requires cc\n");
    let c = shelf.write("c.js", "//@extension name cc\n");
    let a = shelf.write("a.js", "//@extension name aa\n//@extension requires bb\n");
    fs::rename(&b, shelf.path("bb.js")).unwrap();
    let loads = [a, shelf.path("bb.js"), c].map(Switch::load);
    assert_eq!(
        shelf.ask(loads),
        "load `cc` 0.0.0, and start it\nload `bb` 0.0.0, and start it\nload `aa` 0.0.0, and start it"
    );
    shelf.app.assert_plan("cc bb aa");
}

#[test]
fn what_cannot_start_is_refused_with_the_reason() {
    let mut shelf = Shelf::new(|app| app.with::<Economy>());
    shelf.write("stall.js", "//@extension requires Economy ^2\n");
    assert_eq!(shelf.load("stall.js"), "cannot load `stall.js`: it requires `Economy ^2`, but `Economy` is 1.4.0");
    shelf.write("broken.js", "let 3;");
    assert_eq!(
        shelf.load("broken.js"),
        "cannot load `broken.js`: `broken.js` cannot run here: SyntaxError: expecting ';', at broken.js:1:5",
    );
    assert_eq!(shelf.load("nothing.js"), "cannot load `nothing.js`: there is nothing at `nothing.js`");
    shelf.app.assert_states("Economy running");
}

#[test]
fn who_was_left_out_for_want_of_it_starts_with_it() {
    let mut shelf = Shelf::new(|app| app.host(|host| host.with_script("guild.js", "//@extension requires stall ^1\n")));
    shelf.app.assert_states("guild left out");
    shelf.write("stall.js", "//@extension version 1.0.0\n");
    assert_eq!(shelf.load("stall.js"), "load `stall` 1.0.0, and start it\nstart `guild`: it requires `stall`");
    shelf.app.assert_states("stall running, guild running");
    assert!(shelf.app.report().problems.is_empty());
}

#[test]
fn a_native_that_was_left_out_stays_so() {
    let mut shelf = Shelf::new(|app| app.with::<Market>());
    shelf.app.assert_states("Market left out");
    shelf.write("stall.js", "//@extension version 1.0.0\n");
    assert_eq!(shelf.load("stall.js"), "load `stall` 1.0.0, and start it");
    shelf.app.assert_states("stall running, Market left out");
    assert_eq!(
        shelf.app.report().problems[0].to_string(),
        "`Market` is left out: its code cannot run here: it was left out when the app started, and a native is built once",
    );
}

#[test]
fn nobody_is_put_out_by_what_is_loaded() {
    let mut shelf = Shelf::new(|app| app.with::<Temple>());
    shelf.write("tavern.js", "");
    assert_eq!(
        shelf.load("tavern.js"),
        "cannot load `tavern.js`: `Temple` cannot run beside it; unload or disable that one first",
    );
    shelf.app.assert_states("Temple running");
}

#[test]
fn a_name_that_is_there_is_not_loaded_again() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("rain.js", "");
    shelf.write("other/Rain.js", "");
    shelf.load("rain.js");
    assert_eq!(
        shelf.load("other/Rain.js"),
        "cannot load `other/Rain.js`: `Rain` is there already, from rain.js; reload it, or unload it first",
    );
}

#[test]
fn an_extension_is_unloaded_with_all_that_there_is_of_it() {
    let mut shelf = Shelf::new(|app| app.with::<Economy>());
    let count =
        |shelf: &Shelf| (shelf.app.world().entities().count_spawned(), shelf.app.world().iter_resources().count());
    shelf.app.frames(1);
    let before = count(&shelf);
    shelf.write(
        "stall.js",
        "//@extension requires Economy\nextension.on('a.*', () => 0); exports.f = () => 1; setInterval(() => 0, 1)",
    );
    shelf.load("stall.js");
    assert_eq!(shelf.ask([Switch::unload("stall")]), "stop `stall`, and unload it");
    assert_eq!(count(&shelf), before);
    shelf.app.assert_states("Economy running");
    shelf.app.assert_plan("Economy");
}

#[test]
fn dependents_of_what_goes_are_left_out_until_it_is_there_again() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("stall.js", "//@extension version 1.0.0\n");
    shelf.write("guild.js", "//@extension requires stall\n");
    let loads = ["stall.js", "guild.js"].map(|file| Switch::load(shelf.path(file)));
    shelf.ask(loads);
    assert_eq!(
        shelf.ask([Switch::unload("stall")]),
        "stop `guild`, which is left out then: it requires `stall`\nstop `stall`, and unload it",
    );
    shelf.app.assert_states("guild left out");
    assert_eq!(shelf.load("stall.js"), "load `stall` 1.0.0, and start it\nstart `guild`: it requires `stall`");
    shelf.app.assert_states("stall running, guild running");
}

#[test]
fn an_extension_is_read_anew_and_its_dependents_follow() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("stall.js", "//@extension version 1.0.0\nexports.price = () => 1");
    shelf.write(
        "guild.js",
        "//@extension requires stall\nconst stall = extension.imports('stall'); exports.price = () => stall.price()",
    );
    let loads = ["stall.js", "guild.js"].map(|file| Switch::load(shelf.path(file)));
    shelf.ask(loads);
    shelf.write("stall.js", "//@extension version 1.1.0\nexports.price = () => 2");
    assert_eq!(
        shelf.ask([Switch::reload("stall")]),
        "stop `guild`, to start it again: it requires `stall`\nstop `stall`, to load it anew\n\
         start `stall` 1.1.0\nstart `guild`: it requires `stall`",
    );
    assert_eq!(shelf.call("guild", "price"), 2);
    let world = shelf.app.world();
    let entity = world.resource::<Extensions>().entity("stall").unwrap();
    assert_eq!(world.get::<ExtensionInfo>(entity).unwrap().version.to_string(), "1.1.0");
}

#[test]
fn what_is_no_good_keeps_the_old_one_running() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("stall.js", "exports.price = () => 1");
    shelf.load("stall.js");
    shelf.write("stall.js", "exports.price = () => {");
    assert_eq!(
        shelf.ask([Switch::reload("stall")]),
        "cannot reload `stall`: `stall.js` cannot run here: SyntaxError: expecting ';', at stall.js:2:2",
    );
    shelf.write("stall.js", "//@extension requires Nobody\n");
    assert_eq!(shelf.ask([Switch::reload("stall")]), "cannot reload `stall`: it requires `Nobody`, which is not there",);
    fs::remove_file(shelf.path("stall.js")).unwrap();
    assert_eq!(shelf.ask([Switch::reload("stall")]), "cannot reload `stall`: there is nothing at `stall.js`");
    assert_eq!(shelf.call("stall", "price"), 1);
}

#[test]
fn what_fails_as_it_starts_has_failed_cleanly_and_can_be_mended() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("stall.js", "exports.price = () => 1");
    shelf.load("stall.js");
    shelf.write("stall.js", "throw new Error('closed')");
    shelf.ask([Switch::reload("stall")]);
    shelf.app.assert_states("stall failed");
    assert!(shelf.app.world().leftovers("stall").unwrap().is_empty());
    shelf.write("stall.js", "exports.price = () => 3");
    assert_eq!(shelf.ask([Switch::reload("stall")]), "start `stall` 0.0.0");
    assert_eq!(shelf.call("stall", "price"), 3);
}

#[test]
fn a_reload_under_another_name_is_another_extension() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("stall.js", "exports.price = () => 1");
    shelf.load("stall.js");
    shelf.write("stall.js", "//@extension name booth\nexports.price = () => 2");
    assert_eq!(shelf.ask([Switch::reload("stall")]), "stop `stall`, and unload it\nload `booth` 0.0.0, and start it");
    shelf.app.assert_states("booth running");
}

#[test]
fn a_script_that_was_off_at_the_start_can_be_enabled() {
    let mut shelf = Shelf::new(|app| {
        app.settings(r#"(disabled: ["guild"])"#).host(|host| host.with_script("guild.js", "exports.f = () => 1"))
    });
    shelf.app.assert_states("guild disabled");
    assert_eq!(shelf.ask([Switch::enable("guild")]), "start `guild`");
    shelf.app.assert_states("guild running");
    shelf.ask([Switch::disable("guild")]);
    shelf.app.assert_states("guild disabled");
}

#[test]
fn natives_are_neither_reloaded_nor_unloaded() {
    let mut shelf = Shelf::new(|app| app.with::<Economy>());
    assert_eq!(
        shelf.ask([Switch::unload("Economy"), Switch::reload("Economy")]),
        "cannot reload `Economy`: it is linked into the app, which neither loads nor unloads code; disable or restart it\n\
         cannot unload `Economy`: it is linked into the app, which neither loads nor unloads code; disable or restart it",
    );
}

#[test]
fn nobody_starts_at_run_time_who_was_barred_at_the_start() {
    let mut shelf = Shelf::new(|app| {
        app.host(|host| {
            let file = PathBuf::from("not_there.ron");
            let settings = bevy_extensions::SettingsSource::File(file);
            ExtensionsPlugin { settings, ..host }.with_script("guild.js", "")
        })
    });
    shelf.write("rain.js", "");
    assert_eq!(
        shelf.load("rain.js"),
        "cannot load `rain.js`: this app starts no extension; see the first problem in the report",
    );
    shelf.app.assert_states("guild planned");
}

#[test]
fn one_of_a_name_takes_the_place_of_another_in_one_frame() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("one/stall.js", "exports.price = () => 1");
    shelf.write("other/stall.js", "exports.price = () => 2");
    shelf.load("one/stall.js");
    let other = Switch::load(shelf.path("other/stall.js"));
    assert_eq!(
        shelf.ask([other, Switch::unload("stall")]),
        "stop `stall`, and unload it\nload `stall` 0.0.0, and start it",
    );
    assert_eq!(shelf.call("stall", "price"), 2);
}

#[test]
fn what_is_wrong_with_wishes_is_told_when_it_comes() {
    let mut shelf = Shelf::new(|app| app);
    shelf.write("aa/extension.ron", r#"(name: "aa", version: "1.0.0", after: ["bb"])"#);
    shelf.write("aa/main.js", "");
    shelf.write("bb/extension.ron", r#"(name: "bb", version: "1.0.0", after: ["aa"])"#);
    shelf.write("bb/main.js", "");
    shelf.load("aa");
    shelf.load("bb");
    shelf.app.assert_states("bb running, aa running");
    shelf.app.assert_logged(
        "warn: `bb` wishes to start after `aa`, which would make a cycle, `bb -> aa -> bb`: the wish is dropped\n  \
         hint: take this wish out of `after`, or loosen another step of the cycle",
    );
}
