//! Scripts in JavaScript, as parts of an app.

use bevy_ecs::prelude::*;
use bevy_extensions::{
    Value, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};

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

/// What the scripts have said.
fn said(app: &TestApp) -> Vec<String> {
    let said = app.logs().into_iter().filter_map(|line| Some(line.strip_prefix("info: ")?.to_string()));
    said.filter(|line| !line.starts_with("extensions")).collect()
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
    println!("{}", app.report());
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
    println!("{}\n{:#?}", app.report(), app.logs());
    app.assert_quiet();
}
