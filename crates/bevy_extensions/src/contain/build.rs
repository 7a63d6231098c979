//! The `build` of an extension: what it adds is found by looking before and after, then wrapped, or undone.
//!
//! Third-party plugins add systems past the scope, so only the difference tells what came from an extension.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::Arc,
};

use bevy_app::App;
use bevy_ecs::{
    change_detection::Tick,
    component::ComponentId,
    message::MessageRegistry,
    observer::Observer,
    prelude::*,
    resource::IsResource,
    schedule::{InternedScheduleLabel, SystemKey, SystemSetKey},
};

use super::{
    Ward, call_with_app, call_with_world,
    inject::strike_part,
    system::{Places, clear_set, clear_system, wrap_set, wrap_system},
};
use crate::{
    fault::{Fault, FaultPlace},
    phase::Phase,
};

/// Calls a part of an extension that gets the app, such as `build`, and tells whether it went well.
///
/// What it adds to schedules is contained from then on. If it faults, what it added is undone: its systems, run
/// conditions, observers, entities and new resources go. What it changed stays, as do set order and plugin names; and the
/// new resources stay too if there is a new type of messages among them.
///
/// `is_others` tells what belongs to another extension, though it came during this call.
pub(crate) fn build(
    app: &mut App,
    ward: &Arc<Ward>,
    place: &FaultPlace,
    is_others: &dyn Fn(&World, Entity) -> bool,
    // Not generic: every extension would have the compiler make all of this anew.
    code: Box<dyn FnOnce(&mut App) + '_>,
) -> bool {
    learn(app.world_mut());
    let began = app.world_mut().increment_change_tick();
    let messages = message_types(app.world());
    let value = call_with_app(ward, place, app, |app| {
        code(app);
        app.world_mut().flush();
        strike_part(ward, place);
    });
    let news = learn(app.world_mut());
    if let Some(label) = news.0.iter().find_map(|(label, new)| matches!(new, New::Hidden { .. }).then_some(label)) {
        ward.charge(Fault::hidden_systems(place, *label));
        ward.close();
    }
    if value.is_some() && ward.is_open() {
        news.wrap(app.world_mut(), ward);
        return true;
    }
    news.clear(app.world_mut());
    // Commands that were queued before a panic would spawn later.
    call_with_world(ward, place, app.world_mut(), World::flush);
    // Bevy goes on keeping a new type of messages in order, and would do it twice for the next to add it.
    let keep_resources = message_types(app.world()) != messages;
    for entity in to_be_removed(app.world(), began, is_others) {
        // What panics when it is dropped keeps nothing else from going.
        call_with_world(ward, place, app.world_mut(), |world| remove(world, entity, keep_resources));
    }
    false
}

/// Adds a plugin that several extensions share: what it adds belongs to `ward`, and a fault of theirs leaves it alone.
///
/// Returns the entities that it has spawned.
pub(crate) fn build_shared(app: &mut App, ward: &Arc<Ward>, code: impl FnOnce(&mut App)) -> Vec<Entity> {
    let before = Known::look(app.world().resource::<Schedules>());
    let began = app.world_mut().increment_change_tick();
    code(app);
    app.world_mut().flush();
    let world = app.world_mut();
    let news = before.news(world.resource::<Schedules>());
    world.resource_mut::<Known>().add(&news);
    news.wrap(world, ward);
    let spawned = spawned_since(world, began);
    world.resource_mut::<Known>().shared_entities.extend(&spawned);
    spawned
}

/// Contains what an extension has put into the schedule of a phase.
pub(crate) fn wrap_phase(schedule: &mut Schedule, phase: Phase, ward: &Arc<Ward>) {
    let place = FaultPlace::Phase(phase);
    let places = Places { system: place.clone(), condition: place.clone(), command: place };
    for new in KnownSchedule::default().news(schedule) {
        new.wrap(schedule, ward, &places);
    }
}

/// What the host has seen of the app's schedules: whatever else is there is new.
#[derive(Resource, Default)]
pub(crate) struct Known {
    schedules: HashMap<InternedScheduleLabel, KnownSchedule>,
    /// Entities of shared plugins: they outlive the extension that brought them.
    shared_entities: HashSet<Entity>,
    /// Resources of the host that it makes when they are needed first.
    hosts_own: HashSet<ComponentId>,
}

impl Known {
    /// Keeps a resource of the host, whoever's `build` it comes in and whatever comes of that.
    pub(crate) fn keep_resource<R: Resource>(world: &mut World) {
        if let Some(id) = world.component_id::<R>()
            && let Some(mut known) = world.get_resource_mut::<Self>()
        {
            known.hosts_own.insert(id);
        }
    }

    fn look(schedules: &Schedules) -> Self {
        let mut known = Self::default();
        known.add(&known.news(schedules));
        known
    }

    fn news(&self, schedules: &Schedules) -> News {
        let nothing = KnownSchedule::default();
        let news = schedules.iter().flat_map(|(_, schedule)| {
            let known = self.schedules.get(&schedule.label()).unwrap_or(&nothing);
            known.news(schedule).into_iter().map(|new| (schedule.label(), new))
        });
        News(news.collect())
    }

    fn add(&mut self, news: &News) {
        for (label, new) in &news.0 {
            let known = self.schedules.entry(*label).or_default();
            match *new {
                New::System(key) => _ = known.systems.insert(key),
                New::Hidden { count, .. } => known.hidden += count,
                New::Conditions { set, to, .. } => _ = known.conditions.insert(set, to),
            }
        }
    }
}

#[derive(Default)]
struct KnownSchedule {
    systems: HashSet<SystemKey>,
    /// How many have run and so cannot be seen any more.
    hidden: usize,
    /// For each set that has run conditions, how many.
    conditions: HashMap<SystemSetKey, usize>,
}

impl KnownSchedule {
    fn news(&self, schedule: &Schedule) -> Vec<New> {
        let graph = schedule.graph();
        let mut news = Vec::new();
        if graph.systems.len() != self.systems.len() {
            let keys = graph.systems.iter().map(|(key, ..)| key);
            news.extend(keys.filter(|key| !self.systems.contains(key)).map(New::System));
            let count = graph.systems.len().saturating_sub(self.systems.len() + self.hidden + news.len());
            if count > 0 {
                news.push(New::Hidden { count, alone: self.systems.is_empty() && self.hidden == 0 });
            }
        }
        for (set, _, conditions) in graph.system_sets.iter().filter(|(.., conditions)| !conditions.is_empty()) {
            let (from, to) = (self.conditions.get(&set).copied().unwrap_or(0), conditions.len());
            if from < to {
                news.push(New::Conditions { set, from, to });
            }
        }
        news
    }
}

/// What somebody has added to the app's schedules.
struct News(Vec<(InternedScheduleLabel, New)>);

/// Something new in a schedule.
enum New {
    System(SystemKey),
    /// Systems that cannot be wrapped any more, since their schedule has been built already.
    Hidden {
        count: usize,
        /// Whether nobody had a system in that schedule before.
        alone: bool,
    },
    /// Run conditions of a set, a range of them.
    Conditions {
        set: SystemSetKey,
        from: usize,
        to: usize,
    },
}

impl News {
    fn wrap(self, world: &mut World, ward: &Arc<Ward>) {
        let places =
            Places { system: FaultPlace::System, condition: FaultPlace::Condition, command: FaultPlace::Command };
        self.for_each(world, |schedule, new| new.wrap(schedule, ward, &places));
    }

    fn clear(self, world: &mut World) {
        self.for_each(world, |schedule, new| match new {
            New::System(key) => clear_system(schedule, key),
            New::Hidden { alone: true, .. } => *schedule = Schedule::new(schedule.label()),
            // What others have in that schedule weighs more.
            New::Hidden { .. } => {}
            New::Conditions { set, from, .. } => clear_set(schedule, set, from),
        });
    }

    fn for_each(self, world: &mut World, mut change: impl FnMut(&mut Schedule, New)) {
        let mut schedules = world.resource_mut::<Schedules>();
        for (label, new) in self.0 {
            if let Some(schedule) = schedules.get_mut(label) {
                change(schedule, new);
            }
        }
    }
}

impl New {
    fn wrap(self, schedule: &mut Schedule, ward: &Arc<Ward>, places: &Places) {
        match self {
            Self::System(key) => wrap_system(schedule, key, ward, places),
            Self::Hidden { .. } => {}
            Self::Conditions { set, from, .. } => wrap_set(schedule, set, from, ward, places),
        }
    }
}

/// Returns what is new since the last call.
fn learn(world: &mut World) -> News {
    let mut known = mem::take(&mut *world.resource_mut::<Known>());
    let news = known.news(world.resource::<Schedules>());
    known.add(&news);
    *world.resource_mut::<Known>() = known;
    news
}

fn spawned_since(world: &World, began: Tick) -> Vec<Entity> {
    let now = world.read_change_tick();
    let is_new = |entity: &EntityRef<'_>| entity.spawn_tick().is_newer_than(began, now);
    world.iter_entities().filter(is_new).map(|entity| entity.id()).collect()
}

/// Tells when a type of messages was last added.
fn message_types(world: &World) -> Option<Tick> {
    world.get_resource_ref::<MessageRegistry>().map(|registry| registry.last_changed())
}

/// Returns what came since a call began and has to go.
fn to_be_removed(world: &World, began: Tick, is_others: &dyn Fn(&World, Entity) -> bool) -> Vec<Entity> {
    let known = world.resource::<Known>();
    let is_hosts = |entity: Entity| {
        let resource = world.get::<IsResource>(entity);
        resource.is_some_and(|resource| known.hosts_own.contains(&resource.resource_component_id()))
    };
    let mut entities = spawned_since(world, began);
    entities
        .retain(|entity| !known.shared_entities.contains(entity) && !is_hosts(*entity) && !is_others(world, *entity));
    // Observers first, so that none of them sees the others go.
    entities.sort_by_key(|entity| !world.entity(*entity).contains::<Observer>());
    entities
}

fn remove(world: &mut World, entity: Entity, keep_resources: bool) {
    match world.get::<IsResource>(entity).map(IsResource::resource_component_id) {
        Some(_) if keep_resources => {}
        Some(resource) => _ = world.remove_resource_by_id(resource),
        None => _ = world.try_despawn(entity),
    }
}
