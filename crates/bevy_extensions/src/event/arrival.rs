//! The order in which the app's own observers came.
//!
//! Bevy keeps the observers of an event in a map whose order depends on the bits of their entities.

use bevy_ecs::{
    entity::EntityHashMap,
    lifecycle::{Add, Remove},
    observer::{Observer, ObserverMap, On},
    prelude::*,
};

/// When each observer of a world came. Those from before this resource all came first.
#[derive(Resource, Default)]
struct Arrivals {
    numbers: EntityHashMap<u64>,
    next: u64,
}

/// Watches observers come and go from now on.
pub(super) fn watch(world: &mut World) {
    if world.contains_resource::<Arrivals>() {
        return;
    }
    world.init_resource::<Arrivals>();
    world.add_observer(|observer: On<Add<Observer>>, mut arrivals: ResMut<Arrivals>| {
        arrivals.next += 1;
        let number = arrivals.next;
        arrivals.numbers.insert(observer.entity, number);
    });
    world.add_observer(|observer: On<Remove<Observer>>, mut arrivals: ResMut<Arrivals>| {
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

/// The observers of one event in the order in which they came, kept until one comes or goes.
#[derive(Default)]
pub(super) struct Order(Vec<Entity>);

impl Order {
    /// Returns the observers in order.
    pub(super) fn of(&mut self, world: &World, observers: &ObserverMap) -> &[Entity] {
        // One that went and one that came leave their number as it was.
        if self.0.len() != observers.len() || !self.0.iter().all(|entity| observers.contains_key(entity)) {
            self.0 = in_order(world, observers);
        }
        &self.0
    }
}
