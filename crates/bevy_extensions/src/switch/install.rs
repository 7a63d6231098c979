//! Extensions come, change and go: what the host keeps of them follows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{Problem, Severity};

use super::census::{Census, Member};
use crate::{
    acting::ExtensionId,
    driver,
    entity::{
        ExtensionFaults, ExtensionInfo, ExtensionKind, ExtensionState, ExtensionTimes, Extensions, Newcomer, Parked,
    },
    event::registry,
    lifecycle::PhaseSchedules,
    park,
    request::Loadable,
    tell::{Level, tell},
};

/// Has the host keep those who are there from now on, each at its place. Whoever changes or goes has been stopped.
pub(super) fn install(world: &mut World, census: Census) {
    let Census { members, resolution, leaves } = census;
    let ids: Vec<_> = members.into_iter().map(|member| admit(world, member)).collect();
    let off = resolution.disabled.iter().chain(&resolution.left_out);
    let off = off.filter_map(|name| resolution.candidate_of(name));
    let order = resolution.plan.iter().map(|planned| planned.candidate).chain(off).map(|candidate| ids[candidate]);
    let order = order.collect();
    world.resource_scope(|world, mut extensions: Mut<Extensions>| {
        extensions.set_plan(world, resolution.plan, order);
        resolution.problems.iter().filter(|problem| is_news(&extensions, problem)).for_each(tell_problem);
        extensions.problems.set_resolved(resolution.problems);
    });
    leaves.into_iter().for_each(|id| strike_off(world, id));
    registry::put_all_in_order(world);
    driver::put_all_in_order(world);
}

/// Tells whether somebody should hear of a problem: who is left out is told by the plan.
fn is_news(extensions: &Extensions, problem: &Problem) -> bool {
    let is_minor = matches!(problem, Problem::LeftOut { .. }) || problem.severity() == Severity::Notice;
    !is_minor && !extensions.problems().contains(problem)
}

fn tell_problem(problem: &Problem) {
    tell(Level::Warn, &format!("{problem}\n  hint: {}", problem.hint()));
}

/// Returns the id of somebody who is there from now on.
fn admit(world: &mut World, member: Member) -> ExtensionId {
    match member {
        Member::Stays(id) => id,
        Member::Renewed(id, loaded) => {
            renew(world, id, loaded);
            id
        }
        Member::Comes(Loadable { candidate, found, launch }) => {
            let manifest = &candidate.manifest;
            let info = ExtensionInfo {
                name: manifest.name.clone(),
                version: manifest.version.clone(),
                location: candidate.source.location().clone(),
                kind: ExtensionKind::Script,
                position: None,
            };
            let newcomer = Newcomer { info, candidate, found, native: None, launch: Some(launch) };
            world.resource_scope(|world, mut extensions: Mut<Extensions>| {
                extensions.list(world, newcomer, ExtensionState::Planned)
            })
        }
    }
}

/// Puts what was read in the place of what was there before.
fn renew(world: &mut World, id: ExtensionId, Loadable { candidate, found, launch }: Loadable) {
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    let entity = listed.entity;
    let (version, location) = (candidate.manifest.version.clone(), candidate.source.location().clone());
    (listed.candidate, listed.found) = (candidate, found);
    (listed.attempts, listed.retry_at, listed.calm_since) = (0, None, None);
    let before = listed.park_launch(launch);
    drop_all(before);
    if let Ok(mut entity) = world.get_entity_mut(entity) {
        if let Some(info) = entity.get::<ExtensionInfo>().cloned() {
            entity.insert(ExtensionInfo { version, location, ..info });
        }
        entity.insert((ExtensionFaults::default(), ExtensionTimes::default()));
    }
}

/// Takes away all that there is of an extension.
fn strike_off(world: &mut World, id: ExtensionId) {
    // Somebody may have given it something since it stopped.
    park::clear(world, id);
    world.resource_mut::<PhaseSchedules>().strike_off(id);
    let Some(listed) = world.resource_mut::<Extensions>().strike_off(id) else { return };
    drop_all(listed.parked);
    let despawned = catch_unwind(AssertUnwindSafe(|| {
        world.try_despawn(listed.entity).ok();
        world.flush();
    }));
    if despawned.is_err() {
        tell(Level::Error, &format!("an observer panicked while `{}` was unloaded", listed.name));
    }
}

/// Drops what was set aside, which may panic.
fn drop_all(parked: Vec<(u32, Parked)>) {
    parked.into_iter().for_each(|parked| _ = catch_unwind(AssertUnwindSafe(|| drop(parked))));
}
