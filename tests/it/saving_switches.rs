//! Switches of a running app are written to the file of the host settings, and are so when it starts the next time.

use std::{fs, path::Path};

use bevy_extensions::{
    SettingsSource,
    prelude::*,
    test_kit::{TestApp, extensions},
};

extensions! {
    Economy(version = "1.4.0") = |app| _ = app.extension::<Self>();
    Weather(version = "1.0.0") = |app| _ = app.extension::<Self>();
    Festival(version = "1.0.0") = |app| _ = app.extension::<Self>();
}

fn app(settings: &Path) -> TestApp {
    let settings = SettingsSource::File(settings.into());
    TestApp::builder()
        .host(|host| ExtensionsPlugin { settings, ..host })
        .with::<Economy>()
        .with::<Weather>()
        .with::<Festival>()
        .start()
}

fn extensions_of(app: &mut TestApp) -> bevy_ecs::change_detection::Mut<'_, Extensions> {
    app.world_mut().resource_mut::<Extensions>()
}

/// A file with host settings, before and after.
#[track_caller]
fn check(before: &str, switch: impl FnOnce(&mut TestApp), after: &str, states: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extensions.ron");
    fs::write(&file, before).unwrap();
    let mut first = app(&file);
    switch(&mut first);
    assert_eq!(extensions_of(&mut first).save_switches().unwrap(), file);
    assert_eq!(fs::read_to_string(&file).unwrap(), after);
    app(&file).assert_states(states);
}

#[test]
fn what_was_disabled_is_off_the_next_time() {
    check(
        "(\n    // Rain is too loud.\n    disabled: [],\n)\n",
        |app| {
            extensions_of(app).disable("Weather");
            app.frames(1);
        },
        "(\n    // Rain is too loud.\n    disabled: [\"Weather\"],\n)\n",
        "Economy running, Festival running, Weather disabled",
    );
}

#[test]
fn what_was_asked_for_in_this_frame_counts_as_done() {
    check(
        "()",
        |app| {
            extensions_of(app).disable("weather");
        },
        "(disabled: [\"Weather\"])",
        "Economy running, Festival running, Weather disabled",
    );
}

#[test]
fn a_native_that_is_off_can_be_switched_on_for_the_next_start() {
    check(
        "(disabled: [\"Festival\"])",
        |app| {
            extensions_of(app).enable("Festival");
        },
        "(disabled: [])",
        "Economy running, Festival running, Weather running",
    );
}

#[test]
fn names_of_extensions_that_are_not_there_stay() {
    check(
        "(disabled: [\"Ghost\" /* for Halloween */])",
        |app| {
            extensions_of(app).disable("Economy");
        },
        "(disabled: [\"Ghost\", \"Economy\" /* for Halloween */])",
        "Festival running, Weather running, Economy disabled",
    );
}

#[test]
fn what_is_on_again_is_taken_off_the_list() {
    check(
        "()",
        |app| {
            extensions_of(app).disable("Weather");
            extensions_of(app).save_switches().unwrap();
            app.frames(1);
            extensions_of(app).enable("Weather");
            app.frames(1);
        },
        "(disabled: [])",
        "Economy running, Festival running, Weather running",
    );
}

#[test]
fn settings_from_no_file_cannot_be_saved() {
    let mut app = TestApp::builder().with::<Economy>().start();
    let error = extensions_of(&mut app).save_switches().unwrap_err();
    assert_eq!(error.to_string(), "switches cannot be saved: the app has its host settings from no file");
    assert_eq!(error.hint(), "read them from a file, with `ExtensionsPlugin::settings`");
}

#[test]
fn a_file_that_somebody_has_broken_meanwhile_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extensions.ron");
    fs::write(&file, "()").unwrap();
    let mut app = app(&file);
    fs::write(&file, "(disabled: [").unwrap();
    extensions_of(&mut app).disable("Weather");
    let error = extensions_of(&mut app).save_switches().unwrap_err();
    assert_eq!(
        error.to_string().replace(&file.display().to_string(), "FILE"),
        "switches cannot be saved: the host settings are wrong: `disabled[0]`: expected string, at FILE:1:12",
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "(disabled: [");
}

#[test]
fn what_the_file_says_of_those_that_nobody_has_switched_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extensions.ron");
    fs::write(&file, "(disabled: [\"Festival\"])").unwrap();
    let mut app = app(&file);
    extensions_of(&mut app).disable("Weather");
    app.frames(1);
    // Somebody has other plans for the next start.
    fs::write(&file, "(disabled: [\"Economy\"])").unwrap();
    extensions_of(&mut app).save_switches().unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "(disabled: [\"Economy\", \"Weather\"])");
}
