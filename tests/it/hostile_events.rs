//! Events, exports and functions in the hands of those who do everything wrong.

use std::{collections::BTreeMap, panic::panic_any};

use bevy_app::prelude::*;
use bevy_ecs::{prelude::*, world::DeferredWorld};
use bevy_extensions::{
    Driver, ExtensionFaults, Interface, Listener, Method, OwnedBy, Request, Type, Value, json, prelude::*,
    test_kit::extensions,
};
use serde::{Deserialize, Serialize, Serializer};

use crate::support::{Log, app, host, host_with, noted};

#[derive(ExtensionEvent)]
#[event(name = "ping")]
struct Ping;

#[derive(ExtensionEvent)]
#[event(name = "pong")]
struct Pong;

/// Lists all faults, as one line.
fn faults(app: &App) -> String {
    let world = app.world();
    let rows = world.resource::<Extensions>().iter().flat_map(|(name, entity)| {
        let faults = world.get::<ExtensionFaults>(entity).unwrap();
        faults.iter().map(move |counted| format!("{name} {}x {}", counted.times, counted.fault))
    });
    rows.collect::<Vec<_>>().join("; ")
}

#[test]
fn an_exclusive_system_cannot_listen_in_any_way() {
    extensions! {
        Typed() = |app| app.extension::<Self>().observe(|_: On<Ping>, _: &mut World| {});
        Named() = |app| app.extension::<Self>().observe_named("x.y", |_: On<DynamicEvent>, _: &mut World| {});
    }
    let mut app = app(host().with::<Typed>().with::<Named>());
    app.update();
    app.assert_states("Named failed, Typed failed");
    assert_eq!(
        faults(&app),
        "Named 1x in `build`: an exclusive system cannot listen; queue a command instead; \
         Typed 1x in `build`: an exclusive system cannot listen; queue a command instead",
    );
    let error = app.host().observe_named("x.y", |_: On<DynamicEvent>, _: &mut World| {}).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), "an exclusive system cannot listen; queue a command instead");
}

#[test]
fn a_recursion_that_branches_ends_too() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut commands: Commands| {
            commands.trigger(Ping);
            commands.trigger(Ping);
        });
    }
    let mut app = app(host().with::<Aa>());
    app.update();
    app.world_mut().trigger(Ping);
    app.world_mut().flush();
    app.update();
    assert_eq!(
        faults(&app),
        "Aa 1x in a listener of `ping`: `ping` was not delivered, as it would go on without end: \
         `Aa` on `ping` -> `Aa` on `ping`",
    );
    app.terminate_extensions();
}

#[test]
fn a_recursion_through_an_event_of_bevy_ends_too() {
    #[derive(Component)]
    struct Coin;

    extensions! {
        Mint() = |app| app.extension::<Self>()
            .observe(|_: On<Add<Coin>>, mut commands: Commands| _ = commands.spawn(Coin));
    }
    let mut app = app(host().with::<Mint>());
    app.update();
    app.world_mut().spawn(Coin);
    app.update();
    assert_eq!(
        faults(&app),
        "Mint 1x in a listener of `Add<Coin>`: it was not called, as it would go on without end: \
         `Mint` on `Add<Coin>` -> `Mint` on `Add<Coin>`",
    );
    app.terminate_extensions();
}

#[test]
fn what_a_listener_queues_by_the_world_is_its_own() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut world: DeferredWorld| {
            world.trigger(Pong);
            world.commands().queue(|_: &mut World| panic!("boom"));
        });
        Bb() = |app| app.extension::<Self>().observe(|pong: On<Pong>, mut log: ResMut<Log>| {
            log.note(format!("{:?}", pong.sender()));
        });
        Cc() = |app| app.extension::<Self>().observe(|_: On<Pong>, mut world: DeferredWorld| world.trigger(Pong));
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.update();
    app.world_mut().trigger(Ping);
    app.world_mut().flush();
    app.update();
    assert_eq!(noted(&mut app), "Some(\"Aa\")");
    assert_eq!(faults(&app), "Aa 1x in a listener of `ping`: panicked: boom");
    app.terminate_extensions();

    let mut app = crate::support::app(host().with::<Cc>());
    app.update();
    app.world_mut().trigger(Pong);
    app.world_mut().flush();
    app.update();
    assert!(faults(&app).contains("it would go on without end: `Cc` on `pong` -> `Cc` on `pong`"), "{}", faults(&app));
    app.terminate_extensions();
}

#[test]
fn what_a_system_queues_by_the_world_is_its_own() {
    extensions! {
        Aa() = |app| app.extension::<Self>().add_systems(Update, |mut world: DeferredWorld| {
            world.trigger(Pong);
            world.commands().queue(|_: &mut World| panic!("boom"));
        });
        Bb() = |app| app.extension::<Self>().observe(|pong: On<Pong>, mut log: ResMut<Log>| {
            log.note(format!("{:?}", pong.sender()));
        });
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.update();
    assert_eq!(noted(&mut app), "Some(\"Aa\")");
    app.update();
    assert!(faults(&app).starts_with("Aa 2x in a command: panicked: boom"), "{}", faults(&app));
    app.terminate_extensions();
}

#[test]
fn despawning_every_observer_leaves_events_sound() {
    let mut app = app(host());
    let hosts_own: Vec<_> = app.world_mut().query_filtered::<Entity, With<Observer>>().iter(app.world()).collect();
    let first = app.world_mut().add_observer(|_: On<Ping>, mut log: ResMut<Log>| log.note("1")).id();
    app.add_observer(|_: On<Ping>, mut log: ResMut<Log>| log.note("2"));
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "1 2");
    assert!(!hosts_own.is_empty(), "the host counts observers by observers");
    for entity in hosts_own {
        app.world_mut().despawn(entity);
    }
    app.world_mut().despawn(first);
    app.add_observer(|_: On<Ping>, mut log: ResMut<Log>| log.note("3"));
    app.world_mut().trigger(Ping);
    let mut heard: Vec<_> = noted(&mut app).split(' ').map(String::from).collect();
    heard.sort();
    assert_eq!(heard, ["2", "3"]);
}

#[test]
fn a_failed_build_takes_nothing_of_others_along() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut commands: Commands| {
            commands.add_listener(|_: On<Pong>, mut log: ResMut<Log>| log.note("pong"));
        });
        Bb() = |app| {
            app.world_mut().trigger(Ping);
            app.world_mut().flush();
            panic!("boom");
        };
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.world_mut().trigger(Pong);
    assert_eq!(noted(&mut app), "pong");
    app.terminate_extensions();
}

#[derive(Export, Default)]
#[export(by = Bank)]
struct Gold;

extensions! {
    Bank() = |app| {
        app.add_message::<Note>();
        app.extension::<Self>().export::<Gold>();
        panic!("boom");
    };
}

#[derive(Message)]
struct Note;

#[test]
fn an_export_of_a_failed_build_is_gone_whatever_else_stays() {
    let mut app = app(host().with::<Bank>());
    app.update();
    assert!(app.world().import::<Host, Gold>().is_none());
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("bang");
    }
}

#[test]
fn what_panics_when_it_is_dropped_keeps_nothing_from_going() {
    extensions! {
        Aa() = |app| {
            let bomb = Bomb;
            app.extension::<Self>()
                .observe(move |_: On<Ping>| _ = &bomb)
                .observe(|_: On<Ping>| {})
                .export_fn("act", || {});
            panic!("boom");
        };
    }
    let mut app = app(host().with::<Aa>());
    app.update();
    assert_eq!(app.world_mut().query::<&Listener>().iter(app.world()).count(), 0);
    assert_eq!(app.world_mut().query::<&OwnedBy>().iter(app.world()).count(), 0);
    assert_eq!(app.extension_report().listing.functions, []);
}

/// An error that cannot be shown.
#[derive(Debug)]
struct Shy;

impl std::fmt::Display for Shy {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("shy");
    }
}

impl std::error::Error for Shy {}

#[test]
fn nothing_that_is_thrown_or_returned_gets_past() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>| panic_any(Bomb));
        Bb() = |app| app.extension::<Self>().observe(|_: On<Ping>| -> Result { Err(Shy)? });
        Cc() = |app| app.extension::<Self>().add_systems(Update, || -> Result { Err(Shy)? });
        Dd() = |app| app.extension::<Self>().add_systems(Update, || panic_any(Bomb));
        Ee() = |app| app.extension::<Self>().export_fn("act", || -> Result { Err(Shy)? });
    }
    let mut app = app(host().with::<Aa>().with::<Bb>().with::<Cc>().with::<Dd>().with::<Ee>());
    app.world_mut().trigger(Ping);
    app.update();
    assert!(app.world_mut().call::<_, ()>("Ee", "act", ()).is_err());
    app.update();
    app.assert_states("Aa running, Bb running, Cc running, Dd running, Ee running");
    let shy = "its error cannot be shown, as that panicked: shy";
    assert_eq!(
        faults(&app),
        format!(
            "Aa 1x in a listener of `ping`: panicked: with something that is not text; \
             Bb 1x in a listener of `ping`: {shy}; Cc 2x in a system: {shy}; \
             Dd 2x in a system: panicked: with something that is not text; Ee 1x in the function `act`: {shy}",
        ),
    );
    app.terminate_extensions();
}

#[derive(ExtensionEvent, Deserialize)]
#[event(name = "odd")]
struct Odd;

impl Serialize for Odd {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("odd");
    }
}

#[test]
fn an_event_that_cannot_be_written_is_its_emitters_fault() {
    extensions! {
        Sends() = |app| app.extension::<Self>()
            .register_event::<Odd>()
            .add_systems(Update, |mut commands: Commands| commands.trigger(Odd));
        Hears() = |app| app.extension::<Self>().observe_named("*", |_: On<DynamicEvent>| {});
        Hears2() = |app| app.extension::<Self>().observe_named("*", |_: On<DynamicEvent>| {}).observe(note_odd);
    }
    fn note_odd(_: On<Odd>, mut log: ResMut<Log>) {
        log.note("odd");
    }
    let mut app = app(host().with::<Sends>().with::<Hears>().with::<Hears2>());
    app.update();
    assert_eq!(noted(&mut app), "odd");
    assert_eq!(faults(&app), "Sends 1x in what it emitted as `odd`: nobody hears it by name: panicked: odd");
    app.terminate_extensions();
}

#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "hit")]
struct Hit {
    damage: u32,
    #[serde(default)]
    vetoed: bool,
}

#[test]
fn the_next_listener_by_name_sees_what_the_type_made_of_a_change() {
    extensions! {
        Aa() = |app| app.extension::<Self>()
            .observe_named("hit", |mut hit: On<DynamicEvent>| hit.value = json!({"damage": 2}))
            .observe_named("hit", |hit: On<DynamicEvent>, mut log: ResMut<Log>| log.note(hit.value.to_string()));
    }
    let mut app = app(host().with::<Aa>());
    app.host().register_event::<Hit>();
    app.world_mut().trigger(Hit { damage: 1, vetoed: true });
    assert_eq!(noted(&mut app), r#"{"damage":2,"vetoed":false}"#);
    app.terminate_extensions();
}

#[test]
fn listeners_by_name_outlive_the_failed_build_that_named_the_event_first() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe_named("hit", |_: On<DynamicEvent>, mut log: ResMut<Log>| {
            log.note("by name");
        });
        Bb() = |app| {
            app.extension::<Self>().observe(|_: On<Hit>| {});
            panic!("boom");
        };
        Cc() = |app| app.extension::<Self>().observe(|_: On<Hit>, mut log: ResMut<Log>| log.note("by type"));
    }
    let mut app = app(host().with::<Aa>().with::<Bb>().with::<Cc>());
    app.world_mut().trigger(Hit { damage: 1, vetoed: false });
    assert_eq!(noted(&mut app), "by name by type");
    app.terminate_extensions();
}

#[test]
fn who_stands_in_for_somebody_may_call_them() {
    extensions! {
        Weather() = |app| app.extension::<Self>().export_fn("forecast", || "sun");
        BetterWeather(requires(Weather)) = |app| app.extension::<Self>().export_fn("forecast", |world: &mut World| {
            let plain: String = world.call("Weather", "forecast", ()).unwrap();
            format!("better {plain}")
        });
    }
    let mut app = app(host_with(r#"(choose: {"Weather": "BetterWeather"})"#).with::<Weather>().with::<BetterWeather>());
    app.update();
    assert_eq!(app.world_mut().call("Weather", "forecast", ()), Ok("better sun".to_string()));
    app.terminate_extensions();
}

#[test]
fn a_signature_checks_arguments_whose_type_is_the_functions_own() {
    extensions! {
        Phone() = |app| app.extension::<Self>()
            .interface(Interface::new("sms").method(
                Method::new("send").required("to", Type::String).with_default("retries", Type::Integer, 3).returns(Type::Integer)))
            .driver("sms", Driver::new().method("send", |In(sms): In<BTreeMap<String, Value>>| sms["retries"].clone()));
    }
    let mut app = app(host().with::<Phone>());
    app.update();
    let mut send = |key: &str| {
        let arguments = BTreeMap::from([(key.to_string(), json!("Ann"))]);
        app.world_mut().drive::<_, Value>("sms", "send", arguments).map_err(|error| error.to_string())
    };
    assert_eq!(send("to"), Ok(json!(3)));
    assert_eq!(
        send("too").unwrap_err(),
        "`sms.send` (served by `Phone`) was not called: there is no parameter `too`; did you mean `to`?",
    );
    app.terminate_extensions();
}

#[derive(Serialize, Deserialize)]
struct Ring;

impl Request for Ring {
    const INTERFACE: &'static str = "sms";
    const METHOD: &'static str = "ring";
    type Answer = ();
}

#[test]
fn an_answer_that_does_not_fit_is_the_drivers_fault_and_a_failing_function_not_the_callers() {
    extensions! {
        Phone() = |app| app.extension::<Self>()
            .interface(Interface::new("sms").method(Method::new("count").returns(Type::Integer)).method(Method::new("ring")))
            .driver("sms", Driver::new().method("count", || "many").answer::<Ring, _>(|_: In<Ring>| -> Result { Err("no signal")? }))
            .export_fn("ring", || -> Result { Err("no signal")? });
        Caller(requires(Phone)) = |app| app.extension::<Self>()
            .add_systems(Update, |mut commands: Commands| {
                commands.call("Phone", "ring", ());
                commands.request(Ring);
            });
    }
    let mut app = app(host().with::<Phone>().with::<Caller>());
    app.update();
    assert!(app.world_mut().drive::<_, Value>("sms", "count", ()).is_err());
    app.update();
    assert_eq!(
        faults(&app),
        "Phone 4x in the function `ring`: no signal; \
         Phone 1x in the function `count`: its answer does not fit: expected an integer, found the string \"many\"",
    );
    app.terminate_extensions();
}

#[test]
fn an_event_whose_fate_cannot_be_told_was_delivered_nevertheless() {
    extensions! {
        Hears() = |app| app.extension::<Self>().observe(|_: On<Mute>, mut log: ResMut<Log>| log.note("heard"));
    }
    #[derive(ExtensionEvent, Deserialize)]
    #[event(name = "mute")]
    struct Mute {}

    impl Serialize for Mute {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no words"))
        }
    }

    let mut app = app(host().with::<Hears>());
    let error = app.world_mut().emit("mute", json!({})).unwrap_err();
    assert_eq!(noted(&mut app), "heard");
    assert_eq!(error.to_string(), "`mute` was delivered, but what became of it cannot be told: no words",);
    app.terminate_extensions();
}

#[test]
fn the_app_itself_can_be_chosen() {
    extensions! {
        Phone() = |app| app.extension::<Self>()
            .interface(Interface::new("sms").method(Method::new("count")))
            .driver("sms", Driver::new().method("count", || 1));
    }
    let mut app = app(host_with(r#"(choose: {"sms": "app"})"#).with::<Phone>());
    app.host().driver("sms", Driver::new().method("count", || 2)).unwrap();
    app.update();
    assert_eq!(app.extension_report().problems, []);
    assert_eq!(app.world_mut().drive("sms", "count", ()), Ok(2));
    app.terminate_extensions();
}
