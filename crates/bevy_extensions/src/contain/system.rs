//! Systems and run conditions of an extension, wrapped in place.

use std::{mem, sync::Arc};

use bevy_ecs::{
    schedule::{BoxedCondition, ConditionWithAccess, Schedule, SystemKey, SystemSetKey, SystemWithAccess},
    system::{IntoSystem, ReadOnlySystem, RunSystemError, System, SystemAccess, SystemIn},
    world::{DeferredWorld, World, unsafe_world_cell::UnsafeWorldCell},
};

use super::{
    Ward, bracket, call, call_with_world,
    inject::{strike_by_command, strike_or},
    takes_the_world,
};
use crate::fault::{Fault, FaultPlace};

/// A system or run condition that runs only while its ward is open, and whose faults are charged to it.
struct Contained<S> {
    inner: S,
    ward: Arc<Ward>,
    place: Places,
    /// Whether there is anything to apply after a run.
    deferred: bool,
    kind: Kind,
}

/// What a contained system gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What its parameters take.
    Plain,
    /// The world as far as others let it, and so it may queue commands while it runs.
    Deferred,
    /// The whole world.
    Exclusive,
    /// Nothing: it could not be initialised, and so can never run.
    Broken,
}

impl Kind {
    fn of(access: &SystemAccess) -> Self {
        match takes_the_world(access) {
            _ if access.is_exclusive() => Self::Exclusive,
            true => Self::Deferred,
            false => Self::Plain,
        }
    }
}

impl<S> Contained<S> {
    fn new(inner: S, ward: &Arc<Ward>, place: Places) -> Self {
        Self { inner, ward: ward.clone(), place, deferred: true, kind: Kind::Plain }
    }
}

/// Where a fault of a contained system is said to have happened.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) system: FaultPlace,
    pub(super) condition: FaultPlace,
    pub(super) command: FaultPlace,
}

/// Wraps a system of a schedule that is not built yet, and its own run conditions.
pub(super) fn wrap_system(schedule: &mut Schedule, key: SystemKey, ward: &Arc<Ward>, place: &Places) {
    let systems = &mut schedule.graph_mut().systems;
    if let Some(slot) = systems.get_mut(key) {
        let inner = mem::replace(slot, SystemWithAccess::new(nothing()));
        *slot = SystemWithAccess::new(Box::new(Contained::new(inner, ward, place.clone())));
    }
    for condition in systems.get_conditions_mut(key).into_iter().flatten() {
        wrap_condition(condition, ward, place);
    }
}

/// Wraps the run conditions of a set, from the nth on.
pub(super) fn wrap_set(schedule: &mut Schedule, key: SystemSetKey, from: usize, ward: &Arc<Ward>, place: &Places) {
    let conditions = schedule.graph_mut().system_sets.get_conditions_mut(key);
    for condition in conditions.into_iter().flatten().skip(from) {
        wrap_condition(condition, ward, place);
    }
}

/// Makes a system of a schedule do nothing, for good.
pub(super) fn clear_system(schedule: &mut Schedule, key: SystemKey) {
    let systems = &mut schedule.graph_mut().systems;
    if let Some(slot) = systems.get_mut(key) {
        *slot = SystemWithAccess::new(nothing());
    }
    if let Some(conditions) = systems.get_conditions_mut(key) {
        conditions.clear();
    }
}

/// Makes the run conditions of a set stand in nobody's way, from the nth on.
pub(super) fn clear_set(schedule: &mut Schedule, key: SystemSetKey, from: usize) {
    let conditions = schedule.graph_mut().system_sets.get_conditions_mut(key);
    for condition in conditions.into_iter().flatten().skip(from) {
        // Their number has to stay: Bevy knows by their places which are not initialised yet.
        condition.condition = always();
    }
}

fn wrap_condition(slot: &mut ConditionWithAccess, ward: &Arc<Ward>, place: &Places) {
    let inner: BoxedCondition = mem::replace(&mut slot.condition, always());
    slot.condition = Box::new(Contained::new(inner, ward, place.clone()));
}

fn always() -> BoxedCondition {
    Box::new(IntoSystem::into_system(|| true))
}

/// A system that does nothing.
pub(crate) fn nothing() -> Box<dyn System<In = (), Out = ()>> {
    Box::new(IntoSystem::into_system(|| {}))
}

/// Runs a system; `None` if its ward is closed, or after a fault that was charged.
///
/// # Safety
///
/// As for [`System::run_unsafe`].
#[inline]
unsafe fn run<S: System<In = ()> + ?Sized>(
    inner: &mut S,
    ward: &Ward,
    place: &FaultPlace,
    world: UnsafeWorldCell,
) -> Result<Option<S::Out>, RunSystemError> {
    if !ward.is_open() {
        return Ok(None);
    }
    // SAFETY: the caller keeps the promises of `run_unsafe`.
    let code = || unsafe { inner.run_unsafe((), world) };
    match call(ward, place, || strike_or(ward, || place.clone(), code)) {
        Some(Err(RunSystemError::Failed(error))) => {
            ward.charge(Fault::error(place, &error).in_system(&inner.name()));
            Ok(None)
        }
        Some(Err(skipped)) => Err(skipped),
        Some(Ok(value)) => Ok(Some(value)),
        None => Ok(None),
    }
}

/// What systems and run conditions have in common: how they are made ready, and what they leave to be done.
macro_rules! prepare_and_apply {
    () => {
        fn initialize(&mut self, world: &mut World) -> SystemAccess {
            let Self { inner, ward, place, .. } = self;
            // Parameters that exclude each other panic here, and the schedule would be gone with them.
            let Some(access) = call(ward, &place.system, || inner.initialize(world)) else {
                (self.kind, self.deferred) = (Kind::Broken, false);
                return SystemAccess::default();
            };
            self.kind = Kind::of(&access);
            self.deferred = self.inner.has_deferred() || self.kind == Kind::Exclusive;
            access
        }

        #[inline]
        fn apply_deferred(&mut self, world: &mut World) {
            if !self.deferred {
                return;
            }
            let Self { inner, ward, place, .. } = self;
            call_with_world(ward, &place.command, world, |world| {
                inner.apply_deferred(world);
                strike_by_command(ward, &place.command, world);
            });
        }

        fn queue_deferred(&mut self, world: DeferredWorld) {
            self.inner.queue_deferred(world);
        }
    };
}

impl System for Contained<SystemWithAccess> {
    type In = ();
    type Out = ();

    pass_on!();
    prepare_and_apply!();

    #[inline]
    unsafe fn run_unsafe(&mut self, (): SystemIn<'_, Self>, world: UnsafeWorldCell) -> Result<(), RunSystemError> {
        let Self { inner, ward, place, kind, .. } = self;
        if *kind == Kind::Plain {
            // SAFETY: the caller keeps the promises of `run_unsafe`, and `initialize` passed on the access of the inner one.
            return unsafe { run(inner, ward, &place.system, world) }.map(|_| ());
        }
        if *kind == Kind::Broken || !ward.is_open() {
            return Ok(());
        }
        if *kind == Kind::Deferred {
            // SAFETY: the caller allows what the inner system takes, which is all that a `DeferredWorld` takes.
            bracket::open(&mut unsafe { world.into_deferred() }, ward, &place.command);
            // SAFETY: as above.
            let ran = unsafe { run(inner, ward, &place.system, world) };
            // SAFETY: as above, and the inner system has run.
            bracket::close(&mut unsafe { world.into_deferred() });
            return ran.map(|_| ());
        }
        // SAFETY: `initialize` passed on that the inner system is exclusive, so the caller allows the whole world.
        let world = unsafe { world.world_mut() };
        let ran = call_with_world(ward, &place.system, world, |world| {
            // SAFETY: the whole world is ours here.
            unsafe { run(inner, ward, &place.system, world.as_unsafe_world_cell()) }
        });
        ran.unwrap_or(Ok(None)).map(|_| ())
    }
}

impl System for Contained<BoxedCondition> {
    type In = ();
    type Out = bool;

    pass_on!();
    prepare_and_apply!();

    #[inline]
    unsafe fn run_unsafe(&mut self, (): SystemIn<'_, Self>, world: UnsafeWorldCell) -> Result<bool, RunSystemError> {
        // A stopped extension stands in nobody's way; a condition that failed gives no leave.
        let stopped = !self.ward.is_open();
        if self.kind == Kind::Broken {
            return Ok(stopped);
        }
        // SAFETY: the caller keeps the promises of `run_unsafe`, and `initialize` passed on the access of the inner one.
        let answer = unsafe { run(&mut *self.inner, &self.ward, &self.place.condition, world) }?;
        Ok(answer.unwrap_or(stopped))
    }
}

// SAFETY: the inner system is a `ReadOnlySystem`, and nothing else touches the world before commands are applied.
unsafe impl ReadOnlySystem for Contained<BoxedCondition> {}
