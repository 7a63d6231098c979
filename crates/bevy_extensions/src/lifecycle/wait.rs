//! Who waits for its artifacts when the phases begin, or could not get them.

use bevy_ecs::prelude::*;

use super::stop::{self, fail, set_state, show_causes, state, stop};
use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions},
    fault::Fault,
};

/// Holds back those who wait for their artifacts, and whoever cannot run without them, before the phases begin; launches
/// those that were put off until that is known.
pub(crate) fn hold_back(world: &mut World) {
    let planned = world.resource::<Extensions>().planned().to_vec();
    for id in planned {
        let Some(extensions) = world.get_resource::<Extensions>() else { return };
        let listed = extensions.listed(id);
        let (is_complete, was) = (listed.held.is_complete(), listed.state);
        if !was.is_active() && was != ExtensionState::Planned {
            continue;
        }
        // Whoever is needed stands before, and so has its state already.
        let is_unmet = extensions.unmet_need(id, |other| state(world, other).is_active()).is_some();
        match (is_complete, is_unmet) {
            (true, false) => super::restore(world, id),
            (true, true) => rest(world, id, ExtensionState::Suspended),
            (false, _) => rest(world, id, ExtensionState::Planned),
        }
    }
    if world.contains_resource::<Extensions>() {
        show_causes(world);
    }
}

/// Has an extension wait that was built, but whose phases have not begun.
fn rest(world: &mut World, id: ExtensionId, next: ExtensionState) {
    match state(world, id).is_active() {
        true => _ = stop(world, id, next),
        false => set_state(world, id, next),
    }
}

/// Notes that an extension has failed without running: those that cannot run without it are suspended.
pub(crate) fn fail_to_start(world: &mut World, id: ExtensionId, faults: Vec<Fault>) {
    let first = faults.first().cloned();
    faults.into_iter().for_each(|fault| stop::note_fault(world, id, fault, false));
    first.into_iter().for_each(|fault| fail(world, id, fault));
}
