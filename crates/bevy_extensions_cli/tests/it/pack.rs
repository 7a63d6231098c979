//! An archive is read as the folder that it was made of.

use std::{fs, path::Path};

use bevy_extensions_core::{DEEPEST_ENTRY, Folders, Found, HostSettings, discover};

use crate::support::{printed, run, shown, write};

/// A folder with an extension `my-weather`.
fn weather() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = r#"(name: "Weather", version: "1.2.0", dependencies: ["Time ^2"])"#;
    write(
        folder.path(),
        &[
            ("my-weather/extension.ron", manifest),
            ("my-weather/main.js", "require('./lib/rain.js');\n"),
            ("my-weather/lib/rain.js", "exports.drops = 3;\n"),
            ("my-weather/.git/config", "hidden"),
            ("my-weather/node_modules/left-pad/index.js", "fetched"),
        ],
    );
    folder
}

/// Finds what lies in a folder, as an app does.
fn found(folder: &Path) -> Vec<Found> {
    let mut settings = HostSettings::default();
    settings.directories = vec![folder.display().to_string()];
    let discovery = discover(&settings, &Folders { cwd: None, ..Folders::of_app("") });
    assert!(discovery.problems.is_empty(), "{:?}", discovery.problems);
    discovery.found
}

#[test]
fn an_app_finds_what_was_packed() {
    let folder = weather();
    fs::create_dir(folder.path().join("installed")).unwrap();
    assert_eq!(
        printed(folder.path(), "pack my-weather -o installed/rain.zip"),
        "packed Weather 1.2.0 as `installed/rain.zip`: 3 files\n",
    );
    let found = found(&folder.path().join("installed"));
    let [weather] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(weather.candidate.manifest.name, "Weather");
    assert_eq!(weather.entrypoint, "main.js");
    assert_eq!(weather.files.list(""), ["extension.ron", "lib/rain.js", "main.js"]);
    assert_eq!(weather.files.read_text("lib/rain.js").unwrap(), "exports.drops = 3;\n");
    assert_eq!(fs::read_dir(folder.path().join("installed")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn the_same_files_make_the_same_bytes() {
    let (one, other) = (weather(), weather());
    printed(one.path(), "pack my-weather");
    // Whatever notes when a file was changed would note it in whole seconds, or two of them.
    let changed = fs::File::options().write(true).open(other.path().join("my-weather/main.js")).unwrap();
    changed.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000)).unwrap();
    printed(other.path(), "pack my-weather");
    let bytes = |folder: &tempfile::TempDir| fs::read(folder.path().join("my-weather.zip")).unwrap();
    assert!(bytes(&one) == bytes(&other), "whenever and wherever it is made");
}

#[test]
fn an_archive_is_not_packed_into_the_next_one() {
    let folder = weather();
    let inside = folder.path().join("my-weather");
    assert_eq!(printed(&inside, "pack ."), "packed Weather 1.2.0 as `my-weather.zip`: 3 files\n");
    let first = fs::read(inside.join("my-weather.zip")).unwrap();
    assert_eq!(printed(&inside, "pack . --force"), "packed Weather 1.2.0 as `my-weather.zip`: 3 files\n");
    assert!(first == fs::read(inside.join("my-weather.zip")).unwrap(), "the same files make the same bytes");
    assert_eq!(
        printed(folder.path(), "pack my-weather -o my-weather/lib/new.zip"),
        "packed Weather 1.2.0 as `my-weather/lib/new.zip`: 4 files\n",
        "another archive is a file like others"
    );
}

#[test]
fn who_gives_no_name_keeps_that_of_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("my-rain/main.js", "")]);
    assert_eq!(printed(folder.path(), "pack my-rain"), "packed my_rain 0.0.0 as `my-rain.zip`: 1 file\n");
    assert_eq!(
        shown(&run(folder.path(), "pack my-rain -o my-rain-1.0.zip")),
        "error: `my-rain` cannot be packed: as `my-rain-1.0.zip` it would be called `my_rain_1_0`, and not `my_rain`\n  \
           hint: call the archive `my-rain.zip`, or give the extension a name in its manifest\n[exit 1]\n",
    );
    assert!(!folder.path().join("my-rain-1.0.zip").exists());
}

#[test]
fn an_archive_that_is_there_stays_unless_somebody_insists() {
    let folder = weather();
    write(folder.path(), &[("my-weather.zip", "mine")]);
    assert_eq!(
        shown(&run(folder.path(), "pack my-weather")),
        "error: `my-weather.zip` is there already\n  \
           hint: replace it with `--force`, or name another with `-o`\n[exit 1]\n",
    );
    assert_eq!(fs::read_to_string(folder.path().join("my-weather.zip")).unwrap(), "mine");
    printed(folder.path(), "pack my-weather --force");
    assert!(printed(folder.path(), "list my-weather.zip").contains("Weather"));
}

#[track_caller]
fn check_refused(files: &[(&str, &str)], args: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let before = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(shown(&run(folder.path(), args)), expected);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "nothing came");
}

#[test]
fn nothing_is_left_behind_in_silence() {
    let deep = format!("rain/{}drop.js", "a/".repeat(DEEPEST_ENTRY + 1));
    let inside = deep.strip_prefix("rain/").unwrap();
    check_refused(
        &[("rain/main.js", ""), (&deep, "")],
        "pack rain",
        &format!(
            "error: `rain` cannot be packed: `{inside}` would not be in it, as an extension lists neither what lies so \
             deep nor so much\n  hint: pack less of it, in fewer folders, under names that are UTF-8\n[exit 1]\n"
        ),
    );
}

#[test]
fn what_no_app_would_start_is_not_packed() {
    check_refused(
        &[("rain/extension.ron", r#"(name: "Rain", versoin: "1.0.0")"#), ("rain/main.js", "")],
        "pack rain",
        "error: an extension is left out: its manifest is wrong: unknown key `versoin`\n  \
           in: rain/extension.ron:1:16\n  hint: did you mean `version`?\n[exit 1]\n",
    );
    check_refused(
        &[("rain/extension.ron", r#"(name: "Rain", version: "1.0.0", entrypoint: "mian.js")"#), ("rain/main.js", "")],
        "pack rain",
        "error: `Rain` is left out: its entry point `mian.js` cannot run here: there is no such file\n  \
           in: rain/extension.ron:1:47\n  hint: did you mean `main.js`?\n[exit 1]\n",
    );
    check_refused(
        &[("rain/readme.txt", "")],
        "pack rain",
        "error: `rain` is left out: it has neither a manifest nor a `main.js` or `index.js`\n  \
           in: rain\n  hint: add a `main.js`, or an `extension.ron` that names an `entrypoint`\n[exit 1]\n",
    );
    check_refused(
        &[("rain.js", "")],
        "pack rain.js",
        "error: `rain.js` is a file, and only folders are packed\n  hint: hand out a single script as it is\n[exit 2]\n",
    );
    check_refused(
        &[],
        "pack rain",
        "error: there is nothing at `rain`\n  in: rain\n  hint: check the path\n[exit 1]\n",
    );
    check_refused(
        &[("rain/main.js", "")],
        "pack rain -o nowhere/rain.zip",
        "error: `nowhere/rain.zip` cannot be written: No such file or directory (os error 2)\n  \
           hint: check that its folder is there, and that this user may write to it\n[exit 1]\n",
    );
    check_refused(
        &[("rain/main.js", "")],
        "pack rain -o rain.tar",
        "error: `rain.tar` does not end with `.zip`\n  hint: name a `.zip`\n[exit 2]\n",
    );
}
