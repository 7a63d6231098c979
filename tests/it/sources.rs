//! Files of an extension that are kept, listed, or part of the program.

use std::{collections::BTreeMap, fs, path::Path, thread};

use bevy_extensions_core::{ExtensionFiles, MOST_ENTRIES};
use tempfile::TempDir;

fn folder(files: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

#[track_caller]
fn check_list(folder: &Path, prefix: &str, expected: &[&str]) {
    assert_eq!(ExtensionFiles::folder(folder).list(prefix), expected);
}

#[test]
fn a_source_stays_as_it_was_read_first() {
    let folder = folder(&["main.js"]);
    let files = ExtensionFiles::folder(folder.path());
    assert_eq!(*files.source("main.js").unwrap(), *b"main.js");

    fs::write(folder.path().join("main.js"), "edited").unwrap();
    assert_eq!(*files.source("./main.js").unwrap(), *b"main.js");
    assert_eq!(files.read("main.js").unwrap(), b"edited");

    fs::remove_file(folder.path().join("main.js")).unwrap();
    assert_eq!(*files.source("main.js").unwrap(), *b"main.js");
}

#[test]
fn a_single_script_is_kept_too() {
    let folder = folder(&["weather.js"]);
    let files = ExtensionFiles::script(&folder.path().join("weather.js"));
    assert_eq!(*files.source("weather.js").unwrap(), *b"weather.js");

    fs::write(folder.path().join("weather.js"), "edited").unwrap();
    assert_eq!(*files.source("weather.js").unwrap(), *b"weather.js");
}

#[test]
fn clones_share_their_sources_and_a_new_value_reads_anew() {
    let folder = folder(&["main.js"]);
    let files = ExtensionFiles::folder(folder.path());
    let clone = files.clone();
    files.source("main.js").unwrap();

    fs::write(folder.path().join("main.js"), "edited").unwrap();
    assert_eq!(*clone.source("main.js").unwrap(), *b"main.js");
    assert_eq!(*ExtensionFiles::folder(folder.path()).source("main.js").unwrap(), *b"edited");
}

#[test]
fn a_source_that_cannot_be_read_is_asked_for_again() {
    let folder = folder(&[]);
    let files = ExtensionFiles::folder(folder.path());
    assert_eq!(files.source("main.js").unwrap_err().to_string(), "there is no file `main.js`");
    assert_eq!(
        files.source("../main.js").unwrap_err().to_string(),
        "`../main.js` is no file of the extension: `..` may lead out of its folder",
    );

    fs::write(folder.path().join("main.js"), "there now").unwrap();
    assert_eq!(*files.source("main.js").unwrap(), *b"there now");
}

#[test]
fn threads_that_ask_at_once_get_one_source() {
    let folder = folder(&["main.js"]);
    let path = folder.path().join("main.js");
    let files = ExtensionFiles::folder(folder.path());
    let sources: Vec<_> = thread::scope(|scope| {
        let ask = |text: usize| {
            let (files, path) = (&files, &path);
            scope.spawn(move || {
                fs::write(path, text.to_string()).unwrap();
                files.source("main.js").unwrap()
            })
        };
        let asking: Vec<_> = (0..8).map(ask).collect();
        asking.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert!(sources.iter().all(|source| *source == sources[0]));
}

#[test]
fn the_files_of_a_folder_are_listed_by_name() {
    let folder = folder(&["main.js", "lib/rain.js", "lib/deep/snow.js", "lib.js", "picture.png"]);
    check_list(folder.path(), "", &["lib.js", "lib/deep/snow.js", "lib/rain.js", "main.js", "picture.png"]);
    check_list(folder.path(), "lib/", &["lib/deep/snow.js", "lib/rain.js"]);
    check_list(folder.path(), "li", &["lib.js", "lib/deep/snow.js", "lib/rain.js"]);
    check_list(folder.path(), "lib/deep/snow.js", &["lib/deep/snow.js"]);
    check_list(folder.path(), "rain", &[]);
    check_list(&folder.path().join("nowhere"), "", &[]);
}

#[test]
fn a_prefix_may_end_within_a_letter_of_several_bytes() {
    let folder = folder(&["é.js", "è.js", "e.js"]);
    check_list(folder.path(), "é", &["é.js"]);
}

#[test]
fn hidden_files_and_modules_of_npm_are_not_listed() {
    let files = ["main.js", ".env", ".git/config", "lib/.hidden", "node_modules/left-pad/index.js"];
    check_list(folder(&files).path(), "", &["main.js"]);
    let in_memory = files.map(|file| (file.to_string(), Vec::new()));
    assert_eq!(ExtensionFiles::in_memory("", BTreeMap::from(in_memory)).list(""), ["main.js"]);
}

#[cfg(unix)]
#[test]
fn links_are_listed_unless_they_lead_out_or_back() {
    use std::os::unix::fs::symlink;

    let outside = folder(&["secret.js"]);
    let folder = folder(&["main.js", "lib/rain.js"]);
    let link = |to: &Path, name: &str| symlink(to, folder.path().join(name)).unwrap();
    link(outside.path(), "outside");
    link(&outside.path().join("secret.js"), "secret.js");
    link(folder.path(), "lib/top");
    link(Path::new("main.js"), "same.js");
    link(Path::new("lib"), "library");
    link(Path::new("nowhere"), "dangling.js");
    check_list(folder.path(), "", &["lib/rain.js", "library/rain.js", "main.js", "same.js"]);
}

#[test]
fn of_too_many_files_the_first_by_name_are_listed() {
    let names: Vec<_> = (0..MOST_ENTRIES + 3).map(|number| format!("{number:05}.js")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    check_list(folder(&names).path(), "", &names[..MOST_ENTRIES]);
}

#[test]
fn a_single_script_lists_itself() {
    let folder = folder(&["weather.js", "other.js"]);
    let files = ExtensionFiles::script(&folder.path().join("weather.js"));
    assert_eq!(files.list(""), ["weather.js"]);
    assert_eq!(files.list("o"), [""; 0]);
    assert_eq!(ExtensionFiles::script(&folder.path().join("gone.js")).list(""), [""; 0]);
}

#[test]
fn files_in_the_program_are_files_like_any_other() {
    static FILES: &[(&str, &[u8])] = &[("main.js", b"exports.drops = 3"), ("lib/rain.js", b"")];
    let files = ExtensionFiles::embedded("(embedded)/weather", FILES);
    assert_eq!(files.read("./main.js").unwrap(), b"exports.drops = 3");
    assert_eq!(*files.source("main.js").unwrap(), *b"exports.drops = 3");
    assert_eq!(files.find("lib//rain.js").unwrap(), "lib/rain.js");
    assert!(!files.contains("lib/snow.js") && !files.is_single());
    assert_eq!(files.list(""), ["lib/rain.js", "main.js"]);
    assert_eq!(files.shown("main.js"), "(embedded)/weather/main.js");
    assert_eq!(files.read("lib/snow.js").unwrap_err().to_string(), "there is no file `lib/snow.js`");
}
