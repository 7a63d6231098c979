//! Commands of the console that extensions, and the app, bring along.
//!
//! A command is a system under a name, and is called and contained as a function is.

mod error;
mod registry;

use std::any::TypeId;

use serde_json::Value;

use crate::exchange::{IntoFunction, callable::Callee};

pub use error::{CommandError, RegisterError};
pub use registry::{CommandRow, RegisteredCommand};

#[cfg(feature = "script")]
pub(crate) use registry::check;
pub(crate) use registry::{call, commands, commands_of, complete, install, put_in_order, register, takes_words};

/// The names of the console's own commands, which no other may take.
pub(crate) const BUILT_IN: [&str; 21] = [
    "call",
    "disable",
    "drivers",
    "emit",
    "enable",
    "events",
    "exit",
    "exports",
    "extensions",
    "graph",
    "help",
    "load",
    "problems",
    "reload",
    "restart",
    "save",
    "show",
    "timings",
    "tree",
    "unload",
    "why",
];

/// A command of the console: a system that somebody calls by typing its name.
///
/// Register it with [`command`](crate::ExtensionScope::command) of the scope.
///
/// The system takes `In<Vec<String>>`, the words after the name, split as shells do; or `In<String>`, the rest of the line as
/// it stands; or nothing. What it answers is printed: text, or nothing, or any value, which is shown as JSON. It may return
/// Bevy's `Result`: its error is a fault of the extension, as a panic is. What the one who types has done wrong is an answer:
/// return `Result<T, String>`, and its error is printed, and charged to nobody.
///
/// ```
/// use bevy_ecs::prelude::*;
/// use bevy_extensions::console::ConsoleCommand;
///
/// fn greet(In(words): In<Vec<String>>) -> Result<String, String> {
///     let name = words.first().ok_or("whom?")?;
///     Ok(format!("hello, {name}"))
/// }
///
/// let greet = ConsoleCommand::new("greet", greet).arguments("NAME").help("greets somebody");
/// # let _ = greet;
/// ```
pub struct ConsoleCommand {
    name: String,
    arguments: String,
    help: String,
    run: Box<dyn Callee>,
    takes: Takes,
    complete: Option<Box<dyn Callee>>,
}

/// What the system of a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Words,
    Rest,
    /// An object of `words` and `rest`, as scripts do.
    #[cfg(feature = "script")]
    Both,
}

impl Takes {
    fn value(self, words: &[String], rest: &str) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Words => words.into(),
            Self::Rest => rest.into(),
            #[cfg(feature = "script")]
            Self::Both => serde_json::json!({"words": words, "rest": rest}),
        }
    }
}

impl ConsoleCommand {
    /// Creates a command. Names are of letters, digits, `-` and `_`.
    pub fn new<M>(name: impl Into<String>, system: impl IntoFunction<M, Input: CommandInput>) -> Self {
        let run = system.into_callee();
        let takes = match run.types().input.0 {
            input if input == TypeId::of::<Vec<String>>() => Takes::Words,
            input if input == TypeId::of::<String>() => Takes::Rest,
            _ => Takes::Nothing,
        };
        Self::of(name.into(), run, takes)
    }

    /// Creates a command that is no system.
    #[cfg(feature = "script")]
    pub(crate) fn of_script(name: String, run: Box<dyn Callee>) -> Self {
        Self::of(name, run, Takes::Both)
    }

    fn of(name: String, run: Box<dyn Callee>, takes: Takes) -> Self {
        Self { name, arguments: String::new(), help: String::new(), run, takes, complete: None }
    }

    /// Says what follows the name, for `help`: `PLAYER [GOLD]`.
    pub fn arguments(self, arguments: impl Into<String>) -> Self {
        Self { arguments: arguments.into(), ..self }
    }

    /// Says in a line what it does, for `help`.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }

    /// Says how words are completed: a system that gets the words so far, of which the last is being typed, and answers
    /// what this one may be. Those that do not begin as typed are passed over.
    pub fn complete<M>(self, system: impl IntoFunction<M, Input = Vec<String>, Answer = Vec<String>>) -> Self {
        Self { complete: Some(system.into_callee()), ..self }
    }

    /// Has words be completed by what is no system.
    #[cfg(feature = "script")]
    pub(crate) fn completed_by(self, callee: Box<dyn Callee>) -> Self {
        Self { complete: Some(callee), ..self }
    }
}

impl std::fmt::Debug for ConsoleCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsoleCommand").field("name", &self.name).field("arguments", &self.arguments).finish()
    }
}

/// What a command takes: `In<Vec<String>>`, `In<String>` or nothing.
#[diagnostic::on_unimplemented(
    message = "a command of the console does not take `{Self}`",
    note = "it takes `In<Vec<String>>`, the words after its name, `In<String>`, the rest of the line, or nothing"
)]
pub trait CommandInput: sealed::CommandInput {}

impl<T: sealed::CommandInput> CommandInput for T {}

mod sealed {
    pub trait CommandInput {}

    impl CommandInput for () {}
    impl CommandInput for String {}
    impl CommandInput for Vec<String> {}
}
