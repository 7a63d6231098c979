//! Which driver serves an interface.

use std::fmt;

use bevy_ecs::prelude::*;
use bevy_extensions_core::ExtensionName;
use serde::Serialize;

use super::registry::{Interfaces, Known, Methods, Registered};
use crate::{
    acting::ExtensionId,
    entity::Extensions,
    event::{Delivery, ExtensionEvent, Wire},
    exchange::serve::{chosen, id_of_chosen},
    owner::Owner,
};

/// Why a driver serves its interface.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The host settings choose it.
    ChosenBySettings,
    /// Of those that run, its extension is the first in plan order.
    FirstInPlanOrder,
    /// The host settings choose this extension, but that has no driver of the interface, or does not run.
    InPlaceOf(ExtensionName),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChosenBySettings => f.write_str("chosen by the host settings"),
            Self::FirstInPlanOrder => f.write_str("first in plan order"),
            Self::InPlaceOf(chosen) => write!(f, "in place of `{chosen}`, which the host settings choose"),
        }
    }
}

impl Known {
    /// Picks the driver that serves somebody: an extension, or the app if that is `None`.
    pub(super) fn pick(
        &self,
        extensions: Option<&Extensions>,
        who: Option<ExtensionId>,
    ) -> Option<(&Registered<Methods>, Reason)> {
        let chosen = extensions.and_then(|extensions| Some((extensions, chosen(extensions, who, &self.name)?)));
        if let Some((extensions, chosen)) = chosen
            && let Some(id) = id_of_chosen(extensions, chosen)
            && let Some(driver) = self.drivers.iter().find(|driver| driver.owner == id && driver.is_active())
        {
            return Some((driver, Reason::ChosenBySettings));
        }
        let first = self.drivers.iter().find(|driver| driver.is_active())?;
        Some((first, chosen.map_or(Reason::FirstInPlanOrder, |(_, chosen)| Reason::InPlaceOf(chosen.clone()))))
    }
}

/// Who served an interface when it was last looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum LastServer {
    /// Nobody has looked yet.
    #[default]
    Unknown,
    Nobody,
    /// By name: that one may be gone since.
    Somebody(Owner),
}

/// Another driver serves an interface from now on, or none any more.
///
/// It is also emitted by name, with the names of the extensions; `app` is the app itself.
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::DriverChanged;
/// fn log_change(changed: On<DriverChanged>) {
///     match &changed.to {
///         Some(driver) => println!("`{}` is served by {driver} now", changed.interface),
///         None => println!("nobody serves `{}` any more", changed.interface),
///     }
/// }
/// # World::new().add_observer(log_change);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DriverChanged {
    /// The name of the interface.
    pub interface: String,
    /// Who served it before; `None` if nobody did.
    pub from: Option<Owner>,
    /// Who serves it now; `None` if nobody does.
    pub to: Option<Owner>,
}

impl Event for DriverChanged {
    type Trigger<'a> = Delivery;
}

impl ExtensionEvent for DriverChanged {
    const NAME: &'static str = "driver.changed";

    fn wire() -> Wire<Self> {
        Wire::write_only()
    }
}

/// Finds out who serves each interface, and returns what is different from the last time, to be announced.
pub(crate) fn update(world: &mut World) -> Vec<DriverChanged> {
    let Some(interfaces) = world.get_resource::<Interfaces>() else { return Vec::new() };
    let extensions = world.get_resource::<Extensions>();
    let now: Vec<_> = interfaces.list().iter().map(|known| LastServer::of(known, extensions)).collect();
    let changed = interfaces.list().iter().zip(&now).filter(|(known, now)| known.last_server.is_left_for(now));
    let mut changes: Vec<_> = changed
        .map(|(known, now)| DriverChanged {
            interface: known.name.to_string(),
            from: known.last_server.owner(),
            to: now.owner(),
        })
        .collect();
    changes.sort_by(|a, b| a.interface.cmp(&b.interface));
    let mut interfaces = world.resource_mut::<Interfaces>();
    interfaces.is_stale = false;
    for (known, now) in interfaces.list_mut().iter_mut().zip(now) {
        known.last_server = now;
    }
    changes
}

/// Tells whether a driver has come or gone since the last [`update`].
pub(crate) fn is_stale(world: &World) -> bool {
    world.get_resource::<Interfaces>().is_some_and(|interfaces| interfaces.is_stale)
}

impl LastServer {
    fn of(known: &Known, extensions: Option<&Extensions>) -> Self {
        known.pick(extensions, None).map_or(Self::Nobody, |(driver, _)| Self::Somebody(driver.owner()))
    }

    fn owner(&self) -> Option<Owner> {
        match self {
            Self::Somebody(owner) => Some(owner.clone()),
            Self::Nobody | Self::Unknown => None,
        }
    }

    fn is_left_for(&self, now: &Self) -> bool {
        self != now && *self != Self::Unknown
    }
}
