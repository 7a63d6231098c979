//! Extensions as data: entities and components that can be queried like anything else.

mod extensions;
mod faults;
mod listed;
mod problems;
#[cfg(feature = "pictures")]
mod start_bars;
mod times;

use std::fmt;

use bevy_ecs::prelude::*;
use bevy_extensions_core::{EdgeKind, ExtensionName, Location, Version};

use crate::extension::Extension;

pub use extensions::Extensions;
pub use faults::{CountedFault, ExtensionFaults};
pub(crate) use faults::{News, TOLD};
pub(crate) use listed::{Listed, Newcomer, Parked};
#[cfg(feature = "pictures")]
pub(crate) use start_bars::StartBars;
pub use times::ExtensionTimes;
pub(crate) use times::note_time;

/// Who an extension is. Every extension that was found is an entity with this component and an [`ExtensionState`].
#[derive(Component, Debug, Clone)]
#[component(immutable)]
#[non_exhaustive]
pub struct ExtensionInfo {
    /// Its name.
    pub name: ExtensionName,
    /// Its version.
    pub version: Version,
    /// Where it is declared.
    pub location: Location,
    /// What it is.
    pub kind: ExtensionKind,
    /// Its place in the load order, from 0; `None` if it is not in the plan.
    pub position: Option<usize>,
}

/// What an extension is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExtensionKind {
    /// A Bevy plugin that is linked into the app.
    Native,
    /// Files that were found on disk.
    Script,
}

impl fmt::Display for ExtensionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Native => "native",
            Self::Script => "script",
        })
    }
}

/// Where in its life an extension is.
///
/// It shows what the host knows: query it, with `Changed<ExtensionState>` if you wait for something. Replacing it moves
/// nothing but what is shown.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[component(immutable)]
#[non_exhaustive]
pub enum ExtensionState {
    /// In the plan, but its start has not come yet.
    Planned,
    /// From `build` to the end of [`Phase::PostInit`](crate::Phase::PostInit).
    Starting,
    /// It has started, and runs.
    Running,
    /// Its [`Phase::Terminate`](crate::Phase::Terminate) is running.
    Stopping,
    /// Switched off, by the host settings or [while the app runs](crate::Switch).
    Disabled,
    /// It is not in the plan, and a [`Problem`](bevy_extensions_core::Problem) says why.
    LeftOut,
    /// It could run, but somebody it requires does not.
    Suspended,
    /// It has failed, and its [`ExtensionFaults`] say how.
    Failed,
    /// It was terminated with the app.
    Terminated,
}

impl ExtensionState {
    /// Tells whether its systems run: while it is starting and while it is running.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Starting | Self::Running)
    }

    /// Says what is the matter with an extension: `is failed`.
    pub(crate) fn told(self) -> String {
        match self {
            Self::Planned => "has not started yet".into(),
            Self::Failed => "has failed".into(),
            state => format!("is {state}"),
        }
    }
}

impl fmt::Display for ExtensionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Planned => "planned",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Disabled => "disabled",
            Self::LeftOut => "left out",
            Self::Suspended => "suspended",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
        })
    }
}

/// Because of whom an extension is [`Suspended`](ExtensionState::Suspended).
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuspendedBecauseOf(
    /// The extension it requires that does not run.
    pub Entity,
);

/// To which extension an entity belongs. It goes when the extension's entity goes.
///
/// Every listener, function, export and driver of an extension is an entity with this component:
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{ExtensionInfo, Listener, OwnedBy};
/// fn print_listeners(listeners: Query<(&Listener, &OwnedBy)>, extensions: Query<&ExtensionInfo>) -> Result {
///     for (listener, owner) in &listeners {
///         println!("{} listens to {}", extensions.get(owner.0)?.name, listener.event);
///     }
///     Ok(())
/// }
/// # bevy_app::App::new().add_systems(bevy_app::Update, print_listeners);
/// ```
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[relationship(relationship_target = Owns)]
pub struct OwnedBy(
    /// The entity of the extension.
    pub Entity,
);

/// What belongs to an extension; the other side of [`OwnedBy`].
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = OwnedBy, linked_spawn)]
pub struct Owns(Vec<Entity>);

impl Owns {
    /// Goes through the entities, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = Entity> {
        self.0.iter().copied()
    }

    /// Takes all entities off the list, although they still belong to the extension: they are about to be despawned, and
    /// to be taken off one by one takes time with the square of their number.
    pub(crate) fn take(&mut self) -> Vec<Entity> {
        std::mem::take(&mut self.0)
    }
}

/// One extension starts after another. What the plan says of two extensions is an entity with this component, for each
/// reason one.
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{DependencyEdge, ExtensionInfo};
/// fn print_graph(edges: Query<&DependencyEdge>, extensions: Query<&ExtensionInfo>) -> Result {
///     for edge in &edges {
///         println!("{} -> {}", extensions.get(edge.from)?.name, extensions.get(edge.to)?.name);
///     }
///     Ok(())
/// }
/// # bevy_app::App::new().add_systems(bevy_app::Update, print_graph);
/// ```
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[component(immutable)]
#[non_exhaustive]
pub struct DependencyEdge {
    /// Who starts later.
    pub from: Entity,
    /// Who starts earlier.
    pub to: Entity,
    /// Why.
    pub kind: EdgeKind,
}

/// A run condition that is true while an extension is running.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{extension_running, prelude::*};
/// # #[derive(Extension)]
/// # struct Greeter;
/// # impl Plugin for Greeter { fn build(&self, _: &mut App) {} }
/// # fn draw_greetings() {}
/// # let mut app = App::new();
/// app.add_systems(Update, draw_greetings.run_if(extension_running::<Greeter>));
/// # app.update();
/// ```
pub fn extension_running<E: Extension>(extensions: Option<Res<Extensions>>) -> bool {
    extensions.is_some_and(|extensions| extensions.state_of::<E>() == Some(ExtensionState::Running))
}
