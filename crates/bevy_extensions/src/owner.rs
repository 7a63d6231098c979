//! Whose something is, and who registers it: an extension, or the app itself.

use std::{fmt, sync::Arc};

use bevy_ecs::prelude::*;
use bevy_extensions_core::ExtensionName;
use serde::{Serialize, Serializer};

use crate::{
    acting::{ExtensionId, acting},
    contain::Ward,
    entity::{Extensions, OwnedBy},
};

/// What the app itself is called, where it stands among extensions.
pub(crate) const APP_NAME: &str = "app";

/// Whose something is: an extension's, or the app's own.
///
/// As a value it is the name, which is `app` for the app itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// An extension.
    Extension(ExtensionName),
    /// The app itself.
    App,
}

impl Owner {
    pub(crate) fn new(world: &World, id: ExtensionId) -> Self {
        match world.get_resource::<Extensions>() {
            Some(extensions) if id != APP => Self::Extension(extensions.listed(id).name.clone()),
            _ => Self::App,
        }
    }

    /// Returns the name, as one asks for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Extension(name) => name.as_str(),
            Self::App => APP_NAME,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension(name) => write!(f, "`{name}`"),
            Self::App => f.write_str("the app"),
        }
    }
}

impl Serialize for Owner {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// In the place of an extension's id, for what the app itself offers: it comes last.
pub(crate) const APP: ExtensionId = ExtensionId(u32::MAX);

/// Returns where an owner stands among all: extensions in the order of the plan, then the app.
pub(crate) fn rank_of(world: &World, id: ExtensionId) -> usize {
    let listed = world.get_resource::<Extensions>().and_then(|extensions| extensions.get(id));
    listed.map_or(usize::MAX, |listed| listed.ward.rank())
}

/// Who registers something: what it offers or listens to.
#[derive(Clone, Copy)]
pub(crate) enum Party<'a> {
    /// An extension.
    Extension(&'a Arc<Ward>),
    /// The app itself.
    App,
}

impl Party<'_> {
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
pub(crate) fn with_actor<R>(world: &mut World, code: impl FnOnce(&mut World, Party<'_>) -> R) -> R {
    let extensions = world.get_resource::<Extensions>();
    let ward = acting(world.id()).zip(extensions).map(|(id, extensions)| extensions.listed(id).ward.clone());
    match &ward {
        Some(ward) => code(world, Party::Extension(ward)),
        None => code(world, Party::App),
    }
}
