//! Phases: their order, their faults, and their end.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    DependencyEdge, EdgeKind, ExtensionFaults, ExtensionInfo, ExtensionSet, ExtensionTimes, SuspendedBecauseOf,
    prelude::*, test_kit::extensions,
};

use crate::support::{Log, app, host, host_with, note, noted};

extensions! {
    Economy() = |app| app.extension::<Self>()
        .add_systems(PreInit, note("Economy.pre"))
        .add_systems(Init, note("Economy.init"))
        .add_systems(PostInit, note("Economy.post"))
        .add_systems(Terminate, note("Economy.end"));
    Chat() = |app| app.extension::<Self>()
        .add_systems(Init, note("Chat.init"))
        .add_systems(Terminate, note("Chat.end"));
    Greeter(requires(Economy = "^1", Chat)) = |app| app.extension::<Self>()
        .add_systems(Update, note("Greeter.update"))
        .add_systems(PostInit, note("Greeter.post"))
        .add_systems(Init, (note("Greeter.a"), note("Greeter.b")).chain())
        .add_systems(Terminate, note("Greeter.end"));
    Bank(requires(Economy)) = |app| app.extension::<Self>()
        .add_systems(PreInit, note("Bank.pre"))
        .add_systems(Init, ((|| panic!("the vault is empty")), note("Bank.never")).chain())
        .add_systems(PostInit, note("Bank.never"))
        .add_systems(Update, note("Bank.never"))
        .add_systems(Terminate, note("Bank.end"));
    Loans(requires(Bank)) = |app| app.extension::<Self>()
        .add_systems(PreInit, note("Loans.pre"))
        .add_systems(Init, note("Loans.never"))
        .add_systems(Update, note("Loans.never"))
        .add_systems(Terminate, note("Loans.end"));
    Mortgages(requires(Loans)) = |app| app.extension::<Self>().add_systems(Init, note("Mortgages.never"));
    Shop(any_of(Bank, Economy)) = |app| app.extension::<Self>().add_systems(Init, note("Shop.init"));
}

#[test]
fn each_phase_goes_through_all_in_plan_order() {
    let mut app = app(host().with::<Greeter>().with::<Economy>().with::<Chat>());
    app.update();
    assert_eq!(
        noted(&mut app),
        "Economy.pre Chat.init Economy.init Greeter.a Greeter.b Economy.post Greeter.post Greeter.update",
    );
    app.assert_states("Chat running, Economy running, Greeter running");
    app.update();
    assert_eq!(noted(&mut app), "Greeter.update", "phases run once");
}

#[test]
fn the_order_of_adding_does_not_matter() {
    let mut app = app(host().with::<Chat>().with::<Economy>().with::<Greeter>());
    app.update();
    assert_eq!(
        noted(&mut app),
        "Economy.pre Chat.init Economy.init Greeter.a Greeter.b Economy.post Greeter.post Greeter.update",
    );
}

#[test]
fn terminate_runs_once_and_backwards() {
    let mut app = app(host().with::<Greeter>().with::<Economy>().with::<Chat>());
    app.update();
    noted(&mut app);
    app.terminate_extensions().terminate_extensions();
    assert_eq!(noted(&mut app), "Greeter.end Economy.end Chat.end");
    app.assert_states("Chat terminated, Economy terminated, Greeter terminated");
    app.update();
    assert_eq!(noted(&mut app), "", "what has ended does not run on");
}

#[test]
fn app_exit_terminates_even_from_the_last_system_of_the_frame() {
    let mut app = app(host().with::<Economy>());
    app.add_systems(Last, |mut exit: MessageWriter<AppExit>| _ = exit.write(AppExit::Success));
    app.update();
    assert_eq!(noted(&mut app), "Economy.pre Economy.init Economy.post Economy.end");
    assert_eq!(app.should_exit(), Some(AppExit::Success));
}

#[test]
fn nobody_is_terminated_who_has_not_begun() {
    let mut app = app(host().with::<Economy>());
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "");
    app.update();
    assert_eq!(noted(&mut app), "", "it does not start after the end");
}

#[test]
fn systems_of_the_app_can_stand_between_phases() {
    let mut app = app(host().with::<Economy>());
    app.add_systems(Startup, note("App.between").after(ExtensionSystems::PreInit).before(ExtensionSystems::Init));
    app.update();
    assert_eq!(noted(&mut app), "Economy.pre App.between Economy.init Economy.post");
}

#[test]
fn a_failed_extension_takes_only_its_dependents_along() {
    let mut app = app(host().with::<Economy>().with::<Bank>().with::<Loans>().with::<Mortgages>().with::<Shop>());
    app.update();
    assert_eq!(
        noted(&mut app),
        "Economy.pre Bank.pre Loans.pre Economy.init Loans.end Bank.end Shop.init Economy.post",
        "dependents end first, and whoever has an alternative goes on",
    );
    app.assert_states("Economy running, Bank failed, Loans suspended, Shop running, Mortgages suspended");
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Economy.end", "who has ended does not end again");
}

#[test]
fn faults_and_their_consequences_can_be_queried() {
    let mut app = app(host().with::<Economy>().with::<Bank>().with::<Loans>());
    app.update();
    let world = app.world_mut();
    let extensions = world.resource::<Extensions>();
    let (bank, loans) = (extensions.entity_of::<Bank>().unwrap(), extensions.entity("LOANS").unwrap());
    let faults = world.get::<ExtensionFaults>(bank).unwrap();
    let faults: Vec<_> = faults.iter().map(|it| format!("{} x{}", it.fault, it.times)).collect();
    assert_eq!(faults, ["in `Init`: panicked: the vault is empty x1"]);
    assert_eq!(world.get::<SuspendedBecauseOf>(loans), Some(&SuspendedBecauseOf(bank)));
}

#[test]
fn extensions_and_edges_are_entities() {
    let mut app = app(host().with::<Greeter>().with::<Economy>().with::<Chat>().with::<Shop>());
    app.update();
    let world = app.world_mut();
    let mut edges: Vec<_> = world.query::<&DependencyEdge>().iter(world).copied().collect();
    edges.sort_by_key(|edge| edge.kind);
    let name = |entity| world.get::<ExtensionInfo>(entity).unwrap().name.to_string();
    let mut edges: Vec<_> =
        edges.iter().map(|edge| format!("{} -> {} {:?}", name(edge.from), name(edge.to), edge.kind)).collect();
    edges.sort();
    assert_eq!(edges, ["Greeter -> Chat Requires", "Greeter -> Economy Requires", "Shop -> Economy AnyOf"]);
    assert!(EdgeKind::AnyOf.is_hard());

    let greeter = world.resource::<Extensions>().entity_of::<Greeter>().unwrap();
    let info = world.get::<ExtensionInfo>(greeter).unwrap();
    assert_eq!((info.name.as_str(), info.version.to_string().as_str(), info.position), ("Greeter", "1.0.0", Some(2)));
    assert_eq!(world.get::<Name>(greeter).unwrap().as_str(), "Greeter");
    assert!(world.get::<ExtensionTimes>(greeter).unwrap().init > std::time::Duration::ZERO);
}

#[test]
fn starts_stops_and_failures_are_events() {
    let mut app = app(host().with::<Economy>().with::<Bank>().with::<Loans>());
    app.add_observer(|event: On<ExtensionStarted>, mut log: ResMut<Log>| log.note(format!("started:{}", event.name)))
        .add_observer(|event: On<ExtensionStopped>, mut log: ResMut<Log>| log.note(format!("stopped:{}", event.name)))
        .add_observer(|event: On<ExtensionFailed>, mut log: ResMut<Log>| log.note(format!("failed:{}", event.name)));
    app.update();
    app.terminate_extensions();
    assert_eq!(
        noted(&mut app),
        "Economy.pre Bank.pre Loans.pre Economy.init Loans.end Bank.end failed:Bank \
         Economy.post started:Economy Economy.end stopped:Economy",
    );
}

#[test]
fn extension_running_is_a_condition() {
    let mut app = app(host().with::<Economy>().with::<Bank>());
    app.add_systems(Update, note("money").run_if(extension_running::<Economy>))
        .add_systems(Update, note("bank").run_if(extension_running::<Bank>))
        .add_systems(Update, note("chat").run_if(extension_running::<Chat>));
    app.update();
    assert!(noted(&mut app).ends_with(" money"), "the bank has failed and there is no chat");

    let mut without_host = App::new();
    without_host.init_resource::<Log>().add_systems(Update, note("x").run_if(extension_running::<Economy>)).update();
    assert_eq!(noted(&mut without_host), "");
}

#[test]
fn systems_in_schedules_of_the_app_are_in_the_set_of_their_extension() {
    let mut app = app(host().with::<Greeter>().with::<Economy>().with::<Chat>());
    app.add_systems(Update, note("before").before(ExtensionSet::of::<Greeter>()))
        .add_systems(Update, note("after").after(ExtensionSet::of::<Greeter>()));
    app.update();
    assert!(noted(&mut app).ends_with("before Greeter.update after"));
}

extensions! {
    Errs() = |app| app.extension::<Self>()
        .add_systems(Init, (|| -> Result { Err("no port is free".into()) }, note("Errs.never")).chain());
    Commands1() = |app| app.extension::<Self>()
        .add_systems(Init, |mut commands: Commands| commands.queue(|_: &mut World| -> Result { Err("the command failed".into()) }))
        .add_systems(PostInit, note("Commands1.never"));
    Commands2() = |app| app.extension::<Self>()
        .add_systems(Init, |mut commands: Commands| commands.queue(|_: &mut World| panic!("the command panicked")))
        .add_systems(PostInit, note("Commands2.never"));
    Condition() = |app| app.extension::<Self>()
        .add_systems(Init, note("Condition.never").run_if(|| -> bool { panic!("the condition panicked") }))
        .add_systems(PostInit, note("Condition.never"));
    Exclusive() = |app| app.extension::<Self>()
        .add_systems(Init, |_: &mut World| -> Result { Err("the world is not enough".into()) });
    Absent() = |app| app.extension::<Self>().add_systems(Init, |_: Res<Nowhere>| {});
    Ambiguous() = |app| app.extension::<Self>()
        .add_systems(Init, (note("x").in_set(Loop), note("y").in_set(Loop).before(Loop)));
    NotText() = |app| app.extension::<Self>().add_systems(Init, || std::panic::panic_any(7));
    EndsBadly() = |app| app.extension::<Self>().add_systems(Terminate, || panic!("the lights stay on"));
}

#[derive(Resource)]
struct Nowhere;

#[derive(SystemSet, Debug, Clone, PartialEq, Eq, Hash)]
struct Loop;

#[test]
fn every_kind_of_fault_in_a_phase_stays_with_its_extension() {
    let mut app = app(host()
        .with::<Errs>()
        .with::<Commands1>()
        .with::<Commands2>()
        .with::<Condition>()
        .with::<Exclusive>()
        .with::<Absent>()
        .with::<Ambiguous>()
        .with::<NotText>()
        .with::<Economy>());
    app.update();
    assert_eq!(noted(&mut app), "Economy.pre Economy.init Economy.post");
    let faults: Vec<_> = app
        .extension_report()
        .rows
        .iter()
        .map(|row| {
            let faults: Vec<_> = row.faults.iter().map(|it| it.fault.to_string()).collect();
            format!("{} {}: {}", row.name, row.state, faults.join("; ").split("`<").next().unwrap())
        })
        .collect();
    assert_eq!(
        faults,
        [
            "Absent failed: in `Init`: it cannot run: Resource does not exist (the feature `debug` tells which)",
            "Ambiguous failed: in `Init`: panicked: Error when initializing schedule PhaseLabel(Init): system ",
            "Commands1 failed: in `Init`: the command failed",
            "Commands2 failed: in `Init`: panicked: the command panicked",
            "Condition failed: in `Init`: panicked: the condition panicked",
            "Economy running: ",
            "Errs failed: in `Init`: no port is free",
            "Exclusive failed: in `Init`: the world is not enough",
            "NotText failed: in `Init`: panicked: with something that is not text",
        ],
    );
}

#[test]
fn a_fault_in_terminate_is_kept_and_the_others_still_end() {
    let mut app = app(host().with::<Economy>().with::<EndsBadly>());
    app.update();
    noted(&mut app);
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Economy.end");
    app.assert_states("Economy terminated, EndsBadly terminated");
    let report = app.extension_report();
    assert_eq!(
        report.row("EndsBadly").unwrap().faults[0].fault.to_string(),
        "in `Terminate`: panicked: the lights stay on"
    );
}

#[test]
fn the_host_settings_say_how_many_faults_are_too_many() {
    let mut app = app(host_with("(faults: (phase: 2))").with::<Errs>().with::<Bank>().with::<Economy>());
    app.update();
    app.assert_states("Economy running, Errs running, Bank running");
}

#[test]
fn the_apps_own_faults_stay_the_apps_own() {
    let mut app = app(host().with::<Economy>());
    app.add_systems(Startup, || -> Result { Err("mine".into()) });
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| app.update())).is_err();
    assert!(panicked, "the app's error handler panics by default");
}

#[test]
fn two_apps_do_not_see_each_other() {
    let mut first = app(host().with::<Economy>());
    let mut second = app(host().with::<Chat>().with::<Economy>());
    first.update();
    second.update();
    first.assert_states("Economy running");
    second.assert_states("Chat running, Economy running");
    first.terminate_extensions();
    first.assert_states("Economy terminated");
    second.assert_states("Chat running, Economy running");
}

#[test]
fn an_app_without_extensions_is_no_problem() {
    let mut app = app(host());
    app.update();
    assert_eq!(
        app.extension_report().to_string(),
        "extensions: none\n  hint: name the crates of extensions in `link_extensions!`, \
         or add them with `ExtensionsPlugin::with`\n",
    );
}
