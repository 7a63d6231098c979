//! The app's error handler, and ours that stands in for it while an extension's code has the world.

use std::{
    cell::{Cell, RefCell},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

use bevy_ecs::{
    error::{BevyError, ErrorContext, ErrorHandler, FallbackErrorHandler, match_severity},
    world::{DeferredWorld, World},
};

use super::{Ward, bracket, stopwatch::Stopwatch};
use crate::{
    acting::act_as_app,
    fault::{Fault, FaultPlace},
};

/// A call with a world that is under way: we stand in for the app's error handler.
pub(super) struct Calling {
    apps_own: Option<FallbackErrorHandler>,
    earlier: usize,
}

impl Calling {
    pub(super) fn begin(world: &mut World) -> Self {
        CALLS.set(CALLS.get() + 1);
        let apps_own = set_handler(world, Some(FallbackErrorHandler(note_fault)));
        Self { apps_own, earlier: CAUGHT.with_borrow(Vec::len) }
    }

    /// Charges what Bevy has told so far.
    pub(super) fn charge(&self, ward: &Ward, place: &FaultPlace) {
        let caught = CAUGHT.with_borrow_mut(|caught| caught.split_off(self.earlier));
        for (error, context) in caught {
            ward.charge(Fault::from_handler(place, error, &context));
        }
    }

    /// Puts the app's error handler back, and charges what Bevy told during the call.
    pub(super) fn end(self, world: &mut World, ward: &Ward, place: &FaultPlace) {
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

/// Calls observers of the app itself, while it may be an extension that has emitted the event.
///
/// What goes wrong in them is then the app's own: its error handler is told once the call into the extension is over.
pub(crate) fn call_app(world: &mut DeferredWorld, event: &'static str, code: impl FnOnce(&mut DeferredWorld)) {
    let _acting = act_as_app();
    if CALLS.get() == 0 {
        return code(world);
    }
    let _paused = Stopwatch::pause();
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
    let _paused = Stopwatch::pause();
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

pub(super) fn note_apps_own(error: BevyError, context: ErrorContext) {
    APPS_OWN.with_borrow_mut(|apps_own| apps_own.push((error, context)));
}

/// Replaces the error handler of a world that has one, and returns the one before.
pub(super) fn set_handler_in_place(world: &mut DeferredWorld, handler: ErrorHandler) -> Option<ErrorHandler> {
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
