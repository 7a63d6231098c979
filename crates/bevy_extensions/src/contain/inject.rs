//! Faults that a test injects: it says at which place of an extension code is to fail, and how.
//!
//! [`strike`] stands wherever code of an extension begins, and fails there as that code would. Without the feature
//! `test_kit` all of this is nothing.

#[cfg(feature = "test_kit")]
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use bevy_ecs::{error::BevyError, system::RunSystemError, world::World};

use super::Ward;
use crate::fault::{Fault, FaultPlace};

/// What was injected into one extension, and has not happened yet.
#[cfg(feature = "test_kit")]
#[derive(Debug, Default)]
pub(super) struct Injections {
    is_armed: AtomicBool,
    pending: Mutex<Vec<(FaultPlace, Blow)>>,
}

/// Fails if the code that begins here is to fail: it panics, or returns the error that the code would return.
#[inline]
pub(crate) fn strike(ward: &Ward, place: &FaultPlace) -> Result<(), BevyError> {
    #[cfg(feature = "test_kit")]
    if let Some(blow) = ward.injections.take(place) {
        blow.fall()?;
    }
    #[cfg(not(feature = "test_kit"))]
    let _ = (ward, place);
    Ok(())
}

/// Runs code, or fails as it would. Where every nanosecond counts, without the feature this is the code and nothing else.
#[inline(always)]
pub(crate) fn strike_or<R>(
    ward: &Ward,
    place: impl FnOnce() -> FaultPlace,
    code: impl FnOnce() -> Result<R, RunSystemError>,
) -> Result<R, RunSystemError> {
    #[cfg(feature = "test_kit")]
    strike(ward, &place())?;
    #[cfg(not(feature = "test_kit"))]
    let _ = (ward, place);
    code()
}

/// As [`strike`], for a part of an extension that gets the app, such as `build`: its error is the one it gives to
/// [`fail`](crate::ExtensionScope::fail).
#[inline]
pub(super) fn strike_part(ward: &Ward, place: &FaultPlace) {
    if let Err(error) = strike(ward, place) {
        ward.charge(Fault::error(place, &error));
        ward.close();
    }
}

/// As [`strike`], by a command.
#[inline]
pub(super) fn strike_by_command(ward: &Ward, place: &FaultPlace, world: &mut World) {
    #[cfg(feature = "test_kit")]
    if let Some(blow) = ward.injections.take(place) {
        world.commands().queue(move |_: &mut World| blow.fall());
        world.flush();
    }
    #[cfg(not(feature = "test_kit"))]
    let _ = (ward, place, world);
}

/// How injected code fails.
#[cfg(feature = "test_kit")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    Panic,
    Error,
}

#[cfg(feature = "test_kit")]
impl Blow {
    #[cold]
    fn fall(self) -> Result<(), BevyError> {
        match self {
            // Past the panic hook: what a test wants need not be printed.
            Self::Panic => std::panic::resume_unwind(Box::new("injected")),
            Self::Error => Err("injected".into()),
        }
    }
}

#[cfg(feature = "test_kit")]
impl Injections {
    #[inline]
    fn take(&self, place: &FaultPlace) -> Option<Blow> {
        if !self.is_armed.load(Ordering::Relaxed) {
            return None;
        }
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let next = pending.iter().position(|(wanted, _)| wanted == place)?;
        let (_, blow) = pending.remove(next);
        self.is_armed.store(!pending.is_empty(), Ordering::Relaxed);
        Some(blow)
    }
}

#[cfg(feature = "test_kit")]
impl Ward {
    /// Has the code at a place fail the next time it runs.
    pub(crate) fn inject(&self, place: FaultPlace, blow: Blow) {
        let mut pending = self.injections.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.push((place, blow));
        self.injections.is_armed.store(true, Ordering::Relaxed);
    }

    /// Returns the places where what was injected has not happened yet.
    pub(crate) fn not_struck(&self) -> Vec<FaultPlace> {
        let pending = self.injections.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.iter().map(|(place, _)| place.clone()).collect()
    }
}
