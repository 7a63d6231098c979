//! What scripts may rely on, one rule a test.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bevy_extensions_core::{
    ExtensionArtifacts, ExtensionFiles, ExtensionName, Manifest, Overwrite, ScriptLimits, Version,
};
use serde_json::{Value, json};

mod libraries;

use super::QuickJs;
use crate::{
    event::Target,
    phase::Phase,
    script::{
        ScriptError,
        engine::{
            FieldSink, Heard, HeardEvent, ListenerId, LogLevel, Offer, OfferKind, PromiseId, Script, ScriptCommand,
            ScriptEngine, ScriptFunction, ScriptHost, ScriptSource, TimerId,
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
    stored: BTreeMap<String, Vec<u8>>,
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
            "data" => Ok(vec![Offer { name: "kv".into(), kind: OfferKind::Value }]),
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

    fn command(&mut self, command: ScriptCommand) -> Result<(), String> {
        let ScriptCommand { name, arguments, help, completes } = command;
        if name.contains(' ') {
            return Err(format!("`{name}` cannot be the name of a command"));
        }
        self.told.push(format!("command {name} ({arguments}) ({help}) {completes}"));
        Ok(())
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
        assert!(text != "the host panics", "{text}");
        self.told.push(format!("{level:?}: {text}"));
    }

    fn read_stored(&mut self, path: &str) -> Result<Vec<u8>, String> {
        self.stored.get(path).cloned().ok_or_else(|| format!("there is no file `{path}`"))
    }

    fn is_stored(&mut self, path: &str) -> bool {
        self.stored.contains_key(path)
    }

    fn list_stored(&mut self, prefix: &str) -> Vec<String> {
        self.stored.keys().filter(|path| path.starts_with(prefix)).cloned().collect()
    }

    fn store(&mut self, path: &str, content: &[u8]) -> Result<(), String> {
        self.stored.insert(path.into(), content.into());
        Ok(())
    }

    fn save(&mut self, path: &str, overwrite: Overwrite) -> Result<bool, String> {
        self.told.push(format!("save: {path} {overwrite:?}"));
        Ok(true)
    }

    fn data(&mut self, store: &str, _: &str, _: Vec<Value>) -> Result<Value, String> {
        Err(format!("this app has no `{store}`"))
    }

    fn data_later(&mut self, store: &str, _: &str, _: Vec<Value>, _: PromiseId) -> Result<(), String> {
        Err(format!("this app has no `{store}`"))
    }

    fn remove_stored(&mut self, path: &str) -> Result<bool, String> {
        Ok(self.stored.remove(path).is_some())
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
        Self::with_artifacts(files, ExtensionArtifacts::default(), config, change)
    }

    fn with_artifacts(
        files: &[(&str, &str)],
        artifacts: ExtensionArtifacts,
        config: Value,
        change: impl FnOnce(&mut ScriptLimits),
    ) -> Self {
        let name = ExtensionName::new("Greeter").unwrap();
        let mut limits = ScriptLimits::default();
        change(&mut limits);
        let contents: BTreeMap<_, _> =
            files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        let source = ScriptSource {
            manifest: Arc::new(Manifest::new(name, Version::new(1, 2, 0))),
            files: Arc::new(ExtensionFiles::in_memory("", contents)),
            artifacts,
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
        heard.map(|()| event)
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
        "RangeError: this value is nested more than 128 deep, or contains itself, at main.js:1:19"
    );
}

/// An event that does not change.
struct Fixed;

impl HeardEvent for Fixed {
    fn fields(&self, _: &mut dyn FieldSink) -> bool {
        false
    }

    fn to_value(&self) -> Result<Value, String> {
        Ok(json!({ "gold": 1 }))
    }

    fn replace(&mut self, _: Value) -> Result<(), String> {
        Err("`gold` is too large".into())
    }
}

#[test]
fn a_change_that_does_not_fit_points_at_the_listener() {
    let mut scene = Scene::new("\nextension.on('a', function raise(event) { event.gold = 1e9 })");
    let heard = Heard { key: "a", sender: None, target: &Target::Everyone };
    let error = scene.script.hear(scene.host.listeners[0].0, &mut Fixed, heard, &mut scene.host).unwrap_err();
    assert_eq!(
        format!("{error}\n{}", error.details()),
        "Error: the event does not take what was made of it: `gold` is too large, at main.js:2:19\n\
         2 | extension.on('a', function raise(event) { event.gold = 1e9 })\n  |                   ^\nat raise (main.js:2:19)"
    );
}

#[test]
fn an_async_listener_that_fails_is_an_error_of_the_listener() {
    let mut scene = Scene::new("extension.on('a', async () => { throw new Error('no') })");
    assert_eq!(complaint(scene.hear(json!({}))), "Error: no, at main.js:1:43");
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
fn a_panic_of_the_host_goes_through_a_listener() {
    for text in ["(event) => console.log(event.name)", "(event) => { event.gold = 1; console.log(event.name) }"] {
        let mut scene = Scene::new(&format!("extension.on('a', {text})"));
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            scene.hear(json!({ "name": "the host panics" })).map(|_| ())
        }));
        assert_eq!(panic.unwrap_err().downcast_ref::<String>().unwrap(), "the host panics");
    }
}

#[test]
fn a_listener_is_told_every_kind_of_field() {
    let mut scene = Scene::new("extension.on('a', ({ a, b, c, d, e, f, g }) => console.log(a, b, c, d, e, f, g))");
    scene.hear(json!({ "a": null, "b": true, "c": -5, "d": 0.5, "e": 1e10, "f": "\u{e9}", "g": -0.0 })).unwrap();
    scene.told(&["Info: null true -5 0.5 10000000000 \u{e9} 0"]);
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
    scene.told(&["report: TypeError: no, at main.js:1:40", "Info: heard"]);
}

#[test]
fn a_phase_in_another_case_is_no_event() {
    says(
        "for (const name of ['Init', 'READY', 'Terminate'])
             try { extension.once(name, () => 0) } catch (e) { console.log(`${e}`) }",
        &[
            "TypeError: `Init` is no event: the phase is written `init`",
            "TypeError: `READY` is no event: the phase is written `ready`",
            "TypeError: `Terminate` is no event: the phase is written `terminate`",
        ],
    );
}

#[test]
fn wrong_uses_of_on_say_what_it_takes() {
    says(
        "try { extension.on('a') } catch (e) { console.log(`${e}`) }",
        &["TypeError: `on` takes the name of an event and a function"],
    );
    fails(
        "\nextension.on('a b', () => 0)",
        "Error: `a b` is no name of an event, at main.js:2:11\n2 | extension.on('a b', () => 0)\n  |           ^",
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
fn emit_knows_its_options() {
    fails(
        "extension.emit('a', 1, { too: 'Quinn' })",
        "TypeError: `emit` knows no option `too`, did you mean `to`, at main.js:1:10\n1 | extension.emit('a', 1, { too: 'Quinn' })\n  |          ^",
    );
    says(
        "for (const options of [{ receiver: 1 }, 'Quinn', ['Quinn'], () => 1])
             try { extension.emit('a', 1, options) } catch (e) { console.log(`${e}`) }
         extension.emit('a', 1, undefined); extension.emit('a', 1, null); extension.emit('a', 1, {});",
        &[
            "TypeError: `emit` knows no option `receiver`; it knows `to` only",
            "TypeError: `emit` takes an object of options, as `{ to: 'Economy' }`",
            "TypeError: `emit` takes an object of options, as `{ to: 'Economy' }`",
            "TypeError: `emit` takes an object of options, as `{ to: 'Economy' }`",
        ],
    );
}

#[test]
fn emits_are_bounded() {
    let mut scene = Scene::limited("extension.on('a', () => { extension.emit('b'); extension.emit('b') })", |limits| {
        limits.emits = 3;
    });
    scene.hear(json!({})).unwrap();
    assert_eq!(
        complaint(scene.hear(json!({}))),
        "RangeError: `b` cannot be emitted: 3 events are still to be delivered, which is the limit, at main.js:1:57"
    );
}

// Imports and drivers.

#[test]
fn imports_are_called_and_read() {
    let scene = Scene::new(
        "const economy = extension.imports('Economy');
         const { deposit } = extension.import('Economy');
         console.log(deposit({ gold: 5 }), economy.count, deposit());",
    );
    scene.told(&[
        "call Economy.deposit({\"gold\":5})",
        "call Economy.count(null)",
        "call Economy.deposit(null)",
        "Info: { gold: 5 } 3 null",
    ]);
}

#[test]
fn an_import_that_is_not_there_says_so() {
    fails(
        "\nextension.imports('Bank')",
        "Error: there is no extension `Bank`, at main.js:2:11\n2 | extension.imports('Bank')\n  |           ^",
    );
    says(
        "try { extension.imports('Economy').deposti } catch (e) { console.log(e.message) }",
        &["`Economy` offers no `deposti`, did you mean `deposit`"],
    );
}

#[test]
fn data_that_the_app_does_without_says_so() {
    says(
        "const data = extension.imports('data');
         const { kv } = data;
         for (const name of ['db', 'dp']) try { data[name] } catch (e) { console.log(e.message) }
         console.log(Object.keys(data), 'db' in data, data.toJSON);",
        &["this app has no `db`", "`data` has no `dp`", "[ 'kv' ] false undefined"],
    );
}

#[test]
fn imports_can_be_looked_at() {
    says(
        "const economy = extension.imports('Economy');
         console.log('deposit' in economy, 'x' in economy, Object.keys(economy).join());
         console.log(economy.then, economy.toJSON, economy.constructor, economy[Symbol.iterator], economy);
         (async () => economy)().then((value) => console.log(value === economy));",
        &["true false count,deposit,fail,slow", "undefined undefined undefined undefined [Proxy]", "true"],
    );
}

#[test]
fn imports_cannot_be_changed() {
    fails(
        "extension.imports('Economy').deposit = 1",
        "TypeError: `Economy` cannot be changed from here, at main.js:1:10\n1 | extension.imports('Economy').deposit = 1\n  |          ^",
    );
}

#[test]
fn a_function_of_another_takes_one_argument() {
    says(
        "try { extension.imports('Economy').deposit('Ann', 5) } catch (e) { console.log(`${e}`) }",
        &["TypeError: `Economy.deposit` takes one argument: put several into one object"],
    );
}

#[test]
fn a_function_of_another_that_fails_throws() {
    fails(
        "\nfunction pay() {\n  extension.imports('Economy').fail()\n}\npay()",
        "Error: `Economy` failed: no money, at main.js:3:32\n3 |   extension.imports('Economy').fail()\n  |                                ^\n\
         at pay (main.js:3:32)\nat main.js:5:1",
    );
}

#[test]
fn interfaces_are_driven() {
    let scene = Scene::new(
        "const store = extension.drivers('store');
         console.log(store.load({ key: 1 }), Object.keys(store).join());
         try { store.laod } catch (e) { console.log(e.message) }
         try { extension.drivers('x') } catch (e) { console.log(e.message) }",
    );
    scene.told(&[
        "Info: store.load({\"key\":1}) load,save",
        "Info: `store` has no method `laod`, did you mean `load`",
        "Info: nobody has declared the interface `x`",
    ]);
}

#[test]
fn a_driver_serves_an_interface() {
    let mut scene = Scene::new(
        "class Store { constructor() { this.gold = 7 } load({ key }) { return key + this.gold } async save() {} }
         extension.driver('store', new Store());
         try { extension.driver('store', {}) } catch (e) { console.log(e.message) }",
    );
    assert_eq!(scene.host.drives, [("store".to_owned(), vec!["load".to_owned(), "save".to_owned()])]);
    let load = ScriptFunction::Method { interface: "store", method: "load" };
    assert_eq!(scene.script.call(load, json!({ "key": 1 }), &mut scene.host), Ok(json!(8)));
    scene.told(&["Info: it is a driver of `store` already"]);
}

// Commands.

#[test]
fn a_command_is_told_and_run() {
    let mut scene = Scene::new(
        "extension.command('greet', { arguments: 'NAME', help: 'greets', complete: (words) => words.concat('Ann') },
             (words, rest) => `hello, ${words.join(' and ')} (${rest})`);
         extension.command('fail', () => { throw new Error('no') });
         extension.command('later', async () => await new Promise(() => {}));",
    );
    let run = |scene: &mut Scene, function, argument| scene.script.call(function, argument, &mut scene.host);
    let line = json!({ "words": ["Ann", "Ben"], "rest": "Ann Ben" });
    let greet = ScriptFunction::Command("greet");
    assert_eq!(run(&mut scene, greet, line.clone()), Ok(json!("hello, Ann and Ben (Ann Ben)")));
    assert_eq!(run(&mut scene, ScriptFunction::Completion("greet"), json!(["A"])), Ok(json!(["A", "Ann"])));
    assert_eq!(complaint(run(&mut scene, ScriptFunction::Command("fail"), line.clone())), "Error: no, at main.js:3:54");
    assert_eq!(
        complaint(run(&mut scene, ScriptFunction::Command("later"), line)),
        "Error: `later` has to answer at once, but its promise still waits",
    );
    scene.told(&["command greet (NAME) (greets) true", "command fail () () false", "command later () () false"]);
}

#[test]
fn what_is_no_command_is_refused() {
    says(
        "const tries = [
             () => extension.command('a b', () => {}),
             () => extension.command('a'),
             () => extension.command('a', { halp: 'x' }, () => {}),
             () => extension.command('a', { help: 3 }, () => {}),
             () => extension.command('a', { complete: 3 }, () => {}),
         ];
         for (const attempt of tries) try { attempt() } catch (e) { console.log(e.message) }",
        &[
            "`a b` cannot be the name of a command",
            "`command` takes a name, perhaps `{ arguments, help, complete }`, and a function",
            "`command` knows no option `halp`, did you mean `help`",
            "`help` of a command is a text",
            "`complete` of a command is a function",
        ],
    );
}

// Exports.

#[test]
fn exports_are_told_at_once_and_called() {
    let mut scene = Scene::new(
        "extension.exports = { today: 'rain', forecast({ days }) { return [this.today, days] } }; console.log('set')",
    );
    let offer = |name: &str, kind| Offer { name: name.into(), kind };
    assert_eq!(scene.host.exported, [offer("today", OfferKind::Value), offer("forecast", OfferKind::Function)]);
    assert_eq!(scene.call("forecast", json!({ "days": 3 })), Ok(json!(["rain", 3])));
    assert_eq!(scene.call("today", Value::Null), Ok(json!("rain")));
    assert_eq!(complaint(scene.call("x", Value::Null)), "Error: it offers no `x`");
}

#[test]
fn exports_that_are_changed_later_are_told_at_the_end_of_the_call() {
    let mut scene = Scene::new(
        "extension.exports = {}; extension.on('a', () => { extension.exports.late = () => 1 });
         extension.on('b', () => { delete extension.exports.late });",
    );
    assert_eq!(scene.host.exported, []);
    scene.hear_by(0, json!({})).unwrap();
    assert_eq!(scene.host.exported, [Offer { name: "late".into(), kind: OfferKind::Function }]);
    assert_eq!(scene.call("late", Value::Null), Ok(json!(1)));
    scene.hear_by(1, json!({})).unwrap();
    assert_eq!(scene.host.exported, []);
}

#[test]
fn exports_may_be_filled_without_being_set() {
    let scene = Scene::new("extension.exports.forecast = () => 'rain'");
    assert_eq!(scene.host.exported, [Offer { name: "forecast".into(), kind: OfferKind::Function }]);
}

#[test]
fn the_exports_of_the_first_file_are_offered() {
    let offers = |file: &str, text: &str| {
        let mut scene = Scene::files(&[(file, text)]);
        scene.run().unwrap();
        scene.told(&[]);
        scene.host.exported.iter().map(|offer| offer.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(offers("main.js", "exports.f = () => 1; exports.day = 'Monday'"), "f day");
    assert_eq!(offers("main.js", "module.exports = { f() {} }"), "f");
    assert_eq!(offers("main.js", "export function f() {}\nexport const day = 'Monday'"), "day f");
    assert_eq!(offers("main.mjs", "export default { f() {} }"), "f");
    assert_eq!(offers("main.mjs", "export const g = 1; export default { f() {} }"), "g");
    assert_eq!(offers("main.js", "extension.exports = { f() {} }; module.exports = { g() {} }"), "f");
    assert_eq!(offers("main.js", "extension.exports.f = () => 1; exports.g = () => 1"), "f");
    assert_eq!(offers("main.js", "1"), "");
}

#[test]
fn exports_of_the_first_file_are_called_and_may_be_added_to() {
    let mut scene = Scene::new(
        "export let count = 0;
         export function raise() { count += 1; extension.exports.late = () => this }",
    );
    scene.call("raise", Value::Null).unwrap();
    assert_eq!(scene.call("count", Value::Null), Ok(json!(1)));
    assert_eq!(scene.host.exported.len(), 3);
}

#[test]
fn the_first_file_offers_when_its_top_level_has_ended() {
    let mut scene = Scene::new("export const f = () => day; await extension.emit('a'); const day = 'Monday'");
    assert_eq!(scene.host.exported, []);
    let promise = scene.host.emitted[0].0;
    scene.script.settle(promise, Ok(Value::Null), &mut scene.host);
    assert_eq!(scene.call("f", Value::Null), Ok(json!("Monday")));
    assert_eq!(scene.host.exported.len(), 1);
}

#[test]
fn what_cannot_be_offered_is_told() {
    let told = |what: &str| format!("Warn: `{what}` offers nothing to others: it is no object of functions and values");
    Scene::new("module.exports = () => 1").told(&[&told("module.exports")]);
    Scene::new("export default 5").told(&[&told("export default")]);
}

#[test]
fn a_top_level_that_still_waits_is_told_once() {
    let mut scene = Scene::new("await new Promise(() => {})");
    for phase in [Phase::PreInit, Phase::Init] {
        scene.script.phase(phase, &mut scene.host);
    }
    scene.told(&["Warn: its top level still waits: what comes after the `await` runs later"]);
    let mut scene = Scene::new("await 5");
    scene.script.phase(Phase::PreInit, &mut scene.host);
    scene.told(&[]);
}

#[test]
fn an_export_with_a_bad_name_is_an_error_where_it_is_set() {
    says("try { extension.exports = { 'a b': 1 } } catch (e) { console.log(e.message) }", &["`a b` is no name"]);
    says("try { extension.exports = 5 } catch (e) { console.log(`${e}`) }", &["TypeError: `exports` takes an object"]);
    let scene = Scene::new("extension.exports['a b'] = 1");
    scene.told(&["report: `a b` is no name"]);
}

#[test]
fn async_functions_answer_if_they_can_at_once() {
    let mut scene = Scene::new(
        "extension.exports = {
             async soon() { await null; return 5 },
             async fails() { await null; throw new RangeError('no') },
             late() { return new Promise(() => 0) },
         }",
    );
    assert_eq!(scene.call("soon", Value::Null), Ok(json!(5)));
    assert_eq!(complaint(scene.call("fails", Value::Null)), "RangeError: no, at main.js:3:52");
    assert_eq!(
        complaint(scene.call("late", Value::Null)),
        "Error: `late` has to answer at once, but its promise still waits"
    );
    scene.told(&[]);
}

// What a script knows of itself, log and timers.

#[test]
fn a_script_knows_its_name_version_and_config() {
    says(
        "'use strict';
         console.log(extension.name, extension.version, extension.config, Object.isFrozen(extension.config.gift));
         try { extension.config.gift.gold = 6 } catch (e) { console.log(e.name) }
         try { extension.on = 1 } catch (e) { console.log(e.name) }
         try { extension = 1 } catch (e) { console.log(e.name) }",
        &["Greeter 1.2.0 { gift: { gold: 5 } } true", "TypeError", "TypeError", "TypeError"],
    );
}

#[test]
fn what_extension_does_not_have_is_an_error() {
    fails(
        "extension.onn('a', () => 0)",
        "TypeError: `extension` has no `onn`, did you mean `on`, at main.js:1:1\n1 | extension.onn('a', () => 0)\n  | ^",
    );
    says(
        "const tries = [() => extension.window, () => { extension.export = {} }, () => { extension.on = 1 },
                        () => { delete extension.on; extension.log.wran('x') }, () => { extension.config = {} },
                        () => { extension[Symbol.iterator] = 1 }];
         for (const attempt of tries) try { attempt() } catch (e) { console.log(`${e}`) }",
        &[
            "TypeError: `extension` has no `window`",
            "TypeError: `extension` has no `export`, did you mean `exports`",
            "TypeError: `extension.on` cannot be changed",
            "TypeError: `extension.log` has no `wran`, did you mean `warn`",
            "TypeError: `extension.config` cannot be changed",
            "TypeError: `extension` cannot be added to",
        ],
    );
}

#[test]
fn extension_can_be_looked_at() {
    says(
        "console.log(extension.then, extension.toJSON, extension.constructor, extension[Symbol.iterator], `${extension}`);
         console.log('on' in extension, 'onn' in extension, Object.keys(extension).length, extension.hasOwnProperty('on'));
         const { log, on } = { ...extension };
         log.call(null, typeof on, Object.keys(extension.log).join());
         (async () => extension)().then((value) => console.log(value === extension));
         console.log(JSON.stringify(extension), extension.log)",
        &[
            "undefined undefined undefined undefined [object Object]",
            "true false 17 true",
            "function debug,info,warn,error",
            "{\"exports\":{},\"name\":\"Greeter\",\"version\":\"1.2.0\",\"config\":{\"gift\":{\"gold\":5}},\"files\":{},\"storage\":{}} [Function: logger]",
            "true",
        ],
    );
}

#[test]
fn log_and_console_have_levels() {
    let scene = Scene::new(
        "extension.log.debug('a'); extension.log.info('b'); extension.log.warn('c'); extension.log.error('d'); extension.log('b', 1);
         console.debug('a'); console.info('b'); console.warn('c'); console.error('d'); console.assert(1 > 2, 'e');
         console.assert(true, 'f'); console.table([1]); console.dir({ a: 1 });",
    );
    scene.told(&[
        "Debug: a",
        "Info: b",
        "Warn: c",
        "Error: d",
        "Info: b 1",
        "Debug: a",
        "Info: b",
        "Warn: c",
        "Error: d",
        "Error: assertion failed e",
        "Info: [ 1 ]",
        "Info: { a: 1 }",
    ]);
}

#[test]
fn values_are_logged_as_they_are_written() {
    says(
        "const cycle = { name: 'Ann', 'two words': [1, -2.5, 10n, null, undefined, true] }; cycle.self = cycle;
         console.log(cycle);
         console.log(new Map([[1, { a: 'x' }]]), new Set(['a']), [], {}, () => 1, function f() {}, Symbol('s'));
         console.log(new Date(0), /a+/g, new Uint8Array(2), new (class Coin { gold = 1 })(), Object.create(null));
         console.log({ a: { b: { c: { d: { e: 1 } } } } }, [[[[[]]]]]);
         console.log('%s has %d%% of %j, %o', 'Ann', 5, { a: 1 }, 'rest', 'more', '%s');
         console.log({ get bad() { throw 1 } }, \"it's\", [\"it's\"]);
         console.log([new TypeError('no')]);",
        &[
            "{ name: 'Ann', 'two words': [ 1, -2.5, 10n, null, undefined, true ], self: [Circular] }",
            "Map [ [ 1, { a: 'x' } ] ] Set [ 'a' ] [] {} [Function] [Function: f] Symbol(s)",
            "Thu Jan 01 1970 00:00:00 GMT+0000 /a+/g Uint8Array [ 0, 0 ] Coin { gold: 1 } {}",
            "{ a: { b: { c: { d: [Object] } } } } [ [ [ [ [Array] ] ] ] ]",
            "Ann has 5% of { a: 1 }, rest more %s",
            "{ bad: [Getter that throws] } it's [ \"it's\" ]",
            "[ [TypeError: no] ]",
        ],
    );
}

#[test]
fn errors_are_logged_with_their_stack() {
    says(
        "function f() {\n  console.log('sad:', new Error('no'))\n}\nf()",
        &["sad: Error: no\n    at f (main.js:2:27)\n    at main.js:4:1"],
    );
}

#[test]
fn timers_ring() {
    let mut scene = Scene::new(
        "setTimeout((a, b) => console.log('once', a, b), 100, 1, 2);
         let count = 0;
         const timer = setInterval(() => { count += 1; if (count === 2) clearInterval(timer); }, 50);
         clearTimeout(setTimeout(() => 0)); clearTimeout(undefined); clearTimeout('x');
         setTimeout(() => { throw new Error('no') }, NaN); setInterval(() => 0, 1e300)",
    );
    let timers = scene.host.timers.clone();
    let times: Vec<_> = timers.iter().map(|(_, after, repeats)| (*after, *repeats)).collect();
    assert_eq!(times, [(100, false), (50, true), (0, false), (1_000_000_000_000, true)]);
    for index in [0, 0, 1, 1, 1] {
        scene.script.ring(timers[index].0, &mut scene.host).unwrap();
    }
    assert_eq!(complaint(scene.script.ring(timers[2].0, &mut scene.host)), "Error: no, at main.js:5:39");
    scene.told(&["Info: once 1 2"]);
    assert_eq!(scene.host.timers.len(), 3, "the interval has stopped itself");
}

#[test]
fn timers_are_bounded() {
    let error =
        Scene::of(&[("main.js", "for (;;) setTimeout(() => 0)")], Value::Null, |limits| limits.timers = 3).run();
    assert_eq!(
        complaint(error),
        "RangeError: a timer cannot be started: 3 are running, which is the limit, at main.js:1:9"
    );
}

#[test]
fn microtasks_and_clones_work() {
    says(
        "queueMicrotask(() => console.log('later')); console.log('now');
         const a = { list: [1, { b: 2 }], at: new Date(5), map: new Map([[1, new Set([2])]]), bytes: new Uint8Array([7]) };
         a.self = a;
         const b = structuredClone(a);
         console.log(b !== a, b.self === b, b.list, +b.at, b.map, b.bytes);
         try { structuredClone(() => 0) } catch (e) { console.log(`${e}`) }",
        &[
            "now",
            "true true [ 1, { b: 2 } ] 5 Map [ [ 1, Set [ 2 ] ] ] Uint8Array [ 7 ]",
            "TypeError: a function cannot be cloned",
            "later",
        ],
    );
}

#[test]
fn there_is_no_way_out() {
    says(
        "console.log(typeof std, typeof os, typeof process, typeof fetch, typeof print);
         import('std').catch((e) => console.log(e.message)); import('os').catch((e) => console.log(e.message))",
        &[
            "undefined undefined undefined undefined undefined",
            "`std` is neither a path that begins with `./`, nor an artifact of this extension; other extensions are had with `extension.imports('std')`, and for a library, add `std@*` to `artifacts`, below `external` in the manifest",
            "`os` is a module of Node, and scripts have none of these",
        ],
    );
}

// Files.

#[track_caller]
fn files_say(files: &[(&str, &str)], expected: &[&str]) {
    let mut scene = Scene::files(files);
    scene.run().unwrap();
    let said: Vec<_> = scene.host.told.iter().map(|line| line.trim_start_matches("Info: ")).collect();
    assert_eq!(said, expected);
}

#[track_caller]
fn files_fail(files: &[(&str, &str)], expected: &str) {
    let mut scene = Scene::files(files);
    let error = scene.run().unwrap_err();
    assert_eq!(format!("{error}\n{}", error.details()).trim_end(), expected);
}

#[test]
fn files_are_required() {
    files_say(
        &[
            (
                "main.js",
                "const a = require('./lib/a'); console.log(a.name, a.b, require('./lib/a.js') === a);
                         console.log(require('./data.json'), require('./lib'), __filename, __dirname)",
            ),
            ("lib/a.js", "exports.name = __filename + ' in ' + __dirname; exports.b = require('../b.js')"),
            ("lib/index.js", "module.exports = 'index'"),
            ("b.js", "module.exports = { n: 1 }"),
            ("data.json", "{ \"gold\": 5 }"),
        ],
        &["lib/a.js in lib { n: 1 } true", "{ gold: 5 } index main.js ."],
    );
}

#[test]
fn circles_of_files_get_what_is_there() {
    files_say(
        &[
            ("main.js", "console.log(require('./a'))"),
            ("a.js", "exports.early = 1; exports.b = require('./b'); exports.late = 2"),
            ("b.js", "const a = require('./a'); exports.of_a = { ...a }"),
        ],
        &["{ early: 1, b: { of_a: { early: 1, b: undefined } }, late: 2 }".replace(", b: undefined", "").as_str()],
    );
}

#[test]
fn es_modules_are_known_by_what_they_are() {
    let files = [("lib.mjs", "export const name = 'lib'; export default 5"), ("c.js", "exports.c = 1")];
    let text =
        "import five, { name } from './lib.mjs'; import { c } from './c.js';\nconsole.log(five, name, c, await 1)";
    for entry in ["main.mjs", "main.js"] {
        files_say(&[&[(entry, text)][..], &files].concat(), &["5 lib 1 1"]);
    }
    let package = ("package.json", r#"{ "type": "module" }"#);
    files_say(&[("main.js", "console.log(typeof require, this)"), package], &["undefined undefined"]);
    files_say(&[("main.cjs", "console.log(typeof require)"), package], &["function"]);
}

#[test]
fn imports_of_files_are_dynamic_too() {
    files_say(
        &[
            ("main.js", "import('./lib/a.js').then((a) => console.log(a.default, a.n, typeof a.data))"),
            (
                "lib/a.js",
                "import data from '../data.json'; export { data }; export const n = 1; export default data.gold",
            ),
            ("data.json", r#"{ "gold": 5 }"#),
        ],
        &["5 1 object"],
    );
}

#[test]
fn an_es_module_is_required_unless_it_waits() {
    files_say(
        &[
            (
                "main.js",
                "console.log(require('./a.mjs').n); try { require('./b.mjs') } catch (e) { console.log(e.message) }",
            ),
            ("a.mjs", "export const n = 1"),
            ("b.mjs", "await new Promise(() => 0)"),
        ],
        &["1", "`b.mjs` waits at its top level; load it with `import`"],
    );
}

#[test]
fn only_own_files_are_loaded() {
    let says = |text: &str, expected: &str| {
        let text = format!("try {{ require('{text}') }} catch (e) {{ console.log(e.message) }}");
        files_say(&[("main.js", &text)], &[expected]);
    };
    says(
        "Economy",
        "`Economy` is neither a path that begins with `./`, nor an artifact of this extension; other extensions are had with `extension.imports('Economy')`, and for a library, add `Economy@*` to `artifacts`, below `external` in the manifest",
    );
    says("node:fs", "`node:fs` is a module of Node, and scripts have none of these");
    says("/etc/passwd", "`/etc/passwd` is neither a path that begins with `./`, nor an artifact of this extension");
    says("../x", "`../x` cannot be loaded: it leads out of the extension");
    says("./a/../../x", "`./a/../../x` cannot be loaded: it leads out of the extension");
    says("./..\\\\x", "`./..\\x` is no path of a file");
    says("./lib/x", "there is no file `lib/x`, which `main.js` loads");
}

#[test]
fn a_file_that_is_missing_points_at_who_wants_it() {
    files_fail(
        &[("main.mjs", "\nimport './x.js'")],
        "Error: there is no file `x.js`, which `main.mjs` loads, at main.mjs:2:8\n2 | import './x.js'\n  |        ^",
    );
    files_fail(
        &[("main.js", "import Economy from \"Economy\"")],
        "Error: `Economy` is neither a path that begins with `./`, nor an artifact of this extension; other extensions are had with `extension.imports('Economy')`, and for a library, add `Economy@*` to `artifacts`, below `external` in the manifest, at main.js:1:21\n1 | import Economy from \"Economy\"\n  |                     ^",
    );
    files_fail(
        &[("main.js", "\nrequire('./lib')"), ("lib.js", "\n\n  nope()")],
        "ReferenceError: nope is not defined, at lib.js:3:3\n3 |   nope()\n  |   ^\nat lib.js:3:3\nat main.js:2:1",
    );
}

#[test]
fn a_file_that_does_not_parse_has_a_place() {
    fails(
        "let a = 1;\nlet b = ;",
        "SyntaxError: unexpected token in expression: ';', at main.js:2:9\n2 | let b = ;\n  |         ^",
    );
    fails(
        "/* \u{e9}\u{e9} */ let b = ;",
        "SyntaxError: unexpected token in expression: ';', at main.js:1:18\n1 | /* \u{e9}\u{e9} */ let b = ;\n  |                  ^",
    );
    fails(
        "import './main.js';\n\nlet b = ;",
        "SyntaxError: unexpected token in expression: ';', at main.js:3:9\n3 | let b = ;\n  |         ^",
    );
    files_fail(
        &[("main.js", "require('./a.json')"), ("a.json", "{ gold }")],
        "Error: `a.json` is no JSON: key must be a string at line 1 column 3, at main.js:1:1\n1 | require('./a.json')\n  | ^",
    );
}

#[test]
fn places_are_those_of_files() {
    fails(
        "\nlet a = JSON.parse('{bad')",
        "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2), at main.js:2:14\n2 | let a = JSON.parse('{bad')\n  |              ^",
    );
    fails("\neval('nope()')", "ReferenceError: nope is not defined, at main.js:2:1\n2 | eval('nope()')\n  | ^");
    fails(
        "\nnew Function('nope()')()",
        "ReferenceError: nope is not defined, at main.js:2:5\n2 | new Function('nope()')()\n  |     ^",
    );
}

#[test]
fn an_es_module_that_requires_is_told_what_it_has() {
    files_fail(
        &[("main.mjs", "require('./a.js')")],
        "ReferenceError: require is not defined: `main.mjs` is an ES module, which has `import` for that, at main.mjs:1:1\n1 | require('./a.js')\n  | ^",
    );
}

#[test]
fn a_single_script_sees_no_other_file() {
    let folder = std::env::temp_dir().join(format!("bevy_extensions_single_{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("greeter.js"), "require('./rain')").unwrap();
    std::fs::write(folder.join("rain.js"), "").unwrap();
    let source = ScriptSource {
        manifest: Arc::new(Manifest::new(ExtensionName::new("Greeter").unwrap(), Version::new(1, 0, 0))),
        files: Arc::new(ExtensionFiles::script(&folder.join("greeter.js"))),
        artifacts: ExtensionArtifacts::default(),
        entrypoint: "greeter.js".into(),
        config: Value::Null,
        limits: ScriptLimits::default(),
    };
    let error = QuickJs.create(source).unwrap().run(&mut Host::default()).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(
        error.message,
        "Error: there is no file `rain` for `greeter.js`, which sees no other file: put both into a folder with a `main.js`"
    );
}

#[test]
fn endings_are_known_in_any_case() {
    assert!(["a.js", "A.JS", "a.Mjs", "a.cjs"].iter().all(|file| QuickJs.runs(file)));
    assert!(!QuickJs.runs("a.json"));
}

#[test]
fn a_first_line_for_the_shell_is_no_code() {
    says("#!/usr/bin/env node\nconsole.log(1)", &["1"]);
}

#[test]
fn an_import_at_the_top_that_fails_is_the_error_of_the_script() {
    let mut scene = Scene::files(&[("main.mjs", "const a = await 1;\nawait Promise.reject(new Error('no'))")]);
    assert_eq!(complaint(scene.run()), "Error: no, at main.mjs:2:26");
    scene.told(&[]);
}

// Values.

/// Runs an expression and compares what it is for others.
#[track_caller]
fn becomes(expression: &str, expected: Value) {
    let mut scene = Scene::new(&format!("extension.exports = {{ f: () => ({expression}) }}"));
    assert_eq!(scene.call("f", Value::Null).unwrap(), expected);
}

#[test]
fn values_become_what_json_makes_of_them() {
    becomes("undefined", Value::Null);
    becomes("{ a: undefined, b: () => 1, c: Symbol('c'), d: NaN, e: -Infinity }", json!({ "d": null, "e": null }));
    becomes("[undefined, () => 1, , 2]", json!([null, null, null, 2]));
    becomes("new Date(0)", json!("1970-01-01T00:00:00.000Z"));
    becomes("{ toJSON() { return [this.a] }, a: 1 }", json!([1]));
    becomes("new Uint8ClampedArray([1, 2])", json!([1, 2]));
    becomes("new Float32Array([0.5])", json!([0.5]));
    becomes("[1, 1.5, -0, 2 ** 53, 1e300]", json!([1, 1.5, 0, 9007199254740992_i64, 1e300]));
    becomes("'\\ud800 \\u{1f600} \\0'", json!("\u{fffd} \u{1f600} \0"));
    becomes("{ 'a\\0b': 1 }", json!({ "a\0b": 1 }));
    becomes("Object.create({ inherited: 1 }, { hidden: { value: 1 } })", json!({}));
    becomes("new Map([[1, 2]])", json!({}));
    becomes("new Proxy({ a: 1 }, {})", json!({ "a": 1 }));
}

#[test]
fn large_integers_stay_exact() {
    let mut scene = Scene::new("extension.exports = { f: (x) => [x, typeof x], add: (x) => x + 1n }");
    assert_eq!(scene.call("f", json!(u64::MAX)), Ok(json!([u64::MAX, "bigint"])));
    assert_eq!(scene.call("f", json!(i64::MIN)), Ok(json!([i64::MIN, "bigint"])));
    assert_eq!(scene.call("f", json!(1_i64 << 53)), Ok(json!([1_i64 << 53, "number"])));
    assert_eq!(scene.call("add", json!(i64::MAX)), Ok(json!(i64::MAX as u64 + 1)));
    assert_eq!(
        complaint(scene.call("add", json!(u64::MAX))),
        "RangeError: the integer 18446744073709551616 does not fit into 64 bits"
    );
}

#[test]
fn a_field_named_proto_is_a_field() {
    let mut scene =
        Scene::new("extension.exports = { f: (x) => [x.polluted === undefined, Object.hasOwn(x, '__proto__'), x] }");
    let value: Value = serde_json::from_str(r#"{ "__proto__": { "polluted": 1 } }"#).unwrap();
    assert_eq!(scene.call("f", value.clone()), Ok(json!([true, true, value])));
}

#[test]
fn values_that_are_none_are_errors() {
    let fails = |expression: &str, expected: &str| {
        let mut scene = Scene::new(&format!("extension.exports = {{ f() {{ {expression} }} }}"));
        assert_eq!(complaint(scene.call("f", Value::Null)), expected);
    };
    let deep = "RangeError: this value is nested more than 128 deep, or contains itself";
    fails("const a = []; a.push(a); return a", deep);
    fails("let a = 1; for (let i = 0; i < 129; i++) a = [a]; return a", deep);
    fails("return { get a() { throw new TypeError('no') } }", "TypeError: no, at main.js:1:58");
    fails("return new Proxy({}, { ownKeys() { throw 'no' } })", "threw: 'no'");
    let large = "RangeError: this value needs more than 65536 KiB of memory";
    fails("const a = []; a.length = 2 ** 32 - 1; return a", large);
    fails("let a = 'x'.repeat(1e6); for (let i = 0; i < 20; i++) a = [a, a]; return a", large);
}

#[test]
fn values_may_be_nested_up_to_a_bound() {
    let nested = |depth| (0..depth).fold(Value::Null, |value, _| json!([value]));
    let mut scene = Scene::new("extension.exports = { f: (x) => x }");
    assert_eq!(scene.call("f", nested(128)), Ok(nested(128)));
    assert_eq!(
        complaint(scene.call("f", nested(129))),
        "RangeError: this value is nested more than 128 deep, or contains itself"
    );
}

// Errors.

#[test]
fn errors_show_stack_and_causes() {
    fails(
        "function inner() {\n  throw new RangeError('no', { cause: new Error('money', { cause: 5 }) })\n}\n[1].forEach(inner)",
        "RangeError: no, caused by Error: money, caused by 5, at main.js:2:43\n\
         2 |   throw new RangeError('no', { cause: new Error('money', { cause: 5 }) })\n  |                                           ^\n\
         at inner (main.js:2:43)\nat main.js:4:13",
    );
}

#[test]
fn what_is_thrown_need_not_be_an_error() {
    fails("throw 'text'", "threw: 'text'\n");
    fails("throw { code: 5 }", "threw: { code: 5 }\n");
    fails("throw undefined", "threw: undefined\n");
    fails("throw extension.imports('Economy')", "threw: [Proxy]\n");
    fails(
        "class Sad extends Error { name = 'Sad' }\nthrow new Sad()",
        "Sad, at main.js:1:1\n1 | class Sad extends Error { name = 'Sad' }\n  | ^\nat Sad (main.js:1:1)\nat main.js:2:11",
    );
    fails(
        "const e = new Error('a'); Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e",
        "Error, at main.js:1:15\n1 | const e = new Error('a'); Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e\n  |               ^",
    );
}

#[test]
fn a_rejection_that_nobody_handles_is_reported_once() {
    let mut scene = Scene::new(
        "extension.on('a', () => { Promise.reject(new Error('lost')); Promise.reject(1).catch(() => 0) });
         extension.on('b', () => { queueMicrotask(() => { throw 'later' }) });",
    );
    scene.hear_by(0, json!({})).unwrap();
    scene.hear_by(1, json!({})).unwrap();
    scene.hear_by(1, json!({})).unwrap();
    scene.told(&["report: Error: lost, at main.js:1:46", "report: threw: 'later'", "report: threw: 'later'"]);
}

#[test]
fn an_emit_that_fails_is_reported_if_nobody_waits_for_it() {
    let mut scene = Scene::new("\n  extension.emit('a')");
    let promise = scene.host.emitted[0].0;
    scene.script.settle(promise, Err("`a b` is no name".into()), &mut scene.host);
    scene.told(&["report: Error: `a b` is no name, at main.js:2:13"]);
}

#[test]
fn a_script_that_spoils_the_language_harms_itself_only() {
    let mut scene = Scene::new(
        "extension.exports = { f: (x) => x };
         Array.prototype[Symbol.iterator] = Array.prototype.push = Array.prototype.map = () => { throw 1 };
         Object.keys = Object.freeze = Reflect.set = Promise.prototype.then = undefined;
         Object.defineProperty(Object.prototype, 'get', { get() { throw 2 }, configurable: true });
         Function.prototype.call = Function.prototype.apply = undefined;
         String.prototype.toWellFormed = Array.from = undefined;
         extension.on('a', (event, meta) => { event.key = meta.key; extension.exports.g = 1; console.log([1], '\\ud800') });
         extension.imports('Economy').deposit({ gold: [1] });
         queueMicrotask(() => console.log('later'));",
    );
    assert_eq!(scene.hear(json!({})).unwrap(), json!({ "key": "player.joined" }));
    assert_eq!(scene.call("f", json!([1])), Ok(json!([1])));
    scene.told(&["call Economy.deposit({\"gold\":[1]})", "Info: later", "Info: [ 1 ] \u{fffd}"]);
}

// Limits.

/// Runs a script with little of everything, which fails; then it may still be called, or says why not.
#[track_caller]
fn trips(text: &str, expected: &str) -> Scene {
    let mut scene =
        Scene::of(&[("main.js", &format!("extension.exports = {{ f: () => 5 }};\n{text}"))], Value::Null, |limits| {
            limits.call_ms = 40.try_into().unwrap();
            limits.memory_kib = 2048.try_into().unwrap();
        });
    let error = scene.run().expect_err(text);
    // Where there is no memory for an error, it is no error that is thrown.
    assert_eq!(error.message.trim_end_matches(", or threw: null"), expected, "{text}: {error:?}");
    assert!(error.is_limit);
    scene
}

const TOO_LONG: &str = "it took longer than 40 ms in one call";
const TOO_LARGE: &str = "it needs more than 2048 KiB of memory";
const TOO_DEEP: &str = "RangeError: Maximum call stack size exceeded";

#[test]
fn a_call_that_takes_too_long_is_cut_off() {
    let mut scene = trips("for (;;) try { for (;;); } catch {} finally { for (;;); }", TOO_LONG);
    assert_eq!(scene.call("f", Value::Null), Ok(json!(5)));
    trips("/(a+)+b/.test('a'.repeat(40))", TOO_LONG);
    trips("(async () => { for (;;) await null })()", TOO_LONG);
    trips("new Promise(() => { for (;;); })", TOO_LONG);
}

#[test]
fn where_a_call_was_cut_off_is_told() {
    let scene = Scene::of(&[("main.js", "\nfunction spin() {\n  for (;;);\n}\nspin()")], Value::Null, |limits| {
        limits.call_ms = 20.try_into().unwrap();
    })
    .run();
    assert_eq!(complaint(scene), "it took longer than 20 ms in one call, at main.js:2:1");
}

#[test]
fn promises_without_an_end_stop_the_script() {
    let mut scene =
        trips("for (let i = 0; i < 9; i++) (function flood() { Promise.resolve().then(flood) })()", TOO_LONG);
    assert_eq!(
        complaint(scene.call("f", Value::Null)),
        "it took longer than 40 ms in one call, and its promises go on: it is not called any more"
    );
}

#[test]
fn the_time_of_others_does_not_count() {
    let mut scene = Scene::limited(
        "extension.on('a', () => {
             for (let i = 0; i < 3e4; i++);
             extension.imports('Economy').slow();
             for (let i = 0; i < 3e4; i++);
         })",
        |limits| limits.call_ms = 100.try_into().unwrap(),
    );
    scene.hear(json!({})).unwrap();
}

#[test]
fn a_script_that_needs_too_much_memory_is_cut_off() {
    let mut scene = trips("const a = []; for (;;) a.push({ x: [] })", TOO_LARGE);
    assert_eq!(scene.call("f", Value::Null), Ok(json!(5)));
    trips("'x'.repeat(1e9)", TOO_LARGE);
    trips("new Uint8Array(1e9)", TOO_LARGE);
    trips("const a = []; for (let i = 0; ; i++) a.push('x'.repeat(1000) + i)", TOO_LARGE);
}

#[test]
fn a_limit_too_small_for_anything_is_told_when_it_runs() {
    let mut scene = Scene::of(&[("main.js", "extension.on('a', () => ({}))")], Value::Null, |limits| {
        limits.memory_kib = 1.try_into().unwrap();
    });
    let error = scene.run().unwrap_err();
    assert_eq!(error.message, "it needs more than 1 KiB of memory, or threw: null");
    assert!(error.is_limit);
}

#[test]
fn a_recursion_without_end_is_cut_off() {
    let mut scene = trips("(function f() { f() })()", TOO_DEEP);
    assert_eq!(scene.call("f", Value::Null), Ok(json!(5)));
    trips("(function f() { [1].forEach(f) })()", TOO_DEEP);
    trips("const a = { get b() { return this.b } }; a.b", TOO_DEEP);
}

#[test]
fn a_recursion_through_the_host_is_cut_off_too() {
    trips("const a = { toJSON() { return extension.emit('a', a) } }; extension.emit('a', a)", TOO_DEEP);
    trips("const { deposit } = extension.imports('Economy'); (function f() { deposit(new Date(0)); f() })()", TOO_DEEP);
    trips(
        "const m = new Map(); (function f() { try { require('./main.json') } catch {} console.log(m); f() })()",
        TOO_DEEP,
    );
}

#[test]
fn listeners_may_be_called_from_any_thread() {
    let scene = Scene::new("extension.on('a', (event) => { (function f(n) { if (n) f(n - 1) })(20); event.ok = 1 })");
    let listener = scene.host.listeners[0].0;
    let mut script = scene.script;
    let (sent, event) = std::thread::spawn(move || {
        let mut event = json!({});
        let heard = Heard { key: "a", sender: None, target: &Target::Everyone };
        let outcome = script.hear(listener, &mut event, heard, &mut Host::default());
        (outcome, event)
    })
    .join()
    .unwrap();
    assert_eq!((sent, event), (Ok(()), json!({ "ok": 1 })));
}

// Types for editors.

const TYPES: &str = include_str!("../../../../../assets/extension.d.ts");

/// Returns the names of the members of an interface of the types.
fn members(interface: &str) -> Vec<String> {
    let begin = format!("interface {interface} {{\n");
    let body = TYPES.split_once(&begin).unwrap().1.split_once("\n}").unwrap().0;
    let mut names: Vec<String> = body
        .lines()
        .map(|line| line.strip_prefix("  ").unwrap_or_default())
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
        .map(|line| line.trim_start_matches("readonly "))
        .map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned())
        .collect();
    names.sort();
    names.dedup();
    names
}

const STORAGE: &str = "ExtensionStorage extends ReadableFiles";

#[test]
fn the_types_for_editors_name_what_is_there() {
    let keys = |of: &str| {
        let mut scene = Scene::new(&format!("extension.exports = {{ f: () => Object.keys({of}).sort() }}"));
        scene.call("f", Value::Null).unwrap()
    };
    assert_eq!(json!(members("Extension")), keys("extension"));
    assert_eq!(json!(members("ExtensionLog")), keys("extension.log"));
    assert_eq!(json!(members("Console")), keys("console"));
    for (interface, of) in [("ExtensionFiles extends ReadableFiles", "extension.files"), (STORAGE, "extension.storage")]
    {
        let mut names = [members("ReadableFiles"), members(interface)].concat();
        names.sort();
        assert_eq!(json!(names), keys(of));
    }
    assert_eq!(json!(members("ExtensionListener")), keys("extension.on('a', () => 0)"));
    let mut scene = Scene::new("extension.on('a', (event, meta) => { event.keys = Object.keys(meta).sort() })");
    assert_eq!(json!({ "keys": members("ExtensionMeta") }), scene.hear(json!({})).unwrap());
    for line in TYPES.lines().filter_map(|line| line.strip_prefix("declare ")) {
        let name = line.split([' ', ':', '(', '<', ';']).nth(1).unwrap();
        if !line.starts_with("interface") {
            becomes(&format!("typeof {name} !== 'undefined'"), json!(true));
        }
    }
}
