//! The manifests of natives, written for tools that do not link them.

use std::{fs, path::Path};

use bevy_extensions::{Candidate, Declared, Natives, WriteManifestsError, write_manifests};
// Linked, so that their extensions are there.
use town_economy as _;
use town_weather as _;

/// Writes them, and expects that one of them cannot be made: `Unmade`, which another test is about, is linked here too.
#[track_caller]
fn write(path: &Path) {
    let error = write_manifests(path).unwrap_err();
    assert!(matches!(error, WriteManifestsError::Unmade(_)), "{error}");
    assert!(error.to_string().contains("`Unmade`: making it panicked"), "{error}");
}

#[test]
fn all_that_are_linked_are_written_with_their_places_though_one_cannot_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("target/extensions/natives.ron");
    write(&path);
    let natives = Natives::read(&path).unwrap().candidates();
    assert_eq!(natives.len(), Declared::linked().iter().filter(|declared| declared.name() != "Unmade").count());
    let lies_there = |native: &&Candidate| native.source.location().file.ends_with("town_weather/src/lib.rs");
    let weather = natives.iter().filter(lies_there).find(|native| native.manifest.name == "Weather");
    let weather = weather.expect("its crate is linked");
    assert!(weather.source.is_native(), "it is read as what it is");
    assert_eq!(weather.manifest.dependencies[0].to_string(), "Economy ^1");
}

#[test]
fn the_same_natives_make_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str| {
        write(&folder.path().join(name));
        fs::read(folder.path().join(name)).unwrap()
    };
    assert_eq!(bytes("one.ron"), bytes("two.ron"));
}

#[test]
fn what_cannot_be_written_says_where_and_why() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file/natives.ron");
    let error = write_manifests(&path).unwrap_err().to_string();
    let beginning = format!("the manifests of natives cannot be written to `{}`: ", path.display());
    assert!(error.starts_with(&beginning) && error.len() > beginning.len(), "{error}");
}
