//! What belongs to an extension because it says so: entities and resources. It goes when the extension stops.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use bevy_ecs::{lifecycle::HookContext, observer::ObserverDescriptor, prelude::*, world::DeferredWorld};
use bevy_utils::prelude::ShortName;

use crate::{
    acting::acting,
    contain::Ward,
    entity::{Extensions, OwnedBy},
    owner::{Party, with_actor},
    park::{self, Parkable},
};

/// A resource that belongs to an extension, such as an export: an entity. Despawn it to remove the resource.
#[derive(Component, Debug, Clone)]
#[component(immutable, on_remove = remove_resource)]
#[non_exhaustive]
pub struct OwnedResource {
    /// The name of its type.
    pub name: String,
    is_there: fn(&World) -> bool,
    remove: fn(&mut World),
}

impl OwnedResource {
    /// Tells whether the resource is in the world now.
    pub fn is_there(&self, world: &World) -> bool {
        (self.is_there)(world)
    }
}

/// Removes the resource when the entity that stands for it goes.
fn remove_resource(mut world: DeferredWorld, context: HookContext) {
    let remove = world.get::<OwnedResource>(context.entity).map(|resource| resource.remove);
    world.commands().queue(move |world: &mut World| remove.into_iter().for_each(|remove| remove(world)));
}

/// How a resource is made anew when its extension starts again.
pub(crate) type Make<R> = Arc<Mutex<dyn FnMut(&mut World) -> R + Send>>;

/// Spawns the entity that stands for a resource of a type. The resource itself comes with [`put`].
pub(crate) fn stand_for<R: Resource>(world: &mut World, owner: Party<'_>, name: String, bundle: impl Bundle) -> Entity {
    let resource = OwnedResource {
        name,
        is_there: World::contains_resource::<R>,
        remove: |world| _ = world.remove_resource::<R>(),
    };
    owner.spawn(world, (resource, bundle))
}

/// Calls what makes a resource.
pub(crate) fn make<R>(world: &mut World, make: &Make<R>) -> R {
    // Whoever panics in it leaves only its own things half done.
    make.lock().unwrap_or_else(PoisonError::into_inner)(world)
}

/// Inserts a resource that belongs to an extension.
pub(crate) fn insert_resource<R: Resource>(world: &mut World, ward: &Arc<Ward>, maker: Make<R>) {
    let value = make(world, &maker);
    let owner = Party::Extension(ward);
    let entity = stand_for::<R>(world, owner, ShortName::of::<R>().to_string(), ());
    world.insert_resource(value);
    Parkable::attach(world, entity, owner, |_, _| {
        Some(Box::new(move |world, ward| insert_resource(world, ward, maker.clone())))
    });
}

/// Gives whatever gets a component to an extension, unless it belongs to somebody already.
pub(crate) fn owns<C: Component>(world: &mut World, ward: &Arc<Ward>) {
    let owner = Party::Extension(ward);
    let extension = world.resource::<Extensions>().listed(ward.id()).entity;
    let watching = ward.clone();
    let take = move |added: On<Add<C>>, mut commands: Commands| {
        if watching.is_open() {
            commands.entity(added.event_target()).try_insert_if_new(OwnedBy(extension));
        }
    };
    let entity = owner.spawn(world, Observer::new(take));
    Parkable::attach(world, entity, owner, |_, _| Some(Box::new(owns::<C>)));
}

/// Gives every observer from now on to the extension whose code adds it, past its scope too.
///
/// It hears as one of the app, and is not contained; but it goes when the extension stops.
pub(crate) fn watch_observers(world: &mut World) {
    world.add_observer(|added: On<Add<Observer>>, mut world: DeferredWorld| {
        let (entity, extensions) = (added.event_target(), world.get_resource::<Extensions>());
        let actor = acting(world.id()).zip(extensions).map(|(id, extensions)| extensions.listed(id).ward.clone());
        if let Some(ward) = actor.filter(|_| world.get::<OwnedBy>(entity).is_none()) {
            world.commands().queue(move |world: &mut World| own_observer(world, &ward, entity));
        }
    });
}

fn own_observer(world: &mut World, ward: &Arc<Ward>, entity: Entity) {
    let extension = world.resource::<Extensions>().listed(ward.id()).entity;
    let Ok(mut observer) = world.get_entity_mut(entity) else { return };
    if observer.contains::<OwnedBy>() {
        return;
    }
    if !ward.is_open() {
        return observer.despawn();
    }
    observer.insert(OwnedBy(extension));
    Parkable::attach(world, entity, Party::Extension(ward), |world, entity| {
        let descriptor = world.get::<Observer>(entity)?.descriptor().clone();
        let observer = world.entity_mut(entity).take::<Observer>()?;
        park::once((observer, descriptor), restore_observer)
    });
}

fn restore_observer(world: &mut World, ward: &Arc<Ward>, (observer, watched): (Observer, ObserverDescriptor)) {
    let is_there = |entity: &Entity| world.get_entity(*entity).is_ok();
    let entities: Vec<_> = watched.entities().iter().copied().filter(is_there).collect();
    if entities.len() < watched.entities().len().min(1) {
        // All that it has watched is gone; without them it would watch everything.
        return;
    }
    // Those of its type come a second time when it is added.
    let components: BTreeSet<_> = watched.components().iter().copied().collect();
    let entity = world.spawn(observer.with_entities(entities).with_components(components)).id();
    world.flush();
    own_observer(world, ward, entity);
}

/// Gives an entity to whoever acts, with its first components; those of the app belong to nobody.
pub(crate) fn spawn_for_actor(world: &mut World, entity: Entity, bundle: impl Bundle) {
    with_actor(world, |world, actor| {
        let extension = actor.name().and_then(|name| world.resource::<Extensions>().entity(name.as_str()));
        // It was despawned before its turn came.
        let Ok(mut entity) = world.get_entity_mut(entity) else { return };
        match (actor.ward(), extension) {
            // What is done late, after a stop, would stay for ever.
            (Some(ward), _) if !ward.is_open() => entity.despawn(),
            (_, Some(extension)) => _ = entity.insert((bundle, OwnedBy(extension))),
            (_, None) => _ = entity.insert(bundle),
        }
    });
}
