//! The app's error handler, and ours that stands in for it while an extension's code has the world.

use std::{
    cell::{Cell, RefCell},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::fn_addr_eq,
};

use bevy_ecs::{
    change_detection::DetectChangesMut,
    error::{BevyError, ErrorContext, ErrorHandler, FallbackErrorHandler},
    resource::Resource,
    world::{DeferredWorld, World},
};

use super::{Ward, bracket, stopwatch::Stopwatch};
use crate::{
    acting::act_as_app,
    fault::{Fault, FaultPlace},
};

/// A call with a world that is under way: we stand in for the app's error handler.
pub(super) struct Calling {
    /// `None` if the world has to be left without.
    apps_own: Option<ErrorHandler>,
    earlier: usize,
    counted: Counted,
}

/// Counts a call with a world until it is dropped, however the call ends.
struct Counted;

impl Counted {
    #[inline]
    fn begin() -> Self {
        CALLS.set(CALLS.get() + 1);
        Self
    }
}

impl Drop for Counted {
    #[inline]
    fn drop(&mut self) {
        CALLS.set(CALLS.get() - 1);
    }
}

impl Calling {
    #[inline]
    pub(super) fn begin(world: &mut World, ward: &Ward) -> Self {
        let counted = Counted::begin();
        let apps_own = swap_handler(world, ward, note_fault).or_else(|| insert_handler(world));
        Self { apps_own, earlier: CAUGHT_COUNT.get(), counted }
    }

    /// Charges what Bevy has told so far.
    #[inline]
    pub(super) fn charge(&self, ward: &Ward, place: &FaultPlace) {
        if CAUGHT_COUNT.get() != self.earlier {
            self.charge_caught(ward, place);
        }
    }

    #[cold]
    #[inline(never)]
    fn charge_caught(&self, ward: &Ward, place: &FaultPlace) {
        let caught = CAUGHT.with_borrow_mut(|caught| caught.split_off(self.earlier));
        CAUGHT_COUNT.set(self.earlier);
        for (error, context) in caught {
            ward.charge(Fault::from_handler(place, error, &context));
        }
    }

    /// Puts the app's error handler back, and charges what Bevy told during the call.
    #[inline]
    pub(super) fn end(self, world: &mut World, ward: &Ward, place: &FaultPlace) {
        self.charge(ward, place);
        put_back(world, ward, self.apps_own);
        drop(self.counted);
        if CALLS.get() == 0 && HAS_APPS_OWN.get() {
            tell_app(world);
        }
    }
}

/// Tells the app's error handler what went wrong in the app's own code during a call into an extension.
#[cold]
#[inline(never)]
fn tell_app(world: &World) {
    HAS_APPS_OWN.set(false);
    for (error, context) in APPS_OWN.take() {
        world.fallback_error_handler()(error, context);
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

/// As [`call_app`], for an extension that is called while an event is delivered: a panic ends here, whoever has emitted it.
///
/// The app's error handler is told when the next call into an extension is over, or else the frame.
pub(crate) fn call_app_within(world: &mut DeferredWorld, what: &'static str, code: impl FnOnce(&mut DeferredWorld)) {
    let _counted = Counted::begin();
    call_app(world, what, code);
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

    /// How many are in [`CAUGHT`]: asked at every call, and so to be had at once.
    static CAUGHT_COUNT: Cell<usize> = const { Cell::new(0) };

    /// Whether anything is in [`APPS_OWN`].
    static HAS_APPS_OWN: Cell<bool> = const { Cell::new(false) };

    /// How many calls with a world are under way on this thread.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

fn note_fault(error: BevyError, context: ErrorContext) {
    if CALLS.get() == 0 {
        // A schedule that the extension runs may have many threads, and on this one nobody would look: so it is handled
        // as Bevy does by default. A panic finds its way back to the extension.
        return stand_in(error, context);
    }
    CAUGHT.with_borrow_mut(|caught| {
        caught.push((error, context));
        CAUGHT_COUNT.set(caught.len());
    });
}

pub(super) fn note_apps_own(error: BevyError, context: ErrorContext) {
    APPS_OWN.with_borrow_mut(|apps_own| apps_own.push((error, context)));
    HAS_APPS_OWN.set(true);
}

/// Replaces the error handler of a world that has one, and returns the one before.
#[inline]
pub(super) fn set_handler_in_place(world: &mut DeferredWorld, handler: ErrorHandler) -> Option<ErrorHandler> {
    let mut current = world.get_resource_mut::<FallbackErrorHandler>()?;
    // It will be as it was: for whoever looks at changes, there is none.
    Some(mem::replace(&mut current.bypass_change_detection().0, handler))
}

/// Does as [`set_handler_in_place`], at every call: so the ward knows where to look.
#[inline]
fn swap_handler(world: &mut World, ward: &Ward, handler: ErrorHandler) -> Option<ErrorHandler> {
    if world.id() != ward.world {
        return set_handler_in_place(&mut world.into(), handler);
    }
    let current = world.get_resource_mut_by_id(ward.handler_id)?;
    // SAFETY: the id is that of this type in the ward's world, which this is.
    let mut current = unsafe { current.with_type::<FallbackErrorHandler>() };
    Some(mem::replace(&mut current.bypass_change_detection().0, handler))
}

/// Gives a world without an error handler one for a call, and returns the one that may stay after it, if any may.
///
/// To insert and remove one takes longer than most calls, so within a frame a stand-in stays until its end. Between frames
/// the world has to be left without: `App::set_error_handler` does not replace one that is there.
#[cold]
#[inline(never)]
fn insert_handler(world: &mut World) -> Option<ErrorHandler> {
    world.insert_resource(FallbackErrorHandler(note_fault));
    let is_in_frame = world.get_resource::<Frame>().is_some_and(|frame| frame.has_begun);
    is_in_frame.then_some(STAND_IN)
}

/// Puts the app's error handler back after a call, whatever was done to it.
#[inline]
fn put_back(world: &mut World, ward: &Ward, apps_own: Option<ErrorHandler>) {
    if apps_own.and_then(|apps_own| swap_handler(world, ward, apps_own)).is_none() {
        put_back_anew(world, apps_own);
    }
}

#[cold]
#[inline(never)]
fn put_back_anew(world: &mut World, apps_own: Option<ErrorHandler>) {
    match apps_own {
        Some(apps_own) => world.insert_resource(FallbackErrorHandler(apps_own)),
        None => _ = world.remove_resource::<FallbackErrorHandler>(),
    }
}

/// What a world without an error handler has during a frame.
///
/// A static, as the address of a function need not be the same everywhere.
static STAND_IN: ErrorHandler = stand_in;

/// Does what Bevy does without an error handler.
fn stand_in(error: BevyError, context: ErrorContext) {
    FallbackErrorHandler::default().0(error, context);
}

/// Whether a frame has begun that will end, so that what is left for its end gets done.
#[derive(Resource, Default)]
struct Frame {
    has_begun: bool,
}

/// Says that what stands in for an error handler from now on will be removed in time.
pub(crate) fn begin_frame(world: &mut World) {
    world.get_resource_or_init::<Frame>().has_begun = true;
}

/// Tells the app what it was not told yet, and leaves a world that had no error handler without.
pub(crate) fn end_frame(world: &mut World) {
    if CALLS.get() == 0 && HAS_APPS_OWN.get() {
        tell_app(world);
    }
    if let Some(mut frame) = world.get_resource_mut::<Frame>() {
        frame.has_begun = false;
    }
    if world.get_resource::<FallbackErrorHandler>().is_some_and(|current| fn_addr_eq(current.0, STAND_IN)) {
        world.remove_resource::<FallbackErrorHandler>();
    }
}
