//! The manifests of natives, written for tools that do not link them.

use std::fs;

use bevy_extensions::{Declared, Natives, write_manifests};
// Linked, so that their extensions are there.
use town_economy as _;
use town_weather as _;

#[test]
fn all_that_are_linked_are_written_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("target/extensions/natives.ron");
    write_manifests(&path).unwrap();
    let natives = Natives::read(&path).unwrap().candidates();
    assert_eq!(natives.len(), Declared::linked().len());
    let weather = natives.iter().find(|native| native.manifest.name == "Weather" && native.manifest.version.minor == 1);
    let weather = weather.expect("its crate is linked");
    assert!(weather.source.is_native(), "it is read as what it is");
    assert!(weather.source.location().file.ends_with("town_weather/src/lib.rs"), "{}", weather.source.location());
    assert_eq!(weather.manifest.dependencies[0].to_string(), "Economy ^1");
}

#[test]
fn the_same_natives_make_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        write_manifests(folder.path().join(name)).unwrap();
        fs::read(folder.path().join(name)).unwrap()
    };
    assert_eq!(write("one.ron"), write("two.ron"));
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
