//! Functions: what an extension, or the app, offers under a name to all others.
//!
//! A function is a system. Whoever calls it with its own types passes them as they are; whoever has other types, or none,
//! passes values. [`callable`] makes a system callable, [`invoke`] is the one way to call it, for drivers too, and
//! [`serve`] says who serves a name.

pub(crate) mod callable;
mod error;
pub(crate) mod invoke;
mod listing;
pub(crate) mod serve;

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use bevy_ecs::{lifecycle::HookContext, prelude::*, world::DeferredWorld};
use bevy_extensions_core::{ExtensionName, nearest};
use bevy_platform::collections::{Equivalent, HashMap};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    acting::{ExtensionId, acting},
    fault::{Fault, FaultPlace},
    owner::{APP_NAME, Party},
    park::{self, Parkable},
    signature::Signature,
};
use callable::{Callee, Facts, Slots};
use invoke::{At, invoke};
use serve::{Refusal, find_server};

#[cfg(feature = "script")]
use crate::reach::Reach;
pub use callable::IntoFunction;
#[cfg(feature = "script")]
use error::ImportError;
pub use error::{CallError, Called, ExportError};
pub use listing::FunctionRow;

pub(crate) use invoke::Ignored;
pub(crate) use listing::{functions, functions_of};

/// A function of an extension, or of the app: an entity. Despawn it, and nobody can call it any more.
#[derive(Component, Debug, Clone, PartialEq)]
#[component(immutable, on_remove = forget)]
#[non_exhaustive]
pub struct ExportedFunction {
    /// Its name.
    pub name: String,
    /// The name of the type that it takes.
    pub input: String,
    /// The name of the type of its answer.
    pub answer: String,
    /// What it takes by name, if that is said.
    pub signature: Option<Signature>,
    /// Whether it is a value of a script, which is read, and not called.
    pub is_value: bool,
    /// Under what it is found.
    key: Key,
}

/// Where the functions are.
#[derive(Resource, Default)]
struct Functions(HashMap<Key, At>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    owner: ExtensionId,
    name: Box<str>,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Asked { owner: self.owner, name: &self.name }.hash(state);
    }
}

/// A [`Key`] that is lent.
#[derive(Hash)]
struct Asked<'a> {
    owner: ExtensionId,
    name: &'a str,
}

impl Equivalent<Key> for Asked<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.owner == key.owner && *self.name == *key.name
    }
}

/// Makes ready for functions.
///
/// Before anything is built: what an extension brings into the world goes again if its `build` fails.
pub(crate) fn install(world: &mut World) {
    world.init_resource::<Functions>();
}

/// Offers a function. What is wrong with it is charged to the extension that offers it.
pub(crate) fn export_fn<M>(
    world: &mut World,
    owner: Party<'_>,
    name: &str,
    function: impl IntoFunction<M>,
    signature: Option<Signature>,
) -> Result<Entity, ExportError> {
    let offered = offer_callee(world, owner, name, function.into_callee(), signature, false);
    offered.map_err(|error| refuse(owner, name, error))
}

/// Offers something that can be called.
pub(crate) fn offer_callee(
    world: &mut World,
    owner: Party<'_>,
    name: &str,
    callee: Box<dyn Callee>,
    signature: Option<Signature>,
    is_value: bool,
) -> Result<Entity, ExportError> {
    let key = Key { owner: owner.id(), name: name.into() };
    check(world, &key, signature.as_ref())?;
    let exported = ExportedFunction {
        name: name.into(),
        input: callee.types().input.1.to_string(),
        answer: callee.types().answer.1.to_string(),
        signature: signature.clone(),
        is_value,
        key,
    };
    let of = owner.name().map_or(APP_NAME, ExtensionName::as_str);
    let (slots, facts) = Slots::new(world, owner, of, vec![(name.into(), callee)], signature);
    Ok(offer(world, owner, Offer { exported, slots, facts }))
}

/// A function that is ready to be called.
struct Offer {
    exported: ExportedFunction,
    slots: Slots,
    facts: Vec<Arc<Facts>>,
}

fn offer(world: &mut World, owner: Party<'_>, Offer { exported, slots, facts }: Offer) -> Entity {
    let entity = owner.spawn(world, (exported.clone(), slots));
    let functions = &mut world.get_resource_or_init::<Functions>().0;
    let places = facts.iter().map(|facts| At { entity, index: 0, facts: facts.clone() });
    functions.extend(places.map(|at| (exported.key.clone(), at)));
    Parkable::attach(world, entity, owner, |world, entity| {
        let slots = world.entity_mut(entity).take::<Slots>()?;
        park::once(Offer { exported, slots, facts }, move |world, ward, again| {
            offer(world, Party::Extension(ward), again);
        })
    });
    entity
}

fn check(world: &World, key: &Key, signature: Option<&Signature>) -> Result<(), ExportError> {
    let name = || String::from(&*key.name);
    check_name(&key.name)?;
    if let Some(signature) = signature {
        signature.check().map_err(|error| ExportError::Default { of: name(), error })?;
    }
    match world.get_resource::<Functions>().is_some_and(|functions| functions.0.contains_key(key)) {
        true => Err(ExportError::Twice { name: name() }),
        false => Ok(()),
    }
}

/// Charges an error to the extension whose it is.
pub(crate) fn refuse(owner: Party<'_>, name: &str, error: ExportError) -> ExportError {
    if let Party::Extension(ward) = owner {
        ward.charge(Fault::error(&FaultPlace::Export(name.to_string().into()), &error.clone().into()));
    }
    error
}

/// Checks the name of a function or method.
pub(crate) fn check_name(name: &str) -> Result<(), ExportError> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let is_good = name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit());
    match name.bytes().next() {
        Some(first) if is_letter(first) && is_good => Ok(()),
        _ => Err(ExportError::Name { name: name.into() }),
    }
}

fn forget(mut world: DeferredWorld, context: HookContext) {
    let key = world.get::<ExportedFunction>(context.entity).map(|function| function.key.clone());
    if let Some((key, mut functions)) = key.zip(world.get_resource_mut::<Functions>())
        // A copy of the component stands for nothing.
        && functions.0.get(&key).is_some_and(|at| at.entity == context.entity)
    {
        functions.0.remove(&key);
    }
}

/// Calls a function of an extension, or of the app.
pub(crate) fn call<I, O>(world: &mut World, of: &str, function: &str, input: I) -> Result<O, CallError>
where
    I: Serialize + 'static,
    O: DeserializeOwned + 'static,
{
    // What the caller has queued before is done before, and in the caller's name.
    world.flush();
    let (server, at) = find(world, of, function)?;
    invoke(world.into(), at, None, false, input)
        .map_err(|unanswered| CallError::new(Called::new(world, of, function, server), unanswered))
}

/// Calls a function with a value, even while an event is delivered.
#[cfg(feature = "script")]
pub(crate) fn call_value(
    mut reach: Reach<'_>,
    of: &str,
    function: &str,
    input: serde_json::Value,
) -> Result<serde_json::Value, CallError> {
    if let Reach::Whole(world) = &mut reach {
        world.flush();
    }
    let (server, at) = find(reach.world(), of, function)?;
    invoke(reach.reborrow(), at, None, false, input)
        .map_err(|unanswered| CallError::new(Called::new(reach.world(), of, function, server), unanswered))
}

/// Lists what somebody offers under a name of an extension, or of the app: each name, and whether it is a value.
#[cfg(feature = "script")]
pub(crate) fn offers(world: &World, of: &str) -> Result<Vec<(String, bool)>, ImportError> {
    let server = find_server(world, acting(world.id()), of).map_err(|refusal| not_imported(of, refusal))?;
    let functions = world.get_resource::<Functions>().into_iter().flat_map(|functions| &functions.0);
    let own = functions.filter(|(key, _)| key.owner == server);
    let mut offers: Vec<_> = own.map(|(key, at)| (key.name.to_string(), is_value(world, at))).collect();
    offers.sort_unstable();
    Ok(offers)
}

/// Says whether what somebody offers under two names is a value, and not a function.
#[cfg(feature = "script")]
pub(crate) fn offer_of(world: &World, of: &str, name: &str) -> Result<bool, ImportError> {
    let server = find_server(world, acting(world.id()), of).map_err(|refusal| not_imported(of, refusal))?;
    let functions = world.get_resource::<Functions>();
    match functions.and_then(|functions| functions.0.get(&Asked { owner: server, name })) {
        Some(at) => Ok(is_value(world, at)),
        None => {
            let nearest = nearest_function(world, server, name);
            Err(ImportError::NoSuchOffer { of: of.into(), name: name.into(), nearest })
        }
    }
}

#[cfg(feature = "script")]
fn is_value(world: &World, at: &At) -> bool {
    world.get::<ExportedFunction>(at.entity).is_some_and(|function| function.is_value)
}

#[cfg(feature = "script")]
#[cold]
fn not_imported(of: &str, refusal: Refusal) -> ImportError {
    match refusal {
        Refusal::Missing { nearest } => ImportError::NoExtension { of: of.into(), nearest },
        Refusal::Idle { name, state } => ImportError::NotRunning { of: name, state },
        Refusal::Undeclared { by, name } => ImportError::NotDeclared { of: name, by },
    }
}

fn find(world: &World, of: &str, function: &str) -> Result<(ExtensionId, At), CallError> {
    let server = find_server(world, acting(world.id()), of).map_err(|refusal| refused(of, function, refusal))?;
    let functions = world.get_resource::<Functions>();
    let at = functions.and_then(|functions| functions.0.get(&Asked { owner: server, name: function }));
    match at {
        Some(at) => Ok((server, at.clone())),
        None => Err(no_function(world, server, of, function)),
    }
}

#[cold]
fn refused(of: &str, function: &str, refusal: Refusal) -> CallError {
    let (of, function) = (of.to_string(), function.to_string());
    match refusal {
        Refusal::Missing { nearest } => CallError::NoExtension { of, function, nearest },
        Refusal::Idle { name, state } => CallError::NotRunning { of: name, function, state },
        Refusal::Undeclared { by, name } => CallError::NotDeclared { of: name, function, by },
    }
}

#[cold]
fn no_function(world: &World, server: ExtensionId, of: &str, function: &str) -> CallError {
    let nearest = nearest_function(world, server, function);
    CallError::NoFunction { called: Box::new(Called::new(world, of, function, server)), nearest }
}

/// Finds the function of somebody that was probably meant.
fn nearest_function(world: &World, server: ExtensionId, function: &str) -> Option<String> {
    let functions = world.get_resource::<Functions>().into_iter().flat_map(|functions| functions.0.keys());
    let mut names: Vec<_> = functions.filter(|key| key.owner == server).map(|key| &*key.name).collect();
    names.sort_unstable();
    nearest(function, &names).map(ToString::to_string)
}
