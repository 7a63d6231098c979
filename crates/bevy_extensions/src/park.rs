//! What belongs to an extension goes when it stops; what it has registered in its `build` comes back when it starts again.
//!
//! A native is built once. So what it has registered there is set aside meanwhile: the very systems, with their `Local`s.

use std::{mem, sync::Arc};

use bevy_ecs::prelude::*;

use crate::{
    acting::ExtensionId,
    contain::{Ward, call_with_world},
    entity::{ExtensionState, Extensions, OwnedBy, Owns},
    fault::FaultPlace,
    owned::OwnedResource,
    owner::Party,
};

/// Something that was registered in `build`: how it is set aside before its entity goes.
#[derive(Component)]
pub(crate) struct Parkable(Park);

/// Takes out of the world what an entity stands for; `None` if it is gone already.
type Park = Box<dyn FnOnce(&mut World, Entity) -> Option<Parked> + Send + Sync>;

/// Brings something back into the world, once.
pub(crate) type Parked = Box<dyn FnMut(&mut World, &Arc<Ward>) + Send + Sync>;

impl Parkable {
    /// Says how something is set aside, if it is registered in the `build` of an extension.
    ///
    /// What is registered later goes for good when the extension stops: its phases run again, and register it again.
    pub(crate) fn attach(
        world: &mut World,
        entity: Entity,
        owner: Party<'_>,
        park: impl FnOnce(&mut World, Entity) -> Option<Parked> + Send + Sync + 'static,
    ) {
        let Party::Extension(ward) = owner else { return };
        let listed = world.resource::<Extensions>().listed(ward.id());
        if listed.state == ExtensionState::Starting && !listed.has_begun {
            world.entity_mut(entity).insert(Self(Box::new(park)));
        }
    }
}

/// How often is looked whether something came while the rest was taken away.
const ROUNDS: u32 = 8;

/// Takes away what belongs to an extension that has stopped. Whatever panics on the way is its own fault.
pub(crate) fn clear(world: &mut World, id: ExtensionId) {
    let listed = world.resource::<Extensions>().listed(id);
    let (extension, ward) = (listed.entity, listed.ward.clone());
    let mut stuck = Vec::new();
    for _ in 0..ROUNDS {
        let owned = world.get_mut::<Owns>(extension).map_or(Vec::new(), |mut owns| owns.take());
        if owned.is_empty() {
            break;
        }
        for entity in owned {
            let parked = take_away(world, &ward, entity);
            world.resource_mut::<Extensions>().into_inner().listed_mut(id).parked.extend(parked);
            if world.get_entity(entity).is_ok() {
                stuck.push(entity);
            }
        }
    }
    // Bevy cannot despawn what has a hook that panics. It is still the extension's.
    for entity in stuck {
        if let Ok(mut entity) = world.get_entity_mut(entity) {
            entity.insert(OwnedBy(extension));
        }
    }
}

fn take_away(world: &mut World, ward: &Arc<Ward>, entity: Entity) -> Option<Parked> {
    let place = place_of(world, entity);
    let parked = call_with_world(ward, &place, world, |world| {
        let park = world.get_entity_mut(entity).ok()?.take::<Parkable>()?;
        park.0(world, entity)
    });
    call_with_world(ward, &place, world, |world| {
        world.try_despawn(entity).ok();
        world.flush();
    });
    parked.flatten()
}

fn place_of(world: &World, entity: Entity) -> FaultPlace {
    match world.get::<OwnedResource>(entity) {
        Some(resource) => FaultPlace::Export(resource.name.clone().into()),
        None => FaultPlace::Stop,
    }
}

/// Brings back what an extension has registered in its `build`.
pub(crate) fn restore(world: &mut World, id: ExtensionId) {
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    let (parked, ward) = (mem::take(&mut listed.parked), listed.ward.clone());
    for mut parked in parked {
        let restored = call_with_world(&ward, &FaultPlace::Start, world, |world| {
            parked(world, &ward);
            world.flush();
        });
        if restored.is_none() {
            // The next attempt may go better.
            world.resource_mut::<Extensions>().into_inner().listed_mut(id).parked.push(parked);
        }
    }
}

/// Makes something that is brought back once of a value that is set aside.
pub(crate) fn once<T: Send + Sync + 'static>(
    value: T,
    restore: impl Fn(&mut World, &Arc<Ward>, T) + Send + Sync + 'static,
) -> Option<Parked> {
    let mut value = Some(value);
    Some(Box::new(move |world, ward| {
        if let Some(value) = value.take() {
            restore(world, ward, value);
        }
    }))
}
