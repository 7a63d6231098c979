//! What goes to the log.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::prelude::*;

use crate::{
    extensions,
    limits::take_time,
    support::{app, host, host_with, note},
};

extensions! {
    Economy() = |app| app.extension::<Self>().add_systems(Terminate, note("Economy.end"));
    Chat() = |app| app.extension::<Self>().add_systems(Init, || panic!("no throat"));
    Greeter(requires(Chat)) = |app| app.extension::<Self>();
    Clumsy() = |app| app.extension::<Self>().add_systems(Update, || -> Result { Err("dropped a cup".into()) });
    Slow() = |app| app.extension::<Self>().add_systems(Update, || _ = take_time());
}

/// Runs code with a log of its own, and returns what was logged, without times.
fn logged(code: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, code);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| line.trim().split("  ").next().unwrap().to_string()).collect()
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_good_start_is_one_piece_of_information() {
    let lines = logged(|| {
        let mut app = app(host().with::<Economy>());
        app.update();
        app.update();
        app.terminate_extensions();
    });
    assert_eq!(lines, ["INFO extensions: 1 running", "#", "1"]);
}

#[test]
fn a_start_with_failures_is_one_error_that_tells_each_fault_once() {
    let lines = logged(|| {
        let mut app = app(host().with::<Economy>().with::<Chat>().with::<Greeter>());
        app.update();
        app.terminate_extensions();
    });
    assert_eq!(lines[0], "ERROR extensions: 1 running, 1 suspended, 1 failed");
    let error = "error: `Chat` has failed in `Init`: panicked: no throat; because of it, `Greeter` is suspended";
    assert_eq!(lines.iter().filter(|line| line.contains("no throat")).collect::<Vec<_>>(), [error]);
}

#[test]
fn a_fault_while_the_app_runs_is_told_once() {
    let lines = logged(|| {
        let mut app = app(host().with::<Clumsy>());
        (0..5).for_each(|_| app.update());
        assert_eq!(app.extension_report().row("Clumsy").unwrap().faults[0].times, 5, "each time is counted");
        app.terminate_extensions();
    });
    let faults: Vec<_> = lines.iter().filter(|line| line.contains("cup")).collect();
    assert_eq!(faults, ["WARN `Clumsy` had a fault in a system: dropped a cup"]);
}

#[test]
fn a_slow_frame_is_told_once() {
    let lines = logged(|| {
        let mut app = app(host_with("(limits: (frame_us: 1))").with::<Slow>());
        (0..3).for_each(|_| app.update());
        assert_eq!(app.extension_report().row("Slow").unwrap().frames.unwrap().over, 3, "each one is counted");
        app.terminate_extensions();
    });
    let told: Vec<_> = lines.iter().filter(|line| line.starts_with("WARN `Slow` took ")).collect();
    assert_eq!(told.len(), 1, "{lines:?}");
}

#[test]
fn an_app_that_is_dropped_tells_whose_terminate_did_not_run() {
    let lines = logged(|| {
        let mut app = app(host().with::<Economy>().with::<Chat>());
        app.update();
        drop(app);
    });
    assert_eq!(
        lines.last().unwrap(),
        "WARN the app was dropped before `Terminate` of `Economy`; write `AppExit`, or call `app.terminate_extensions()`",
    );
}

#[test]
fn an_extension_added_past_the_host_is_told_even_without_a_host() {
    let lines = logged(|| {
        let mut app = App::new();
        app.add_plugins(Economy);
        app.update();
    });
    assert_eq!(
        lines,
        [
            "ERROR `Economy` was added past the host, by `add_plugins` or from outside: that way it does nothing",
            "in: tests/it/logging.rs:19:27",
            "hint: add it with `ExtensionsPlugin::default().with::<Economy>()`, or link it and add nothing",
        ],
    );
}
