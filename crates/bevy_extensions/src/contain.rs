//! Every call into an extension passes here: it is known who acts, and a fault stays with its extension.
//!
//! A [`Ward`] is what the rest of the crate keeps of an extension for that: its id, whether its systems may run, and
//! the faults that were charged to it. [`call`] is for code that gets no world, [`call_with_world`] for code that does.
//! What cannot be contained: an abort, a stack overflow, an endless loop, and every panic under `panic = "abort"`.

pub(crate) mod bracket;
pub(crate) mod build;
pub(crate) mod chain;
pub(crate) mod listener;
pub(crate) mod system;

use std::{
    cell::{Cell, RefCell},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
};

use bevy_app::App;
use bevy_ecs::{
    error::{BevyError, ErrorContext, ErrorHandler, FallbackErrorHandler, match_severity},
    query::FilteredAccess,
    system::SystemAccess,
    world::{DeferredWorld, World, WorldId},
};
use bevy_extensions_core::ExtensionName;

use crate::{
    acting::{ExtensionId, act_as, act_as_app},
    fault::{Fault, FaultPlace},
};

/// An extension as containment sees it.
#[derive(Debug)]
pub(crate) struct Ward {
    world: WorldId,
    name: ExtensionName,
    id: AtomicU32,
    gate: AtomicU8,
    /// After how many faults in its phases it may not run on.
    phase_limit: u32,
    phase_faults: AtomicU32,
    /// Which part of the extension is running, as far as it gets the app.
    part: Mutex<FaultPlace>,
    faults: Mutex<Vec<Fault>>,
    /// Raised by whoever charges anybody, so that one look a frame is enough.
    alarm: Arc<AtomicBool>,
}

/// What of an extension may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Gate {
    /// Nothing.
    Closed,
    /// Its systems, for it is ending; but it hears nothing and serves nobody any more.
    Ending,
    /// Everything.
    Open,
}

impl Ward {
    pub(crate) fn new(
        world: WorldId,
        name: ExtensionName,
        id: ExtensionId,
        phase_limit: u32,
        alarm: Arc<AtomicBool>,
    ) -> Self {
        Self {
            world,
            name,
            id: AtomicU32::new(id.0),
            gate: AtomicU8::new(Gate::Closed as u8),
            phase_limit: phase_limit.max(1),
            phase_faults: AtomicU32::new(0),
            part: Mutex::new(FaultPlace::Build),
            faults: Mutex::default(),
            alarm,
        }
    }

    /// Makes the ward of code that this extension shares with others.
    pub(crate) fn for_shared(&self) -> Self {
        Self::new(self.world, self.name.clone(), self.id(), self.phase_limit, self.alarm.clone())
    }

    /// Returns the name of the extension.
    pub(crate) fn name(&self) -> &ExtensionName {
        &self.name
    }

    /// Returns who acts when this ward's code runs.
    #[inline]
    pub(crate) fn id(&self) -> ExtensionId {
        ExtensionId(self.id.load(Ordering::Relaxed))
    }

    /// Says who acts from now on; for code that several extensions share.
    pub(crate) fn lend_to(&self, id: ExtensionId) {
        self.id.store(id.0, Ordering::Relaxed);
    }

    /// Tells whether its systems may run.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.gate.load(Ordering::Relaxed) != Gate::Closed as u8
    }

    /// Tells whether it hears events and serves others.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.gate.load(Ordering::Relaxed) == Gate::Open as u8
    }

    pub(crate) fn set_gate(&self, gate: Gate) {
        self.gate.store(gate as u8, Ordering::Relaxed);
    }

    pub(crate) fn close(&self) {
        self.set_gate(Gate::Closed);
    }

    /// Returns the part of the extension that gets the app right now, or got it last.
    pub(crate) fn part(&self) -> FaultPlace {
        self.part.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_part(&self, part: &FaultPlace) {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = part.clone();
    }

    /// Takes the faults that were charged since the last call.
    pub(crate) fn take_faults(&self) -> Vec<Fault> {
        mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[cold]
    pub(crate) fn charge(&self, fault: Fault) {
        if matches!(fault.place, FaultPlace::Phase(_))
            && self.phase_faults.fetch_add(1, Ordering::Relaxed) + 1 >= self.phase_limit
        {
            // What is left of the phase stands on what failed.
            self.close();
        }
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        self.alarm.store(true, Ordering::Relaxed);
    }
}

/// Calls into an extension; a panic is charged to it, and the answer is `None`.
#[inline]
pub(crate) fn call<R>(ward: &Ward, place: &FaultPlace, code: impl FnOnce() -> R) -> Option<R> {
    let _acting = act_as(ward.world, ward.id());
    // Whatever the code leaves half-done is its own: after a fault its extension is stopped or warned about.
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(value) => Some(value),
        Err(payload) => {
            ward.charge(Fault::panic(place, payload));
            None
        }
    }
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
    let calling = Calling::begin(world(host));
    let value = call(ward, place, || code(host));
    calling.end(world(host), ward, place);
    value
}

/// A call with a world that is under way: we stand in for the app's error handler.
struct Calling {
    apps_own: Option<FallbackErrorHandler>,
    earlier: usize,
}

impl Calling {
    fn begin(world: &mut World) -> Self {
        CALLS.set(CALLS.get() + 1);
        let apps_own = set_handler(world, Some(FallbackErrorHandler(note_fault)));
        Self { apps_own, earlier: CAUGHT.with_borrow(Vec::len) }
    }

    /// Charges what Bevy has told so far.
    fn charge(&self, ward: &Ward, place: &FaultPlace) {
        let caught = CAUGHT.with_borrow_mut(|caught| caught.split_off(self.earlier));
        for (error, context) in caught {
            ward.charge(Fault::from_handler(place, error, &context));
        }
    }

    /// Puts the app's error handler back, and charges what Bevy told during the call.
    fn end(self, world: &mut World, ward: &Ward, place: &FaultPlace) {
        self.charge(ward, place);
        set_handler(world, self.apps_own);
        CALLS.set(CALLS.get() - 1);
        if CALLS.get() == 0 {
            for (error, context) in APPS_OWN.take() {
                world.fallback_error_handler()(error, context);
            }
        }
    }
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

/// Calls observers of the app itself, while it may be an extension that has emitted the event.
///
/// What goes wrong in them is then the app's own: its error handler is told once the call into the extension is over.
pub(crate) fn call_app(world: &mut DeferredWorld, event: &'static str, code: impl FnOnce(&mut DeferredWorld)) {
    let _acting = act_as_app();
    if CALLS.get() == 0 {
        return code(world);
    }
    let during = set_handler_in_place(world, note_apps_own);
    bracket::open_for_app(world);
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| code(world))) {
        let error = BevyError::panic("Observer panicked", payload);
        let context = ErrorContext::Observer { name: event.into(), last_run: world.change_tick() };
        note_apps_own(error, context);
    }
    bracket::close(world);
    if let Some(during) = during {
        set_handler_in_place(world, during);
    }
}

/// Calls code of the app itself that gets the world, while it may be an extension that asks for it.
///
/// Then what goes wrong in it is the app's own: its error handler is told once the call into the extension is over, and
/// a panic ends here. While no extension asks, nothing of the app is contained.
pub(crate) fn call_app_with_world<R>(
    world: &mut World,
    place: &FaultPlace,
    code: impl FnOnce(&mut World) -> R,
) -> Result<R, Fault> {
    let _acting = act_as_app();
    if CALLS.get() == 0 {
        return Ok(code(world));
    }
    let during = set_handler_in_place(&mut world.into(), note_apps_own);
    let ran = catch_unwind(AssertUnwindSafe(|| code(world)));
    if let Some(during) = during {
        set_handler_in_place(&mut world.into(), during);
    }
    ran.map_err(|payload| {
        let fault = Fault::shared_panic(place, &*payload);
        let context = ErrorContext::System { name: place.to_string().into(), last_run: world.change_tick() };
        note_apps_own(BevyError::panic("Function panicked", payload), context);
        fault
    })
}

thread_local! {
    /// What Bevy has told [`note_fault`] and nobody has charged yet. Bevy's handler is a bare function, so this cannot
    /// be handed through; each call takes what was added during its own time.
    static CAUGHT: RefCell<Vec<(BevyError, ErrorContext)>> = const { RefCell::new(Vec::new()) };

    /// What went wrong in the app's own code during a call into an extension.
    static APPS_OWN: RefCell<Vec<(BevyError, ErrorContext)>> = const { RefCell::new(Vec::new()) };

    /// How many calls with a world are under way on this thread.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

fn note_fault(error: BevyError, context: ErrorContext) {
    if CALLS.get() == 0 {
        // A schedule that the extension runs may have many threads, and on this one nobody would look: so it is handled
        // as Bevy does by default. A panic finds its way back to the extension.
        return match_severity(error, context);
    }
    CAUGHT.with_borrow_mut(|caught| caught.push((error, context)));
}

fn note_apps_own(error: BevyError, context: ErrorContext) {
    APPS_OWN.with_borrow_mut(|apps_own| apps_own.push((error, context)));
}

/// Replaces the error handler of a world that has one, and returns the one before.
fn set_handler_in_place(world: &mut DeferredWorld, handler: ErrorHandler) -> Option<ErrorHandler> {
    let mut current = world.get_resource_mut::<FallbackErrorHandler>()?;
    Some(mem::replace(&mut current.0, handler))
}

/// Sets the error handler of a world, and returns the one before.
///
/// A world without one has to be left without: `App::set_error_handler` does not replace one that is there.
fn set_handler(world: &mut World, handler: Option<FallbackErrorHandler>) -> Option<FallbackErrorHandler> {
    match (world.get_resource_mut::<FallbackErrorHandler>(), handler) {
        (Some(mut current), Some(handler)) => Some(mem::replace(&mut *current, handler)),
        (Some(_), None) => world.remove_resource(),
        (None, Some(handler)) => {
            world.insert_resource(handler);
            None
        }
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use bevy_ecs::{
        component::Component,
        query::{With, Without},
        system::{IntoSystem, Query, System},
        world::EntityMut,
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
