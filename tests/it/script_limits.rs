//! What a script may take at most: one limit a test, after which everything runs on.

use bevy_extensions::{FaultKind, json, prelude::*, test_kit::TestApp};

use crate::support::{said, scripts};

const BYSTANDER: &str = "extension.on('go', (event) => { event.well = true })";

/// Starts two scripts, one of which is limited, and a bystander; both that are limited hear `go`.
fn start(text: &str, limits: &str) -> TestApp {
    let texts = [("greedy.js", text), ("modest.js", text), ("zoe.js", BYSTANDER)];
    // Whoever is not to run out of time has plenty, however busy the machine is.
    let plenty = "call_ms: 60000";
    let limits = if limits.contains("call_ms") { limits.to_string() } else { format!("{plenty}, {limits}") };
    let settings = format!(
        "(limits: (script: ({plenty})), limits_for: {{\"greedy\": (script: ({limits}))}}, faults: (run_time: 3))"
    );
    scripts(&texts).settings(&settings).start()
}

/// Checks the only fault of a script that hits its limit whenever it hears an event; one with other limits has none.
#[track_caller]
fn check(text: &str, limits: &str, expected: &str) {
    let mut app = start(text, limits);
    let well = json!({"well": true});
    assert_eq!(app.world_mut().emit("go", json!({})).unwrap(), well);
    app.frames(1).assert_faults("greedy", &[expected]);
    app.assert_faults("modest", &[]);
    app.assert_states("greedy running, modest running, zoe running");
    for _ in 0..3 {
        assert_eq!(app.world_mut().emit("go", json!({})).unwrap(), well);
        app.frames(1);
    }
    app.assert_states("greedy failed, modest running, zoe running");
    assert_eq!(app.world().leftovers("greedy"), Some(vec![]));
    let failure = app.report().row("greedy").unwrap().failure.clone().unwrap();
    let FaultKind::Script(error) = failure.kind else { panic!("{failure}") };
    assert!(error.is_limit || expected.contains("which is the limit"), "{error:?}");
}

#[test]
fn time() {
    // Nothing is called in the loop: QuickJS may ask there, too, whether it should go on.
    check(
        "const most = extension.name === 'greedy' ? Infinity : 1;
         const busy = () => { for (let i = 0; i < most; i++); };
         extension.on('go', () => busy())",
        "call_ms: 20",
        "in a listener of `go`: it took longer than 20 ms in one call, at greedy.js:2:23",
    );
}

#[test]
fn memory() {
    check(
        "extension.on('go', () => { const all = []; for (let i = 0; i < 100; i++) all.push(new Array(10000).fill(i)) })",
        "memory_kib: 4096",
        "in a listener of `go`: it needs more than 4096 KiB of memory, at greedy.js:1:105",
    );
}

#[test]
fn memory_in_small_pieces() {
    for pieces in ["all.push({})", "all = { all }", "all = [all, 'x' + i]", "all.push(() => i)", "all.push('x' + i)"] {
        let text = format!("extension.on('go', () => {{ let all = []; for (let i = 0;; i++) {pieces} }})");
        let settings = "(limits: (script: (memory_kib: 1024, call_ms: 60000)))";
        let mut app = scripts(&[("greedy.js", text.as_str()), ("zoe.js", BYSTANDER)]).settings(settings).start();
        assert_eq!(app.world_mut().emit("go", json!({})).unwrap(), json!({"well": true}));
        app.frames(1);
        let fault = app.report().row("greedy").unwrap().faults[0].fault.to_string();
        // Where no memory is left for an error, QuickJS throws null.
        assert!(fault.contains("it needs more than 1024 KiB of memory"), "{pieces}: {fault}");
    }
}

#[test]
fn stack() {
    check(
        "const deep = (left) => left > 0 ? 1 + deep(left - 1) : 0;
         extension.on('go', () => { deep(extension.name === 'greedy' ? 4000 : 1) })",
        "stack_kib: 48",
        "in a listener of `go`: RangeError: Maximum call stack size exceeded, at greedy.js:1:50",
    );
}

#[test]
fn timers() {
    check(
        "extension.on('go', () => { for (let i = 0; i < 5; i++) setTimeout(() => 0, 1000000) })",
        "timers: 4",
        "in a listener of `go`: RangeError: a timer cannot be started: 4 are running, which is the limit, at greedy.js:1:55",
    );
}

#[test]
fn emits() {
    check(
        "extension.on('go', () => { for (let i = 0; i < 5; i++) extension.emit('other') })",
        "emits: 4",
        "in a listener of `go`: RangeError: `other` cannot be emitted: 4 events are still to be delivered, \
         which is the limit, at greedy.js:1:65",
    );
}

#[test]
fn a_limit_for_all_holds_for_each() {
    let text = "extension.on('go', () => { for (;;) Math.abs(1); })";
    let settings = "(limits: (script: (call_ms: 20)))";
    let mut app = scripts(&[("aa.js", text), ("bb.js", text)]).settings(settings).start();
    app.world_mut().emit("go", json!({})).unwrap();
    app.frames(1);
    app.assert_faults("aa", &["in a listener of `go`: it took longer than 20 ms in one call, at aa.js:1:41"]);
    app.assert_faults("bb", &["in a listener of `go`: it took longer than 20 ms in one call, at bb.js:1:41"]);
}

#[test]
fn a_script_that_was_cut_off_is_called_again() {
    let text = "let count = 0;
        extension.on('go', (event) => { if (++count === 1 && extension.name === 'greedy') for (;;); event[extension.name] = count; })";
    let mut app = start(text, "call_ms: 20");
    assert_eq!(app.world_mut().emit("go", json!({})).unwrap(), json!({"modest": 1, "well": true}));
    assert_eq!(app.world_mut().emit("go", json!({})).unwrap(), json!({"greedy": 2, "modest": 2, "well": true}));
}

#[test]
fn the_time_of_others_does_not_count() {
    let slow = "extension.exports = { slow() { const end = Date.now() + 60; while (Date.now() < end); return 1 } }";
    let text = "//@extension requires slow
        extension.on('go', (event) => { event.answer = extension.imports('slow').slow() })";
    let settings = r#"(limits_for: {"greedy": (script: (call_ms: 30)), "slow": (script: (call_ms: 30000))})"#;
    let mut app = scripts(&[("greedy.js", text), ("slow.js", slow)]).settings(settings).start();
    assert_eq!(app.world_mut().emit("go", json!({})).unwrap(), json!({"answer": 1}));
    app.assert_quiet();
}

#[test]
fn an_endless_top_level_has_failed_and_the_app_starts() {
    let app = start("const busy = () => { for (;;); };\nif (extension.name === 'greedy') busy();", "call_ms: 20");
    app.assert_state("zoe", ExtensionState::Running);
    app.assert_state("greedy", ExtensionState::Failed);
    app.assert_faults(
        "greedy",
        &["at the top level of its script: it took longer than 20 ms in one call, at greedy.js:1:1"],
    );
    assert_eq!(app.world().leftovers("greedy"), Some(vec![]));
}

#[test]
fn too_little_memory_to_begin_with_is_a_failure() {
    let app = start("console.log('here')", "memory_kib: 1");
    app.assert_state("greedy", ExtensionState::Failed);
    app.assert_faults(
        "greedy",
        &["at the top level of its script: it needs more than 1 KiB of memory, or threw: null"],
    );
    assert_eq!(said(&app), ["modest: here"]);
}
