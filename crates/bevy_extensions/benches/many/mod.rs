//! What the benches share: a thousand extensions.
//!
//! A plain `main` rather than `divan`: both sides run in turns and stand in one line with their ratio.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use bevy_extensions::{Declared, Extension, ExtensionsPlugin, HostSettings, Manifest, prelude::*};

/// How many different extensions there are. A test of the benches does with few, as each costs the compiler some time.
pub const ALL: usize = if cfg!(debug_assertions) { 10 } else { 1_000 };

/// The nth of a thousand extensions: each phase has one system, and it requires two earlier ones.
pub struct Nth<const N: usize>;

impl<const N: usize> Nth<N> {
    const NAME_BYTES: [u8; 9] = name_bytes(N);
}

impl<const N: usize> Extension for Nth<N> {
    const NAME: &'static str = match str::from_utf8(&Self::NAME_BYTES) {
        Ok(name) => name,
        Err(_) => panic!("it is ASCII"),
    };

    type Settings = ();

    fn create() -> Self {
        Self
    }

    fn manifest() -> Manifest {
        let builder = Manifest::builder(Self::NAME, "1.2.0");
        needs_of(N).fold(builder, |builder, other| builder.requires(&name_of(other), "^1.1")).build()
    }
}

impl<const N: usize> Plugin for Nth<N> {
    fn build(&self, app: &mut App) {
        let mut own = app.extension::<Self>();
        own.add_systems(PreInit, touch).add_systems(Init, touch).add_systems(PostInit, touch);
        if let Some(besides) = app.world().get_resource::<Touched>().and_then(|touched| touched.besides) {
            besides(app.world_mut());
        }
    }
}

/// What the systems of all phases touch.
#[derive(Resource, Default)]
pub struct Touched {
    /// How often it was touched.
    pub times: usize,
    /// What every extension builds besides, in its own name.
    pub besides: Option<fn(&mut World)>,
}

/// The system of every phase. One function for all of them spares both sides three thousand types.
pub fn touch(mut touched: ResMut<Touched>) {
    touched.times += 1;
}

/// Returns which two earlier ones an extension requires: spread out, and the same in every run.
pub fn needs_of(n: usize) -> impl Iterator<Item = usize> {
    let spread = |factor: usize| Some(n * factor % 7_919).filter(|_| n > 0).map(|number| number % n);
    let (one, other) = (spread(2_654_435_761), spread(40_503));
    one.into_iter().chain(other.filter(|_| one != other))
}

/// Returns the host's plugin with the first few extensions.
pub fn host(count: usize) -> ExtensionsPlugin {
    ExtensionsPlugin {
        inventory: false,
        files: false,
        exit_on_signal: false,
        settings: HostSettings::default().into(),
        explicit: declared()[..count].to_vec(),
        ..ExtensionsPlugin::default()
    }
}

/// Adds all of something by a digit at a time: `$with!(0)`, `$with!(1)` and so on.
#[macro_export]
macro_rules! for_all {
    ($with:ident) => {
        #[cfg(debug_assertions)]
        $crate::for_all!(@ $with 0 0 [0 1 2 3 4 5 6 7 8 9]);
        #[cfg(not(debug_assertions))]
        $crate::for_all!(@ $with [0 1 2 3 4 5 6 7 8 9]);
    };
    (@ $with:ident [$($a:literal)*]) => { $($crate::for_all!(@ $with $a [0 1 2 3 4 5 6 7 8 9]);)* };
    (@ $with:ident $a:literal [$($b:literal)*]) => { $($crate::for_all!(@ $with $a $b [0 1 2 3 4 5 6 7 8 9]);)* };
    (@ $with:ident $a:literal $b:literal [$($c:literal)*]) => { $($with!({ $a * 100 + $b * 10 + $c });)* };
}

fn declared() -> Vec<Declared> {
    let mut all = Vec::with_capacity(ALL);
    macro_rules! push {
        ($n:expr) => {
            all.push(Declared::of::<Nth<$n>>(file!(), line!()))
        };
    }
    for_all!(push);
    all
}

pub fn name_of(n: usize) -> String {
    String::from_utf8(name_bytes(n).into()).expect("it is ASCII")
}

/// Writes `Extend042`.
const fn name_bytes(n: usize) -> [u8; 9] {
    let mut name = *b"Extend000";
    name[6] = b'0' + (n / 100 % 10) as u8;
    name[7] = b'0' + (n / 10 % 10) as u8;
    name[8] = b'0' + (n % 10) as u8;
    name
}
