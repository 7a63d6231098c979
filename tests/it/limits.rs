//! How much is too much while the app runs: faults, and time in a frame.

use std::time::{Duration, Instant};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    ReportRow,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};

use crate::support::{app, host, host_with, note, noted};

extensions! {
    Clumsy() = |app| app.extension::<Self>()
        .add_systems(Update, (drop_a_cup, note("Clumsy.update")).chain())
        .add_systems(Terminate, note("Clumsy.end"));
    Cleaner(requires(Clumsy = "^1")) = |app| app.extension::<Self>().add_systems(Update, note("Cleaner.update"));
    Economy() = |app| app.extension::<Self>().add_systems(Update, note("Economy.update"));
    Twice() = |app| app.extension::<Self>().add_systems(Update, (drop_a_cup, drop_a_cup, note("Twice.update")).chain());
    Patient() = |app| app.extension::<Self>()
        .add_systems(Startup, (drop_a_cup, drop_a_cup))
        .add_systems(Terminate, (drop_a_cup, drop_a_cup, drop_a_cup, note("Patient.end")).chain());
    Exporter() = |app| app.extension::<Self>()
        .export_fn("no good name", || {})
        .export_fn("no good name either", || {});
    Left() = |app| { app.extension::<Self>().add_plugins_once(Cups); };
    Right() = |app| { app.extension::<Self>().add_plugins_once(Cups); };
}

fn drop_a_cup() -> Result {
    Err("dropped a cup".into())
}

struct Cups;

impl Plugin for Cups {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, (drop_a_cup, note("Cups.update")).chain());
    }
}

/// Runs frames, and returns what was noted in each.
fn frames(app: &mut App, number: usize) -> Vec<String> {
    let frame = |_| {
        app.update();
        noted(app)
    };
    (0..number).map(frame).collect()
}

/// Tells what the report has below its table.
fn told(app: &App) -> String {
    let text = app.extension_report().to_string();
    let lines = text.lines().skip(2 + app.extension_report().rows.len());
    lines.filter(|line| !line.starts_with("  in:")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_tenth_fault_in_a_minute_stops_an_extension_and_who_requires_it() {
    let mut app = app(host().with::<Economy>().with::<Clumsy>().with::<Cleaner>());
    let all = "Economy.update Clumsy.update Cleaner.update";
    let mut before = frames(&mut app, 9);
    before.iter_mut().for_each(|frame| *frame = sorted(frame));
    assert_eq!(before, vec![sorted(all); 9]);
    assert_eq!(told(&app), "warning: `Clumsy` had a fault 9 times in a system: dropped a cup");
    let last = frames(&mut app, 1).remove(0);
    assert!(!last.contains("Clumsy.update"), "the rest of its code is skipped in the same frame: {last}");
    assert!(last.contains("Economy.update") && last.contains("Clumsy.end"), "everyone else goes on: {last}");
    app.assert_states("Clumsy failed, Economy running, Cleaner suspended");
    assert_eq!(
        told(&app),
        "error: `Clumsy` has failed in a system: dropped a cup (10 faults in 60 s); because of it, `Cleaner` is suspended",
    );
    assert_eq!(frames(&mut app, 1), ["Economy.update"]);
    app.terminate_extensions();
}

fn sorted(line: &str) -> String {
    let mut words: Vec<_> = line.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}

#[test]
fn the_host_settings_say_how_many_faults_at_run_time_are_too_many() {
    let mut app = app(host_with("(faults: (run_time: 2, window_ms: 1500))").with::<Twice>());
    assert_eq!(frames(&mut app, 1), [""]);
    assert_eq!(told(&app), "error: `Twice` has failed in a system: dropped a cup (2 faults in 1500 ms)");
    app.terminate_extensions();
}

#[test]
fn where_one_fault_is_too_many_nobody_counts() {
    let mut app = app(host_with("(faults: (run_time: 1))").with::<Clumsy>());
    assert_eq!(frames(&mut app, 2), ["Clumsy.end", ""]);
    assert_eq!(told(&app), "error: `Clumsy` has failed in a system: dropped a cup");
    app.terminate_extensions();
}

#[test]
fn whoever_ends_does_so_to_the_end() {
    let mut app = app(host_with("(faults: (run_time: 3))").with::<Patient>());
    app.update();
    app.assert_states("Patient running");
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Patient.end", "a fault in `Terminate` keeps nothing else from running");
    app.assert_states("Patient terminated");
}

#[test]
fn what_is_refused_in_build_does_not_count_as_failing_at_run_time() {
    let mut app = app(host_with("(faults: (run_time: 1))").with::<Exporter>());
    app.update();
    app.assert_states("Exporter running");
    app.terminate_extensions();
}

#[test]
fn faults_of_a_shared_plugin_count_for_its_first_user() {
    let mut app = app(host_with("(faults: (run_time: 3))").with::<Left>().with::<Right>());
    frames(&mut app, 2);
    app.assert_states("Left running, Right running");
    assert_eq!(frames(&mut app, 1), ["Cups.update"], "others may still need it");
    app.assert_states("Left failed, Right running");
    frames(&mut app, 3);
    app.assert_states("Left failed, Right failed");
    assert_eq!(frames(&mut app, 1), [""]);
    app.terminate_extensions();
}

#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "limits.tick")]
struct Tick;

extensions! {
    InSystem() = |app| app.extension::<Self>().add_systems(Update, || _ = take_time());
    InCondition() = |app| app.extension::<Self>().add_systems(Update, (|| {}).run_if(|| take_time().is_zero()));
    InCommand() = |app| app.extension::<Self>()
        .add_systems(Update, |mut commands: Commands| commands.queue(|_: &mut World| _ = take_time()));
    InListener() = |app| app.extension::<Self>().observe(|_: On<Tick>| _ = take_time());
    InNamedListener() = |app| app.extension::<Self>()
        .register_event::<Tick>()
        .observe_named("limits.tick", |_: On<DynamicEvent>| _ = take_time());
    InListenersCommand() = |app| app.extension::<Self>()
        .observe(|_: On<Tick>, mut commands: Commands| commands.queue(|_: &mut World| _ = take_time()));
    InFunction() = |app| app.extension::<Self>().export_fn("act", || _ = take_time());
    InFunctionsCommand() = |app| app.extension::<Self>()
        .export_fn("act", |mut commands: Commands| commands.queue(|_: &mut World| _ = take_time()));
    InShared() = |app| { app.extension::<Self>().add_plugins_once(Slow); };
    InPhase() = |app| app.extension::<Self>().add_systems(Init, || _ = take_time());
    Caller(optional(InListener, InListenersCommand, InFunction, InFunctionsCommand)) = |app| app.extension::<Self>()
        .add_systems(Update, (call_others, |mut commands: Commands| commands.trigger(Tick)));
    CallsApp() = |app| app.extension::<Self>().add_systems(Update, |world: &mut World| {
        world.call::<_, ()>("app", "act", ()).unwrap();
        world.trigger(Tick);
    });
}

fn call_others(world: &mut World) {
    for name in ["InFunction", "InFunctionsCommand"] {
        // Whoever is not there answers with an error.
        _ = world.call::<_, ()>(name, "act", ());
    }
}

struct Slow;

impl Plugin for Slow {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, || _ = take_time());
    }
}

/// Takes longer than any limit here, and tells how long.
pub fn take_time() -> Duration {
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(2) {
        std::hint::spin_loop();
    }
    began.elapsed()
}

/// Runs a frame of a slow extension and one that calls it, and tells what is reported then.
fn slow_frames(slow: ExtensionsPlugin) -> (TestApp, Vec<String>) {
    let mut app = app(slow);
    app.update();
    let rows = app.extension_report().rows;
    let is_slow = |row: &&ReportRow| row.frames.is_some_and(|frames| frames.over > 0);
    let names = rows.iter().filter(is_slow).map(|row| row.name.to_string()).collect();
    (app, names)
}

#[test]
fn a_slow_frame_is_told_with_the_extension_whose_code_it_is() {
    #[track_caller]
    fn check<E: Extension>() {
        let limit = format!("(limits_for: {{\"{}\": (frame_us: 1)}})", E::NAME);
        let (mut app, slow) = slow_frames(host_with(&limit).with::<E>().with::<Caller>());
        assert_eq!(slow, [E::NAME]);
        let line = told(&app);
        let number = line.split(' ').nth(3).unwrap();
        assert!(number.parse::<f64>().unwrap() >= 2.0, "{line}");
        let name = E::NAME;
        let expected = "ms in a frame, more than the 0.001 ms that the host settings allow";
        assert_eq!(line, format!("warning: `{name}` took {number} {expected}"));
        app.terminate_extensions();
    }
    check::<InSystem>();
    check::<InCondition>();
    check::<InCommand>();
    check::<InListener>();
    check::<InNamedListener>();
    check::<InListenersCommand>();
    check::<InFunction>();
    check::<InFunctionsCommand>();
    check::<InShared>();
}

#[test]
fn whoever_starts_may_take_its_time() {
    let (mut app, slow) = slow_frames(host_with("(limits: (frame_us: 1))").with::<InPhase>());
    assert!(slow.is_empty());
    app.terminate_extensions();
}

#[test]
fn within_the_limit_nothing_is_told() {
    let limits = "(limits: (frame_us: 1), limits_for: {\"InSystem\": (frame_us: 3600000000)})";
    let (mut app, slow) = slow_frames(host_with(limits).with::<InSystem>());
    assert!(slow.is_empty());
    assert_eq!(told(&app), "");
    app.terminate_extensions();
}

#[test]
fn without_limits_nothing_is_measured() {
    let (mut app, _) = slow_frames(host().with::<InSystem>());
    assert_eq!(app.extension_report().row("InSystem").unwrap().frames, None);
    app.terminate_extensions();
}

/// How long the code of an extension took in the last frame.
fn last(app: &App, name: &str) -> Duration {
    app.extension_report().row(name).unwrap().frames.unwrap().last
}

#[test]
fn no_time_is_counted_twice() {
    let host = host_with("(limits: (frame_us: 1))").with::<Caller>().with::<InFunction>().with::<InFunctionsCommand>();
    let mut app = app(host.with::<InListener>().with::<InListenersCommand>());
    app.update();
    let began = Instant::now();
    app.update();
    let whole = began.elapsed();
    let names = ["Caller", "InFunction", "InFunctionsCommand", "InListener", "InListenersCommand"];
    let together: Duration = names.iter().map(|name| last(&app, name)).sum();
    assert!(together <= whole, "{together:?} of {whole:?}");
    app.terminate_extensions();
}

#[test]
fn the_apps_own_code_is_nobodys_time() {
    #[derive(Resource, Default)]
    struct Spent(Duration);
    fn spend(mut spent: ResMut<Spent>) {
        spent.0 += take_time();
    }
    let mut app = app(host_with("(limits: (frame_us: 1))").with::<CallsApp>());
    app.init_resource::<Spent>();
    app.host().export_fn("act", spend).unwrap();
    app.add_observer(|_: On<Tick>, spent: ResMut<Spent>| spend(spent));
    app.add_observer(|_: On<Tick>, mut commands: Commands| {
        commands.queue(|world: &mut World| world.resource_mut::<Spent>().0 += take_time());
    });
    app.update();
    app.world_mut().insert_resource(Spent::default());
    let began = Instant::now();
    app.update();
    let whole = began.elapsed();
    let spent = app.world().resource::<Spent>().0;
    assert!(spent >= Duration::from_millis(6), "all of it ran");
    assert!(last(&app, "CallsApp") + spent <= whole, "{:?} and {spent:?} of {whole:?}", last(&app, "CallsApp"));
    app.terminate_extensions();
}
