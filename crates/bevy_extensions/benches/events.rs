//! What an event costs: ours to listeners in extensions against Bevy's to plain observers, and by name against typed.

mod many;
mod table;
mod turns;

use bevy_app::{App, Plugin, Update};
use bevy_ecs::prelude::*;
use bevy_extensions::{DynamicEvent, prelude::*};
use many::{ALL, Touched, host};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{hide_report, is_bench};
use turns::{Side, head, in_turns, line, run_errand};

fn main() {
    hide_report();
    let counts: &[u32] = if is_bench() { &[1, 10, 100] } else { &[1, 3] };
    let mut apps: Vec<_> = counts.iter().map(|&count| (count, small_app(count))).collect();

    head("an event to listeners, one in each extension, that touch one resource; against plain observers");
    for (count, app) in &mut apps {
        let goal = if *count == 1 { "1.2x" } else { "1.0x" };
        against_plain(app, *count, "", || Plain(1), || Ping(1), false, goal);
    }
    head("the same, with listeners that take commands, none or one of which they queue; each flushed");
    for (count, app) in &mut apps {
        against_plain(app, *count, ", no command", || PlainIdle(1), || Idle(1), true, "");
        against_plain(app, *count, ", one command", || PlainQueued(1), || Queued(1), true, "");
    }
    head("an event by name with a value, {name: \"Ann\", gold: 1}; against the same typed throughout");
    for (count, app) in apps.iter_mut().filter(|(count, _)| *count <= 10) {
        by_name(app, *count);
    }
    apps.into_iter().for_each(|(_, app)| end(app));

    head("an event to many listeners that touch one resource; for one of them, against as many plain observers");
    let extensions = if is_bench() { ALL } else { 10 };
    many(extensions, 1, |world| listen(world, 1));
    many(extensions, 10, |world| listen(world, 10));
}

/// What every listener touches.
#[derive(Resource, Default)]
struct Count(u64);

/// Says that the listeners of an event take nothing else, may queue commands, or do.
macro_rules! events {
    ($($ours:ident named $name:literal, $plain:ident for plain observers;)*) => {$(
        #[derive(ExtensionEvent)]
        #[event(name = $name)]
        struct $ours(u64);

        #[derive(Event)]
        struct $plain(u64);
    )*};
}

events! {
    Ping named "bench.ping", Plain for plain observers;
    Idle named "bench.idle", PlainIdle for plain observers;
    Queued named "bench.queued", PlainQueued for plain observers;
}

/// Heard as its type.
#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "bench.joined")]
struct Joined {
    name: String,
    gold: u64,
}

/// The same, but heard by name.
#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "bench.told")]
struct Told {
    name: String,
    gold: u64,
}

fn ann() -> Value {
    json!({"name": "Ann", "gold": 1})
}

/// Emits events, and hears none.
#[derive(Extension)]
struct Emitter;

impl Plugin for Emitter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().register_event::<Told>().add_systems(Update, run_errand);
    }
}

/// Makes an app that has started, with extensions that build something besides.
fn started(extensions: usize, besides: fn(&mut World), observe: impl FnOnce(&mut World)) -> App {
    let mut app = App::new();
    app.insert_resource(Touched { besides: Some(besides), ..Touched::default() }).init_resource::<Count>();
    app.add_plugins(host(extensions).with::<Emitter>());
    observe(app.world_mut());
    app.finish();
    app.cleanup();
    app.update();
    app
}

fn end(mut app: App) {
    app.terminate_extensions();
}

/// Makes an app with a few extensions that each listen to everything here, and as many plain observers.
fn small_app(count: u32) -> App {
    let listen_to_all = |world: &mut World| {
        listen(world, 1);
        _ = world.add_listener(|event: On<Idle>, mut count: ResMut<Count>, _: Commands| count.0 += event.0);
        _ = world.add_listener(|event: On<Queued>, mut commands: Commands| count_later(&mut commands, event.0));
        _ = world.add_listener(|event: On<Joined>, mut count: ResMut<Count>| count.0 += event.gold);
        for name in ["bench.told", "bench.dynamic"] {
            let listener =
                |event: On<DynamicEvent>, mut count: ResMut<Count>| count.0 += event.value.is_object() as u64;
            world.add_named_listener(name, listener).expect("it is a name");
        }
    };
    started(count as usize, listen_to_all, |world| {
        for _ in 0..count {
            world.add_observer(|event: On<Plain>, mut count: ResMut<Count>| count.0 += event.0);
            world.add_observer(|event: On<PlainIdle>, mut count: ResMut<Count>, _: Commands| count.0 += event.0);
            world.add_observer(|event: On<PlainQueued>, mut commands: Commands| count_later(&mut commands, event.0));
        }
    })
}

fn listen(world: &mut World, times: usize) {
    for _ in 0..times {
        _ = world.add_listener(|event: On<Ping>, mut count: ResMut<Count>| count.0 += event.0);
    }
}

fn count_later(commands: &mut Commands, by: u64) {
    commands.queue(move |world: &mut World| world.resource_mut::<Count>().0 += by);
}

/// Compares an event of ours with one of Bevy's alone, emitted by the app and by an extension.
fn against_plain<Theirs, Ours>(
    app: &mut App,
    count: u32,
    what: &str,
    theirs: fn() -> Theirs,
    ours: fn() -> Ours,
    flush: bool,
    goal: &str,
) where
    Theirs: for<'a> Event<Trigger<'a>: Default> + 'static,
    Ours: ExtensionEvent,
{
    let emit = move |world: &mut World| {
        world.trigger(ours());
        if flush {
            world.flush();
        }
    };
    let plain = move |world: &mut World| {
        world.trigger(theirs());
        if flush {
            world.flush();
        }
    };
    let (rounds, runs) = if is_bench() { (31, 100_000 / count) } else { (1, 1) };
    let sides = [Side::app(plain), Side::app(emit), Side::extension(plain), Side::extension(emit)];
    let [plain, by_app, plain_by_extension, by_extension] = in_turns(app, rounds, runs, sides);
    line(&format!("to {count}{what}, by the app"), plain, by_app, goal);
    line(&format!("to {count}{what}, by an extension"), plain_by_extension, by_extension, goal);
}

fn by_name(app: &mut App, count: u32) {
    let sides = [
        Side::app(|world| world.trigger(Joined { name: "Ann".into(), gold: 1 })),
        Side::app(|world| emit(world, "bench.joined")),
        Side::app(|world| world.trigger(Told { name: "Ann".into(), gold: 1 })),
        Side::app(|world| emit(world, "bench.told")),
        Side::app(|world| emit(world, "bench.dynamic")),
        Side::extension(|world| emit(world, "bench.joined")),
    ];
    let (rounds, runs) = if is_bench() { (31, 10_000 / count) } else { (1, 1) };
    let [typed, emitted, heard, both, dynamic, by_extension] = in_turns(app, rounds, runs, sides);
    line(&format!("to {count}, emitted by name"), typed, emitted, "");
    line(&format!("to {count}, emitted by name, by an extension"), typed, by_extension, "");
    line(&format!("to {count}, heard by name"), typed, heard, "");
    line(&format!("to {count}, emitted and heard by name"), typed, both, "");
    line(&format!("to {count}, a dynamic event"), typed, dynamic, "");
}

fn emit(world: &mut World, name: &str) {
    world.emit(name, ann()).expect("the value fits, and everybody may hear it");
}

/// Compares one listener of very many with one plain observer of as many.
fn many(extensions: usize, each: usize, listen: fn(&mut World)) {
    let listeners = extensions * each;
    let mut app = started(extensions, listen, |world| {
        for _ in 0..listeners {
            world.add_observer(|event: On<Plain>, mut count: ResMut<Count>| count.0 += event.0);
        }
    });
    let heard = |app: &App| app.world().resource::<Count>().0;
    app.world_mut().trigger(Ping(1));
    assert_eq!(heard(&app), listeners as u64, "everybody has heard it");

    let (rounds, runs) = if is_bench() { (31, u32::try_from(200_000 / listeners).unwrap_or(1)) } else { (1, 1) };
    let sides = [Side::app(|world| world.trigger(Plain(1))), Side::app(|world| world.trigger(Ping(1)))];
    let [plain, ours] = in_turns(&mut app, rounds, runs, sides).map(|time| time / listeners as f64);
    line(&format!("{each} in each of {extensions} extensions"), plain, ours, "");
    end(app);
}
