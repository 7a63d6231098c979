//! Switching under adverse conditions: ends in between, observers that answer, failures on the way, strange owners.

use std::sync::atomic::{AtomicU32, Ordering};

use bevy_app::prelude::*;
use bevy_ecs::{
    error::{BevyError, ErrorContext},
    prelude::*,
    world::DeferredWorld,
};
use bevy_extensions::{
    Leftover, Switch,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};

use crate::support::{Log, app, host, note, noted};

/// Asks for switches, and runs a frame.
fn switch(app: &mut TestApp, switches: impl IntoIterator<Item = Switch>) {
    let mut extensions = app.world_mut().resource_mut::<Extensions>();
    for switch in switches {
        extensions.switch(switch);
    }
    app.update();
}

#[derive(ExtensionEvent, Serialize, Deserialize)]
struct Hello;

#[derive(ExtensionEvent, Serialize, Deserialize)]
struct Ding;

#[derive(Component)]
struct Button;

extensions! {
    Ann() = |app| app.extension::<Self>()
        .observe(|_: On<Hello>, mut log: ResMut<Log>| log.note("Ann.heard"))
        .export_fn("wave", || 1)
        .add_systems(Init, note("Ann.init"));
    Ben() = |app| app.extension::<Self>().add_systems(Init, note("Ben.init"));
}

#[test]
fn who_ends_all_while_it_stops_is_not_started_again() {
    extensions! {
        Last() = |app| app.extension::<Self>()
            .add_systems(Init, note("Last.init"))
            .add_systems(Terminate, |world: &mut World| _ = world.terminate_extensions());
    }
    let mut app = app(host().with::<Last>().with::<Ben>());
    app.update();
    noted(&mut app);
    switch(&mut app, [Switch::restart("Last")]);
    app.assert_states("Ben terminated, Last terminated");
    assert_eq!(noted(&mut app), "");
}

#[test]
fn an_end_between_stopping_and_starting_is_the_end() {
    let mut app = app(host().with::<Ann>().with::<Ben>());
    app.update();
    noted(&mut app);
    app.add_observer(|_: On<ExtensionStopped>, mut commands: Commands| {
        commands.queue(|world: &mut World| _ = world.terminate_extensions());
    });
    switch(&mut app, [Switch::restart("Ann"), Switch::restart("Ben")]);
    app.assert_states("Ann terminated, Ben terminated");
    assert_eq!(noted(&mut app), "");
}

#[test]
fn an_end_while_somebody_starts_leaves_nothing() {
    let mut app = app(host().with::<Ann>());
    app.update();
    app.add_observer(|shown: On<Insert<ExtensionState>>, states: Query<&ExtensionState>, mut commands: Commands| {
        if states.get(shown.event_target()) == Ok(&ExtensionState::Starting) {
            commands.queue(|world: &mut World| _ = world.terminate_extensions());
        }
    });
    switch(&mut app, [Switch::restart("Ann")]);
    app.assert_states("Ann terminated");
    assert_eq!(app.world().leftovers("Ann"), Some(vec![]));
}

#[test]
fn what_is_registered_at_run_time_does_not_multiply() {
    extensions! {
        Crier() = |app| app.extension::<Self>()
            .add_systems(PreInit, |mut commands: Commands| commands.trigger(Hello));
        // It hears before its own `PreInit`.
        Early(requires(Crier)) = |app| app.extension::<Self>().observe(|_: On<Hello>, mut commands: Commands| {
            commands.add_listener(|_: On<Ding>, mut log: ResMut<Log>| log.note("ding"));
        });
    }
    let mut app = app(host().with::<Crier>().with::<Early>());
    app.update();
    for _ in 0..4 {
        noted(&mut app);
        app.world_mut().trigger(Ding);
        assert_eq!(noted(&mut app), "ding");
        switch(&mut app, [Switch::restart("Crier")]);
    }
}

#[test]
fn what_comes_back_does_so_in_the_order_of_build_after_a_failed_start_too() {
    #[derive(Export, Default)]
    #[export(by = Bank)]
    struct Ledger;
    #[derive(Resource)]
    struct Books;
    extensions! {
        Bank() = |app| app.extension::<Self>()
            .export::<Ledger>()
            .insert_resource_with({
                let mut times = 0;
                move |world: &mut World| {
                    times += 1;
                    assert_ne!(times, 2, "the ink is dry");
                    assert!(world.import::<Host, Ledger>().is_some(), "there is no ledger");
                    Books
                }
            })
            .export_fn("count", || 1);
    }
    let mut app = app(host().with::<Bank>());
    app.update();
    switch(&mut app, [Switch::restart("Bank")]);
    app.assert_states("Bank failed");
    assert_eq!(app.world().leftovers("Bank"), Some(vec![]));
    for _ in 0..3 {
        switch(&mut app, [Switch::restart("Bank")]);
        app.assert_states("Bank running");
        assert_eq!(app.world_mut().call::<_, u32>("Bank", "count", ()), Ok(1));
    }
}

#[test]
fn who_was_not_ready_is_not_built() {
    #[derive(Extension)]
    struct Slow;
    impl Plugin for Slow {
        fn build(&self, app: &mut App) {
            app.extension::<Self>().add_systems(Init, note("init"));
        }
        fn ready(&self, _: &App) -> bool {
            panic!("not ready")
        }
        fn finish(&self, app: &mut App) {
            app.world_mut().resource_mut::<Log>().note("finish");
        }
    }
    let mut app = app(host().with::<Slow>());
    app.update();
    switch(&mut app, [Switch::restart("Slow")]);
    app.assert_states("Slow failed");
    assert_eq!(noted(&mut app), "");
}

#[derive(Resource, Default, Debug, PartialEq)]
struct Score(u32);

#[test]
fn a_resource_that_two_have_initialised_goes_with_the_last() {
    extensions! {
        Red() = |app| app.extension::<Self>().init_resource::<Score>();
        Blue() = |app| app.extension::<Self>().init_resource::<Score>();
    }
    let mut app = app(host().with::<Red>().with::<Blue>());
    app.update();
    app.world_mut().resource_mut::<Score>().0 = 3;
    switch(&mut app, [Switch::disable("Red")]);
    assert_eq!(app.world().resource::<Score>(), &Score(3));
    switch(&mut app, [Switch::disable("Blue"), Switch::enable("Red")]);
    assert_eq!(app.world().resource::<Score>(), &Score(0), "both had stopped in between");
    switch(&mut app, [Switch::disable("Red")]);
    assert!(!app.world().contains_resource::<Score>());
}

#[test]
fn a_resource_of_the_app_is_not_initialised_away() {
    extensions! {
        Red() = |app| app.extension::<Self>().init_resource::<Score>();
    }
    let mut app = app(host().with::<Red>());
    app.update();
    switch(&mut app, [Switch::disable("Red")]);
    app.insert_resource(Score(7));
    switch(&mut app, [Switch::enable("Red")]);
    assert_eq!(app.world().resource::<Score>(), &Score(7));
    switch(&mut app, [Switch::disable("Red")]);
    assert_eq!(app.world().resource::<Score>(), &Score(7));
}

#[derive(EntityEvent)]
struct Click(Entity);

#[test]
fn the_apps_observer_of_an_entity_stays_though_an_extension_led_to_it() {
    extensions! {
        Menu() = |app| app.extension::<Self>().add_systems(Init, |mut commands: Commands| _ = commands.spawn(Button));
    }
    let mut app = app(host().with::<Menu>());
    app.add_observer(|added: On<Add<Button>>, mut commands: Commands| {
        commands.entity(added.event_target()).observe(|_: On<Click>, mut log: ResMut<Log>| log.note("click"));
    });
    app.update();
    let button = app.world_mut().query_filtered::<Entity, With<Button>>().single(app.world()).unwrap();
    switch(&mut app, [Switch::disable("Menu")]);
    app.world_mut().trigger(Click(button));
    assert_eq!(noted(&mut app), "click");
}

#[test]
fn what_the_app_does_about_a_stop_is_its_own() {
    extensions! {
        Farm() = |app| app.extension::<Self>().add_systems(Init, |mut commands: Commands| _ = commands.spawn_owned(Button));
    }
    let mut app = app(host().with::<Farm>());
    app.add_observer(|_: On<Remove<Button>>, mut commands: Commands| _ = commands.spawn_owned(Name::new("grave")));
    app.update();
    switch(&mut app, [Switch::disable("Farm")]);
    let names = app.world_mut().query::<&Name>().iter(app.world()).filter(|name| name.as_str() == "grave").count();
    assert_eq!(names, 1, "what the app spawns belongs to nobody");
}

static TOLD: AtomicU32 = AtomicU32::new(0);

#[test]
fn pending_commands_of_the_app_are_the_apps_own() {
    fn count(_: BevyError, _: ErrorContext) {
        TOLD.fetch_add(1, Ordering::Relaxed);
    }
    fn queue_trouble(mut world: DeferredWorld) {
        world.commands().queue(|world: &mut World| -> Result {
            world.spawn_owned(Button);
            Err("the app's own".into())
        });
    }
    extensions! {
        Busy() = |app| app.extension::<Self>()
            .add_systems(Update, |mut commands: Commands| commands.queue(|_: &mut World| {}));
    }
    let mut app = app(host().with::<Busy>());
    app.set_error_handler(count);
    app.add_systems(Update, queue_trouble.before(ExtensionSet::of::<Busy>()));
    app.frames(12).assert_states("Busy running");
    app.assert_faults("Busy", &[]);
    assert_eq!(TOLD.load(Ordering::Relaxed), 12);
    assert_eq!(app.world().leftovers("Busy"), Some(vec![Leftover::Systems]));
}

#[test]
fn what_the_app_answers_to_a_failure_is_not_the_next_ones() {
    extensions! {
        Aged() = |app| app.extension::<Self>().add_systems(Init, || panic!("boom"));
        Brave() = |app| app.extension::<Self>().add_systems(Init, |mut commands: Commands| commands.queue(|_: &mut World| {}));
    }
    let mut app = app(host().with::<Aged>().with::<Brave>());
    app.set_error_handler(|_, _| {});
    app.add_observer(|_: On<ExtensionFailed>, mut commands: Commands| {
        commands.spawn_owned(Button);
        commands.queue(|_: &mut World| -> Result { Err("the app's own".into()) });
    });
    app.frames(1).assert_states("Aged failed, Brave running");
    assert_eq!(app.world().leftovers("Brave"), Some(vec![Leftover::Systems]));
}

#[test]
fn what_was_asked_for_can_be_taken_back() {
    let mut app = app(host().with::<Ann>());
    app.update();
    let mut extensions = app.world_mut().resource_mut::<Extensions>();
    assert_eq!(extensions.disable("Ann").to_string(), "stop `Ann`, which is disabled then");
    assert_eq!(extensions.withdraw(), [Switch::disable("Ann")]);
    app.frames(1).assert_states("Ann running");
}

#[test]
fn who_removes_our_resources_ends_the_host_and_not_the_app() {
    extensions! {
        Vandal() = |app| app.extension::<Self>()
            .add_systems(Init, |world: &mut World| _ = world.remove_resource::<Extensions>());
    }
    let mut app = app(host().with::<Vandal>().with::<Ben>());
    app.add_systems(Update, note("app"));
    app.frames(2);
    assert_eq!(noted(&mut app), "Ben.init app app");
}
