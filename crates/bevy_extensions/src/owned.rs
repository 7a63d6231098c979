//! What belongs to an extension because it says so: entities and resources. It goes when the extension stops.

use std::{
    any::TypeId,
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use bevy_ecs::{lifecycle::HookContext, observer::ObserverDescriptor, prelude::*, world::DeferredWorld};
use bevy_utils::prelude::ShortName;

use crate::{
    acting::acting,
    contain::Ward,
    entity::{Extensions, Listed, OwnedBy},
    owner::{Party, with_actor},
    park::{self, Parkable},
};

/// A resource that belongs to an extension, such as an export: an entity. Despawn it to remove the resource.
///
/// If several extensions have [initialised](crate::ExtensionScope::init_resource) the same one, it goes with the last.
#[derive(Component, Debug, Clone)]
#[component(immutable, on_remove = remove_resource)]
#[non_exhaustive]
pub struct OwnedResource {
    /// The name of its type.
    pub name: String,
    type_id: TypeId,
    is_there: fn(&World) -> bool,
    remove: fn(&mut World),
}

impl OwnedResource {
    pub(crate) fn of<R: Resource>(name: String) -> Self {
        Self {
            name,
            type_id: TypeId::of::<R>(),
            is_there: World::contains_resource::<R>,
            remove: |world| _ = world.remove_resource::<R>(),
        }
    }

    /// Tells whether the resource is in the world now.
    pub fn is_there(&self, world: &World) -> bool {
        (self.is_there)(world)
    }
}

/// Removes the resource when the last entity that stands for it goes.
fn remove_resource(mut world: DeferredWorld, context: HookContext) {
    let Some(OwnedResource { type_id, remove, .. }) = world.get::<OwnedResource>(context.entity).cloned() else {
        return;
    };
    world.commands().queue(move |world: &mut World| {
        if !is_owned(world, type_id) {
            remove(world);
        }
    });
}

fn is_owned(world: &World, resource: TypeId) -> bool {
    let owned = world.try_query::<&OwnedResource>();
    owned.is_some_and(|mut owned| owned.iter(world).any(|owned| owned.type_id == resource))
}

/// How a resource is made anew when its extension starts again.
pub(crate) type Make<R> = Arc<Mutex<dyn FnMut(&mut World) -> R + Send>>;

/// Calls what makes a resource.
pub(crate) fn make<R>(world: &mut World, make: &Make<R>) -> R {
    // Whoever panics in it leaves only its own things half done.
    make.lock().unwrap_or_else(PoisonError::into_inner)(world)
}

/// Inserts a resource that belongs to an extension, in place of an earlier one.
pub(crate) fn insert_resource<R: Resource>(world: &mut World, ward: &Arc<Ward>, maker: Make<R>) {
    let value = make(world, &maker);
    let owner = Party::Extension(ward);
    let entity = owner.spawn(world, OwnedResource::of::<R>(ShortName::of::<R>().to_string()));
    world.insert_resource(value);
    Parkable::attach(world, entity, owner, |_, _| {
        Some(Box::new(move |world, ward| insert_resource(world, ward, maker.clone())))
    });
}

/// Inserts a resource that belongs to an extension, unless it is there. One of another extension belongs to both then, one
/// of the app stays the app's.
pub(crate) fn init_resource<R: Resource + FromWorld>(world: &mut World, ward: &Arc<Ward>) {
    let is_apps = world.contains_resource::<R>() && !is_owned(world, TypeId::of::<R>());
    world.init_resource::<R>();
    let owner = Party::Extension(ward);
    let entity = owner.spawn(world, ());
    if !is_apps {
        world.entity_mut(entity).insert(OwnedResource::of::<R>(ShortName::of::<R>().to_string()));
    }
    Parkable::attach(world, entity, owner, |_, _| Some(Box::new(init_resource::<R>)));
}

/// What watches over a component that an extension owns.
#[derive(Component)]
pub(crate) struct Watch {
    /// The name of the component.
    pub(crate) component: String,
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
    let watch = Watch { component: ShortName::of::<C>().to_string() };
    let entity = owner.spawn(world, (Observer::new(take), watch));
    Parkable::attach(world, entity, owner, |_, _| Some(Box::new(owns::<C>)));
}

/// Gives every observer from now on to the extension whose code adds it, past its scope too.
///
/// It hears as one of the app, and is not contained; but it goes when the extension stops. While the app runs, an observer
/// of an entity that belongs to somebody else is left alone: the app's own observers add such ones in answer to what the
/// extension does.
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
    let &Listed { entity: extension, is_registering, .. } = world.resource::<Extensions>().listed(ward.id());
    let Ok(mut observer) = world.get_entity_mut(entity) else { return };
    if observer.contains::<OwnedBy>() {
        return;
    }
    if !is_registering && !watches_own(&observer, extension) {
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

/// Tells whether an observer watches no entity in particular, or only such as belong to an extension.
fn watches_own(observer: &EntityWorldMut<'_>, extension: Entity) -> bool {
    let Some(watched) = observer.get::<Observer>().map(Observer::descriptor) else { return false };
    let is_own = |entity: &Entity| observer.world().get::<OwnedBy>(*entity).is_some_and(|owner| owner.0 == extension);
    watched.entities().iter().all(is_own)
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
