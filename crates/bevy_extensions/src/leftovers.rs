//! What belongs to an extension, as it is found in the world: after a stop, nothing.

use std::fmt;

use bevy_ecs::prelude::*;

#[cfg(feature = "console")]
use crate::command::{self, RegisteredCommand};
#[cfg(feature = "script")]
use crate::script;
use crate::{
    acting::ExtensionId,
    driver,
    driver::RegisteredDriver,
    entity::{Extensions, OwnedBy},
    event::{Listener, registry},
    exchange::{self, ExportedFunction},
    export::TypedExport,
    owned::{OwnedResource, Watch},
};

/// Something in the world that belongs to an extension.
///
/// See [`world.leftovers`](crate::ExtensionsWorldExt::leftovers).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Leftover {
    /// Its systems may run.
    Systems,
    /// A listener of this event, or of this pattern of names.
    Listener(String),
    /// An export of this type.
    Export(String),
    /// A resource of this type.
    Resource(String),
    /// A function of this name.
    Function(String),
    /// A driver of this interface.
    Driver(String),
    /// A command of the console of this name.
    #[cfg(feature = "console")]
    Command(String),
    /// The runtime of its script.
    Script,
    /// Timers of its script that are running.
    Timers(usize),
    /// Promises that its script waits for: of what it emits, and of what databases answer.
    Promises(usize),
    /// What makes entities with this component its own; see [`owns`](crate::ExtensionScope::owns).
    Ownership(String),
    /// An observer that was added past the scope.
    Observer(Entity),
    /// An entity.
    Entity(Entity),
}

impl fmt::Display for Leftover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Systems => f.write_str("systems that may run"),
            Self::Listener(event) => write!(f, "a listener of `{event}`"),
            Self::Export(name) => write!(f, "the export `{name}`"),
            Self::Resource(name) => write!(f, "the resource `{name}`"),
            Self::Function(name) => write!(f, "the function `{name}`"),
            Self::Driver(interface) => write!(f, "a driver of `{interface}`"),
            #[cfg(feature = "console")]
            Self::Command(name) => write!(f, "the command `{name}`"),
            Self::Script => f.write_str("the runtime of its script"),
            Self::Timers(1) => f.write_str("a timer"),
            Self::Timers(count) => write!(f, "{count} timers"),
            Self::Promises(1) => f.write_str("a promise"),
            Self::Promises(count) => write!(f, "{count} promises"),
            Self::Ownership(component) => write!(f, "the ownership of `{component}`"),
            Self::Observer(entity) => write!(f, "the observer {entity}"),
            Self::Entity(entity) => write!(f, "the entity {entity}"),
        }
    }
}

/// Looks at every place where something of an extension may be. It does not trust that the places agree.
pub(crate) fn of(world: &World, id: ExtensionId) -> Vec<Leftover> {
    let listed = world.resource::<Extensions>().listed(id);
    let mut all: Vec<_> = listed.ward.is_open().then_some(Leftover::Systems).into_iter().collect();
    all.extend(registry::listeners_of(world, id).into_iter().map(Leftover::Listener));
    all.extend(exchange::functions_of(world, id).map(Leftover::Function));
    all.extend(driver::drivers_of(world, id).map(Leftover::Driver));
    #[cfg(feature = "console")]
    all.extend(command::commands_of(world, id).map(Leftover::Command));
    #[cfg(feature = "script")]
    {
        let some = |count: usize| Some(count).filter(|count| *count > 0);
        all.extend(some(script::timers_of(world, id)).map(Leftover::Timers));
        all.extend(some(script::promises_of(world, id)).map(Leftover::Promises));
    }
    let is_own = |entity: &EntityRef<'_>| entity.get::<OwnedBy>().is_some_and(|owned_by| owned_by.0 == listed.entity);
    all.extend(world.iter_entities().filter(is_own).map(as_leftover));
    all.sort();
    all.dedup();
    all
}

/// Says what an entity of an extension stands for.
fn as_leftover(entity: EntityRef<'_>) -> Leftover {
    let resource = entity.get::<OwnedResource>().map(|resource| match entity.contains::<TypedExport>() {
        true => Leftover::Export(resource.name.clone()),
        false => Leftover::Resource(resource.name.clone()),
    });
    let listener = || entity.get::<Listener>().map(|listener| Leftover::Listener(listener.event.clone()));
    let function = || entity.get::<ExportedFunction>().map(|function| Leftover::Function(function.name.clone()));
    let driver = || entity.get::<RegisteredDriver>().map(|driver| Leftover::Driver(driver.interface.to_string()));
    #[cfg(feature = "console")]
    let driver = || {
        let command = || entity.get::<RegisteredCommand>().map(|command| Leftover::Command(command.name.clone()));
        driver().or_else(command)
    };
    #[cfg(feature = "script")]
    let driver = || driver().or_else(|| entity.contains::<script::ScriptContext>().then_some(Leftover::Script));
    let watch = || entity.get::<Watch>().map(|watch| Leftover::Ownership(watch.component.clone()));
    let observer = || entity.contains::<Observer>().then(|| Leftover::Observer(entity.id()));
    let entity = || Leftover::Entity(entity.id());
    resource.or_else(listener).or_else(function).or_else(driver).or_else(watch).or_else(observer).unwrap_or_else(entity)
}
