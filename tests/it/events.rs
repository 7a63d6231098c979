//! Events: order, sender, target, changes, faults.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Delivery, ExtensionFaults, Listener, OwnedBy, Target, prelude::*, test_kit::extensions};

use crate::{
    memory,
    support::{Log, app, host, note, noted},
};

#[derive(ExtensionEvent)]
#[event(name = "ping")]
struct Ping;

/// A listener that notes its name.
fn hears(name: &'static str) -> impl FnMut(On<Ping>, ResMut<Log>) + Send + Sync {
    move |_: On<Ping>, mut log: ResMut<Log>| log.note(name)
}

#[test]
fn listeners_hear_in_plan_order_then_as_added_and_the_app_last() {
    extensions! {
        Aa(requires(Bb)) = |app| app.extension::<Self>().observe(hears("Aa"));
        Bb() = |app| app.extension::<Self>().observe(hears("Bb")).observe(hears("Bb'"));
        Cc() = |app| app.extension::<Self>().observe(hears("Cc"));
    }
    let mut app = app(host().with::<Aa>().with::<Cc>().with::<Bb>());
    app.add_observer(hears("app"));
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "Bb Bb' Cc Aa app");
    app.terminate_extensions();
}

#[test]
fn the_apps_own_listeners_hear_as_added() {
    let mut app = app(host());
    let names = ["1", "2", "3", "4", "5", "6"];
    // Entities that were in use before come back in another order.
    let used: Vec<_> = (0..6).map(|_| app.world_mut().spawn_empty().id()).collect();
    for place in [3, 0, 5, 1, 4, 2] {
        app.world_mut().despawn(used[place]);
    }
    for name in names {
        app.add_observer(hears(name));
    }
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "1 2 3 4 5 6");
}

#[test]
fn an_event_without_a_host_is_an_ordinary_event() {
    let mut app = App::new();
    app.init_resource::<Log>().add_observer(hears("app"));
    app.world_mut().trigger(Ping);
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "app app");
}

#[test]
fn a_listener_knows_key_sender_and_target() {
    fn note_meta(ping: On<Ping>, mut log: ResMut<Log>) {
        let sender = ping.sender().map_or("the app".to_string(), ToString::to_string);
        let target = if *ping.target() == Target::Everyone { "everyone" } else { "some" };
        log.note(format!("{} by {sender} to {target}", ping.key()));
    }
    extensions! {
        Hears() = |app| app.extension::<Self>().observe(note_meta);
        Sends() = |app| app.extension::<Self>()
            .add_systems(Init, |mut commands: Commands| commands.trigger(Ping))
            .add_systems(PostInit, |world: &mut World| world.trigger_with(Ping, Delivery::to("hears")))
            .add_systems(Update, |mut commands: Commands| commands.trigger(Ping));
    }
    let mut app = app(host().with::<Hears>().with::<Sends>());
    app.add_systems(PostUpdate, |mut commands: Commands| commands.trigger(Ping));
    app.update();
    assert_eq!(
        noted(&mut app),
        "ping by Sends to everyone ping by Sends to some ping by Sends to everyone ping by the app to everyone",
    );
    app.terminate_extensions();
}

#[derive(ExtensionEvent)]
struct Purchase {
    gold: u32,
    vetoed: bool,
}

#[test]
fn later_listeners_and_the_emitter_see_a_change() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|mut purchase: On<Purchase>| purchase.gold *= 2);
        Bb() = |app| app.extension::<Self>().observe(|mut purchase: On<Purchase>| purchase.vetoed = purchase.gold > 7);
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.add_observer(|mut purchase: On<Purchase>| purchase.gold += 1);
    let mut purchase = Purchase { gold: 4, vetoed: false };
    app.world_mut().trigger_ref(&mut purchase);
    assert_eq!((purchase.gold, purchase.vetoed), (9, true));
    app.terminate_extensions();
}

#[test]
fn a_fault_in_a_listener_is_its_extensions_and_the_others_hear() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>| panic!("boom"));
        Bb() = |app| app.extension::<Self>().observe(|_: On<Ping>| -> Result { Err("no".into()) });
        Cc() = |app| app.extension::<Self>().observe(|_: On<Ping>, _: Res<Missing>| {});
        Dd() = |app| app.extension::<Self>().observe(hears("Dd"));
    }
    #[derive(Resource)]
    struct Missing;
    let mut app = app(host().with::<Aa>().with::<Bb>().with::<Cc>().with::<Dd>());
    app.update();
    app.world_mut().trigger(Ping);
    app.world_mut().trigger(Ping);
    app.update();
    assert_eq!(noted(&mut app), "Dd Dd");
    assert_eq!(
        faults(&app),
        "Aa 2x in a listener of `ping`: panicked: boom; Bb 2x in a listener of `ping`: no; \
         Cc 2x in a listener of `ping`: it cannot run: Resource does not exist (the feature `debug` tells which)",
    );
    app.assert_states("Aa running, Bb running, Cc running, Dd running");
    app.terminate_extensions();
}

/// Lists all faults, as one line.
fn faults(app: &App) -> String {
    let world = app.world();
    let extensions = world.resource::<Extensions>();
    let rows = extensions.iter().flat_map(|(name, entity)| {
        let faults = world.get::<ExtensionFaults>(entity).unwrap();
        faults.iter().map(move |counted| format!("{name} {}x {}", counted.times, counted.fault))
    });
    rows.collect::<Vec<_>>().join("; ")
}

#[test]
fn commands_of_a_listener_are_its_extensions() {
    #[derive(ExtensionEvent)]
    struct Pong;

    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut commands: Commands| {
            commands.queue(|_: &mut World| panic!("boom"));
            commands.queue(|_: &mut World| -> Result { Err("no".into()) });
            commands.trigger(Pong);
        });
        Bb() = |app| app.extension::<Self>().observe(|pong: On<Pong>, mut log: ResMut<Log>| {
            log.note(format!("pong by {:?}", pong.sender()));
        });
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.update();
    app.world_mut().commands().trigger(Ping);
    app.world_mut().flush();
    app.update();
    assert_eq!(noted(&mut app), "pong by Some(\"Aa\")");
    assert_eq!(faults(&app), "Aa 1x in a listener of `ping`: panicked: boom; Aa 1x in a listener of `ping`: no",);
    app.terminate_extensions();
}

#[test]
fn a_listener_that_panics_leaves_its_commands() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut commands: Commands| {
            commands.queue(note_command("before"));
            panic!("boom");
        });
    }
    fn note_command(what: &'static str) -> impl Command {
        move |world: &mut World| world.resource_mut::<Log>().note(what)
    }
    let mut app = app(host().with::<Aa>());
    app.update();
    app.world_mut().trigger(Ping);
    app.world_mut().flush();
    assert_eq!(noted(&mut app), "before");
    app.terminate_extensions();
}

#[test]
fn only_who_is_starting_or_running_hears() {
    extensions! {
        Failed() = |app| app.extension::<Self>()
            .add_systems(PreInit, || panic!("boom"))
            .observe(hears("Failed"));
        Starting() = |app| app.extension::<Self>()
            .observe(hears("Starting"))
            .add_systems(Terminate, (note("end"), |mut commands: Commands| commands.trigger(Ping)).chain());
        Suspended(requires(Failed)) = |app| app.extension::<Self>().observe(hears("Suspended"));
    }
    let mut app = app(host().with::<Failed>().with::<Starting>().with::<Suspended>());
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "Failed Starting Suspended");
    app.update();
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "Starting");
    app.terminate_extensions();
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "end");
}

#[test]
fn what_a_failed_build_listened_to_is_undone() {
    extensions! {
        Fails() = |app| {
            app.extension::<Self>().observe(hears("Fails"));
            panic!("boom");
        };
        Hears() = |app| app.extension::<Self>().observe(hears("Hears"));
    }
    let mut app = app(host().with::<Fails>().with::<Hears>());
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "Hears");
    let listeners = app.world_mut().query::<&Listener>().iter(app.world()).count();
    assert_eq!(listeners, 1, "that of `Hears`");
    app.terminate_extensions();
}

#[test]
fn a_listener_that_is_added_during_an_event_begins_with_the_next() {
    extensions! {
        Adds() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut commands: Commands| {
            commands.add_listener(hears("new"));
        });
    }
    let mut app = app(host().with::<Adds>());
    app.world_mut().trigger(Ping);
    app.world_mut().flush();
    assert_eq!(noted(&mut app), "");
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "new");
    app.terminate_extensions();
}

#[test]
fn a_listener_that_is_despawned_during_an_event_ends_with_the_next() {
    extensions! {
        Once() = |app| app.extension::<Self>()
            .observe(|ping: On<Ping>, mut commands: Commands, mut log: ResMut<Log>| {
                commands.entity(ping.observer()).despawn();
                log.note("once");
            })
            .observe(hears("always"));
    }
    let mut app = app(host().with::<Once>());
    app.world_mut().trigger(Ping);
    app.world_mut().trigger(Ping);
    app.world_mut().flush();
    assert_eq!(noted(&mut app), "once always once always", "two events before the commands");
    app.world_mut().trigger(Ping);
    assert_eq!(noted(&mut app), "always");
    app.terminate_extensions();
}

#[test]
fn a_listener_is_an_entity_with_an_owner() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(hears("Aa")).observe_named("player.*", |_: On<DynamicEvent>| {});
    }
    use bevy_extensions::DynamicEvent;
    let mut app = app(host().with::<Aa>());
    let owner = app.world().resource::<Extensions>().entity_of::<Aa>().unwrap();
    let mut listeners = app.world_mut().query::<(&Listener, &OwnedBy)>();
    let mut found: Vec<_> = listeners
        .iter(app.world())
        .map(|(listener, owned_by)| (listener.event.as_str(), listener.by_name, owned_by.0 == owner))
        .collect();
    found.sort();
    assert_eq!(found, [("ping", false, true), ("player.*", true, true)]);
    app.terminate_extensions();
}

#[test]
fn an_emitter_hears_its_own_event_once() {
    extensions! {
        Aa() = |app| app.extension::<Self>()
            .observe(hears("Aa"))
            .add_systems(Init, |mut commands: Commands| commands.trigger(Ping));
    }
    let mut app = app(host().with::<Aa>());
    app.update();
    assert_eq!(noted(&mut app), "Aa");
    app.terminate_extensions();
}

#[derive(ExtensionEvent)]
struct Count(u32);

#[test]
fn a_listener_may_emit_its_own_event_again() {
    extensions! {
        Counts() = |app| app.extension::<Self>()
            .observe(|count: On<Count>, mut commands: Commands, mut log: ResMut<Log>| {
                log.note(count.0.to_string());
                if count.0 > 0 {
                    commands.trigger(Count(count.0 - 1));
                }
            });
    }
    let mut app = app(host().with::<Counts>());
    app.world_mut().trigger(Count(3));
    app.world_mut().flush();
    assert_eq!(noted(&mut app), "3 2 1 0");
    app.terminate_extensions();
}

#[test]
fn an_endless_recursion_ends_in_an_error_that_shows_the_chain() {
    #[derive(ExtensionEvent)]
    #[event(name = "pong")]
    struct Pong;

    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut commands: Commands| commands.trigger(Pong));
        Bb() = |app| app.extension::<Self>()
            .observe(|_: On<Pong>, mut commands: Commands, mut log: ResMut<Log>| {
                log.note(".");
                commands.trigger(Ping);
            });
        Cc() = |app| app.extension::<Self>().observe(hears("-"));
    }
    let mut app = app(host().with::<Aa>().with::<Bb>().with::<Cc>());
    app.update();
    app.world_mut().trigger(Ping);
    app.world_mut().flush();
    app.update();
    let heard = noted(&mut app);
    assert_eq!((heard.matches('.').count(), heard.matches('-').count()), (32, 32));
    assert_eq!(
        faults(&app),
        "Bb 1x in a listener of `pong`: `ping` was not delivered, as it would go on without end: \
         `Bb` on `pong` -> `Aa` on `ping` -> `Bb` on `pong`",
    );
    app.world_mut().trigger(Ping);
    assert!(!noted(&mut app).is_empty(), "the next event is delivered as ever");
    app.terminate_extensions();
}

#[test]
fn an_event_that_is_sent_to_some_is_heard_by_them_only() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(hears("Aa"));
        Bb() = |app| app.extension::<Self>().observe(hears("Bb"));
        Cc() = |app| app.extension::<Self>().observe(hears("Cc"));
    }
    let mut app = app(host().with::<Aa>().with::<Bb>().with::<Cc>());
    app.add_observer(hears("app"));
    app.world_mut().send(Ping, "Bb").unwrap();
    assert_eq!(noted(&mut app), "Bb");
    app.world_mut().send(Ping, ["cc", "Aa"]).unwrap();
    assert_eq!(noted(&mut app), "Aa Cc");
    app.world_mut().send(Ping, Target::of::<Cc>()).unwrap();
    assert_eq!(noted(&mut app), "Cc");
    app.terminate_extensions();
}

#[test]
fn an_event_for_somebody_who_cannot_hear_reaches_nobody() {
    extensions! {
        Weather() = |app| app.extension::<Self>().observe(hears("Weather"));
        Failed() = |app| app.extension::<Self>().add_systems(Init, || panic!("boom"));
    }
    let mut app = app(host().with::<Weather>().with::<Failed>());
    app.update();
    let mut check = |target: Vec<&str>, expected: &str| {
        let error = app.world_mut().send(Ping, target).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        vec!["Weather", "Wheather"],
        "`ping` was sent to `Wheather`, but no extension is called that; did you mean `Weather`?",
    );
    check(vec!["no name"], "`ping` was sent to `no name`, but no extension is called that");
    check(vec!["failed", "Weather"], "`ping` was sent to `Failed`, which has failed");
    assert_eq!(noted(&mut app), "");
    app.terminate_extensions();
}

#[test]
fn who_sends_to_somebody_unknown_is_charged() {
    extensions! {
        Sends() = |app| app.extension::<Self>()
            .add_systems(Update, |mut commands: Commands| commands.send(Ping, "Nobody"));
    }
    let mut app = app(host().with::<Sends>());
    app.update();
    assert_eq!(faults(&app), "Sends 1x in a command: `ping` was sent to `Nobody`, but no extension is called that");
    app.world_mut().commands().send(Ping, "Nobody");
    app.update();
    assert_eq!(app.states(), "Sends running", "the app is told, and goes on");
    app.terminate_extensions();
}

#[derive(Component)]
struct Coin;

#[test]
fn any_event_of_bevy_can_be_observed_and_is_contained() {
    extensions! {
        Counts() = |app| app.extension::<Self>().observe(|_: On<Add<Coin>>, mut log: ResMut<Log>| log.note("coin"));
        Fails() = |app| app.extension::<Self>().observe(|_: On<Add<Coin>>| panic!("boom"));
    }
    let mut app = app(host().with::<Counts>().with::<Fails>());
    app.update();
    app.world_mut().spawn(Coin);
    app.update();
    assert_eq!(noted(&mut app), "coin");
    assert_eq!(faults(&app), "Fails 1x in a listener of `Add<Coin>`: panicked: boom");
    app.terminate_extensions();
    app.world_mut().spawn(Coin);
    assert_eq!(noted(&mut app), "", "a terminated one hears nothing");
}

#[test]
fn what_the_apps_own_listeners_do_is_not_the_emitters() {
    #[derive(ExtensionEvent)]
    struct Pong;

    fn note_sender(pong: On<Pong>, mut log: ResMut<Log>) {
        log.note(format!("pong by {:?}", pong.sender()));
    }
    extensions! {
        Sends() = |app| app.extension::<Self>()
            .add_systems(Update, |mut commands: Commands| commands.trigger(Ping));
    }
    let mut app = app(host().with::<Sends>());
    app.set_error_handler(|error, _| ERRORS.with_borrow_mut(|errors| errors.push(error.to_string())));
    thread_local! {
        static ERRORS: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    app.add_observer(|_: On<Ping>, mut commands: Commands| -> Result {
        commands.trigger(Pong);
        commands.queue(|_: &mut World| -> Result { Err("a command of the app".into()) });
        Err("the app".into())
    });
    app.add_observer(note_sender);
    app.update();
    assert_eq!(noted(&mut app), "pong by None");
    assert_eq!(faults(&app), "", "nobody is charged");
    let errors = ERRORS.with_borrow_mut(std::mem::take);
    let errors: Vec<_> = errors.iter().map(|error| error.lines().next().unwrap_or_default()).collect();
    assert_eq!(errors, ["the app", "a command of the app"], "the handler of the app is told");
    app.terminate_extensions();
}

#[test]
#[should_panic(expected = "a bug in the app")]
fn a_panic_of_the_apps_own_listener_is_the_apps_own() {
    extensions! {
        Sends() = |app| app.extension::<Self>()
            .add_systems(Update, |mut commands: Commands| commands.trigger(Ping));
    }
    let mut app = app(host().with::<Sends>());
    app.add_observer(|_: On<Ping>| panic!("a bug in the app"));
    app.update();
}

#[test]
fn starting_and_failing_are_events_that_extensions_hear() {
    extensions! {
        Fails() = |app| app.extension::<Self>().add_systems(Init, || panic!("boom"));
        Journal() = |app| app.extension::<Self>()
            .observe(|started: On<ExtensionStarted>, mut log: ResMut<Log>| log.note(format!("+{}", started.name)))
            .observe(|failed: On<ExtensionFailed>, mut log: ResMut<Log>| log.note(format!("!{}", failed.name)));
    }
    let mut app = app(host().with::<Fails>().with::<Journal>());
    app.update();
    assert_eq!(noted(&mut app), "!Fails +Journal");
    app.terminate_extensions();
}

#[test]
fn many_events_leave_nothing_behind() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe(|_: On<Ping>, mut commands: Commands| commands.trigger(Count(0)));
        Bb() = |app| app.extension::<Self>().observe(|_: On<Count>| {}).observe_named("*", |_: On<DynamicEvent>| {});
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.update();
    let mut emit = |times: u32| {
        for _ in 0..times {
            app.world_mut().trigger(Ping);
            app.world_mut().emit("test-event", ()).unwrap();
            app.world_mut().flush();
            // Bevy notes what was removed until the end of a frame.
            app.world_mut().clear_trackers();
        }
        (app.world().entities().count_spawned(), memory::held())
    };
    let before = emit(10);
    let emits: u32 = std::env::var("EMITS").map_or(10_000, |emits| emits.parse().unwrap());
    assert_eq!(emit(emits), before, "entities and bytes");
    app.terminate_extensions();
}
