//! Every call into an extension passes here: it is known who acts, and a fault stays with its extension.
//!
//! A [`Ward`] is what the rest of the crate keeps of an extension for that: its id, whether its systems may run, and
//! the faults that were charged to it. [`call`] is for code that gets no world, [`call_with_world`] for code that does.
//! What cannot be contained: an abort, a stack overflow, an endless loop, and every panic under `panic = "abort"`.

pub(crate) mod build;
pub(crate) mod system;

use std::{
    cell::{Cell, RefCell},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use bevy_app::App;
use bevy_ecs::{
    error::{BevyError, ErrorContext, FallbackErrorHandler, match_severity},
    world::{World, WorldId},
};

use crate::{
    acting::{ExtensionId, act_as},
    fault::{Fault, FaultPlace},
};

/// An extension as containment sees it.
#[derive(Debug)]
pub(crate) struct Ward {
    world: WorldId,
    id: AtomicU32,
    open: AtomicBool,
    /// After how many faults in its phases it may not run on.
    phase_limit: u32,
    phase_faults: AtomicU32,
    /// Which part of the extension is running, as far as it gets the app.
    part: Mutex<FaultPlace>,
    faults: Mutex<Vec<Fault>>,
    /// Raised by whoever charges anybody, so that one look a frame is enough.
    alarm: Arc<AtomicBool>,
}

impl Ward {
    pub(crate) fn new(world: WorldId, id: ExtensionId, phase_limit: u32, alarm: Arc<AtomicBool>) -> Self {
        Self {
            world,
            id: AtomicU32::new(id.0),
            open: AtomicBool::new(false),
            phase_limit: phase_limit.max(1),
            phase_faults: AtomicU32::new(0),
            part: Mutex::new(FaultPlace::Build),
            faults: Mutex::default(),
            alarm,
        }
    }

    /// Makes the ward of code that this extension shares with others.
    pub(crate) fn for_shared(&self) -> Self {
        Self::new(self.world, self.id(), self.phase_limit, self.alarm.clone())
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
        self.open.load(Ordering::Relaxed)
    }

    pub(crate) fn set_open(&self, open: bool) {
        self.open.store(open, Ordering::Relaxed);
    }

    /// Returns the part of the extension that gets the app right now, or got it last.
    pub(crate) fn part(&self) -> FaultPlace {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_part(&self, part: FaultPlace) {
        *self.part.lock().unwrap_or_else(PoisonError::into_inner) = part;
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
            self.set_open(false);
        }
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        self.alarm.store(true, Ordering::Relaxed);
    }
}

/// Calls into an extension; a panic is charged to it, and the answer is `None`.
#[inline]
pub(crate) fn call<R>(ward: &Ward, place: FaultPlace, code: impl FnOnce() -> R) -> Option<R> {
    let _acting = act_as(ward.world, ward.id());
    // Whatever the code leaves half-done is its own: after a fault its extension is stopped or warned about.
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(value) => Some(value),
        Err(payload) => {
            ward.charge(Fault::panic(place, &*payload));
            None
        }
    }
}

/// Calls into an extension that gets the world: what Bevy would tell the app's error handler is charged to it too.
pub(crate) fn call_with_world<R>(
    ward: &Ward,
    place: FaultPlace,
    world: &mut World,
    code: impl FnOnce(&mut World) -> R,
) -> Option<R> {
    call_with(ward, place, world, |world| world, code)
}

/// Calls into an extension that gets the app, as [`call_with_world`].
pub(crate) fn call_with_app<R>(
    ward: &Ward,
    place: FaultPlace,
    app: &mut App,
    code: impl FnOnce(&mut App) -> R,
) -> Option<R> {
    ward.set_part(place);
    call_with(ward, place, app, App::world_mut, code)
}

fn call_with<H, R>(
    ward: &Ward,
    place: FaultPlace,
    host: &mut H,
    world: impl Fn(&mut H) -> &mut World,
    code: impl FnOnce(&mut H) -> R,
) -> Option<R> {
    let earlier = CAUGHT.with_borrow(Vec::len);
    CALLS.set(CALLS.get() + 1);
    let apps_own = set_handler(world(host), Some(FallbackErrorHandler(note_fault)));
    let value = call(ward, place, || code(host));
    set_handler(world(host), apps_own);
    CALLS.set(CALLS.get() - 1);
    let caught = CAUGHT.with_borrow_mut(|caught| caught.split_off(earlier));
    for (error, context) in caught {
        ward.charge(Fault::from_handler(place, error, &context));
    }
    value
}

thread_local! {
    /// What Bevy has told [`note_fault`] and nobody has charged yet. Bevy's handler is a bare function, so this cannot
    /// be handed through; each call takes what was added during its own time.
    static CAUGHT: RefCell<Vec<(BevyError, ErrorContext)>> = const { RefCell::new(Vec::new()) };

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
