//! The host: its settings, those of extensions, its report, and its end.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Declared, HostSettings, SettingsSource, manifest_of, prelude::*, test_kit::extensions};
use serde::{Deserialize, Serialize};

use crate::support::{Log, app, host, host_with, note, noted};

#[derive(Serialize, Deserialize, Debug)]
#[serde(default)]
struct GreeterSettings {
    greeting: String,
    mood: Mood,
    times: u8,
}

#[derive(Serialize, Deserialize, Debug, Clone, Copy)]
enum Mood {
    Cheerful,
    Sleepy,
}

impl Default for GreeterSettings {
    fn default() -> Self {
        Self { greeting: "Hello".into(), mood: Mood::Cheerful, times: 1 }
    }
}

extensions! {
    Greeter(settings = GreeterSettings) = |app| app.extension::<Self>().add_systems(Init, greet);
    Economy() = |app| app.extension::<Self>()
        .add_systems(Init, note("Economy.init"))
        .add_systems(Terminate, note("Economy.end"));
    Market(requires(Economy = "^2")) = |app| app.extension::<Self>().add_systems(Init, note("Market.never"));
    Stall(requires(Market)) = |app| app.extension::<Self>().add_systems(Init, note("Stall.never"));
    Modern(app = ">=2") = |app| app.extension::<Self>().add_systems(Init, note("Modern.init"));
    AsksInBuild(settings = GreeterSettings) = |app| {
        let greeting = app.extension::<Self>().settings().greeting.clone();
        app.world_mut().resource_mut::<Log>().note(greeting);
    };
}

fn greet(settings: Res<Settings<Greeter>>, mut log: ResMut<Log>) {
    log.note(format!("{}/{:?}/{}", settings.greeting, settings.mood, settings.times));
}

#[test]
fn settings_are_the_default_until_somebody_sets_them() {
    let mut unset = app(host().with::<Greeter>());
    unset.update();
    assert_eq!(noted(&mut unset), "Hello/Cheerful/1");

    let mut set = app(host_with(r#"(settings: {"greeter": (greeting: "Moin", mood: Sleepy)})"#).with::<Greeter>());
    set.update();
    assert_eq!(noted(&mut set), "Moin/Sleepy/1");
}

#[test]
fn settings_can_be_read_in_build() {
    let mut app = app(host_with(r#"(settings: {"AsksInBuild": (greeting: "Moin")})"#).with::<AsksInBuild>());
    assert_eq!(noted(&mut app), "Moin");
}

#[track_caller]
fn check_wrong_settings(settings: &str, expected: &str) {
    let mut app = app(host_with(settings).with::<Greeter>().with::<Economy>());
    app.update();
    app.assert_states("Economy running, Greeter failed");
    let text = app.extension_report().to_string();
    let lines: Vec<_> = text.lines().skip(4).collect();
    assert_eq!(lines.join("\n"), expected);
    app.terminate_extensions();
}

#[test]
fn wrong_settings_fail_their_extension_and_name_file_line_and_field() {
    check_wrong_settings(
        "(\n  settings: {\n    \"Greeter\": (\n      greeting: 3,\n    ),\n  },\n)",
        "error: `Greeter` has failed in its settings: `greeting`: expected string\n  \
           in: extensions.ron:4:17\n  \
           hint: correct the value of `greeting`",
    );
    check_wrong_settings(
        "(settings: {\"Greeter\": (greting: \"Moin\")})",
        "error: `Greeter` has failed in its settings: unknown key `greting`\n  \
           in: extensions.ron:1:24\n  \
           hint: did you mean `greeting`?",
    );
    check_wrong_settings(
        "(settings: {\"Greeter\": (mood: Grumpy)})",
        "error: `Greeter` has failed in its settings: `mood`: `Grumpy` is not one of `Cheerful` and `Sleepy`\n  \
           in: extensions.ron:1:31\n  \
           hint: correct the value of `mood`",
    );
    check_wrong_settings(
        "(settings: {\"Greeter\": (times: 300)})",
        "error: `Greeter` has failed in its settings: `times`: integer is out of bounds\n  \
           in: extensions.ron:1:32\n  \
           hint: correct the value of `times`",
    );
}

#[test]
fn settings_for_an_extension_without_any_are_wrong() {
    let mut app = app(host_with("(settings: {\"Economy\": (gold: 3)})").with::<Economy>());
    app.update();
    assert_eq!(
        app.extension_report().row("Economy").unwrap().faults[0].fault.to_string(),
        "in its settings: this extension takes no settings",
    );
}

#[test]
fn the_manifest_of_a_native_has_the_defaults_of_its_settings() {
    assert_eq!(
        manifest_of::<Greeter>().to_ron(),
        "(\n    format: 1,\n    name: \"Greeter\",\n    version: \"1.0.0\",\n    license: \"MIT OR Apache-2.0\",\n    \
         settings: (greeting:\"Hello\",mood:Cheerful,times:1),\n)\n",
    );
}

#[test]
fn disabled_and_left_out_extensions_are_listed_with_their_state() {
    let mut app = app(host_with(r#"(disabled: ["greeter"])"#)
        .with::<Greeter>()
        .with::<Economy>()
        .with::<Market>()
        .with::<Stall>());
    app.update();
    assert_eq!(noted(&mut app), "Economy.init");
    app.assert_states("Economy running, Greeter disabled, Market left out, Stall left out");
    app.terminate_extensions();
}

#[test]
fn the_report_is_a_table_with_problems_below() {
    let plugin = ExtensionsPlugin {
        app: Some(AppInfo::new("town", "1.0.0")),
        ..host_with(r#"(disabled: ["greeter"])"#).with::<Greeter>().with::<Economy>().with::<Market>().with::<Stall>()
    };
    let mut app = app(plugin);
    app.update();
    let text = app.extension_report().to_string();
    let masked: Vec<_> = text.lines().map(mask_time_and_place).collect();
    assert_eq!(
        masked,
        [
            "extensions of town 1.0.0: 1 running, 1 disabled, 2 left out",
            "# | state | name | version | time | source",
            "1 | running | Economy | 1.0.0 | T ms | FILE",
            "disabled | Greeter | 1.0.0 | FILE",
            "left out | Market | 1.0.0 | FILE",
            "left out | Stall | 1.0.0 | FILE",
            "error: `Market` is left out: it requires `Economy ^2`, but `Economy` is 1.0.0",
            "in: FILE",
            "hint: update `Economy`, or ask for `Economy ^1` if that is enough",
            "because of it, `Stall` is left out too",
        ],
    );
    app.terminate_extensions();
}

/// Replaces what differs from run to run, or with every edit of this file, and the white space that it takes.
fn mask_time_and_place(line: &str) -> String {
    let cells = line.trim_end().split("  ").filter(|cell| !cell.trim().is_empty());
    let mask = |cell: &str| match cell.trim() {
        time if time.ends_with(" ms") => "T ms".to_string(),
        place if place.starts_with("tests/it/") => "FILE".to_string(),
        place if place.starts_with("in: tests/it/") => "in: FILE".to_string(),
        other => other.to_string(),
    };
    cells.map(mask).collect::<Vec<_>>().join(" | ")
}

#[test]
fn colours_are_asked_for() {
    let mut app = app(host().with::<Economy>());
    app.update();
    let report = app.extension_report();
    assert!(report.to_text(true).contains("\u{1b}[32m"));
    assert!(!report.to_text(false).contains('\u{1b}'));
    app.terminate_extensions();
}

#[test]
fn the_version_of_the_app_is_held_against_manifests() {
    let plugin = |version| ExtensionsPlugin { app: Some(AppInfo::new("town", version)), ..host().with::<Modern>() };
    app(plugin("2.1.0")).assert_states("Modern starting");
    app(plugin("1.9.0")).assert_states("Modern left out");
    assert_eq!(app(host().with::<Modern>()).states(), "Modern starting", "an unknown version suits everybody");
}

#[test]
fn a_left_out_extension_stops_the_app_if_the_settings_say_so() {
    let mut app = app(host_with("(on_left_out: Stop)").with::<Economy>().with::<Market>());
    app.update();
    assert_eq!(noted(&mut app), "");
    assert_eq!(app.should_exit(), Some(AppExit::error()));
    assert_eq!(app.states(), "Economy terminated, Market left out", "it will not start any more");
    assert_eq!(
        app.extension_report().problems[0].to_string(),
        "no extension starts, and the app exits: something is left out, and `on_left_out` is `Stop`",
    );

    let mut fine = self::app(host_with("(on_left_out: Stop)").with::<Economy>());
    fine.update();
    assert_eq!(fine.should_exit(), None);
    fine.terminate_extensions();
}

#[test]
fn settings_that_cannot_be_read_start_nothing_and_keep_the_app_running() {
    let folder = tempdir();
    let file = folder.join("extensions.ron");
    std::fs::write(&file, "(disabled: [\"Economy\"], on_left_uot: Stop)").unwrap();
    let plugin = ExtensionsPlugin { settings: SettingsSource::File(file.clone()), ..host().with::<Economy>() };
    let mut app = app(plugin);
    app.update();
    assert_eq!(noted(&mut app), "");
    assert_eq!(app.should_exit(), None);
    let text = app.extension_report().to_string();
    let lines: Vec<_> = text.lines().skip(3).collect();
    assert_eq!(
        lines,
        [
            "error: no extension starts: the host settings are wrong: unknown key `on_left_uot`",
            &format!("  in: {}:1:25", file.display()),
            "  hint: did you mean `on_left_out`?",
        ],
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_settings_file_that_was_named_has_to_be_there() {
    let plugin = ExtensionsPlugin {
        settings: SettingsSource::File("no/such/extensions.ron".into()),
        ..host().with::<Economy>()
    };
    let app = app(plugin);
    assert_eq!(
        app.extension_report().problems[0].to_string(),
        "no extension starts: the host settings `no/such/extensions.ron` are not there",
    );
}

#[test]
fn settings_can_be_made_in_code() {
    let mut settings = HostSettings::default();
    settings.disabled.insert("Economy".parse().unwrap());
    let app = app(ExtensionsPlugin { settings: settings.into(), ..host().with::<Economy>() });
    app.assert_states("Economy disabled");
}

#[test]
fn linked_extensions_are_found_in_the_order_of_names() {
    let names: Vec<_> = Declared::linked().iter().map(Declared::name).collect();
    assert!(names.is_sorted());
    assert!(names.contains(&"Market"));
}

#[test]
fn a_panic_of_the_apps_own_handler_setting_is_not_overruled() {
    fn ignore(_: BevyError, _: bevy_ecs::error::ErrorContext) {}
    let mut app = app(host().with::<Economy>());
    app.set_error_handler(ignore);
    app.add_systems(Update, || -> Result { Err("mine".into()) });
    app.update();
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Economy.init Economy.end");
}

fn tempdir() -> std::path::PathBuf {
    let unique = format!("bevy_extensions_{}_{:?}", std::process::id(), std::thread::current().id());
    let folder = std::env::temp_dir().join(unique.replace(['(', ')'], ""));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
