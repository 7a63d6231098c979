//! What a script throws, as its author should read it.

use std::fmt;

use bevy_extensions_core::Location;
use rquickjs::{Coerced, Ctx, Error, Function, Object, Value as JsValue, atom::PredefinedAtom};

use super::{
    format,
    modules::WRAPPER,
    place::{Place, shown},
    state::{State, state},
};
use crate::script::ScriptError;

/// The name of our own code in stacks.
pub(super) const PRELUDE: &str = "<extension>";
/// How many errors may stand behind one another as their causes.
const CAUSES: usize = 4;
const OUT_OF_MEMORY: &str = "InternalError: out of memory";
const OPEN_END: &str = "SyntaxError: the file ends while something is still open, as a bracket";
const NO_REQUIRE: &str = "ReferenceError: require is not defined";
const TOO_DEEP: &str = "RangeError: Maximum call stack size exceeded";

/// Returns what an error of rquickjs is for people. Takes the exception that the script has thrown, if it was one.
pub(super) fn caught<'js>(ctx: &Ctx<'js>, error: Error) -> ScriptError {
    match error {
        Error::Exception => match ctx.catch() {
            // What QuickJS throws when there is no memory for an error.
            null if null.is_null() => {
                ctx.run_gc();
                with_limits(ctx, limit(format!("{}, or threw: null", out_of_memory(&state(ctx)))))
            }
            value => thrown(ctx, &value),
        },
        Error::Allocation => with_limits(ctx, limit(out_of_memory(&state(ctx)))),
        other => with_limits(ctx, ScriptError::new(other.to_string())),
    }
}

/// Gives an error a place, if it has none: one that was made when nothing of the script ran.
pub(super) fn at_least(ctx: &Ctx<'_>, error: Error, place: &Frame<'_>) -> Error {
    if !error.is_exception() {
        return error;
    }
    let thrown = ctx.catch();
    if let Some(object) = thrown.as_object().filter(|object| object.is_error()) {
        let stack = text(object, PredefinedAtom::Stack).unwrap_or_default();
        let has_place = stack.lines().filter_map(Frame::parse).any(|frame| !frame.is_of_no_file());
        // Where there is no memory for that, the error is as good without.
        if !has_place && object.set("stack", place.to_string()).is_err() {
            ctx.catch();
        }
    }
    ctx.throw(thrown)
}

/// Gives an error the place where a function is written, if it has none.
pub(super) fn at_function<'js>(ctx: &Ctx<'js>, error: Error, function: &Function<'js>) -> Error {
    if !error.is_exception() {
        return error;
    }
    let thrown = ctx.catch();
    let text = |key| function.get::<_, String>(key).ok();
    let number = |key| function.get::<_, u32>(key).ok();
    let (name, file, line, column) = (text("name"), text("fileName"), number("lineNumber"), number("columnNumber"));
    // What could not be read has thrown.
    ctx.catch();
    let error = ctx.throw(thrown);
    let (Some(file), Some(line), Some(column)) = (&file, line, column) else { return error };
    // On the first line, QuickJS counts the columns of functions from 0, and nowhere else.
    let column = column.saturating_add(u32::from(line == 1));
    at_least(ctx, error, &Frame { function: name.as_deref().filter(|name| !name.is_empty()), file, line, column })
}

/// Returns what a thrown value is for people.
pub(super) fn thrown<'js>(ctx: &Ctx<'js>, value: &JsValue<'js>) -> ScriptError {
    let mut error = match value.as_object().filter(|object| object.is_error()) {
        Some(object) => of_error(ctx, object),
        // QuickJS throws it as well where no memory is left for an error.
        None if value.is_null() => {
            ScriptError::new(format!("threw: null; if nobody throws that, {}", out_of_memory(&state(ctx))))
        }
        None => ScriptError::new(format!("threw: {}", format::value(value))),
    };
    // A getter of the script may have thrown while we looked.
    ctx.catch();
    if error.at.is_none() {
        error.stack.clear();
    }
    with_limits(ctx, error)
}

fn of_error<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> ScriptError {
    let mut error = ScriptError::new(message(object));
    let mut cause = object.get::<_, JsValue<'js>>("cause").ok();
    for _ in 0..CAUSES {
        let Some(behind) = cause.take().filter(|cause| !cause.is_undefined()) else { break };
        match behind.as_object().filter(|object| object.is_error()) {
            Some(object) => {
                error.message += &format!(", caused by {}", message(object));
                cause = object.get("cause").ok();
            }
            None => error.message += &format!(", caused by {}", format::value(&behind)),
        }
    }
    let stack = text(object, PredefinedAtom::Stack).unwrap_or_default();
    let state = state(ctx);
    place(&mut error, &state, &stack);
    if error.message == NO_REQUIRE {
        let file = stack.lines().filter_map(Frame::parse).map(|frame| frame.file).next();
        if let Some(file) = file.filter(|file| state.es_modules.borrow().contains(*file)) {
            error.message += &format!(": `{}` is an ES module, which has `import` for that", shown(file));
        }
    }
    error
}

/// Returns the kind of an error and its text.
pub(super) fn message(error: &Object<'_>) -> String {
    let name = text(error, PredefinedAtom::Name).filter(|name| !name.is_empty()).unwrap_or_else(|| "Error".into());
    match text(error, PredefinedAtom::Message).filter(|message| !message.is_empty()) {
        Some(message) => format!("{name}: {message}"),
        None => name,
    }
}

fn text<'js>(object: &Object<'js>, key: PredefinedAtom) -> Option<String> {
    let value = object.get::<_, JsValue<'js>>(key).ok().filter(|value| !value.is_undefined())?;
    match value.as_string() {
        Some(text) => super::values::text_of(text).ok(),
        None => value.get::<Coerced<String>>().ok().map(|text| text.0),
    }
}

/// Says of an error that comes from a limit which one it was.
fn with_limits(ctx: &Ctx<'_>, mut error: ScriptError) -> ScriptError {
    let state = state(ctx);
    if state.watch.is_over() {
        error.message = state.watch.complaint();
    } else if error.message == OUT_OF_MEMORY {
        error.message = out_of_memory(&state);
        // What is in cycles is freed by the collector only, which does not run while there is no memory.
        ctx.run_gc();
    } else if error.message != TOO_DEEP {
        return error;
    }
    error.is_limit = true;
    error
}

pub(super) fn out_of_memory(state: &State<'_>) -> String {
    format!("it needs more than {} KiB of memory", state.source.limits.memory_kib)
}

pub(super) fn limit(message: String) -> ScriptError {
    let mut error = ScriptError::new(message);
    error.is_limit = true;
    error
}

/// Adds the place and the stack, as `QuickJS` has written it.
fn place(error: &mut ScriptError, state: &State<'_>, stack: &str) {
    for frame in stack.lines().filter_map(Frame::parse) {
        if frame.is_of_no_file() {
            continue;
        }
        let file = Place::of(&state.source, frame.file);
        let source = file.line(frame.line);
        let is_wrapped = !state.es_modules.borrow().contains(frame.file);
        let mut location = frame.location(&file, source.as_deref(), is_wrapped);
        let mut source = source;
        if source.is_none()
            && is_wrapped
            && error.message.starts_with("SyntaxError")
            && let Some((line, text)) = file.last_line()
        {
            // What closes the wrapper has closed something else.
            error.message = OPEN_END.into();
            location = Location::new(location.file, line, text.chars().count() as u32 + 1);
            source = Some(text);
        }
        match frame.function {
            Some(function) => error.stack.push(format!("{function} ({location})")),
            None => error.stack.push(location.to_string()),
        }
        if error.at.is_none() {
            error.at = Some(location);
            error.line = source;
        }
    }
}

/// One line of a stack: `    at welcome (greeter.js:3:52)`, or `    at greeter.js:3:52` where a text does not parse.
#[derive(Debug, PartialEq)]
pub(super) struct Frame<'a> {
    pub function: Option<&'a str>,
    pub file: &'a str,
    pub line: u32,
    pub column: u32,
}

impl<'a> Frame<'a> {
    /// Reads a line; `None` is one without a place, as of functions that are not written in JavaScript.
    fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim().strip_prefix("at ")?;
        let (function, place) = match line.strip_suffix(')').and_then(|line| line.split_once(" (")) {
            Some((function, place)) => (Some(function), place),
            None => (None, line),
        };
        let (place, column) = place.rsplit_once(':')?;
        let (file, line) = place.rsplit_once(':')?;
        // The outermost function of a file is no name that its author has given.
        let function = function.filter(|function| !matches!(*function, "<anonymous>" | "<eval>"));
        Some(Self { function, file, line: line.parse().ok()?, column: column.parse().ok()? })
    }

    /// Tells whether it is of our own code, or of a text that the script made code of: `<input>`.
    fn is_of_no_file(&self) -> bool {
        self.file.starts_with('<') && self.file.ends_with('>')
    }

    /// Returns its place in the file as its author sees it.
    fn location(&self, file: &Place<'_>, source: Option<&str>, is_wrapped: bool) -> Location {
        // QuickJS counts bytes, and on the first line those of the wrapper too.
        let mut before = self.column.saturating_sub(1) as usize;
        if self.line == 1 && is_wrapped {
            before = before.saturating_sub(WRAPPER.len());
        }
        let column = source.map_or(before, |source| {
            let end = source.floor_char_boundary(before);
            source[..end].chars().count()
        });
        Location::new(file.shown(), self.line, column as u32 + 1)
    }
}

impl fmt::Display for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, file, line, column } = self;
        match function {
            Some(function) => write!(f, "    at {function} ({file}:{line}:{column})"),
            None => write!(f, "    at {file}:{line}:{column}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read() {
        let frame = |function, file, line, column| Some(Frame { function, file, line, column });
        assert_eq!(Frame::parse("    at welcome (lib/rain.js:3:52)"), frame(Some("welcome"), "lib/rain.js", 3, 52));
        assert_eq!(Frame::parse("    at <anonymous> (rain (1).js:3:52)"), frame(None, "rain (1).js", 3, 52));
        assert_eq!(Frame::parse("    at rain.js:3:52"), frame(None, "rain.js", 3, 52));
    }

    #[test]
    fn frames_without_a_place_are_none() {
        assert_eq!(Frame::parse("    at forEach (native)"), None);
        assert_eq!(Frame::parse("    at forEach (missing)"), None);
        assert_eq!(Frame::parse("what a script has put there"), None);
    }
}
