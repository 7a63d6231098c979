//! Stopping: because of a fault, because of somebody else's fault, or with the app.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use bevy_app::AppExit;
use bevy_ecs::prelude::*;
use bevy_extensions_core::ExtensionName;

use super::{ExtensionFailed, ExtensionStopped, retry, start::run_schedule};
use crate::{
    acting::ExtensionId,
    contain::{self, Gate},
    driver,
    entity::{ExtensionFaults, ExtensionState, Extensions, News, SuspendedBecauseOf},
    fault::{Fault, FaultPlace},
    frame_time, park,
    phase::Phase,
    report,
    shared::SharedPlugins,
    tell::{self, Level, guard},
};

/// Who has begun its phases, and was not terminated yet.
///
/// Dropped with the world, it tells whose `Terminate` did not run.
#[derive(Resource, Default)]
pub(super) struct Unterminated(BTreeMap<ExtensionId, ExtensionName>);

impl Drop for Unterminated {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            let names: Vec<_> = self.0.values().map(|name| format!("`{name}`")).collect();
            tell::tell(
                Level::Warn,
                &format!(
                    "the app was dropped before `Terminate` of {}; write `AppExit`, or call `app.terminate_extensions()`",
                    names.join(", "),
                ),
            );
        }
    }
}

/// Has a world that is dropped not tell whose `Terminate` did not run.
#[cfg(feature = "test_kit")]
pub(crate) fn excuse(world: &mut World) {
    if let Some(mut unterminated) = world.get_resource_mut::<Unterminated>() {
        unterminated.0.clear();
    }
}

/// Returns the state of an extension.
pub(crate) fn state(world: &World, id: ExtensionId) -> ExtensionState {
    world.resource::<Extensions>().listed(id).state
}

/// Moves an extension to a state, and lets its systems run or not accordingly.
pub(crate) fn set_state(world: &mut World, id: ExtensionId, state: ExtensionState) {
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    listed.state = state;
    listed.ward.set_gate(if state.is_active() { Gate::Open } else { Gate::Closed });
    let entity = listed.entity;
    SharedPlugins::update(world);
    if state != ExtensionState::Suspended && world.get::<SuspendedBecauseOf>(entity).is_some() {
        world.entity_mut(entity).remove::<SuspendedBecauseOf>();
    }
    show(world, entity, state);
}

/// Shows of everybody who is suspended, because of whom.
pub(super) fn show_causes(world: &mut World) {
    let planned = world.resource::<Extensions>().planned().iter().copied();
    let suspended = planned.filter(|id| state(world, *id) == ExtensionState::Suspended);
    for id in suspended.collect::<Vec<_>>() {
        let extensions = world.resource::<Extensions>();
        if let Some(missing) = extensions.unmet_need(id, |other| state(world, other).is_active()) {
            let entity_of = |id: ExtensionId| extensions.listed(id).entity;
            let (entity, because_of) = (entity_of(id), SuspendedBecauseOf(entity_of(missing)));
            show(world, entity, because_of);
        }
    }
}

/// Shows something on the entity of an extension, as long as nobody has despawned it.
fn show(world: &mut World, entity: Entity, what: impl Bundle) {
    guard(world, "a change of state", |world| {
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.insert(what);
        }
    });
}

/// Tells observers what happened.
pub(crate) fn announce<'a, E: Event<Trigger<'a>: Default>>(world: &mut World, event: E) {
    guard(world, std::any::type_name::<E>(), |world| {
        world.trigger(event);
        // What the app queues in answer is not to be taken for that of the extension whose turn is next.
        world.flush();
    });
}

/// Notes that the phases of an extension have begun, so that `Terminate` is due.
pub(super) fn note_begun(world: &mut World, id: ExtensionId) {
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    if !listed.has_begun {
        listed.has_begun = true;
        let name = listed.name.clone();
        world.resource_mut::<Unterminated>().0.insert(id, name);
    }
}

/// Takes what was charged to an extension since the last look, and acts on it.
pub(crate) fn settle(world: &mut World, id: ExtensionId) {
    let ward = world.resource::<Extensions>().listed(id).ward.clone();
    let faults = ward.take_faults();
    let Some(last) = faults.last().cloned() else { return };
    let was_active = state(world, id).is_active();
    if was_active {
        retry::note_calm(world, id);
    }
    let fatal = faults.iter().find(|fault| is_fatal(fault)).cloned();
    let fatal = fatal.or_else(|| Some(last).filter(|_| !ward.is_open()));
    for fault in faults {
        let tolerated = fatal.is_none() || !was_active;
        note_fault(world, id, fault, tolerated);
    }
    if let Some(fault) = fatal.filter(|_| was_active) {
        fail(world, id, fault);
    }
}

/// A fault while building is one too many; phases have a limit, and their ward closes when it is reached.
fn is_fatal(fault: &Fault) -> bool {
    matches!(
        fault.place,
        FaultPlace::Artifacts
            | FaultPlace::Settings
            | FaultPlace::Build
            | FaultPlace::Ready
            | FaultPlace::Finish
            | FaultPlace::Cleanup
            | FaultPlace::Start
            | FaultPlace::TopLevel
    )
}

/// Keeps a fault with its extension. One that does not stop the extension is told when it is new, unless there are many.
pub(super) fn note_fault(world: &mut World, id: ExtensionId, fault: Fault, tolerated: bool) {
    let extensions = world.resource::<Extensions>();
    let listed = extensions.listed(id);
    let (entity, name, is_told) = (listed.entity, listed.name.clone(), tolerated && extensions.is_start_told);
    let Some(mut faults) = world.get_mut::<ExtensionFaults>(entity) else { return };
    if faults.count(fault.clone()) && is_told {
        let news = faults.next_news();
        let text = report::news(&name, &fault, news);
        let details = if news == News::Fault { report::details(&fault) } else { String::new() };
        text.into_iter().for_each(|text| tell::tell(Level::Warn, &(text + &details)));
    }
}

/// Tells what happens while the app runs; during the start the report is still to come, and tells all at once.
fn tell(world: &World, level: Level, text: &str) {
    if world.resource::<Extensions>().is_start_told {
        tell::tell(level, text);
    }
}

/// Stops an extension that has failed: those that cannot run without it first, then itself. Everyone else goes on.
pub(super) fn fail(world: &mut World, id: ExtensionId, fault: Fault) {
    let lost = dependents(world, id);
    let extensions = world.resource::<Extensions>();
    let names: Vec<_> = lost.iter().map(|(id, _)| extensions.listed(*id).name.clone()).collect();
    let failed = &extensions.listed(id).name;
    let text = report::failure(failed, &fault, &extensions.settings.faults, &names) + &report::details(&fault);
    tell(world, Level::Error, &text);
    let entity = extensions.listed(id).entity;
    extensions.listed(id).ward.close();
    if let Some(mut faults) = world.get_mut::<ExtensionFaults>(entity) {
        faults.set_fatal(fault.clone());
    }

    let mut stopped = Vec::new();
    for &(dependent, because_of) in lost.iter().rev() {
        stopped.extend(stop(world, dependent, ExtensionState::Suspended));
        let extensions = world.resource::<Extensions>();
        let (entity, because_of) = (extensions.listed(dependent).entity, extensions.listed(because_of).entity);
        show(world, entity, SuspendedBecauseOf(because_of));
    }
    stopped.extend(stop(world, id, ExtensionState::Failed));

    let listed = world.resource::<Extensions>().listed(id);
    let failed = ExtensionFailed { name: listed.name.clone(), entity: listed.entity, fault };
    stopped.into_iter().for_each(|event| announce(world, event));
    announce(world, failed);
    announce_drivers(world);
    // Whoever was told of it may have taken it all away.
    if world.contains_resource::<Extensions>() {
        retry::schedule(world, id);
    }
}

/// Tells which interfaces are served by somebody else now; before the first phase nobody has used them yet.
pub(super) fn announce_drivers(world: &mut World) {
    let changes = driver::update(world);
    if world.get_resource::<Extensions>().is_some_and(|extensions| extensions.are_phases_begun) {
        changes.into_iter().for_each(|changed| announce(world, changed));
    }
}

/// Finds those who cannot run without an extension, in plan order, each with the one that it misses.
fn dependents(world: &World, id: ExtensionId) -> Vec<(ExtensionId, ExtensionId)> {
    let extensions = world.resource::<Extensions>();
    let may_run = |id: ExtensionId| {
        let state = state(world, id);
        state.is_active() || state == ExtensionState::Planned
    };
    let mut lost = BTreeSet::from([id]);
    let mut dependents = Vec::new();
    let later = extensions.planned().iter().skip(extensions.listed(id).ward.rank() + 1);
    for &other in later.filter(|other| may_run(**other)) {
        if let Some(missing) = extensions.unmet_need(other, |it| may_run(it) && !lost.contains(&it)) {
            lost.insert(other);
            dependents.push((other, missing));
        }
    }
    dependents
}

/// Runs `Terminate` if that is due, takes away what belongs to the extension, and leaves it in a state in which it does
/// not run.
///
/// Returns the event to trigger if it had started.
pub(super) fn stop(world: &mut World, id: ExtensionId, next: ExtensionState) -> Option<ExtensionStopped> {
    let before = state(world, id);
    if before == ExtensionState::Terminated {
        return None;
    }
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    if mem::take(&mut listed.has_begun) {
        world.resource_mut::<Unterminated>().0.remove(&id);
        set_state(world, id, ExtensionState::Stopping);
        // What stands still otherwise may move once more.
        world.resource::<Extensions>().listed(id).ward.set_gate(Gate::Ending);
        run_schedule(world, id, Phase::Terminate);
        if !world.contains_resource::<Extensions>() {
            return None;
        }
    }
    let waits = matches!(next, ExtensionState::Planned | ExtensionState::Suspended);
    let have_ended = world.resource::<Extensions>().have_ended;
    set_state(world, id, if waits && have_ended { ExtensionState::Terminated } else { next });
    park::clear(world, id);
    settle(world, id);
    let listed = world.resource::<Extensions>().listed(id);
    let stopped = || ExtensionStopped { name: listed.name.clone(), entity: listed.entity };
    (before == ExtensionState::Running).then(stopped)
}

/// Terminates all extensions that have begun, in reverse plan order. Whoever has not will not.
pub(crate) fn terminate_all(world: &mut World) {
    let Some(mut extensions) = world.get_resource_mut::<Extensions>() else { return };
    extensions.have_ended = true;
    let planned = extensions.planned().to_vec();
    let mut stopped = Vec::new();
    for id in planned.into_iter().rev() {
        let state = state(world, id);
        if state.is_active() || state == ExtensionState::Planned {
            stopped.extend(stop(world, id, ExtensionState::Terminated));
        }
    }
    stopped.into_iter().for_each(|event| announce(world, event));
    #[cfg(feature = "artifacts")]
    if let Some(mut extensions) = world.get_resource_mut::<Extensions>() {
        // The process may end without dropping anything.
        let problem = extensions.lock_writer.finish();
        extensions.note_problem(problem);
    }
}

/// Takes what was charged to anybody since the last look, and acts on it.
pub(crate) fn settle_all(world: &mut World) {
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    if extensions.take_alarm() {
        let all = extensions.planned().to_vec();
        SharedPlugins::pass_on_faults(world);
        all.into_iter().for_each(|id| settle(world, id));
    }
}

/// Ends a frame: charges what went wrong in it, and terminates all extensions if the app exits.
pub(super) fn end_frame(world: &mut World) {
    if world.contains_resource::<Extensions>() {
        settle_all(world);
        frame_time::end_frame(world);
        if world.get_resource::<Messages<AppExit>>().is_some_and(|exits| !exits.is_empty()) {
            #[cfg(feature = "console")]
            if let Some(super::BeforeEnd(code)) = world.remove_resource() {
                code(world);
            }
            terminate_all(world);
        } else if driver::is_stale(world) {
            announce_drivers(world);
        }
    }
    contain::end_frame(world);
}
