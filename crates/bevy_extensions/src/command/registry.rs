//! The commands that are there.

use std::sync::Arc;

use bevy_ecs::{lifecycle::HookContext, prelude::*, world::DeferredWorld};
use serde_json::Value;

use super::{BUILT_IN, CommandError, ConsoleCommand, RegisterError, Takes};
use crate::{
    acting::{ExtensionId, act_as_app},
    entity::{ExtensionState, Extensions},
    exchange::{
        callable::{Facts, Slots},
        invoke::{At, invoke},
    },
    fault::{Fault, FaultPlace},
    owner::{APP_NAME, Owner, Party, rank_of},
    park::{self, Parkable},
};

/// A command of the console that belongs to an extension, or to the app: an entity. Despawn it, and the command is gone.
#[derive(Component, Debug, Clone, PartialEq, Eq)]
#[component(immutable, on_remove = forget)]
#[non_exhaustive]
pub struct RegisteredCommand {
    /// Its name.
    pub name: String,
    /// What follows the name: `PLAYER [GOLD]`.
    pub arguments: String,
    /// What it does, in a line.
    pub help: String,
}

/// A command in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandRow {
    /// Whose it is.
    pub by: Owner,
    /// Its name.
    pub name: String,
    /// What follows the name: `PLAYER [GOLD]`.
    pub arguments: String,
    /// What it does, in a line.
    pub help: String,
    /// Whether another extension has one of the same name, so that it is run as `Economy.pay`.
    pub is_shared: bool,
}

impl CommandRow {
    /// Returns what is typed to run it: its name, with that of its extension before it if others have one of that name too.
    pub fn typed(&self) -> String {
        match self.is_shared {
            true => format!("{}.{}", self.by.as_str(), self.name),
            false => self.name.clone(),
        }
    }
}

/// Where the commands are: those of extensions in plan order, then those of the app.
#[derive(Resource, Default)]
struct ConsoleCommands(Vec<Entry>);

struct Entry {
    owner: ExtensionId,
    name: String,
    takes: Takes,
    run: At,
    complete: Option<At>,
}

/// Makes ready for commands, before anything is built.
pub(crate) fn install(world: &mut World) {
    world.init_resource::<ConsoleCommands>();
}

/// Registers a command. What is wrong with it is charged to the extension whose it is.
pub(crate) fn register(world: &mut World, owner: Party<'_>, command: ConsoleCommand) -> Result<Entity, RegisterError> {
    if let Err(error) = check(world, owner, &command) {
        if let Party::Extension(ward) = owner {
            let place = FaultPlace::Export(command.name.into());
            ward.charge(Fault::error(&place, &error.clone().into()));
        }
        return Err(error);
    }
    let ConsoleCommand { name, arguments, help, run, takes, complete } = command;
    let of = owner.name().map_or(APP_NAME, |name| name.as_str()).to_string();
    let systems = [Some(run), complete].into_iter().flatten().map(|callee| (name.clone(), callee)).collect();
    let place = |name: String| FaultPlace::ConsoleCommand(name.into());
    let (slots, facts) = Slots::at(world, owner, &of, systems, None, place);
    let registered = RegisteredCommand { name, arguments, help };
    Ok(enlist(world, owner, Ready { registered, takes, slots, facts }))
}

/// A command that is ready to be run.
struct Ready {
    registered: RegisteredCommand,
    takes: Takes,
    slots: Slots,
    facts: Vec<Arc<Facts>>,
}

fn enlist(world: &mut World, owner: Party<'_>, Ready { registered, takes, slots, facts }: Ready) -> Entity {
    let entity = owner.spawn(world, (registered.clone(), slots));
    let mut places = facts.iter().enumerate().map(|(index, facts)| At { entity, index, facts: facts.clone() });
    let entry = Entry {
        owner: owner.id(),
        name: registered.name.clone(),
        takes,
        run: places.next().expect("a command has a system"),
        complete: places.next(),
    };
    world.get_resource_or_init::<ConsoleCommands>().0.push(entry);
    put_in_order(world);
    Parkable::attach(world, entity, owner, move |world, entity| {
        let slots = world.entity_mut(entity).take::<Slots>()?;
        park::once(Ready { registered, takes, slots, facts }, |world, ward, again| {
            enlist(world, Party::Extension(ward), again);
        })
    });
    entity
}

/// Puts all in plan order, after extensions have changed places.
pub(crate) fn put_in_order(world: &mut World) {
    world.resource_scope(|world, mut commands: Mut<ConsoleCommands>| {
        commands.0.sort_by_key(|entry| rank_of(world, entry.owner));
    });
}

/// Tells what is wrong with a command before it is registered.
pub(crate) fn check(world: &World, owner: Party<'_>, command: &ConsoleCommand) -> Result<(), RegisterError> {
    let (owner, name) = (owner.id(), command.name.as_str());
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.bytes().all(is_good) {
        return Err(RegisterError::Name { name: name.into() });
    }
    if BUILT_IN.iter().any(|built_in| built_in.eq_ignore_ascii_case(name)) {
        return Err(RegisterError::BuiltIn { name: name.into() });
    }
    match entries(world).any(|entry| entry.owner == owner && entry.name.eq_ignore_ascii_case(name)) {
        true => Err(RegisterError::Twice { name: name.into() }),
        false => Ok(()),
    }
}

fn forget(mut world: DeferredWorld, context: HookContext) {
    if let Some(mut commands) = world.get_resource_mut::<ConsoleCommands>() {
        commands.0.retain(|entry| entry.run.entity != context.entity);
    }
}

fn entries(world: &World) -> impl Iterator<Item = &Entry> {
    world.get_resource::<ConsoleCommands>().into_iter().flat_map(|commands| &commands.0)
}

/// Lists all commands: those of extensions in plan order, then those of the app.
pub(crate) fn commands(world: &World) -> Vec<CommandRow> {
    entries(world).filter_map(|entry| row(world, entry)).collect()
}

fn row(world: &World, entry: &Entry) -> Option<CommandRow> {
    let RegisteredCommand { name, arguments, help } = world.get::<RegisteredCommand>(entry.run.entity)?.clone();
    let is_namesake = |other: &Entry| other.owner != entry.owner && other.name.eq_ignore_ascii_case(&entry.name);
    let is_shared = entries(world).any(is_namesake);
    Some(CommandRow { by: Owner::new(world, entry.owner), name, arguments, help, is_shared })
}

/// Lists the names of the commands that can be found under an owner.
pub(crate) fn commands_of(world: &World, owner: ExtensionId) -> impl Iterator<Item = String> {
    entries(world).filter(move |entry| entry.owner == owner).map(|entry| entry.name.clone())
}

/// Tells whether a command wants the words after its name, and not only the rest of the line.
pub(crate) fn takes_words(world: &World, row: &CommandRow) -> bool {
    find(world, row).is_some_and(|entry| entry.takes != Takes::Rest)
}

/// Runs a command with the words after its name, and the rest of the line as it stands.
///
/// `None` if it is not there.
pub(crate) fn call(
    world: &mut World,
    row: &CommandRow,
    words: &[String],
    rest: &str,
) -> Option<Result<Value, CommandError>> {
    let (at, takes) = find(world, row).map(|entry| (entry.run.clone(), entry.takes))?;
    if takes == Takes::Nothing && !words.is_empty() {
        return Some(Err(CommandError::Refused(format!("`{}` takes no arguments", row.typed()))));
    }
    Some(run(world, at, row, takes.value(words, rest)).and_then(answer))
}

/// Asks a command what the last of these words may be.
pub(crate) fn complete(world: &mut World, row: &CommandRow, words: &[String]) -> Vec<String> {
    let at = find(world, row).and_then(|entry| entry.complete.clone());
    let answer = at.and_then(|at| run(world, at, row, words.into()).ok());
    answer.and_then(|answer| serde_json::from_value(answer).ok()).unwrap_or_default()
}

fn find<'w>(world: &'w World, row: &CommandRow) -> Option<&'w Entry> {
    let by = row.by.as_str();
    entries(world).find(|entry| entry.name == row.name && Owner::new(world, entry.owner).as_str() == by)
}

fn run(world: &mut World, at: At, row: &CommandRow, value: Value) -> Result<Value, CommandError> {
    let not_now = |why: String| CommandError::NotNow { command: row.typed(), why };
    if !at.facts.is_active() {
        let state = world
            .get_resource::<Extensions>()
            .and_then(|extensions| Some(extensions.listed(extensions.id_by_name(row.by.as_str())?).told_state()));
        return Err(not_now(format!("{} {}", row.by, state.map_or_else(|| "is gone".into(), ExtensionState::told))));
    }
    world.flush();
    let _app = act_as_app();
    let answer = invoke(world.into(), at, None, false, value);
    answer.map_err(|unanswered| CommandError::new(row.typed(), row.by.clone(), unanswered))
}

/// Takes what a command has made of a `Result<T, String>`: what the one who typed it has done wrong is its error.
fn answer(value: Value) -> Result<Value, CommandError> {
    let Value::Object(mut object) = value else { return Ok(value) };
    match (object.len(), object.get("Err"), object.contains_key("Ok")) {
        (1, Some(Value::String(why)), _) => Err(CommandError::Refused(why.clone())),
        (1, _, true) => Ok(object.remove("Ok").unwrap_or_default()),
        _ => Ok(Value::Object(object)),
    }
}
