//! What is asked of the host while the app runs, and what was read for it.

use std::sync::Arc;

use bevy_ecs::world::World;
#[cfg(feature = "artifacts")]
use bevy_extensions_core::Unrunnable;
use bevy_extensions_core::{Candidate, Found, Problem, Switch};
use bevy_platform::time::Instant;

use crate::{contain::Ward, held::Held};

/// Something that is asked for, with what was read for it: what was shown is what is done.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) switch: Switch,
    /// What there is to load, if that is asked for.
    pub(crate) read: Option<Arc<Result<Loadable, Box<Problem>>>>,
    /// When that was.
    pub(crate) at: Instant,
}

impl Request {
    /// Asks for something, with what was read for it just now.
    pub(crate) fn new(switch: Switch, read: Option<Result<Loadable, Box<Problem>>>) -> Self {
        Self { switch, read: read.map(Arc::new), at: Instant::now() }
    }

    /// Tells whether another one has read anew what this one has read.
    pub(crate) fn is_older_than(&self, other: &Self) -> bool {
        other.read.is_some() && self.at < other.at
    }

    /// Tells whether one of these asks for the same, and has read anew what this one has read.
    #[cfg(feature = "artifacts")]
    pub(crate) fn is_overtaken_by(&self, others: &[Self]) -> bool {
        others.iter().any(|other| other == self && self.is_older_than(other))
    }

    /// Tells whether what was read misses artifacts that may still be had.
    #[cfg(feature = "artifacts")]
    pub(crate) fn waits(&self) -> bool {
        self.loaded().is_some_and(|loaded| !loaded.held.is_complete() && loaded.candidate.unavailable.is_empty())
    }

    /// Returns what was read and can be loaded.
    pub(crate) fn loaded(&self) -> Option<&Loadable> {
        self.read.as_deref()?.as_ref().ok()
    }
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        self.switch == other.switch
    }
}

/// An extension that was read from disk, and can be started.
#[derive(Clone)]
pub(crate) struct Loadable {
    pub(crate) candidate: Arc<Candidate>,
    /// How it was found, to be read again; `None` if it does not come from disk.
    pub(crate) found: Option<Arc<Found>>,
    /// What it has of artifacts; it cannot be started without.
    pub(crate) held: Held,
    pub(crate) launch: Launch,
    /// Looks whether it can run at all, once its artifacts are there.
    #[cfg(feature = "artifacts")]
    pub(crate) check: Check,
}

impl std::fmt::Debug for Loadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Loadable({} at {})", self.candidate.manifest.name, self.candidate.source.location())
    }
}

/// Does in the place of a native's `build` what makes an extension ready for its phases, each time that it starts.
pub(crate) type Launch = Arc<dyn Fn(&mut World, &Arc<Ward>) + Send + Sync>;

/// Looks whether an extension can run at all, without running anything of it.
#[cfg(feature = "artifacts")]
pub(crate) type Check = Arc<dyn Fn() -> Result<(), Unrunnable> + Send + Sync>;

/// Finds out who runs something that was found, and whether that one can.
pub(crate) type Reader = Arc<dyn Fn(Found) -> Loadable + Send + Sync>;
