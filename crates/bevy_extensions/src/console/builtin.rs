//! The console's own commands.

mod asking;
mod calling;
mod drawing;
mod switching;

use bevy_app::AppExit;
use bevy_ecs::world::World;

use super::{CommandHelp, ConsoleError, Help, Output, line::Word};
use crate::command;

pub(super) use switching::apply;

/// A command of the console itself.
pub(super) struct BuiltIn {
    pub help: CommandHelp,
    pub takes: Takes,
    run: fn(&mut World, &Typed<'_>) -> Result<Output, ConsoleError>,
}

/// What stands behind the name of a command, for completing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// The names of extensions.
    Extensions,
    /// As those, and `--yes`.
    Switched,
    Command,
    Function,
    Event,
    Path,
}

/// A line that was typed.
pub(super) struct Typed<'a> {
    /// As it stands.
    pub line: &'a str,
    /// The command.
    pub name: &'a str,
    /// Where begins what stands behind it.
    pub at: usize,
    /// The words behind it; of commands that take JSON, none.
    pub words: Vec<Word>,
}

impl Typed<'_> {
    /// Says that what is typed is not how the command is written.
    fn misused(&self, why: impl Into<String>) -> ConsoleError {
        let usage = find(self.name).map(|built_in| built_in.help.usage()).unwrap_or_default();
        ConsoleError::Usage { why: why.into(), usage }
    }

    /// Returns the only word, if there is one.
    fn word(&self) -> Result<Option<&str>, ConsoleError> {
        match self.words.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(&one.text)),
            [_, more, ..] => Err(self.misused(format!("`{}` is one word too many", more.text.escape_debug()))),
        }
    }

    /// Returns the only word, which has to be there.
    fn needed(&self, what: &str) -> Result<&str, ConsoleError> {
        self.word()?.ok_or_else(|| self.misused(format!("`{}` wants {what}", self.name)))
    }

    fn nothing(&self) -> Result<(), ConsoleError> {
        match self.words.first() {
            Some(word) => Err(self.misused(format!("`{}` is one word too many", word.text.escape_debug()))),
            None => Ok(()),
        }
    }
}

macro_rules! built_in {
    ($name:literal $arguments:literal, $help:literal, $takes:ident, $run:expr, [$($more:expr),* $(,)?]) => {
        BuiltIn {
            help: CommandHelp { name: $name, arguments: $arguments, help: $help, more: &[$($more),*] },
            takes: Takes::$takes,
            run: $run,
        }
    };
}

const PLANNED: &str = "It shows what it leads to and asks; --yes answers beforehand.";

/// All of them, by name.
pub(super) static ALL: [BuiltIn; command::BUILT_IN.len()] = [
    built_in!("call" "EXTENSION.FUNCTION [JSON]", "calls a function, and shows its answer", Function, calling::call, [
        r#"The argument is the rest of the line: call Economy.deposit {"player": "Ann", "gold": 5}"#,
        "Functions of the app are those of `app`.",
    ]),
    built_in!("disable" "EXTENSION..", "stops extensions, until they are enabled", Switched, switching::disable, [
        PLANNED,
        "It lasts until the app exits; `save` makes it last.",
    ]),
    built_in!("drivers" "", "lists interfaces, and who serves them", Nothing, asking::drivers, []),
    built_in!("emit" "EVENT [JSON] [--to EXTENSION,..]", "emits an event, and shows what it became", Event, calling::emit, [
        r#"For example: emit sale {"gold": 120} --to Economy"#,
    ]),
    built_in!("enable" "EXTENSION..", "starts extensions that are disabled or have failed", Switched, switching::enable, [PLANNED]),
    built_in!("events" "", "lists events, and who hears them", Nothing, asking::events, []),
    built_in!("exit" "", "exits the app in good order", Nothing, exit, []),
    built_in!("exports" "", "lists what can be imported and called", Nothing, asking::exports, []),
    built_in!("extensions" "", "lists all extensions", Nothing, asking::extensions, []),
    built_in!("graph" "FILE", "draws who needs whom", Path, drawing::graph, [
        "The ending of the file says how: .svg, .dot, or .mmd for Mermaid.",
    ]),
    built_in!("help" "[COMMAND]", "lists commands, or tells more of one", Command, help, []),
    built_in!("load" "PATH..", "loads extensions from disk", Path, switching::load, [
        "A script, a folder or an archive.",
        PLANNED,
    ]),
    built_in!("problems" "", "tells what is wrong, and what to try", Nothing, asking::problems, []),
    built_in!("reload" "EXTENSION..", "reads extensions from disk anew", Switched, switching::reload, [PLANNED]),
    built_in!("restart" "EXTENSION..", "stops extensions, and starts them again", Switched, switching::restart, [PLANNED]),
    built_in!("save" "", "writes what was switched off and on to the host settings", Nothing, switching::save, []),
    built_in!("show" "EXTENSION", "tells all that is known of an extension", Extensions, asking::show, []),
    built_in!("timings" "[FILE]", "tells how long each took to start, or draws it", Path, drawing::timings, [
        "The ending of the file says how: .svg, or .json for the trace viewer of a browser.",
    ]),
    built_in!("tree" "[EXTENSION]", "shows who needs whom", Extensions, asking::tree, []),
    built_in!("unload" "EXTENSION..", "stops extensions, and takes them away", Switched, switching::unload, [PLANNED]),
    built_in!("why" "EXTENSION", "tells why an extension runs, or does not", Extensions, asking::why, []),
];

/// Finds a command of the console itself; its name may differ in case.
pub(super) fn find(name: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|built_in| built_in.help.name.eq_ignore_ascii_case(name))
}

impl BuiltIn {
    /// Tells whether it takes the rest of the line as it stands.
    pub(super) fn takes_rest(&self) -> bool {
        matches!(self.takes, Takes::Function | Takes::Event)
    }

    pub(super) fn run(&self, world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
        (self.run)(world, typed)
    }
}

fn exit(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    typed.nothing()?;
    world.write_message(AppExit::Success);
    Ok(Output::Exit)
}

fn help(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    let Some(name) = typed.word()? else {
        let built_in = ALL.iter().map(|built_in| built_in.help).collect();
        return Ok(Output::Help(Help { built_in, others: command::commands(world) }));
    };
    if let Some(built_in) = find(name) {
        return Ok(Output::Help(Help { built_in: vec![built_in.help], others: Vec::new() }));
    }
    let row = super::find_command(world, name)?;
    Ok(Output::Help(Help { built_in: Vec::new(), others: vec![row] }))
}
