//! What went wrong in an extension's code.

use std::{
    any::Any,
    borrow::Cow,
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

use bevy_ecs::{
    error::{BevyError, ErrorContext},
    schedule::InternedScheduleLabel,
    system::SystemParamValidationError,
};
#[cfg(feature = "artifacts")]
use bevy_extensions_core::Candidate;
use bevy_extensions_core::{Location, ParseError, Unavailable};

use crate::phase::Phase;
#[cfg(feature = "script")]
use crate::script_error::ScriptError;

/// Something that went wrong in an extension's code.
///
/// Shown as `where it happened: what`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Where it happened.
    pub place: FaultPlace,
    /// What happened.
    pub kind: FaultKind,
    /// The name of the system; only with the feature `debug`.
    pub system: Option<String>,
}

/// Where in an extension a fault happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultPlace {
    /// The fetching of its artifacts.
    Artifacts,
    /// Its settings.
    Settings,
    /// Its [`Plugin::build`](bevy_app::Plugin::build).
    Build,
    /// Its [`Plugin::ready`](bevy_app::Plugin::ready).
    Ready,
    /// Its [`Plugin::finish`](bevy_app::Plugin::finish).
    Finish,
    /// Its [`Plugin::cleanup`](bevy_app::Plugin::cleanup).
    Cleanup,
    /// A system or a command of one of its phases.
    Phase(Phase),
    /// A system in a schedule of the app.
    System,
    /// A run condition in a schedule of the app.
    Condition,
    /// A command queued by a system in a schedule of the app.
    Command,
    /// A listener of this event, or a command that it queued.
    Listener(Cow<'static, str>),
    /// A function of this name, or a command that it queued.
    Function(Cow<'static, str>),
    /// A command of the console.
    ConsoleCommand(Cow<'static, str>),
    /// An event that it has emitted, as a value.
    Event(Cow<'static, str>),
    /// The registration of an export, a function, an interface, a driver or a command of the console of this name.
    Export(Cow<'static, str>),
    /// What it was brought back with, as it was started again: its exports and resources.
    Start,
    /// What was taken away from it when it was stopped: its entities.
    Stop,
    /// The top level of its script, which runs when the extension starts.
    TopLevel,
    /// A timer of its script.
    Timer,
    /// What it does with an answer of its database.
    Answer,
    /// What its script emits, one event after another.
    Emissions,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The code panicked, with this message.
    Panic(String),
    /// The code returned an error, with this message.
    Error(String),
    /// An artifact could not be had.
    Artifact(Box<MissingArtifact>),
    /// The settings do not fit.
    Settings(Box<ParseError>),
    /// A script has failed.
    #[cfg(feature = "script")]
    Script(Box<ScriptError>),
}

/// An artifact that could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingArtifact {
    /// Which, why, and what to try.
    pub unavailable: Unavailable,
    /// Where the manifest asks for it.
    pub at: Location,
}

impl Fault {
    #[cfg(feature = "artifacts")]
    pub(crate) fn artifact(unavailable: Unavailable, candidate: &Candidate) -> Self {
        let at = candidate.place_of_artifact(&unavailable.artifact);
        Self::new(&FaultPlace::Artifacts, FaultKind::Artifact(Box::new(MissingArtifact { unavailable, at })))
    }

    pub(crate) fn panic(place: &FaultPlace, payload: Box<dyn Any + Send>) -> Self {
        Self::new(place, FaultKind::Panic(panic_message(payload)))
    }

    /// As [`panic`](Self::panic), of a payload that somebody else will see too.
    pub(crate) fn shared_panic(place: &FaultPlace, payload: &(dyn Any + Send)) -> Self {
        Self::new(place, FaultKind::Panic(text_of(payload)))
    }

    pub(crate) fn error(place: &FaultPlace, error: &BevyError) -> Self {
        Self::new(place, FaultKind::Error(message_of(error)))
    }

    /// Systems that ran while they were added cannot be contained any more.
    pub(crate) fn hidden_systems(place: &FaultPlace, schedule: InternedScheduleLabel) -> Self {
        let why = format!("ran the schedule `{schedule:?}` before its end, so its systems cannot be contained");
        Self::new(place, FaultKind::Error(why))
    }

    pub(crate) fn settings(error: ParseError) -> Self {
        Self::new(&FaultPlace::Settings, FaultKind::Settings(Box::new(error)))
    }

    #[cfg(feature = "script")]
    pub(crate) fn script(place: &FaultPlace, error: ScriptError) -> Self {
        Self::new(place, FaultKind::Script(Box::new(error)))
    }

    /// Takes what Bevy tells an error handler.
    pub(crate) fn from_handler(place: &FaultPlace, mut error: BevyError, context: &ErrorContext) -> Self {
        let kind = match error.take_payload() {
            Some(payload) => FaultKind::Panic(panic_message(payload)),
            None => FaultKind::Error(message_of(&error)),
        };
        Self::new(place, kind).in_system(&context.name())
    }

    /// Adds the name of the system, if names are there.
    pub(crate) fn in_system(self, name: &dyn fmt::Display) -> Self {
        let system = cfg!(feature = "debug").then(|| name.to_string());
        Self { system, ..self }
    }

    fn new(place: &FaultPlace, kind: FaultKind) -> Self {
        Self { place: place.clone(), kind, system: None }
    }
}

impl FaultPlace {
    /// Tells whether it is code that runs with the app, and no part of an extension's start or end.
    ///
    /// Faults there are tolerated, until there are [too many](bevy_extensions_core::FaultLimits::run_time) in a short time.
    pub fn is_at_run_time(&self) -> bool {
        match self {
            Self::System
            | Self::Condition
            | Self::Command
            | Self::Listener(_)
            | Self::Function(_)
            | Self::ConsoleCommand(_)
            | Self::Event(_)
            | Self::Timer
            | Self::Answer
            | Self::Emissions => true,
            // What is refused when it is registered is not there, and so cannot go on failing.
            Self::Export(_)
            | Self::Artifacts
            | Self::Settings
            | Self::Build
            | Self::Ready
            | Self::Finish
            | Self::Cleanup
            | Self::Phase(_)
            | Self::Start
            | Self::Stop
            | Self::TopLevel => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(system) = &self.system {
            write!(f, " (`{system}`)")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Panic(message) => write!(f, "panicked: {message}"),
            Self::Error(message) => f.write_str(message),
            Self::Artifact(missing) => write!(f, "`{}`: {}", missing.unavailable.artifact, missing.unavailable.why),
            Self::Settings(error) => write!(f, "{}", error.message()),
            #[cfg(feature = "script")]
            Self::Script(error) => write!(f, "{error}"),
        }
    }
}

impl fmt::Display for FaultPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Artifacts => f.write_str("to get its artifacts"),
            Self::Settings => f.write_str("in its settings"),
            Self::Build => f.write_str("in `build`"),
            Self::Ready => f.write_str("in `ready`"),
            Self::Finish => f.write_str("in `finish`"),
            Self::Cleanup => f.write_str("in `cleanup`"),
            Self::Phase(phase) => write!(f, "in `{phase:?}`"),
            Self::System => f.write_str("in a system"),
            Self::Condition => f.write_str("in a run condition"),
            Self::Command => f.write_str("in a command"),
            Self::Listener(event) => write!(f, "in a listener of `{event}`"),
            Self::Function(name) => write!(f, "in the function `{name}`"),
            Self::ConsoleCommand(name) => write!(f, "in the console command `{name}`"),
            Self::Event(name) => write!(f, "in what it emitted as `{name}`"),
            Self::Export(name) => write!(f, "in what it exports as `{name}`"),
            Self::Start => f.write_str("as it was started again"),
            Self::Stop => f.write_str("as it was stopped"),
            Self::TopLevel => f.write_str("at the top level of its script"),
            Self::Timer => f.write_str("in a timer"),
            Self::Answer => f.write_str("in what it does with an answer of its database"),
            Self::Emissions => f.write_str("in what it emitted"),
        }
    }
}

/// Returns the text that code panicked with, and lets go of the payload, which may be anything.
pub(crate) fn panic_message(payload: Box<dyn Any + Send>) -> String {
    let text = text_of(&*payload);
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        // One that panics when it is dropped may have the next one inside.
        mem::forget(again);
    }
    text
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "with something that is not text".into())
}

/// Returns the text of an error, which its author may have got wrong.
fn message_of(error: &BevyError) -> String {
    let text = catch_unwind(AssertUnwindSafe(|| shown(error)));
    text.unwrap_or_else(|payload| format!("its error cannot be shown, as that panicked: {}", panic_message(payload)))
}

/// Bevy shows a backtrace below the message, if it has one: numbered lines, each with a place below.
fn shown(error: &BevyError) -> String {
    if let Some(invalid) = error.downcast_ref::<SystemParamValidationError>() {
        return match cfg!(feature = "debug") {
            true => format!("it cannot run, because of `{}`: {}", invalid.param.shortname(), invalid.message),
            // Bevy does not know its name. What imports say has one.
            false if invalid.message.contains('`') => format!("it cannot run: {}", invalid.message),
            false => format!("it cannot run: {} (the feature `debug` tells which)", invalid.message),
        };
    }
    let text = error.to_string();
    let is_frame = |line: &str| {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        line.starts_with("   ") && rest.starts_with(": ")
    };
    let lines: Vec<_> = text.lines().take_while(|line| !is_frame(line)).collect();
    lines.join("\n").trim_end().to_string()
}
