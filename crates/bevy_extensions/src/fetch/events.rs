//! What happens to artifacts, as events.

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, Location, artifacts::ArtifactProgress};
use bevy_extensions_macros::ExtensionEvent;
use serde::Serialize;

use crate::event::registry;

/// Something that is fetched has come further: at most once a frame, while the app runs.
#[derive(ExtensionEvent, Debug, Clone, PartialEq, Eq, Serialize)]
#[event(name = "artifact.fetching")]
#[non_exhaustive]
pub struct ArtifactFetching {
    /// What is fetched: an artifact as the manifest writes it, or one of the packages that it depends on.
    pub artifact: String,
    /// Who waits for it.
    pub extensions: Vec<ExtensionName>,
    /// How many bytes are there.
    pub bytes: u64,
    /// How many it will be, if that is known.
    pub total: Option<u64>,
}

impl From<ArtifactProgress> for ArtifactFetching {
    fn from(ArtifactProgress { what, extensions, bytes, total, .. }: ArtifactProgress) -> Self {
        Self { artifact: what, extensions, bytes, total }
    }
}

/// All artifacts are there that an extension has waited for; it starts now, if whoever it requires runs.
#[derive(ExtensionEvent, Debug, Clone, PartialEq, Eq, Serialize)]
#[event(name = "artifacts.fetched")]
#[non_exhaustive]
pub struct ArtifactsFetched {
    /// The extension.
    pub name: ExtensionName,
}

/// Makes these events known, whether linked events are or not.
pub(super) fn register(world: &mut World) {
    let here = || Location::new(file!(), line!(), 0);
    registry::register::<ArtifactFetching>(world, here());
    registry::register::<ArtifactsFetched>(world, here());
}
