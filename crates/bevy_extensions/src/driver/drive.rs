//! Using an interface, whoever serves it.

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, InterfaceName, nearest};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeSet, sync::Arc};

use super::{
    Interface, Request,
    registry::{Interfaces, Known},
};
use crate::{
    acting::{ExtensionId, acting},
    entity::{ExtensionState, Extensions},
    exchange::{
        CallError, Called,
        invoke::{At, invoke},
    },
    owner::{APP, Owner},
    reach::Reach,
    tell::did_you_mean,
};

/// Calls a method of the driver that serves an interface.
pub(crate) fn drive<I, O>(world: &mut World, interface: &str, method: &str, arguments: I) -> Result<O, DriverError>
where
    I: Serialize + 'static,
    O: DeserializeOwned + 'static,
{
    drive_as(world.into(), interface, method, false, arguments)
}

/// Calls a method with values, even while an event is delivered.
#[cfg(feature = "script")]
pub(crate) fn drive_value(
    reach: Reach<'_>,
    interface: &str,
    method: &str,
    arguments: serde_json::Value,
) -> Result<serde_json::Value, DriverError> {
    drive_as(reach, interface, method, false, arguments)
}

/// Lists the methods of an interface that somebody has declared.
#[cfg(feature = "script")]
pub(crate) fn methods_of(world: &World, interface: &str) -> Result<Vec<String>, DriverError> {
    let (_, declared) = declared(world, interface)?;
    Ok(declared.methods().iter().map(|method| method.name().to_string()).collect())
}

/// Calls the method that a request is for.
pub(crate) fn request<R: Request>(world: &mut World, request: R) -> Result<R::Answer, DriverError> {
    drive_as(world.into(), R::INTERFACE, R::METHOD, true, request)
}

fn drive_as<I, O>(
    mut reach: Reach<'_>,
    interface: &str,
    method: &str,
    is_request: bool,
    arguments: I,
) -> Result<O, DriverError>
where
    I: Serialize + 'static,
    O: DeserializeOwned + 'static,
{
    // What the caller has queued before is done before, and in the caller's name.
    if let Reach::Whole(world) = &mut reach {
        world.flush();
    }
    let Found { declared, method: index, server, at } = find(reach.world(), interface, method)?;
    let signature = declared.methods()[index].signature();
    let answer = invoke(reach.reborrow(), at, Some(signature), is_request, arguments);
    let called = |world| Called::new(world, declared.name(), method, server);
    answer.map_err(|unanswered| CallError::new(called(reach.world()), unanswered).into())
}

struct Found {
    declared: Arc<Interface>,
    /// Which of the methods of the interface it is.
    method: usize,
    server: ExtensionId,
    at: At,
}

/// Finds an interface that somebody has declared.
fn declared<'w>(world: &'w World, interface: &str) -> Result<(&'w Known, &'w Arc<Interface>), DriverError> {
    let interfaces = world.get_resource::<Interfaces>();
    let known = interfaces.and_then(|interfaces| interfaces.get(interface));
    known.and_then(|known| Some((known, known.interface()?))).ok_or_else(|| {
        let nearest = interfaces.and_then(|interfaces| interfaces.nearest(interface));
        DriverError::NoInterface { interface: interface.into(), nearest }
    })
}

fn find(world: &World, interface: &str, method: &str) -> Result<Found, DriverError> {
    let (known, declared) = declared(world, interface)?;
    let Some(index) = declared.methods().iter().position(|other| other.name() == method) else {
        return Err(no_method(declared, method));
    };
    let Some((driver, _)) = known.pick(world.get_resource::<Extensions>(), acting(world.id())) else {
        return Err(no_driver(world, known));
    };
    match driver.what.iter().position(|(other, _)| other == method) {
        Some(slot) => Ok(Found {
            declared: declared.clone(),
            method: index,
            server: driver.owner,
            at: At { entity: driver.entity, index: slot, facts: driver.what[slot].1.clone() },
        }),
        None => Err(DriverError::NotImplemented {
            interface: known.name.clone(),
            method: method.into(),
            by: Owner::new(world, driver.owner),
        }),
    }
}

#[cold]
fn no_method(declared: &Interface, method: &str) -> DriverError {
    let names: Vec<_> = declared.methods().iter().map(super::Method::name).collect();
    let nearest = nearest(method, &names).map(ToString::to_string);
    DriverError::NoMethod { interface: declared.name().into(), method: method.into(), nearest }
}

#[cold]
fn no_driver(world: &World, known: &Known) -> DriverError {
    let extensions = world.get_resource::<Extensions>();
    let idle = known.drivers.iter().map(|driver| driver.owner).filter(|owner| *owner != APP);
    let idle: BTreeSet<_> = idle.chain(known.asleep.keys().copied()).collect();
    let idle = idle.into_iter().zip(extensions.into_iter().cycle()).map(|(id, extensions)| {
        let listed = extensions.listed(id);
        (listed.name.clone(), listed.told_state())
    });
    // Who runs again without its driver is none of them.
    let idle = idle.filter(|(_, state)| !state.is_active()).collect();
    DriverError::NoDriver { interface: known.name.clone(), idle }
}

/// Why an interface gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// Nobody has declared the interface.
    #[error("there is no interface `{interface}`{}", did_you_mean(.nearest.as_ref()))]
    NoInterface {
        /// The name that was given.
        interface: String,
        /// The name that was probably meant.
        nearest: Option<InterfaceName>,
    },
    /// The interface has no such method.
    #[error("the interface `{interface}` has no method `{method}`{}", did_you_mean(.nearest.as_ref()))]
    NoMethod {
        /// The interface.
        interface: String,
        /// The name that was given.
        method: String,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// No extension that runs has a driver of it, nor has the app.
    #[error("nobody serves the interface `{interface}`: {}", explain_idle(.idle))]
    NoDriver {
        /// The interface.
        interface: InterfaceName,
        /// Who has a driver of it, but does not run, and where in its life each is.
        idle: Vec<(ExtensionName, ExtensionState)>,
    },
    /// The driver that serves lacks the method.
    #[error("`{interface}.{method}` was not called: the driver that serves `{interface}`, of {by}, has no such method")]
    NotImplemented {
        /// The interface.
        interface: InterfaceName,
        /// The method.
        method: String,
        /// Whose driver serves.
        by: Owner,
    },
    /// The method was not called, or did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}

fn explain_idle(idle: &[(ExtensionName, ExtensionState)]) -> String {
    match idle {
        [] => "add an extension that has a driver of it".into(),
        idle => idle.iter().map(|(name, state)| format!("`{name}` {}", state.told())).collect::<Vec<_>>().join(", "),
    }
}
