//! Hands answers of databases to systems.

use std::{
    mem,
    sync::{Arc, Mutex},
};

use bevy_ecs::{prelude::*, system::RunSystemError};
use bevy_extensions_data::{DbAnswer, DbError};

use super::Data;
use crate::{
    contain::{Ward, call_with_world},
    fault::{Fault, FaultPlace},
    owner::with_actor,
};

/// An answer that is waited for.
#[derive(Component)]
pub(super) struct Awaited {
    /// In the order in which they were asked for.
    number: u64,
    /// Who is told; `None` is the app itself.
    ward: Option<Arc<Ward>>,
    /// Tells whether the answer is there.
    is_ready: Box<dyn Fn() -> bool + Send + Sync>,
    /// Hands it over.
    tell: Box<dyn FnOnce(&mut World) -> Result + Send + Sync>,
}

/// What was asked for by now.
#[derive(Resource, Default)]
pub(super) struct Asked {
    number: u64,
    /// How many answers there were when they were looked at last.
    answered: u64,
}

/// Has a system get an answer once it is there, in the name of whoever acts.
pub(crate) fn answer<T, M>(
    world: &mut World,
    answer: DbAnswer<T>,
    system: impl IntoSystem<In<Result<T, DbError>>, (), M>,
) where
    T: Send + 'static,
{
    let mut system = IntoSystem::into_system(system);
    let answer = Arc::new(Mutex::new(answer));
    let asked = answer.clone();
    let is_ready = move || asked.lock().is_ok_and(|answer| answer.is_ready());
    let tell = move |world: &mut World| -> Result {
        let given = answer.lock().ok().and_then(|mut answer| answer.poll()).unwrap_or(Err(DbError::Closed));
        system.initialize(world);
        match system.run(given, world) {
            Err(RunSystemError::Failed(error)) => Err(error),
            _ => Ok(()),
        }
    };
    let number = world.get_resource_or_init::<Asked>().number + 1;
    world.resource_mut::<Asked>().number = number;
    with_actor(world, |world, owner| {
        let ward = owner.ward();
        owner.spawn(world, Awaited { number, ward, is_ready: Box::new(is_ready), tell: Box::new(tell) });
    });
}

/// Hands over the answers that have come since the last frame.
pub(super) fn tell_answers(world: &mut World, all: &mut QueryState<(Entity, &Awaited)>) {
    let answered = world.resource::<Data>().answered();
    let asked = &mut *world.resource_mut::<Asked>();
    if mem::replace(&mut asked.answered, answered) == answered {
        return;
    }
    let ready = all.iter(world).filter(|(_, awaited)| (awaited.is_ready)());
    let mut ready: Vec<_> = ready.map(|(entity, awaited)| (awaited.number, entity)).collect();
    ready.sort_unstable();
    for (_, entity) in ready {
        // Whoever is told may have stopped because of the one before.
        let Some(awaited) = world.get_entity_mut(entity).ok().and_then(|mut entity| entity.take::<Awaited>()) else {
            continue;
        };
        world.despawn(entity);
        let Awaited { ward, tell, .. } = awaited;
        match &ward {
            Some(ward) if ward.is_open() => {
                let told = call_with_world(ward, &FaultPlace::Answer, world, tell);
                if let Some(Err(error)) = told {
                    ward.charge(Fault::error(&FaultPlace::Answer, &error));
                }
            }
            Some(_) => {}
            // As a command, so that errors go to the app's own handler.
            None => {
                world.commands().queue(tell);
                world.flush();
            }
        }
    }
}
