//! Which events there are, and who hears them.

use std::collections::BTreeMap;

use bevy_ecs::{event::EventPattern, prelude::*};
use bevy_extensions_core::Location;

use super::{Listener, arrival, listeners::Listeners, registry::Events};
use crate::{
    entity::Extensions,
    owner::{APP, Owner, owner_of},
};

/// An event that is known, and who hears it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventRow {
    /// Its name, or the pattern that somebody listens to.
    pub name: String,
    /// Its type; `None` if no type claims the name.
    pub type_name: Option<String>,
    /// Where its type is declared.
    pub location: Option<Location>,
    /// Who hears it, in the order of delivery.
    pub listeners: Vec<ListenerRow>,
}

/// A listener of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListenerRow {
    /// Its entity.
    pub entity: Entity,
    /// Whose it is.
    pub by: Owner,
    /// The name or pattern that it listens to; `None` if it listens to the type.
    pub by_name: Option<String>,
    /// Whether it hears now: its extension is starting or running.
    pub is_active: bool,
}

/// Lists all events that somebody hears or that a type claims, by name.
pub(crate) fn events(world: &World) -> Vec<EventRow> {
    let Some(events) = world.get_resource::<Events>() else { return Vec::new() };
    let mut rows = BTreeMap::new();
    for event in events.types() {
        let listeners = (event.listeners)(world).into_iter().map(|entity| row(world, entity)).collect();
        let name = event.name.to_string();
        let (type_name, location) = (Some(event.type_name.clone()), Some(event.at.clone()));
        rows.insert(name.clone(), EventRow { name, type_name, location, listeners });
    }
    for listener in events.named() {
        let name = listener.filter.to_string();
        let unclaimed = EventRow { name: name.clone(), type_name: None, location: None, listeners: Vec::new() };
        let event = rows.entry(name).or_insert(unclaimed);
        if event.type_name.is_none() {
            event.listeners.push(row(world, listener.entity));
        }
    }
    rows.into_values().collect()
}

/// Returns the listeners of an event, in the order of delivery: those of extensions, then the app's own.
pub(super) fn in_order<E: EventPattern>(world: &World) -> Vec<Entity> {
    let mut all = world.get_resource::<Listeners<E>>().map(Listeners::entities).unwrap_or_default();
    let own = world.event_key::<E::Event>().and_then(|key| world.observers().try_get_observers(key));
    all.extend(own.into_iter().flat_map(|own| arrival::in_order(world, own.global_observers())));
    all
}

fn row(world: &World, entity: Entity) -> ListenerRow {
    let owner = owner_of(world, entity);
    let extensions = world.get_resource::<Extensions>().filter(|_| owner != APP);
    let listener = world.get::<Listener>(entity).filter(|listener| listener.by_name);
    ListenerRow {
        entity,
        by: Owner::new(world, owner),
        by_name: listener.map(|listener| listener.event.clone()),
        is_active: extensions.is_none_or(|extensions| extensions.listed(owner).ward.is_active()),
    }
}
