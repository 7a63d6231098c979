//! Building natives: in plan order, contained, undone when it fails.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{prelude::*, test_kit::extensions};

use crate::support::{Log, app, host, note, noted, systems_in};

#[derive(Resource)]
struct Mark(&'static str);

#[derive(Component)]
struct Thing;

/// Adds everything that an extension can add.
fn add_everything(app: &mut App) {
    app.add_systems(Update, note("everything"))
        .add_systems(Fresh, note("fresh"))
        .insert_resource(Mark("everything"))
        .add_observer(|_: On<Add<Thing>>, mut log: ResMut<Log>| log.note("observed"));
    app.configure_sets(Update, Everybody.run_if(|mut log: Local<u8>| std::mem::replace(&mut *log, 1) == 9));
    app.world_mut().spawn(Thing);
    app.world_mut().commands().spawn(Thing);
    app.world_mut().resource_mut::<Log>().0.clear();
}

#[derive(bevy_ecs::schedule::ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
struct Fresh;

#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
struct Everybody;

extensions! {
    First() = |app| { app.extension::<Self>(); app.world_mut().resource_mut::<Log>().note("First"); };
    Second(requires(First)) = |app| app.world_mut().resource_mut::<Log>().note("Second");
    Panics() = |app| {
        app.extension::<Self>().add_systems(Init, note("Panics.never")).add_systems(Update, note("Panics.never"));
        add_everything(app);
        panic!("the foundation gave way");
    };
    Fails() = |app| {
        add_everything(app);
        app.extension::<Self>().fail("no port is free").add_systems(Init, note("Fails.never"));
    };
    NeedsPanics(requires(Panics)) = |app| app.world_mut().resource_mut::<Log>().note("NeedsPanics.never");
    CommandFails() = |app| app.world_mut().commands().queue(|_: &mut World| -> Result { Err("the command failed".into()) });
    Good() = |app| add_everything(app);
}

#[test]
fn build_goes_in_plan_order() {
    let mut app = app(host().with::<Second>().with::<First>());
    assert_eq!(noted(&mut app), "First Second");
    app.update();
    app.terminate_extensions();
}

#[test]
fn a_build_that_panics_leaves_nothing_behind() {
    let mut plain = app(host().with::<First>());
    let mut app = app(host().with::<First>().with::<Panics>());
    app.assert_states("First starting, Panics failed");
    assert!(!app.world().contains_resource::<Mark>());
    assert_eq!(app.world_mut().query::<&Thing>().iter(app.world()).count(), 0);
    app.add_systems(Update, note("everybody").in_set(Everybody));
    noted(&mut app);

    app.update();
    app.world_mut().spawn(Thing);
    app.world_mut().run_schedule(Fresh);
    assert_eq!(noted(&mut app), "everybody", "no system, condition or observer of it runs");
    plain.update();
    let fewer = |app: &App| app.world().entities().count_spawned() as usize;
    // The extension itself is one entity, and so are its files, its keys and values, its tables, and the thing above; the
    // `Mark` resource leaves its empty entity.
    assert_eq!(fewer(&app), fewer(&plain) + 6);
    app.assert_states("First running, Panics failed");
    app.terminate_extensions();
    plain.terminate_extensions();
}

#[test]
fn fail_is_a_panic_in_a_civil_way() {
    let mut app = app(host().with::<Fails>());
    noted(&mut app);
    app.update();
    assert_eq!(noted(&mut app), "");
    app.assert_states("Fails failed");
    assert!(!app.world().contains_resource::<Mark>());
    assert_eq!(app.extension_report().rows[0].faults[0].fault.to_string(), "in `build`: no port is free");
}

#[test]
fn dependents_of_a_failed_build_are_not_built() {
    let mut app = app(host().with::<First>().with::<Panics>().with::<NeedsPanics>());
    app.assert_states("First starting, Panics failed, NeedsPanics suspended");
    assert!(!noted(&mut app).contains("never"));
}

#[test]
fn an_error_of_a_command_fails_the_build() {
    let app = app(host().with::<CommandFails>());
    app.assert_states("CommandFails failed");
    assert_eq!(app.extension_report().rows[0].faults[0].fault.to_string(), "in `build`: the command failed");
}

#[test]
fn what_a_good_build_adds_past_its_scope_is_there() {
    let mut app = app(host().with::<Good>());
    noted(&mut app);
    app.update();
    app.world_mut().spawn(Thing);
    app.world_mut().run_schedule(Fresh);
    assert_eq!(noted(&mut app), "everything observed fresh");
    assert_eq!(app.world().resource::<Mark>().0, "everything");
    app.terminate_extensions();
    app.update();
    assert_eq!(noted(&mut app), "", "and ends with the extension");
}

struct ThirdParty;

impl Plugin for ThirdParty {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, note("third")).insert_resource(Mark("third"));
        app.world_mut().spawn(Thing);
    }
}

struct BadThirdParty;

impl Plugin for BadThirdParty {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, note("never"));
        panic!("not on this machine");
    }
}

extensions! {
    UserA() = |app| app.extension::<Self>().add_plugins_once(ThirdParty).add_systems(Update, note("A"));
    UserB() = |app| app.extension::<Self>().add_plugins_once((ThirdParty, Other)).add_systems(Update, note("B"));
    UserThatFails() = |app| { app.extension::<Self>().add_plugins_once(ThirdParty); panic!("after the plugin") };
    UserThatFailsLater() = |app| app.extension::<Self>().add_plugins_once(ThirdParty).add_systems(Init, || panic!("later"));
    BadUserA() = |app| app.extension::<Self>().add_plugins_once(BadThirdParty);
    BadUserB() = |app| app.extension::<Self>().add_plugins_once(BadThirdParty);
}

struct Other;

impl Plugin for Other {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, note("other").after(systems_of_b));
    }
}

fn systems_of_b() {}

#[test]
fn two_extensions_may_share_a_plugin() {
    let mut app = app(host().with::<UserA>().with::<UserB>());
    app.update();
    let mut ran: Vec<_> = noted(&mut app).split(' ').map(String::from).collect();
    ran.sort();
    assert_eq!(ran, ["A", "B", "other", "third"]);
    app.terminate_extensions();
    app.update();
    assert_eq!(noted(&mut app), "", "it ends with the last of them");
}

#[test]
fn a_shared_plugin_outlives_the_one_that_fails() {
    for fails_later in [false, true] {
        let host = host().with::<UserB>();
        let host = if fails_later { host.with::<UserThatFailsLater>() } else { host.with::<UserThatFails>() };
        let mut app = app(host);
        app.update();
        let mut ran: Vec<_> = noted(&mut app).split(' ').map(String::from).collect();
        ran.sort();
        assert_eq!(ran, ["B", "other", "third"]);
        assert_eq!(app.world().resource::<Mark>().0, "third");
        assert_eq!(app.world_mut().query::<&Thing>().iter(app.world()).count(), 1);
        app.terminate_extensions();
    }
}

#[test]
fn a_shared_plugin_stops_when_nobody_is_left() {
    let mut app = app(host().with::<UserThatFailsLater>());
    app.update();
    assert_eq!(noted(&mut app), "");
}

#[test]
fn a_plugin_of_the_app_is_the_apps() {
    let mut app = App::new();
    app.init_resource::<Log>().add_plugins(ThirdParty).add_plugins(host().with::<UserThatFailsLater>());
    app.update();
    assert_eq!(noted(&mut app), "third");
}

#[test]
fn a_plugin_that_failed_is_not_built_twice() {
    let mut app = app(host().with::<BadUserA>().with::<BadUserB>());
    app.update();
    assert_eq!(noted(&mut app), "");
    let report = app.extension_report();
    let faults: Vec<_> = report.rows.iter().map(|row| row.faults[0].fault.to_string()).collect();
    assert_eq!(
        faults,
        [
            "in `build`: panicked: not on this machine",
            "in `build`: the plugin `it::building::BadThirdParty` failed when another extension added it, \
             and Bevy builds no plugin twice",
        ],
    );
}

#[derive(bevy_extensions::Extension)]
#[extension(version = "1.0.0")]
struct Finishes;

impl Plugin for Finishes {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Update, note("Finishes.update"));
    }

    fn ready(&self, app: &App) -> bool {
        app.world().contains_resource::<Log>()
    }

    fn finish(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, note("Finishes.init"));
    }

    fn cleanup(&self, app: &mut App) {
        app.world_mut().resource_mut::<Log>().note("Finishes.cleanup");
    }
}

#[derive(bevy_extensions::Extension)]
#[extension(version = "1.0.0")]
struct FinishesBadly;

impl Plugin for FinishesBadly {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Update, note("FinishesBadly.never"));
    }

    fn finish(&self, app: &mut App) {
        app.add_systems(Update, note("FinishesBadly.never"));
        panic!("the last nail broke");
    }
}

#[derive(bevy_extensions::Extension)]
#[extension(version = "1.0.0")]
struct NeverReady;

impl Plugin for NeverReady {
    fn build(&self, _: &mut App) {}

    fn ready(&self, _: &App) -> bool {
        panic!("not even asking")
    }
}

#[test]
fn the_whole_way_of_a_plugin_is_passed_on() {
    let mut app = app(host().with::<Finishes>());
    app.update();
    assert_eq!(noted(&mut app), "Finishes.cleanup Finishes.init Finishes.update");
    app.terminate_extensions();
}

#[test]
fn faults_in_finish_and_ready_are_contained() {
    let mut app = App::new();
    app.init_resource::<Log>().add_plugins(host().with::<FinishesBadly>().with::<NeverReady>().with::<First>());
    assert_eq!(app.plugins_state(), bevy_app::PluginsState::Ready);
    app.finish();
    app.cleanup();
    app.update();
    assert_eq!(noted(&mut app), "First");
    assert_eq!(app.extension_report().summary(), "extensions: 1 running, 2 failed");
    app.terminate_extensions();
}

#[derive(bevy_extensions::Extension)]
#[extension(version = "1.0.0")]
struct CannotBeMade(#[expect(dead_code, reason = "it makes the struct need a `Default`")] u8);

impl Default for CannotBeMade {
    fn default() -> Self {
        panic!("there is no default")
    }
}

impl Plugin for CannotBeMade {
    fn build(&self, _: &mut App) {}
}

#[test]
fn even_creating_the_plugin_is_contained() {
    let app = app(host().with::<CannotBeMade>());
    assert_eq!(app.extension_report().rows[0].faults[0].fault.to_string(), "in `build`: panicked: there is no default");
}

#[test]
fn an_extension_added_past_the_host_does_nothing_and_is_reported() {
    let mut app = App::new();
    app.init_resource::<Log>().add_plugins(UserA).add_plugins(host().with::<First>());
    app.update();
    assert_eq!(noted(&mut app), "First");
    assert_eq!(
        app.extension_report().to_text(false).lines().skip(3).collect::<Vec<_>>(),
        [
            "error: `UserA` was added past the host, by `add_plugins` or from outside: that way it does nothing",
            "  in: tests/it/building.rs:142:25",
            "  hint: add it with `ExtensionsPlugin::default().with::<UserA>()`, or link it and add nothing",
        ],
    );
    app.terminate_extensions();
}

#[test]
fn one_that_was_added_past_the_host_is_hosted_all_the_same() {
    let mut app = App::new();
    app.init_resource::<Log>().add_plugins(UserA).add_plugins(host().with::<UserA>());
    app.update();
    assert_eq!(app.extension_report().summary(), "extensions: 1 running");
    assert_eq!(app.extension_report().problems.len(), 1);
    app.terminate_extensions();
}

#[test]
fn a_scope_cannot_be_had_for_somebody_else() {
    extensions! {
        Meddler(requires(First)) = |app| app.extension::<First>().add_systems(Update, note("meddled"));
    }
    let mut app = app(host().with::<First>().with::<Meddler>());
    app.update();
    assert!(!noted(&mut app).contains("meddled"));
    assert!(app.extension_report().problems[0].to_string().starts_with("`First` was added past the host"));
    app.terminate_extensions();
}

#[test]
fn hosting_the_same_extension_twice_builds_it_once() {
    let mut app = app(host().with::<First>().with::<First>());
    assert_eq!(noted(&mut app), "First");
    assert!(app.extension_report().problems.is_empty());
}

#[test]
fn two_hosts_in_one_app_are_bevys_own_error() {
    let twice = catch_unwind(AssertUnwindSafe(|| _ = App::new().add_plugins((host(), host()))));
    assert!(twice.is_err());
}

#[test]
fn a_host_brings_a_bounded_number_of_systems() {
    let app = app(host().with::<First>().with::<Second>().with::<UserA>());
    assert_eq!(systems_in(&app, Startup), 4, "one runner a phase, and the report");
}
