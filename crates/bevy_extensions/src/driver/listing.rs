//! Interfaces and drivers as values, for reports and consoles.

use std::sync::Arc;

use bevy_ecs::world::World;
use bevy_extensions_core::InterfaceName;

use super::{
    Interface, Reason,
    registry::{Interfaces, Known},
};
use crate::{
    acting::ExtensionId,
    entity::Extensions,
    owner::{Owner, rank_of},
};

/// An interface in a listing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct InterfaceRow {
    /// Its name.
    pub name: InterfaceName,
    /// The interface; `None` if there are only drivers of it.
    pub interface: Option<Arc<Interface>>,
    /// Whose declaration counts.
    pub declared_by: Option<Owner>,
    /// Its drivers, in plan order, then that of the app. Those of stopped extensions are here too, though nobody can call
    /// them.
    pub drivers: Vec<DriverRow>,
    /// Who serves it for everybody for whom the host settings choose nobody else, and why.
    pub served: Option<(Owner, Reason)>,
}

/// A driver in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriverRow {
    /// Whose it is.
    pub by: Owner,
    /// The names of its methods.
    pub methods: Vec<String>,
    /// Whether it could serve now: its extension is starting or running.
    pub is_active: bool,
}

/// Lists all interfaces, by name.
pub(crate) fn interfaces(world: &World) -> Vec<InterfaceRow> {
    let Some(interfaces) = world.get_resource::<Interfaces>() else { return Vec::new() };
    let is_there =
        |known: &&Known| !known.declarations.is_empty() || !known.drivers.is_empty() || !known.asleep.is_empty();
    let mut rows: Vec<_> = interfaces.list().iter().filter(is_there).map(|known| row(world, known)).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows
}

fn row(world: &World, known: &Known) -> InterfaceRow {
    let awake = known.drivers.iter().map(|driver| {
        let methods = driver.what.iter().map(|(name, _)| name.clone()).collect();
        (driver.owner, methods, driver.is_active())
    });
    let extensions = world.get_resource::<Extensions>();
    let is_idle =
        |owner: &ExtensionId| extensions.is_none_or(|extensions| !extensions.listed(*owner).state.is_active());
    let asleep = known.asleep.iter().filter(|(owner, _)| is_idle(owner));
    let asleep = asleep.map(|(owner, methods)| (*owner, methods.clone(), false));
    let mut drivers: Vec<_> = awake.chain(asleep).collect();
    drivers.sort_by_key(|(owner, ..)| rank_of(world, *owner));
    let drivers = drivers.into_iter().map(|(owner, methods, is_active)| DriverRow {
        by: Owner::new(world, owner),
        methods,
        is_active,
    });
    let served = known.pick(extensions, None);
    InterfaceRow {
        name: known.name.clone(),
        interface: known.interface().cloned(),
        declared_by: known.declarations.first().map(|first| Owner::new(world, first.owner)),
        drivers: drivers.collect(),
        served: served.map(|(driver, reason)| (Owner::new(world, driver.owner), reason)),
    }
}

/// Lists the interfaces of the drivers that can be found under an owner.
pub(crate) fn drivers_of(world: &World, owner: ExtensionId) -> impl Iterator<Item = String> {
    let interfaces = world.get_resource::<Interfaces>().into_iter().flat_map(Interfaces::list);
    let has_driver = move |known: &&Known| known.drivers.iter().any(|driver| driver.owner == owner);
    interfaces.filter(has_driver).map(|known| known.name.to_string())
}
