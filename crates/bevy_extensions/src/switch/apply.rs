//! Doing what was asked for.

use bevy_ecs::prelude::*;
use bevy_extensions_core::ExtensionName;

use super::{SwitchPlan, SwitchTo};
use crate::{
    entity::Extensions,
    lifecycle::{self, settle_all},
    report::{self, Level},
};

/// Does what was asked for since the last frame: one plan for all of it.
pub(super) fn apply_switches(world: &mut World) {
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    if extensions.requested.is_empty() || !extensions.are_phases_begun {
        return;
    }
    settle_all(world);
    let mut extensions = world.resource_mut::<Extensions>();
    let plan = extensions.plan_switches([]);
    extensions.requested.clear();
    plan.blocked.iter().for_each(|blocked| report::tell(Level::Warn, &blocked.to_string()));
    note_switches(&mut extensions, &plan);
    if !plan.is_empty() {
        report::tell(Level::Info, &format!("extensions are switched:\n{plan}"));
        perform(world, &plan);
    }
}

/// Remembers who is switched off.
fn note_switches(extensions: &mut Extensions, plan: &SwitchPlan) {
    for switch in &plan.switches {
        let is_blocked = plan.blocked.iter().any(|blocked| blocked.switch == *switch);
        if let Some(id) = extensions.id_by_name(&switch.extension).filter(|_| !is_blocked) {
            extensions.listed_mut(id).is_off = switch.to == SwitchTo::Disable;
        }
    }
}

fn perform(world: &mut World, plan: &SwitchPlan) {
    let extensions = world.resource::<Extensions>();
    let id_of = |name: &ExtensionName| extensions.id_by_name(name.as_str()).expect("the plan is of this host");
    let others = plan.steps.iter().filter(|step| !step.is_start());
    let stops: Vec<_> = others.map(|step| (id_of(&step.extension), step.to)).collect();
    let starts: Vec<_> = plan.starts().map(id_of).collect();
    lifecycle::switch(world, &stops, &starts);
}
