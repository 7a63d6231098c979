//! Commands that call a function, or emit an event.

use bevy_ecs::world::World;
use serde_json::Value;

use super::Typed;
use crate::{
    console::{
        ConsoleError, Output,
        line::{column_of, split, start_of_word, told},
    },
    event::Target,
    world_ext::ExtensionsWorldExt,
};

pub(super) fn call(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    let (called, at) = first_word(typed, "a function, as `Economy.deposit`")?;
    let Some((of, function)) = called.rsplit_once('.') else {
        return Err(
            typed.misused(format!("`{}` has no `.` between an extension and a function", called.escape_debug()))
        );
    };
    let (argument, end) = json(typed.line, at, "the argument")?;
    if let Some(start) = start_of_word(typed.line, end) {
        let after = typed.line[start..].trim_end();
        return Err(typed.misused(format!("`{}` follows the argument", after.escape_debug())));
    }
    Ok(Output::Answer(world.call(of, function, argument)?))
}

pub(super) fn emit(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    let (event, at) = first_word(typed, "the name of an event")?;
    let (value, end) = match typed.line[at..].trim_start().starts_with("--") {
        true => (Value::Null, at),
        false => json(typed.line, at, "the event")?,
    };
    let words: Vec<_> = split(typed.line, end)?.into_iter().map(|word| word.text).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let target = match words.as_slice() {
        [] => Target::Everyone,
        ["--to", names] => Target::from(names.split(',').collect::<Vec<_>>()),
        ["--to"] => return Err(typed.misused("`--to` wants the name of an extension")),
        ["--to", _, more, ..] | [more, ..] => {
            return Err(typed.misused(format!("`{}` is one word too many", more.escape_debug())));
        }
    };
    Ok(Output::Became(world.emit_to(target, event, value)?))
}

/// Takes the first word off, and returns where it ends.
fn first_word<'a>(typed: &Typed<'a>, what: &str) -> Result<(&'a str, usize), ConsoleError> {
    let rest = &typed.line[typed.at..];
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    match &rest[..end] {
        "" => Err(typed.misused(format!("`{}` wants {what}", typed.name))),
        word => Ok((word, typed.at + end)),
    }
}

/// Reads the JSON that begins somewhere in a line, and returns where it ends; it is `null` if there is none, or a comment.
fn json(line: &str, at: usize, what: &'static str) -> Result<(Value, usize), ConsoleError> {
    let at = start_of_word(line, at).unwrap_or(line.len());
    let mut values = serde_json::Deserializer::from_str(&line[at..]).into_iter::<Value>();
    match values.next() {
        None => Ok((Value::Null, line.len())),
        Some(Ok(value)) => Ok((value, at + values.byte_offset())),
        Some(Err(error)) => Err(ConsoleError::NotJson { what, why: told(&error, column_of(line, at)) }),
    }
}
