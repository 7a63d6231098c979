//! Extensions that somebody is working on, and the installed ones whose place they take.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::Path,
};

use bevy_extensions_core::{Candidate, Dev, DevFolder, HostSettings, dev_folders, explain};

use crate::discovery::Ground;

#[track_caller]
fn check(files: &[(&str, &str)], settings: &str, found: &[&str], said: &str) {
    Ground::new(files).with_settings(settings).check(found, said);
}

#[test]
fn a_dev_folder_is_loaded_besides_the_installed() {
    check(
        &[("wip/my-weather/main.js", ""), ("wip/rain.js", ""), ("extensions/snow.js", "")],
        r#"(dev: (folders: ["wip/my-weather", "{cwd}/wip/rain.js"]))"#,
        &["my_weather 0.0.0 wip/my-weather/main.js", "rain 0.0.0 wip/rain.js", "snow 0.0.0 extensions/snow.js"],
        "",
    );
}

#[test]
fn a_dev_folder_stands_in_the_place_of_what_is_installed_whatever_the_versions() {
    check(
        &[
            ("wip/extension.ron", r#"(name: "Weather", version: "1.0.0")"#),
            ("wip/main.js", ""),
            ("assets/extensions/weather.js", "//@extension version 9.0.0\n"),
            ("extensions/sky/extension.ron", r#"(name: "WEATHER", version: "0.1.0")"#),
            ("extensions/sky/main.js", ""),
        ],
        r#"(dev: (folders: ["wip"]))"#,
        &["Weather 1.0.0 wip/main.js"],
        "notice: `weather` of `assets/extensions/weather.js` is not used: the dev folder `wip` stands in its place\n  \
           in: wip/extension.ron\n      \
               assets/extensions/weather.js\n  \
           hint: take `wip` out of the dev folders to use the other\n\
         notice: `WEATHER` of `extensions/sky` is not used: the dev folder `wip` stands in its place\n  \
           in: wip/extension.ron\n      \
               extensions/sky/extension.ron\n  \
           hint: take `wip` out of the dev folders to use the other\n",
    );
}

#[test]
fn whoever_works_on_what_is_installed_is_told_nothing() {
    check(
        &[("extensions/weather.js", "")],
        r#"(dev: (folders: ["extensions/weather.js", "{cwd}/extensions/../extensions/weather.js"]))"#,
        &["weather 0.0.0 extensions/weather.js"],
        "",
    );
}

#[test]
fn a_native_of_the_name_of_a_dev_folder_is_told_of_its_place() {
    let ground = Ground::new(&[("wip/weather.js", "")]).with_settings(r#"(dev: (folders: ["wip/weather.js"]))"#);
    let discovery = ground.discover();
    let native = |name: &str| Candidate::from_ron("src/weather.rs", &format!("(name: \"{name}\")")).unwrap();
    assert_eq!(discovery.in_place_of(&native("Time")), None);
    assert_eq!(
        explain(&[discovery.in_place_of(&native("Weather")).unwrap()]),
        "notice: `Weather` of `src/weather.rs` is not used: the dev folder `wip/weather.js` stands in its place\n  \
           in: wip/weather.js\n      \
               src/weather.rs\n  \
           hint: take `wip/weather.js` out of the dev folders to use the other\n",
    );
    assert!(discovery.found[0].is_dev);
}

#[test]
fn what_is_installed_takes_nobodys_place() {
    let discovery = Ground::new(&[("extensions/weather.js", "")]).discover();
    assert_eq!(discovery.in_place_of(&Candidate::from_ron("a.rs", r#"(name: "Weather")"#).unwrap()), None);
    assert!(!discovery.found[0].is_dev);
}

#[test]
fn of_two_dev_folders_with_one_name_the_higher_version_is_used() {
    check(
        &[("a/rain.js", "//@extension version 1.0.0\n"), ("b/rain.js", "//@extension version 2.0.0\n")],
        r#"(dev: (folders: ["a/rain.js", "b/rain.js"]))"#,
        &["rain 1.0.0 a/rain.js", "rain 2.0.0 b/rain.js"],
        "warning: `rain` is there twice: 2.0.0 is used, 1.0.0 is passed over\n  \
           in: b/rain.js\n      \
               a/rain.js\n  \
           hint: remove the one you do not want\n",
    );
}

#[test]
fn a_dev_folder_that_cannot_be_used_is_an_error() {
    check(
        &[("empty/", ""), ("extensions/rain.js", "")],
        "(dev: (folders: [\n\"gone\", \"{home}/x\",\n\"empty\"]))",
        &["rain 0.0.0 extensions/rain.js"],
        "error: there is nothing at `gone`\n  \
           in: extensions.ron:2:2\n  \
           hint: check the path\n\
         error: the dev folder `{home}/x` is not loaded: there is no placeholder `{home}`\n  \
           in: extensions.ron:2:10\n  \
           hint: the placeholders are `{assets}`, `{cwd}`, `{exe}`, `{config}`, `{data}` and `{extensions}`\n\
         error: `empty` is left out: it has neither a manifest nor a `main.js` or `index.js`\n  \
           in: empty\n  \
           hint: add a `main.js`, or an `extension.ron` that names an `entrypoint`\n",
    );
}

#[test]
fn a_dev_folder_whose_manifest_is_wrong_has_no_name_and_takes_nobodys_place() {
    check(
        &[("wip/extension.ron", "(name: \"rain\", versoin: \"1\")"), ("extensions/rain.js", "")],
        r#"(dev: (folders: ["wip"]))"#,
        &["rain 0.0.0 extensions/rain.js"],
        "error: an extension is left out: its manifest is wrong: unknown key `versoin`\n  \
           in: wip/extension.ron:1:16\n  \
           hint: did you mean `version`?\n",
    );
}

#[test]
fn code_and_resources_are_one_extension() {
    let ground = Ground::new(&[
        ("dist/main.js", "new"),
        ("assets/town/extension.ron", r#"(name: "Town", version: "1.0.0")"#),
        ("assets/town/main.js", "old"),
        ("assets/town/lib/sky.txt", "blue"),
    ])
    .with_settings(r#"(dev: (folders: ["code=dist, resources=assets/town"]))"#);
    ground.check(&["Town 1.0.0 dist/main.js"], "");
    let found = ground.discover().found.remove(0);
    let files = &found.files;
    assert_eq!(files.read("main.js").unwrap(), b"new");
    assert_eq!(*files.source("lib/sky.txt").unwrap(), *b"blue");
    assert_eq!(files.list(""), ["extension.ron", "lib/sky.txt", "main.js"]);
    assert_eq!(files.shown("lib/sky.txt"), "assets/town/lib/sky.txt");
    assert_eq!(files.read("gone.txt").unwrap_err().to_string(), "there is no file `gone.txt`");
    assert_eq!(found.candidate.source.location().to_string(), "assets/town/extension.ron");
}

#[test]
fn the_manifest_may_lie_with_the_code() {
    check(
        &[("dist/package.json", r#"{"name": "town", "version": "1.0.0", "main": "sky"}"#), ("town/sky.js", "")],
        r#"(dev: (folders: ["resources=town,code=dist"]))"#,
        &["town 1.0.0 town/sky.js"],
        "",
    );
}

#[test]
fn code_and_resources_are_two_folders() {
    check(
        &[("dist/main.js", ""), ("rain.js", "")],
        r#"(dev: (folders: ["code=dist,resources=gone", "code=dist,resources=rain.js", "code=rain.js,resources=dist"]))"#,
        &[],
        "error: there is nothing at `gone`\n  \
           in: extensions.ron:1:19\n  \
           hint: check the path\n\
         error: `rain.js` is no folder, and a dev folder of code and resources is two of them\n  \
           in: extensions.ron:1:47\n  \
           hint: name two folders, or write the path of the extension alone\n\
         error: `rain.js` is no folder, and a dev folder of code and resources is two of them\n  \
           in: extensions.ron:1:78\n  \
           hint: name two folders, or write the path of the extension alone\n",
    );
}

#[track_caller]
fn check_text(text: &str, expected: &str) {
    let told = match text.parse::<DevFolder>() {
        Ok(DevFolder { code, resources, .. }) => format!("{code} + {}", resources.unwrap_or_default()),
        Err(error) => format!("{error}\n{}", error.hint()),
    };
    assert_eq!(told, expected);
}

#[test]
fn a_dev_folder_is_written_as_a_path_or_as_two() {
    check_text("../my-weather", "../my-weather + ");
    check_text(" a, b=c ", "a, b=c + ");
    check_text("code=a,resources=b", "a + b");
    check_text("resources=b , code=a", "a + b");
    check_text("code=a,b,resources=c", "a,b + c");
    for text in ["../my-weather", "code=a,resources=b"] {
        assert_eq!(text.parse::<DevFolder>().unwrap().to_string(), text);
    }
}

#[test]
fn a_text_that_is_no_dev_folder_is_told_with_what_is_missing() {
    check_text("", "it has no path\nname a folder, or remove it");
    check_text(
        "code=a",
        "it gives `code` without `resources`\nadd `,resources=..`, or write the path alone if all lies there",
    );
    check_text(
        "resources=b,other=a",
        "it gives `resources` without `code`\nadd `,code=..`, or write the path alone if all lies there",
    );
    check_text("code=,resources=b", "`code` has no path\nwrite the path of a folder after `code=`");
    check_text("code=a,resources=", "`resources` has no path\nwrite the path of a folder after `resources=`");
}

#[test]
fn in_the_host_settings_a_wrong_one_is_told_with_its_place() {
    let check = |text: &str, expected: &str| {
        let error = HostSettings::from_ron("extensions.ron", text.as_bytes()).unwrap_err();
        assert_eq!(format!("{error}\n{}", error.hint()), expected);
    };
    check(
        "(\n    dev: (folders: [\"a\", \"code=b\"]),\n)",
        "extensions.ron:2:27: `dev.folders[1]`: `code=b` is no dev folder: it gives `code` without `resources`\n\
         correct the value of `dev.folders[1]`",
    );
    check("(dev: (folder: []))", "extensions.ron:1:8: unknown key `folder` in `dev`\ndid you mean `folders`?");
}

fn joined(paths: &[&str]) -> OsString {
    env::join_paths(paths).unwrap()
}

#[track_caller]
fn check_variables(dev: &mut Dev, folders: Option<&OsStr>, watch: Option<&str>, expected: (&[&str], bool), said: &str) {
    let problems = dev.add_variables(folders, watch.map(OsStr::new));
    assert_eq!(explain(&problems), said);
    let written: Vec<_> = dev.folders.iter().map(ToString::to_string).collect();
    assert_eq!((written.iter().map(String::as_str).collect::<Vec<_>>(), dev.watch), (expected.0.to_vec(), expected.1));
}

#[test]
fn variables_add_dev_folders_of_the_current_folder() {
    let mut dev = Dev::default();
    dev.folders.push(DevFolder::new("first"));
    let list = joined(&["../my-weather", "", "code=../town/dist,resources=/town", "{assets}/x"]);
    check_variables(
        &mut dev,
        Some(&list),
        None,
        (&["first", "{cwd}/../my-weather", "code={cwd}/../town/dist,resources=/town", "{assets}/x"], false),
        "",
    );
    assert_eq!((Dev::FOLDERS_VARIABLE, Dev::WATCH_VARIABLE), ("BEVY_EXTENSIONS_DEV", "BEVY_EXTENSIONS_WATCH"));
}

#[test]
fn a_folder_of_a_variable_is_shown_relative_to_the_current_folder() {
    let mut ground = Ground::new(&[("wip/rain.js", ""), ("config/x", "")]);
    let settings = ground.path("config/extensions.ron");
    ground.settings = HostSettings::from_ron(&settings.display().to_string(), b"()").unwrap();
    ground.settings.dev.add_variables(Some(&joined(&["wip/rain.js", "gone"])), None);
    ground
        .check(&["rain 0.0.0 wip/rain.js"], "error: there is nothing at `gone`\n  in: gone\n  hint: check the path\n");
}

#[test]
fn a_wrong_entry_of_a_variable_is_one_problem_and_the_others_count() {
    check_variables(
        &mut Dev::default(),
        Some(&joined(&["code=a", "b"])),
        None,
        (&["{cwd}/b"], false),
        "error: the dev folder `code=a` is not loaded: it gives `code` without `resources`\n  \
           in: BEVY_EXTENSIONS_DEV\n  \
           hint: add `,resources=..`, or write the path alone if all lies there\n",
    );
}

#[cfg(unix)]
#[test]
fn an_entry_of_a_variable_that_is_not_utf_8_is_a_problem() {
    use std::os::unix::ffi::OsStrExt;

    check_variables(
        &mut Dev::default(),
        Some(OsStr::from_bytes(b"\xff:b")),
        None,
        (&["{cwd}/b"], false),
        "error: the dev folder `\u{fffd}` is not loaded: it is not UTF-8\n  \
           in: BEVY_EXTENSIONS_DEV\n  \
           hint: rename the folder, best with letters, digits, `-` and `_` alone\n",
    );
}

#[test]
fn a_variable_turns_watching_on_and_off() {
    let watch = |watch: bool, value: Option<&str>, expected: bool, said: &str| {
        let mut dev = Dev::default();
        dev.watch = watch;
        check_variables(&mut dev, None, value, (&[], expected), said);
    };
    for (value, expected) in [("1", true), ("true", true), ("0", false), ("false", false), (" 1 ", true)] {
        watch(!expected, Some(value), expected, "");
    }
    watch(true, Some(""), true, "");
    watch(true, None, true, "");
    watch(
        false,
        Some("yes"),
        false,
        "warning: `BEVY_EXTENSIONS_WATCH` is `yes`, which says neither yes nor no\n  \
           in: BEVY_EXTENSIONS_WATCH\n  \
           hint: set `BEVY_EXTENSIONS_WATCH` to `1` or `0`\n",
    );
}

#[test]
fn a_changed_file_leads_to_its_dev_folder() {
    let ground = Ground::new(&[("dist/main.js", ""), ("assets/town/sky.txt", ""), ("rain.js", "")]).with_settings(
        r#"(dev: (folders: ["code=dist,resources=assets/town", "rain.js", "gone", "dist/../rain.js"]))"#,
    );
    let folders = dev_folders(&ground.settings, &ground.folders());
    let shown: Vec<_> = folders.iter().map(|folder| folder.shown.as_str()).collect();
    assert_eq!(shown, ["dist", "rain.js", "gone"]);
    let holder =
        |path: &str| folders.iter().find(|folder| folder.holds(&ground.path(path))).map(|it| it.shown.as_str());
    assert_eq!(holder("dist/lib/new.js"), Some("dist"));
    assert_eq!(holder("assets/town/sky.txt"), Some("dist"));
    assert_eq!(holder("rain.js"), Some("rain.js"));
    assert_eq!(holder("gone/main.js"), Some("gone"));
    assert_eq!(holder("assets/other"), None);
    let found = folders[0].open().unwrap();
    assert_eq!(found.candidate, ground.discover().found[0].candidate);
    assert_eq!(found.path, Path::new(&ground.path("dist")));
}
