//! The files of an extension: those that came with it, and those that it writes.

use std::{fs, path::Path};

use bevy_extensions::{
    ExtensionFiles, Files, HostSettings, Overwrite, Storage, Switch, json,
    prelude::*,
    test_kit::{TestApp, TestAppBuilder, extensions},
};

use crate::support::{check_said, scripts};

extensions! {
    Greeter(files = "files/greeter") = |app| {
        // They are there already.
        app.world().resource::<Files<Self>>().storage().write("built", "yes").unwrap();
    };
    Baker(files = "files/baker") = |app| app.extension::<Self>();
    Weather() = |app| app.extension::<Self>();
}

fn start() -> TestApp {
    TestApp::builder().with::<Greeter>().with::<Baker>().with::<Weather>().start()
}

fn files<E: Extension>(app: &TestApp) -> &Files<E> {
    app.world().resource()
}

/// Begins an app that finds extensions in a folder, and writes into another.
fn app_of(folder: &Path, data: &Path) -> TestAppBuilder {
    let mut settings = HostSettings::default();
    settings.directories = vec![folder.display().to_string()];
    TestApp::builder().data(data).host(|host| ExtensionsPlugin { files: true, settings: settings.into(), ..host })
}

#[test]
fn what_came_with_a_native_is_read() {
    let app = start();
    let files = files::<Greeter>(&app);
    assert_eq!(files.list(""), ["maps/town.bin", "maps/town.txt", "noted.txt", "rules.txt"]);
    assert_eq!(files.list("maps/"), ["maps/town.bin", "maps/town.txt"]);
    assert_eq!(files.read_text("rules.txt").unwrap(), "be kind\n");
    assert_eq!(files.read("./maps//town.bin").unwrap(), b"\xff\0\x01");
    assert!(files.contains("rules.txt"));
    assert!(!files.contains("maps"));
    assert!(!files.contains("laws.txt"));
    app.assert_quiet();
}

#[test]
fn a_text_is_without_what_an_editor_puts_before_it() {
    let app = start();
    assert_eq!(files::<Greeter>(&app).read("noted.txt").unwrap(), b"\xef\xbb\xbfnote\n");
    assert_eq!(files::<Greeter>(&app).read_text("noted.txt").unwrap(), "note\n");
}

#[test]
fn files_are_there_in_build_already() {
    let app = start();
    app.assert_quiet();
    assert_eq!(app.storage("Greeter").read_text("built").as_deref(), Ok("yes"));
}

#[test]
fn an_extension_without_files_has_a_storage_all_the_same() {
    let app = start();
    let files = files::<Weather>(&app);
    assert_eq!(files.list(""), [""; 0]);
    assert_eq!(files.read("rules.txt").unwrap_err().to_string(), "there is no file `rules.txt`");
    files.storage().write("rain", "3").unwrap();
    assert_eq!(files.storage().read_text("rain").unwrap(), "3");
}

#[test]
fn two_extensions_never_see_each_others_files() {
    let app = start();
    let (greeter, baker) = (files::<Greeter>(&app), files::<Baker>(&app));
    assert_eq!(baker.read_text("rules.txt").unwrap(), "bread\n");
    assert!(!baker.contains("maps/town.txt"));
    greeter.storage().write("rules.txt", "greeter's").unwrap();
    assert!(!baker.storage().contains("rules.txt"));
    assert_eq!(baker.storage().list(""), [""; 0]);
}

#[test]
fn the_folder_is_made_when_it_is_first_needed_and_is_named_in_lower_case() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("data");
    let app = TestApp::builder().with::<Weather>().data(&folder).start();
    let storage = files::<Weather>(&app).storage();
    assert!(!storage.contains("rain"));
    assert_eq!(storage.list(""), [""; 0]);
    assert!(!storage.remove("rain").unwrap());
    assert!(!folder.exists(), "to look makes nothing");

    assert_eq!(storage.folder().unwrap(), folder.join("weather"));
    assert!(folder.join("weather").is_dir());
}

#[test]
fn what_is_written_is_listed_read_and_removed() {
    let app = start();
    let storage = files::<Weather>(&app).storage();
    storage.write("days/monday.txt", "rain").unwrap();
    storage.write("days/tuesday.txt", "snow").unwrap();
    storage.write(".hidden", "").unwrap();
    storage.write("days/monday.txt", "sun").unwrap();
    assert_eq!(storage.list(""), [".hidden", "days/monday.txt", "days/tuesday.txt"]);
    assert_eq!(storage.list("days/m"), ["days/monday.txt"]);
    assert_eq!(storage.read_text("days/monday.txt").unwrap(), "sun");
    assert!(storage.remove("days/monday.txt").unwrap());
    assert!(!storage.remove("days/monday.txt").unwrap());
    assert_eq!(storage.list("days/"), ["days/tuesday.txt"]);
}

#[test]
fn what_is_written_is_there_at_the_next_start() {
    let data = tempfile::tempdir().unwrap();
    let app = TestApp::builder().with::<Weather>().data(data.path()).start();
    files::<Weather>(&app).storage().write("rain", "3").unwrap();
    drop(app);
    let app = TestApp::builder().with::<Weather>().data(data.path()).start();
    assert_eq!(files::<Weather>(&app).storage().read_text("rain").unwrap(), "3");
}

#[test]
fn a_file_that_came_along_is_saved_once() {
    let app = start();
    let files = files::<Greeter>(&app);
    assert_eq!(files.save("maps/town.txt", Overwrite::Never), Ok(true));
    assert_eq!(files.storage().read_text("maps/town.txt").unwrap(), "houses\n");

    files.storage().write("maps/town.txt", "ruins\n").unwrap();
    assert_eq!(files.save("./maps/town.txt", Overwrite::Never), Ok(false));
    assert_eq!(files.storage().read_text("maps/town.txt").unwrap(), "ruins\n");
}

#[test]
fn a_saved_file_is_overwritten_if_that_is_asked_for() {
    let app = start();
    let files = files::<Greeter>(&app);
    files.storage().write("rules.txt", "edited").unwrap();
    assert_eq!(files.save("rules.txt", Overwrite::Always), Ok(true));
    assert_eq!(files.storage().read_text("rules.txt").unwrap(), "be kind\n");
}

#[test]
fn what_did_not_come_along_cannot_be_saved() {
    let app = start();
    let files = files::<Greeter>(&app);
    files.storage().write("laws.txt", "none").unwrap();
    for overwrite in [Overwrite::Never, Overwrite::Always] {
        let error = files.save("laws.txt", overwrite).unwrap_err();
        assert_eq!(error.to_string(), "there is no file `laws.txt`");
    }
    assert_eq!(files.storage().read_text("laws.txt").unwrap(), "none");
}

#[test]
fn the_test_kit_leaves_nothing_behind() {
    let app = start();
    let folder = files::<Greeter>(&app).storage().folder().unwrap().to_path_buf();
    assert!(folder.is_dir());
    drop(app);
    assert!(!folder.parent().unwrap().exists());
}

#[test]
fn apps_do_not_share_their_folders_in_tests() {
    let (one, other) = (start(), start());
    files::<Weather>(&one).storage().write("rain", "3").unwrap();
    assert!(!files::<Weather>(&other).storage().contains("rain"));
}

#[test]
fn no_extension_has_a_name_that_is_none_of_a_folder() {
    let data = tempfile::tempdir().unwrap();
    let storage = Storage::new(data.path(), &"Nul".parse().unwrap());
    assert_eq!(storage.folder().unwrap(), data.path().join("nul-"));
}

// Scripts.

/// Writes an extension of several files.
fn town(folder: &Path, main: &str) {
    let town = folder.join("Town");
    fs::create_dir_all(town.join("lib")).unwrap();
    fs::write(town.join("main.js"), main).unwrap();
    fs::write(town.join("rules.json"), r#"{"gold": 5}"#).unwrap();
    fs::write(town.join("lib/house.bin"), [1, 2, 255]).unwrap();
}

/// Runs a script of a folder, and checks what it says.
#[track_caller]
fn check(main: &str, expected: &[&str]) -> TestApp {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    town(folder.path(), main);
    let app = app_of(folder.path(), data.path()).start();
    let expected: Vec<_> = expected.iter().map(|line| format!("Town: {line}")).collect();
    check_said(&app, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    app
}

#[test]
fn a_script_reads_its_own_files() {
    check(
        "const { files } = extension;
        console.log(files.list());
        console.log(files.list('lib/'), files.has('rules.json'), files.has('laws.json'));
        console.log(JSON.parse(files.read('./rules.json')).gold);
        const bytes = files.bytes('lib/house.bin');
        console.log(bytes instanceof Uint8Array, Array.from(bytes));",
        &["[ 'lib/house.bin', 'main.js', 'rules.json' ]", "[ 'lib/house.bin' ] true false", "5", "true [ 1, 2, 255 ]"],
    )
    .assert_quiet();
}

#[test]
fn a_script_writes_into_its_storage() {
    check(
        "const { storage } = extension;
        console.log(storage.list(), storage.has('days/monday'), storage.remove('days/monday'));
        storage.write('days/monday', 'sun \u{2600}');
        storage.write('bytes', new Uint8Array([0, 255]).subarray(1));
        storage.write('buffer', new Uint8Array([1, 2]).buffer);
        console.log(storage.list(), storage.read('days/monday'), storage.has('days/monday'));
        console.log(Array.from(storage.bytes('bytes')), Array.from(storage.bytes('buffer')));
        console.log(storage.remove('bytes'), storage.list('b'));",
        &[
            "[] false false",
            "[ 'buffer', 'bytes', 'days/monday' ] sun \u{2600} true",
            "[ 255 ] [ 1, 2 ]",
            "true [ 'buffer' ]",
        ],
    )
    .assert_quiet();
}

#[test]
fn a_script_saves_a_file_that_came_with_it() {
    check(
        "const { files, storage } = extension;
        console.log(files.save('rules.json'), storage.read('rules.json'));
        storage.write('rules.json', 'edited');
        console.log(files.save('rules.json'), storage.read('rules.json'));
        console.log(files.save('rules.json', { overwrite: true }), storage.read('rules.json'));",
        &[r#"true {"gold": 5}"#, "false edited", r#"true {"gold": 5}"#],
    )
    .assert_quiet();
}

/// Runs a line of a script, and checks what it throws.
#[track_caller]
fn check_error(line: &str, expected: &str) {
    let text =
        format!("const {{ files, storage }} = extension; try {{ {line} }} catch (e) {{ console.log(String(e)) }}");
    let app = check(&text, &[expected]);
    app.assert_quiet();
}

#[test]
fn what_is_thrown_says_the_path_and_the_reason() {
    check_error("files.read('laws.json')", "Error: there is no file `laws.json`");
    check_error("files.read('lib/house.bin')", "Error: `lib/house.bin` is no text in UTF-8");
    check_error("files.bytes('../x')", "Error: `../x` is no file of the extension: `..` may lead out of its folder");
    check_error("storage.read('laws.json')", "Error: there is no file `laws.json`");
    check_error(
        "storage.write('bytes', new Uint8Array([255])); storage.read('bytes')",
        "Error: `bytes` is no text in UTF-8",
    );
    check_error("storage.write('/x', '')", "Error: `/x` is no file of the extension: it is absolute");
    check_error(
        "storage.remove('a/../b')",
        "Error: `a/../b` is no file of the extension: `..` may lead out of its folder",
    );
    check_error("files.save('laws.json')", "Error: there is no file `laws.json`");
}

#[test]
fn what_is_none_of_it_is_told() {
    check_error("files.read()", "TypeError: `files.read` takes the path of a file");
    check_error("storage.has(5)", "TypeError: `storage.has` takes the path of a file");
    check_error("files.list(5)", "TypeError: `files.list` takes how paths begin, as `'maps/'`");
    let bytes = "takes a text or bytes (`Uint8Array`); `JSON.stringify` makes a text of other values";
    check_error("storage.write('a', { gold: 5 })", &format!("TypeError: `storage.write` {bytes}"));
    check_error("storage.write('a')", &format!("TypeError: `storage.write` {bytes}"));
    let save = "TypeError: `save` takes a path and perhaps `{ overwrite: true }`";
    check_error("files.save('rules.json', { overwrit: true })", save);
    check_error("files.save('rules.json', true)", save);
    check_error("files.write('a', 'b')", "TypeError: `extension.files` has no `write`");
    check_error("storage.raed", "TypeError: `extension.storage` has no `raed`, did you mean `read`");
    check_error("extension.storage = {}", "TypeError: `extension.storage` cannot be changed");
}

#[test]
fn a_single_script_has_no_file_but_itself() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = "console.log(extension.files.list(), extension.files.read('lone.js').length);
        try { extension.files.read('b.txt') } catch (e) { console.log(e.message) }";
    fs::write(folder.path().join("lone.js"), text).unwrap();
    fs::write(folder.path().join("b.txt"), "not for it").unwrap();
    let app = app_of(folder.path(), data.path()).start();
    let length = format!("lone: [ 'lone.js' ] {}", text.len());
    let alone = "lone: there is no file `b.txt`, and a single script has none but itself: put both into a folder with a `main.js`";
    check_said(&app, &[&length, alone]);
}

#[test]
fn a_script_from_memory_writes_too() {
    let app =
        scripts(&[("lone.js", "extension.storage.write('a', extension.files.read('lone.js').slice(0, 9))")]).start();
    assert_eq!(app.storage("lone").read_text("a").as_deref(), Ok("extension"));
    app.assert_quiet();
}

#[test]
fn scripts_see_nobody_elses_storage() {
    let one = "extension.storage.write('a', 'one')";
    let other = "console.log(extension.storage.list(), extension.storage.has('../one/a'))";
    let app = scripts(&[("one.js", one), ("other.js", other)]).start();
    check_said(&app, &["other: [] false"]);
}

#[test]
fn files_can_be_had_while_an_event_is_delivered() {
    let text =
        "extension.on('rain', (event) => { extension.storage.write('rain', event.drops); event.wrote = true; });";
    let mut app = scripts(&[("weather.js", text)]).start();
    app.world_mut().emit("rain", json!({"drops": "3"})).unwrap();
    assert_eq!(app.storage("weather").read_text("rain").as_deref(), Ok("3"));
    app.assert_quiet();
}

// What a script runs is what was loaded.

#[test]
fn a_restarted_script_runs_what_was_loaded() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let main = "console.log(require('./lib/a.js'), extension.files.read('lib/a.js'))";
    town(folder.path(), main);
    let library = folder.path().join("Town/lib/a.js");
    fs::write(&library, "module.exports = 'old'").unwrap();
    let mut app = app_of(folder.path(), data.path()).start();
    fs::write(folder.path().join("Town/main.js"), "console.log('new')").unwrap();
    fs::write(&library, "module.exports = 'new'").unwrap();
    app.world_mut().resource_mut::<Extensions>().switch(Switch::restart("Town"));
    app.frames(1);
    check_said(&app, &["Town: old module.exports = 'old'", "Town: old module.exports = 'new'"]);
}

#[test]
fn a_restarted_script_runs_though_its_files_are_gone() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    town(folder.path(), "import a from './lib/a'; console.log(a)");
    fs::write(folder.path().join("Town/lib/a.mjs"), "export default 'old'").unwrap();
    let mut app = app_of(folder.path(), data.path()).start();
    fs::remove_dir_all(folder.path()).unwrap();
    app.world_mut().resource_mut::<Extensions>().switch(Switch::restart("Town"));
    app.frames(1);
    check_said(&app, &["Town: old", "Town: old"]);
    app.assert_quiet();
}

// `ExtensionFiles` is public, and saved by whoever has one.

#[test]
fn whatever_holds_files_can_be_saved() {
    let data = tempfile::tempdir().unwrap();
    let storage = Storage::new(data.path(), &"Weather".parse().unwrap());
    let files = ExtensionFiles::embedded("weather", &[("rain", b"3")]);
    assert_eq!(storage.save(&files, "rain", Overwrite::Never), Ok(true));
    assert_eq!(storage.save(&files, "rain", Overwrite::Never), Ok(false));
}

#[test]
fn whoever_writes_without_end_is_cut_off() {
    let text = "extension.on('go', () => { for (;;) extension.storage.write('a', 'x'.repeat(1000)); });";
    let mut app = scripts(&[("writer.js", text)]).settings("(limits: (script: (call_ms: 40)))").start();
    app.world_mut().emit("go", json!({})).unwrap();
    app.frames(1);
    let report = app.report();
    let faults = &report.row("writer").unwrap().faults;
    assert!(faults[0].fault.to_string().contains("it took longer than 40 ms in one call"), "{faults:?}");
    assert_eq!(app.storage("writer").read("a").map(|text| text.len()), Ok(1000));
    assert_eq!(app.storage("writer").list(""), ["a"]);
}
