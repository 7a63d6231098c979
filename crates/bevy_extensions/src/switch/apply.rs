//! Doing what was asked for.

use bevy_ecs::prelude::*;
use bevy_extensions_core::{ExtensionName, Switch, SwitchTo};

use super::SwitchPlan;
use crate::{
    entity::Extensions,
    lifecycle::{self, settle_all},
    tell::{Level, tell},
};

/// Does what was asked for since the last frame, in one plan; then starts those again whose time has come, in another, so
/// that a plan that was shown is the one that is done.
pub(super) fn apply_switches(world: &mut World) {
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    let is_asked = !extensions.requested.is_empty() || extensions.next_retry.is_some();
    if !is_asked || !extensions.are_phases_begun {
        return;
    }
    settle_all(world);
    let Some(mut extensions) = world.get_resource_mut::<Extensions>() else { return };
    if !extensions.requested.is_empty() {
        let plan = extensions.plan_switches([]);
        extensions.withdraw();
        plan.blocked().iter().for_each(|blocked| tell(Level::Warn, &blocked.to_string()));
        plan.switches.iter().filter(|switch| plan.accepts(switch)).for_each(|switch| note(&mut extensions, switch));
        perform(world, &plan);
    }
    let Some(mut extensions) = world.get_resource_mut::<Extensions>() else { return };
    let due = lifecycle::take_due(&mut extensions);
    if !due.is_empty() {
        let plan = extensions.plan_switches(due);
        perform(world, &plan);
    }
}

/// Remembers what was asked of an extension.
fn note(extensions: &mut Extensions, switch: &Switch) {
    if let Some(id) = extensions.id_by_name(&switch.extension) {
        let listed = extensions.listed_mut(id);
        listed.is_off = switch.to == SwitchTo::Disable;
        listed.attempts = 0;
    }
}

fn perform(world: &mut World, plan: &SwitchPlan) {
    if plan.is_empty() {
        return;
    }
    let steps: Vec<_> = plan.steps().iter().map(ToString::to_string).collect();
    tell(Level::Info, &format!("extensions are switched:\n{}", steps.join("\n")));
    let extensions = world.resource::<Extensions>();
    let id_of = |name: &ExtensionName| extensions.id_by_name(name.as_str()).expect("the plan is of this host");
    let others = plan.steps().iter().filter(|step| !step.is_start());
    let stops: Vec<_> = others.map(|step| (id_of(&step.extension), step.to)).collect();
    let starts: Vec<_> = plan.starts().map(id_of).collect();
    lifecycle::switch(world, &stops, &starts);
}
