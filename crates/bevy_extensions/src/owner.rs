//! Who offers something or listens: an extension, or the app itself.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_extensions_core::ExtensionName;

use crate::{
    acting::{ExtensionId, acting},
    contain::Ward,
    entity::{Extensions, OwnedBy},
};

/// In the place of an extension's id, for what the app itself offers: it comes last.
pub(crate) const APP: ExtensionId = ExtensionId(u32::MAX);

/// Who offers something or listens.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// An extension.
    Extension(&'a Arc<Ward>),
    /// The app itself.
    App,
}

impl Owner<'_> {
    /// Returns its id; [`APP`] for the app.
    pub(crate) fn id(self) -> ExtensionId {
        match self {
            Self::Extension(ward) => ward.id(),
            Self::App => APP,
        }
    }

    pub(crate) fn ward(self) -> Option<Arc<Ward>> {
        match self {
            Self::Extension(ward) => Some(Arc::clone(ward)),
            Self::App => None,
        }
    }

    pub(crate) fn name(&self) -> Option<&ExtensionName> {
        match self {
            Self::Extension(ward) => Some(ward.name()),
            Self::App => None,
        }
    }

    /// Spawns the entity that stands for what it offers or listens to.
    pub(crate) fn spawn(self, world: &mut World, what: impl Bundle) -> Entity {
        match self {
            Self::Extension(ward) => {
                let extension = world.resource::<Extensions>().listed(ward.id()).entity;
                world.spawn((what, OwnedBy(extension))).id()
            }
            Self::App => world.spawn(what).id(),
        }
    }
}

/// Returns who has spawned the entity that stands for something; [`APP`] for the app.
pub(crate) fn owner_of(world: &World, entity: Entity) -> ExtensionId {
    let extensions = world.get_resource::<Extensions>();
    let owner = world.get::<OwnedBy>(entity).zip(extensions);
    owner.and_then(|(owner, extensions)| extensions.id_of_entity(owner.0)).unwrap_or(APP)
}

/// Does something in the name of whoever acts: the extension whose code runs on this thread, or else the app.
pub(crate) fn with_actor<R>(world: &mut World, code: impl FnOnce(&mut World, Owner<'_>) -> R) -> R {
    let extensions = world.get_resource::<Extensions>();
    let ward = acting(world.id()).zip(extensions).map(|(id, extensions)| extensions.listed(id).ward.clone());
    match &ward {
        Some(ward) => code(world, Owner::Extension(ward)),
        None => code(world, Owner::App),
    }
}
