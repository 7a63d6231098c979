//! Why a line of the console was not done.

use bevy_extensions_core::{ExtensionName, either, printable};

use super::line::LineError;
use crate::{
    command::CommandError,
    event::EmitError,
    exchange::CallError,
    switch::{SaveSwitchesError, StalePlan},
    tell::did_you_mean,
};

/// Why a line of the console was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// The line cannot be read.
    #[error(transparent)]
    Line(#[from] LineError),
    /// There is no such command.
    #[error("no command is called `{}`{}", .name.escape_debug(), did_you_mean(.nearest.as_ref()))]
    UnknownCommand {
        /// The name that was typed.
        name: String,
        /// The command that was probably meant.
        nearest: Option<String>,
    },
    /// Several extensions have a command of that name.
    #[error("several extensions have a command `{name}`: type {}", either(.typed))]
    SharedCommand {
        /// The name that was typed.
        name: String,
        /// What can be typed instead.
        typed: Vec<String>,
    },
    /// The command wants something else behind its name.
    #[error("{why}")]
    Usage {
        /// What is wrong.
        why: String,
        /// How it is written.
        usage: String,
    },
    /// There is no such extension.
    #[error("no extension is called `{}`{}", .name.escape_debug(), did_you_mean(.nearest.as_ref()))]
    UnknownExtension {
        /// The name that was typed.
        name: String,
        /// The extension that was probably meant.
        nearest: Option<ExtensionName>,
    },
    /// What should be JSON is none.
    #[error("{what} should be JSON: {why}")]
    NotJson {
        /// What is to be JSON.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The function was not called, or has failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The event was not emitted.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// The command of an extension was not run, or has failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The plan would lead to something else by now.
    #[error(transparent)]
    Stale(#[from] StalePlan),
    /// Switches cannot be saved.
    #[error(transparent)]
    Save(#[from] SaveSwitchesError),
    /// A file cannot be written.
    #[error("`{file}` cannot be written: {why}")]
    File {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// Nobody draws such a picture.
    #[error("nobody draws a picture as `{}`: it is to end with {}", .file.escape_debug(), either(.endings))]
    Picture {
        /// The file that was typed.
        file: String,
        /// How files with such a picture end.
        endings: &'static [&'static str],
    },
    /// This app draws no pictures.
    #[error("this app draws no pictures: turn on the feature `pictures` of `bevy_extensions`")]
    NoPictures,
    /// This app has no extensions at all.
    #[error("this app has no `ExtensionsPlugin`")]
    NoHost,
}

impl ConsoleError {
    /// Tells one thing to try, if there is one that the text does not say already.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Line(error) => error.hint().map(Into::into),
            Self::UnknownCommand { nearest: None, .. } => Some("`help` lists the commands".into()),
            Self::UnknownExtension { nearest: None, .. } => Some("`extensions` lists them".into()),
            Self::Usage { usage, .. } => Some(format!("it is written `{usage}`")),
            Self::NotJson { .. } => Some("a text stands in quotes: \"Ann\"".into()),
            Self::Save(error) => Some(error.hint()),
            _ => None,
        }
    }

    /// Says it in full: what is wrong, and what to try.
    ///
    /// Control characters are shown as what they are: what a script throws should not command a terminal.
    pub fn to_text(&self) -> String {
        let hint = self.hint().map(|hint| format!("  hint: {hint}\n")).unwrap_or_default();
        printable(&format!("error: {self}\n{hint}"), false)
    }
}
