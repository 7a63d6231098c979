//! Functions: systems that are called by name, with types or with values.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    CallError, ExportedFunction, ExtensionFaults, Extensions, FaultKind, OwnedBy, Signature, Type,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Log, app, host, host_with, note, noted};

#[derive(Resource, Default)]
struct Ledger(u32);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Deposit {
    to: String,
    gold: u32,
}

extensions! {
    Economy(optional(Bank)) = |app| {
        app.init_resource::<Ledger>();
        app.extension::<Self>()
            .export_fn("deposit", deposit)
            .export_fn("balance", |ledger: Res<Ledger>| ledger.0)
            .export_fn("withdraw", withdraw)
            .export_fn("fails", || -> Result<u32> { Err("the vault is shut")? })
            .export_fn("panics", |In(()): In<()>| -> u32 { panic!("no gold") })
            .export_fn("reads_nothing", |_: Res<Missing>| 1)
            .export_fn("hires", |mut commands: Commands| { commands.spawn(Clerk); })
            .export_fn("hires_badly", |mut commands: Commands| {
                commands.queue(|_: &mut World| -> Result { Err("no clerk wants to come")? });
                7
            })
            .export_fn("asks_bank", |world: &mut World| ask(world, "Bank", "check"))
            .export_fn("asks_itself", |world: &mut World| ask(world, "Economy", "asks_itself"))
            .export_fn("calls_later", |In(left): In<u32>, mut commands: Commands| {
                if left > 0 { commands.call("Economy", "calls_later", left - 1) }
            })
            .export_fn_with("transfer", transfer_signature(), |In(value): In<Value>| value);
    };
    Bank(optional(Economy)) = |app| app.extension::<Self>()
        .export_fn("check", |world: &mut World| ask(world, "Economy", "asks_bank"));
    Greeter(optional(Economy, Weather, Sleeper, Absent, Mood)) = |app| app.extension::<Self>()
        .export_fn("greet", || "hello")
        .add_systems(Update, run_errand);
    Weather(optional(Absent)) = |app| app.extension::<Self>().export_fn("forecast", || "rain");
    BetterWeather(provides(Mood = "1.0.0")) = |app| app.extension::<Self>().export_fn("forecast", || "sun");
    Sleeper() = |app| app.extension::<Self>().export_fn("snore", || 1).fail("too tired");
    Absent() = |app| _ = app;
    Mood() = |app| _ = app;
    Misnamed() = |app| app.extension::<Self>()
        .export_fn("2nd", || 1)
        .export_fn("twice", || 1)
        .export_fn("twice", || 2)
        .export_fn_with("default", Signature::new().with_default("times", Type::Integer, "three"), || 3);
}

#[derive(Resource)]
struct Missing;

#[derive(Component)]
struct Clerk;

fn deposit(In(deposit): In<Deposit>, mut ledger: ResMut<Ledger>) -> u32 {
    ledger.0 += deposit.gold;
    ledger.0
}

/// An answer that the one who calls shall act on.
fn withdraw(In(gold): In<u32>, mut ledger: ResMut<Ledger>) -> Result<u32, String> {
    ledger.0 = ledger.0.checked_sub(gold).ok_or("there is not that much")?;
    Ok(ledger.0)
}

fn transfer_signature() -> Signature {
    Signature::new().required("to", Type::String).with_default("gold", Type::Integer, 1).returns(Type::Map)
}

fn ask(world: &mut World, of: &str, function: &str) -> String {
    world.call(of, function, ()).unwrap_or_else(|error: CallError| error.to_string())
}

/// What `Greeter` does in an update.
#[derive(Resource)]
struct Errand(fn(&mut World) -> String);

fn run_errand(world: &mut World) {
    let Some(Errand(errand)) = world.remove_resource() else { return };
    let text = errand(world);
    world.resource_mut::<Log>().note(text);
}

fn economy() -> TestApp {
    let mut app = app(host().with::<Economy>().with::<Bank>().with::<Greeter>());
    app.update();
    app
}

#[track_caller]
fn check_as(app: &mut App, errand: fn(&mut World) -> String, expected: &str) {
    app.insert_resource(Errand(errand)).update();
    assert_eq!(noted(app), expected);
}

#[track_caller]
fn check_call(app: &mut App, of: &str, function: &str, input: Value, expected: &str) {
    let text = match app.world_mut().call::<_, Value>(of, function, input) {
        Ok(answer) => answer.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(text, expected);
}

fn faults(app: &App, name: &str) -> String {
    let world = app.world();
    let entity = world.resource::<Extensions>().entity(name).unwrap();
    let faults = world.get::<ExtensionFaults>(entity).unwrap();
    faults.iter().map(|counted| counted.fault.to_string()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_function_is_called_with_its_types() {
    let mut app = economy();
    let world = app.world_mut();
    let deposit = || Deposit { to: "Ann".into(), gold: 5 };
    assert_eq!(world.call::<_, u32>("Economy", "deposit", deposit()), Ok(5));
    assert_eq!(world.call::<_, u32>("ECONOMY", "deposit", deposit()), Ok(10));
    assert_eq!(world.call::<_, u32>("Economy", "balance", ()), Ok(10));
    app.terminate_extensions();
}

#[test]
fn a_function_is_called_with_values_and_with_types_of_ones_own() {
    #[derive(Serialize)]
    struct Mine {
        gold: u8,
        to: &'static str,
    }

    let mut app = economy();
    check_call(&mut app, "Economy", "deposit", json!({"to": "Ann", "gold": 5}), "5");
    check_call(&mut app, "Economy", "balance", json!(null), "5");
    check_call(&mut app, "Economy", "balance", json!({}), "5");
    let balance = app.world_mut().call::<_, u64>("Economy", "deposit", Mine { gold: 2, to: "Ann" });
    assert_eq!(balance, Ok(7));
    app.terminate_extensions();
}

#[test]
fn arguments_that_do_not_fit_name_function_and_field() {
    let mut app = economy();
    let mut check = |function, input, expected| check_call(&mut app, "economy", function, input, expected);
    check(
        "deposit",
        json!({"to": "Ann", "gold": "much"}),
        "`Economy.deposit` was not called: field `gold`: invalid type: string \"much\", expected u32",
    );
    check("deposit", json!({"to": "Ann"}), "`Economy.deposit` was not called: missing field `gold`");
    check(
        "deposit",
        json!({"to": "Ann", "gold": 1, "silver": 2}),
        "`Economy.deposit` was not called: field `silver`: no such field",
    );
    check("balance", json!(3), "`Economy.balance` was not called: it takes no arguments");
    app.terminate_extensions();
}

#[test]
fn an_answer_that_does_not_fit_says_so() {
    let mut app = economy();
    let error = app.world_mut().call::<_, String>("Economy", "balance", ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer of `Economy.balance` does not fit: invalid type: integer `0`, expected a string",
    );
    app.terminate_extensions();
}

#[test]
fn a_signature_checks_values_and_fills_in_defaults() {
    let mut app = economy();
    let mut check = |input, expected| check_call(&mut app, "Economy", "transfer", input, expected);
    check(json!({"to": "Ann"}), r#"{"gold":1,"to":"Ann"}"#);
    check(json!({}), "`Economy.transfer` was not called: the argument `to` is missing, a string");
    check(
        json!({"to": "Ann", "gold": "much"}),
        "`Economy.transfer` was not called: the argument `gold` has to be an integer, found the string \"much\"",
    );
    check(
        json!({"to": "Ann", "glod": 1}),
        "`Economy.transfer` was not called: there is no parameter `glod`; did you mean `gold`?",
    );
    app.terminate_extensions();
}

#[test]
fn whoever_is_asked_in_vain_says_why() {
    let mut app = app(host().with::<Economy>().with::<Sleeper>());
    app.update();
    let mut check = |of, function, expected| check_call(&mut app, of, function, json!(null), expected);
    check(
        "Ecomony",
        "balance",
        "`Ecomony.balance` was not called: no extension is called `Ecomony`; did you mean `Economy`?",
    );
    check("Weather", "forecast", "`Weather.forecast` was not called: no extension is called `Weather`");
    check("sleeper", "snore", "`Sleeper.snore` was not called: `Sleeper` has failed");
    check(
        "Economy",
        "balanec",
        "`Economy.balanec` was not called: `Economy` has no such function; did you mean `balance`?",
    );
    check("app", "help", "`app.help` was not called: the app has no such function");
    app.terminate_extensions();
}

#[test]
fn an_extension_calls_whom_it_declares() {
    let mut app = app(host().with::<Economy>().with::<Bank>().with::<Greeter>());
    app.host().export_fn("time", || 12).unwrap();
    app.update();
    check_as(&mut app, |world| format!("{:?}", world.call::<_, u32>("economy", "balance", ())), "Ok(0)");
    check_as(&mut app, |world| ask(world, "Greeter", "greet"), "hello");
    check_as(&mut app, |world| format!("{:?}", world.call::<_, u32>("app", "time", ())), "Ok(12)");
    check_as(
        &mut app,
        |world| ask(world, "bank", "check"),
        "`bank.check` was not called: `Greeter` does not say that it needs `bank`; \
         add `requires(bank)` or `optional(bank)` to the `#[extension(..)]` of `Greeter`",
    );
    check_as(
        &mut app,
        |world| ask(world, "Absent", "anything"),
        "`Absent.anything` was not called: no extension is called `Absent`",
    );
    app.terminate_extensions();
}

#[test]
fn an_error_or_a_panic_is_charged_to_whom_it_belongs() {
    let mut app = economy();
    let world = app.world_mut();
    let error = world.call::<_, u32>("Economy", "fails", ()).unwrap_err();
    assert_eq!(error.to_string(), "`Economy.fails` has failed: the vault is shut");
    let error = world.call::<_, u32>("Economy", "panics", ()).unwrap_err();
    assert_eq!(error.to_string(), "`Economy.panics` has failed: panicked: no gold");
    assert!(matches!(error, CallError::Failed { fault, .. } if fault.kind == FaultKind::Panic("no gold".into())));
    let again = world.call::<_, u32>("Economy", "panics", ()).unwrap_err();
    assert_eq!(again.to_string(), "`Economy.panics` has failed: panicked: no gold", "it can be called again");

    app.update();
    assert_eq!(
        faults(&app, "Economy"),
        "in the function `fails`: the vault is shut; in the function `panics`: panicked: no gold",
    );
    assert_eq!(faults(&app, "Greeter"), "");
    app.assert_states("Economy running, Bank running, Greeter running");
    app.terminate_extensions();
}

#[test]
fn a_function_without_its_parameters_fails() {
    let mut app = economy();
    let error = app.world_mut().call::<_, u32>("Economy", "reads_nothing", ()).unwrap_err();
    assert!(error.to_string().starts_with("`Economy.reads_nothing` has failed: "), "{error}");
    app.terminate_extensions();
}

#[test]
fn an_error_that_is_a_value_is_no_fault() {
    let mut app = economy();
    let answer = app.world_mut().call::<_, Result<u32, String>>("Economy", "withdraw", 3u32);
    assert_eq!(answer, Ok(Err("there is not that much".into())));
    app.update();
    assert_eq!(faults(&app, "Economy"), "");
    app.terminate_extensions();
}

#[test]
fn commands_of_a_function_are_applied_before_it_answers() {
    let mut app = economy();
    let world = app.world_mut();
    assert_eq!(world.call::<_, ()>("Economy", "hires", ()), Ok(()));
    assert_eq!(world.query::<&Clerk>().iter(world).len(), 1);

    assert_eq!(world.call::<_, i32>("Economy", "hires_badly", ()), Ok(7));
    app.update();
    assert_eq!(faults(&app, "Economy"), "in the function `hires_badly`: no clerk wants to come");
    app.terminate_extensions();
}

#[test]
fn what_the_caller_has_queued_before_is_done_in_its_own_name() {
    let mut app = economy();
    app.insert_resource(Errand(|world| {
        world.commands().queue(|_: &mut World| -> Result { Err("a slip of the greeter")? });
        world.call::<_, ()>("Economy", "hires", ()).unwrap();
        "called".into()
    }));
    app.update();
    assert_eq!(faults(&app, "Economy"), "");
    assert_eq!(faults(&app, "Greeter"), "in a system: a slip of the greeter");
    app.terminate_extensions();
}

#[test]
fn a_function_that_leads_to_itself_shows_the_way() {
    let mut app = economy();
    let world = app.world_mut();
    assert_eq!(
        ask(world, "Economy", "asks_itself"),
        "`Economy.asks_itself` was not called, as it is running already: \
         `Economy.asks_itself` -> `Economy.asks_itself`; split it, or hand on what the others need",
    );
    assert_eq!(
        ask(world, "Bank", "check"),
        "`Bank.check` was not called, as it is running already: \
         `Bank.check` -> `Economy.asks_bank` -> `Bank.check`; split it, or hand on what the others need",
    );
    app.terminate_extensions();
}

#[test]
fn commands_of_a_function_may_call_it_again_but_not_without_end() {
    let mut app = economy();
    let world = app.world_mut();
    assert_eq!(world.call::<_, ()>("Economy", "calls_later", 5u32), Ok(()));
    assert_eq!(world.call::<_, ()>("Economy", "calls_later", 500u32), Ok(()));
    app.update();
    assert_eq!(
        faults(&app, "Economy"),
        "in the function `calls_later`: `Economy.calls_later` was not called, as it would go on without end: \
         `Economy.calls_later` -> `Economy.calls_later`",
    );
    app.terminate_extensions();
}

#[test]
fn functions_of_the_app_are_not_contained_unless_an_extension_calls() {
    let mut app = app(host().with::<Greeter>());
    app.set_error_handler(|error, context| eprintln!("the app hears: {error} {context}"));
    app.host().export_fn("fails", || -> Result<()> { Err("no time")? }).unwrap();
    app.host().export_fn("panics", || -> String { panic!("no time at all") }).unwrap();
    app.update();
    let error = app.world_mut().call::<_, ()>("app", "fails", ()).unwrap_err();
    assert_eq!(error.to_string(), "`app.fails` has failed: no time");
    let panicking = std::panic::AssertUnwindSafe(|| app.world_mut().call::<_, String>("app", "panics", ()));
    assert!(std::panic::catch_unwind(panicking).is_err());

    check_as(&mut app, |world| ask(world, "app", "panics"), "`app.panics` has failed: panicked: no time at all");
    assert_eq!(faults(&app, "Greeter"), "");
    app.terminate_extensions();
}

#[test]
fn names_of_functions_are_checked() {
    let mut app = app(host().with::<Misnamed>());
    assert_eq!(
        app.host().export_fn("no-name", || 1).err().unwrap().to_string(),
        "`no-name` cannot be the name of a function: \
         it needs a letter or `_`, then letters, digits and `_`, all from a to z",
    );
    app.update();
    assert_eq!(
        faults(&app, "Misnamed"),
        "in what it exports as `2nd`: `2nd` cannot be the name of a function: \
         it needs a letter or `_`, then letters, digits and `_`, all from a to z; \
         in what it exports as `twice`: `twice` is there already; despawn the first one, or take another name; \
         in what it exports as `default`: a default of `default` does not fit: \
         the argument `times` has to be an integer, found the string \"three\"",
    );
    app.assert_states("Misnamed running");
    assert_eq!(app.world_mut().call::<_, i32>("Misnamed", "twice", ()), Ok(1));
    app.terminate_extensions();
}

#[test]
fn a_despawned_function_is_gone_and_its_name_is_free() {
    let mut app = economy();
    let world = app.world_mut();
    let mut functions = world.query::<(Entity, &ExportedFunction, &OwnedBy)>();
    let balance = functions.iter(world).find(|(_, function, _)| function.name == "balance").map(|(entity, ..)| entity);
    world.despawn(balance.unwrap());
    assert_eq!(ask(world, "Economy", "balance"), "`Economy.balance` was not called: `Economy` has no such function",);
    app.terminate_extensions();
}

#[test]
fn functions_are_listed_in_plan_order_then_by_name() {
    let mut app = app(host().with::<Weather>().with::<Bank>());
    app.host().export_fn("time", || 12).unwrap().export_fn("date", |In(_): In<Deposit>| "today").unwrap();
    app.update();
    let rows = app.extension_report().listing.functions;
    let rows: Vec<_> = rows.iter().map(|it| format!("{}.{}({}) -> {}", it.by, it.name, it.input, it.answer)).collect();
    assert_eq!(
        rows,
        [
            "`Bank`.check(()) -> String",
            "`Weather`.forecast(()) -> &str",
            "the app.date(Deposit) -> &str",
            "the app.time(()) -> i32",
        ],
    );
    app.terminate_extensions();
}

fn weathers(settings: &str) -> TestApp {
    let mut app = app(host_with(settings).with::<Weather>().with::<BetterWeather>().with::<Greeter>());
    app.update();
    app
}

#[test]
fn the_host_settings_choose_who_serves_a_name() {
    let mut app = weathers(r#"(choose: {"weather": "BetterWeather"})"#);
    assert_eq!(ask(app.world_mut(), "Weather", "forecast"), "sun");
    check_as(&mut app, |world| ask(world, "Weather", "forecast"), "sun");
    assert_eq!(
        ask(app.world_mut(), "Weather", "forecats"),
        "`Weather.forecats` (served by `BetterWeather`) was not called: \
         `BetterWeather` has no such function; did you mean `forecast`?",
    );
    app.terminate_extensions();
}

#[test]
fn a_choice_for_one_importer_goes_first() {
    let mut app = weathers(r#"(choose_for: {"Greeter": {"Weather": "BetterWeather"}})"#);
    assert_eq!(ask(app.world_mut(), "Weather", "forecast"), "rain");
    check_as(&mut app, |world| ask(world, "Weather", "forecast"), "sun");
    app.terminate_extensions();
}

#[test]
fn whoever_provides_a_name_serves_it_if_nobody_else_does() {
    let mut app = weathers("()");
    check_as(&mut app, |world| ask(world, "Mood", "forecast"), "sun");
    app.terminate_extensions();
}

#[test]
fn a_failed_build_leaves_no_function_behind() {
    extensions! {
        Breaks() = |app| {
            app.extension::<Self>().export_fn("late", || 1).add_systems(Init, note("never"));
            panic!("in the middle");
        };
    }
    let mut app = app(host().with::<Breaks>());
    app.update();
    assert_eq!(app.extension_report().listing.functions, []);
    app.terminate_extensions();
}
