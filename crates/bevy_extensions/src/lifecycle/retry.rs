//! Starting an extension again by itself, after it has failed.

use std::time::Duration;

use bevy_ecs::world::World;
use bevy_extensions_core::{Restart, Switch};
use bevy_platform::time::Instant;

use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions, Listed},
    report::{self, Level},
};

/// Has an extension that has just failed start again after a while, if the host settings say so.
pub(super) fn schedule(world: &mut World, id: ExtensionId) {
    let extensions = world.resource_mut::<Extensions>().into_inner();
    let faults = extensions.settings.faults;
    let have_ended = extensions.have_ended;
    let listed = extensions.listed_mut(id);
    if listed.runs_since.take().is_some_and(|since| since.elapsed() > faults.window()) {
        // It ran well for a while, so this is another trouble than the last time.
        listed.attempts = 0;
    }
    let delay = faults.restart.delay(listed.attempts).filter(|_| listed.is_built && !have_ended);
    let Some(delay) = delay else { return };
    listed.attempts += 1;
    listed.retry_at = Some(Instant::now() + delay);
    let text = announcement(listed, faults.restart, delay);
    extensions.has_retries = true;
    report::tell(Level::Info, &text);
}

fn announcement(listed: &Listed, restart: Restart, delay: Duration) -> String {
    let name = &listed.name;
    let (attempt, seconds) = (listed.attempts, delay.as_secs_f64());
    match restart {
        Restart::BackOff { times, .. } => format!("`{name}` starts again in {seconds} s, attempt {attempt} of {times}"),
        _ => format!("`{name}` starts again in {seconds} s"),
    }
}

/// Returns what is due now: those whose time has come. One that cannot start yet stays due.
pub(crate) fn due(extensions: &mut Extensions) -> Vec<Switch> {
    let now = Instant::now();
    let mut due = Vec::new();
    let mut has_retries = false;
    for listed in extensions.listed_all_mut() {
        if listed.state != ExtensionState::Failed {
            // Somebody has started it, or switched it off.
            listed.retry_at = None;
        }
        has_retries |= listed.retry_at.is_some();
        if listed.retry_at.is_some_and(|at| at <= now) {
            due.push(Switch::restart(listed.name.to_string()));
        }
    }
    extensions.has_retries = has_retries;
    due
}
