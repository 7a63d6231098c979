//! Functions, values and drivers, between scripts, natives and the app.

use bevy_ecs::prelude::*;
use bevy_extensions::{
    CallError, Driver, Interface, Method, Type, Value, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};

use crate::support::{Log, check_said, noted, scripts};

#[derive(Serialize, Deserialize)]
struct Deposit {
    to: String,
    gold: u32,
}

#[derive(Component)]
struct Clerk;

extensions! {
    Bank(version = "1.4.0") = |app| app.extension::<Self>()
        .export_fn("double", |In(gold): In<u32>| gold * 2)
        .export_fn("deposit", |In(deposit): In<Deposit>| format!("{} for {}", deposit.gold, deposit.to))
        .export_fn("balance", || 100)
        .export_fn("fails", || -> Result<u32> { Err("the vault is shut")? })
        .export_fn("panics", || -> u32 { panic!("no gold") })
        .export_fn("hires", |mut commands: Commands| { commands.spawn(Clerk); })
        .export_fn("hires_badly", |mut commands: Commands| {
            commands.queue(|_: &mut World| -> Result { Err("no clerk wants to come")? });
            7
        })
        .export_fn("takes_all", |world: &mut World| world.entities().count_spawned() > 0);
    Asker(optional("Poet", "alice")) = |app| app.extension::<Self>()
        .export_fn("ask", |In((of, function)): In<(String, String)>, world: &mut World| -> Value {
            world.call(&of, &function, json!(null)).unwrap_or_else(|error: CallError| error.to_string().into())
        });
    Market() = |app| app.extension::<Self>().interface(
        Interface::new("store")
            .method(Method::new("save").required("key", Type::String).with_default("times", Type::Integer, 3))
            .method(Method::new("load").required("key", Type::String).returns(Type::Integer)),
    );
    Shelf(requires(Market)) = |app| app.extension::<Self>().driver(
        "store",
        Driver::new().method("save", |In(_): In<Value>, mut log: ResMut<Log>| log.note("Shelf saves"))
            .method("load", |In(_): In<Value>| 7),
    );
}

/// What a script says that needs the bank.
#[track_caller]
fn check_bank(text: &str, expected: &[&str]) -> TestApp {
    let text = format!("//@extension requires Bank ^1\nconst bank = extension.imports('Bank');\n{text}");
    let mut app = scripts(&[("client.js", text)]).with::<Bank>().start();
    let expected: Vec<_> = expected.iter().map(|line| format!("client: {line}")).collect();
    check_said(&app, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    app.frames(1);
    app
}

/// What a script is told that does something wrong.
#[track_caller]
fn check_error(text: &str, expected: &str) -> TestApp {
    check_bank(&format!("try {{ {text} }} catch (error) {{ console.log(String(error)) }}"), &[expected])
}

// Scripts call natives.

#[test]
fn a_script_calls_functions_of_natives() {
    let text = "console.log(bank.double(21), bank.deposit({ to: 'Ann', gold: 5 }), bank.balance())";
    check_bank(text, &["42 5 for Ann 100"]).assert_quiet();
}

#[test]
fn what_is_offered_can_be_listed() {
    check_bank(
        "console.log(Object.keys(bank)); console.log('double' in bank, 'treble' in bank)",
        &["[ 'balance', 'deposit', 'double', 'fails', 'hires', 'hires_badly', 'panics', 'takes_all' ]", "true false"],
    );
}

#[test]
fn arguments_that_do_not_fit_name_function_and_field() {
    check_error(
        "bank.deposit({ to: 'Ann', gold: 'much' })",
        "Error: `Bank.deposit` was not called: field `gold`: invalid type: string \"much\", expected u32",
    )
    .assert_faults("client", &[]);
    check_error("bank.double(1, 2)", "TypeError: `Bank.double` takes one argument: put several into one object");
}

#[test]
fn an_unknown_function_names_the_nearest() {
    check_error("bank.dooble(1)", "Error: `Bank` offers no `dooble`; did you mean `double`?");
}

#[test]
fn a_native_function_that_fails_is_its_own_fault_and_an_error_in_the_script() {
    let app = check_error("bank.fails()", "Error: `Bank.fails` has failed: the vault is shut");
    app.assert_faults("Bank", &["in the function `fails`: the vault is shut"]);
    app.assert_faults("client", &[]);
}

#[test]
fn a_native_function_that_panics_is_its_own_fault_and_an_error_in_the_script() {
    let app = check_error("bank.panics()", "Error: `Bank.panics` has failed: panicked: no gold");
    app.assert_faults("Bank", &["in the function `panics`: panicked: no gold"]);
    app.assert_faults("client", &[]);
}

#[test]
fn who_is_not_there_is_an_error_with_the_nearest_name() {
    check_error("extension.imports('Banc')", "Error: no extension is called `Banc`; did you mean `Bank`?");
}

#[test]
fn who_is_not_declared_is_refused_with_what_to_declare() {
    let text = "try { extension.imports('Bank') } catch (error) { console.log(error.message) }";
    let app = scripts(&[("client.js", text)]).with::<Bank>().start();
    check_said(
        &app,
        &["client: `client` does not say that it needs `Bank`; \
           add `//@extension requires Bank` at its top, or `Bank` to the dependencies in its manifest"],
    );
}

#[test]
fn who_does_not_run_is_an_error_that_says_so() {
    let text = "//@extension optional Bank
        extension.on('a', () => {
            try { extension.imports('Bank') } catch (error) { console.log(error.message) }
        });
        const bank = extension.imports('Bank');
        extension.on('b', () => { try { bank.balance() } catch (error) { console.log(error.message) } });
    ";
    let mut app = scripts(&[("client.js", text)]).with::<Bank>().start();
    app.world_mut().resource_mut::<Extensions>().disable("Bank");
    app.frames(1);
    for event in ["a", "b"] {
        app.world_mut().emit(event, json!({})).unwrap();
    }
    check_said(&app, &["client: `Bank` is disabled", "client: `Bank` is disabled"]);
}

#[test]
fn the_app_offers_functions_too_and_nobody_has_to_declare_it() {
    let text = "extension.on('a', (event) => { event.sum = extension.imports('app').add(event) })";
    let mut app = scripts(&[("client.js", text)]).start();
    #[derive(Serialize, Deserialize)]
    struct Add {
        a: u32,
        b: u32,
    }
    app.host().export_fn("add", |In(add): In<Add>| add.a + add.b).unwrap();
    assert_eq!(app.world_mut().emit("a", json!({"a": 1, "b": 2})).unwrap(), json!({"a": 1, "b": 2, "sum": 3}));
}

#[test]
fn a_function_of_the_app_that_panics_is_an_error_in_the_script() {
    let text = "extension.on('a', () => {
        try { extension.imports('app').fail() } catch (error) { console.log(error.message) }
    })";
    let mut app = scripts(&[("client.js", text)]).start();
    app.set_error_handler(|error, _| println!("the app is told: {error}"));
    app.host().export_fn("fail", || -> u32 { panic!("oh no") }).unwrap();
    app.world_mut().emit("a", json!({})).unwrap();
    check_said(&app, &["client: `app.fail` has failed: it panicked"]);
    app.frames(1).assert_state("client", ExtensionState::Running);
}

// While an event is delivered.

/// A script that calls the bank when it hears an event, and says what it is told.
fn calls_within(function: &str) -> String {
    format!(
        "//@extension requires Bank
         const bank = extension.imports('Bank');
         extension.on('a', () => {{ try {{ console.log(bank.{function}()) }} catch (error) {{ console.log(error.message) }} }})"
    )
}

#[track_caller]
fn check_within(function: &str, expected: &str) -> TestApp {
    let mut app = scripts(&[("client.js", calls_within(function))]).with::<Bank>().start();
    app.world_mut().emit("a", json!({})).unwrap();
    check_said(&app, &[expected]);
    app.frames(1);
    app
}

#[test]
fn a_listener_calls_functions() {
    check_within("balance", "client: 100").assert_quiet();
}

#[test]
fn commands_of_a_function_are_applied_when_the_event_is_over() {
    let mut app = check_within("hires", "client: null");
    assert_eq!(app.world_mut().query::<&Clerk>().iter(app.world()).count(), 1);
    app.assert_quiet();
}

#[test]
fn commands_of_a_function_are_charged_to_whose_it_is() {
    let app = check_within("hires_badly", "client: 7");
    app.assert_faults("Bank", &["in the function `hires_badly`: no clerk wants to come"]);
    app.assert_faults("client", &[]);
}

#[test]
fn what_takes_the_whole_world_is_refused_while_an_event_is_delivered() {
    check_within(
        "takes_all",
        "client: `Bank.takes_all` was not called: it takes the whole world, and an event is being delivered; call it later",
    )
    .assert_states("Bank running, client running");
}

#[test]
fn what_takes_the_whole_world_is_called_from_everywhere_else() {
    let text = "
        console.log(bank.takes_all());
        extension.on('init', () => console.log(bank.takes_all()));
        extension.on('a', () => Promise.resolve().then(() => console.log(bank.takes_all())).catch(() => console.log('refused')));
        extension.on('b', () => setTimeout(() => console.log(bank.takes_all())));
    ";
    let mut app = check_bank(text, &["true", "true"]);
    app.world_mut().emit("a", json!({})).unwrap();
    app.world_mut().emit("b", json!({})).unwrap();
    app.frames(1);
    check_said(&app, &["client: true", "client: true", "client: refused", "client: true"]);
}

// Others call scripts.

const POET: &str = "
    class Verses {
        count = 2;
        recite() { return 'roses are red'; }
        async later({ name }) { await null; return `Hello, ${name}`; }
        never() { return new Promise(() => {}); }
        fail() { throw new RangeError('no rhyme'); }
        async failLater() { await null; throw new RangeError('no rhyme later'); }
        self() { return this.count; }
    }
    extension.exports = new Verses();
";

#[track_caller]
fn check_poet(function: &str, argument: Value, expected: &str) -> TestApp {
    let mut app = scripts(&[("poet.js", POET)]).start();
    let answer = app.world_mut().call::<_, Value>("poet", function, argument);
    let answer = answer.map_or_else(|error| error.to_string(), |answer| answer.to_string());
    assert_eq!(answer, expected);
    app.frames(1);
    app
}

#[test]
fn natives_call_functions_of_scripts() {
    check_poet("recite", json!(null), r#""roses are red""#).assert_quiet();
    let mut app = scripts(&[("poet.js", POET)]).start();
    assert_eq!(app.world_mut().call::<_, String>("Poet", "recite", ()).unwrap(), "roses are red");
}

#[test]
fn a_value_of_a_script_answers_with_itself() {
    check_poet("count", json!(null), "2");
}

#[test]
fn a_function_is_called_on_what_exports_it() {
    check_poet("self", json!(null), "2");
}

#[test]
fn an_async_function_answers_if_it_can_at_once() {
    check_poet("later", json!({"name": "Ann"}), r#""Hello, Ann""#);
    check_poet(
        "never",
        json!({}),
        "`poet.never` has failed: Error: `never` has to answer at once, but its promise still waits",
    );
}

#[test]
fn a_function_of_a_script_that_fails_is_its_own_fault() {
    let app = check_poet("fail", json!(null), "`poet.fail` has failed: RangeError: no rhyme, at poet.js:7:28");
    app.assert_faults("poet", &["in the function `fail`: RangeError: no rhyme, at poet.js:7:28"]);
    let app = check_poet(
        "failLater",
        json!(null),
        "`poet.failLater` has failed: RangeError: no rhyme later, at poet.js:8:51",
    );
    app.assert_faults("poet", &["in the function `failLater`: RangeError: no rhyme later, at poet.js:8:51"]);
}

#[test]
fn an_unknown_function_of_a_script_names_the_nearest() {
    check_poet(
        "resite",
        json!(null),
        "`poet.resite` was not called: `poet` has no such function; did you mean `recite`?",
    );
}

#[test]
fn an_answer_that_does_not_fit_is_an_error() {
    let mut app = scripts(&[("poet.js", POET)]).start();
    let answer = app.world_mut().call::<_, u32>("poet", "recite", ());
    assert_eq!(
        answer.unwrap_err().to_string(),
        "the answer of `poet.recite` does not fit: invalid type: string \"roses are red\", expected u32",
    );
}

#[test]
fn exports_come_and_go() {
    let text = "
        exports.never = 1;
        extension.exports.first = () => 1;
        extension.on('a', () => { delete extension.exports.first; extension.exports.second = () => 2; });
        extension.on('b', () => { extension.exports = { third: () => 3 }; });
    ";
    let mut app = scripts(&[("poet.js", text)]).start();
    let check = |app: &mut TestApp, event: &str, expected: &[&str]| {
        if !event.is_empty() {
            app.world_mut().emit(event, json!({})).unwrap();
            app.world_mut().flush();
        }
        let functions = app.report().listing.functions;
        assert_eq!(functions.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), expected);
    };
    check(&mut app, "", &["first"]);
    check(&mut app, "a", &["second"]);
    check(&mut app, "b", &["third"]);
    assert_eq!(app.world_mut().call::<_, u32>("poet", "third", ()), Ok(3));
    app.assert_quiet();
}

#[test]
fn a_name_that_is_none_is_a_fault_and_the_others_are_exported() {
    let text = "extension.exports = { 'no name': () => 1, good: () => 2 }";
    let mut app = scripts(&[("poet.js", text)]).start();
    app.frames(1).assert_state("poet", ExtensionState::Failed);
    let text = "extension.on('a', () => { extension.exports = { 'no name': () => 1, good: () => 2 } })";
    let mut app = scripts(&[("poet.js", text)]).start();
    app.world_mut().emit("a", json!({})).unwrap();
    assert_eq!(app.world_mut().call::<_, u32>("poet", "good", ()), Ok(2));
    app.frames(1).assert_faults(
        "poet",
        &["in a listener of `a`: Error: `no name` cannot be the name of a function: \
           it needs a letter or `_`, then letters, digits and `_`, all from a to z, at poet.js:1:27"],
    );
}

#[test]
fn an_extension_is_found_by_its_original_spelling() {
    let weather = "extension.exports = { forecast: () => 'rain' }";
    let client = "//@extension requires my-weather
        console.log(extension.imports('my-weather').forecast(), extension.imports('my_weather').forecast())";
    let mut app = scripts(&[("client.js", client), ("my-weather.js", weather)]).start();
    check_said(&app, &["client: rain rain"]);
    assert_eq!(app.world_mut().call::<_, String>("my-weather", "forecast", ()).unwrap(), "rain");
}

// Scripts call scripts.

#[test]
fn scripts_use_functions_and_values_of_one_another() {
    let client = "//@extension requires poet
        const poet = extension.imports('poet');
        console.log(poet.recite(), poet.count, poet.later({ name: 'Ann' }), Object.keys(poet));
        try { poet.fail() } catch (error) { console.log(error.message) }
        try { poet.count = 3 } catch (error) { console.log(error.message) }
    ";
    let app = scripts(&[("client.js", client), ("poet.js", POET)]).start();
    check_said(
        &app,
        &[
            "client: roses are red 2 Hello, Ann [ 'count', 'fail', 'failLater', 'later', 'never', 'recite', 'self' ]",
            "client: `poet.fail` has failed: RangeError: no rhyme, at poet.js:7:28",
            "client: `poet` cannot be changed from here",
        ],
    );
}

#[test]
fn a_call_into_a_script_that_is_running_is_an_error_that_names_the_chain() {
    let alice = "//@extension requires bob
        extension.exports = { a: () => extension.imports('bob').b(), c: () => 1 };
    ";
    let bob = "//@extension optional alice
        extension.exports = { b: () => extension.imports('alice').c() };
    ";
    let mut app = scripts(&[("alice.js", alice), ("bob.js", bob)]).start();
    let answer = app.world_mut().call::<_, Value>("alice", "a", ());
    assert_eq!(
        answer.unwrap_err().to_string(),
        "`alice.a` has failed: Error: `bob.b` has failed: Error: `alice.c` was not called, as it is running already: \
         `alice.a` -> `alice` -> `bob.b` -> `bob` -> `alice.c`; split it, or hand on what the others need, \
         at bob.js:2:67, at alice.js:2:65",
    );
}

#[test]
fn a_script_that_a_native_leads_back_to_names_the_chain() {
    let alice = "//@extension requires Asker
        extension.exports = { a: () => extension.imports('Asker').ask(['alice', 'c']), c: () => 1 };
    ";
    let mut app = scripts(&[("alice.js", alice)]).with::<Asker>().start();
    let answer = app.world_mut().call::<_, Value>("alice", "a", ());
    assert_eq!(
        answer.unwrap(),
        json!(
            "`alice.c` was not called, as it is running already: `alice.a` -> `alice` -> `Asker.ask` -> `alice.c`; \
               split it, or hand on what the others need"
        ),
    );
}

#[test]
fn a_script_calls_itself_by_name_never() {
    let alice = "extension.exports = { a: () => extension.imports('alice').b(), b: () => 1 }";
    let mut app = scripts(&[("alice.js", alice)]).start();
    let answer = app.world_mut().call::<_, Value>("alice", "a", ());
    assert_eq!(
        answer.unwrap_err().to_string(),
        "`alice.a` has failed: Error: `alice.b` was not called, as it is running already: \
         `alice.a` -> `alice` -> `alice.b`; split it, or hand on what the others need, at alice.js:1:58",
    );
}

#[test]
fn host_settings_choose_who_serves_a_name() {
    let offers = |what: &str| format!("extension.exports = {{ forecast: () => '{what}' }}");
    let client = "//@extension requires Weather\nconsole.log(extension.imports('Weather').forecast())".to_string();
    let texts = [
        ("Weather.js", offers("rain")),
        ("BetterWeather.js", offers("sun")),
        ("OldWeather.js", offers("fog")),
        ("anna.js", client.clone()),
        ("zoe.js", client),
    ];
    check_said(&scripts(&texts).start(), &["anna: rain", "zoe: rain"]);
    let settings = r#"(choose: {"Weather": "BetterWeather"}, choose_for: {"zoe": {"Weather": "OldWeather"}})"#;
    check_said(&scripts(&texts).settings(settings).start(), &["anna: sun", "zoe: fog"]);
}

// Drivers.

const CHEST: &str = "//@extension requires Market
    const saved = {};
    extension.driver('store', {
        save({ key, times }) { saved[key] = times; },
        load({ key }) { return saved[key]; },
    });
";

#[test]
fn a_script_serves_an_interface_of_a_native() {
    let mut app = scripts(&[("chest.js", CHEST)]).with::<Market>().start();
    app.assert_quiet();
    app.world_mut().drive::<_, Value>("store", "save", json!({"key": "a"})).unwrap();
    assert_eq!(app.world_mut().drive::<_, u32>("store", "load", json!({"key": "a"})), Ok(3));
}

#[test]
fn arguments_and_answers_of_a_script_are_validated() {
    let mut app = scripts(&[("chest.js", CHEST)]).with::<Market>().start();
    let world = app.world_mut();
    let error = world.drive::<_, Value>("store", "save", json!({"kay": "a"})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`store.save` (served by `chest`) was not called: there is no parameter `kay`; did you mean `key`?",
    );
    let error = world.drive::<_, Value>("store", "load", json!({"key": "a"})).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer of `store.load` (served by `chest`) does not fit: expected an integer, found nothing",
    );
    app.frames(1);
    app.assert_faults(
        "chest",
        &["in the function `load`: its answer does not fit: expected an integer, found nothing"],
    );
}

#[test]
fn a_script_uses_an_interface_whoever_serves_it() {
    let text = "extension.on('ready', () => {
        const store = extension.drivers('store');
        store.save({ key: 'a' });
        console.log(store.load({ key: 'a' }), Object.keys(store));
        for (const wrong of [() => store.lod({}), () => store.load({}), () => extension.drivers('stor')])
            try { wrong() } catch (error) { console.log(error.message) }
    })";
    let mut app = scripts(&[("client.js", text)]).with::<Market>().with::<Shelf>().start();
    check_said(
        &app,
        &[
            "client: 7 [ 'save', 'load' ]",
            "client: `store` has no method `lod`, did you mean `load`",
            "client: `store.load` (served by `Shelf`) was not called: the argument `key` is missing, a string",
            "client: there is no interface `stor`; did you mean `store`?",
        ],
    );
    assert_eq!(noted(&mut app), "Shelf saves");
}

#[test]
fn host_settings_choose_the_driver() {
    let app = |settings: &str| {
        let mut app = scripts(&[("chest.js", CHEST)]).with::<Market>().with::<Shelf>().settings(settings).start();
        app.world_mut().drive::<_, Value>("store", "save", json!({"key": "a"})).unwrap();
        app.world_mut().drive::<_, u32>("store", "load", json!({"key": "a"})).unwrap()
    };
    assert_eq!(app("()"), 3, "`chest` is the first in plan order");
    assert_eq!(app(r#"(choose: {"store": "Shelf"})"#), 7);
}

#[test]
fn a_driver_that_stops_is_replaced_by_the_next() {
    let settings = r#"(choose: {"store": "chest"})"#;
    let mut app = scripts(&[("chest.js", CHEST)]).with::<Market>().with::<Shelf>().settings(settings).start();
    let changes = app.capture_named("driver.changed");
    app.world_mut().resource_mut::<Extensions>().disable("chest");
    app.frames(1);
    assert_eq!(app.world_mut().drive::<_, u32>("store", "load", json!({"key": "a"})), Ok(7));
    app.world_mut().resource_mut::<Extensions>().enable("chest");
    app.frames(1);
    assert_eq!(
        changes.take_lines(),
        [
            r#"driver.changed {"from":"chest","interface":"store","to":"Shelf"}"#,
            r#"driver.changed {"from":"Shelf","interface":"store","to":"chest"}"#,
        ],
    );
}

#[test]
fn a_driver_of_a_script_that_went_leaves_a_clear_error() {
    let mut app = scripts(&[("chest.js", CHEST)]).with::<Market>().start();
    app.world_mut().resource_mut::<Extensions>().disable("chest");
    app.frames(1);
    let error = app.world_mut().drive::<_, Value>("store", "load", json!({"key": "a"})).unwrap_err();
    assert_eq!(error.to_string(), "nobody serves the interface `store`: `chest` is disabled");
}

#[test]
fn a_second_driver_of_the_same_interface_is_refused() {
    let text =
        format!("{CHEST}\ntry {{ extension.driver('store', {{}}) }} catch (error) {{ console.log(error.message) }}");
    let app = scripts(&[("chest.js", text)]).with::<Market>().start();
    check_said(&app, &["chest: there is a driver of `store` already; put its methods together into one"]);
}

#[test]
fn a_driver_without_a_method_is_a_problem_of_the_start() {
    let text = "//@extension requires Market\nextension.driver('store', { load: () => 1 })";
    let app = scripts(&[("chest.js", text)]).with::<Market>().start();
    let report = app.report().to_string();
    assert!(
        report.contains("the driver of `chest` for the interface `store` lacks the method `save`, which is required"),
        "{report}"
    );
}

#[test]
fn a_second_driver_is_refused_while_an_event_is_delivered_too() {
    let text = "extension.on('go', () => {
        extension.driver('post', { send: () => 1 });
        try { extension.driver('Post', { send: () => 2 }) } catch (error) { console.log(error.message) }
    })";
    let mut app = scripts(&[("postman.js", text)]).start();
    app.host().interface(Interface::new("post").method(Method::new("send"))).unwrap();
    app.world_mut().emit("go", json!({})).unwrap();
    app.frames(1);
    assert_eq!(app.world_mut().drive::<_, u32>("post", "send", ()).unwrap(), 1);
    check_said(&app, &["postman: there is a driver of `Post` already; put its methods together into one"]);
    app.assert_quiet();
}
