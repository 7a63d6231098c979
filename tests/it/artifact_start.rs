//! The start of an app whose extensions ask for artifacts.

use std::{sync::mpsc, thread};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    ArtifactFetching, ArtifactsFetched, Files, NoArtifact, Value, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::{
    artifact_kit::{Server, Town},
    support::{PATIENCE, check_said, run_until, wait_until},
};

extensions! {
    Chat(external(artifacts("town:words:1.0@txt"))) = |app| {
        app.init_resource::<Heard>();
        let early = app.world().resource::<Files<Self>>().artifact("words").map(|file| file.name().to_string());
        app.world_mut().resource_mut::<Heard>().early = Some(early);
        app.extension::<Self>().add_systems(Init, read_words).add_systems(Update, count);
    };
    Crier(requires(Chat)) = |app| app.extension::<Self>().add_systems(Update, || ());
    Baker() = |app| app.extension::<Self>().add_systems(Update, || ());
}

#[derive(Resource, Default)]
struct Heard {
    early: Option<Result<String, NoArtifact>>,
    words: String,
    frames: usize,
}

fn read_words(files: Res<Files<Chat>>, mut heard: ResMut<Heard>) -> Result {
    heard.words = String::from_utf8(files.artifact("words")?.read()?)?;
    Ok(())
}

fn count(mut heard: ResMut<Heard>) {
    heard.frames += 1;
}

fn heard(app: &TestApp) -> &Heard {
    app.world().resource()
}

fn late() -> NoArtifact {
    NoArtifact::NotYet { extension: "Chat" }
}

#[test]
fn a_native_reads_what_was_fetched_for_it() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let app = town.app().with::<Chat>().start();
    app.assert_states("Chat running");
    assert_eq!(heard(&app).words, "rain, sun");
    app.assert_quiet();
}

#[test]
fn what_is_in_the_cache_is_there_in_build_already() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let app = town.app().with::<Chat>().start();
    assert_eq!(heard(&app).early, Some(Err(late())));
    drop(app);
    std::fs::remove_dir_all(town.path("libs")).unwrap();
    let app = town.app().with::<Chat>().start();
    assert_eq!(heard(&app).early, Some(Ok("words-1.0.txt".into())));
    assert_eq!(heard(&app).words, "rain, sun");
    app.assert_quiet();
}

#[test]
fn a_native_that_asks_too_early_is_told_so() {
    assert_eq!(late().to_string(), "the artifacts of `Chat` are still to be fetched; they are there from `PreInit` on");
}

#[test]
fn a_script_requires_and_reads_what_was_fetched_for_it() {
    let town = Town::new();
    town.lib("town.libs:rain:1.0.0@js", "exports.drops = 3").lib("town:words:1.0@txt", "rain, sun");
    town.script(
        "extensions/herald",
        &["town.libs:rain:1.0.0@js", "town:words:1.0@txt"],
        "console.log(require('rain').drops, extension.artifact('words').read())",
    );
    let app = town.with_folder(town.app(), "extensions").start();
    app.assert_states("herald running");
    check_said(&app, &["herald: 3 rain, sun"]);
}

#[test]
fn what_cannot_be_had_fails_its_extension_and_suspends_who_requires_it() {
    let town = Town::new();
    let app = town.app().with::<Chat>().with::<Crier>().with::<Baker>().start();
    app.assert_states("Baker running, Chat failed, Crier suspended");
    let libs = town.path("libs");
    let path = format!("{}/town/words/1.0/words-1.0.txt", libs.display());
    app.assert_faults("Chat", &[&format!("to get its artifacts: `town:words:1.0@txt`: `libs` has no `{path}`")]);
    let report = app.report().to_string();
    let told = report.lines().skip_while(|line| !line.starts_with("error")).collect::<Vec<_>>().join("\n");
    let at = app.report().row("Chat").unwrap().location.to_string();
    assert_eq!(
        told,
        format!(
            "error: `Chat` has failed to get its artifacts: `town:words:1.0@txt`: `libs` has no `{path}`; because of it, `Crier` is \
             suspended\n  in: {at}\n  hint: check its name and version, and the `repositories` of the manifest",
        ),
    );
}

#[test]
fn what_failed_can_be_tried_again() {
    let town = Town::new();
    let mut app = town.app().with::<Chat>().with::<Crier>().start();
    app.assert_states("Chat failed, Crier suspended");
    town.lib("town:words:1.0@txt", "rain, sun");
    let plan = app.world_mut().resource_mut::<Extensions>().enable("Chat");
    assert_eq!(plan.to_string(), "start `Chat`, when its artifacts are there");
    run_until(&mut app, |app| app.report().row("Crier").unwrap().state == ExtensionState::Running);
    app.assert_states("Chat running, Crier running");
    assert_eq!(heard(&app).words, "rain, sun");
}

#[test]
fn offline_whoever_misses_something_is_left_out_with_those_who_require_it() {
    let town = Town::new();
    let app = town.app_asking("https://repo.town.example", "offline: true,", "");
    let app = app.with::<Chat>().with::<Crier>().with::<Baker>().start();
    app.assert_states("Baker running, Chat left out, Crier left out");
    let problems: Vec<_> = app.report().problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "`Chat` is left out: it needs the artifact `town:words:1.0@txt`: it is not in the cache, and `offline` is set",
            "`Crier` is left out because of `Chat`",
        ],
    );
}

#[test]
fn an_app_that_does_not_wait_starts_and_the_rest_follows() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let server = Server::closed(&town.path("libs"));
    let app = town.app_asking(&server.url(), "", "wait_ms: 0, allow_http: [\"127.0.0.1\"]");
    let mut app = app.with::<Chat>().with::<Crier>().with::<Baker>().start();
    app.assert_states("Baker running, Chat planned, Crier suspended");
    let row = app.report().row("Chat").unwrap().clone();
    assert_eq!(row.waits_for.as_deref(), Some("`town:words:1.0@txt`"));
    let told = format!("notice: `Chat` waits for its artifacts: `town:words:1.0@txt`\n  in: {}\n", row.location);
    assert!(app.report().to_string().contains(&told), "{}", app.report());

    let before = app.logs();
    app.frames(5);
    assert_eq!(app.logs(), before, "it is told once");
    assert_eq!(heard(&app).frames, 0, "it does not run yet");

    let fetched = app.capture::<ArtifactsFetched>();
    let fetching = app.capture::<ArtifactFetching>();
    server.open();
    run_until(&mut app, |app| app.world().resource::<Extensions>().state("Crier") == Some(ExtensionState::Running));
    app.assert_states("Baker running, Chat running, Crier running");
    assert_eq!(heard(&app).words, "rain, sun");
    assert!(heard(&app).frames > 0);
    assert_eq!(fetched.take().iter().map(|event| event.name.to_string()).collect::<Vec<_>>(), ["Chat"]);
    let last = fetching.take().pop().unwrap();
    assert_eq!((last.artifact.as_str(), last.bytes), ("town:words:1.0@txt", 9));
    assert!(app.world().resource::<Extensions>().fetching().is_empty());
}

#[test]
fn an_app_waits_for_what_is_fetched() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let server = Server::closed(&town.path("libs"));
    let app = town.app_asking(&server.url(), "", "allow_http: [\"127.0.0.1\"]").with::<Chat>();
    thread::scope(|scope| {
        scope.spawn(|| {
            wait_until(|| server.asked() > 0);
            server.open();
        });
        let app = app.start();
        app.assert_states("Chat running");
        app.assert_quiet();
    });
}

#[test]
fn an_app_that_is_not_finished_blocks_no_frame() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let server = Server::closed(&town.path("libs"));
    let mut app = App::new();
    let [cache, lock] = ["cache", "extensions.lock"].map(|name| town.path(name).display().to_string());
    let host = crate::support::host_with(&format!(
        r#"(repositories: [(name: "libs", url: "{}")],
            artifacts: (cache: "{cache}", lock: "{lock}", allow_http: ["127.0.0.1"]))"#,
        server.url(),
    ));
    app.add_plugins(host.with::<Chat>());
    app.update();
    assert_eq!(app.world().resource::<Extensions>().state("Chat"), Some(ExtensionState::Planned));
    server.open();
    wait_until(|| {
        app.update();
        app.world().resource::<Extensions>().state("Chat") == Some(ExtensionState::Running)
    });
    app.terminate_extensions();
}

#[test]
fn a_script_that_needs_somebody_who_waits_is_launched_after_it() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let server = Server::closed(&town.path("libs"));
    let text = "//@extension requires Chat\nconsole.log('launched'); extension.on('init', () => console.log('begun'))";
    let app = town.app_asking(&server.url(), "", "wait_ms: 0, allow_http: [\"127.0.0.1\"]");
    let other = "console.log('ready')";
    let mut app =
        app.with::<Chat>().host(|host| host.with_script("herald.js", text).with_script("zz.js", other)).start();
    app.assert_states("Chat planned, zz running, herald suspended");
    check_said(&app, &["zz: ready"]);
    server.open();
    run_until(&mut app, |app| app.world().resource::<Extensions>().state("herald") == Some(ExtensionState::Running));
    let said = app.logs();
    let said: Vec<_> = said.iter().filter(|line| line.starts_with("info: herald: ")).collect();
    assert_eq!(said, ["info: herald: launched", "info: herald: begun"]);
}

#[test]
fn whoever_is_switched_off_while_it_waits_stays_off() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let server = Server::closed(&town.path("libs"));
    let app = town.app_asking(&server.url(), "", "wait_ms: 0, allow_http: [\"127.0.0.1\"]");
    let mut app = app.with::<Chat>().with::<Crier>().start();
    let plan = app.world_mut().resource_mut::<Extensions>().disable("Chat");
    assert_eq!(plan.to_string(), "mark `Chat` as disabled, which has not started yet");
    app.frames(1);
    server.open();
    run_until(&mut app, |app| app.world().resource::<Extensions>().fetching().is_empty());
    app.assert_states("Chat disabled, Crier suspended");
    app.world_mut().resource_mut::<Extensions>().enable("Chat");
    app.frames(1);
    app.assert_states("Chat running, Crier running");
}

#[test]
fn an_app_that_ends_while_it_fetches_waits_for_nobody() {
    let town = Town::new();
    let server = Server::closed(&town.path("libs"));
    // Whoever waited for it would wait far longer than this test.
    let patience = "wait_ms: 0, timeout_ms: 3_600_000, overall_ms: 3_600_000, allow_http: [\"127.0.0.1\"]";
    let app = town.app_asking(&server.url(), "", patience).with::<Chat>().start();
    app.assert_states("Chat planned");
    wait_until(|| server.asked() > 0);
    let (tell, told) = mpsc::channel();
    let has_ended = thread::scope(|scope| {
        let server = &server;
        let watch = scope.spawn(move || {
            let has_ended = told.recv_timeout(PATIENCE).is_ok();
            // So that it ends all the same.
            server.open();
            has_ended
        });
        drop(app);
        _ = tell.send(());
        watch.join().unwrap()
    });
    assert!(has_ended, "it waits");
}

#[test]
fn others_do_not_see_what_was_fetched_for_one() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let script = "try { extension.artifact('words') } catch (e) { console.log(e.message) }";
    let app = town.app().with::<Chat>().host(|host| host.with_script("spy.js", script)).start();
    check_said(
        &app,
        &[
            "spy: there is no artifact `words` of this extension; add it to `artifacts`, below `external` in the manifest",
        ],
    );
}

#[test]
fn two_extensions_have_a_library_each_for_themselves() {
    let town = Town::new();
    town.lib("town.libs:purse:1.0.0@js", "let gold = 0; exports.add = () => ++gold");
    for name in ["ann", "bob"] {
        let code = "const { add } = require('purse'); add(); exports.gold = () => add()";
        town.script(&format!("extensions/{name}"), &["town.libs:purse:1.0.0@js"], code);
    }
    let mut app = town.with_folder(town.app(), "extensions").start();
    for name in ["ann", "bob"] {
        let gold: Value = app.world_mut().call(name, "gold", ()).unwrap();
        assert_eq!(gold, json!(2));
    }
}

#[test]
fn the_lock_is_written_when_the_app_starts() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    drop(town.app().with::<Chat>().start());
    let lock = std::fs::read_to_string(town.path("extensions.lock")).unwrap();
    assert!(lock.contains("town:words:1.0@txt"), "{lock}");
    assert!(lock.contains("Chat"), "{lock}");
}

#[test]
fn a_single_script_asks_for_artifacts_in_its_comments() {
    let town = Town::new();
    town.write("libs/town/words/1.0/words-1.0.txt", "rain, sun");
    let code = "//@extension repository town file:../libs\n//@extension artifact town:words:1.0@txt\n\
                console.log(extension.artifact('words').read())";
    town.write("extensions/herald.js", code);
    let app = town.app_asking("file:nowhere", "", "");
    let app = town.with_folder(app, "extensions").start();
    check_said(&app, &["herald: rain, sun"]);
}

#[test]
fn what_a_script_asks_for_in_its_comments_is_told_with_its_line() {
    let town = Town::new();
    town.write("extensions/herald.js", "//@extension version 1.0.0\n//@extension artifact town:words:1.0@txt\n");
    let app = town.with_folder(town.app(), "extensions").start();
    let told = town.shorten(&app.report().to_string());
    assert!(told.contains("extensions/herald.js:2:23"), "{told}");
}

#[test]
fn the_lock_is_there_when_all_have_ended() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let mut app = town.app().with::<Chat>().start();
    app.terminate_extensions();
    assert!(town.path("extensions.lock").exists());
}

#[test]
fn the_lock_stays_while_nobody_knows_who_there_is() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    town.script("extensions/herald", &["town:words:1.0@txt"], "");
    let start = || drop(town.with_folder(town.app(), "extensions").start());
    let lock = || std::fs::read_to_string(town.path("extensions.lock")).unwrap();
    start();
    let before = lock();
    assert!(before.contains("herald"), "{before}");

    std::fs::rename(town.path("extensions"), town.path("away")).unwrap();
    start();
    assert_eq!(lock(), before, "its folder is away");
    town.write("extensions/herald/extension.ron", "(name: ");
    start();
    assert_eq!(lock(), before, "it cannot be read");
}

#[test]
fn a_lock_that_cannot_be_written_is_told() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let server = Server::closed(&town.path("libs"));
    let lock = town.path("locks/extensions.lock").display().to_string();
    let artifacts = format!("wait_ms: 0, allow_http: [\"127.0.0.1\"], lock: {lock:?}");
    let mut app = town.app_with_artifacts(&server.url(), "", &artifacts).with::<Chat>().start();
    // It was not there yet when the app looked.
    town.write("locks", "a file where a folder should be");
    server.open();
    run_until(&mut app, |app| !app.report().problems.is_empty());
    let [problem] = &app.report().problems[..] else { panic!("there is one\n{}", app.report()) };
    let told = problem.to_string();
    assert!(told.starts_with(&format!("the lock `{lock}` cannot be ")), "{told}");
    let warned = format!("warn: {told}\n  hint: {}", problem.hint());
    assert!(app.logs().contains(&warned), "{:?}", app.logs());
}

#[test]
fn what_is_not_as_the_lock_says_is_refused_if_it_is_locked() {
    let town = Town::new();
    town.lib("town:words:1.0@txt", "rain, sun");
    let url = format!("file:{}", town.path("libs").display());
    drop(town.app().with::<Chat>().start());
    let app = town.app_asking(&url, "locked: true,", "").with::<Chat>().with::<Baker>().start();
    app.assert_states("Chat running, Baker left out");
    assert_eq!(
        app.report().problems[0].to_string(),
        "`Baker` is left out: it cannot run here: `locked` is set, and the lock does not have it",
    );
}
