//! The test kit: apps for tests, and what they say when something is otherwise.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    Driver, ExtensionName, FaultPlace, Interface, Method,
    prelude::*,
    test_kit::{Heard, Logs, TestApp, TestAppBuilder, extensions},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::{Dispatch, subscriber::NoSubscriber};

use crate::support::{Log, note, noted};

#[derive(ExtensionEvent, Clone, PartialEq, Debug, Serialize, Deserialize)]
#[event(name = "player.joined")]
struct PlayerJoined {
    name: String,
}

fn joined(name: &str) -> PlayerJoined {
    PlayerJoined { name: name.into() }
}

extensions! {
    Economy(version = "1.4.0") = |app| app.extension::<Self>();
    Greeter(requires(Economy = "^1.2")) = |app| app.extension::<Self>();
    Weather = |app| app.extension::<Self>();
}

fn town() -> TestApp {
    TestApp::builder().with::<Greeter>().with::<Economy>().with::<Weather>().start()
}

/// Returns the first lines of what code panics with; below is the report, in which there are times.
fn panic_of(lines: usize, code: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(code)).expect_err("it should panic");
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.unwrap_or_else(|| (*payload.downcast_ref::<&str>().unwrap()).into());
    text.lines().take(lines).collect::<Vec<_>>().join("\n")
}

// What is declared.

#[test]
fn the_version_is_the_first_thing_said_or_else_1_0_0() {
    let app = town();
    let versions: Vec<_> = app.report().rows.iter().map(|row| format!("{} {}", row.name, row.version)).collect();
    assert_eq!(versions, ["Economy 1.4.0", "Weather 1.0.0", "Greeter 1.0.0"]);
}

#[test]
fn an_inline_extension_has_docs_visibility_and_a_build_of_several_statements() {
    mod inner {
        use super::*;
        extensions! {
            /// Counts the tides.
            pub(super) Tides(meta(mood = "cheerful")) = |app| {
                let note = note("built");
                app.extension::<Self>().add_systems(Init, note);
            };
        }
    }
    let mut app = TestApp::builder().with::<inner::Tides>().setup(|app| _ = app.init_resource::<Log>()).start();
    assert_eq!(noted(&mut app), "built");
    let manifest = bevy_extensions::manifest_of::<inner::Tides>();
    assert_eq!(manifest.description, "Counts the tides.");
}

// What should be so.

#[test]
fn plan_and_states_are_one_line_each() {
    let mut app = town();
    app.assert_plan("Economy Weather Greeter");
    app.assert_states("Economy running, Weather running, Greeter running");
    app.terminate_extensions();
    app.assert_state("greeter", ExtensionState::Terminated);
}

#[test]
fn another_plan_is_shown_beside_the_expected_one_with_the_report() {
    let app = town();
    assert_eq!(
        panic_of(4, || app.assert_plan("Greeter Economy")),
        "\
the plan should be otherwise
  expected: Greeter Economy
     found: Economy Weather Greeter
extensions: 3 running",
    );
    assert_eq!(
        panic_of(3, || TestApp::builder().build().assert_plan("Greeter")),
        "the plan should be otherwise\n  expected: Greeter\n     found: none",
    );
}

#[test]
fn another_state_is_shown_beside_the_expected_one() {
    let app = town();
    assert_eq!(
        panic_of(3, || app.assert_state("Weather", ExtensionState::LeftOut)),
        "the state of `Weather` should be otherwise\n  expected: left out\n     found: running",
    );
    assert_eq!(
        panic_of(3, || app.assert_states("Weather running")),
        "\
the states should be otherwise
  expected: Weather running
     found: Economy running, Weather running, Greeter running",
    );
}

#[test]
fn an_extension_that_is_not_there_is_said_with_the_one_that_was_meant() {
    let app = town();
    assert_eq!(
        panic_of(1, || app.assert_state("Greter", ExtensionState::Running)),
        "there is no extension `Greter`; did you mean `Greeter`?",
    );
}

#[test]
fn faults_are_listed_with_how_often_they_happened() {
    extensions! {
        Clumsy = |app| app.extension::<Self>()
            .add_systems(Update, || -> Result { Err("dropped a cup".into()) })
            .add_systems(PostUpdate, |mut times: Local<u32>| {
                *times += 1;
                assert!(*times != 2, "fell over it");
            });
    }
    let mut app = TestApp::builder().with::<Clumsy>().build();
    app.assert_faults("Clumsy", &[]);
    app.frames(2);
    app.assert_faults("Clumsy", &["in a system: dropped a cup (2 times)", "in a system: panicked: fell over it"]);
    assert_eq!(
        panic_of(5, || app.assert_faults("Clumsy", &["in a system: dropped a cup"])),
        "\
what went wrong in `Clumsy` should be otherwise
  expected: in a system: dropped a cup
     found:
    in a system: dropped a cup (2 times)
    in a system: panicked: fell over it",
    );
}

// What is captured.

#[test]
fn events_are_captured_as_their_listeners_leave_them_with_their_sender() {
    extensions! {
        Polite = |app| app.extension::<Self>()
            .observe(|mut joined: On<PlayerJoined>| joined.name.insert_str(0, "dear "))
            .add_systems(Update, |mut commands: Commands| commands.trigger(joined("Ben")));
    }
    let mut app = TestApp::builder().with::<Polite>().build();
    app.world_mut().trigger(joined("before"));
    let heard = app.capture::<PlayerJoined>();
    app.world_mut().trigger(joined("Ann"));
    assert_eq!(heard.take(), [joined("dear Ann")]);
    app.frames(1);
    let [Heard { event, sender, .. }] = &heard.take_heard()[..] else { panic!("it is one event") };
    assert_eq!((event, sender.as_ref().map(ExtensionName::as_str)), (&joined("dear Ben"), Some("Polite")));
    assert_eq!(heard.take(), [], "each is taken once");
}

#[test]
fn events_are_captured_by_name() {
    let mut app = TestApp::builder().build();
    let (players, all) = (app.capture_named("player.*"), app.capture_named("*"));
    app.world_mut().emit("player.waved", json!({"at": "Ann"})).unwrap();
    app.world_mut().emit("tide.rose", json!(3)).unwrap();
    assert_eq!(players.take_lines(), [r#"player.waved {"at":"Ann"}"#]);
    assert_eq!(all.take().len(), 2);
}

#[test]
fn a_name_that_is_none_cannot_be_captured() {
    let mut app = TestApp::builder().build();
    let text = panic_of(1, || _ = app.capture_named("player joined"));
    assert!(text.starts_with("`player joined` cannot be captured: "), "{text}");
}

#[test]
fn the_log_is_captured_with_levels_and_fields() {
    let app = TestApp::builder().build();
    tracing::warn!(meters = 3, "the tide is {}", "late");
    tracing::debug!("the moon is full");
    assert_eq!(app.logs(), ["warn: the tide is late meters=3"]);
    app.assert_logged("warn: the tide is late meters=3");
    assert_eq!(
        panic_of(3, || app.assert_logged("info: the tide is here")),
        "this was not logged\n  expected: info: the tide is here\n     found: warn: the tide is late meters=3",
    );
    assert_eq!(panic_of(1, || app.assert_quiet()), "this should not have been logged: warn: the tide is late meters=3");
}

#[test]
fn a_good_start_is_quiet() {
    town().assert_quiet();
}

#[test]
fn the_youngest_listens_whoever_ends_first() {
    let outer = Logs::capture();
    let mut app = TestApp::builder().build();
    tracing::info!("1");
    let elder = std::mem::replace(&mut app, TestApp::builder().build());
    tracing::info!("2");
    assert_eq!(elder.logs(), ["info: 1"]);
    drop(elder);
    tracing::info!("3");
    assert_eq!(app.logs(), ["info: 2", "info: 3"]);
    drop(app);
    tracing::info!("4");
    assert_eq!(outer.take(), ["info: 4"]);
    drop(outer);
    assert!(tracing::dispatcher::get_default(Dispatch::is::<NoSubscriber>));
}

// What is injected.

/// An extension with code everywhere, which notes where it is; and one that cannot do without it.
mod busy {
    use super::*;

    #[derive(Extension)]
    #[extension(version = "1.0.0")]
    pub struct Busy;

    impl Plugin for Busy {
        fn build(&self, app: &mut App) {
            let listen = |_: On<PlayerJoined>, mut log: ResMut<Log>| log.note("listener");
            app.extension::<Self>()
                .add_systems(Init, note("init"))
                .add_systems(Terminate, note("terminate"))
                .add_systems(Update, (|mut log: ResMut<Log>, _: Commands| log.note("system")).run_if(|| true))
                .observe(listen)
                .observe_named("player.*", |_: On<DynamicEvent>, mut log: ResMut<Log>| log.note("by-name"))
                .export_fn("work", |mut log: ResMut<Log>| log.note("function"))
                .interface(Interface::new("labour").method(Method::new("toil")))
                .driver("labour", Driver::new().method("toil", |mut log: ResMut<Log>| log.note("driver")));
            app.world_mut().spawn(Name::new("tool"));
        }

        fn finish(&self, app: &mut App) {
            app.world_mut().resource_mut::<Log>().note("finish");
        }

        fn cleanup(&self, app: &mut App) {
            app.world_mut().resource_mut::<Log>().note("cleanup");
        }
    }

    extensions! {
        /// Cannot do without the other.
        pub Lazy(requires(Busy)) = |app| app.extension::<Self>();
    }
}

/// Runs an app in which one fault is injected, by a panic and by an error, and has everything run: what is noted, what is
/// charged, and what becomes of the extension and the one that requires it.
#[track_caller]
fn check_injected(place: FaultPlace, noted_then: &str, told: &str, states: &str) {
    check_blow(&place, noted_then, &format!("{place}: panicked: injected"), told, states, |builder, place| {
        builder.inject::<busy::Busy>(place)
    });
    if place != FaultPlace::Ready {
        check_blow(&place, noted_then, &format!("{place}: injected"), told, states, |builder, place| {
            builder.inject_error::<busy::Busy>(place)
        });
    }
}

#[track_caller]
fn check_blow(
    place: &FaultPlace,
    noted_then: &str,
    fault: &str,
    told: &str,
    states: &str,
    inject: impl FnOnce(TestAppBuilder, FaultPlace) -> TestAppBuilder,
) {
    let builder = TestApp::builder().with::<busy::Busy>().with::<busy::Lazy>();
    let builder = builder.setup(|app| _ = app.init_resource::<Log>());
    let mut app = inject(builder, place.clone()).start();
    app.world_mut().trigger(joined("Ann"));
    // Whoever fails answers with an error.
    _ = app.world_mut().call::<_, ()>("Busy", "work", ());
    _ = app.world_mut().drive::<_, ()>("labour", "toil", ());
    app.frames(1);
    assert_eq!(noted(&mut app), noted_then, "{place:?}");
    app.assert_faults("Busy", &[fault]);
    app.assert_states(states);
    let logs = app.logs().join("\n");
    let name = if told.is_empty() { "`Busy` had a fault" } else { told };
    assert!(logs.contains(&format!("{name} {fault}")), "{logs}");
    app.assert_injected();
}

const ALL_BUT_FIRST: &str = "system listener by-name function driver system";
const BOTH_RUN: &str = "Busy running, Lazy running";
const NEITHER_RUNS: &str = "Busy failed, Lazy suspended";
const FAILED: &str = "`Busy` has failed";

#[test]
fn what_is_injected_into_the_start_is_as_a_failure_of_its_own() {
    check_injected(FaultPlace::Settings, "", FAILED, NEITHER_RUNS);
    check_injected(FaultPlace::Build, "", FAILED, NEITHER_RUNS);
    check_injected(FaultPlace::Ready, "", FAILED, NEITHER_RUNS);
    check_injected(FaultPlace::Finish, "finish", FAILED, NEITHER_RUNS);
    check_injected(FaultPlace::Cleanup, "finish cleanup", FAILED, NEITHER_RUNS);
    check_injected(FaultPlace::Phase(Init), "finish cleanup terminate", FAILED, NEITHER_RUNS);
}

#[test]
fn what_is_injected_into_what_runs_is_instead_of_it_once() {
    let start = |rest: &str| format!("finish cleanup init {rest}");
    let without = |what: &str| start(&ALL_BUT_FIRST.replacen(&format!("{what} "), "", 1));
    check_injected(FaultPlace::System, &without("system"), "", BOTH_RUN);
    check_injected(FaultPlace::Condition, &without("system"), "", BOTH_RUN);
    check_injected(FaultPlace::Command, &start(ALL_BUT_FIRST), "", BOTH_RUN);
    check_injected(FaultPlace::Listener("player.joined".into()), &without("listener"), "", BOTH_RUN);
    check_injected(FaultPlace::Listener("player.*".into()), &without("by-name"), "", BOTH_RUN);
    check_injected(FaultPlace::Function("work".into()), &without("function"), "", BOTH_RUN);
    check_injected(FaultPlace::Function("toil".into()), &without("driver"), "", BOTH_RUN);
}

#[test]
fn what_is_injected_into_build_is_undone() {
    let builder = TestApp::builder().with::<busy::Busy>().setup(|app| _ = app.init_resource::<Log>());
    let mut app = builder.inject::<busy::Busy>(FaultPlace::Build).build();
    let tools = app.world_mut().query::<&Name>().iter(app.world()).filter(|name| name.as_str() == "tool").count();
    assert_eq!(tools, 0, "`build` had spawned it before it failed");
}

#[test]
fn what_is_injected_while_the_app_runs_happens_next_time() {
    let mut app = TestApp::builder().with::<busy::Busy>().setup(|app| _ = app.init_resource::<Log>()).start();
    noted(&mut app);
    app.inject::<busy::Busy>(FaultPlace::System).inject_error::<busy::Busy>(FaultPlace::System).frames(3);
    assert_eq!(noted(&mut app), "system", "twice it was injected, and the third time it runs");
    app.assert_faults("Busy", &["in a system: panicked: injected", "in a system: injected"]);
}

#[test]
fn the_end_can_fail_too() {
    let mut app = TestApp::builder().with::<busy::Busy>().setup(|app| _ = app.init_resource::<Log>()).start();
    app.inject::<busy::Busy>(FaultPlace::Phase(Terminate)).terminate_extensions();
    app.assert_faults("Busy", &["in `Terminate`: panicked: injected"]);
}

#[test]
fn what_is_injected_has_to_happen_before_the_app_is_dropped() {
    let text = panic_of(1, || {
        let mut app = town();
        app.inject::<Weather>(FaultPlace::System).inject::<Greeter>(FaultPlace::Phase(Init)).frames(1);
    });
    assert_eq!(
        text,
        "what was injected has not happened, as no code ran there: `Weather` in a system, `Greeter` in `Init`",
    );
}

#[test]
fn where_no_code_runs_nothing_can_be_injected() {
    let mut app = town();
    assert_eq!(
        panic_of(1, || _ = app.inject::<Greeter>(FaultPlace::Export("Ledger".into()))),
        "nothing can be injected in what it exports as `Ledger`: no code of the extension runs there",
    );
    assert_eq!(
        panic_of(1, || _ = app.inject::<busy::Busy>(FaultPlace::System)),
        "nothing can be injected into `Busy`, which is not in the app; add it with `.with::<Busy>()`",
    );
    assert_eq!(
        panic_of(1, || _ = TestApp::builder().inject::<busy::Busy>(FaultPlace::System).build()),
        "nothing can be injected into `Busy`, which is not in the app; add it with `.with::<Busy>()`",
    );
    assert_eq!(
        panic_of(1, || _ = TestApp::builder().inject_error::<busy::Busy>(FaultPlace::Ready)),
        "no error can be injected in `ready`, which has none to return; inject a panic with `inject`",
    );
}

#[test]
fn two_apps_have_faults_of_their_own() {
    let [mut one, mut other] = [town(), town()];
    one.inject::<Weather>(FaultPlace::Phase(Terminate));
    other.assert_injected();
    other.frames(1).assert_faults("Weather", &[]);
    assert_eq!(panic_of(0, || drop(one)), "");
}

// How it starts and ends.

#[test]
fn a_shuffled_app_starts_in_every_order_that_its_edges_allow() {
    let plan = |seed| {
        let app = TestApp::builder().with::<Economy>().with::<Greeter>().with::<Weather>().shuffled_with(seed).start();
        app.assert_state("Greeter", ExtensionState::Running);
        app.plan()
    };
    let mut plans: Vec<_> = (0..20).map(plan).collect();
    assert_eq!(plans, (0..20).map(plan).collect::<Vec<_>>(), "a seed repeats its order");
    plans.sort();
    plans.dedup();
    assert_eq!(plans, ["Economy Greeter Weather", "Economy Weather Greeter", "Weather Economy Greeter"]);
}

#[test]
fn a_shuffled_app_tells_its_seed() {
    let app = TestApp::builder().with::<Economy>().shuffled().build();
    let seed = app.seed().unwrap();
    let told =
        format!("extensions start in the order of the seed {seed}; `BEVY_EXTENSIONS_TEST_SEED={seed}` repeats it");
    app.assert_logged(&format!("info: {told}"));
    let text = panic_of(9, || app.assert_plan("Weather"));
    assert_eq!(text.lines().last(), Some(told.as_str()));
}

#[test]
fn the_environment_repeats_a_seed() {
    let told = |seed: &str| {
        let name = "test_kit::a_shuffled_app_tells_its_seed";
        let mut test = Command::new(std::env::current_exe().unwrap());
        let test = test.args([name, "--exact", "--nocapture"]).env("BEVY_EXTENSIONS_TEST_SEED", seed);
        String::from_utf8(test.output().unwrap().stderr).unwrap()
    };
    assert!(told("7").contains("info: extensions start in the order of the seed 7; "), "{}", told("7"));
    let wrong = "`BEVY_EXTENSIONS_TEST_SEED` is `seven`, which is no seed; give it the number that a test has told";
    assert!(told("seven").contains(wrong), "{}", told("seven"));
}

#[test]
fn the_app_terminates_its_extensions_when_it_is_dropped() {
    extensions! {
        Noisy = |app| app.extension::<Self>().add_systems(Terminate, || tracing::info!("good night"));
    }
    let logs = Logs::capture();
    let app = TestApp::builder().with::<Noisy>().start();
    // Otherwise the log is the app's.
    let ended = Logs::capture();
    drop(app);
    assert_eq!(ended.all(), ["info: good night"]);
    assert_eq!(logs.all().len(), 0);
}

#[test]
fn an_app_of_a_test_that_has_failed_does_not_hide_why() {
    let text = panic_of(1, || {
        let mut app = town();
        app.inject::<Weather>(FaultPlace::System);
        panic!("this is why");
    });
    assert_eq!(text, "this is why");
}

#[test]
fn bad_settings_are_said_with_their_place_and_a_hint() {
    assert_eq!(
        panic_of(2, || _ = TestApp::builder().settings(r#"(disable: ["Weather"])"#)),
        "extensions.ron:1:2: unknown key `disable`\n  hint: did you mean `disabled`?"
    );
}

#[test]
fn settings_are_those_of_a_file() {
    let app = TestApp::builder().with::<Weather>().settings(r#"(disabled: ["Weather"])"#).start();
    app.assert_states("Weather disabled");
}
