//! Every call into an extension passes here: it is known who acts, and a fault stays with its extension.
//!
//! A [`Ward`] is what the rest of the crate keeps of an extension for that: its id, whether its systems may run, and
//! the faults that were charged to it. [`call`] is for code that gets no world, [`call_with_world`] for code that does.
//! What cannot be contained: an abort, a stack overflow, an endless loop, and every panic under `panic = "abort"`.

/// What a contained system passes on unchanged to the one inside.
macro_rules! pass_on {
    () => {
        fn name(&self) -> ::bevy_utils::prelude::DebugName {
            self.inner.name()
        }

        fn system_type(&self) -> ::std::any::TypeId {
            self.inner.system_type()
        }

        fn flags(&self) -> ::bevy_ecs::system::SystemStateFlags {
            self.inner.flags()
        }

        #[cfg(feature = "hotpatching")]
        fn refresh_hotpatch(&mut self) {
            self.inner.refresh_hotpatch();
        }

        fn check_change_tick(&mut self, check: ::bevy_ecs::change_detection::CheckChangeTicks) {
            self.inner.check_change_tick(check);
        }

        fn default_system_sets(&self) -> Vec<::bevy_ecs::schedule::InternedSystemSet> {
            self.inner.default_system_sets()
        }

        fn get_last_run(&self) -> ::bevy_ecs::change_detection::Tick {
            self.inner.get_last_run()
        }

        fn set_last_run(&mut self, last_run: ::bevy_ecs::change_detection::Tick) {
            self.inner.set_last_run(last_run);
        }
    };
}

pub(crate) mod bracket;
pub(crate) mod build;
pub(crate) mod chain;
mod handler;
pub(crate) mod inject;
pub(crate) mod listener;
pub(crate) mod stopwatch;
pub(crate) mod system;
mod tally;
mod ward;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bevy_app::App;
use bevy_ecs::{query::FilteredAccess, system::SystemAccess, world::World};

use crate::{
    acting::act_as,
    fault::{Fault, FaultPlace},
};
use handler::Calling;
use stopwatch::Stopwatch;

pub(crate) use handler::{begin_frame, call_app, call_app_with_world, call_app_within, end_frame};
pub(crate) use ward::{Gate, Ward};

/// Calls into an extension; a panic is charged to it, and the answer is `None`.
#[inline]
pub(crate) fn call<R>(ward: &Ward, place: &FaultPlace, code: impl FnOnce() -> R) -> Option<R> {
    match ward.is_timed() {
        false => call_untimed(ward, place, code),
        true => call_timed(ward, place, code),
    }
}

/// Apart from the usual way, which it would make slower.
#[cold]
#[inline(never)]
fn call_timed<R>(ward: &Ward, place: &FaultPlace, code: impl FnOnce() -> R) -> Option<R> {
    let _timed = Stopwatch::start(ward, place.is_at_run_time());
    call_untimed(ward, place, code)
}

#[inline]
fn call_untimed<R>(ward: &Ward, place: &FaultPlace, code: impl FnOnce() -> R) -> Option<R> {
    let _acting = act_as(ward.world, ward.id());
    // Whatever the code leaves half-done is its own: after a fault its extension is stopped or warned about.
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(value) => Some(value),
        Err(payload) => {
            charge_panic(ward, place, payload);
            None
        }
    }
}

#[cold]
#[inline(never)]
fn charge_panic(ward: &Ward, place: &FaultPlace, payload: Box<dyn std::any::Any + Send>) {
    ward.charge(Fault::panic(place, payload));
}

/// Calls into an extension that gets the world: what Bevy would tell the app's error handler is charged to it too.
pub(crate) fn call_with_world<R>(
    ward: &Ward,
    place: &FaultPlace,
    world: &mut World,
    code: impl FnOnce(&mut World) -> R,
) -> Option<R> {
    call_with(ward, place, world, |world| world, code)
}

/// Calls into an extension that gets the app, as [`call_with_world`].
pub(crate) fn call_with_app<R>(
    ward: &Ward,
    place: &FaultPlace,
    app: &mut App,
    code: impl FnOnce(&mut App) -> R,
) -> Option<R> {
    ward.set_part(place);
    call_with(ward, place, app, App::world_mut, code)
}

fn call_with<H, R>(
    ward: &Ward,
    place: &FaultPlace,
    host: &mut H,
    world: impl Fn(&mut H) -> &mut World,
    code: impl FnOnce(&mut H) -> R,
) -> Option<R> {
    // What is pending was queued by somebody else, who may be the app itself.
    world(host).flush();
    let calling = Calling::begin(world(host), ward);
    let value = call(ward, place, || code(host));
    calling.end(world(host), ward, place);
    value
}

/// Tells whether a system gets the whole world, so that it may queue commands past its own.
///
/// No two such systems run at once. A query of all components of some entities is less: two of them may.
pub(crate) fn takes_the_world(access: &SystemAccess) -> bool {
    let mut whole = FilteredAccess::default();
    whole.write_all();
    match access {
        SystemAccess::None => false,
        SystemAccess::Shared(access) => access.filtered_accesses().contains(&whole),
        SystemAccess::Exclusive => true,
    }
}

#[cfg(test)]
mod tests {
    use bevy_ecs::{
        component::Component,
        query::{With, Without},
        system::{IntoSystem, Query, System},
        world::{DeferredWorld, EntityMut},
    };

    use super::*;

    #[derive(Component)]
    struct Coin;

    fn check<M>(system: impl IntoSystem<(), (), M>, expected: bool) {
        let access = IntoSystem::into_system(system).initialize(&mut World::new());
        assert_eq!(takes_the_world(&access), expected);
    }

    #[test]
    fn only_the_world_itself_is_the_world() {
        check(|_: DeferredWorld<'_>| {}, true);
        check(|_: &mut World| {}, true);
        check(|_: Query<'_, '_, EntityMut<'_>, With<Coin>>| {}, false);
        check(|_: Query<'_, '_, EntityMut<'_>, Without<Coin>>| {}, false);
        check(|| {}, false);
    }
}
