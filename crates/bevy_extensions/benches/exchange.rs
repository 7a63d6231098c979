//! What extensions offer to others: values against resources, functions and drivers against one-shot systems.

mod table;
mod turns;

use std::hint::black_box;

use bevy_app::{App, Plugin, Update};
use bevy_ecs::{prelude::*, schedule::SingleThreadedExecutor, system::SystemId};
use bevy_extensions::{Driver, HostSettings, Interface, Method, Request, Type, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::{hide_report, is_bench};
use turns::{Side, head, in_turns, line, run_errand};

/// How many systems the schedules have.
const SYSTEMS: u32 = 100;

fn main() {
    hide_report();
    let mut app = started();
    head("a system of the app with one parameter, `Import` or `ImportMut`; against `Res` or `ResMut`");
    parameter(&mut app, "Import", read_resource, read_export);
    parameter(&mut app, "ImportMut", change_resource, change_export);

    let plain = OneShot::register(app.world_mut());
    head("a call of a function; against `World::run_system_with`");
    call(&mut app, "typed, a number", plain.number, || 1, || 1u64, "deposit");
    call(&mut app, "by name, a number", plain.number, || 1, || json!(1), "deposit");
    call(&mut app, "typed, a struct", plain.letter, letter, letter, "post");
    call(&mut app, "by name, a struct", plain.letter, letter, letter_value, "post");
    call(&mut app, "typed, one that takes commands", plain.queueing, || 1, || 1u64, "deposit_later");

    head("a call of a driver; against `World::run_system_with`");
    drive(&mut app, plain.letter);
    app.terminate_extensions();
}

/// What all functions touch.
#[derive(Resource, Default)]
struct Ledger(u64);

/// The same as an export.
#[derive(Export, Default)]
#[export(by = Host)]
struct Shared(u64);

#[derive(Serialize, Deserialize)]
struct Letter {
    to: String,
    pages: u64,
}

impl Request for Letter {
    const INTERFACE: &'static str = "bench.letters";
    const METHOD: &'static str = "send";
    type Answer = u64;
}

fn letter() -> Letter {
    Letter { to: "Ann".into(), pages: 1 }
}

fn letter_value() -> Value {
    json!({"to": "Ann", "pages": 1})
}

/// Offers functions and a driver.
#[derive(Extension)]
struct Bank;

impl Plugin for Bank {
    fn build(&self, app: &mut App) {
        let send = Method::new("send").required("to", Type::String).required("pages", Type::Integer);
        app.extension::<Self>()
            .export_fn("deposit", deposit)
            .export_fn("post", post)
            .export_fn("deposit_later", deposit_later)
            .interface(Interface::new(Letter::INTERFACE).method(send.returns(Type::Integer)))
            .driver(Letter::INTERFACE, Driver::new().answer::<Letter, _>(post));
    }
}

fn deposit(In(gold): In<u64>, mut ledger: ResMut<Ledger>) -> u64 {
    ledger.0 += gold;
    ledger.0
}

fn deposit_later(In(gold): In<u64>, mut ledger: ResMut<Ledger>, _: Commands) -> u64 {
    ledger.0 += gold;
    ledger.0
}

fn post(In(letter): In<Letter>, mut ledger: ResMut<Ledger>) -> u64 {
    ledger.0 += letter.pages + letter.to.len() as u64;
    ledger.0
}

/// Uses them.
#[derive(Extension)]
#[extension(requires(Bank))]
struct Customer;

impl Plugin for Customer {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Update, run_errand);
    }
}

fn started() -> App {
    let mut app = App::new();
    let mut plugin = ExtensionsPlugin::default().without_inventory().with::<Bank>().with::<Customer>();
    (plugin.exit_on_signal, plugin.settings) = (false, HostSettings::default().into());
    app.init_resource::<Ledger>().add_plugins(plugin);
    app.host().export_value(Shared::default());
    app.finish();
    app.cleanup();
    app.update();
    app
}

fn read_resource(ledger: Res<Ledger>) {
    black_box(ledger.0);
}

fn read_export(shared: Import<Host, Shared>) {
    black_box(shared.0);
}

fn change_resource(mut ledger: ResMut<Ledger>) {
    ledger.0 += 1;
}

fn change_export(mut shared: ImportMut<Host, Shared>) {
    shared.0 += 1;
}

/// Compares two systems that differ in their parameter: in a schedule of many, and alone.
fn parameter<Theirs, Ours, M: 'static, N: 'static>(app: &mut App, name: &str, theirs: Theirs, ours: Ours)
where
    Theirs: IntoSystem<(), (), M> + Copy + 'static,
    Ours: IntoSystem<(), (), N> + Copy + 'static,
{
    let (rounds, runs) = if is_bench() { (61, 500) } else { (1, 1) };
    let sides = [in_schedule(theirs), in_schedule(ours)];
    let [plain, import] = in_turns(app, rounds, runs, sides).map(|time| time / f64::from(SYSTEMS));
    line(&format!("{name}, one of {SYSTEMS} systems in a schedule"), plain, import, "1.0x");

    let sides = [alone(app, theirs), alone(app, ours)];
    let [plain, import] = in_turns(app, rounds, runs * SYSTEMS, sides);
    line(&format!("{name}, the system alone"), plain, import, "1.0x");

    let sides = [by_id(app, theirs), by_id(app, ours)];
    let [plain, import] = in_turns(app, rounds, runs * 20, sides);
    line(&format!("{name}, `World::run_system`"), plain, import, "1.0x");
}

fn in_schedule<M: 'static>(system: impl IntoSystem<(), (), M> + Copy + 'static) -> Side {
    let mut schedule = Schedule::default();
    schedule.set_executor(SingleThreadedExecutor::new());
    (0..SYSTEMS).for_each(|_| _ = schedule.add_systems(system));
    Side::app(move |world| schedule.run(world))
}

fn alone<M>(app: &mut App, system: impl IntoSystem<(), (), M>) -> Side {
    let mut system: Box<dyn System<In = (), Out = ()>> = Box::new(IntoSystem::into_system(system));
    system.initialize(app.world_mut());
    Side::app(move |world| system.run_without_applying_deferred((), world).expect("its parameter is there"))
}

fn by_id<M>(app: &mut App, system: impl IntoSystem<(), (), M> + 'static) -> Side {
    let id = app.world_mut().register_system(system);
    Side::app(move |world| world.run_system(id).expect("it is registered"))
}

/// The same systems without us.
struct OneShot {
    number: SystemId<In<u64>, u64>,
    letter: SystemId<In<Letter>, u64>,
    queueing: SystemId<In<u64>, u64>,
}

impl OneShot {
    fn register(world: &mut World) -> Self {
        Self {
            number: world.register_system(deposit),
            letter: world.register_system(post),
            queueing: world.register_system(deposit_later),
        }
    }
}

/// Runs a one-shot system.
fn run<I: 'static>(id: SystemId<In<I>, u64>, input: fn() -> I) -> impl Fn(&mut World) + Send + Sync + Copy {
    move |world| _ = black_box(world.run_system_with(id, input()).expect("it is registered"))
}

/// Compares a function with a one-shot system, called by the app and by an extension. The answer is of the kind of the input.
fn call<I: 'static, G: Kind>(
    app: &mut App,
    what: &str,
    plain: SystemId<In<I>, u64>,
    input: fn() -> I,
    given: fn() -> G,
    function: &'static str,
) {
    let call = move |world: &mut World| {
        _ = black_box(world.call::<G, G::Answer>("Bank", function, given()).expect("it is there, and answers"));
    };
    compare(app, what, run(plain, input), call);
}

fn drive(app: &mut App, plain: SystemId<In<Letter>, u64>) {
    compare(app, "typed, a request", run(plain, letter), |world| {
        _ = black_box(world.request(letter()).expect("it is served"));
    });
    compare(app, "by name, a map", run(plain, letter), |world| {
        let answer: Result<Value, _> = world.drive(Letter::INTERFACE, Letter::METHOD, letter_value());
        _ = black_box(answer.expect("it is served"));
    });
}

fn compare(
    app: &mut App,
    what: &str,
    plain: impl Fn(&mut World) + Copy + Send + Sync + 'static,
    ours: impl Fn(&mut World) + Copy + Send + Sync + 'static,
) {
    let (rounds, runs) = if is_bench() { (31, 10_000) } else { (1, 1) };
    let sides = [Side::app(plain), Side::app(ours), Side::extension(ours)];
    let [plain, by_app, by_extension] = in_turns(app, rounds, runs, sides);
    line(&format!("{what}, by the app"), plain, by_app, "");
    line(&format!("{what}, by an extension"), plain, by_extension, "");
}

/// What a function is called with, which tells in what the answer comes.
trait Kind: Serialize + 'static {
    type Answer: serde::de::DeserializeOwned + 'static;
}

impl Kind for u64 {
    type Answer = u64;
}

impl Kind for Letter {
    type Answer = u64;
}

impl Kind for Value {
    type Answer = Value;
}
