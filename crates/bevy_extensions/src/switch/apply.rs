//! Doing what was asked for.

use bevy_ecs::prelude::*;
use bevy_extensions_core::{ExtensionName, Switch, SwitchTo};

#[cfg(feature = "artifacts")]
use super::putting_off::put_off;
use super::{SwitchPlan, SwitchStep, census::Census, install::install};
#[cfg(feature = "artifacts")]
use crate::fetch;
use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions},
    lifecycle::{self, settle_all},
    tell::{Level, tell},
};

/// Does what was asked for since the last frame, in one plan; then starts those again whose time has come, in another, so
/// that a plan that was shown is the one that is done.
pub(crate) fn apply_switches(world: &mut World) {
    #[cfg(feature = "artifacts")]
    let has_come = fetch::update(world);
    #[cfg(not(feature = "artifacts"))]
    let has_come = false;
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    let is_asked = has_come || !extensions.requested.is_empty() || extensions.next_retry.is_some();
    if !is_asked || !extensions.are_phases_begun {
        return;
    }
    settle_all(world);
    let Some(mut extensions) = world.get_resource_mut::<Extensions>() else { return };
    #[cfg(feature = "artifacts")]
    put_off(&mut extensions);
    // Whoever has got its artifacts starts, asked for or not.
    if !extensions.requested.is_empty() || has_come {
        let (plan, census) = extensions.plan_with([]);
        extensions.requested.clear();
        plan.blocked().iter().for_each(|blocked| tell(Level::Warn, &blocked.in_full()));
        for (id, to) in extensions.switched_by(&plan) {
            extensions.listed_mut(id).last_switch = Some(to);
        }
        let accepted = plan.requests.iter().map(|request| &request.switch).filter(|switch| plan.accepts(switch));
        accepted.for_each(|switch| note(&mut extensions, switch));
        perform(world, &plan, census);
    }
    let Some(mut extensions) = world.get_resource_mut::<Extensions>() else { return };
    let due = lifecycle::take_due(&mut extensions);
    if !due.is_empty() {
        let due = due.into_iter().map(|switch| extensions.request(switch)).collect();
        // What was asked for meanwhile is for the next frame.
        let (plan, census) = extensions.plan_of(due);
        perform(world, &plan, census);
    }
    #[cfg(feature = "artifacts")]
    follow_up(world, has_come);
}

/// Begins to fetch for those who are to run by now, and notes what has come.
#[cfg(feature = "artifacts")]
fn follow_up(world: &mut World, has_come: bool) {
    if world.contains_resource::<Extensions>() {
        fetch::begin(world);
        let mut extensions = world.resource_mut::<Extensions>();
        let problem = has_come.then(|| fetch::save_lock(&mut extensions)).flatten();
        extensions.note_problem(problem);
    }
}

/// Remembers what was asked of an extension.
fn note(extensions: &mut Extensions, switch: &Switch) {
    if switch.to == SwitchTo::Load {
        return;
    }
    if let Some(id) = extensions.id_by_name(&switch.extension) {
        let listed = extensions.listed_mut(id);
        match switch.to {
            SwitchTo::Disable => listed.is_off = true,
            SwitchTo::Enable => listed.is_off = false,
            _ => {}
        }
        listed.attempts = 0;
    }
}

fn perform(world: &mut World, plan: &SwitchPlan, census: Option<Census>) {
    if plan.is_empty() && census.is_none() {
        return;
    }
    let steps: Vec<_> = plan.steps().iter().map(ToString::to_string).collect();
    tell(Level::Info, &format!("extensions are switched:\n{}", steps.join("\n")));
    let extensions = world.resource::<Extensions>();
    let rests = plan.steps().iter().filter(|step| !step.is_start() && step.from.is_some());
    // Who goes is switched off first.
    let rest = |step: &SwitchStep| (id_of(extensions, &step.extension), step.to.unwrap_or(ExtensionState::Disabled));
    let rests: Vec<_> = rests.map(rest).collect();
    lifecycle::switch(world, &rests, |world| {
        census.into_iter().for_each(|census| install(world, census));
        if !world.contains_resource::<Extensions>() {
            return Vec::new();
        }
        for step in plan.steps().iter().filter(|step| step.from.is_none() && !step.is_start()) {
            let id = id_of(world.resource::<Extensions>(), &step.extension);
            step.to.into_iter().for_each(|state| lifecycle::set_state(world, id, state));
            world.resource_mut::<Extensions>().listed_mut(id).is_off = step.to == Some(ExtensionState::Disabled);
        }
        let extensions = world.resource::<Extensions>();
        plan.starts().map(|name| id_of(extensions, name)).collect()
    });
}

fn id_of(extensions: &Extensions, name: &ExtensionName) -> ExtensionId {
    extensions.id_by_name(name.as_str()).expect("the plan is of this host")
}
