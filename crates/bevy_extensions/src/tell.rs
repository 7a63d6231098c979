//! Says things: to the log, or to standard error if the app has none.

use std::{
    error::Error,
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
};

use bevy_ecs::{error::ErrorContext, world::World};
#[cfg(feature = "script")]
use bevy_extensions_core::ExtensionName;
use bevy_extensions_core::Problem;
use tracing::subscriber::NoSubscriber;

use crate::{
    acting::acting,
    terminal::{Stream, print},
};

/// How loudly something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    #[cfg(feature = "script")]
    Debug,
    Info,
    Warn,
    Error,
}

/// Tells somebody: the log, or standard error if the app has none.
pub(crate) fn tell(level: Level, text: &str) {
    let text = text.trim_end();
    if is_silent() {
        return match level {
            #[cfg(feature = "script")]
            Level::Debug => {}
            Level::Info => print(Stream::Err, &format!("{text}\n")),
            Level::Warn => print(Stream::Err, &format!("warning: {text}\n")),
            Level::Error => print(Stream::Err, &format!("error: {text}\n")),
        };
    }
    match level {
        #[cfg(feature = "script")]
        Level::Debug => tracing::debug!("{text}"),
        Level::Info => tracing::info!("{text}"),
        Level::Warn => tracing::warn!("{text}"),
        Level::Error => tracing::error!("{text}"),
    }
}

/// Tells of something that is wrong, and what to try.
pub(crate) fn tell_problem(problem: &Problem) {
    tell(Level::Warn, &format!("{problem}\n  hint: {}", problem.hint()));
}

/// Says something in the name of an extension.
#[cfg(feature = "script")]
pub(crate) fn say(level: Level, extension: &ExtensionName, text: &str) {
    let text = format!("{extension}: {text}");
    if is_silent() && matches!(level, Level::Debug | Level::Info) {
        // As in every other place where scripts run, what they print goes where the program prints.
        print(Stream::Out, &format!("{text}\n"));
        return;
    }
    tell(level, &text);
}

/// Tells of an error that nobody else hears of: it is charged to whoever acts, or told if that is the app itself.
pub(crate) fn complain(world: &World, error: impl Error + Send + Sync + 'static) {
    if acting(world.id()).is_some() {
        let context = ErrorContext::Command { name: std::any::type_name_of_val(&error).into() };
        world.fallback_error_handler()(error.into(), context);
    } else {
        tell(Level::Error, &error.to_string());
    }
}

/// Does something that observers see: whoever of them panics is told about, and keeps nobody from starting or ending.
pub(crate) fn guard(world: &mut World, seeing: &str, code: impl FnOnce(&mut World)) {
    if catch_unwind(AssertUnwindSafe(|| code(world))).is_err() {
        tell(Level::Error, &format!("an observer of `{seeing}` panicked"));
    }
}

/// Tells whether nobody listens to the log.
pub(crate) fn is_silent() -> bool {
    let no_subscriber = tracing::dispatcher::get_default(tracing::Dispatch::is::<NoSubscriber>);
    no_subscriber && log::max_level() == log::LevelFilter::Off
}

/// Asks whether somebody meant another name.
pub(crate) fn did_you_mean(nearest: Option<&impl Display>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
