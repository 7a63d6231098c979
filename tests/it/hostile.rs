//! What extensions may do to the host and to each other, on purpose or not, and what it must not lead to.

use bevy_app::{MainScheduleOrder, prelude::*};
use bevy_ecs::{
    error::FallbackErrorHandler,
    prelude::*,
    schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel},
};
use bevy_extensions::{ExtensionFaults, HostSettings, prelude::*, test_kit::extensions};
use serde::{Deserialize, Serialize};

use crate::support::{Log, app, host, host_with, note, noted};

#[derive(Message)]
struct Said(u32);

#[derive(ExtensionEvent)]
struct Knock;

#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
struct Mine;

#[derive(Component)]
struct Body;

#[derive(Serialize, Deserialize)]
struct NoDefault;

impl Default for NoDefault {
    fn default() -> Self {
        panic!("there is no default")
    }
}

extensions! {
    Economy() = |app| app.extension::<Self>()
        .add_systems(Init, note("Economy.init"))
        .add_systems(Terminate, note("Economy.end"));
    Zoo() = |app| app.extension::<Self>()
        .add_systems(Update, note("Zoo.update"))
        .add_systems(Terminate, note("Zoo.end"));
    AddsMessage() = |app| { app.add_message::<Said>(); panic!("after the message") };
    UsesMessage() = |app| {
        app.add_message::<Said>();
        let hear = |mut said: MessageReader<Said>, mut log: ResMut<Log>| said.read().for_each(|said| log.note(said.0.to_string()));
        let say = |mut said: MessageWriter<Said>, mut count: Local<u32>| { *count += 1; said.write(Said(*count)); };
        app.extension::<Self>().add_systems(Update, (hear, say).chain());
    };
    Observes() = |app| app
        .add_observer(|_: On<ExtensionStarted>| panic!("not that loud"))
        .add_observer(|_: On<ExtensionStopped>| panic!("not that silent"));
    Runs() = |app| { app.add_systems(Mine, note("Mine.never")); app.world_mut().run_schedule(Mine); };
    Despawns() = |app| app.extension::<Self>().add_systems(Init, |world: &mut World| {
        let economy = world.resource::<Extensions>().entity("Economy").unwrap();
        world.despawn(economy);
    });
    Lies() = |app| app.extension::<Self>().add_systems(Init, |world: &mut World| {
        let economy = world.resource::<Extensions>().entity("Economy").unwrap();
        world.entity_mut(economy).insert(ExtensionState::Terminated);
    });
    EndsEarly() = |app| _ = app.terminate_extensions();
    NeedsEarly(requires(EndsEarly)) = |app| app.world_mut().resource_mut::<Log>().note("NeedsEarly.never");
    Unmade(settings = NoDefault) = |app| _ = app;
    Exclusive() = |app| app.extension::<Self>().add_systems(Update, |world: &mut World| {
        world.commands().queue(|_: &mut World| -> Result { Err("exclusively".into()) });
        world.flush();
    });
    FailsTwice() = |app| app.extension::<Self>()
        .add_systems(Init, || panic!("the beginning"))
        .add_systems(Terminate, || panic!("the end"));
    Clashes() = |app| app.extension::<Self>().add_systems(Update, |_: Query<&mut Body>, _: Query<&mut Body>| {});
    Chatters() = |app| app.extension::<Self>()
        .add_systems(Update, |mut count: Local<u32>| -> Result { *count += 1; Err(format!("number {}", *count).into()) });
    Queues() = |app| app.extension::<Self>()
        .add_systems(Update, |commands: Commands| note_later(commands, "frame"))
        .observe(|_: On<Knock>, commands: Commands| note_later(commands, "knock"));
}

fn note_later(mut commands: Commands, text: &'static str) {
    commands.queue(move |world: &mut World| world.resource_mut::<Log>().note(text));
}

#[derive(bevy_extensions::Extension)]
#[extension(version = "1.0.0")]
struct Cleans;

impl Plugin for Cleans {
    fn build(&self, _: &mut App) {}

    fn cleanup(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Update, || panic!("late, but contained"));
    }
}

#[test]
fn a_failed_build_does_not_break_the_messages_of_others() {
    let mut app = app(host().with::<AddsMessage>().with::<UsesMessage>());
    (0..4).for_each(|_| app.update());
    assert_eq!(noted(&mut app), "1 2 3");
    app.terminate_extensions();
}

#[test]
fn observers_that_panic_keep_nobody_from_starting_or_ending() {
    let mut app = app(host().with::<Economy>().with::<Observes>().with::<Zoo>());
    app.update();
    app.assert_states("Economy running, Observes running, Zoo running");
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Economy.init Zoo.update Zoo.end Economy.end");
}

#[test]
fn systems_that_cannot_be_contained_fail_their_build() {
    let mut app = app(host().with::<Economy>().with::<Runs>());
    app.assert_states("Economy starting, Runs failed");
    assert_eq!(
        app.extension_report().row("Runs").unwrap().faults[0].fault.to_string(),
        "in `build`: ran the schedule `Mine` before its end, so its systems cannot be contained",
    );
    noted(&mut app);
    app.world_mut().run_schedule(Mine);
    assert_eq!(noted(&mut app), "", "they are gone with the schedule");
}

#[test]
fn the_host_knows_its_extensions_whatever_happens_to_their_entities() {
    let mut app = app(host().with::<Economy>().with::<Despawns>());
    app.update();
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Economy.init Economy.end");
}

#[test]
fn a_state_that_somebody_replaces_moves_nothing() {
    let mut app = app(host().with::<Economy>().with::<Lies>());
    app.update();
    app.assert_states("Economy running, Lies running");
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Economy.init Economy.end");
}

#[test]
fn nobody_is_built_after_the_end() {
    let mut app = app(host().with::<EndsEarly>().with::<NeedsEarly>());
    app.update();
    assert_eq!(noted(&mut app), "");
    app.assert_states("EndsEarly terminated, NeedsEarly terminated");
}

#[test]
fn a_manifest_that_cannot_be_made_leaves_out_its_extension_alone() {
    let mut app = app(host().with::<Economy>().with::<Unmade>());
    app.update();
    app.assert_states("Economy running");
    assert_eq!(
        app.extension_report().problems[0].to_string(),
        "an extension is left out: its manifest is wrong: `Unmade`: making it panicked: there is no default",
    );
    app.terminate_extensions();
}

#[test]
fn commands_of_exclusive_systems_are_charged_to_their_extension() {
    fn never(_: BevyError, _: bevy_ecs::error::ErrorContext) {
        unreachable!("the app has no fault");
    }
    let mut app = app(host().with::<Exclusive>());
    app.set_error_handler(never);
    app.update();
    let report = app.extension_report();
    assert_eq!(report.row("Exclusive").unwrap().faults[0].fault.to_string(), "in a system: exclusively");
    app.terminate_extensions();
}

#[test]
fn the_fault_that_failed_an_extension_is_the_first_not_the_last() {
    let mut app = app(host().with::<FailsTwice>());
    app.update();
    let report = app.extension_report();
    assert_eq!(report.rows[0].failure.as_ref().unwrap().to_string(), "in `Init`: panicked: the beginning");
    let text = report.to_string();
    assert!(text.contains("error: `FailsTwice` has failed in `Init`: panicked: the beginning"));
    assert!(text.contains("warning: `FailsTwice` had a fault in `Terminate`: panicked: the end"));
}

#[test]
fn parameters_that_exclude_each_other_take_nobody_along() {
    let mut app = app(host().with::<Clashes>().with::<Zoo>());
    app.update();
    app.update();
    assert_eq!(noted(&mut app), "Zoo.update Zoo.update");
    assert_eq!(app.extension_report().row("Clashes").unwrap().faults.len(), 1);
    app.terminate_extensions();
}

#[test]
fn systems_added_in_cleanup_are_contained() {
    let mut app = app(host().with::<Cleans>());
    app.update();
    let report = app.extension_report();
    assert_eq!(report.rows[0].faults[0].fault.to_string(), "in a system: panicked: late, but contained");
    app.terminate_extensions();
}

#[test]
fn different_faults_without_end_are_counted_not_kept() {
    let mut app = app(host_with("(faults: (run_time: 1000))").with::<Chatters>());
    (0..100).for_each(|_| app.update());
    let entity = app.world().resource::<Extensions>().entity_of::<Chatters>().unwrap();
    let faults = app.world().get::<ExtensionFaults>(entity).unwrap();
    assert_eq!((faults.iter().count(), faults.more()), (64, 36));
    let text = app.extension_report().to_string();
    let told: Vec<_> = text.lines().filter(|line| line.starts_with("warning")).collect();
    assert_eq!(
        told[63..],
        [
            "warning: `Chatters` had a fault in a system: number 64",
            "warning: `Chatters` had 36 further faults, too many to be kept",
        ]
    );
    app.terminate_extensions();
}

#[test]
fn a_failure_with_a_fault_that_is_not_kept_is_reported_all_the_same() {
    let mut app = app(host_with("(faults: (run_time: 65))").with::<Chatters>());
    app.frames(65).assert_states("Chatters failed");
    let text = app.extension_report().to_string();
    let told: Vec<_> = text.lines().filter(|line| line.starts_with("warning") || line.starts_with("error")).collect();
    assert_eq!(
        told[63..],
        [
            "warning: `Chatters` had a fault in a system: number 64",
            "warning: `Chatters` had a further fault, one too many to be kept",
            "error: `Chatters` has failed in a system: number 65 (65 faults in 60 s)",
        ]
    );
}

#[test]
fn ambiguity_detection_finds_nothing_in_the_host() {
    let mut app = App::new();
    app.init_resource::<Log>().add_plugins(host().with::<Economy>()).add_systems(Startup, || {});
    let settings = ScheduleBuildSettings { ambiguity_detection: LogLevel::Error, ..Default::default() };
    app.configure_schedules(settings);
    app.update();
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Economy.init Economy.end");
}

#[test]
fn an_app_without_last_ends_all_the_same() {
    let mut app = App::new();
    app.world_mut().resource_mut::<MainScheduleOrder>().labels.retain(|label| *label != Last.intern());
    app.init_resource::<Log>().add_plugins(host().with::<Economy>());
    app.add_systems(Update, |mut exit: MessageWriter<AppExit>| _ = exit.write_default());
    app.update();
    assert_eq!(noted(&mut app), "Economy.init Economy.end");
}

#[test]
fn an_error_handler_set_while_the_app_runs_is_heard() {
    fn ignore(_: BevyError, _: bevy_ecs::error::ErrorContext) {}
    let mut app = app(host().with::<Economy>());
    app.update();
    app.set_error_handler(ignore);
    app.add_systems(Update, || -> Result { Err("mine".into()) });
    app.update();
    app.terminate_extensions();
}

fn has_handler(app: &App) -> bool {
    app.world().contains_resource::<FallbackErrorHandler>()
}

#[test]
fn a_world_without_error_handler_is_left_without_between_frames() {
    let mut app = app(host().with::<Queues>());
    app.update();
    for _ in 0..2 {
        app.update();
        assert!(!has_handler(&app));
        app.world_mut().trigger(Knock);
        app.world_mut().flush();
        assert!(!has_handler(&app));
    }
    assert_eq!(noted(&mut app), "frame frame knock frame knock");
    app.terminate_extensions();
    assert!(!has_handler(&app));
}

#[test]
fn an_error_handler_set_within_a_frame_is_heard_and_stays() {
    fn mine(_: BevyError, _: bevy_ecs::error::ErrorContext) {}
    let mut app = app(host().with::<Queues>());
    app.add_systems(PostUpdate, |mut commands: Commands| commands.insert_resource(FallbackErrorHandler(mine)));
    app.add_systems(Last, || -> Result { Err("mine".into()) });
    app.update();
    app.update();
    assert!(has_handler(&app));
    app.terminate_extensions();
}

#[test]
#[should_panic(expected = "not handled")]
fn without_error_handler_the_apps_own_errors_are_as_loud_as_ever() {
    let mut app = app(host().with::<Queues>());
    app.add_systems(Last, || -> Result { Err("not handled".into()) });
    app.update();
}

#[test]
fn calls_into_extensions_do_not_change_the_error_handler_to_the_eye() {
    fn mine(_: BevyError, _: bevy_ecs::error::ErrorContext) {}
    let mut app = app(host().with::<Queues>());
    app.set_error_handler(mine);
    app.add_systems(Last, |handler: Res<FallbackErrorHandler>, mut log: ResMut<Log>| {
        log.note(if handler.is_changed() { "changed" } else { "same" });
    });
    (0..3).for_each(|_| app.update());
    assert_eq!(noted(&mut app), "frame changed frame same frame same");
    app.terminate_extensions();
}

#[test]
fn the_version_of_the_app_may_stand_in_the_settings() {
    extensions! { Modern(app = ">=2") = |app| _ = app; }
    let mut settings = HostSettings::default();
    settings.app_version = Some("1.0.0".parse().unwrap());
    let app = app(ExtensionsPlugin { settings: settings.into(), ..host().with::<Modern>() });
    app.assert_states("Modern left out");
}

#[test]
fn two_spellings_of_one_name_in_the_settings_are_told() {
    let text = "(\n  settings: {\n    \"greeter\": (a: 1),\n    \"Greeter\": (a: 2),\n  },\n)";
    let error = HostSettings::from_ron("extensions.ron", text.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "extensions.ron:4:6: `settings`: `Greeter` is given twice");
}

#[test]
fn a_scope_belongs_to_one_world() {
    extensions! {
        Outer() = |app| {
            let mut inner = self::app(host_with("()").with::<Zoo>());
            inner.extension::<Zoo>().add_systems(Update, note("never"));
            inner.update();
            let noted = noted(&mut inner);
            inner.terminate_extensions();
            app.world_mut().resource_mut::<Log>().note(noted);
        };
    }
    let mut app = app(host().with::<Outer>());
    assert_eq!(noted(&mut app), "Zoo.update");
}

extensions! {
    EndsInInit() = |app| app.extension::<Self>()
        .add_systems(Init, |world: &mut World| _ = world.terminate_extensions())
        .add_systems(Terminate, (note("EndsInInit.end"), |world: &mut World| _ = world.terminate_extensions()).chain());
    EndsInUpdate() = |app| app.extension::<Self>()
        .add_systems(Update, (|world: &mut World| _ = world.terminate_extensions(), note("never")).chain());
}

#[test]
fn the_end_may_come_from_within() {
    let mut early = app(host().with::<Economy>().with::<EndsInInit>().with::<Zoo>());
    early.update();
    assert_eq!(noted(&mut early), "Economy.init Zoo.end EndsInInit.end Economy.end");
    early.assert_states("Economy terminated, EndsInInit terminated, Zoo terminated");

    let mut late = app(host().with::<Economy>().with::<EndsInUpdate>());
    late.update();
    late.update();
    assert_eq!(noted(&mut late), "Economy.init Economy.end");
}
