//! One extension by its path, and which entry a changed file belongs to.

use std::path::Path;

use bevy_extensions_core::{Found, HostSettings, explain, searched};

use crate::discovery::Ground;

const RON: &str = r#"(name: "Weather", version: "1.2.0")"#;

fn open(ground: &Ground, path: &str) -> Result<Found, String> {
    let problem = |problem| explain(&[problem]).replace(&ground.path("").display().to_string(), "<ground>/");
    Found::open(Path::new(path), &ground.folders()).map_err(|it| problem(*it))
}

#[track_caller]
fn check(files: &[(&str, &str)], path: &str, expected: &str) {
    let told = match open(&Ground::new(files), path) {
        Ok(found) => {
            let manifest = &found.candidate.manifest;
            format!("{} {} {}", manifest.name, manifest.version, found.files.shown(&found.entrypoint))
        }
        Err(told) => told,
    };
    assert_eq!(told, expected);
}

#[test]
fn a_folder_a_script_and_an_archive_are_opened_by_their_path() {
    let files = [("wip/sky/extension.ron", RON), ("wip/sky/main.js", ""), ("wip/my-rain.js", "")];
    check(&files, "wip/sky", "Weather 1.2.0 wip/sky/main.js");
    check(&files, "wip/sky/", "Weather 1.2.0 wip/sky/main.js");
    check(&files, "wip/my-rain.js", "my_rain 0.0.0 wip/my-rain.js");
    check(&files, "./wip/../wip/my-rain.js", "my_rain 0.0.0 wip/../wip/my-rain.js");

    let ground = Ground::new(&[]);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("main.js", zip::write::SimpleFileOptions::default()).unwrap();
    ground.write("snow.zip", &archive.finish().unwrap().into_inner());
    let found = open(&ground, "snow.zip").unwrap();
    assert_eq!((found.candidate.manifest.name.as_str(), found.shown.as_str()), ("snow", "snow.zip"));
}

#[test]
fn a_path_may_be_absolute_or_lead_elsewhere() {
    let ground = Ground::new(&[("rain/main.js", ""), ("snow.js", "")]);
    let absolute = ground.path("rain");
    let folders = bevy_extensions_core::Folders { cwd: Some(ground.path("rain/lib")), ..ground.folders() };
    let shown = |path: &Path| Found::open(path, &folders).unwrap().shown;
    assert_eq!(shown(&absolute), absolute.display().to_string());
    assert_eq!(open(&ground, &absolute.display().to_string()).unwrap().shown, "rain");
}

#[test]
fn what_is_named_by_dots_is_called_as_what_it_leads_to() {
    let ground = Ground::new(&[("rain/main.js", ""), ("rain/lib/x", "")]);
    let folders = bevy_extensions_core::Folders { cwd: Some(ground.path("rain/lib")), ..ground.folders() };
    let found = Found::open(Path::new(".."), &folders).unwrap();
    assert_eq!(found.candidate.manifest.name, "rain");
    assert_eq!((found.shown.as_str(), found.files.shown("main.js").as_str()), ("..", "../main.js"));
}

#[test]
fn what_a_search_would_pass_by_can_be_named() {
    check(&[(".hidden/main.js", "")], ".hidden", "hidden 0.0.0 .hidden/main.js");
    check(&[("node_modules/main.js", "")], "node_modules", "node_modules 0.0.0 node_modules/main.js");
}

#[test]
fn where_there_is_nothing_is_told() {
    check(&[], "rain", "error: there is nothing at `rain`\n  in: rain\n  hint: check the path\n");
}

#[test]
fn what_is_no_extension_is_an_error_and_told_with_what_would_be_one() {
    check(
        &[("rain.txt", "")],
        "rain.txt",
        "error: `rain.txt` is no extension: it is neither a folder nor a script nor an archive\n  \
           in: rain.txt\n  \
           hint: name a folder, a `.js`, a `.mjs` or a `.zip`\n",
    );
    check(
        &[("rain/", "")],
        "rain",
        "error: `rain` is left out: it has neither a manifest nor a `main.js` or `index.js`\n  \
           in: rain\n  \
           hint: add a `main.js`, or an `extension.ron` that names an `entrypoint`\n",
    );
    check(
        &[("rain/drops.js", "")],
        "rain",
        "error: `rain` is no extension: it has neither a manifest nor a `main.js` or `index.js`\n  \
           in: rain\n  \
           hint: rename `drops.js` to `main.js`, or add an `extension.ron` with `entrypoint: \"drops.js\"`\n",
    );
    check(
        &[("rain/sky/extension.ron", RON)],
        "rain",
        "error: `rain` is no extension, but `sky` in it is: only its own folder is looked at\n  \
           in: rain\n  \
           hint: move `sky` up, beside the other extensions\n",
    );
    check(
        &[("rain.jar", "")],
        "rain.jar",
        "error: `rain.jar` is left out: it is in Java, and Java extensions cannot run here\n  \
           in: rain.jar\n  \
           hint: look for a version of it in JavaScript, or write it anew as a script\n",
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_what_is_not_there_is_an_error() {
    let ground = Ground::new(&[]);
    std::os::unix::fs::symlink("nowhere", ground.path("rain")).unwrap();
    assert_eq!(
        open(&ground, "rain").unwrap_err(),
        "error: `rain` is a link to what is not there\n  \
           in: rain\n  \
           hint: remove the link, or restore what it leads to\n",
    );
}

#[test]
fn a_manifest_that_is_wrong_is_told_with_its_place() {
    check(
        &[("rain/extension.ron", "(name: \"a b\")"), ("rain/main.js", "")],
        "rain",
        "error: an extension is left out: its manifest is wrong: `name`: `a b` cannot be the name of an extension: only \
         letters from a to z, digits and `_` are allowed\n  \
           in: rain/extension.ron:1:9\n  \
           hint: correct the value of `name`\n",
    );
}

#[test]
fn what_is_good_to_know_comes_along() {
    let files = [("rain/extension.ron", RON), ("rain/extension.json", "{}"), ("rain/main.js", "")];
    let found = open(&Ground::new(&files), "rain").unwrap();
    assert_eq!(
        explain(&found.notices),
        "notice: `rain` has two manifests: `extension.ron` is read, `extension.json` is not\n  \
           in: rain\n  \
           hint: remove `extension.json`\n",
    );
}

#[test]
fn whoever_is_opened_comes_after_all_that_was_searched() {
    let ground = Ground::new(&[("extensions/rain/main.js", ""), ("aaa/rain/main.js", "")]);
    let opened = open(&ground, "aaa/rain").unwrap().candidate;
    let candidates: Vec<_> =
        [opened].into_iter().chain(ground.discover().found.into_iter().map(|it| it.candidate)).collect();
    let plan = bevy_extensions_core::resolve(&candidates, &HostSettings::default());
    assert_eq!(
        explain(&plan.problems),
        "warning: `rain` is there twice: 0.0.0 is used, 0.0.0 is passed over\n  \
           in: extensions/rain/main.js\n      \
               aaa/rain/main.js\n  \
           hint: remove the one you do not want\n",
    );
}

#[test]
fn an_entry_is_opened_as_a_search_finds_it() {
    let ground = Ground::new(&[("mods/rain/main.js", ""), ("mods/snow.js", ""), ("mods/empty/", "")])
        .with_settings(r#"(directories: ["extensions", "{cwd}/mods"])"#);
    let directories = searched(&ground.settings, &ground.folders());
    assert_eq!(directories.len(), 1);
    let directory = &directories[0];
    assert_eq!((directory.index, directory.shown.as_str()), (1, "mods"));
    for found in ground.discover().found {
        let opened = directory.open(found.path.file_name().unwrap()).unwrap().unwrap();
        assert_eq!(opened.candidate, found.candidate);
        assert_eq!((opened.shown, opened.path, opened.entrypoint), (found.shown, found.path, found.entrypoint));
    }
    for no_extension in ["empty", "gone", ".git", "node_modules"] {
        assert!(directory.open(no_extension).unwrap().is_none(), "{no_extension}");
    }
}

#[test]
fn a_changed_file_leads_to_its_entry() {
    let ground = Ground::new(&[("extensions/weather/lib/rain.js", "")]);
    let directories = searched(&ground.settings, &ground.folders());
    let entry =
        |path: &str| directories[0].entry_of(&ground.path(path)).and_then(|entry| entry.to_str().map(String::from));
    assert_eq!(entry("extensions/weather/lib/rain.js").as_deref(), Some("weather"));
    assert_eq!(entry("extensions/weather").as_deref(), Some("weather"));
    assert_eq!(entry("extensions/gone.js").as_deref(), Some("gone.js"));
    for elsewhere in ["extensions", "extensions/.git/x", "extensions/node_modules/x", "other/x", "extensions/../x"] {
        assert_eq!(entry(elsewhere), None, "{elsewhere}");
    }
}

#[cfg(unix)]
#[test]
fn a_changed_file_leads_to_its_entry_whether_links_are_followed_or_not() {
    let ground = Ground::new(&[("real/weather/main.js", "")]);
    std::os::unix::fs::symlink("real", ground.path("extensions")).unwrap();
    let directories = searched(&ground.settings, &ground.folders());
    for path in ["extensions/weather/main.js", "real/weather/main.js"] {
        assert_eq!(directories[0].entry_of(&ground.path(path)).unwrap(), "weather", "{path}");
    }
}

#[test]
fn what_was_found_can_be_read_again() {
    let ground = Ground::new(&[("extensions/rain.js", "//@extension version 1.0.0\n")]);
    let found = ground.discover().found.remove(0);
    assert_eq!(*found.files.source("rain.js").unwrap(), *b"//@extension version 1.0.0\n");

    ground.write("extensions/rain.js", b"//@extension version 2.0.0\n");
    let again = found.open_again().unwrap();
    assert_eq!(again.candidate.manifest.version.to_string(), "2.0.0");
    assert_eq!(*again.files.source("rain.js").unwrap(), *b"//@extension version 2.0.0\n");
    assert_eq!(*found.files.source("rain.js").unwrap(), *b"//@extension version 1.0.0\n");

    std::fs::remove_file(ground.path("extensions/rain.js")).unwrap();
    assert_eq!(
        explain(&[*found.open_again().unwrap_err()]),
        "error: there is nothing at `extensions/rain.js`\n  in: extensions/rain.js\n  hint: check the path\n",
    );
    let in_memory = Found::script("snow.js", "").unwrap();
    assert_eq!(in_memory.open_again().unwrap().candidate, in_memory.candidate);
}
