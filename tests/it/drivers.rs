//! Interfaces and drivers: several extensions may serve, and the host picks one.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    CallError, Driver, DriverChanged, DriverError, Interface, Method, RegisteredDriver, Request, Type,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Log, app, host, host_with, noted};

fn sms() -> Interface {
    let send = Method::new("send")
        .required("to", Type::String)
        .optional("urgent", Type::Bool)
        .with_default("retries", Type::Integer, 3)
        .returns(Type::Integer);
    Interface::new("sms").method(send).method(Method::new("balance").returns(Type::Integer))
}

#[derive(Debug, Serialize, Deserialize)]
struct SendSms {
    to: String,
    urgent: Option<bool>,
    retries: u32,
}

impl Request for SendSms {
    const INTERFACE: &'static str = "sms";
    const METHOD: &'static str = "send";
    type Answer = u32;
}

fn ann() -> SendSms {
    SendSms { to: "Ann".into(), urgent: None, retries: 1 }
}

/// A driver whose messages cost so much for each try.
fn at_price(price: u32) -> Driver {
    let send = move |In(sms): In<SendSms>| if sms.urgent == Some(true) { 2 * price } else { price * sms.retries };
    Driver::new().answer::<SendSms, _>(send).method("balance", move || price)
}

extensions! {
    Net() = |app| app.extension::<Self>().interface(sms());
    Alpha(requires(Net)) = |app| app.extension::<Self>().driver("sms", at_price(1));
    Beta(requires(Net)) = |app| app.extension::<Self>().driver("SMS", at_price(10));
    Broken(requires(Net)) = |app| app.extension::<Self>()
        .driver("sms", Driver::new()
            .method("send", |In(_): In<Value>| -> Result<u32> { Err("no signal")? })
            .method("balance", || "none"));
    Sender() = |app| app.extension::<Self>()
        .add_systems(Update, send_as_sender)
        .observe(hear_change)
        .observe_named("driver.*", |event: On<DynamicEvent>, mut log: ResMut<Log>| {
            log.note(event.value.to_string());
        });
    Faint(requires(Net), before(Alpha)) = |app| app.extension::<Self>()
        .driver("sms", at_price(100))
        .add_systems(PostInit, || -> Result { Err("no signal")? });
    Lost() = |app| app.extension::<Self>().driver("fax", Driver::new().method("send", || 1));
    Lazy(requires(Net)) = |app| app.extension::<Self>().driver("sms", Driver::new().method("send", |In(_): In<Value>| 1));
    OtherNet(requires(Net)) = |app| app.extension::<Self>().interface(Interface::new("sms"));
    SameNet() = |app| app.extension::<Self>().interface(sms());
    Wrong() = |app| app.extension::<Self>()
        .interface(Interface::new("s m s"))
        .interface(Interface::new("sms").method(Method::new("se-nd")))
        .interface(Interface::new("sms").method(Method::new("send").with_default("to", Type::String, 5)))
        .driver("fax", at_price(1))
        .driver("sms", at_price(1))
        .driver("sms", at_price(2));
}

#[derive(Resource)]
struct Sending;

fn send_as_sender(world: &mut World) {
    if world.remove_resource::<Sending>().is_some() {
        let price = world.request(ann());
        world.resource_mut::<Log>().note(format!("{price:?}"));
    }
}

fn hear_change(changed: On<DriverChanged>, mut log: ResMut<Log>) {
    let name = |who: &Option<bevy_extensions::Owner>| who.as_ref().map_or("nobody".into(), ToString::to_string);
    log.note(format!("{}: {} -> {}", changed.interface, name(&changed.from), name(&changed.to)));
}

#[track_caller]
fn check_drive(app: &mut App, method: &str, arguments: Value, expected: &str) {
    let text = match app.world_mut().drive::<_, Value>("sms", method, arguments) {
        Ok(answer) => answer.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(text, expected);
}

fn net(settings: &str) -> TestApp {
    let mut app = app(host_with(settings).with::<Net>().with::<Alpha>().with::<Beta>().with::<Sender>());
    app.update();
    app
}

/// Says who serves `sms`, and why.
fn served(app: &App) -> String {
    let rows = app.extension_report().listing.interfaces;
    let row = rows.iter().find(|row| row.name == "sms").unwrap();
    row.served.as_ref().map_or("nobody".into(), |(by, reason)| format!("{by}, {reason}"))
}

#[test]
fn the_first_in_plan_order_serves_by_type_and_by_name() {
    let mut app = net("()");
    assert_eq!(app.world_mut().request(ann()), Ok(1));
    check_drive(&mut app, "send", json!({"to": "Ann"}), "3");
    check_drive(&mut app, "send", json!({"to": "Ann", "urgent": true}), "2");
    check_drive(&mut app, "balance", json!({}), "1");
    assert_eq!(app.world_mut().drive::<_, u32>("sms", "balance", ()), Ok(1));
    assert_eq!(served(&app), "`Alpha`, first in plan order");
    app.terminate_extensions();
}

#[test]
fn the_host_settings_choose_a_driver() {
    let mut app = net(r#"(choose: {"Sms": "beta"})"#);
    assert_eq!(app.world_mut().request(ann()), Ok(10));
    assert_eq!(served(&app), "`Beta`, chosen by the host settings");
    app.terminate_extensions();
}

#[test]
fn a_choice_for_one_extension_goes_first() {
    let mut app = net(r#"(choose_for: {"Sender": {"sms": "Beta"}})"#);
    assert_eq!(app.world_mut().request(ann()), Ok(1));
    app.insert_resource(Sending).update();
    assert_eq!(noted(&mut app), "Ok(10)", "and no dependency need be declared");
    app.terminate_extensions();
}

#[test]
fn a_chosen_driver_that_cannot_serve_is_passed_over() {
    let mut app = net(r#"(choose: {"sms": "Sender"})"#);
    assert_eq!(app.world_mut().request(ann()), Ok(1));
    assert_eq!(served(&app), "`Alpha`, in place of `Sender`, which the host settings choose");
    app.terminate_extensions();
}

#[test]
fn the_driver_of_the_app_comes_last_but_may_be_chosen() {
    let mut first = app(host().with::<Net>().with::<Beta>());
    first.host().driver("sms", at_price(1000)).unwrap();
    first.update();
    assert_eq!(first.world_mut().request(ann()), Ok(10));
    first.terminate_extensions();

    let mut chosen = app(host_with(r#"(choose: {"sms": "app"})"#).with::<Net>().with::<Beta>());
    chosen.host().driver("sms", at_price(1000)).unwrap();
    chosen.update();
    assert_eq!(chosen.world_mut().request(ann()), Ok(1000));
    assert_eq!(served(&chosen), "the app, chosen by the host settings");
    chosen.terminate_extensions();
}

#[test]
fn whatever_is_missing_says_so() {
    let mut app = net("()");
    let missing = |app: &mut App, interface: &str| {
        app.world_mut().drive::<_, Value>(interface, "send", json!({})).unwrap_err().to_string()
    };
    assert_eq!(missing(&mut app, "smss"), "there is no interface `smss`; did you mean `sms`?");
    assert_eq!(missing(&mut app, "fax"), "there is no interface `fax`");
    check_drive(&mut app, "sned", json!({}), "the interface `sms` has no method `sned`; did you mean `send`?");
    check_drive(
        &mut app,
        "send",
        json!({}),
        "`sms.send` (served by `Alpha`) was not called: the argument `to` is missing, a string",
    );
    check_drive(
        &mut app,
        "send",
        json!({"to": 5}),
        "`sms.send` (served by `Alpha`) was not called: the argument `to` has to be a string, found `5`",
    );
    check_drive(
        &mut app,
        "send",
        json!({"to": "Ann", "retires": 5}),
        "`sms.send` (served by `Alpha`) was not called: \
         there is no parameter `retires`; did you mean `retries`?",
    );
    app.terminate_extensions();
}

#[test]
fn without_a_driver_it_is_said_who_could_be_one() {
    let mut nobody = app(host().with::<Net>());
    nobody.update();
    let error = nobody.world_mut().request(ann()).unwrap_err();
    assert_eq!(error.to_string(), "nobody serves the interface `sms`: add an extension that has a driver of it");
    nobody.terminate_extensions();

    let mut failed = app(host().with::<Net>().with::<Faint>());
    failed.update();
    let error = failed.world_mut().request(ann()).unwrap_err();
    assert_eq!(error.to_string(), "nobody serves the interface `sms`: `Faint` has failed");
    failed.terminate_extensions();
}

#[test]
fn a_driver_that_breaks_is_charged_and_its_answer_is_checked() {
    let mut app = app(host().with::<Net>().with::<Broken>());
    app.update();
    check_drive(&mut app, "send", json!({"to": "Ann"}), "`sms.send` (served by `Broken`) has failed: no signal");
    check_drive(
        &mut app,
        "balance",
        json!(null),
        "the answer of `sms.balance` (served by `Broken`) does not fit: expected an integer, found the string \"none\"",
    );
    let error = app.world_mut().request(ann()).unwrap_err();
    assert!(matches!(error, DriverError::Call(CallError::Failed { .. })), "{error}");
    app.terminate_extensions();
}

#[test]
fn an_extension_that_fails_gives_way_to_the_next() {
    let mut app = app(host().with::<Net>().with::<Faint>().with::<Alpha>().with::<Sender>());
    app.update();
    app.assert_states("Net running, Sender running, Faint failed, Alpha running");
    assert_eq!(app.world_mut().request(ann()), Ok(1));
    assert_eq!(noted(&mut app), r#"sms: `Faint` -> `Alpha` {"from":"Faint","interface":"sms","to":"Alpha"}"#);
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "", "and the end of all is no change of drivers");
}

#[test]
fn when_a_driver_goes_the_next_takes_over_and_an_event_says_so() {
    let mut app = net("()");
    let drivers: Vec<_> =
        app.world_mut().query_filtered::<Entity, With<RegisteredDriver>>().iter(app.world()).collect();
    app.world_mut().despawn(drivers[0]);
    assert_eq!(app.world_mut().request(ann()), Ok(10), "at once");
    app.update();
    assert_eq!(noted(&mut app), r#"sms: `Alpha` -> `Beta` {"from":"Alpha","interface":"sms","to":"Beta"}"#);
    app.world_mut().despawn(drivers[1]);
    app.update();
    assert_eq!(noted(&mut app), r#"sms: `Beta` -> nobody {"from":"Beta","interface":"sms","to":null}"#);
    app.host().driver("sms", at_price(1000)).unwrap();
    app.update();
    assert_eq!(noted(&mut app), r#"sms: nobody -> the app {"from":null,"interface":"sms","to":"app"}"#);
    app.terminate_extensions();
}

#[track_caller]
fn check_problems(host: ExtensionsPlugin, expected: &[&str]) {
    let mut app = app(host);
    app.update();
    let problems: Vec<_> = app.extension_report().problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, expected);
    app.terminate_extensions();
}

#[test]
fn problems_of_interfaces_and_drivers_are_reported() {
    check_problems(host().with::<Net>().with::<SameNet>().with::<Alpha>(), &[]);
    check_problems(
        host().with::<Net>().with::<Lost>(),
        &["`Lost` has a driver for the interface `fax`, which nobody declares"],
    );
    check_problems(
        host().with::<Net>().with::<Lazy>(),
        &["the driver of `Lazy` for the interface `sms` lacks the method `balance`, which is required"],
    );
    check_problems(
        host().with::<Net>().with::<OtherNet>(),
        &["`Net` and `OtherNet` declare the interface `sms` differently: that of `Net` counts"],
    );
}

#[test]
fn a_driver_without_the_method_says_so() {
    let mut app = app(host().with::<Net>().with::<Lazy>());
    app.update();
    check_drive(
        &mut app,
        "balance",
        json!(null),
        "`sms.balance` was not called: the driver that serves `sms`, of `Lazy`, has no such method",
    );
    app.terminate_extensions();
}

#[test]
fn what_is_wrong_with_a_registration_is_charged() {
    let mut app = app(host().with::<Wrong>());
    app.update();
    let row = app.extension_report().row("Wrong").unwrap().clone();
    let faults: Vec<_> = row.faults.iter().map(|counted| counted.fault.to_string()).collect();
    assert_eq!(
        faults,
        [
            "in what it exports as `s m s`: `s m s` cannot be the name of an interface: \
             only letters from a to z, digits, `-`, `_` and `.` are allowed",
            "in what it exports as `sms`: `se-nd` cannot be the name of a function: \
             it needs a letter or `_`, then letters, digits and `_`, all from a to z",
            "in what it exports as `sms`: a default of `sms.send` does not fit: \
             the argument `to` has to be a string, found `5`",
            "in what it exports as `fax`: a driver of `fax` cannot answer a request to `sms`",
            "in what it exports as `sms`: there is a driver of `sms` already; put its methods together into one",
        ],
    );
    app.assert_states("Wrong running");
    app.terminate_extensions();
}

#[test]
fn interfaces_are_listed_with_their_drivers() {
    let mut app = net("()");
    let rows = app.extension_report().listing.interfaces;
    let [row] = rows.as_slice() else { panic!("there is one interface") };
    assert_eq!(
        row.interface.as_ref().unwrap().to_string(),
        "sms { send(to: string, urgent?: bool, retries: integer = 3) -> integer; balance() -> integer }",
    );
    assert_eq!(row.declared_by.as_ref().unwrap().to_string(), "`Net`");
    let drivers: Vec<_> = row.drivers.iter().map(|it| format!("{} {:?} {}", it.by, it.methods, it.is_active)).collect();
    assert_eq!(drivers, [r#"`Alpha` ["send", "balance"] true"#, r#"`Beta` ["send", "balance"] true"#]);
    app.terminate_extensions();
}
