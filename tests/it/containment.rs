//! Faults at random: exactly the faulty and their dependents do not run.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Declared, Extension, Manifest, prelude::*};

use crate::support::{Log, app, host, noted, states};

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
}

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
        let log = |mut log: ResMut<Log>| log.note(NAMES[N]);
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
            .add_systems(PostInit, move || fail_in(Failing::PostInit))
            .add_systems(Update, log);
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
    ];
    let mut wishes = Vec::new();
    for number in 0..100 {
        let failing = if random.below(20) == 0 { places[random.below(places.len())] } else { Nowhere };
        let requires = [0; 2].map(|_| (number > 0 && random.below(3) == 0).then(|| random.below(number)));
        wishes.push(Wish { failing, requires });
    }
    wishes
}

/// Who should run: whoever does not fail and requires nobody who does not run. Requirements point to lower numbers.
fn who_should_run(wishes: &[Wish]) -> Vec<bool> {
    let mut runs = Vec::new();
    for wish in wishes {
        let needs = wish.requires.iter().flatten().all(|&other| runs[other]);
        runs.push(wish.failing == Failing::Nowhere && needs);
    }
    runs
}

#[test]
fn exactly_the_faulty_and_their_dependents_do_not_run() {
    let seeds: u64 = std::env::var("CONTAINMENT_SEEDS").map_or(10, |seeds| seeds.parse().unwrap());
    println!("seeds 0 to {}", seeds - 1);
    (0..seeds).for_each(check_seed);
}

fn check_seed(seed: u64) {
    let wishes = random_wishes(&mut SplitMix(seed));
    let expected = who_should_run(&wishes);
    WISHES.set(wishes.clone());

    let explicit = numbered!(0 1 2 3 4 5 6 7 8 9);
    let mut app = app(ExtensionsPlugin { explicit, ..host() });
    app.update();
    let mut ran: Vec<_> = noted(&mut app).split_whitespace().map(String::from).collect();
    ran.sort();
    let expected: Vec<_> =
        (0..100).filter(|&number| expected[number]).map(|number| NAMES[number].to_string()).collect();
    assert_eq!(ran, expected, "seed {seed}: {}", states(&app));

    // Nobody is charged wrongly: every fault bears the name of its extension.
    for row in app.extension_report().rows {
        for counted in row.faults {
            let fault = counted.fault.to_string();
            assert!(fault.contains(row.name.as_str()), "seed {seed}: {} was charged {fault}", row.name);
        }
    }
    app.terminate_extensions();
}
