//! What the README, the guide for authors of scripts and the samples show runs as it stands.

use std::{fs, io::Write as _};

use bevy_ecs::prelude::*;
use bevy_extensions::{
    Candidate, Found, HostSettings, Manifest, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::support::run_until;

extensions! {
    Economy(version = "1.4.0") = |app| app.extension::<Self>().export_fn("deposit", |In(gold): In<u32>| gold + 100);
}

/// Returns the blocks of a text in some language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).map(|rest| rest.split_once("```").expect("a block has an end").0).collect()
}

const README: &str = include_str!("../../README.md");
const GUIDE: &str = include_str!("../../assets/extensions/README.md");

fn said(app: &TestApp) -> Vec<String> {
    let said = app.logs().into_iter().filter_map(|line| Some(line.strip_prefix("info: ")?.to_string()));
    said.filter(|line| !line.starts_with("extensions")).collect()
}

#[test]
fn the_script_of_the_readme_runs() {
    let text = blocks(README, "js")[0];
    let mut app = TestApp::builder().with::<Economy>().host(|host| host.with_script("greeter.js", text)).start();
    app.world_mut().emit("player.joined", json!({"name": "Ann"})).unwrap();
    assert_eq!(
        said(&app),
        ["greeter: Ann joined, says the app", "greeter: with the entrance fee the bank has 102 gold"],
    );
    app.assert_quiet();
}

#[test]
fn the_first_script_of_the_guide_runs() {
    let text = blocks(GUIDE, "js")[0];
    let mut app = TestApp::builder().host(|host| host.with_script("hello.js", text)).start();
    app.world_mut().emit("player.joined", json!({"name": "Ann"})).unwrap();
    assert_eq!(said(&app), ["hello: Ann joined, says the app"]);
    app.assert_quiet();
}

#[test]
fn the_four_forms_of_the_guide_say_the_same() {
    let said = |manifest: &Manifest| {
        let needs = manifest.dependencies.iter().chain(&manifest.optional).map(ToString::to_string);
        (manifest.name.to_string(), manifest.version.to_string(), needs.collect::<Vec<_>>())
    };
    let json = blocks(GUIDE, "json");
    let script = Found::script("weather.js", blocks(GUIDE, "js")[1]).unwrap();
    let ron = Candidate::from_ron("extension.ron", blocks(GUIDE, "ron")[0]).unwrap().manifest;
    let minestom = Manifest::from_json("extension.json", json[0].as_bytes()).unwrap();
    let npm = Manifest::from_package_json("package.json", json[1].as_bytes()).unwrap();
    let expected = ("Weather".into(), "1.2.0".into(), vec!["Time ^2".into(), "Economy".into()]);
    assert_eq!(said(&script.candidate.manifest), expected);
    for manifest in [&ron, &minestom, &npm] {
        assert_eq!(said(manifest), expected);
        assert_eq!(manifest.settings, ron.settings);
    }
}

#[test]
fn the_files_of_the_guide_are_written() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(folder.path().join("chronicle")).unwrap();
    fs::write(folder.path().join("chronicle/main.js"), blocks(GUIDE, "js")[2]).unwrap();
    fs::write(folder.path().join("chronicle/rules.json"), r#"{"first": "NAME is new", "again": "NAME again"}"#)
        .unwrap();
    let mut settings = HostSettings::default();
    settings.directories = vec![folder.path().display().to_string()];
    let host = |host| ExtensionsPlugin { files: true, settings: settings.into(), ..host };
    let mut app = TestApp::builder().host(host).data(data.path()).start();
    for name in ["Ann", "Ben", "Ann"] {
        app.world_mut().emit("player.joined", json!({"name": name})).unwrap();
    }
    assert_eq!(said(&app), ["chronicle: Ann is new", "chronicle: Ben is new", "chronicle: Ann again"]);
    assert_eq!(app.storage("chronicle").list(""), ["rules.json", "seen.txt"]);
    app.assert_quiet();
}

#[test]
fn the_data_of_the_guide_is_kept() {
    let data = tempfile::tempdir().unwrap();
    let text = blocks(GUIDE, "js").into_iter().find(|text| text.starts_with("// guestbook.js")).unwrap();
    for visit in 1..3 {
        let mut app = TestApp::builder().host(|host| host.with_script("guestbook.js", text)).data(data.path()).start();
        app.world_mut().emit("player.joined", json!({"name": "Ann"})).unwrap();
        run_until(&mut app, |app| said(app).len() == 1);
        assert_eq!(said(&app), [format!("guestbook: welcome, Ann: visit {visit}, of 1 guests")]);
        app.assert_quiet();
    }
}

#[test]
fn the_artifacts_of_the_guide_are_asked_for() {
    let manifest = Candidate::from_ron("extension.ron", blocks(GUIDE, "ron")[1]).unwrap().manifest;
    let names: Vec<_> = manifest.external.artifacts.iter().map(|wanted| wanted.artifact.name()).collect();
    assert_eq!(names, ["left-pad", "lamp"]);
}

#[test]
fn the_host_settings_of_the_guide_can_be_read() {
    let settings = HostSettings::from_ron("extensions.ron", blocks(GUIDE, "ron")[2].as_bytes()).unwrap();
    assert_eq!(settings.limits_of(&"tides".parse().unwrap()).script.call_ms.get(), 50);
}

#[test]
fn a_sample_runs_from_an_archive() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(folder.path().join("tides.zip")).unwrap());
    for file in ["extension.ron", "main.js", "lib/level.js"] {
        let text = fs::read(format!("{}/../assets/extensions/tides/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        archive.start_file(format!("tides/{file}"), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&text).unwrap();
    }
    archive.finish().unwrap();
    let mut settings = HostSettings::default();
    settings.directories = vec![folder.path().display().to_string()];
    let host = |host| ExtensionsPlugin { files: true, settings: settings.into(), ..host };
    let mut app = TestApp::builder().host(host).start();
    let height: u32 = app.world_mut().call("tides", "forecast", json!({"hours": 2})).unwrap();
    assert_eq!(height, 5);
    app.assert_quiet();
}

const COMING_FROM: &str = include_str!("../../crates/bevy_extensions/src/guide/coming_from.md");

/// Starts what is shown as the nth script of those that come from elsewhere, under the name of a file each.
fn coming_from<const N: usize>(scripts: [(&'static str, usize); N]) -> TestApp {
    let data = tempfile::tempdir().unwrap();
    let shown = blocks(COMING_FROM, "js");
    let add = |host: ExtensionsPlugin, (file, nth): (&str, usize)| host.with_script(file, shown[nth]);
    TestApp::builder().host(|host| scripts.into_iter().fold(host, add)).data(data.path()).start()
}

#[test]
fn what_runs_as_it_stands_runs() {
    let mut app = coming_from([("events.js", 0), ("exports-something.js", 1), ("data.js", 2)]);
    run_until(&mut app, |app| said(app).len() == 3);
    assert_eq!(said(&app), ["data: some value", "data: some value", "events: We got the test event from Quinn"],);
    app.assert_quiet();
}

#[test]
fn what_has_to_be_changed_runs_when_it_is() {
    let app = coming_from([("exports-something.js", 1), ("imports-something.js", 3)]);
    assert_eq!(said(&app), ["imports_something: Hello, extensions!"]);
    app.assert_quiet();
}
