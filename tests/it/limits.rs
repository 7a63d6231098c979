//! How much is too much while the app runs: faults.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::prelude::*;

use crate::{
    extensions,
    support::{Log, app, host, host_with, note, noted, states},
};

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
    assert_eq!(states(&app), "Clumsy failed, Economy running, Cleaner suspended");
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
    assert_eq!(states(&app), "Patient running");
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Patient.end", "a fault in `Terminate` keeps nothing else from running");
    assert_eq!(states(&app), "Patient terminated");
}

#[test]
fn what_is_refused_in_build_does_not_count_as_failing_at_run_time() {
    let mut app = app(host_with("(faults: (run_time: 1))").with::<Exporter>());
    app.update();
    assert_eq!(states(&app), "Exporter running");
    app.terminate_extensions();
}

#[test]
fn faults_of_a_shared_plugin_count_for_its_first_user() {
    let mut app = app(host_with("(faults: (run_time: 3))").with::<Left>().with::<Right>());
    frames(&mut app, 2);
    assert_eq!(states(&app), "Left running, Right running");
    assert_eq!(frames(&mut app, 1), ["Cups.update"], "others may still need it");
    assert_eq!(states(&app), "Left failed, Right running");
    frames(&mut app, 3);
    assert_eq!(states(&app), "Left failed, Right failed");
    assert_eq!(frames(&mut app, 1), [""]);
    app.terminate_extensions();
}

extensions! {
    Stubborn() = |app| app.extension::<Self>()
        .add_systems(Init, |mut starts: Local<u32>, mut log: ResMut<Log>| -> Result {
            *starts += 1;
            log.note(format!("start {}", *starts));
            if *starts < 4 { Err("not yet")? }
            Ok(())
        });
    Follower(requires(Stubborn)) = |app| app.extension::<Self>().add_systems(PostInit, note("Follower.post"));
}

#[test]
fn who_has_failed_starts_again_after_a_while_if_the_host_settings_say_so() {
    let restart = "(faults: (restart: BackOff(first_ms: 1, longest_ms: 2, times: 3)))";
    let mut app = app(host_with(restart).with::<Stubborn>().with::<Follower>());
    while states(&app) != "Stubborn running, Follower running" {
        app.update();
    }
    assert_eq!(noted(&mut app), "start 1 start 2 start 3 start 4 Follower.post");
    app.terminate_extensions();
}

#[test]
fn who_fails_too_often_stays_as_it_is() {
    let restart = "(faults: (restart: BackOff(first_ms: 1, longest_ms: 1, times: 2)))";
    let mut app = app(host_with(restart).with::<Stubborn>());
    let mut starts = 0;
    while starts < 3 {
        app.update();
        starts += noted(&mut app).matches("start").count();
    }
    let extensions = app.world_mut().resource_mut::<Extensions>().into_inner();
    extensions.restart("Stubborn");
    app.update();
    assert_eq!(noted(&mut app), "start 4", "it did not try by itself");
    app.terminate_extensions();
}

#[test]
fn who_is_switched_off_does_not_start_by_itself() {
    let restart = "(faults: (restart: BackOff(first_ms: 1, longest_ms: 1, times: 9)))";
    let mut app = app(host_with(restart).with::<Stubborn>());
    app.world_mut().resource_mut::<Extensions>().disable("Stubborn");
    app.update();
    assert_eq!(noted(&mut app), "start 1");
    for _ in 0..1000 {
        app.update();
    }
    assert_eq!((noted(&mut app).as_str(), states(&app).as_str()), ("", "Stubborn disabled"));
}
