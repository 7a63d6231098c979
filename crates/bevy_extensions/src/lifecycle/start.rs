//! Starting: natives are built in plan order, then all go through the phases.

use bevy_platform::time::Instant;

use bevy_app::App;
use bevy_ecs::{error::FallbackErrorHandler, prelude::*};

use super::{ExtensionStarted, PhaseSchedules, stop};
use crate::{
    acting::ExtensionId,
    contain::{call, call_with_world, inject::strike},
    declare::Declared,
    driver,
    entity::{ExtensionState, ExtensionTimes, Extensions},
    fault::{Fault, FaultPlace},
    phase::Phase,
};

/// Configures and builds an extension, unless somebody it requires has failed.
pub(crate) fn start(app: &mut App, id: ExtensionId, declared: &Declared) {
    if stop::state(app.world(), id) != ExtensionState::Planned {
        return;
    }
    let extensions = app.world().resource::<Extensions>();
    let (ward, settings) = (extensions.listed(id).ward.clone(), extensions.settings.clone());
    stop::set_state(app.world_mut(), id, ExtensionState::Starting);
    let configure = || {
        strike(&ward, &FaultPlace::Settings).map_err(|error| Fault::error(&FaultPlace::Settings, &error))?;
        declared.configure(app, &settings)
    };
    match call(&ward, &FaultPlace::Settings, configure) {
        Some(Ok(())) => declared.add(app, ward),
        Some(Err(fault)) => ward.charge(fault),
        None => {}
    }
    stop::settle(app.world_mut(), id);
}

/// Makes the system that takes all extensions through a phase.
pub(super) fn run_phase(phase: Phase) -> impl FnMut(&mut World) {
    move |world| {
        // Swapping a handler that is there is much cheaper than to insert and remove one, many times.
        let apps_own = world.get_resource::<FallbackErrorHandler>().copied();
        world.init_resource::<FallbackErrorHandler>();
        let planned = world.get_resource::<Extensions>().map_or(0, |extensions| extensions.plan.len());
        if phase == Phase::PreInit {
            begin(world);
        }
        for id in (0..planned).map(ExtensionId::new) {
            if stop::state(world, id) == ExtensionState::Starting {
                run_phase_of(world, id, phase);
            }
        }
        if apps_own.is_none() {
            world.remove_resource::<FallbackErrorHandler>();
        }
        if phase == Phase::PostInit {
            announce_started(world);
        }
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
    stop::settle(world, id);
    if phase == Phase::PostInit && stop::state(world, id) == ExtensionState::Starting {
        stop::set_state(world, id, ExtensionState::Running);
    }
}

/// Tells who is running now, in plan order.
fn announce_started(world: &mut World) {
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    let running = extensions.listed_all().iter().filter(|listed| listed.state == ExtensionState::Running);
    let started = running.map(|listed| ExtensionStarted { name: listed.name.clone(), entity: listed.entity });
    started.collect::<Vec<_>>().into_iter().for_each(|started| stop::announce(world, started));
}

/// Runs what an extension has put into a phase; what goes wrong is charged to it.
pub(super) fn run_schedule(world: &mut World, id: ExtensionId, phase: Phase) {
    let Some(mut schedule) = world.resource_mut::<PhaseSchedules>().take(id, phase) else { return };
    let listed = world.resource::<Extensions>().listed(id);
    let (ward, entity) = (listed.ward.clone(), listed.entity);
    let began = Instant::now();
    let ran = call_with_world(&ward, &FaultPlace::Phase(phase), world, |world| {
        schedule.prepare(&ward, world);
        schedule.run(world);
    });
    if let Some(mut times) = world.get_mut::<ExtensionTimes>(entity) {
        *times.of_phase(phase) += began.elapsed();
    }
    // A schedule that could not be built is gone for good.
    if ran.is_some() {
        world.resource_mut::<PhaseSchedules>().put_back(id, phase, schedule);
    }
}
