//! What is wrong with a command of an extension, and why it gave no answer.

use crate::{exchange::invoke::Unanswered, fault::Fault, owner::Owner, signature::ArgumentError, value::Misfit};

/// Why a command cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The name is none.
    #[error("`{}` cannot be the name of a command: it needs a letter, then letters, digits, `-` and `_`, all from a to z", .name.escape_debug())]
    Name {
        /// The name.
        name: String,
    },
    /// The console has one of that name itself.
    #[error("`{name}` is a command of the console itself; take another name")]
    BuiltIn {
        /// The name.
        name: String,
    },
    /// The extension, or the app, has one of that name already.
    #[error("the command `{name}` is there already; despawn the first one, or take another name")]
    Twice {
        /// The name.
        name: String,
    },
}

/// Why a command of an extension, or of the app, gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The one who typed it has done something wrong.
    #[error("{0}")]
    Refused(String),
    /// It does not take what was typed.
    #[error("`{command}` was not run: {error}")]
    Arguments {
        /// The command.
        command: String,
        /// What does not fit.
        error: ArgumentError,
    },
    /// Its answer cannot be shown.
    #[error("the answer of `{command}` cannot be shown: {misfit}")]
    Answer {
        /// The command.
        command: String,
        /// What is wrong with it.
        misfit: Misfit,
    },
    /// It has failed, with an error or with a panic.
    #[error("`{command}` has failed, which is charged to {by}: {}", .fault.kind)]
    Failed {
        /// The command.
        command: String,
        /// Whose command it is.
        by: Owner,
        /// What went wrong.
        fault: Box<Fault>,
    },
    /// It cannot be run now: it is running already, or its extension does not run.
    #[error("`{command}` was not run: {why}")]
    NotNow {
        /// The command.
        command: String,
        /// Why.
        why: String,
    },
}

impl CommandError {
    pub(super) fn new(command: String, by: Owner, unanswered: Unanswered) -> Self {
        let not_now = |why: String| Self::NotNow { command: command.clone(), why };
        match unanswered {
            Unanswered::Arguments(error) => Self::Arguments { command, error },
            Unanswered::Answer(misfit) => Self::Answer { command, misfit },
            Unanswered::Failed(fault) => Self::Failed { command, by, fault: Box::new(fault) },
            Unanswered::Reentered { chain } => not_now(format!("it is running already: {chain}")),
            Unanswered::Endless { chain } => not_now(format!("it would go on without end: {chain}")),
            Unanswered::Delivering => not_now("it takes the whole world, and an event is being delivered".into()),
            #[cfg(feature = "script")]
            Unanswered::TooDeep => not_now("the scripts that lead to it have gone too deep in their recursion".into()),
        }
    }
}
