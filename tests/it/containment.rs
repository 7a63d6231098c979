//! Faults at random: exactly the faulty and their dependents do not run.

use std::collections::BTreeSet;

use bevy_app::prelude::*;
use bevy_ecs::{lifecycle::HookContext, prelude::*, world::DeferredWorld};
use bevy_extensions::{
    Declared, Driver, DynamicEvent, Extension, Interface, Leftover, Manifest, Method,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::Serialize;

use crate::support::{Log, app, host_with, noted};

/// Where the extension of a number fails, if it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Failing {
    Nowhere,
    Build,
    BuildCivil,
    Finish,
    PreInit,
    InitError,
    InitCommand,
    InitCondition,
    InitExclusive,
    PostInit,
    Cleanup,
    Create,
    // From here on, it fails while it runs, and goes on.
    System,
    Command,
    Condition,
    Listener,
    ListenerError,
    ListenerCommand,
    NamedListener,
    Observer,
    Function,
    FunctionError,
    FunctionCommand,
    Driver,
    // From here on, it fails as it is stopped, and goes on.
    Terminate,
    TerminateCommand,
    OwnedDropped,
    OwnedRemoved,
    SpawnedDropped,
    // From here on, it fails as it is started again.
    MadeAgain,
    InitAgain,
}

impl Failing {
    /// Tells whether the extension runs nevertheless, until it has failed a second time.
    fn goes_on(self) -> bool {
        self == Self::Nowhere || self as u8 >= Self::System as u8
    }

    /// Tells whether it fails while it runs.
    fn is_at_run_time(self) -> bool {
        self.goes_on() && (self as u8) < Self::Terminate as u8 && self != Self::Nowhere
    }

    /// Tells whether it fails as it is started again.
    fn is_at_restart(self) -> bool {
        self as u8 >= Self::MadeAgain as u8
    }
}

/// What every extension listens to.
#[derive(ExtensionEvent, Serialize)]
#[event(name = "tick")]
struct Tick;

#[derive(Component)]
struct Coin;

/// What an extension owns. It says where it panics.
#[derive(Component)]
#[component(on_remove = remove_belonging::<N>)]
struct Belonging<const N: usize> {
    dropped: Option<Failing>,
}

impl<const N: usize> Drop for Belonging<N> {
    fn drop(&mut self) {
        if let Some(place) = self.dropped {
            panic!("{} fails in {place:?}", NAMES[N]);
        }
    }
}

fn remove_belonging<const N: usize>(_: DeferredWorld, _: HookContext) {
    assert!(wish(N).failing != Failing::OwnedRemoved, "{} fails in OwnedRemoved", NAMES[N]);
}

/// A resource that an extension has made again when it starts again.
#[derive(Resource)]
struct Made<const N: usize>;

/// What the test wants of each of its hundred extensions. It is set before the app is made, on the thread that makes it.
#[derive(Clone, Copy)]
struct Wish {
    failing: Failing,
    requires: [Option<usize>; 2],
}

thread_local! {
    static WISHES: std::cell::RefCell<Vec<Wish>> = const { std::cell::RefCell::new(Vec::new()) };
}

fn wish(number: usize) -> Wish {
    WISHES.with_borrow(|wishes| wishes[number])
}

/// The extension of a number.
struct Numbered<const N: usize>;

const NAMES: [&str; 100] = {
    const DIGITS: &[u8; 200] = b"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    const TEXT: [[u8; 3]; 100] = {
        let mut text = [[b'E'; 3]; 100];
        let mut index = 0;
        while index < 100 {
            text[index] = [b'E', DIGITS[2 * index], DIGITS[2 * index + 1]];
            index += 1;
        }
        text
    };
    let mut names = [""; 100];
    let mut index = 0;
    while index < 100 {
        names[index] = match std::str::from_utf8(&TEXT[index]) {
            Ok(name) => name,
            Err(_) => unreachable!(),
        };
        index += 1;
    }
    names
};

impl<const N: usize> Extension for Numbered<N> {
    const NAME: &'static str = NAMES[N];
    type Settings = ();

    fn create() -> Self {
        assert!(wish(N).failing != Failing::Create, "{} cannot be created", NAMES[N]);
        Self
    }

    fn manifest() -> Manifest {
        let manifest = Manifest::builder(Self::NAME, "1.0.0");
        let required = wish(N).requires.into_iter().flatten();
        required.fold(manifest, |manifest, other| manifest.requires(NAMES[other], "^1")).build()
    }
}

impl<const N: usize> Plugin for Numbered<N> {
    fn build(&self, app: &mut App) {
        let failing = wish(N).failing;
        let fail_in = move |place: Failing| assert!(failing != place, "{} fails in {place:?}", NAMES[N]);
        let note = move |log: &mut Log, place: Failing| {
            fail_in(place);
            log.note(format!("{}:{place:?}", NAMES[N]));
        };
        let update = move |mut log: ResMut<Log>, mut commands: Commands| {
            commands.queue(move |_: &mut World| fail_in(Failing::Command));
            note(&mut log, Failing::System);
        };
        let listener = move |_: On<Tick>, mut log: ResMut<Log>, mut commands: Commands| -> Result {
            commands.queue(move |_: &mut World| fail_in(Failing::ListenerCommand));
            note(&mut log, Failing::Listener);
            if failing == Failing::ListenerError { Err(NAMES[N].into()) } else { Ok(()) }
        };
        let function = move |mut log: ResMut<Log>, mut commands: Commands| -> Result {
            commands.queue(move |_: &mut World| fail_in(Failing::FunctionCommand));
            note(&mut log, Failing::Function);
            if failing == Failing::FunctionError { Err(NAMES[N].into()) } else { Ok(()) }
        };
        app.extension::<Self>()
            .observe(listener)
            .observe_named("tick", move |_: On<DynamicEvent>, mut log: ResMut<Log>| {
                note(&mut log, Failing::NamedListener);
            })
            .observe(move |_: On<Add<Coin>>, mut log: ResMut<Log>| note(&mut log, Failing::Observer))
            .export_fn("act", function)
            .interface(Interface::new(NAMES[N]).method(Method::new("act")))
            .driver(NAMES[N], Driver::new().method("act", move |mut log: ResMut<Log>| note(&mut log, Failing::Driver)))
            .add_systems(
                Update,
                update.run_if(move || {
                    fail_in(Failing::Condition);
                    true
                }),
            );
        app.extension::<Self>()
            .add_systems(PreInit, move || fail_in(Failing::PreInit))
            .add_systems(Init, move |mut commands: Commands| -> Result {
                if failing == Failing::InitCommand {
                    commands.queue(|_: &mut World| -> Result { Err(NAMES[N].into()) });
                }
                if failing == Failing::InitError { Err(NAMES[N].into()) } else { Ok(()) }
            })
            .add_systems(
                Init,
                (
                    (|| {}).run_if(move || {
                        fail_in(Failing::InitCondition);
                        true
                    }),
                    move |world: &mut World| {
                        world.commands().queue(move |_: &mut World| fail_in(Failing::InitExclusive));
                        world.flush();
                    },
                ),
            )
            .add_systems(PostInit, move || fail_in(Failing::PostInit));
        let dropped = move |place: Failing| Belonging::<N> { dropped: Some(place).filter(|place| *place == failing) };
        let (mut made, mut begun) = (0, 0);
        app.extension::<Self>()
            .owns::<Belonging<N>>()
            .insert_resource_with(move |_| {
                made += 1;
                assert!(made == 1 || failing != Failing::MadeAgain, "{} fails in MadeAgain", NAMES[N]);
                Made::<N>
            })
            .add_systems(Init, move |mut commands: Commands| {
                begun += 1;
                assert!(begun == 1 || failing != Failing::InitAgain, "{} fails in InitAgain", NAMES[N]);
                commands.spawn(dropped(Failing::OwnedDropped));
                commands.spawn_owned(dropped(Failing::SpawnedDropped));
            })
            .add_systems(Terminate, move |mut commands: Commands| {
                commands.queue(move |_: &mut World| fail_in(Failing::TerminateCommand));
                fail_in(Failing::Terminate);
            });
        if failing == Failing::BuildCivil {
            app.extension::<Self>().fail(NAMES[N]);
        }
        fail_in(Failing::Build);
    }

    fn finish(&self, _: &mut App) {
        assert!(wish(N).failing != Failing::Finish, "{} fails in finish", NAMES[N]);
    }

    fn cleanup(&self, _: &mut App) {
        assert!(wish(N).failing != Failing::Cleanup, "{} fails in cleanup", NAMES[N]);
    }
}

macro_rules! numbered {
    ($($tens:literal)+) => {
        vec![$(
            Declared::of::<Numbered<{ $tens * 10 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 1 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 2 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 3 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 4 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 5 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 6 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 7 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 8 }>>(file!(), line!()),
            Declared::of::<Numbered<{ $tens * 10 + 9 }>>(file!(), line!()),
        )+]
    };
}

/// A generator of numbers that look random: <https://prng.di.unimi.it/splitmix64.c>.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

fn random_wishes(random: &mut SplitMix) -> Vec<Wish> {
    use Failing::*;
    let places = [
        Build,
        BuildCivil,
        Create,
        Finish,
        Cleanup,
        PreInit,
        InitError,
        InitCommand,
        InitCondition,
        InitExclusive,
        PostInit,
        System,
        Command,
        Condition,
        Listener,
        ListenerError,
        ListenerCommand,
        NamedListener,
        Observer,
        Function,
        FunctionError,
        FunctionCommand,
        Driver,
        Terminate,
        TerminateCommand,
        OwnedDropped,
        OwnedRemoved,
        SpawnedDropped,
        MadeAgain,
        InitAgain,
    ];
    let mut wishes = Vec::new();
    for number in 0..100 {
        let failing = if random.below(10) == 0 { places[random.below(places.len())] } else { Nowhere };
        let requires = [0; 2].map(|_| (number > 0 && random.below(3) == 0).then(|| random.below(number)));
        wishes.push(Wish { failing, requires });
    }
    wishes
}

/// Who should run: whoever does not fail and requires nobody who does not run. Requirements point to lower numbers.
fn who_should_run(wishes: &[Wish], goes_on: impl Fn(Failing) -> bool) -> Vec<bool> {
    let mut runs = Vec::new();
    for wish in wishes {
        let needs = wish.requires.iter().flatten().all(|&other| runs[other]);
        runs.push(goes_on(wish.failing) && needs);
    }
    runs
}

/// Says where an extension that runs is heard of: everywhere but where it fails.
fn what_runs(name: &str, failing: Failing) -> impl Iterator<Item = String> {
    use Failing::*;
    let places = [System, Listener, NamedListener, Observer, Function, Driver];
    let is_silent = move |place: Failing| failing == place || (failing == Condition && place == System);
    let name = name.to_string();
    places.into_iter().filter(move |place| !is_silent(*place)).map(move |place| format!("{name}:{place:?}"))
}

/// Has every extension do everything that it can.
fn act_everywhere(app: &mut App) {
    let world = app.world_mut();
    world.trigger(Tick);
    world.flush();
    world.spawn(Coin);
    for name in NAMES {
        // Whoever fails, does not run or has no such function answers with an error.
        _ = world.call::<_, ()>(name, "act", ());
        _ = world.drive::<_, ()>(name, "act", ());
    }
}

#[test]
fn exactly_the_faulty_and_their_dependents_do_not_run() {
    let seeds: u64 = std::env::var("CONTAINMENT_SEEDS").map_or(10, |seeds| seeds.parse().unwrap());
    println!("seeds 0 to {}", seeds - 1);
    (0..seeds).for_each(check_seed);
}

/// An app with a hundred extensions, of which some fail.
fn town(wishes: &[Wish], run_time: u32) -> TestApp {
    WISHES.set(wishes.to_vec());
    let explicit = numbered!(0 1 2 3 4 5 6 7 8 9);
    let host = host_with(&format!("(faults: (run_time: {run_time}))"));
    let mut app = app(ExtensionsPlugin { explicit, ..host });
    app.host().register_event::<Tick>();
    app.update();
    app
}

/// Has every extension do everything that it can, and a frame more.
fn act(app: &mut App) -> BTreeSet<String> {
    noted(app);
    act_everywhere(app);
    app.update();
    noted(app).split_whitespace().map(String::from).collect()
}

fn restart_all(app: &mut App) {
    NAMES.iter().for_each(|name| _ = app.world_mut().resource_mut::<Extensions>().restart(*name));
    app.update();
}

fn check_seed(seed: u64) {
    let wishes = random_wishes(&mut SplitMix(seed));
    let heard = |runs: &[bool]| -> BTreeSet<_> {
        let running = (0..100).filter(|&number| runs[number]);
        running.flat_map(|number| what_runs(NAMES[number], wishes[number].failing)).collect()
    };

    // Where many faults are tolerated, whoever fails while it runs runs on.
    let mut app = town(&wishes, 100);
    let runs = who_should_run(&wishes, Failing::goes_on);
    assert_eq!(act(&mut app), heard(&runs), "seed {seed}: {}", app.states());
    check_charges(&app, seed, &wishes, &runs, |failing| failing.is_at_run_time() || !failing.goes_on());
    restart_all(&mut app);
    let runs = who_should_run(&wishes, |failing| failing.goes_on() && !failing.is_at_restart());
    assert_eq!(act(&mut app), heard(&runs), "seed {seed}: {}", app.states());
    check_charges(&app, seed, &wishes, &runs, |failing| failing != Failing::Nowhere);
    check_leftovers(&app, seed, &runs);
    app.terminate_extensions();
    check_leftovers(&app, seed, &[false; 100]);

    // Where none is tolerated, exactly those and who requires them do not run any more.
    let mut app = town(&wishes, 1);
    act(&mut app);
    let runs = who_should_run(&wishes, |failing| failing.goes_on() && !failing.is_at_run_time());
    assert_eq!(act(&mut app), heard(&runs), "seed {seed}: {}", app.states());
    check_charges(&app, seed, &wishes, &runs, |failing| failing.is_at_run_time() || !failing.goes_on());
    check_leftovers(&app, seed, &runs);
    app.terminate_extensions();
    check_leftovers(&app, seed, &[false; 100]);
}

/// Whoever fails is charged, and nobody else.
#[track_caller]
fn check_charges(app: &App, seed: u64, wishes: &[Wish], runs: &[bool], fails: impl Fn(Failing) -> bool) {
    let report = app.extension_report();
    // Nobody is charged wrongly: every fault bears the name of its extension.
    for row in &report.rows {
        for counted in &row.faults {
            let fault = counted.fault.to_string();
            assert!(fault.contains(row.name.as_str()), "seed {seed}: {} was charged {fault}", row.name);
        }
    }
    // And none is let off. (Those whose requirements fail may have failed before them.)
    for (number, wish) in wishes.iter().enumerate() {
        let is_faulty = fails(wish.failing) && wish.requires.iter().flatten().all(|&other| runs[other]);
        let is_charged = report.row(NAMES[number]).is_some_and(|row| !row.faults.is_empty());
        assert!(!is_faulty || is_charged, "seed {seed}: {} fails in {:?}", NAMES[number], wish.failing);
    }
}

/// Nothing is left of those that do not run, but entities that Bevy cannot despawn as their own hook panics.
#[track_caller]
fn check_leftovers(app: &App, seed: u64, runs: &[bool]) {
    for (number, name) in NAMES.iter().enumerate().filter(|(number, _)| !runs[*number]) {
        let mut leftovers = app.world().leftovers(name).unwrap();
        let failing = wish(number).failing;
        leftovers.retain(|left| failing != Failing::OwnedRemoved || !matches!(left, Leftover::Entity(_)));
        assert_eq!(leftovers, [], "seed {seed}: {name}, {failing:?}");
    }
}

fn stumble() -> Result {
    Err("stumbled".into())
}

fn stumble_on_tick(_: On<Tick>) -> Result {
    Err("stumbled".into())
}

extensions! {
    Left() = |app| app.extension::<Self>()
        .add_systems(Update, stumble.run_if(|| false))
        .observe(stumble_on_tick)
        .export_fn("stumble", stumble);
    Right() = |app| app.extension::<Self>()
        .add_systems(Update, stumble.run_if(resource_exists::<Go>))
        .observe(stumble_on_tick)
        .export_fn("stumble", stumble);
}

#[derive(Resource)]
struct Go;

#[test]
fn two_extensions_that_share_a_faulty_function_are_told_apart() {
    let ways: [fn(&mut World); 3] = [
        |world| world.insert_resource(Go),
        |world| _ = world.send(Tick, "Right"),
        |world| _ = world.call::<_, ()>("Right", "stumble", ()),
    ];
    for way in ways {
        let mut app = app(host_with("(faults: (run_time: 1))").with::<Left>().with::<Right>());
        app.update();
        way(app.world_mut());
        app.update();
        app.assert_states("Left running, Right failed");
        assert!(app.extension_report().row("Left").unwrap().faults.is_empty());
        app.terminate_extensions();
    }
}
