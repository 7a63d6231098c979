//! What tests of whole apps share.

use std::time::{Duration, Instant};

use bevy_app::prelude::*;
use bevy_ecs::{prelude::*, schedule::ScheduleLabel};
use bevy_extensions::{
    HostSettings,
    prelude::*,
    test_kit::{TestApp, TestAppBuilder},
};
use bevy_time::TimeUpdateStrategy;

/// A host that finds nothing by itself, reads no file and handles no signal.
pub fn host() -> ExtensionsPlugin {
    ExtensionsPlugin { settings: HostSettings::default().into(), exit_on_signal: false, ..Default::default() }
        .without_inventory()
}

/// A host with settings as they stand in a file `extensions.ron`.
#[track_caller]
pub fn host_with(settings: &str) -> ExtensionsPlugin {
    let settings = HostSettings::from_ron("extensions.ron", settings.as_bytes()).unwrap();
    ExtensionsPlugin { settings: settings.into(), ..host() }
}

/// An app with a host and an empty [`Log`].
#[track_caller]
pub fn app(host: ExtensionsPlugin) -> TestApp {
    TestApp::builder().host(|_| host).setup(|app| _ = app.init_resource::<Log>()).build()
}

/// How much time passes in a frame of an app with scripts.
pub const FRAME: Duration = Duration::from_millis(10);

/// Begins an app with scripts, each a file and its text.
pub fn scripts<T: Into<String> + Clone>(scripts: &[(&str, T)]) -> TestAppBuilder {
    let scripts = scripts.iter().map(|(file, text)| (file.to_string(), text.clone().into())).collect();
    let host = |host| ExtensionsPlugin { scripts, ..host };
    TestApp::builder().host(host).setup(|app| {
        app.init_resource::<Log>().insert_resource(TimeUpdateStrategy::ManualDuration(FRAME));
    })
}

/// Returns what scripts have said.
pub fn said(app: &TestApp) -> Vec<String> {
    let said = app.logs().into_iter().filter_map(|line| Some(line.strip_prefix("info: ")?.to_string()));
    said.filter(|line| !line.starts_with("extensions")).collect()
}

/// Checks what scripts have said so far.
#[track_caller]
pub fn check_said(app: &TestApp, expected: &[&str]) {
    assert_eq!(said(app), expected, "\n{}", app.report());
}

/// What happened, in order.
#[derive(Resource, Default)]
pub struct Log(pub Vec<String>);

impl Log {
    pub fn note(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }
}

/// Makes a system that notes something.
pub fn note(what: impl Into<String>) -> impl FnMut(ResMut<Log>) + Send + Sync {
    let what = what.into();
    move |mut log: ResMut<Log>| log.note(what.clone())
}

/// Takes what happened so far, as one line.
pub fn noted(app: &mut App) -> String {
    std::mem::take(&mut app.world_mut().resource_mut::<Log>().0).join(" ")
}

/// What takes longer than this takes too long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Runs frames until something is so, with some time between them; fails if that takes too long.
#[track_caller]
pub fn run_until(app: &mut TestApp, mut is_so: impl FnMut(&mut TestApp) -> bool) {
    let began = Instant::now();
    while !is_so(app) {
        assert!(began.elapsed() < PATIENCE, "it takes too long\n{}", app.report());
        app.frames(1);
    }
}

/// The same where there is no such app: asks until something is so.
#[track_caller]
pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it takes too long");
        std::thread::yield_now();
    }
}

/// Counts the systems of a schedule that is not built yet.
pub fn systems_in(app: &App, schedule: impl ScheduleLabel) -> usize {
    app.get_schedule(schedule).map_or(0, Schedule::systems_len)
}
