//! Extensions come, change and go: what the host keeps of them follows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{Problem, Severity};

use super::census::{Census, Member};
use crate::{
    acting::ExtensionId,
    driver,
    entity::{ExtensionFaults, ExtensionState, ExtensionTimes, Extensions, Newcomer, Parked},
    event::registry,
    lifecycle::PhaseSchedules,
    park,
    request::Loadable,
    tell::tell_problem,
};

/// Has the host keep those who are there from now on, each at its place. Whoever changes or goes has been stopped.
pub(super) fn install(world: &mut World, census: Census) {
    let Census { members, resolution, leaves } = census;
    // Somebody may have given it something since it stopped. Whoever sees that go finds all as it was.
    leaves.iter().for_each(|id| park::clear(world, *id));
    if !world.contains_resource::<Extensions>() {
        return;
    }
    // Nobody's code runs until everything is at its place.
    let gone = leaves.into_iter().filter_map(|id| strike_off(world, id)).collect();
    let ids: Vec<_> = members.into_iter().map(|member| admit(world, member)).collect();
    let off = resolution.disabled.iter().chain(&resolution.left_out);
    let off = off.filter_map(|name| resolution.candidate_of(name));
    let order = resolution.plan.iter().map(|planned| planned.candidate).chain(off).map(|candidate| ids[candidate]);
    let order = order.collect();
    let mut extensions = world.resource_mut::<Extensions>();
    extensions.set_plan(resolution.plan, order);
    let news = resolution.problems.iter().filter(|problem| is_news(&extensions, problem));
    let news: Vec<_> = news.cloned().collect();
    extensions.problems.set_resolved(resolution.problems);
    extensions.forget_displaced();
    news.iter().for_each(tell_problem);
    registry::put_all_in_order(world);
    driver::put_all_in_order(world);
    #[cfg(feature = "console")]
    crate::command::put_in_order(world);
    Extensions::show(world, gone);
}

/// Tells whether somebody should hear of a problem: who is left out is told by the plan.
fn is_news(extensions: &Extensions, problem: &Problem) -> bool {
    let is_minor = matches!(problem, Problem::LeftOut { .. }) || problem.severity() == Severity::Notice;
    !is_minor && !extensions.problems().contains(problem)
}

/// Returns the id of somebody who is there from now on.
fn admit(world: &mut World, member: Member) -> ExtensionId {
    match member {
        Member::Stays(id) => id,
        Member::Renewed(id, loaded) => {
            renew(world, id, loaded);
            id
        }
        Member::Comes(Loadable { candidate, found, held, launch, .. }) => {
            let name = candidate.manifest.name.clone();
            let newcomer = Newcomer { name, candidate, found, held, native: None, launch: Some(launch) };
            world.resource_scope(|world, mut extensions: Mut<Extensions>| {
                extensions.list(world, newcomer, ExtensionState::Planned)
            })
        }
    }
}

/// Puts what was read in the place of what was there before.
fn renew(world: &mut World, id: ExtensionId, Loadable { candidate, found, held, launch, .. }: Loadable) {
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    let entity = listed.entity;
    (listed.candidate, listed.found, listed.held) = (candidate, found, held);
    (listed.attempts, listed.retry_at, listed.calm_since) = (0, None, None);
    let before = listed.park_launch(launch);
    drop_all(before);
    driver::forget_asleep(world, id);
    if let Some(mut faults) = world.get_mut::<ExtensionFaults>(entity) {
        *faults = ExtensionFaults::default();
    }
    if let Some(mut times) = world.get_mut::<ExtensionTimes>(entity) {
        *times = ExtensionTimes::default();
    }
}

/// Forgets an extension of which nothing is there any more but its entity, which is returned.
fn strike_off(world: &mut World, id: ExtensionId) -> Option<Entity> {
    world.resource_mut::<PhaseSchedules>().strike_off(id);
    driver::forget_asleep(world, id);
    let listed = world.resource_mut::<Extensions>().strike_off(id)?;
    drop_all(listed.parked);
    Some(listed.entity)
}

/// Drops what was set aside, which may panic.
fn drop_all(parked: Vec<(u32, Parked)>) {
    parked.into_iter().for_each(|parked| _ = catch_unwind(AssertUnwindSafe(|| drop(parked))));
}
