//! What containment keeps of an extension.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bevy_ecs::{
    component::ComponentId,
    error::FallbackErrorHandler,
    world::{World, WorldId},
};
use bevy_extensions_core::{ExtensionName, HostSettings};
use bevy_platform::time::Instant;

#[cfg(feature = "test_kit")]
use super::inject::Injections;
use super::tally::Tally;
use crate::{
    acting::ExtensionId,
    fault::{Fault, FaultPlace},
};

/// An extension as containment sees it.
#[derive(Debug)]
pub(crate) struct Ward {
    pub(super) world: WorldId,
    /// Where the world keeps its error handler.
    pub(super) handler_id: ComponentId,
    pub(super) name: ExtensionName,
    id: AtomicU32,
    /// Where the extension stands in the order of all.
    rank: AtomicUsize,
    gate: AtomicU8,
    /// Says after which fault it may not run on; `None` if others count its faults.
    tally: Option<Mutex<Tally>>,
    /// How many nanoseconds its code has run since somebody last took them; `None` if nobody's time is limited.
    spent: Option<AtomicU64>,
    /// Which part of the extension is running, as far as it gets the app.
    part: Mutex<FaultPlace>,
    faults: Mutex<Vec<Fault>>,
    /// What a test wants to go wrong.
    #[cfg(feature = "test_kit")]
    pub(super) injections: Injections,
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
        world: &mut World,
        name: ExtensionName,
        id: ExtensionId,
        settings: &HostSettings,
        alarm: Arc<AtomicBool>,
    ) -> Self {
        Self {
            tally: Some(Mutex::new(Tally::new(&settings.faults))),
            spent: settings.limits_frames().then(AtomicU64::default),
            ..Self::bare(world.id(), world.register_component::<FallbackErrorHandler>(), name, id, alarm)
        }
    }

    /// Makes the ward of code that this extension shares with others. Its faults and its time are passed on to one of
    /// them, and count there.
    pub(crate) fn for_shared(&self) -> Self {
        Self {
            spent: self.is_timed().then(AtomicU64::default),
            ..Self::bare(self.world, self.handler_id, self.name.clone(), self.id(), self.alarm.clone())
        }
    }

    /// A ward that counts nothing.
    fn bare(
        world: WorldId,
        handler_id: ComponentId,
        name: ExtensionName,
        id: ExtensionId,
        alarm: Arc<AtomicBool>,
    ) -> Self {
        Self {
            world,
            handler_id,
            name,
            id: AtomicU32::new(id.0),
            rank: AtomicUsize::new(usize::MAX),
            gate: AtomicU8::new(Gate::Closed as u8),
            tally: None,
            spent: None,
            part: Mutex::new(FaultPlace::Build),
            faults: Mutex::default(),
            #[cfg(feature = "test_kit")]
            injections: Injections::default(),
            alarm,
        }
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

    /// Returns where the extension stands in the order of all: those in the plan first, in load order.
    pub(crate) fn rank(&self) -> usize {
        self.rank.load(Ordering::Relaxed)
    }

    /// Says where the extension stands from now on. Whatever is kept in that order has to be put in order then.
    pub(crate) fn set_rank(&self, rank: usize) {
        self.rank.store(rank, Ordering::Relaxed);
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
        lock(&self.part).clone()
    }

    pub(super) fn set_part(&self, part: &FaultPlace) {
        *lock(&self.part) = part.clone();
    }

    /// Takes the faults that were charged since the last call.
    pub(crate) fn take_faults(&self) -> Vec<Fault> {
        mem::take(&mut *lock(&self.faults))
    }

    /// Tells whether its calls are timed.
    #[inline]
    pub(super) fn is_timed(&self) -> bool {
        self.spent.is_some()
    }

    /// Notes how long its code has run.
    pub(crate) fn spend(&self, time: Duration) {
        if let Some(spent) = &self.spent {
            spent.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    /// Takes how long its code has run since the last call.
    pub(crate) fn take_spent(&self) -> Duration {
        let spent = self.spent.as_ref();
        spent.map_or(Duration::ZERO, |spent| Duration::from_nanos(spent.swap(0, Ordering::Relaxed)))
    }

    /// Forgets how often it has failed, as it starts from the beginning.
    pub(crate) fn begin_anew(&self) {
        if let Some(tally) = &self.tally {
            lock(tally).reset();
        }
    }

    /// Keeps a fault until somebody takes it. One too many closes the gate at once: what is left stands on what failed.
    #[cold]
    pub(crate) fn charge(&self, fault: Fault) {
        // Whoever is ending does so to the end, and whoever has ended has nothing left to lose.
        if self.is_active()
            && let Some(tally) = &self.tally
            && lock(tally).note(&fault.place, Instant::now())
        {
            self.close();
        }
        lock(&self.faults).push(fault);
        self.alarm.store(true, Ordering::Relaxed);
    }
}

/// What a panic has left in a lock is as good as before: nobody panics halfway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
