//! A console: commands that somebody types while the app runs.
//!
//! ```no_run
//! use bevy_app::{ScheduleRunnerPlugin, prelude::*};
//! use bevy_extensions::{console::ConsolePlugin, prelude::*};
//!
//! App::new()
//!     .add_plugins((ScheduleRunnerPlugin::default(), ExtensionsPlugin::default(), ConsolePlugin::default()))
//!     .run();
//! ```
//!
//! On a terminal, lines are edited, kept in a history and completed with the Tab key. What the app says meanwhile goes above
//! the line that is typed. From a pipe, lines are read as they come:
//!
//! ```sh
//! echo 'why Forecast' | my_server
//! ```
#![doc = include_str!("console/guide.md")]

mod builtin;
mod complete;
mod details;
mod editor;
mod error;
mod help;
mod input;
mod line;
mod output;
mod session;
mod size;
mod standing;
mod writer;

use std::{
    fmt,
    io::{BufRead, Write},
    sync::{Arc, Mutex, PoisonError},
};

use bevy_app::{App, Plugin};
use bevy_ecs::{prelude::*, world::World};
use bevy_extensions_core::nearest;
use serde_json::Value;

pub use crate::command::{CommandError, CommandInput, CommandRow, ConsoleCommand, RegisterError, RegisteredCommand};
pub use complete::{Completion, complete};
pub use details::Details;
pub use error::ConsoleError;
pub use help::{CommandHelp, Help};
pub use line::{LONGEST_LINE, LineError};
pub use output::{Output, Switched, TimingRow, Timings};
pub use size::{Keeps, Kept};
pub use writer::ConsoleWriter;

use crate::{
    acting::act_as_app,
    command,
    entity::Extensions,
    lifecycle,
    switch::{BetweenFrames, begin_frame},
    tell::{Level, tell},
};
use builtin::Typed;
use session::Console;

/// Reads commands, and runs them between two frames: one a frame, so that each sees what the one before has led to.
///
/// Add it beside [`ExtensionsPlugin`](crate::ExtensionsPlugin). No frame waits for it. A process has one terminal, so of
/// several apps in one process only the first has a console there.
#[derive(Debug, Clone, Default)]
pub struct ConsolePlugin {
    /// Where lines come from, and answers go. Default: standard input and output.
    pub input: ConsoleInput,
    /// Whether the app exits when the input ends: at the end of a pipe, or by Ctrl-D on a terminal. All commands have run
    /// then. Default: false, and the app runs on.
    pub exit_at_end: bool,
}

/// Where lines of a console come from, and answers go.
#[derive(Clone, Default)]
pub struct ConsoleInput(Option<Lines>);

type Lines = Arc<Mutex<Option<(Box<dyn BufRead + Send>, Box<dyn Write + Send>)>>>;

impl ConsoleInput {
    /// Reads lines from somewhere else, and writes the answers somewhere: for tests, and for lines from a socket. Nothing is
    /// edited there.
    pub fn lines(input: impl BufRead + Send + 'static, output: impl Write + Send + 'static) -> Self {
        Self(Some(Arc::new(Mutex::new(Some((Box::new(input), Box::new(output)))))))
    }

    /// Takes the input, which an app has once.
    fn take(&self) -> Option<(Box<dyn BufRead + Send>, Box<dyn Write + Send>)> {
        self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for ConsoleInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "ConsoleInput::lines" } else { "ConsoleInput::default" })
    }
}

impl Plugin for ConsolePlugin {
    fn build(&self, app: &mut App) {
        // Both may be added in either order.
        app.init_schedule(BetweenFrames);
        app.insert_resource(Console::new(self)).add_systems(BetweenFrames, session::hear.before(begin_frame));
        app.insert_resource(lifecycle::BeforeEnd(session::leave));
    }

    fn finish(&self, app: &mut App) {
        if !app.world().contains_resource::<Extensions>() {
            tell(Level::Warn, "there is no console: this app has no `ExtensionsPlugin`");
        }
    }
}

/// Runs a line as if it were typed, and returns what it leads to: to draw a console of one's own, and for tests.
///
/// It runs in the name of the app. Switches are not asked about: [`Output::Plan`] says what they would lead to, for the app
/// to [confirm](crate::Extensions::confirm), and with `--yes` they are done before the next frame.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_extensions::{console::{self, Output}, prelude::*};
/// # #[derive(Extension)]
/// # struct Weather;
/// # impl Plugin for Weather { fn build(&self, _: &mut App) {} }
/// # let mut app = App::new();
/// # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Weather>()).update();
/// if let Output::Plan(plan) = console::run(app.world_mut(), "disable Weather")? {
///     assert_eq!(plan.to_string(), "stop `Weather`, which is disabled then");
///     app.world_mut().resource_mut::<Extensions>().confirm(plan)?;
/// }
/// assert_eq!(
///     console::run(app.world_mut(), "show Wether").unwrap_err().to_string(),
///     "no extension is called `Wether`; did you mean `Weather`?",
/// );
/// # app.terminate_extensions();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ConsoleError`] if the line cannot be read or done.
pub fn run(world: &mut World, line: &str) -> Result<Output, ConsoleError> {
    line::check(line)?;
    let Some((name, at)) = first_word(line) else { return Ok(Output::Nothing) };
    let _app = act_as_app();
    if let Some(built_in) = builtin::find(name) {
        let words = if built_in.takes_rest() { Vec::new() } else { line::split(line, at)? };
        return built_in.run(world, &Typed { line, name, at, words });
    }
    let row = find_command(world, name)?;
    let words: Vec<_> = match command::takes_words(world, &row) {
        true => line::split(line, at)?.into_iter().map(|word| word.text).collect(),
        false => Vec::new(),
    };
    let unknown = || ConsoleError::UnknownCommand { name: name.into(), nearest: None };
    match command::call(world, &row, &words, line[at..].trim()).ok_or_else(unknown)?? {
        Value::Null => Ok(Output::Nothing),
        Value::String(text) => Ok(Output::Text(text)),
        value => Ok(Output::Answer(value)),
    }
}

/// Returns the first word, and where the next one may begin; `None` if there is only a comment, or nothing.
fn first_word(line: &str) -> Option<(&str, usize)> {
    let start = line.len() - line.trim_start().len();
    let end = line[start..].find(char::is_whitespace).map_or(line.len(), |length| start + length);
    let at = line.len() - line[end..].trim_start().len();
    Some((&line[start..end], at)).filter(|(name, _)| !name.is_empty() && !name.starts_with('#'))
}

/// Finds a command of an extension, or of the app, by what was typed.
fn find_command(world: &World, typed: &str) -> Result<CommandRow, ConsoleError> {
    let rows = command::commands(world);
    let mut named: Vec<_> = rows.iter().filter(|row| row.name.eq_ignore_ascii_case(typed)).collect();
    if named.is_empty()
        && let Some((of, name)) = typed.rsplit_once('.')
    {
        let is_meant =
            |row: &&CommandRow| row.name.eq_ignore_ascii_case(name) && row.by.as_str().eq_ignore_ascii_case(of);
        named = rows.iter().filter(is_meant).collect();
    }
    match named.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(ConsoleError::UnknownCommand {
            name: typed.into(),
            nearest: nearest(typed, &names(&rows)).map(Into::into),
        }),
        several => Err(ConsoleError::SharedCommand {
            name: typed.into(),
            typed: several.iter().map(|row| row.typed()).collect(),
        }),
    }
}

/// Lists what can be typed as the first word.
fn names(rows: &[CommandRow]) -> Vec<String> {
    let built_in = command::BUILT_IN.iter().map(ToString::to_string);
    built_in.chain(rows.iter().map(CommandRow::typed)).collect()
}
