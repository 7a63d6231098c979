//! What happens to extensions, as events.

use bevy_ecs::{entity::Entity, world::World};
use bevy_extensions_core::{ExtensionName, Location};
use bevy_extensions_macros::ExtensionEvent;
use serde::{Serialize, Serializer};

use crate::{event::registry, fault::Fault};

/// An extension has started: its `PostInit` is over, and it is running.
#[derive(ExtensionEvent, Debug, Clone, Serialize)]
#[event(name = "extension.started")]
#[non_exhaustive]
pub struct ExtensionStarted {
    /// Which.
    pub name: ExtensionName,
    /// Its entity.
    #[serde(skip)]
    pub entity: Entity,
}

/// An extension that had started has stopped: it was disabled, restarted, suspended or terminated, or has failed.
#[derive(ExtensionEvent, Debug, Clone, Serialize)]
#[event(name = "extension.stopped")]
#[non_exhaustive]
pub struct ExtensionStopped {
    /// Which.
    pub name: ExtensionName,
    /// Its entity.
    #[serde(skip)]
    pub entity: Entity,
}

/// An extension has failed, and does not run any more.
#[derive(ExtensionEvent, Debug, Clone, Serialize)]
#[event(name = "extension.failed")]
#[non_exhaustive]
pub struct ExtensionFailed {
    /// Which.
    pub name: ExtensionName,
    /// Its entity.
    #[serde(skip)]
    pub entity: Entity,
    /// What went wrong; a text if heard by name.
    #[serde(serialize_with = "as_text")]
    pub fault: Fault,
}

fn as_text<S: Serializer>(fault: &Fault, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(fault)
}

/// Makes the host's own events known, whether linked events are or not.
pub(super) fn register(world: &mut World) {
    let here = || Location::new(file!(), line!(), 0);
    registry::register::<ExtensionStarted>(world, here());
    registry::register::<ExtensionStopped>(world, here());
    registry::register::<ExtensionFailed>(world, here());
}
