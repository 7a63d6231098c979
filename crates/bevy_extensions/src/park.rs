//! What belongs to an extension goes when it stops; what it has registered in its `build` comes back when it starts again.
//!
//! A native is built once. So what it has registered there is set aside meanwhile: the very systems, with their `Local`s.

use std::{collections::VecDeque, mem, sync::Arc};

use bevy_ecs::prelude::*;

use crate::{
    acting::{ExtensionId, act_as_app},
    contain::{Ward, call_with_world},
    entity::{Extensions, OwnedBy, Owns, Parked},
    fault::FaultPlace,
    owner::Party,
};

/// Something that was registered in `build`: how it is set aside before its entity goes.
#[derive(Component)]
pub(crate) struct Parkable {
    number: u32,
    park: Park,
}

/// Takes out of the world what an entity stands for; `None` if it is gone already.
type Park = Box<dyn FnOnce(&mut World, Entity) -> Option<Parked> + Send + Sync>;

impl Parkable {
    /// Says how something is set aside, if it is registered in the `build` of an extension.
    pub(crate) fn attach(
        world: &mut World,
        entity: Entity,
        owner: Party<'_>,
        park: impl FnOnce(&mut World, Entity) -> Option<Parked> + Send + Sync + 'static,
    ) {
        let Party::Extension(ward) = owner else { return };
        let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(ward.id());
        if listed.is_registering {
            let number = listed.next_number;
            listed.next_number += 1;
            world.entity_mut(entity).insert(Self { number, park: Box::new(park) });
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

/// Sets aside what an entity stands for, if it comes back, and despawns it.
fn take_away(world: &mut World, ward: &Ward, entity: Entity) -> Option<(u32, Parked)> {
    let parked = call_with_world(ward, &FaultPlace::Stop, world, |world| {
        let _host = act_as_app();
        let Parkable { number, park } = world.get_entity_mut(entity).ok()?.take::<Parkable>()?;
        Some((number, park(world, entity)?))
    });
    call_with_world(ward, &FaultPlace::Stop, world, |world| {
        // Whoever sees it go is not the extension.
        let _host = act_as_app();
        world.try_despawn(entity).ok();
        world.flush();
    });
    parked.flatten()
}

/// Brings back what an extension has registered in its `build`, in the same order. If one thing fails, it and the rest wait
/// for the next attempt.
pub(crate) fn restore(world: &mut World, id: ExtensionId) {
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    let (mut waiting, ward) = (mem::take(&mut listed.parked), listed.ward.clone());
    listed.is_registering = true;
    waiting.sort_by_key(|(number, _)| *number);
    let mut waiting = VecDeque::from(waiting);
    while let Some((number, parked)) = waiting.front_mut() {
        world.resource_mut::<Extensions>().into_inner().listed_mut(id).next_number = *number;
        let restored = call_with_world(&ward, &FaultPlace::Start, world, |world| {
            parked(world, &ward);
            world.flush();
        });
        if restored.is_none() {
            break;
        }
        waiting.pop_front();
    }
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(id);
    listed.is_registering = false;
    listed.parked.extend(waiting);
}

/// Makes something that is brought back once of a value that is set aside.
pub(crate) fn once<T: Send + Sync + 'static>(
    value: T,
    restore: impl Fn(&mut World, &Arc<Ward>, T) + Send + Sync + 'static,
) -> Option<Parked> {
    let mut value = Some(value);
    Some(Box::new(move |world, ward| {
        let value = value.take().expect("it was not lost when an earlier start failed");
        restore(world, ward, value);
    }))
}
