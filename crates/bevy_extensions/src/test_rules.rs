//! What a test wants of the host: faults, and another order.

use std::{
    any::TypeId,
    hash::{BuildHasher, Hasher, RandomState},
};

use bevy_ecs::prelude::*;
use bevy_extensions_core::Resolution;

use crate::{contain::inject::Blow, entity::Extensions, fault::FaultPlace};

/// Where a seed stands that is to be repeated.
const SEED: &str = "BEVY_EXTENSIONS_TEST_SEED";

/// What a test wants of the host. A [`TestApp`](crate::test_kit::TestApp) has it before the host is added.
#[derive(Resource, Clone, Default)]
pub(crate) struct TestRules {
    pub(crate) seed: Option<u64>,
    pub(crate) injections: Vec<Injection>,
}

/// A fault that a test wants.
#[derive(Clone)]
pub(crate) struct Injection {
    pub(crate) into: TypeId,
    pub(crate) name: &'static str,
    pub(crate) place: FaultPlace,
    pub(crate) blow: Blow,
}

/// Shuffles the plan, if the test wants that.
pub(crate) fn shuffled(world: &World, mut resolution: Resolution) -> Resolution {
    if let Some(seed) = world.get_resource::<TestRules>().and_then(|rules| rules.seed) {
        let mut random = SplitMix(seed);
        resolution.plan = resolution.plan.reordered(|ready| random.below(ready));
    }
    resolution
}

/// Has the extensions fail where the test wants it, before any of their code runs.
pub(crate) fn inject(world: &World) {
    let extensions = world.resource::<Extensions>();
    for injection in world.get_resource::<TestRules>().iter().flat_map(|rules| &rules.injections) {
        if let Some(id) = extensions.id_of_type(injection.into) {
            extensions.listed(id).ward.inject(injection.place.clone(), injection.blow);
        }
    }
}

/// Refuses places where nothing can fail.
#[track_caller]
pub(crate) fn check(place: &FaultPlace, blow: Blow) {
    assert!(
        !matches!(place, FaultPlace::Event(_) | FaultPlace::Export(_)),
        "nothing can be injected {place}: no code of the extension runs there",
    );
    assert!(
        (place, blow) != (&FaultPlace::Ready, Blow::Error),
        "no error can be injected in `ready`, which has none to return; inject a panic with `inject`",
    );
}

#[track_caller]
pub(crate) fn no_such_extension(name: &str) -> ! {
    panic!("nothing can be injected into `{name}`, which is not in the app; add it with `.with::<{name}>()`")
}

/// Returns the seed that is to be repeated.
#[track_caller]
pub(crate) fn seed_from_environment() -> Option<u64> {
    let text = std::env::var(SEED).ok()?;
    let Ok(seed) = text.trim().parse() else {
        panic!("`{SEED}` is `{text}`, which is no seed; give it the number that a test has told");
    };
    Some(seed)
}

/// Returns another seed each time, short enough to be typed.
pub(crate) fn any_seed() -> u64 {
    RandomState::new().build_hasher().finish() % 1_000_000
}

pub(crate) fn told_seed(seed: u64) -> String {
    format!("extensions start in the order of the seed {seed}; `{SEED}={seed}` repeats it")
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
