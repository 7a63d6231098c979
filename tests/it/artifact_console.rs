//! What the console says of artifacts.

use bevy_extensions::{console, prelude::*, test_kit::TestApp};
use bevy_extensions_core::artifacts::FetchState;

use crate::{
    artifact_kit::{Server, Town},
    console_session::run_lines,
    support::run_until,
};

#[track_caller]
fn check(town: &Town, app: &mut TestApp, line: &str, expected: &str) {
    let output = console::run(app.world_mut(), line).unwrap().to_string();
    assert_eq!(town.shorten(&output), expected);
}

fn town() -> Town {
    let town = Town::new();
    town.script("extensions/herald", &["town:words:1.0@txt"], "");
    town
}

#[test]
fn what_is_here_is_shown_with_its_version() {
    let town = town();
    town.lib("town:words:1.0@txt", "rain, sun");
    let mut app = town.with_folder(town.app(), "extensions").start();
    let details = console::Details::of(app.world(), "herald").unwrap();
    assert_eq!(details.artifacts, [("town:words:1.0@txt".into(), Some("1.0".into()))]);
    let shown = console::run(app.world_mut(), "show herald").unwrap().to_string();
    assert!(shown.contains("\n  artifacts: town:words:1.0@txt (1.0)\n"), "{shown}");
}

#[test]
fn whoever_waits_for_its_artifacts_is_said_to() {
    let town = town();
    town.lib("town:words:1.0@txt", "rain, sun");
    town.write("extensions/poet.js", "//@extension version 1.0.0\n//@extension requires herald");
    let server = Server::closed(&town.path("libs"));
    let app = town.app_asking(&server.url(), "", "allow_http: [\"127.0.0.1\"], wait_ms: 0");
    let mut app = town.with_folder(app, "extensions").start();
    check(
        &town,
        &mut app,
        "why herald",
        "`herald` waits for its artifacts: `town:words:1.0@txt`\n  \
           in: extensions/herald/extension.ron\n  \
           hint: it starts when they are fetched\n\
         needed by\n\
         └─ poet 1.0.0 [suspended] (requires herald)\n",
    );
    check(
        &town,
        &mut app,
        "why poet",
        "`poet` 1.0.0 is suspended\n  \
           in: extensions/poet.js\n\
         `poet` requires `herald`, which has not started yet\n\
         `herald` waits for its artifacts: `town:words:1.0@txt`\n  \
           in: extensions/herald/extension.ron\n  \
           hint: it starts when they are fetched\n",
    );
}

#[test]
fn whoever_could_not_get_its_artifacts_is_told_why_and_what_to_do() {
    let town = town();
    let mut app = town.with_folder(town.app(), "extensions").start();
    check(
        &town,
        &mut app,
        "why herald",
        "`herald` has failed to get its artifacts: `town:words:1.0@txt`: `libs` has no `libs/town/words/1.0/words-1.0.txt`\n  \
           in: extensions/herald/extension.ron:1:61\n  \
           hint: check its name and version, and the `repositories` of the manifest; then type `enable herald`\n",
    );
}

#[test]
fn whoever_runs_while_artifacts_are_fetched_for_what_it_becomes_is_said_to_run() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    town.script("extensions/herald", &[], "");
    let server = Server::closed(&town.path("libs"));
    let app = town.app_asking(&server.url(), "", "allow_http: [\"127.0.0.1\"], wait_ms: 0");
    let mut app = town.with_folder(app, "extensions").start();
    town.script("extensions/herald", &["town:words:1.0@txt"], "");
    app.world_mut().resource_mut::<Extensions>().reload("herald");
    app.frames(1).assert_logged("info: `herald` waits for its artifacts: `town:words:1.0@txt`");
    check(
        &town,
        &mut app,
        "why herald",
        "`herald` 1.0.0 is running\n  \
           in: extensions/herald/extension.ron\n\
         nobody needs it: it is there, and nothing keeps it from starting\n",
    );
}

#[test]
fn nobody_waits_for_what_cannot_be_had() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    town.script("extensions/herald", &["town:tunes:1.0@txt", "town:words:1.0@txt"], "");
    let server = Server::closed(&town.path("libs"));
    server.refuse();
    let app = town.app_asking(&server.url(), "", "allow_http: [\"127.0.0.1\"], wait_ms: 0, retries: 0");
    let mut app = town.with_folder(app, "extensions").start();
    let has_failed = |app: &mut TestApp| {
        let fetching = app.world().resource::<Extensions>().fetching();
        fetching.iter().any(|progress| progress.state == FetchState::Failed)
    };
    run_until(&mut app, has_failed);
    let told = console::run(app.world_mut(), "why herald").unwrap().to_string();
    assert!(told.starts_with("`herald` waits for its artifacts: `town:words:1.0@txt`\n"), "{told}");
}

#[test]
fn whoever_is_loaded_and_has_to_be_waited_for_is_not_done() {
    let town = town();
    town.lib("town:words:1.0@txt", "rain, sun");
    town.write("later/poet.js", "//@extension version 1.0.0");
    let server = Server::closed(&town.path("libs"));
    let load = |what: &str| {
        let app = town.app_asking(&server.url(), "", "allow_http: [\"127.0.0.1\"], wait_ms: 0");
        let (_app, written) = run_lines(app, format!("load --yes {what}\n"));
        written
    };
    let (herald, poet) = (town.path("extensions/herald"), town.path("later/poet.js"));
    assert_eq!(
        load(&herald.display().to_string()),
        "load `herald` 1.0.0, and start it, when its artifacts are there\n\
         `herald` follows when the artifacts are there\n",
    );
    assert_eq!(
        load(&format!("{} {}", herald.display(), poet.display())),
        "load `herald` 1.0.0, and start it, when its artifacts are there\n\
         load `poet` 1.0.0, and start it\n\
         done\n\
         but `herald` follows when the artifacts are there\n",
    );
}

#[test]
fn whoever_requires_one_that_has_to_be_waited_for_follows_that_one() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    town.script("later/herald", &["town:words:1.0@txt"], "");
    town.write("extensions/crier.js", "//@extension version 1.0.0\n//@extension requires herald");
    let server = Server::closed(&town.path("libs"));
    let app = town.app_asking(&server.url(), "", "allow_http: [\"127.0.0.1\"], wait_ms: 0");
    let app = town.with_folder(app, "extensions");
    let (_app, written) = run_lines(app, format!("load --yes {}\n", town.path("later/herald").display()));
    assert_eq!(
        written,
        "load `herald` 1.0.0, and start it, when its artifacts are there\n\
         start `crier`, when the artifacts of `herald` are there: it requires `herald`\n\
         `herald` follows when the artifacts are there\n\
         `crier` follows when the artifacts are there\n",
    );
}
