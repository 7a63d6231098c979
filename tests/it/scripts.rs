//! Scripts in JavaScript, as parts of an app.

use std::fs;

use bevy_ecs::prelude::*;
use bevy_extensions::{
    ExtensionKind, Value, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use bevy_time::{Time, Virtual};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::support::{Log, app, check_said, host_with, note, noted, said, scripts};

/// Somebody joined.
#[derive(ExtensionEvent, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "scripts.joined")]
struct Joined {
    name: String,
    gold: u32,
}

extensions! {
    Bank(version = "1.4.0") = |app| {
        app.extension::<Self>().register_event::<Joined>().export_fn("double", |In(gold): In<u32>| gold * 2);
    };
}

#[test]
fn the_first_script_runs_unchanged() {
    let text = include_str!("../../assets/extensions/test_event.js");
    let app = TestApp::builder().host(|host| host.with_script("test_event.js", text)).start();
    assert_eq!(said(&app), ["test_event: We got the test event from Quinn"]);
    app.assert_quiet();
}

#[test]
fn a_mistake_in_it_is_one_contained_error_with_its_place() {
    let text = include_str!("../../assets/extensions/test_event.js").replace("event.sender", "sender");
    let host = |host: ExtensionsPlugin| {
        host.with_script("test_event.js", text)
            .with_script("other.js", "extension.on('test-event', () => console.log('here'))")
    };
    let mut app = TestApp::builder().host(host).start();
    app.frames(3);
    app.assert_states("other running, test_event running");
    app.assert_faults(
        "test_event",
        &["in a listener of `test-event`: ReferenceError: sender is not defined, at test_event.js:3:49"],
    );
    assert_eq!(said(&app), ["other: here"]);
}

#[test]
fn natives_and_scripts_do_everything_with_each_other() {
    let text = "//@extension requires Bank ^1
        const bank = extension.imports('Bank');
        extension.on('scripts.joined', (event, meta) => {
            event.gold = bank.double(event.gold);
            console.log(`${event.name} has ${event.gold}, says ${meta.sender}`);
        });
        extension.exports = { greet({ name }) { return `Hello, ${name}`; }, limit: 5 };
        extension.on('init', async () => console.log('became', await extension.emit('scripts.joined', { name: 'Ann', gold: 4 })));
    ";
    let mut app = TestApp::builder().with::<Bank>().host(|host| host.with_script("greeter.js", text)).start();
    let joined = app.world_mut().emit("scripts.joined", json!({"name": "Ben", "gold": 3})).unwrap();
    assert_eq!(joined, json!({"name": "Ben", "gold": 6}));
    let greeting: Value = app.world_mut().call("greeter", "greet", json!({"name": "Ann"})).unwrap();
    assert_eq!(greeting, json!("Hello, Ann"));
    app.assert_quiet();
}

// Lifecycle.

extensions! {
    // A native between the scripts `aa` and `cc`, in plan order.
    Bb(requires("aa")) = |app| {
        app.world_mut().resource_mut::<Log>().note("build");
        app.extension::<Self>()
            .add_systems(PreInit, note("preinit"))
            .add_systems(Init, note("init"))
            .add_systems(PostInit, note("postinit"))
            .add_systems(Terminate, note("terminate"));
    };
    // What the natives and the scripts do, in one list.
    Diary() = |app| app.extension::<Self>()
        .export_fn("note", |In(what): In<String>, mut log: ResMut<Log>| log.note(what));
}

/// Notes its phases.
fn notes_phases(name: &str, requires: &str) -> String {
    format!(
        "//@extension requires Diary{requires}
        const {{ note }} = extension.imports('Diary');
        note('{name}.top');
        for (const phase of ['preinit', 'init', 'postinit', 'ready', 'terminate'])
            extension.on(phase, () => note(`{name}.${{phase}}`));"
    )
}

#[test]
fn scripts_and_natives_go_through_their_lives_in_plan_order() {
    let texts = [("aa.js", notes_phases("aa", "")), ("cc.js", notes_phases("cc", "\n//@extension requires Bb"))];
    let mut app = scripts(&texts).with::<Bb>().with::<Diary>().start();
    app.assert_plan("Diary aa Bb cc");
    assert_eq!(
        noted(&mut app),
        "aa.top build cc.top aa.preinit preinit cc.preinit aa.init init cc.init \
         aa.postinit aa.ready postinit cc.postinit cc.ready",
    );
    app.assert_quiet();
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "cc.terminate terminate aa.terminate");
    app.assert_states("Diary terminated, aa terminated, Bb terminated, cc terminated");
}

#[test]
fn a_listener_to_a_phase_may_wait_for_what_it_emits() {
    let text = "
        extension.on('init', async () => { await extension.emit('a'); console.log('init is over'); });
        extension.on('postinit', () => console.log('postinit'));
    ";
    check_said(&scripts(&[("aa.js", text)]).start(), &["aa: init is over", "aa: postinit"]);
}

/// Runs a script that somebody requires, and checks its only fault and that nothing of it is left.
#[track_caller]
fn check_failed(text: &str, fault: &str) -> TestApp {
    let follower = "//@extension requires aa\nextension.on('ready', () => console.log('never'))";
    let mut app = scripts(&[("aa.js", text), ("bb.js", follower), ("cc.js", "console.log('here')")]).start();
    app.assert_states("aa failed, cc running, bb suspended");
    app.assert_faults("aa", &[fault]);
    for name in ["aa", "bb"] {
        assert_eq!(app.world().leftovers(name), Some(vec![]), "{name}");
    }
    assert_eq!(said(&app).last().unwrap(), "cc: here");
    app.frames(2);
    app
}

const REGISTERS: &str = "
    extension.on('a', () => 0);
    extension.exports = { f: () => 1 };
    extension.driver('store', { load: () => 1 });
    setInterval(() => console.log('never'), 1);
    extension.emit('b').then(() => console.log('never'));
";

#[test]
fn a_script_that_fails_at_its_top_level_has_failed_and_leaves_nothing() {
    let text = format!("{REGISTERS}\nthrow new Error('no luck');");
    check_failed(&text, "at the top level of its script: Error: no luck, at aa.js:8:11");
}

#[test]
fn a_script_that_does_not_parse_has_failed() {
    check_failed(
        "let a = ;",
        "at the top level of its script: SyntaxError: unexpected token in expression: ';', at aa.js:1:9",
    );
}

#[test]
fn a_script_that_fails_in_a_phase_has_failed_and_leaves_nothing() {
    let text = format!("{REGISTERS}\nextension.on('init', () => {{ throw new Error('no luck'); }});");
    check_failed(&text, "in `Init`: Error: no luck, at aa.js:8:40");
}

#[test]
fn a_script_that_fails_later_within_a_phase_has_failed() {
    check_failed(
        "extension.on('init', async () => { await null; throw new Error('no luck'); })",
        "in `Init`: Error: no luck, at aa.js:1:58",
    );
}

#[test]
fn a_failed_script_is_not_told_to_terminate_before_its_phases_have_begun() {
    let app = check_failed(
        "extension.on('terminate', () => console.log('never')); throw new Error('no luck')",
        "at the top level of its script: Error: no luck, at aa.js:1:66",
    );
    check_said(&app, &["cc: here"]);
}

#[test]
fn what_fails_in_terminate_keeps_nobody_from_ending() {
    let bad = "extension.on('terminate', () => { throw new Error('no') });
        extension.on('terminate', () => console.log('all the same'))";
    let good = "extension.on('terminate', () => console.log('ends'))";
    let mut app = scripts(&[("bad.js", bad), ("good.js", good)]).start();
    app.terminate_extensions();
    check_said(&app, &["good: ends", "bad: all the same"]);
    app.assert_states("bad terminated, good terminated");
    app.assert_faults("bad", &["in `Terminate`: Error: no, at bad.js:1:45"]);
}

#[test]
fn what_terminate_emits_and_starts_goes_nowhere_and_leaves_nothing() {
    let text = "extension.on('terminate', () => {
        setTimeout(() => console.log('never'), 0);
        extension.emit('bye').then(() => console.log('told'));
        extension.on('a', () => console.log('never'));
        extension.exports = { f: () => 1 };
    })";
    let other = "extension.on('bye', (_, { sender }) => console.log('bye', sender))";
    let mut app = scripts(&[("aa.js", text), ("bb.js", other)]).start();
    app.world_mut().resource_mut::<Extensions>().disable("aa");
    app.frames(3);
    assert_eq!(app.world().leftovers("aa"), Some(vec![]));
    check_said(&app, &["bb: bye aa", "aa: told"]);
    app.assert_quiet();
}

#[test]
fn the_report_tells_that_it_is_a_script_and_how_long_it_took() {
    let app = scripts(&[("aa.js", "extension.on('init', () => 0)")]).start();
    let report = app.report();
    let row = report.row("aa").unwrap();
    assert_eq!(row.kind, ExtensionKind::Script);
    assert!(!row.times.build.is_zero() && !row.times.init.is_zero(), "{:?}", row.times);
    assert_eq!(row.location.to_string(), "aa.js");
}

#[test]
fn the_order_of_independent_scripts_does_not_matter() {
    for seed in 0..20 {
        let text = |name: &str| format!("extension.exports = {{ name: () => '{name}' }}; console.log('here')");
        let all = "//@extension requires aa
            //@extension requires bb
            //@extension requires cc
            extension.on('ready', () => console.log(['aa', 'bb', 'cc'].map((of) => extension.imports(of).name())))";
        let texts = [("aa.js", text("aa")), ("bb.js", text("bb")), ("cc.js", text("cc")), ("dd.js", all.to_string())];
        let app = scripts(&texts).shuffled_with(seed).start();
        app.assert_quiet();
        let mut lines = said(&app);
        assert_eq!(lines.pop().unwrap(), "dd: [ 'aa', 'bb', 'cc' ]", "seed {seed}");
        lines.sort();
        assert_eq!(lines, ["aa: here", "bb: here", "cc: here"], "seed {seed}");
    }
}

// Files.

/// A folder of extensions, and an app that finds them.
fn with_files(files: &[(&str, &str)], settings: &str) -> (TempDir, TestApp) {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let settings = format!("(directories: [{:?}]{settings})", folder.path().display().to_string());
    let mut app = app(ExtensionsPlugin { files: true, ..host_with(&settings) });
    app.frames(1);
    (folder, app)
}

#[test]
fn a_folder_is_an_extension_with_files_of_its_own() {
    let (_folder, app) = with_files(
        &[
            ("town/package.json", r#"{"name": "town", "version": "1.2.0", "main": "src/index.js"}"#),
            (
                "town/src/index.js",
                "import { name } from '../lib/name.mjs'; import data from './data.json'; console.log(name, data.gold)",
            ),
            ("town/src/data.json", r#"{"gold": 5}"#),
            ("town/lib/name.mjs", "export const name = `${extension.name} ${extension.version}`"),
            ("single.js", "//@extension version 2.0.0\nconsole.log(extension.version)"),
        ],
        "",
    );
    app.assert_states("single running, town running");
    check_said(&app, &["single: 2.0.0", "town: town 1.2.0 5"]);
}

#[test]
fn a_fault_names_the_very_file() {
    let (folder, app) = with_files(
        &[
            ("town/extension.ron", r#"(name: "Town")"#),
            ("town/main.js", "require('./lib/helper').help()"),
            ("town/lib/helper.js", "exports.help = () => {\n  nobody();\n};"),
        ],
        "",
    );
    let file = |file: &str| folder.path().join(file).display().to_string();
    app.assert_faults(
        "Town",
        &[&format!(
            "at the top level of its script: ReferenceError: nobody is not defined, at {}:2:3",
            file("town/lib/helper.js"),
        )],
    );
    let report = app.report().to_string();
    let place = format!(
        "  in: {}:2:3\n    2 |   nobody();\n      |   ^\n    at {0}:2:3\n    at {}:1:24\n",
        file("town/lib/helper.js"),
        file("town/main.js"),
    );
    assert!(report.contains(&place), "{report}\n{place}");
}

// Settings.

const TOWN: &str = r#"(name: "Town", settings: (greeting: "Hello", tax: (rate: 0.25, free: ["bread"])))"#;

#[test]
fn settings_are_those_of_the_manifest_under_those_of_the_host() {
    let main =
        "console.log(JSON.stringify(extension.config)); try { 'use strict'; extension.config.tax.rate = 1 } catch {}
        console.log(extension.config.tax.rate)";
    let files = [("town/extension.ron", TOWN), ("town/main.js", main)];
    let (_folder, app) = with_files(&files, "");
    check_said(&app, &[r#"Town: {"greeting":"Hello","tax":{"free":["bread"],"rate":0.25}}"#, "Town: 0.25"]);
    let (_folder, app) = with_files(&files, r#", settings: {"Town": (tax: (rate: 0.5, free: []), mayor: "Ann")}"#);
    check_said(&app, &[r#"Town: {"greeting":"Hello","mayor":"Ann","tax":{"free":[],"rate":0.5}}"#, "Town: 0.5"]);
}

#[test]
fn settings_of_a_single_script_come_from_the_host() {
    let settings = r#"(settings: {"town": (greeting: "Hello", open: Some(true), mood: None)})"#;
    let app = scripts(&[("town.js", "console.log(extension.config)")]).settings(settings).start();
    check_said(&app, &["town: { greeting: 'Hello', mood: null, open: true }"]);
}

#[test]
fn without_settings_there_is_an_empty_object() {
    check_said(&scripts(&[("town.js", "console.log(extension.config)")]).start(), &["town: {}"]);
}

#[test]
fn settings_that_cannot_be_told_are_a_fault_with_file_and_line() {
    let settings = "(\n  settings: {\"town\": (\n    greeting: 'H',\n    tax: {1: 2},\n  )})";
    let app = scripts(&[("town.js", "console.log('never')")]).settings(settings).start();
    app.assert_state("town", ExtensionState::Failed);
    let report = app.report().to_string();
    assert!(report.contains("in: extensions.ron:4:"), "{report}");
    check_said(&app, &[]);
}

// Timers.

/// Runs some frames, and returns in which of them something was said.
fn said_in(app: &mut TestApp, frames: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for frame in 1..=frames {
        let before = said(app).len();
        app.frames(1);
        lines.extend(said(app)[before..].iter().map(|line| format!("{frame} {line}")));
    }
    lines
}

/// Starts a script, which begins to count frames with its first event.
fn timing(text: &str) -> TestApp {
    let text = format!("extension.on('go', () => {{ {text} }})");
    let mut app = scripts(&[("clock.js", text)]).start();
    app.world_mut().emit("go", json!({})).unwrap();
    app
}

#[test]
fn timers_run_on_the_time_of_the_app() {
    let mut app = timing(
        "setTimeout((a, b) => console.log('later', a, b), 25, 1, 2);
         setTimeout(() => console.log('soon'));
         setTimeout(() => console.log('ten'), 10);
         setInterval(() => console.log('often'), 20);",
    );
    assert_eq!(
        said_in(&mut app, 5),
        ["1 clock: soon", "1 clock: ten", "2 clock: often", "3 clock: later 1 2", "4 clock: often",],
    );
}

#[test]
fn cleared_timers_do_not_ring() {
    let mut app = timing(
        "clearTimeout(setTimeout(() => console.log('never'), 10));
         let count = 0;
         const often = setInterval(() => { console.log(++count); if (count === 2) clearInterval(often); }, 10);
         const other = setTimeout(() => console.log('never'), 10);
         setTimeout(() => clearTimeout(other), 10);
         clearTimeout(undefined); clearTimeout('x'); clearInterval(12345);",
    );
    let lines = said_in(&mut app, 5);
    assert_eq!(lines, ["1 clock: 1", "1 clock: never", "2 clock: 2"], "who was started first rings first");
    app.assert_quiet();
}

#[test]
fn paused_time_pauses_timers_and_fast_time_hastens_them() {
    let mut app = timing("setInterval(() => console.log('ding'), 10)");
    app.world_mut().resource_mut::<Time<Virtual>>().pause();
    assert_eq!(said_in(&mut app, 3), [""; 0]);
    app.world_mut().resource_mut::<Time<Virtual>>().unpause();
    assert_eq!(said_in(&mut app, 2).len(), 2);
}

#[test]
fn a_timer_that_is_late_rings_once_for_all_that_it_has_missed() {
    let mut app = timing("setInterval(() => console.log('ding'), 1)");
    assert_eq!(said_in(&mut app, 3), ["1 clock: ding", "2 clock: ding", "3 clock: ding"]);
}

#[test]
fn timers_that_start_each_other_do_not_hang_a_frame() {
    let mut app = timing("const again = () => { console.log('again'); setTimeout(again, 0); }; again()");
    assert_eq!(said_in(&mut app, 3).len(), 3);
}

#[test]
fn timers_stop_with_their_extension() {
    let mut app = timing("setInterval(() => console.log('ding'), 10)");
    app.frames(1);
    check_said(&app, &["clock: ding"]);
    app.world_mut().resource_mut::<Extensions>().disable("clock");
    app.frames(3);
    check_said(&app, &["clock: ding"]);
}

#[test]
fn what_fails_in_a_timer_is_a_fault_there_and_an_interval_goes_on() {
    let mut app = timing("setInterval(() => { console.log('ding'); throw new Error('no') }, 10)");
    app.frames(3);
    check_said(&app, &["clock: ding", "clock: ding", "clock: ding"]);
    app.assert_faults("clock", &["in a timer: Error: no, at clock.js:1:79 (3 times)"]);
}

#[test]
fn a_timer_emits_calls_and_awaits() {
    let text = "//@extension requires Bank
        setTimeout(async () => {
            const { gold } = await extension.emit('scripts.joined', { name: 'Ann', gold: 2 });
            console.log(extension.imports('Bank').double(gold));
        }, 10);
    ";
    let mut app = scripts(&[("clock.js", text)]).with::<Bank>().start();
    app.frames(2);
    check_said(&app, &["clock: 4"]);
}
