//! What `new` makes passes `check`, and nothing is overwritten.

use std::fs;

use crate::support::{printed, run, shown, write};

#[test]
fn a_script_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        printed(folder.path(), "new my-weather"),
        "created `my-weather.js`\nnext: `bevy-extensions check my-weather.js`\n",
    );
    assert!(printed(folder.path(), "check my-weather.js").starts_with("extensions: 1 planned\n"));
    assert!(
        printed(folder.path(), "show my-weather --dir my-weather.js").starts_with("my_weather 0.1.0\n  Says hello.\n")
    );
}

#[test]
fn a_folder_passes_the_check() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        printed(folder.path(), "new my-weather --folder --in extensions"),
        "created `extensions/my-weather/extension.json`\ncreated `extensions/my-weather/main.js`\n\
         next: `bevy-extensions check extensions/my-weather`\n",
    );
    assert!(printed(folder.path(), "check extensions/my-weather").starts_with("extensions: 1 planned\n"));
    assert!(printed(folder.path(), "check").starts_with("extensions: 1 planned\n"), "it lies where an app looks");
}

#[test]
fn a_crate_is_called_as_it_should_be() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        printed(folder.path(), "new my-weather --native"),
        "created `my-weather/Cargo.toml`\ncreated `my-weather/src/lib.rs`\ncreated `my-weather/examples/run.rs`\n\
         next: `cargo run --example run`, in `my-weather`\n",
    );
    let read = |file: &str| fs::read_to_string(folder.path().join("my-weather").join(file)).unwrap();
    assert!(read("Cargo.toml").starts_with("[package]\nname = \"my-weather\"\n"));
    assert!(read("src/lib.rs").contains("pub struct MyWeather;"));
    assert!(read("examples/run.rs").contains("link_extensions!(my_weather);"));
    for file in ["Cargo.toml", "src/lib.rs", "examples/run.rs"] {
        assert!(!read(file).contains("{{"), "{file} has all its values");
    }
}

#[test]
fn a_crate_has_the_name_that_cargo_and_rust_would_give_it() {
    #[track_caller]
    fn check(name: &str, package: &str, module: &str, kind: &str) {
        let folder = tempfile::tempdir().unwrap();
        printed(folder.path(), &format!("new {name} --native"));
        let read = |file: &str| fs::read_to_string(folder.path().join(package).join(file)).unwrap();
        assert!(read("Cargo.toml").starts_with(&format!("[package]\nname = \"{package}\"\n")), "{name}");
        assert!(read("src/lib.rs").contains(&format!("pub struct {kind};")), "{name}");
        assert!(read("examples/run.rs").contains(&format!("link_extensions!({module});")), "{name}");
    }
    check("Weather", "weather", "weather", "Weather");
    check("MyRain", "my-rain", "my_rain", "MyRain");
    check("my_rain", "my_rain", "my_rain", "MyRain");
    check("my--rain", "my--rain", "my__rain", "MyRain");
}

#[test]
fn it_depends_on_the_bevy_that_we_depend_on() {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), "new weather --native");
    let line = |file: String| file.lines().find(|line| line.starts_with("bevy_app = ")).unwrap().to_string();
    let made = line(fs::read_to_string(folder.path().join("weather/Cargo.toml")).unwrap());
    assert_eq!(made, line(fs::read_to_string(workspace).unwrap()));
}

#[track_caller]
fn check_refused(files: &[(&str, &str)], args: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    assert_eq!(shown(&run(folder.path(), args)), expected);
    for (path, text) in files {
        assert_eq!(fs::read_to_string(folder.path().join(path)).unwrap(), *text, "{path} is as it was");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), files.len(), "nothing came");
}

#[test]
fn what_is_there_is_not_overwritten() {
    let hint = "  hint: give it another name, or make it elsewhere with `--in`\n[exit 1]\n";
    check_refused(&[("rain.js", "mine")], "new rain", &format!("error: `rain.js` is there already\n{hint}"));
    check_refused(&[("rain/own.txt", "mine")], "new rain --folder", &format!("error: `rain` is there already\n{hint}"));
    check_refused(&[("rain", "mine")], "new rain --native", &format!("error: `rain` is there already\n{hint}"));
}

#[test]
fn what_is_no_name_is_refused() {
    let hint = "  hint: begin with a letter, and add letters, digits, `-` and `_`\n[exit 2]\n";
    for name in ["a", "../rain", "9a", "ra.in", "é"] {
        check_refused(
            &[],
            &format!("new {name}"),
            &format!("error: `{name}` cannot be the name of an extension\n{hint}"),
        );
    }
    check_refused(
        &[],
        "new plugin --native",
        "error: a crate of an extension cannot be called `plugin`\n  hint: call it `my-plugin`\n[exit 2]\n",
    );
    check_refused(
        &[],
        "new Move --native",
        "error: a crate of an extension cannot be called `Move`\n  hint: call it `my-move`\n[exit 2]\n",
    );
}
