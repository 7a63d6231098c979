//! The interfaces that a world knows, and their drivers.

use std::{collections::BTreeMap, sync::Arc};

use bevy_ecs::{lifecycle::HookContext, prelude::*, world::DeferredWorld};
use bevy_extensions_core::{ExtensionName, InterfaceName, Location, Problem, nearest};

use super::{Driver, DriverChanged, DriverMethod, Interface, choice::LastServer};
use crate::{
    acting::ExtensionId,
    caseless::CaselessMap,
    contain::Ward,
    entity::{ExtensionInfo, Extensions},
    event::registry as events,
    exchange::{
        ExportError,
        callable::{Callee, Facts, Slots},
        check_name, refuse,
    },
    owner::{Owner, Party},
    park::{self, Parkable},
};

/// An interface that an extension, or the app, has declared: an entity. Despawn it to take it back.
///
/// It stays when the extension stops, since it only says what there is.
#[derive(Component, Debug, Clone, PartialEq)]
#[component(immutable, on_remove = forget)]
pub struct DeclaredInterface(
    /// The interface.
    pub Arc<Interface>,
);

/// A driver of an extension, or of the app: an entity. Despawn it, and it serves nobody any more.
#[derive(Component, Debug, Clone, PartialEq, Eq)]
#[component(immutable, on_remove = forget)]
#[non_exhaustive]
pub struct RegisteredDriver {
    /// Which interface it implements.
    pub interface: InterfaceName,
    /// The names of its methods.
    pub methods: Vec<String>,
}

/// The interfaces that a world knows, and their drivers.
#[derive(Resource, Default)]
pub(super) struct Interfaces {
    by_name: CaselessMap<usize>,
    list: Vec<Known>,
    /// How many declarations and drivers were registered so far.
    registered: u64,
    /// Whether a driver has come or gone since somebody looked who serves.
    pub(super) is_stale: bool,
}

/// What is known of an interface: either may come first, its declaration or its drivers.
pub(super) struct Known {
    pub(super) name: InterfaceName,
    /// In the order of their owners; the first counts.
    pub(super) declarations: Vec<Registered<Arc<Interface>>>,
    /// In the order of their owners.
    pub(super) drivers: Vec<Registered<Methods>>,
    /// Who has had a driver when it was stopped, and the names of its methods.
    pub(super) asleep: BTreeMap<ExtensionId, Vec<String>>,
    pub(super) last_server: LastServer,
}

/// The methods of a driver, in the order of its slots.
pub(super) type Methods = Box<[(String, Arc<Facts>)]>;

/// Something that an extension, or the app, has registered.
pub(super) struct Registered<T> {
    pub(super) owner: ExtensionId,
    /// `None` for the app itself.
    pub(super) ward: Option<Arc<Ward>>,
    pub(super) entity: Entity,
    pub(super) what: T,
    number: u64,
}

impl<T> Registered<T> {
    /// Returns what all are ordered by: their owners' places, then when they were registered. The app's come last.
    fn rank(&self) -> (usize, u64) {
        (self.ward.as_ref().map_or(usize::MAX, |ward| ward.rank()), self.number)
    }

    /// Returns whose it is.
    pub(super) fn owner(&self) -> Owner {
        self.ward.as_ref().map_or(Owner::App, |ward| Owner::Extension(ward.name().clone()))
    }

    /// Tells whether its owner starts or runs.
    pub(super) fn is_active(&self) -> bool {
        self.ward.as_ref().is_none_or(|ward| ward.is_active())
    }
}

impl Known {
    fn new(name: InterfaceName) -> Self {
        Self {
            name,
            declarations: Vec::new(),
            drivers: Vec::new(),
            asleep: BTreeMap::new(),
            last_server: LastServer::default(),
        }
    }

    /// Tells whether there is anything of it, or somebody has yet to be told that there is nothing any more.
    fn is_of_use(&self) -> bool {
        let is_served = matches!(self.last_server, LastServer::Somebody(_));
        is_served || !self.declarations.is_empty() || !self.drivers.is_empty() || !self.asleep.is_empty()
    }

    /// Returns the interface as it was declared first in plan order.
    pub(super) fn interface(&self) -> Option<&Arc<Interface>> {
        Some(&self.declarations.first()?.what)
    }
}

impl Interfaces {
    pub(super) fn get(&self, name: &str) -> Option<&Known> {
        Some(&self.list[*self.by_name.get(name)?])
    }

    /// Returns all, in the order in which they became known.
    pub(super) fn list(&self) -> &[Known] {
        &self.list
    }

    pub(super) fn list_mut(&mut self) -> &mut [Known] {
        &mut self.list
    }

    /// Finds the declared interface whose name was probably meant.
    pub(super) fn nearest(&self, name: &str) -> Option<InterfaceName> {
        let declared = self.list.iter().filter(|known| !known.declarations.is_empty());
        let names: Vec<_> = declared.map(|known| known.name.as_str()).collect();
        nearest(name, &names)?.parse().ok()
    }

    fn get_or_insert(&mut self, name: &InterfaceName) -> &mut Known {
        let index = self.by_name.get(name.as_str()).copied().unwrap_or(self.list.len());
        if index == self.list.len() {
            self.by_name.insert(name.as_str(), index);
            self.list.push(Known::new(name.clone()));
        }
        &mut self.list[index]
    }

    fn registered<T>(&mut self, owner: &Party<'_>, entity: Entity, what: T) -> Registered<T> {
        self.registered += 1;
        Registered { owner: owner.id(), ward: owner.ward(), entity, what, number: self.registered }
    }
}

fn insert<T>(list: &mut Vec<Registered<T>>, new: Registered<T>) {
    let at = list.partition_point(|other| other.rank() < new.rank());
    list.insert(at, new);
}

/// Puts all declarations and drivers in order, after extensions have changed places, and forgets interfaces of which
/// there is nothing any more.
pub(crate) fn put_all_in_order(world: &mut World) {
    let interfaces = world.resource_mut::<Interfaces>().into_inner();
    interfaces.list.retain(Known::is_of_use);
    interfaces.by_name = CaselessMap::default();
    for (index, known) in interfaces.list.iter_mut().enumerate() {
        interfaces.by_name.insert(known.name.as_str(), index);
        known.declarations.sort_by_key(Registered::rank);
        known.drivers.sort_by_key(Registered::rank);
    }
    interfaces.is_stale = true;
}

/// Forgets which drivers an extension has had: it is gone, or another text now.
pub(crate) fn forget_asleep(world: &mut World, owner: ExtensionId) {
    let mut interfaces = world.resource_mut::<Interfaces>();
    interfaces.list.iter_mut().for_each(|known| _ = known.asleep.remove(&owner));
}

/// Makes ready for interfaces, before anything is built, but after it was made ready for events.
pub(crate) fn install(world: &mut World) {
    world.init_resource::<Interfaces>();
    events::register::<DriverChanged>(world, Location::new(file!(), line!(), column!()));
}

/// Declares an interface. What is wrong with it is charged to the extension that declares it.
pub(crate) fn declare(world: &mut World, owner: Party<'_>, interface: Interface) -> Result<Entity, ExportError> {
    let name = check_interface(&interface).map_err(|error| refuse(owner, interface.name(), error))?;
    let interface = Arc::new(interface);
    // It stays when its extension stops: it only says what there is, and the drivers of others may need it.
    let entity = world.spawn(DeclaredInterface(interface.clone())).id();
    let mut interfaces = world.get_resource_or_init::<Interfaces>();
    let registered = interfaces.registered(&owner, entity, interface);
    insert(&mut interfaces.get_or_insert(&name).declarations, registered);
    Ok(entity)
}

fn check_interface(interface: &Interface) -> Result<InterfaceName, ExportError> {
    for method in interface.methods() {
        check_name(method.name())?;
        let of = || format!("{}.{}", interface.name(), method.name());
        method.signature().check().map_err(|error| ExportError::Default { of: of(), error })?;
    }
    Ok(interface.name().parse()?)
}

/// Registers a driver. What is wrong with it is charged to the extension whose it is.
pub(crate) fn register(
    world: &mut World,
    owner: Party<'_>,
    interface: &str,
    driver: Driver,
) -> Result<Entity, ExportError> {
    let checked = check_driver(world, owner, interface, &driver);
    let name = checked.map_err(|error| refuse(owner, interface, error))?;
    let systems: Vec<(String, Box<dyn Callee>)> =
        driver.methods.into_iter().map(|method| (method.name, method.callee)).collect();
    let methods: Vec<_> = systems.iter().map(|(name, _)| name.clone()).collect();
    let (slots, facts) = Slots::new(world, owner, name.as_str(), systems, None);
    let registered = RegisteredDriver { interface: name, methods: methods.clone() };
    Ok(enlist(world, owner, Ready { registered, slots, methods: methods.into_iter().zip(facts).collect() }))
}

/// A driver that is ready to be called.
struct Ready {
    registered: RegisteredDriver,
    slots: Slots,
    methods: Methods,
}

fn enlist(world: &mut World, owner: Party<'_>, Ready { registered, slots, methods }: Ready) -> Entity {
    let entity = owner.spawn(world, (registered.clone(), slots));
    let mut interfaces = world.get_resource_or_init::<Interfaces>();
    let driver = interfaces.registered(&owner, entity, methods.clone());
    let known = interfaces.get_or_insert(&registered.interface);
    insert(&mut known.drivers, driver);
    known.asleep.remove(&owner.id());
    interfaces.is_stale = true;
    Parkable::attach(world, entity, owner, move |world, entity| {
        let slots = world.entity_mut(entity).take::<Slots>()?;
        let mut interfaces = world.resource_mut::<Interfaces>();
        let known = interfaces.get_or_insert(&registered.interface);
        let owner = known.drivers.iter().find(|driver| driver.entity == entity)?.owner;
        known.asleep.insert(owner, registered.methods.clone());
        park::once(Ready { registered, slots, methods }, |world, ward, again| {
            enlist(world, Party::Extension(ward), again);
        })
    });
    entity
}

pub(crate) fn check_driver(
    world: &World,
    owner: Party<'_>,
    interface: &str,
    driver: &Driver,
) -> Result<InterfaceName, ExportError> {
    let name: InterfaceName = interface.parse()?;
    for DriverMethod { name: method, interface: other, .. } in &driver.methods {
        check_name(method)?;
        if let Some(other) = other.filter(|other| name != *other) {
            return Err(ExportError::OtherInterface { interface: interface.into(), other: other.into() });
        }
    }
    let known = world.get_resource::<Interfaces>().and_then(|interfaces| interfaces.get(interface));
    if known.is_some_and(|known| known.drivers.iter().any(|driver| driver.owner == owner.id())) {
        return Err(ExportError::DriverTwice { interface: interface.into() });
    }
    Ok(name)
}

fn forget(mut world: DeferredWorld, context: HookContext) {
    let Some(mut interfaces) = world.get_resource_mut::<Interfaces>() else { return };
    interfaces.is_stale = true;
    for known in &mut interfaces.list {
        known.declarations.retain(|declaration| declaration.entity != context.entity);
        let Some(at) = known.drivers.iter().position(|driver| driver.entity == context.entity) else { continue };
        let driver = known.drivers.remove(at);
        // One that was registered after the build, as by a script, is not parked; who asks is told of it all the same.
        if driver.ward.as_ref().is_some_and(|ward| !ward.is_active()) {
            let names = || driver.what.iter().map(|(name, _)| name.clone()).collect();
            known.asleep.entry(driver.owner).or_insert_with(names);
        }
    }
}

/// Returns what is wrong with interfaces and drivers; for when all have been registered.
pub(crate) fn check(world: &World) -> Vec<Problem> {
    let Some(interfaces) = world.get_resource::<Interfaces>() else { return Vec::new() };
    let mut list: Vec<_> = interfaces.list.iter().collect();
    list.sort_by_key(|known| &known.name);
    list.into_iter().flat_map(|known| problems_of(world, interfaces, known)).collect()
}

fn problems_of(world: &World, interfaces: &Interfaces, known: &Known) -> Vec<Problem> {
    let name = &known.name;
    let Some(first) = known.declarations.first() else {
        let near = interfaces.nearest(name.as_str());
        let unknown = known.drivers.iter().filter_map(|driver| {
            let (driver, at) = owner_of(world, driver)?;
            Some(Problem::UnknownInterface { interface: name.clone(), driver, near: near.clone(), at })
        });
        return unknown.collect();
    };
    let different = known.declarations.iter().filter(|other| other.what != first.what);
    let twice = different.filter_map(|second| {
        let (first, (second, at)) = (owner_of(world, first)?.0, owner_of(world, second)?);
        Some(Problem::InterfaceTwice { name: name.clone(), first, second, at })
    });
    let missing = known.drivers.iter().flat_map(|driver| {
        let missing =
            first.what.methods().iter().filter(|method| !driver.what.iter().any(|(name, _)| name == method.name()));
        missing.filter_map(|method| {
            let (driver, at) = owner_of(world, driver)?;
            Some(Problem::MissingMethod { interface: name.clone(), driver, method: method.name().into(), at })
        })
    });
    twice.chain(missing).collect()
}

/// Returns the name of an owner, and where it is declared.
fn owner_of<T>(world: &World, registered: &Registered<T>) -> Option<(ExtensionName, Location)> {
    let name = Owner::new(world, registered.owner);
    let at = match (&name, world.get_resource::<Extensions>()) {
        (Owner::Extension(_), Some(extensions)) => {
            world.get::<ExtensionInfo>(extensions.listed(registered.owner).entity)?.location.clone()
        }
        _ => Location::file("the app"),
    };
    Some((name.as_str().parse().ok()?, at))
}
