//! What goes to the log.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    prelude::*,
    test_kit::{Logs, extensions},
};

use crate::{
    limits::take_time,
    support::{Log, app, host, host_with, note},
};

extensions! {
    Economy() = |app| app.extension::<Self>().add_systems(Terminate, note("Economy.end"));
    Chat() = |app| app.extension::<Self>().add_systems(Init, || panic!("no throat"));
    Greeter(requires(Chat)) = |app| app.extension::<Self>();
    Clumsy() = |app| app.extension::<Self>().add_systems(Update, || -> Result { Err("dropped a cup".into()) });
    Counting() = |app| app.extension::<Self>()
        .add_systems(Update, |mut faults: Local<u32>| -> Result { *faults += 1; Err(format!("fault {}", *faults).into()) });
    Slow() = |app| app.extension::<Self>().add_systems(Update, || _ = take_time());
}

/// Returns the lines of what was logged.
fn lines(logs: &[String]) -> Vec<&str> {
    logs.iter().flat_map(|told| told.lines()).map(str::trim).collect()
}

#[test]
fn a_good_start_is_one_piece_of_information() {
    let mut app = app(host().with::<Economy>());
    app.frames(2).terminate_extensions();
    let logs = app.logs();
    assert_eq!(lines(&logs)[0], "info: extensions: 1 running");
    assert_eq!(logs.len(), 1);
}

#[test]
fn a_start_with_failures_is_one_error_that_tells_each_fault_once() {
    let mut app = app(host().with::<Economy>().with::<Chat>().with::<Greeter>());
    app.frames(1).terminate_extensions();
    let logs = app.logs();
    assert_eq!(lines(&logs)[0], "error: extensions: 1 running, 1 suspended, 1 failed");
    let error = "error: `Chat` has failed in `Init`: panicked: no throat; because of it, `Greeter` is suspended";
    let faults: Vec<_> = lines(&logs).into_iter().filter(|line| line.contains("no throat")).collect();
    assert_eq!(faults, [error]);
}

#[test]
fn a_fault_while_the_app_runs_is_told_once() {
    let mut app = app(host().with::<Clumsy>());
    app.frames(5).assert_faults("Clumsy", &["in a system: dropped a cup (5 times)"]);
    let faults: Vec<_> = app.logs().into_iter().filter(|told| told.contains("cup")).collect();
    assert_eq!(faults, ["warn: `Clumsy` had a fault in a system: dropped a cup"]);
}

#[test]
fn of_faults_that_differ_each_time_a_few_are_told_and_then_the_failure() {
    let mut app = app(host_with("(faults: (run_time: 12))").with::<Counting>());
    app.frames(12).assert_states("Counting failed");
    let logs = app.logs();
    let told: Vec<_> = logs.iter().filter(|told| told.contains("Counting` ha")).collect();
    assert_eq!(
        told[..2],
        ["warn: `Counting` had a fault in a system: fault 1", "warn: `Counting` had a fault in a system: fault 2",]
    );
    assert_eq!(
        told[7..],
        [
            "warn: `Counting` had a fault in a system: fault 8",
            "warn: `Counting` had more than 8 faults that differ; further ones are only counted",
            "error: `Counting` has failed in a system: fault 12 (12 faults in 60 s)",
        ]
    );
    assert_eq!(app.report().row("Counting").unwrap().faults.len(), 12, "all are counted");
}

#[test]
fn who_starts_again_has_its_faults_told_again() {
    let mut app = app(host_with("(faults: (run_time: 1000))").with::<Counting>());
    app.frames(20);
    app.world_mut().resource_mut::<Extensions>().restart("Counting");
    app.frames(1);
    app.assert_logged("warn: `Counting` had a fault in a system: fault 21");
}

#[test]
fn a_slow_frame_is_told_once() {
    let mut app = app(host_with("(limits: (frame_us: 1))").with::<Slow>());
    app.frames(3);
    assert_eq!(app.report().row("Slow").unwrap().frames.unwrap().over, 3, "each one is counted");
    let told: Vec<_> = app.logs().into_iter().filter(|told| told.starts_with("warn: `Slow` took ")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn an_app_that_is_dropped_tells_whose_terminate_did_not_run() {
    let logs = Logs::capture();
    let mut app = App::new();
    app.init_resource::<Log>().add_plugins(host().with::<Economy>().with::<Chat>()).update();
    drop(app);
    assert_eq!(
        logs.all().last().unwrap(),
        "warn: the app was dropped before `Terminate` of `Economy`; write `AppExit`, or call `app.terminate_extensions()`",
    );
}

#[test]
fn an_extension_added_past_the_host_is_told_even_without_a_host() {
    let logs = Logs::capture();
    App::new().add_plugins(Economy).update();
    assert_eq!(
        lines(&logs.all()),
        [
            "error: `Economy` was added past the host, by `add_plugins` or from outside: that way it does nothing",
            "in: tests/it/logging.rs:16:27",
            "hint: add it with `ExtensionsPlugin::default().with::<Economy>()`, or link it and add nothing",
        ],
    );
}
