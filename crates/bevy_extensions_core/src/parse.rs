//! From RON to a value, with errors that a person can act on.

use ron::{error::SpannedError, extensions::Extensions};
use serde::Deserialize;

use crate::{
    location::{Location, line_and_column, saturated},
    suggest,
    text::lower_first,
};

/// A file, or a part of one, that does not say what it should.
///
/// Shown as `file:line:column: message`; [`hint`](Self::hint) tells what to try.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {}", self.message())]
#[non_exhaustive]
pub struct ParseError {
    /// Where it is wrong.
    pub at: Location,
    /// The way to the wrong value, such as `dependencies[1].version`; empty at the top.
    pub field: String,
    /// What is wrong.
    pub kind: ParseErrorKind,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A key that does not exist.
    UnknownKey {
        /// The key as written.
        key: String,
        /// The keys that exist.
        known: Vec<String>,
    },
    /// A key that does not exist, in the comments at the beginning of a script.
    UnknownHeader {
        /// The key as written.
        key: String,
        /// The keys that exist.
        known: Vec<String>,
    },
    /// What an extension is called makes no name, and it gives no other.
    NoName {
        /// What it is called.
        spelling: String,
    },
    /// A key that has to be there.
    MissingKey(String),
    /// A key that is given twice.
    RepeatedKey(String),
    /// The bytes are not UTF-8.
    NotUtf8,
    /// Settings for an extension that has none.
    NoSettings,
    /// There should be a struct, in round brackets.
    NoStruct,
    /// A version control system has left two sides of the file in it.
    MergeConflict,
    /// A value of the wrong type, a value that is not allowed, or a text that is not RON.
    Malformed(String),
}

impl ParseError {
    /// Says that the manifest of a native extension, which no file holds, is wrong.
    pub fn native(name: &str, at: Location, why: String) -> Self {
        Self { at, field: name.into(), kind: ParseErrorKind::Malformed(why) }
    }

    /// Tells what is wrong, without the place.
    pub fn message(&self) -> String {
        let within = match self.field.as_str() {
            "" => String::new(),
            field => format!(" in `{field}`"),
        };
        match &self.kind {
            ParseErrorKind::UnknownKey { key, .. } => format!("unknown key `{key}`{within}"),
            ParseErrorKind::UnknownHeader { key, .. } => format!("unknown key `{key}` after `@extension`"),
            ParseErrorKind::NoName { spelling } => {
                format!("`{spelling}` makes no name, which is a letter from a to z and more letters, digits or `_`")
            }
            ParseErrorKind::MissingKey(key) => format!("`{key}` is missing{within}"),
            ParseErrorKind::RepeatedKey(key) => format!("`{key}` is given twice{within}"),
            ParseErrorKind::NotUtf8 => "the file is not UTF-8 text".into(),
            ParseErrorKind::NoStruct if self.field.is_empty() => "expected `(`".into(),
            ParseErrorKind::NoStruct => format!("`{}`: expected `(`", self.field),
            ParseErrorKind::NoSettings => "this extension takes no settings".into(),
            ParseErrorKind::MergeConflict => "a merge conflict begins here that nobody has resolved".into(),
            ParseErrorKind::Malformed(why) if self.field.is_empty() => why.clone(),
            ParseErrorKind::Malformed(why) => format!("`{}`: {why}", self.field),
        }
    }

    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match &self.kind {
            ParseErrorKind::UnknownKey { key, known } | ParseErrorKind::UnknownHeader { key, known } => {
                match suggest::nearest(key, known).or_else(|| synonym(key, known)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if known.is_empty() => format!("remove `{key}`"),
                    None => format!("remove it; the keys are {}", suggest::list(known)),
                }
            }
            ParseErrorKind::NoName { .. } if self.is_in_json() => "add `\"extension\": {\"name\": \"..\"}`".into(),
            ParseErrorKind::NoName { .. } => "add `//@extension name ..` at the top of the script".into(),
            ParseErrorKind::MissingKey(key) if self.is_in_json() => format!("add `\"{key}\": ..`"),
            ParseErrorKind::MissingKey(key) => format!("add `{key}: ..`"),
            ParseErrorKind::RepeatedKey(key) => format!("keep one of the two `{key}`"),
            ParseErrorKind::NotUtf8 => "save the file as UTF-8".into(),
            ParseErrorKind::NoStruct => "write it in round brackets, as in `(name: \"Weather\")`".into(),
            ParseErrorKind::NoSettings => "remove its entry from `settings`".into(),
            ParseErrorKind::MergeConflict => {
                "take either side as a whole, without the lines of `<`, `=` and `>`".into()
            }
            ParseErrorKind::Malformed(_) => match self.field.as_str() {
                "" => "look for a bracket, comma or quote that is missing or too much there".into(),
                field => format!("correct the value of `{field}`"),
            },
        }
    }
}

impl ParseError {
    /// Tells whether keys are written in quotes where it is.
    fn is_in_json(&self) -> bool {
        self.at.file.ends_with(".json")
    }
}

/// Returns the key that says the same in a form of manifest where another is used elsewhere.
fn synonym<'a>(key: &str, known: &'a [String]) -> Option<&'a str> {
    const SAME: [[&str; 2]; 4] = [
        ["requires", "dependencies"],
        ["author", "authors"],
        ["main", "entrypoint"],
        ["external", "externalDependencies"],
    ];
    let other = SAME.iter().find_map(|[one, other]| match key {
        key if key == *one => Some(other),
        key if key == *other => Some(one),
        _ => None,
    })?;
    known.iter().find(|known| known == other).map(String::as_str)
}

/// Reads bytes as text.
///
/// # Errors
///
/// [`ParseErrorKind::NotUtf8`] at the first byte that does not fit.
pub(crate) fn utf8<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, ParseError> {
    // Some editors begin a file with a mark of its encoding.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let (good, _) = bytes.split_at(error.valid_up_to());
        let good = String::from_utf8_lossy(good);
        ParseError {
            at: Location::file(file).at(line_and_column(&good, good.len())),
            field: String::new(),
            kind: ParseErrorKind::NotUtf8,
        }
    })
}

/// Reads a value; `start` is where the text begins in its file.
///
/// Keys that nobody asked for are handed to `ignored`, as ways such as `sun.brightness`.
pub(crate) fn read_ron<'de, T: Deserialize<'de>>(
    text: &'de str,
    start: &Location,
    mut ignored: impl FnMut(String),
) -> Result<T, ParseError> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let mut deserializer = ron::Deserializer::from_str_with_options(text, &options)
        .map_err(|error| parse_error(error, "", text, start))?;
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let value = serde_ignored::deserialize(tracked, |path| ignored(path.to_string()));
    let value = value.map_err(|error| {
        let field = track.path().to_string();
        parse_error(deserializer.span_error(error), &field, text, start)
    })?;
    deserializer.end().map_err(|error| parse_error(deserializer.span_error(error), "", text, start))?;
    Ok(value)
}

fn parse_error(error: SpannedError, field: &str, text: &str, start: &Location) -> ParseError {
    let (line, column) = token_at(error.span.start, text);
    let known = |keys: &[&str]| keys.iter().map(|&key| key.into()).collect();
    let kind = match error.code {
        ron::Error::NoSuchStructField { expected, found, .. } => {
            ParseErrorKind::UnknownKey { key: found, known: known(expected) }
        }
        ron::Error::MissingStructField { field, .. } => ParseErrorKind::MissingKey(field.into()),
        ron::Error::DuplicateStructField { field, .. } => ParseErrorKind::RepeatedKey(field.into()),
        ron::Error::InvalidValueForType { expected, found } => {
            ParseErrorKind::Malformed(format!("expected {expected}, found {found}"))
        }
        ron::Error::NoSuchEnumVariant { expected, found, .. } => {
            ParseErrorKind::Malformed(format!("`{found}` is not one of {}", suggest::list(&known(expected)),))
        }
        ron::Error::Message(message) => ParseErrorKind::Malformed(message),
        ron::Error::ExpectedStructLike | ron::Error::ExpectedNamedStructLike(_) => ParseErrorKind::NoStruct,
        ron::Error::ExceededRecursionLimit => ParseErrorKind::Malformed("it is nested too deeply".into()),
        code => ParseErrorKind::Malformed(lower_first(&code.to_string())),
    };
    let at = match (start.line, start.column) {
        (0, _) => start.at((line, column)),
        (first, offset) if line == 1 => start.at((first, offset + column - 1)),
        (first, _) => start.at((first + line - 1, column)),
    };
    ParseError { at, field: around(field, &kind), kind }
}

/// Moves a position over the white space that RON counts as part of the token after it.
fn token_at(position: ron::error::Position, text: &str) -> (u32, u32) {
    let line = text.split('\n').nth(position.line.saturating_sub(1)).unwrap_or_default();
    let skip = position.col.saturating_sub(1);
    let blank = line.chars().skip(skip).take_while(|c| c.is_whitespace()).count();
    let column = match line.chars().nth(skip + blank) {
        Some(_) => position.col + blank,
        None => position.col,
    };
    (saturated(position.line), saturated(column))
}

/// Returns the way to what an error is about: a wrong value itself, or what is around a wrong key.
pub(crate) fn around(field: &str, kind: &ParseErrorKind) -> String {
    let known = field.trim_end_matches(['?', '.']);
    let around = match kind {
        ParseErrorKind::UnknownKey { key, .. } | ParseErrorKind::RepeatedKey(key) => known.strip_suffix(key.as_str()),
        _ => None,
    };
    let around = around.map_or(known, |around| around.trim_end_matches('.'));
    match around.char_indices().nth(LONGEST_WAY) {
        Some((end, _)) => format!("{}..", &around[..end]),
        None => around.to_string(),
    }
}

/// How much of a way is shown: nobody reads on in something nested a hundred deep.
const LONGEST_WAY: usize = 60;
