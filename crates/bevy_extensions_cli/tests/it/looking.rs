//! Where the command looks, from wherever it is called, and what it leaves as it is.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::support::{printed, run, shown, write};

/// An app with an extension in each of its two usual folders, and one in a third; each asks for an artifact.
fn town() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let script = |artifact: &str| format!("//@extension artifact town:{artifact}:1.0@txt");
    write(
        folder.path(),
        &[
            (
                "assets/extensions.ron",
                r#"(
                    directories: ["{assets}/extensions", "{cwd}/extensions", "../more"],
                    repositories: [(name: "libs", url: "file:{assets}/../libs")],
                )"#,
            ),
            ("assets/extensions/one.js", &script("lamp")),
            ("extensions/two.js", &script("bench")),
            ("more/three.js", &script("tree")),
            ("src/main.rs", ""),
            ("libs/town/lamp/1.0/lamp-1.0.txt", "bright"),
            ("libs/town/bench/1.0/bench-1.0.txt", "hard"),
            ("libs/town/tree/1.0/tree-1.0.txt", "green"),
        ],
    );
    printed(folder.path(), "fetch");
    folder
}

fn lock(folder: &Path) -> String {
    fs::read_to_string(folder.join("assets/extensions.lock")).unwrap()
}

#[test]
fn an_app_is_the_same_from_every_folder_in_it() {
    let town = town();
    let before = lock(town.path());
    assert_eq!(before.matches("town:").count(), 3, "{before}");
    let from = |folder: &str| printed(&town.path().join(folder), "list");
    assert_eq!(from("src"), from(""));
    printed(&town.path().join("src"), "fetch");
    assert_eq!(lock(town.path()), before);
}

#[test]
fn the_lock_stays_while_a_folder_is_away() {
    let town = town();
    let before = lock(town.path());
    fs::rename(town.path().join("more"), town.path().join("away")).unwrap();
    let why = "warning: the directory `../more`, which is `assets/../more`, is not there\n  \
                 in: assets/extensions.ron:2:79\n  \
                 hint: create it, or take it out of `directories` in the host settings\n";
    assert_eq!(
        shown(&run(town.path(), "fetch")),
        format!(
            "artifacts: 2 here already\n\
             lock: `assets/extensions.lock` is left as it is, as not all extensions can be read\n\
             not looked at: natives, whose manifests no app has written\n\
             {why}[exit 1]\n"
        ),
    );
    assert_eq!(
        shown(&run(town.path(), "lock")),
        format!(
            "{why}error: the lock is left as it is, as not all extensions can be read\n  \
               hint: mend them, or move them elsewhere\n[exit 1]\n"
        ),
    );
    assert_eq!(lock(town.path()), before);
}

#[test]
fn a_folder_that_is_named_is_the_only_one() {
    let town = town();
    write(town.path(), &[("dev.ron", "(dev: (folders: [\"more/three.js\"]))"), ("plain/four.js", "")]);
    let listed = printed(town.path(), "list plain --settings dev.ron");
    assert!(listed.contains("four") && !listed.contains("three"), "{listed}");
    assert!(printed(town.path(), "check plain").ends_with(
        "not checked: the code of 1 script; natives and extensions elsewhere, as only what is named counts; settings, \
         events and interfaces, which only the running app knows\n"
    ));
}
