//! Fetching what extensions ask for: they start when it is there.

mod events;
mod progress;

use bevy_app::{App, Startup};
use bevy_ecs::prelude::*;
use bevy_extensions_core::{ExtensionName, Problem};

use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions, Listed},
    fault::Fault,
    fetches::{Arrival, Outcome, Waiting},
    lifecycle::{ExtensionSystems, announce, fail_to_start, hold_back},
    request::{Loadable, Request},
    shelf::Present,
    tell::{Level, tell},
};

pub use events::{ArtifactFetching, ArtifactsFetched};

/// Begins to fetch what those in the plan miss, and has whoever has it go through the phases.
pub(crate) fn plugin(app: &mut App) {
    events::register(app.world_mut());
    begin(app.world_mut());
    if !app.world().resource::<Extensions>().fetches.is_empty() {
        app.add_systems(Startup, begin_phases.before(ExtensionSystems::PreInit).ambiguous_with_all());
    }
}

/// Begins to fetch what those in the plan miss who could run.
pub(crate) fn begin(world: &mut World) {
    let extensions = world.resource::<Extensions>();
    let misses = |id: &ExtensionId| {
        let listed = extensions.listed(*id);
        let is_wanted = listed.state == ExtensionState::Planned || listed.state == ExtensionState::Starting;
        is_wanted && !listed.held.is_complete() && !extensions.fetches.is_fetched_for(&listed.held)
    };
    let waiting = |id: ExtensionId| {
        let listed = extensions.listed(id);
        Waiting { id, name: listed.name.clone(), held: listed.held.clone() }
    };
    let waiting: Vec<_> = extensions.planned().iter().copied().filter(misses).map(waiting).collect();
    if waiting.is_empty() {
        return;
    }
    let candidates = waiting.iter().map(|waiting| &*extensions.listed(waiting.id).candidate);
    let fetching = extensions.shelf.store.fetch(candidates);
    let names: Vec<_> = waiting.iter().map(|waiting| waiting.name.clone()).collect();
    let mut extensions = world.resource_mut::<Extensions>();
    extensions.fetches.add_listed(fetching, waiting);
    names.iter().for_each(|name| tell_waiting(&extensions, name));
}

/// Begins to fetch what is missing for some who are asked for together.
pub(crate) fn begin_for(extensions: &mut Extensions, requests: Vec<Request>) {
    let missing = requests.iter().filter_map(Request::loaded).filter(|loaded| !loaded.held.is_complete());
    let missing: Vec<_> = missing.map(|loaded| loaded.candidate.clone()).collect();
    if missing.is_empty() {
        return;
    }
    let fetching = extensions.shelf.store.fetch(missing.iter().map(|candidate| &**candidate));
    extensions.fetches.add_requests(fetching, requests);
    missing.iter().for_each(|candidate| tell_waiting(extensions, &candidate.manifest.name));
}

/// Says that somebody waits; while the app starts, the report does.
fn tell_waiting(extensions: &Extensions, name: &ExtensionName) {
    if extensions.is_start_told
        && let Some(what) = extensions.fetches.waits_for(name)
    {
        tell(Level::Info, &format!("`{name}` waits for its artifacts: {what}"));
    }
}

/// Takes over what is there by now. Whoever still waits when the phases begin is held back, and follows later.
fn begin_phases(world: &mut World) {
    if let Some(mut extensions) = world.get_resource_mut::<Extensions>() {
        let arrivals = extensions.fetches.take_arrivals();
        arrivals.into_iter().for_each(|arrival| take_over(world, arrival));
    }
    if world.contains_resource::<Extensions>() {
        hold_back(world);
    }
}

/// Looks what has come since the last frame, and tells whether anything has.
pub(crate) fn update(world: &mut World) -> bool {
    let Some(mut extensions) = world.get_resource_mut::<Extensions>() else { return false };
    let problem = extensions.lock_writer.update();
    extensions.note_problem(problem);
    if extensions.fetches.is_empty() {
        return false;
    }
    let (news, arrivals) = (extensions.fetches.take_news(), extensions.fetches.take_arrivals());
    let has_come = !arrivals.is_empty();
    news.into_iter().for_each(|progress| announce(world, ArtifactFetching::from(progress)));
    arrivals.into_iter().for_each(|arrival| take_over(world, arrival));
    has_come
}

/// Takes over what has come, for whoever still waits for it.
fn take_over(world: &mut World, arrival: Arrival) {
    let Some(mut extensions) = world.get_resource_mut::<Extensions>() else { return };
    match arrival {
        Arrival::Listed(waiting, outcome) => {
            let listed = extensions.get(waiting.id).filter(|listed| listed.held.is(&waiting.held));
            let Some(state) = listed.map(|listed| listed.state) else { return };
            match outcome {
                Ok(artifacts) => {
                    waiting.held.complete(artifacts);
                    announce(world, ArtifactsFetched { name: waiting.name });
                }
                // Who is off or suspended tries again when it could start.
                Err(_) if !state.is_active() && state != ExtensionState::Planned => {}
                Err(missing) => {
                    let candidate = extensions.listed(waiting.id).candidate.clone();
                    let faults = missing.into_iter().map(|it| Fault::artifact(it, &candidate));
                    fail_to_start(world, waiting.id, faults.collect());
                }
            }
        }
        Arrival::Requests(requests, mut outcomes) => {
            let renewed = requests.into_iter().map(|request| renew(request, &mut outcomes));
            extensions.requested.extend(renewed);
        }
    }
}

/// Hands what was fetched to what was read before; what cannot be had is why that is refused.
fn renew(mut request: Request, outcomes: &mut Vec<(ExtensionName, Outcome)>) -> Request {
    let Some(loaded) = request.loaded().filter(|loaded| !loaded.held.is_complete()) else { return request };
    let name = &loaded.candidate.manifest.name;
    let Some(place) = outcomes.iter().position(|(other, _)| other.as_str() == name.as_str()) else { return request };
    let mut loaded: Loadable = loaded.clone();
    let mut candidate = (*loaded.candidate).clone();
    match outcomes.swap_remove(place).1 {
        Ok(artifacts) => {
            loaded.held.complete(artifacts);
            candidate.unrunnable = candidate.unrunnable.take().or_else(|| (loaded.check)().err());
        }
        Err(missing) => candidate.unavailable = missing,
    }
    loaded.candidate = candidate.into();
    request.read = Some(Ok(loaded).into());
    request
}

/// Begins to write down which artifacts are used, and returns what keeps it from that.
pub(crate) fn save_lock(extensions: &mut Extensions) -> Option<Problem> {
    if !is_everybody_known(extensions) {
        return None;
    }
    let store = extensions.shelf.store.clone();
    let is_there = match store.lock_file() {
        Ok(file) => file.exists(),
        Err(problem) => return Some(*problem).filter(|problem| !extensions.problems().contains(problem)),
    };
    let asks = |listed: &Listed| !listed.manifest().external.artifacts.is_empty();
    if is_there || extensions.in_order().any(asks) {
        let others = extensions.in_order().filter(|listed| listed.found.is_none());
        let others = others.map(|listed| listed.candidate.clone()).collect();
        let found = extensions.in_order().filter_map(|listed| listed.found.clone()).collect();
        extensions.lock_writer.write(Present { store, others, found });
    }
    None
}

/// Tells what only the lock has, where nothing else is allowed.
pub(crate) fn only_in_lock(extensions: &Extensions) -> Vec<Problem> {
    if !is_everybody_known(extensions) {
        return Vec::new();
    }
    let others = extensions.in_order().filter(|listed| listed.found.is_none());
    let found = extensions.in_order().filter_map(|listed| listed.found.as_deref());
    extensions.shelf.store.only_in_lock(others.map(|listed| &*listed.candidate), found)
}

/// Tells whether it is known who there is: the lock would lose what it pins for the others.
fn is_everybody_known(extensions: &Extensions) -> bool {
    !extensions.starts_nobody && !extensions.problems().iter().any(Problem::hides_extensions)
}
