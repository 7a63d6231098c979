//! Stopping and starting, over and over: the world is as before, counted in the world itself.

use std::collections::{BTreeMap, BTreeSet};

use bevy_app::prelude::*;
use bevy_ecs::{archetype::Archetype, prelude::*};
use bevy_extensions::{Driver, DynamicEvent, Interface, Method, Switch, Type, json, prelude::*, test_kit::extensions};
use bevy_time::TimeUpdateStrategy;
use serde::{Deserialize, Serialize};
use town_economy::Economy;
use town_weather::Weather;

use crate::{
    memory,
    support::{FRAME, Log, host, host_with},
};

/// How often which part of an extension has run since the last look.
#[derive(Resource, Default)]
struct Ran(BTreeMap<&'static str, u32>);

impl Ran {
    fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

/// Makes a system that counts.
fn ran(what: &'static str) -> impl FnMut(ResMut<Ran>) + Send + Sync {
    move |mut ran: ResMut<Ran>| ran.count(what)
}

#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "bazaar.bell")]
struct Bell;

#[derive(Event)]
struct Whistle;

#[derive(Component)]
struct Coin;

#[derive(Component)]
struct Stall;

#[derive(Export, Default)]
#[export(by = Bazaar)]
struct Ledger(u32);

#[derive(Export, Clone)]
#[export(by = Bazaar)]
struct Sign(#[expect(dead_code, reason = "nobody reads it")] &'static str);

#[derive(Export)]
#[export(by = Bazaar)]
struct Stock(Vec<u64>);

#[derive(Resource, Default)]
struct Shelf(Vec<u64>);

#[derive(Resource, Default)]
struct Oil(u32);

/// A plugin of somebody else that the extension brings along.
struct Lamps;

impl Plugin for Lamps {
    fn build(&self, app: &mut App) {
        app.init_resource::<Oil>()
            .add_systems(Update, |mut oil: ResMut<Oil>, mut ran: ResMut<Ran>| {
                oil.0 += 1;
                ran.count("lamp");
            })
            .add_observer(|_: On<Whistle>, mut ran: ResMut<Ran>| ran.count("lamp on whistle"));
    }
}

extensions! {
    // It uses everything that there is.
    Bazaar() = |app| app.extension::<Self>()
        .add_plugins_once(Lamps)
        .export::<Ledger>()
        .export_value(Sign("open"))
        .export_with(|_| Stock(vec![7; 100]))
        .init_resource::<Shelf>()
        .owns::<Coin>()
        .export_fn("price", |In(coins): In<u64>, mut stock: ImportMut<Bazaar, Stock>| { stock.0.push(coins); coins * 2 })
        .interface(Interface::new("bazaar.post").method(Method::new("send").returns(Type::Integer)))
        .driver("bazaar.post", Driver::new().method("send", || 7))
        .observe(|_: On<Bell>, mut ran: ResMut<Ran>| ran.count("typed"))
        .observe(|_: On<Whistle>, mut ran: ResMut<Ran>| ran.count("plain event"))
        .observe(|_: On<Add<Stall>>, mut ran: ResMut<Ran>| ran.count("stall"))
        .observe_named("bazaar.*", |_: On<DynamicEvent>, mut ran: ResMut<Ran>| ran.count("named"))
        .add_systems(PreInit, ran("pre"))
        .add_systems(Init, open)
        .add_systems(PostInit, (ran("post"), ran("later post")).chain())
        .add_systems(Terminate, close)
        .add_systems(Update, (trade, ran("never").run_if(|| false), ran("often").run_if(|mut turn: Local<bool>| { *turn = !*turn; *turn })))
        .add_systems(Last, ran("last"));
    Customer(requires(Bazaar)) = |app| app.extension::<Self>()
        .add_systems(Init, |mut commands: Commands| commands.call("Bazaar", "price", json!(3)))
        .add_systems(Update, |mut ledger: ImportMut<Customer, Ledger>, mut commands: Commands| {
            ledger.0 += 1;
            commands.drive("bazaar.post", "send", json!({}));
        });
}

fn open(mut commands: Commands, mut shelf: ResMut<Shelf>, mut ran: ResMut<Ran>) {
    ran.count("init");
    shelf.0.resize(1000, 1);
    commands.add_listener(|_: On<Bell>, mut ran: ResMut<Ran>| ran.count("later"));
    commands.queue(|world: &mut World| {
        let listener = |_: On<DynamicEvent>, mut ran: ResMut<Ran>| ran.count("later named");
        _ = world.add_named_listener("bazaar.*", listener).unwrap();
    });
    commands.spawn_owned((Stall, children![Stall, (Coin, Name::new("in the till"))]));
}

fn trade(mut commands: Commands, mut ran: ResMut<Ran>, mut shelf: ResMut<Shelf>) {
    ran.count("trade");
    shelf.0.push(1);
    commands.spawn(Coin);
    commands.spawn_owned(Name::new("a bag"));
    commands.trigger(Bell);
    commands.trigger(Whistle);
    commands.emit("bazaar.call", json!({"what": "fish"}));
}

fn close(mut commands: Commands, mut ran: ResMut<Ran>) {
    ran.count("end");
    commands.spawn_owned(Stall);
    commands.trigger(Bell);
    commands.add_listener(|_: On<Bell>| ());
}

/// What there is in a world, as the world itself has it, and how much of each.
type Census = BTreeMap<String, u32>;

/// Counts what there is, and what has run in the last two frames.
fn count(app: &mut App) -> Census {
    let ran = app.world().resource::<Ran>().0.clone();
    let mut census: Census = ran.into_iter().map(|(what, times)| (format!("runs of {what}"), times)).collect();
    let world = app.world_mut();
    let mut note = |what: String, count: usize| *census.entry(what).or_default() += u32::try_from(count).unwrap();
    note("observers".into(), world.query::<&Observer>().iter(world).count());
    note("resources".into(), world.iter_resources().count());
    note("entities".into(), world.entities().count_spawned() as usize);
    note("component ids".into(), world.components().len());
    note("archetypes".into(), world.archetypes().len());
    for archetype in world.archetypes().iter().filter(|archetype| !archetype.is_empty()) {
        note(format!("rows of {}", names(world, archetype)), archetype.len() as usize);
    }
    for (label, schedule) in world.resource::<Schedules>().iter() {
        note(format!("systems in {label:?}"), schedule.systems_len());
    }
    census
}

/// Names the components of an archetype: by their types, which are known by name only with Bevy's feature `debug`.
fn names(world: &World, archetype: &Archetype) -> String {
    let known = world.components();
    let infos = archetype.iter_components().filter_map(|id| known.get_info(id));
    let mut names: Vec<_> = infos.map(|info| format!("{} {:?}", info.name(), info.type_id())).collect();
    names.sort();
    names.join(" + ")
}

/// Tells of what there is another count.
fn differences(before: &Census, after: &Census) -> Vec<String> {
    let all: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let of = |census: &Census, what: &String| census.get(what).copied().unwrap_or(0);
    let counts = all.into_iter().map(|what| (what, of(before, what), of(after, what)));
    counts.filter(|(_, a, b)| a != b).map(|(what, a, b)| format!("{what}: {a}, then {b}")).collect()
}

/// Switches extensions, and runs two more frames.
fn switch(app: &mut App, names: &[&str], switch: fn(String) -> Switch) {
    for name in names {
        app.world_mut().resource_mut::<Extensions>().switch(switch(name.to_string()));
    }
    app.update();
    app.world_mut().resource_mut::<Ran>().0.clear();
    app.update();
    app.update();
}

/// Stops and starts some extensions.
fn turn(app: &mut App, names: &[&str]) {
    switch(app, names, Switch::disable);
    switch(app, names, Switch::enable);
}

/// The same, and counts after each.
fn count_turn(app: &mut App, names: &[&str]) -> [Census; 2] {
    switch(app, names, Switch::disable);
    let stopped = count(app);
    switch(app, names, Switch::enable);
    [stopped, count(app)]
}

/// An app that keeps nothing of what it tells, unlike a `TestApp`.
fn app(host: ExtensionsPlugin) -> App {
    let mut app = App::new();
    // By the clock, a slow frame would have several fixed steps, for each of which Bevy keeps what is removed until it ends.
    app.init_resource::<Log>().insert_resource(TimeUpdateStrategy::ManualDuration(FRAME)).add_plugins(host);
    app.finish();
    app.cleanup();
    app
}

/// Stops and starts some extensions many times: there is as much in the world after it as before it.
#[track_caller]
fn check(mut app: App, names: &[&str], prints: bool) {
    // Whatever is told is let go at once.
    let _quiet = tracing::subscriber::set_default(tracing_subscriber::registry());
    app.init_resource::<Ran>().update();
    // Archetypes and the capacity of lists come with the first ones.
    (0..200).for_each(|_| turn(&mut app, names));
    let before = count_turn(&mut app, names);
    let bytes = memory::held();
    let times: u32 = std::env::var("SWITCHES").map_or(50, |times| times.parse().unwrap());
    (0..times).for_each(|_| turn(&mut app, names));
    let grown = memory::held() - bytes;
    let after = count_turn(&mut app, names);
    for (before, after, when) in [(&before[0], &after[0], "stopped"), (&before[1], &after[1], "running")] {
        assert_eq!(differences(before, after), [""; 0], "{when}");
    }
    if is_memory_known(prints) {
        assert_eq!(grown, 0, "bytes");
    }
    app.terminate_extensions();
}

/// Tells whether what this thread holds tells what an app holds.
fn is_memory_known(prints: bool) -> bool {
    // Other threads give back what this one has taken, and the other way round.
    let is_alone = cfg!(not(feature = "multi_threaded"));
    // What is printed is kept until the test ends.
    is_alone && (!prints || std::env::args().any(|arg| arg == "--nocapture"))
}

#[test]
fn what_uses_everything_leaves_nothing_however_often_it_stops_and_starts() {
    check(app(host().with::<Bazaar>()), &["Bazaar"], false);
}

#[test]
fn those_that_follow_leave_nothing_either() {
    check(app(host().with::<Bazaar>().with::<Customer>()), &["Bazaar"], false);
}

#[test]
fn the_sample_extensions_leave_nothing() {
    let host = || host().with::<Economy>().with::<Weather>();
    check(app(host()), &["Economy"], true);
    check(app(host()), &["Weather"], true);
    check(app(host()), &["Economy", "Weather"], true);
}

#[test]
fn after_a_stop_there_is_little_more_than_if_an_extension_had_never_been_on() {
    let mut never = app(host_with(r#"(disabled: ["Bazaar"])"#).with::<Bazaar>());
    never.init_resource::<Ran>().update();
    let never = count(&mut never);
    let mut stopped = app(host().with::<Bazaar>());
    stopped.init_resource::<Ran>().update();
    switch(&mut stopped, &["Bazaar"], Switch::disable);
    let stopped = count(&mut stopped);
    let more = |what: &str| stopped[what] - never[what];
    assert!(!stopped.keys().any(|what| what.starts_with("runs of")), "nothing runs: {stopped:?}");
    assert_eq!(more("observers"), 1, "that of the plugin of somebody else, which does not run");
    let whose = "that of the plugin of somebody else, the row of listeners of an event, its files, keys and tables";
    assert_eq!(more("resources"), 1 + 1 + 3, "{whose}");
    // Bevy keeps the empty entity of a resource that is removed: here of three exports and a resource.
    assert_eq!(more("entities"), more("observers") + more("resources") + 4 + 1, "besides, the interface");
}
