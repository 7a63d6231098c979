//! What scripts may rely on, one rule a test.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bevy_extensions_core::{ExtensionFiles, ExtensionName, Manifest, ScriptLimits, Version};
use serde_json::{Value, json};

use super::QuickJs;
use crate::{
    event::Target,
    phase::Phase,
    script::{
        ScriptError,
        engine::{
            Heard, ListenerId, LogLevel, Offer, OfferKind, PromiseId, Script, ScriptEngine, ScriptFunction, ScriptHost,
            ScriptSource, TimerId,
        },
    },
};

/// A host that writes down what it is asked, and offers `Economy` and the interface `store`.
#[derive(Default)]
struct Host {
    listeners: Vec<(ListenerId, String)>,
    emitted: Vec<(PromiseId, String, Value, Target)>,
    exported: Vec<Offer>,
    drives: Vec<(String, Vec<String>)>,
    timers: Vec<(TimerId, u128, bool)>,
    /// What was called, logged and reported.
    told: Vec<String>,
    errors: Vec<ScriptError>,
}

const OFFERS: [(&str, OfferKind); 4] = [
    ("count", OfferKind::Value),
    ("deposit", OfferKind::Function),
    ("fail", OfferKind::Function),
    ("slow", OfferKind::Function),
];

impl ScriptHost for Host {
    fn listen(&mut self, listener: ListenerId, filter: &str) -> Result<(), String> {
        if filter.contains(' ') {
            return Err(format!("`{filter}` is no name of an event"));
        }
        self.listeners.push((listener, filter.into()));
        Ok(())
    }

    fn unlisten(&mut self, listener: ListenerId) {
        self.listeners.retain(|(other, _)| *other != listener);
    }

    fn emit(&mut self, event: &str, value: Value, target: Target, promise: PromiseId) -> Result<(), String> {
        self.emitted.push((promise, event.into(), value, target));
        Ok(())
    }

    fn offers(&mut self, of: &str) -> Result<Vec<Offer>, String> {
        match of {
            "Economy" => Ok(OFFERS.iter().map(|(name, kind)| Offer { name: (*name).into(), kind: *kind }).collect()),
            _ => Err(format!("there is no extension `{of}`")),
        }
    }

    fn offer(&mut self, of: &str, name: &str) -> Result<OfferKind, String> {
        let offers = self.offers(of)?;
        let offer = offers.iter().find(|offer| offer.name == name);
        offer.map(|offer| offer.kind).ok_or_else(|| format!("`{of}` offers no `{name}`, did you mean `deposit`"))
    }

    fn call(&mut self, of: &str, function: &str, argument: Value) -> Result<Value, String> {
        self.told.push(format!("call {of}.{function}({argument})"));
        match function {
            "count" => Ok(json!(3)),
            "fail" => Err("`Economy` failed: no money".into()),
            "slow" => {
                std::thread::sleep(Duration::from_millis(120));
                Ok(Value::Null)
            }
            _ => Ok(argument),
        }
    }

    fn drive(&mut self, interface: &str, method: &str, arguments: Value) -> Result<Value, String> {
        Ok(json!(format!("{interface}.{method}({arguments})")))
    }

    fn methods(&mut self, interface: &str) -> Result<Vec<String>, String> {
        match interface {
            "store" => Ok(vec!["load".into(), "save".into()]),
            _ => Err(format!("nobody has declared the interface `{interface}`")),
        }
    }

    fn export(&mut self, offers: Vec<Offer>) -> Result<(), String> {
        let bad = offers.iter().find(|offer| offer.name.contains(' ')).map(|offer| offer.name.clone());
        self.exported = offers;
        bad.map_or(Ok(()), |bad| Err(format!("`{bad}` is no name")))
    }

    fn drive_for_others(&mut self, interface: &str, methods: Vec<String>) -> Result<(), String> {
        if self.drives.iter().any(|(other, _)| other == interface) {
            return Err(format!("it is a driver of `{interface}` already"));
        }
        self.drives.push((interface.into(), methods));
        Ok(())
    }

    fn start_timer(&mut self, timer: TimerId, after: Duration, repeats: bool) {
        self.timers.push((timer, after.as_millis(), repeats));
    }

    fn stop_timer(&mut self, timer: TimerId) {
        self.timers.retain(|(other, _, _)| *other != timer);
    }

    fn log(&mut self, level: LogLevel, text: &str) {
        self.told.push(format!("{level:?}: {text}"));
    }

    fn report(&mut self, error: ScriptError) {
        self.told.push(format!("report: {error}"));
        self.errors.push(error);
    }
}

/// A script and its host.
struct Scene {
    script: Box<dyn Script>,
    host: Host,
}

impl Scene {
    fn of(files: &[(&str, &str)], config: Value, change: impl FnOnce(&mut ScriptLimits)) -> Self {
        let name = ExtensionName::new("Greeter").unwrap();
        let mut limits = ScriptLimits::default();
        change(&mut limits);
        let contents: BTreeMap<_, _> =
            files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        let source = ScriptSource {
            manifest: Arc::new(Manifest::new(name, Version::new(1, 2, 0))),
            files: Arc::new(ExtensionFiles::in_memory("", contents)),
            entrypoint: files[0].0.into(),
            config,
            limits,
        };
        Self { script: QuickJs.create(source).unwrap(), host: Host::default() }
    }

    fn files(files: &[(&str, &str)]) -> Self {
        Self::of(files, json!({ "gift": { "gold": 5 } }), |_| ())
    }

    /// A script that has run.
    #[track_caller]
    fn new(text: &str) -> Self {
        let mut scene = Self::files(&[("main.js", text)]);
        scene.run().unwrap();
        scene
    }

    #[track_caller]
    fn limited(text: &str, change: impl FnOnce(&mut ScriptLimits)) -> Self {
        let mut scene = Self::of(&[("main.js", text)], Value::Null, change);
        scene.run().unwrap();
        scene
    }

    fn run(&mut self) -> Result<(), ScriptError> {
        self.script.run(&mut self.host)
    }

    /// Lets the listener that was added last but `back` hear an event.
    fn hear(&mut self, event: Value) -> Result<Value, ScriptError> {
        self.hear_by(0, event)
    }

    fn hear_by(&mut self, index: usize, mut event: Value) -> Result<Value, ScriptError> {
        let listener = self.host.listeners[index].0;
        let heard = Heard { key: "player.joined", sender: None, target: &Target::Everyone };
        let heard = self.script.hear(listener, &mut event, heard, &mut self.host);
        heard.map(|_| event)
    }

    fn call(&mut self, function: &str, argument: Value) -> Result<Value, ScriptError> {
        self.script.call(ScriptFunction::Export(function), argument, &mut self.host)
    }

    #[track_caller]
    fn told(&self, expected: &[&str]) {
        assert_eq!(self.host.told, expected);
    }
}

/// Runs a script and compares what it logs.
#[track_caller]
fn says(text: &str, expected: &[&str]) {
    Scene::new(text).told(
        &expected
            .iter()
            .map(|line| format!("Info: {line}"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
}

/// Runs a script that fails, and compares how.
#[track_caller]
fn fails(text: &str, expected: &str) {
    let error = Scene::files(&[("main.js", text)]).run().unwrap_err();
    assert_eq!(format!("{error}\n{}", error.details()), expected);
}

#[track_caller]
fn complaint<T: std::fmt::Debug>(outcome: Result<T, ScriptError>) -> String {
    outcome.unwrap_err().to_string()
}

// Events.

#[test]
fn a_listener_changes_the_event() {
    let mut scene = Scene::new("extension.on('player.joined', (event) => { event.gold += 1; event.list.push('b'); })");
    let event = scene.hear(json!({ "name": "Ann", "gold": 5, "list": ["a"] })).unwrap();
    assert_eq!(event, json!({ "name": "Ann", "gold": 6, "list": ["a", "b"] }));
    assert_eq!(scene.host.listeners[0].1, "player.joined");
}

#[test]
fn what_a_listener_does_not_touch_stays_what_it_was() {
    let mut scene = Scene::new("extension.on('a', (event) => { event.b = 1 })");
    let event = scene.hear(json!({ "whole": 5.0, "big": u64::MAX, "deep": { "x": [1.0] } })).unwrap();
    assert_eq!(event.to_string(), r#"{"b":1,"big":18446744073709551615,"deep":{"x":[1.0]},"whole":5.0}"#);
}

#[test]
fn what_a_listener_puts_off_counts_as_its_work() {
    let mut scene = Scene::new("extension.on('a', async (event) => { await null; event.late = true; })");
    assert_eq!(scene.hear(json!({})).unwrap(), json!({ "late": true }));
}

#[test]
fn a_listener_that_fails_changes_nothing() {
    let mut scene = Scene::new("extension.on('a', (event) => { event.gold = 1; event.self = event; })");
    assert_eq!(
        complaint(scene.hear(json!({ "gold": 0 }))),
        "RangeError: this value is nested more than 128 deep, or contains itself"
    );
}

#[test]
fn an_async_listener_that_fails_is_an_error_of_the_listener() {
    let mut scene = Scene::new("extension.on('a', async () => { throw new Error('no') })");
    assert_eq!(complaint(scene.hear(json!({}))), "Error: no, at main.js:1:46");
    scene.told(&[]);
}

#[test]
fn meta_tells_key_sender_and_target() {
    let mut scene = Scene::new("extension.on((event, meta) => { console.log(meta, Object.isFrozen(meta)) })");
    let listener = scene.host.listeners[0].0;
    let sender = ExtensionName::new("Quinn").unwrap();
    let target = Target::Only(vec!["Greeter".into()]);
    let heard = Heard { key: "a.b", sender: Some(&sender), target: &target };
    scene.script.hear(listener, &mut json!({}), heard, &mut scene.host).unwrap();
    scene.hear(json!({})).unwrap();
    scene.told(&[
        "Info: { key: 'a.b', sender: 'Quinn', target: [ 'Greeter' ] } true",
        "Info: { key: 'player.joined', sender: undefined, target: undefined } true",
    ]);
    assert_eq!(scene.host.listeners[0].1, "*");
}

#[test]
fn a_detached_listener_is_not_called() {
    let mut scene = Scene::new("const handle = extension.on('a', () => handle.detach()); extension.on('b', () => 0)");
    let first = scene.host.listeners[0].0;
    scene.hear(json!({})).unwrap();
    assert_eq!(scene.host.listeners.len(), 1);
    let heard = Heard { key: "a", sender: None, target: &Target::Everyone };
    scene.script.hear(first, &mut json!({}), heard, &mut scene.host).unwrap();
}

#[test]
fn once_hears_once() {
    let mut scene = Scene::new("extension.once('a', () => console.log('heard'))");
    scene.hear(json!({})).unwrap();
    assert!(scene.host.listeners.is_empty());
    scene.told(&["Info: heard"]);
}

#[test]
fn off_takes_listeners_away() {
    let scene = Scene::new(
        "const f = () => 0;
         extension.on('a', f); extension.on('b', f); extension.on('c', f); extension.on('c', () => 1);
         extension.off('b', f);
         extension.off(f);",
    );
    assert_eq!(scene.host.listeners.iter().map(|(_, filter)| filter.as_str()).collect::<Vec<_>>(), ["c"]);
}

#[test]
fn phases_are_heard_as_events() {
    let mut scene = Scene::new(
        "for (const name of ['preinit', 'init', 'postinit', 'ready', 'terminate'])
             extension.on(name, (event, meta) => console.log(event, meta.key))",
    );
    assert!(scene.host.listeners.is_empty());
    for phase in [Phase::PreInit, Phase::Init, Phase::PostInit, Phase::Terminate] {
        scene.script.phase(phase, &mut scene.host);
    }
    scene.told(&["Info: {} preinit", "Info: {} init", "Info: {} postinit", "Info: {} ready", "Info: {} terminate"]);
}

#[test]
fn a_listener_to_a_phase_that_fails_is_reported_and_the_others_hear() {
    let mut scene = Scene::new(
        "extension.on('init', () => { throw new TypeError('no') }); extension.on('init', () => console.log('heard'))",
    );
    scene.script.phase(Phase::Init, &mut scene.host);
    scene.told(&["report: TypeError: no, at main.js:1:36", "Info: heard"]);
}

#[test]
fn wrong_uses_of_on_say_what_it_takes() {
    says(
        "try { extension.on('a') } catch (e) { console.log(`${e}`) }",
        &["TypeError: `on` takes the name of an event and a function"],
    );
    fails(
        "\nextension.on('a b', () => 0)",
        "Error: `a b` is no name of an event, at main.js:2:10\n2 | extension.on('a b', () => 0)\n  |          ^\nat main.js:2:10",
    );
}

#[test]
fn emit_answers_with_what_the_event_became() {
    let mut scene = Scene::new(
        "extension.emit('a', { gold: 1 }).then((event) => console.log(event));
         extension.emit('b', undefined, { to: 'Quinn' }).catch((error) => console.log(error.message));
         extension.emit('c', 1, { to: ['Quinn', 'Ann'] });",
    );
    let emitted = std::mem::take(&mut scene.host.emitted);
    assert_eq!(emitted[0].1, "a");
    assert_eq!(emitted[0].2, json!({ "gold": 1 }));
    assert_eq!(emitted[0].3, Target::Everyone);
    assert_eq!(emitted[1].2, Value::Null);
    assert_eq!(emitted[1].3, Target::Only(vec!["Quinn".into()]));
    assert_eq!(emitted[2].3, Target::Only(vec!["Quinn".into(), "Ann".into()]));
    scene.script.settle(emitted[0].0, Ok(json!({ "gold": 2 })), &mut scene.host);
    scene.script.settle(emitted[1].0, Err("there is no extension `Quinn`".into()), &mut scene.host);
    scene.told(&["Info: { gold: 2 }", "Info: there is no extension `Quinn`"]);
}

#[test]
fn emits_are_bounded() {
    let mut scene = Scene::limited("extension.on('a', () => { extension.emit('b'); extension.emit('b') })", |limits| {
        limits.emits = 3
    });
    scene.hear(json!({})).unwrap();
    assert_eq!(
        complaint(scene.hear(json!({}))),
        "RangeError: `b` cannot be emitted: 3 events are still to be delivered, which is the limit, at main.js:1:111"
    );
}
