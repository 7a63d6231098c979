//! What containment keeps of an extension.

use std::{
    mem,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering},
    },
};

use bevy_ecs::{component::ComponentId, world::WorldId};
use bevy_extensions_core::ExtensionName;

use crate::{
    acting::ExtensionId,
    fault::{Fault, FaultPlace},
};

/// An extension as containment sees it.
#[derive(Debug)]
pub(crate) struct Ward {
    pub(super) world: WorldId,
    pub(super) name: ExtensionName,
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
    /// Where the world keeps its error handler, once it was asked.
    pub(super) handler_id: OnceLock<ComponentId>,
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
            handler_id: OnceLock::new(),
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

    pub(super) fn set_part(&self, part: &FaultPlace) {
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
