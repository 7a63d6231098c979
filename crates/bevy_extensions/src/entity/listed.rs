//! What the host keeps of an extension beside its entity.

use std::{any::TypeId, mem, sync::Arc};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{Candidate, ExtensionName, Found, Manifest, SwitchTo};
use bevy_platform::time::Instant;

use super::{ExtensionFaults, ExtensionInfo, ExtensionKind, ExtensionState, ExtensionTimes};
use crate::{contain::Ward, held::Held, request::Launch};

/// Brings something that was set aside back into the world, once.
pub(crate) type Parked = Box<dyn FnMut(&mut World, &Arc<Ward>) + Send + Sync>;

/// What the host keeps of an extension beside its entity.
pub(crate) struct Listed {
    pub(crate) name: ExtensionName,
    pub(crate) candidate: Arc<Candidate>,
    /// How it was found; `None` if it does not come from disk.
    pub(crate) found: Option<Arc<Found>>,
    /// What it has of artifacts; it does not start without.
    pub(crate) held: Held,
    pub(crate) entity: Entity,
    pub(crate) ward: Arc<Ward>,
    /// Where it is in its life; the component only shows it.
    pub(crate) state: ExtensionState,
    /// Whether its phases have begun, and `Terminate` is still to come.
    pub(crate) has_begun: bool,
    /// Whether it was built, and so can start again.
    pub(crate) is_built: bool,
    /// Whether somebody has switched it off.
    pub(crate) is_off: bool,
    /// To what somebody has switched it since the app started, be it from the next start on.
    pub(crate) last_switch: Option<SwitchTo>,
    /// Whether what it registers now comes back when it starts again.
    pub(crate) is_registering: bool,
    /// The number of what it registers next.
    pub(crate) next_number: u32,
    /// What it has registered in its `build`, with its number, while it is stopped.
    pub(crate) parked: Vec<(u32, Parked)>,
    /// Since when it runs without a fault.
    pub(crate) calm_since: Option<Instant>,
    /// How often it was started again by itself, since it last ran well.
    pub(crate) attempts: u32,
    /// When it will be started again by itself.
    pub(crate) retry_at: Option<Instant>,
}

impl Listed {
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.candidate.manifest
    }

    /// Returns what is shown of who it is.
    pub(super) fn info(&self, position: Option<usize>) -> ExtensionInfo {
        let source = &self.candidate.source;
        ExtensionInfo {
            name: self.name.clone(),
            version: self.manifest().version.clone(),
            location: source.location().clone(),
            kind: if source.is_native() { ExtensionKind::Native } else { ExtensionKind::Script },
            position,
        }
    }

    pub(super) fn is_shown_by(&self, info: &ExtensionInfo, position: Option<usize>) -> bool {
        let source = &self.candidate.source;
        info.position == position && info.version == self.manifest().version && info.location == *source.location()
    }

    /// Returns what is shown of it beside who it is, when it comes.
    pub(super) fn new_parts(&self) -> impl Bundle + use<> {
        (self.state, ExtensionFaults::default(), ExtensionTimes::default(), Name::new(self.name.to_string()))
    }

    /// Sets aside what launches it, for when it starts, in the place of all that was set aside before; returns that.
    pub(crate) fn park_launch(&mut self, launch: Launch) -> Vec<(u32, Parked)> {
        (self.is_built, self.next_number) = (true, 0);
        let launch: Parked = Box::new(move |world, ward| launch(world, ward));
        mem::replace(&mut self.parked, vec![(0, launch)])
    }

    /// Returns the state to tell somebody who wants something of it: one that has just had a fault too many does not serve
    /// any more, though it is stopped when the frame ends.
    pub(crate) fn told_state(&self) -> ExtensionState {
        match self.state.is_active() && !self.ward.is_active() {
            true => ExtensionState::Failed,
            false => self.state,
        }
    }
}

/// An extension that is not listed yet.
pub(crate) struct Newcomer {
    pub(crate) name: ExtensionName,
    pub(crate) candidate: Arc<Candidate>,
    pub(crate) found: Option<Arc<Found>>,
    pub(crate) held: Held,
    pub(crate) native: Option<TypeId>,
    /// What makes it ready for its phases, unless it is built.
    pub(crate) launch: Option<Launch>,
}
