//! Listeners of an extension: observers that run only while it hears, and whose faults are charged to it.

use std::{mem, sync::Arc};

use bevy_ecs::{
    event::EventPattern,
    observer::On,
    system::{RunSystemError, System, SystemAccess, SystemIn},
    world::{DeferredWorld, World, unsafe_world_cell::UnsafeWorldCell},
};

use super::{Ward, bracket, call, chain, inject::strike, takes_the_world};
use crate::fault::{Fault, FaultPlace};

/// A listener that runs only while its extension hears, and whose faults are charged to it.
pub(crate) struct ContainedListener<S> {
    inner: S,
    ward: Arc<Ward>,
    place: FaultPlace,
    /// Whether there may be commands to queue since it last ran.
    has_run: bool,
    /// Whether it gets the world, and may queue commands while it runs.
    takes_the_world: bool,
}

impl<S: System> ContainedListener<S> {
    /// Contains a listener; `event` is what faults in it are said to have listened to.
    pub(crate) fn new(inner: S, ward: Arc<Ward>, event: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self { inner, ward, place: FaultPlace::Listener(event.into()), has_run: false, takes_the_world: false }
    }
}

impl<E, S> System for ContainedListener<S>
where
    E: EventPattern,
    S: System<In = On<'static, 'static, E>, Out = ()>,
{
    type In = On<'static, 'static, E>;
    type Out = ();

    pass_on!();

    fn initialize(&mut self, world: &mut World) -> SystemAccess {
        let access = self.inner.initialize(world);
        self.takes_the_world = takes_the_world(&access);
        access
    }

    #[inline]
    unsafe fn run_unsafe(&mut self, event: SystemIn<'_, Self>, world: UnsafeWorldCell) -> Result<(), RunSystemError> {
        let Self { inner, ward, place, has_run, takes_the_world } = self;
        if !ward.is_active() {
            return Ok(());
        }
        if chain::is_full() {
            note_endless(ward, place);
            return Ok(());
        }
        *has_run = true;
        if *takes_the_world {
            // SAFETY: the caller allows what the inner system takes, which is all that a `DeferredWorld` takes.
            bracket::open(&mut unsafe { world.into_deferred() }, ward, place);
        }
        let code = || {
            strike(ward, place)?;
            // SAFETY: the caller keeps the promises of `run_unsafe`, and `initialize` passed on the access of the inner one.
            unsafe { inner.run_unsafe(event, world) }
        };
        match call(ward, place, code) {
            Some(Err(RunSystemError::Failed(error))) => {
                ward.charge(Fault::error(place, &error).in_system(&inner.name()));
            }
            Some(Ok(()) | Err(RunSystemError::Skipped(_))) | None => {}
        }
        Ok(())
    }

    fn apply_deferred(&mut self, world: &mut World) {
        self.inner.apply_deferred(world);
    }

    #[inline]
    fn queue_deferred(&mut self, mut world: DeferredWorld) {
        if !mem::take(&mut self.has_run) || !(self.takes_the_world || self.inner.has_deferred()) {
            return;
        }
        if !self.takes_the_world {
            bracket::open(&mut world, &self.ward, &self.place);
        }
        call(&self.ward, &self.place, || self.inner.queue_deferred(world.reborrow()));
        bracket::close(&mut world);
    }
}

/// Charges an endless recursion, once for each.
#[cold]
fn note_endless(ward: &Ward, place: &FaultPlace) {
    let chain = chain::shown();
    if chain::give_up() {
        ward.charge(Fault::error(place, &format!("it was not called, as it would go on without end: {chain}").into()));
    }
}
