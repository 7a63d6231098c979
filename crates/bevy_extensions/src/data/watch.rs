//! Tells an extension which of its keys change.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_extensions_core::Location;
use bevy_extensions_data::{Key, Prefix, Watch};
use serde::Serialize;

use super::Data;
use crate::{
    contain::Ward,
    entity::{ExtensionInfo, OwnedBy},
    event::{Delivery, ExtensionEvent, Wire, registry},
    owner::Party,
    park::Parkable,
};

/// A key of an extension's key-value store has changed that it [watches](crate::ExtensionScope::watch_keys). It is sent to
/// that extension alone, in the frame after the change, once however often it has changed.
///
/// By name it is `kv.changed`, with the key as [`Key`] is written: a text, a number, or a list of them.
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::data::KvChanged;
/// fn tell(changed: On<KvChanged>) {
///     match &changed.key {
///         Some(key) => println!("{key} has changed"),
///         None => println!("much has changed"),
///     }
/// }
/// # World::new().add_observer(tell);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KvChanged {
    /// Which key; `None` if any may have changed, since all were deleted, or too many have changed to tell each.
    pub key: Option<Key>,
}

impl Event for KvChanged {
    type Trigger<'a> = Delivery;
}

impl ExtensionEvent for KvChanged {
    const NAME: &'static str = "kv.changed";

    fn wire() -> Wire<Self> {
        Wire::write_only()
    }
}

/// A watch of an extension.
#[derive(Component)]
pub(super) struct KeyWatch(Watch);

pub(super) fn install(world: &mut World) {
    registry::register::<KvChanged>(world, Location::new(file!(), line!(), column!()));
}

/// Watches keys for an extension, until it stops; and again when it starts.
pub(crate) fn watch_keys(world: &mut World, ward: &Arc<Ward>, prefix: Prefix) {
    let watch = world.resource::<Data>().kv(ward.name().as_str()).watch(prefix.clone());
    let owner = Party::Extension(ward);
    let entity = owner.spawn(world, KeyWatch(watch));
    Parkable::attach(world, entity, owner, |_, _| {
        Some(Box::new(move |world, ward| watch_keys(world, ward, prefix.clone())))
    });
}

/// Tells extensions what has changed since the last frame.
pub(super) fn tell_changes(world: &mut World, watches: &mut QueryState<(&KeyWatch, &OwnedBy)>) {
    let changes: Vec<_> = watches
        .iter(world)
        .filter_map(|(watch, owner)| {
            let changed = watch.0.drain();
            let name = world.get::<ExtensionInfo>(owner.0)?.name.clone();
            (!changed.is_empty()).then_some((name, changed))
        })
        .collect();
    for (name, changed) in changes {
        let all = changed.any.then_some(None);
        let keys = all.map_or_else(|| changed.keys.into_iter().map(Some).collect(), |all| vec![all]);
        for key in keys {
            let mut delivery = Delivery::awaited(name.as_str().into());
            // It may have stopped because of the one before.
            world.trigger_ref_with(&mut KvChanged { key }, &mut delivery);
        }
    }
}
