//! Resources that stay from one run of the app to the next.

use std::{mem, sync::Arc};

use bevy_ecs::{change_detection::Tick, prelude::*};
use bevy_extensions_data::{Key, KvError, KvNamespace};
use bevy_utils::prelude::ShortName;
use serde::{Serialize, de::DeserializeOwned};

use super::Data;
use crate::{
    contain::Ward,
    fault::{Fault, FaultPlace},
    owned::OwnedResource,
    owner::Party,
    park::Parkable,
    tell::{Level, tell},
};

/// A resource of an extension that is kept in its key-value store.
#[derive(Component)]
pub(super) struct Persistent {
    kv: KvNamespace,
    key: Key,
    /// When it was changed last that is kept.
    saved: Tick,
    /// Whether it could not be kept the last time, which was told.
    is_failing: bool,
    save: fn(&mut World, Entity),
}

/// Loads a resource that belongs to an extension, or makes it if it was never kept.
///
/// # Errors
///
/// [`KvError`] if what is kept cannot be read as one. It stays as it is.
pub(crate) fn load<R>(world: &mut World, ward: &Arc<Ward>) -> Result<(), KvError>
where
    R: Resource + Serialize + DeserializeOwned + FromWorld,
{
    let kv = world.resource::<Data>().kv(ward.name().as_str());
    let key: Key = ("persistent", ShortName::of::<R>().to_string()).into();
    let kept = kv.get::<R>(key.clone())?;
    let value = kept.unwrap_or_else(|| R::from_world(world));
    world.insert_resource(value);
    let saved = world.resource_ref::<R>().last_changed();
    let owner = Party::Extension(ward);
    let owned = OwnedResource::of::<R>(ShortName::of::<R>().to_string());
    let entity = owner.spawn(world, (owned, Persistent { kv, key, saved, is_failing: false, save: save::<R> }));
    Parkable::attach(world, entity, owner, |world, entity| {
        save::<R>(world, entity);
        Some(Box::new(|world, ward| {
            if let Err(error) = load::<R>(world, ward) {
                ward.charge(Fault::error(&FaultPlace::Start, &error.into()));
            }
        }))
    });
    Ok(())
}

/// Keeps a resource if it has changed.
fn save<R: Resource + Serialize>(world: &mut World, entity: Entity) {
    let (Some(resource), Some(persistent)) = (world.get_resource_ref::<R>(), world.get::<Persistent>(entity)) else {
        return;
    };
    let changed = resource.last_changed();
    if changed == persistent.saved {
        return;
    }
    let kept = persistent.kv.set(persistent.key.clone(), &*resource);
    let Some(mut persistent) = world.get_mut::<Persistent>(entity) else { return };
    if kept.is_ok() {
        persistent.saved = changed;
    }
    let was_failing = mem::replace(&mut persistent.is_failing, kept.is_err());
    if let Err(error) = kept
        && !was_failing
    {
        let (key, of) = (&persistent.key, persistent.kv.name());
        tell(Level::Error, &format!("{key} of `{of}` is not kept: {error}; it is tried again in each frame"));
    }
}

/// Keeps what has changed since the last frame.
pub(super) fn save_changed(world: &mut World, all: &mut QueryState<(Entity, &Persistent)>) {
    let saves: Vec<_> = all.iter(world).map(|(entity, persistent)| (entity, persistent.save)).collect();
    saves.into_iter().for_each(|(entity, save)| save(world, entity));
}
