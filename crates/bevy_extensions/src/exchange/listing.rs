//! The functions as values, for reports and consoles.

use std::fmt;

use bevy_ecs::world::World;

use super::{ExportedFunction, Functions};
use crate::{
    acting::ExtensionId,
    owner::{Owner, rank_of},
    signature::Signature,
};

/// A function in a listing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FunctionRow {
    /// Whose it is.
    pub by: Owner,
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
    /// Whether it can be called now: its extension is starting or running.
    pub is_active: bool,
}

/// Shows what is called and answered: `deposit(u32) -> u32`.
impl fmt::Display for FunctionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, input, answer, signature, .. } = self;
        match signature {
            _ if self.is_value => f.write_str(name),
            Some(signature) => write!(f, "{name}{signature}"),
            None if input == "()" => write!(f, "{name}() -> {answer}"),
            None => write!(f, "{name}({input}) -> {answer}"),
        }
    }
}

/// Lists all functions: those of extensions in plan order, then those of the app, each by name.
pub(crate) fn functions(world: &World) -> Vec<FunctionRow> {
    let Some(functions) = world.get_resource::<Functions>() else { return Vec::new() };
    let mut keys: Vec<_> = functions.0.iter().collect();
    keys.sort_unstable_by_key(|(key, _)| (rank_of(world, key.owner), &key.name));
    let rows = keys.into_iter().filter_map(|(key, at)| {
        let function = world.get::<ExportedFunction>(at.entity)?.clone();
        let ExportedFunction { name, input, answer, signature, is_value, .. } = function;
        let is_active = at.facts.is_active();
        Some(FunctionRow { by: Owner::new(world, key.owner), name, input, answer, signature, is_value, is_active })
    });
    rows.collect()
}

/// Lists the names of the functions that can be found under an owner.
pub(crate) fn functions_of(world: &World, owner: ExtensionId) -> impl Iterator<Item = String> {
    let functions = world.get_resource::<Functions>().into_iter().flat_map(|functions| functions.0.keys());
    functions.filter(move |key| key.owner == owner).map(|key| key.name.to_string())
}
