//! Starting: all that are built go through the phases.

use bevy_ecs::{error::FallbackErrorHandler, prelude::*};
use bevy_platform::time::Instant;

use super::{ExtensionStarted, PhaseSchedules, retry, stop};
use crate::{
    acting::ExtensionId,
    contain::call_with_world,
    driver,
    entity::{ExtensionFaults, ExtensionState, ExtensionTimes, Extensions, note_time},
    fault::FaultPlace,
    park,
    phase::Phase,
};

/// Makes the system that takes all extensions through a phase.
pub(super) fn run_phase(phase: Phase) -> impl FnMut(&mut World) {
    move |world| {
        let all = world.get_resource::<Extensions>().map_or(Vec::new(), |extensions| extensions.planned().to_vec());
        if phase == Phase::PreInit {
            begin(world);
        }
        with_handler(world, |world| run_phase_of_all(world, &all, phase));
        if phase == Phase::PostInit {
            announce_started(world, &all);
        }
    }
}

/// Does something that calls into many extensions, which swap the error handler.
///
/// Swapping one that is there is much cheaper than to insert and remove one, many times.
fn with_handler(world: &mut World, code: impl FnOnce(&mut World)) {
    let has_handler = world.contains_resource::<FallbackErrorHandler>();
    world.init_resource::<FallbackErrorHandler>();
    code(world);
    if !has_handler {
        world.remove_resource::<FallbackErrorHandler>();
    }
}

fn run_phase_of_all(world: &mut World, ids: &[ExtensionId], phase: Phase) {
    for &id in ids {
        // One that takes our resources away ends it for all.
        let extensions = world.get_resource::<Extensions>();
        if extensions.is_some_and(|extensions| extensions.listed(id).state == ExtensionState::Starting) {
            run_phase_of(world, id, phase);
        }
    }
}

/// Stops extensions while the app runs, each with the state it has then, and starts others, once `between` has said who
/// they are. All of them are in the order in which it has to be done.
///
/// Whoever fails to start stops again, and so do those who cannot run without it.
pub(crate) fn switch(
    world: &mut World,
    stops: &[(ExtensionId, ExtensionState)],
    between: impl FnOnce(&mut World) -> Vec<ExtensionId>,
) {
    with_handler(world, |world| {
        let mut stopped = Vec::new();
        for &(id, next) in stops {
            if has_ended(world) {
                break;
            }
            match stop::state(world, id).is_active() {
                true => stopped.extend(stop::stop(world, id, next)),
                false => stop::set_state(world, id, next),
            }
        }
        stopped.into_iter().for_each(|event| stop::announce(world, event));
        if has_ended(world) {
            return;
        }
        let starts = between(world);
        if has_ended(world) {
            return;
        }
        starts.iter().for_each(|id| stop::set_state(world, *id, ExtensionState::Planned));
        starts.iter().for_each(|id| restore(world, *id));
        for phase in [Phase::PreInit, Phase::Init, Phase::PostInit] {
            run_phase_of_all(world, &starts, phase);
        }
        if !world.contains_resource::<Extensions>() {
            return;
        }
        stop::show_causes(world);
        announce_started(world, &starts);
        stop::announce_drivers(world);
    });
}

/// Tells whether somebody has ended it all meanwhile, or taken it away.
fn has_ended(world: &World) -> bool {
    world.get_resource::<Extensions>().is_none_or(|extensions| extensions.have_ended)
}

/// Brings an extension that is stopped, or a script, to where it goes through its phases, unless somebody it requires has
/// failed.
pub(crate) fn restore(world: &mut World, id: ExtensionId) {
    if stop::state(world, id) != ExtensionState::Planned {
        return;
    }
    let entity = world.resource::<Extensions>().listed(id).entity;
    if let Some(mut faults) = world.get_mut::<ExtensionFaults>(entity) {
        faults.begin_anew();
    }
    if let Some(mut times) = world.get_mut::<ExtensionTimes>(entity) {
        *times = ExtensionTimes { build: times.build, ..ExtensionTimes::default() };
    }
    world.resource::<Extensions>().listed(id).ward.begin_anew();
    stop::set_state(world, id, ExtensionState::Starting);
    // Whoever sees that may end it all.
    if stop::state(world, id) == ExtensionState::Starting {
        park::restore(world, id);
        stop::settle(world, id);
    }
}

/// Notes that all are built. Whoever serves an interface from now on has not taken anybody's place.
fn begin(world: &mut World) {
    driver::update(world);
    if let Some(mut extensions) = world.get_resource_mut::<Extensions>() {
        extensions.are_phases_begun = true;
    }
}

fn run_phase_of(world: &mut World, id: ExtensionId, phase: Phase) {
    stop::note_begun(world, id);
    run_schedule(world, id, phase);
    if !world.contains_resource::<Extensions>() {
        return;
    }
    stop::settle(world, id);
    if phase == Phase::PostInit && stop::state(world, id) == ExtensionState::Starting {
        stop::set_state(world, id, ExtensionState::Running);
        retry::note_calm(world, id);
    }
}

/// Tells who of those that were started is running now, in plan order.
fn announce_started(world: &mut World, ids: &[ExtensionId]) {
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    let listed = ids.iter().map(|id| extensions.listed(*id));
    let running = listed.filter(|listed| listed.state == ExtensionState::Running);
    let started = running.map(|listed| ExtensionStarted { name: listed.name.clone(), entity: listed.entity });
    started.collect::<Vec<_>>().into_iter().for_each(|started| stop::announce(world, started));
}

/// Runs what an extension has put into a phase; what goes wrong is charged to it.
pub(super) fn run_schedule(world: &mut World, id: ExtensionId, phase: Phase) {
    let mut schedules = world.resource_mut::<PhaseSchedules>();
    let (mut schedule, hook) = (schedules.take(id, phase), schedules.hook(id));
    if schedule.is_none() && hook.is_none() {
        return;
    }
    let listed = world.resource::<Extensions>().listed(id);
    let (ward, entity) = (listed.ward.clone(), listed.entity);
    let (part, began) = (FaultPlace::Phase(phase), Instant::now());
    let ran = call_with_world(&ward, &part, world, |world| {
        if let Some(schedule) = &mut schedule {
            schedule.prepare(&ward, world);
            schedule.run(world);
        }
        hook.into_iter().for_each(|hook| hook(world, id, phase));
    });
    note_time(world, entity, &part, began);
    // A schedule that could not be built is gone for good.
    if ran.is_some()
        && let Some(schedule) = schedule
        && let Some(mut schedules) = world.get_resource_mut::<PhaseSchedules>()
    {
        schedules.put_back(id, phase, schedule);
    }
}
