//! The order in which the app's own observers came.
//!
//! Bevy keeps the observers of an event in a map whose order depends on the bits of their entities.

use bevy_ecs::{
    entity::EntityHashMap,
    lifecycle::{Add, Remove},
    observer::{Observer, ObserverMap, ObserverRunner, On},
    prelude::*,
    world::DeferredWorld,
};

/// When each observer of a world came. Those from before this resource all came first.
#[derive(Resource, Default)]
struct Arrivals {
    numbers: EntityHashMap<u64>,
    next: u64,
    /// Rises whenever an observer comes or goes.
    changes: u64,
}

/// Watches observers come and go from now on.
pub(super) fn watch(world: &mut World) {
    if world.contains_resource::<Arrivals>() {
        return;
    }
    world.init_resource::<Arrivals>();
    world.add_observer(|observer: On<Add<Observer>>, mut arrivals: ResMut<Arrivals>| {
        arrivals.next += 1;
        arrivals.changes += 1;
        let number = arrivals.next;
        arrivals.numbers.insert(observer.entity, number);
    });
    world.add_observer(|observer: On<Remove<Observer>>, mut arrivals: ResMut<Arrivals>| {
        arrivals.changes += 1;
        arrivals.numbers.remove(&observer.entity);
    });
    world.flush();
}

/// Returns the observers of an event in the order in which they came.
pub(super) fn in_order(world: &World, observers: &ObserverMap) -> Vec<Entity> {
    let arrivals = world.get_resource::<Arrivals>();
    let number = |entity: &Entity| arrivals.and_then(|arrivals| arrivals.numbers.get(entity).copied()).unwrap_or(0);
    let mut entities: Vec<_> = observers.keys().copied().collect();
    entities.sort_by_key(|entity| (number(entity), *entity));
    entities
}

/// The observers of one event in the order in which they came, kept until any observer comes or goes.
#[derive(Default)]
pub(super) struct Order {
    as_of: u64,
    observers: Vec<(Entity, ObserverRunner)>,
}

impl Order {
    /// Returns the observers in order; `None` if nobody watched them come.
    pub(super) fn of(&mut self, world: &DeferredWorld, observers: &ObserverMap) -> Option<&[(Entity, ObserverRunner)]> {
        let arrivals = world.get_resource::<Arrivals>()?;
        if self.as_of != arrivals.changes || self.observers.len() != observers.len() {
            self.as_of = arrivals.changes;
            self.observers.clear();
            self.observers.extend(observers.iter().map(|(entity, run)| (*entity, *run)));
            self.observers.sort_by_key(|(entity, _)| (arrivals.numbers.get(entity).copied().unwrap_or(0), *entity));
        }
        Some(&self.observers)
    }
}
