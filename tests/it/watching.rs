//! What is edited while the app runs is loaded anew.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use bevy_extensions::{
    DevFolder, HostSettings, Problem, Value, explain,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use tempfile::TempDir;

use crate::support::run_until;

extensions! {
    Economy(version = "1.4.0") = |app| app.extension::<Self>().export_fn("gold", || 100);
}

/// A folder with a directory that is searched and watched, and an app.
struct Ground {
    folder: TempDir,
    app: TestApp,
}

impl Ground {
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, |_, _| ())
    }

    /// Changes the host settings, too.
    fn with(files: &[(&str, &str)], change: impl FnOnce(&Path, &mut HostSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("extensions")).unwrap();
        files.iter().for_each(|(file, text)| write(&folder.path().join(file), text));
        let app = start(folder.path(), change);
        Self { folder, app }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        write(&self.path(file), text);
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Runs frames until a function answers something.
    #[track_caller]
    fn answers(&mut self, of: &str, expected: i64) {
        run_until(&mut self.app, |app| {
            thread::sleep(Duration::from_millis(1));
            app.world_mut().call::<_, Value>(of, "f", ()).ok() == Some(expected.into())
        });
    }

    /// Runs frames until extensions are as they should be.
    #[track_caller]
    fn becomes(&mut self, expected: &str) {
        run_until(&mut self.app, |app| {
            thread::sleep(Duration::from_millis(1));
            states(app) == expected
        });
    }

    /// Runs frames until a line is in the log so many times.
    #[track_caller]
    fn says(&mut self, line: &str, times: usize) {
        let line = line.replace("GROUND", &self.folder.path().display().to_string());
        run_until(&mut self.app, |app| {
            thread::sleep(Duration::from_millis(1));
            app.logs().iter().filter(|told| **told == line).count() >= times
        });
        let told = self.app.logs().iter().filter(|told| **told == line).count();
        assert_eq!(told, times, "{line}");
    }

    /// Runs frames for as long as it takes to be sure that nothing happens.
    fn rest(&mut self) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(700) {
            self.app.frames(1);
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns what was told so far of switches, and of those that were refused.
    fn told(&self) -> Vec<String> {
        let is_told = |line: &String| line.contains("extensions are switched") || line.contains("cannot ");
        let folder = format!("{}/", self.folder.path().display());
        self.app.logs().into_iter().filter(is_told).map(|line| line.replace(&folder, "")).collect()
    }

    #[track_caller]
    fn check_told(&self, expected: &[&str]) {
        assert_eq!(self.told(), expected);
    }
}

fn start(folder: &Path, change: impl FnOnce(&Path, &mut HostSettings)) -> TestApp {
    let mut settings = HostSettings::default();
    settings.directories = vec![folder.join("extensions").display().to_string()];
    settings.dev.watch = true;
    change(folder, &mut settings);
    let host = |host| ExtensionsPlugin { files: true, settings: settings.into(), ..host };
    TestApp::builder().with::<Economy>().host(host).start()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Returns who is there, without the native that is always there.
fn states(app: &TestApp) -> String {
    let extensions = app.world().resource::<Extensions>();
    let told = extensions.iter().filter(|(name, _)| *name != "Economy");
    let told = told.map(|(name, _)| format!("{name} {}", extensions.state(name.as_str()).unwrap()));
    told.collect::<Vec<_>>().join(", ")
}

fn answer(number: i64) -> String {
    format!("exports.f = () => {number}")
}

#[test]
fn a_saved_file_is_loaded_anew() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.answers("rain", 1);
    ground.write("extensions/rain.js", "//@extension version 1.1.0\nexports.f = () => 2");
    ground.answers("rain", 2);
    ground.check_told(&["info: extensions are switched:\nstop `rain`, to load it anew\nstart `rain` 1.1.0"]);
}

#[test]
fn what_is_watched_is_said_at_the_start() {
    let mut ground = Ground::with(&[("wip/rain.js", "")], |folder, settings| {
        settings.dev.folders.push(DevFolder::new(folder.join("wip/rain.js").display().to_string()));
    });
    ground.says("info: extensions are watched in `GROUND/extensions`, `GROUND/wip`", 1);
}

#[test]
fn dependents_follow() {
    let mut ground = Ground::new(&[
        ("extensions/rain.js", "exports.f = () => 1"),
        (
            "extensions/flood.js",
            "//@extension requires rain\nconst rain = extension.imports('rain'); exports.f = () => rain.f()",
        ),
    ]);
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("flood", 2);
}

#[test]
fn what_does_not_parse_keeps_the_old_version_and_says_why_once() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.write("extensions/rain.js", "exports.f = () => {");
    let said = "cannot reload `rain`: `rain.js` cannot run here: SyntaxError: expecting ';', at \
                GROUND/extensions/rain.js:2:2";
    let said = format!("warn: {said}");
    ground.says(&said, 1);
    ground.answers("rain", 1);

    // The same again, by another event.
    ground.write("extensions/rain.js", "exports.f = () => {");
    ground.rest();
    ground.says(&said, 1);
    // Another content, with the same to say of it.
    ground.write("extensions/rain.js", "exports.g = () => {");
    ground.says(&said, 2);

    ground.write("extensions/rain.js", &answer(2));
    ground.answers("rain", 2);
    ground.write("extensions/rain.js", "exports.f = () => {");
    ground.says(&said, 3);
    ground.answers("rain", 2);
}

#[test]
fn what_has_failed_is_mended() {
    let mut ground = Ground::new(&[("extensions/rain.js", "throw new Error('dry')")]);
    ground.becomes("rain failed");
    ground.write("extensions/rain.js", &answer(1));
    ground.answers("rain", 1);
}

#[test]
fn what_was_left_out_is_mended() {
    let mut ground = Ground::new(&[
        ("extensions/flood.js", "//@extension requires rain ^1\nexports.f = () => 1"),
        ("extensions/rain.js", "//@extension version 2.0.0\n"),
        ("extensions/broken/extension.ron", "(nam: \"broken\")"),
        ("extensions/broken/main.js", "exports.f = () => 5"),
    ]);
    ground.becomes("rain running, flood left out");
    ground.write("extensions/flood.js", "//@extension requires rain ^2\nexports.f = () => 1");
    ground.answers("flood", 1);
    ground.write("extensions/broken/extension.ron", "(name: \"mended\")");
    ground.answers("mended", 5);
}

#[test]
fn who_was_left_out_for_want_of_a_version_comes_with_it() {
    let mut ground = Ground::new(&[
        ("extensions/flood.js", "//@extension requires rain ^1\nexports.f = () => 1"),
        ("extensions/rain.js", "//@extension version 2.0.0\n"),
    ]);
    ground.becomes("rain running, flood left out");
    ground.write("extensions/rain.js", "//@extension version 1.0.0\n");
    ground.answers("flood", 1);
}

#[test]
fn what_is_written_in_parts_is_there_in_the_end() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.write("extensions/rain.js", "exports.f = () =");
    ground.rest();
    ground.answers("rain", 1);
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("rain", 2);
}

#[test]
fn what_is_renamed_over_is_loaded_anew() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.write("extensions/.rain.js.new", &answer(2));
    ground.rename("extensions/.rain.js.new", "extensions/rain.js");
    ground.answers("rain", 2);
    ground.check_told(&["info: extensions are switched:\nstop `rain`, to load it anew\nstart `rain` 0.0.0"]);
}

#[test]
fn what_is_deleted_and_written_by_an_editor_never_goes() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.rename("extensions/rain.js", "extensions/rain.js~");
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(150) {
        ground.app.frames(1);
    }
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("rain", 2);
    ground.check_told(&["info: extensions are switched:\nstop `rain`, to load it anew\nstart `rain` 0.0.0"]);
}

#[test]
fn what_is_deleted_goes_and_comes_back() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.remove("extensions/rain.js");
    ground.becomes("");
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("rain", 2);
    ground.check_told(&[
        "info: extensions are switched:\nstop `rain`, and unload it",
        "info: extensions are switched:\nload `rain` 0.0.0, and start it",
    ]);
}

#[test]
fn what_is_renamed_is_another() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.rename("extensions/rain.js", "extensions/snow.js");
    ground.becomes("snow running");
    ground.rename("extensions/snow.js", "extensions/Snow.js");
    ground.becomes("Snow running");
    ground.answers("snow", 1);
}

#[test]
fn a_file_becomes_a_folder_and_back() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.remove("extensions/rain.js");
    ground.write("extensions/rain/main.js", &answer(2));
    ground.answers("rain", 2);
    fs::remove_dir_all(ground.path("extensions/rain")).unwrap();
    ground.write("extensions/rain.js", &answer(3));
    ground.answers("rain", 3);
    ground.becomes("rain running");
}

#[test]
fn a_folder_in_the_place_of_a_file_keeps_the_old_version_until_it_is_an_extension() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.remove("extensions/rain.js");
    ground.write("extensions/rain.js/notes.txt", "to do");
    ground.says(
        "warn: cannot reload `rain`: `GROUND/extensions/rain.js` is left out: it has neither a manifest nor a `main.js` or \
         `index.js`",
        1,
    );
    ground.answers("rain", 1);
    ground.write("extensions/rain.js/main.js", &answer(2));
    ground.answers("rain", 2);
}

#[test]
fn a_folder_without_its_script_keeps_the_old_version() {
    let mut ground = Ground::new(&[("extensions/rain/main.js", "exports.f = () => 1")]);
    ground.remove("extensions/rain/main.js");
    ground.says(
        "warn: cannot reload `rain`: `GROUND/extensions/rain` is left out: it has neither a manifest nor a `main.js` or \
         `index.js`",
        1,
    );
    ground.answers("rain", 1);
    ground.write("extensions/rain/main.js", &answer(2));
    ground.answers("rain", 2);
}

#[test]
fn what_is_written_a_hundred_times_is_loaded_a_few_times() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 0")]);
    for number in 1..=100 {
        ground.write("extensions/rain.js", &answer(number));
        ground.app.frames(1);
        thread::sleep(Duration::from_millis(10));
    }
    ground.answers("rain", 100);
    let switches = ground.told().len();
    assert!((1..=20).contains(&switches), "it was loaded {switches} times");
}

#[test]
fn what_is_merely_touched_runs_on() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.write("extensions/rain.js", &answer(1));
    fs::File::options()
        .append(true)
        .open(ground.path("extensions/rain.js"))
        .unwrap()
        .set_modified(std::time::SystemTime::now())
        .unwrap();
    ground.rest();
    ground.check_told(&[]);
}

#[test]
fn a_new_file_is_loaded() {
    let mut ground = Ground::new(&[]);
    ground.write("extensions/rain.js", &answer(1));
    ground.answers("rain", 1);
    ground.write("extensions/weather/package.json", r#"{"name": "weather", "main": "lib/sky.js"}"#);
    ground.write("extensions/weather/lib/sky.js", &answer(2));
    ground.answers("weather", 2);
}

#[test]
fn who_waits_for_another_comes_with_it() {
    let mut ground = Ground::new(&[]);
    ground.write("extensions/flood.js", "//@extension requires rain\nexports.f = () => 1");
    let said = "warn: cannot load `GROUND/extensions/flood.js`: it requires `rain`, which is not there";
    ground.says(said, 1);
    ground.write("extensions/snow.js", &answer(3));
    ground.answers("snow", 3);
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("flood", 1);
    ground.says(said, 1);
}

#[test]
fn files_written_together_need_each_other_in_any_order() {
    let mut ground = Ground::new(&[]);
    ground.write("extensions/a.js", "//@extension name aa\n//@extension requires bb\nexports.f = () => 1");
    ground.write("extensions/b.js", "//@extension name bb\n//@extension requires cc\n");
    ground.write("extensions/c.js", "//@extension name cc\n");
    ground.answers("aa", 1);
}

#[test]
fn the_files_of_a_folder_are_watched() {
    let mut ground = Ground::new(&[
        ("extensions/rain/main.js", "exports.f = () => require('./lib/deep/drops').drops"),
        ("extensions/rain/lib/deep/drops.js", "exports.drops = 1"),
    ]);
    ground.answers("rain", 1);
    ground.write("extensions/rain/lib/deep/drops.js", "exports.drops = 2");
    ground.answers("rain", 2);
    ground.write("extensions/rain/new/drops.js", "exports.drops = 3");
    ground.write("extensions/rain/main.js", "exports.f = () => require('./new/drops').drops");
    ground.answers("rain", 3);
    ground.write("extensions/rain/new/drops.js", "exports.drops = 4");
    ground.answers("rain", 4);
}

#[test]
fn a_dev_folder_of_code_and_resources_is_watched_in_both() {
    let main = "exports.f = () => Number(extension.files.read('drops.txt'))";
    let files = [("code/main.js", main), ("resources/drops.txt", "1"), ("resources/extension.ron", "(name: \"rain\")")];
    let mut ground = Ground::with(&files, |folder, settings| {
        let written = format!("code={0}/code,resources={0}/resources", folder.display());
        settings.dev.folders.push(written.parse().unwrap());
    });
    ground.answers("rain", 1);
    ground.write("resources/drops.txt", "2");
    ground.says("info: extensions are switched:\nstop `rain`, to load it anew\nstart `rain` 0.0.0", 1);
    ground.answers("rain", 2);
    ground.write("code/main.js", "exports.f = () => 10 * Number(extension.files.read('drops.txt'))");
    ground.answers("rain", 20);
}

#[test]
fn a_dev_folder_that_is_built_anew_keeps_its_extension_running() {
    let mut ground = Ground::with(&[("wip/rain/main.js", "exports.f = () => 1")], |folder, settings| {
        settings.dev.folders.push(DevFolder::new(folder.join("wip/rain").display().to_string()));
    });
    ground.answers("rain", 1);
    fs::remove_dir_all(ground.path("wip/rain")).unwrap();
    ground.says(
        "warn: `GROUND/wip/rain` is not there any more; what came from it runs on, and is compared with it when it is back",
        1,
    );
    ground.answers("rain", 1);
    ground.write("wip/rain/main.js", &answer(2));
    ground.answers("rain", 2);
    ground.write("wip/rain/main.js", &answer(3));
    ground.answers("rain", 3);
}

#[test]
fn a_dev_folder_that_is_not_there_yet_comes() {
    let mut ground = Ground::with(&[], |folder, settings| {
        settings.dev.folders.push(DevFolder::new(folder.join("wip/rain").display().to_string()));
    });
    ground.becomes("");
    ground.write("wip/rain/main.js", &answer(1));
    ground.answers("rain", 1);
}

#[test]
fn a_directory_that_disappears_is_compared_when_it_is_back() {
    let mut ground = Ground::new(&[
        ("extensions/rain.js", "exports.f = () => 1"),
        ("extensions/snow.js", "exports.f = () => 1"),
        ("extensions/hail.js", "exports.f = () => 1"),
    ]);
    ground.rename("extensions", "away");
    ground.says(
        "warn: `GROUND/extensions` is not there any more; what came from it runs on, and is compared with it when it is back",
        1,
    );
    ground.becomes("hail running, rain running, snow running");
    ground.write("away/snow.js", &answer(2));
    ground.write("away/fog.js", &answer(3));
    ground.remove("away/hail.js");
    ground.rename("away", "extensions");
    ground.becomes("fog running, rain running, snow running");
    ground.answers("snow", 2);
    ground.write("extensions/rain.js", &answer(4));
    ground.answers("rain", 4);
}

#[test]
fn a_directory_that_is_made_anew_at_once_is_watched_on() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    fs::remove_dir_all(ground.path("extensions")).unwrap();
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("rain", 2);
    ground.write("extensions/rain.js", &answer(3));
    ground.answers("rain", 3);
}

#[test]
fn a_directory_that_is_not_there_at_the_start_is_watched_when_it_comes() {
    let mut ground = Ground::with(&[], |folder, settings| {
        settings.directories = vec![folder.join("later").display().to_string()];
    });
    ground.write("later/rain.js", &answer(1));
    ground.answers("rain", 1);
    ground.write("later/rain.js", &answer(2));
    ground.answers("rain", 2);
}

#[test]
fn what_was_loaded_from_elsewhere_is_watched() {
    let mut ground =
        Ground::new(&[("shelf/rain.js", "exports.f = () => 1"), ("shelf/snow/main.js", "exports.f = () => 1")]);
    for path in ["shelf/rain.js", "shelf/snow"] {
        let path = ground.path(path);
        ground.app.world_mut().resource_mut::<Extensions>().load(path);
    }
    ground.answers("rain", 1);
    // It is looked for new places about once a second.
    ground.rest();
    ground.rest();
    ground.write("shelf/rain.js", &answer(2));
    ground.write("shelf/snow/main.js", &answer(2));
    ground.answers("rain", 2);
    ground.answers("snow", 2);
    ground.write("shelf/other.js", &answer(1));
    ground.remove("shelf/rain.js");
    ground.becomes("snow running");
    ground.write("shelf/rain.js", &answer(3));
    ground.answers("rain", 3);
    ground.becomes("rain running, snow running");
}

#[test]
fn an_entry_that_was_loaded_under_another_path_is_there_once() {
    let mut ground = Ground::new(&[("shelf/x", "")]);
    ground.write("later/rain.js", &answer(1));
    let path = ground.path("shelf/../later/rain.js");
    ground.app.world_mut().resource_mut::<Extensions>().load(path);
    ground.app.frames(1);
    ground.becomes("rain running");
    ground.rest();
    ground.rest();
    ground.write("later/rain.js", &answer(2));
    ground.answers("rain", 2);
}

#[test]
fn hidden_files_and_those_of_editors_and_tools_do_nothing() {
    let mut ground = Ground::new(&[("extensions/rain/main.js", "exports.f = () => 1")]);
    for file in [
        ".rain.js.swp",
        ".libs/x.js",
        "node_modules/x/index.js",
        "rain/.git/x.js",
        "rain/node_modules/x.js",
        "rain.js~",
        "4913",
    ] {
        ground.write(&format!("extensions/{file}"), "x");
    }
    ground.rest();
    ground.check_told(&[]);
    ground.becomes("rain running");
}

#[test]
fn what_an_extension_writes_itself_does_not_load_it_anew() {
    let script = "exports.f = () => { extension.storage.write('log.txt', 'x'.repeat(n++)); return n; }; let n = 0";
    let mut ground = Ground::new(&[("extensions/rain.js", script)]);
    ground.answers("rain", 1);
    ground.answers("rain", 2);
    ground.rest();
    ground.check_told(&[]);
}

#[test]
fn one_who_is_off_stays_off() {
    let mut ground = Ground::with(&[("extensions/rain.js", "exports.f = () => 1")], |_, settings| {
        settings.disabled.insert("rain".parse().unwrap());
    });
    ground.becomes("rain disabled");
    ground.write("extensions/rain.js", "//@extension version 1.1.0\n");
    ground.says("info: extensions are switched:\nload `rain` 1.1.0 anew, which is disabled", 1);
    ground.becomes("rain disabled");
}

#[test]
fn a_name_that_is_taken_is_said_once() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    ground.write("extensions/other.js", "//@extension name Rain\n");
    let said = "warn: cannot load `GROUND/extensions/other.js`: `Rain` is there already, from GROUND/extensions/rain.js; \
                reload it, or unload it first";
    ground.says(said, 1);
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("rain", 2);
    ground.says(said, 1);
    ground.remove("extensions/rain.js");
    ground.becomes("Rain running");
}

#[cfg(unix)]
#[test]
fn links_are_watched_where_they_lead() {
    let mut ground =
        Ground::new(&[("source/rain.js", "exports.f = () => 1"), ("source/snow/main.js", "exports.f = () => 1")]);
    for entry in ["rain.js", "snow"] {
        std::os::unix::fs::symlink(
            ground.path(&format!("source/{entry}")),
            ground.path(&format!("extensions/{entry}")),
        )
        .unwrap();
    }
    ground.answers("rain", 1);
    ground.answers("snow", 1);
    ground.write("source/rain.js", &answer(2));
    ground.write("source/snow/main.js", &answer(2));
    ground.answers("rain", 2);
    ground.answers("snow", 2);
    ground.remove("extensions/rain.js");
    ground.becomes("snow running");
}

#[cfg(unix)]
#[test]
fn a_directory_may_be_a_link() {
    let mut ground = Ground::with(&[("real/rain.js", "exports.f = () => 1")], |folder, settings| {
        std::os::unix::fs::symlink(folder.join("real"), folder.join("linked")).unwrap();
        settings.directories = vec![folder.join("linked").display().to_string()];
    });
    ground.write("real/rain.js", &answer(2));
    ground.answers("rain", 2);
}

#[test]
fn what_is_not_watched_is_a_warning_with_a_way_out() {
    let not_watched = |folder: Option<&str>| Problem::NotWatched {
        folder: folder.map(Into::into),
        why: "it is too large".into(),
        hint: "make it smaller".into(),
    };
    assert_eq!(
        explain(&[not_watched(None), not_watched(Some("extensions"))]),
        "warning: nothing is watched: it is too large\n  hint: make it smaller\n\
         warning: `extensions` is not watched: it is too large\n  hint: make it smaller\n",
    );
}

#[test]
fn what_changes_while_the_app_starts_is_not_missed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extensions/rain.js");
    write(&file, "exports.f = () => 1");
    let mut settings = HostSettings::default();
    settings.directories = vec![folder.path().join("extensions").display().to_string()];
    settings.dev.watch = true;
    let host = |host| ExtensionsPlugin { files: true, settings: settings.into(), ..host };
    let app = TestApp::builder().host(host).build();
    write(&file, "exports.f = () => 2");
    let mut ground = Ground { folder, app };
    ground.answers("rain", 2);
}

#[test]
fn without_watching_nothing_is_loaded_anew() {
    let mut ground = Ground::with(&[("extensions/rain.js", "exports.f = () => 1")], |_, settings| {
        settings.dev.watch = false;
    });
    ground.write("extensions/rain.js", &answer(2));
    ground.rest();
    ground.answers("rain", 1);
}

#[test]
fn two_apps_watch_one_folder_each_for_itself() {
    let mut ground = Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]);
    let mut other = Ground { app: start(ground.folder.path(), |_, _| ()), folder: tempfile::tempdir().unwrap() };
    ground.write("extensions/rain.js", &answer(2));
    ground.answers("rain", 2);
    other.answers("rain", 2);
}

#[cfg(target_os = "linux")]
#[test]
fn the_thread_and_the_handles_go_with_the_app() {
    let own = |what: &str| fs::read_dir(format!("/proc/self/{what}")).unwrap().filter_map(Result::ok);
    let watches = || {
        let is_of_ours =
            |path: PathBuf| fs::read_to_string(path.join("comm")).is_ok_and(|it| it.starts_with("notify-rs"));
        own("task").filter(|entry| is_of_ours(entry.path())).count()
    };
    // Other tests of this process watch too, and come and go; so this looks whether many would add up.
    for _ in 0..40 {
        drop(Ground::new(&[("extensions/rain.js", "exports.f = () => 1")]));
    }
    let began = Instant::now();
    while watches() >= 40 {
        assert!(began.elapsed() < Duration::from_secs(60), "threads are left");
        thread::sleep(Duration::from_millis(5));
    }
}
