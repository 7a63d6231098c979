//! Starting an extension again by itself, after it has failed.

use std::time::Duration;

use bevy_ecs::world::World;
use bevy_extensions_core::{Restart, Switch};
use bevy_platform::time::Instant;

use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions, Listed},
    tell::{Level, tell},
};

/// Notes that an extension runs well from now on, or has just had a fault.
///
/// After a time without faults that is longer than the window of the host settings, the next failure is another trouble
/// than the last one, and its attempts count from the beginning.
pub(super) fn note_calm(world: &mut World, id: ExtensionId) {
    let extensions = world.resource_mut::<Extensions>().into_inner();
    let window = extensions.settings.faults.window();
    let listed = extensions.listed_mut(id);
    if listed.calm_since.is_some_and(|since| since.elapsed() > window) {
        listed.attempts = 0;
    }
    listed.calm_since = Some(Instant::now());
}

/// Has an extension that has just failed start again after a while, if the host settings say so.
pub(super) fn schedule(world: &mut World, id: ExtensionId) {
    let extensions = world.resource_mut::<Extensions>().into_inner();
    let (restart, have_ended) = (extensions.settings.faults.restart, extensions.have_ended);
    let listed = extensions.listed_mut(id);
    (listed.calm_since, listed.retry_at) = (None, None);
    if !listed.is_built || have_ended {
        return;
    }
    let Some(delay) = restart.delay(listed.attempts) else {
        if listed.attempts > 0 {
            let text = format!("`{}` does not start again by itself, after {} attempts", listed.name, listed.attempts);
            tell(Level::Info, &text);
        }
        return;
    };
    listed.attempts += 1;
    let at = Instant::now() + delay;
    listed.retry_at = Some(at);
    let text = announcement(listed, restart, delay);
    extensions.next_retry = Some(extensions.next_retry.map_or(at, |next| next.min(at)));
    tell(Level::Info, &text);
}

fn announcement(listed: &Listed, restart: Restart, delay: Duration) -> String {
    let name = &listed.name;
    let (attempt, seconds) = (listed.attempts, delay.as_secs_f64());
    match restart {
        Restart::BackOff { times, .. } => format!("`{name}` starts again in {seconds} s, attempt {attempt} of {times}"),
        _ => format!("`{name}` starts again in {seconds} s"),
    }
}

/// Takes those whose time has come.
///
/// One that cannot start yet, as somebody it requires does not run, has its next time after as long again.
pub(crate) fn take_due(extensions: &mut Extensions) -> Vec<Switch> {
    let now = Instant::now();
    if extensions.next_retry.is_none_or(|next| next > now) {
        return Vec::new();
    }
    let restart = extensions.settings.faults.restart;
    let (mut due, mut next) = (Vec::new(), None::<Instant>);
    for listed in extensions.all_mut() {
        if listed.state != ExtensionState::Failed {
            // Somebody has started it, or switched it off.
            listed.retry_at = None;
        }
        if listed.retry_at.is_some_and(|at| at <= now) {
            due.push(Switch::restart(listed.name.to_string()));
            listed.retry_at = restart.delay(listed.attempts.saturating_sub(1)).map(|delay| now + delay);
        }
        next = next.into_iter().chain(listed.retry_at).min();
    }
    extensions.next_retry = next;
    due
}
