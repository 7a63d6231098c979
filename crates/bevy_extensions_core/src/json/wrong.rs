//! What is wrong with a value, before anybody knows its place in words.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::parse::ParseErrorKind;

/// What is wrong with a value, and where that begins, in bytes of the text.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(super) kind: ParseErrorKind,
    pub(super) at: Option<usize>,
}

impl Wrong {
    /// Gives it a place, if it has none: the innermost value that is wrong comes first.
    pub(super) fn or_at(mut self, at: usize) -> Self {
        self.at.get_or_insert(at);
        self
    }

    fn new(kind: ParseErrorKind) -> Self {
        Self { kind, at: None }
    }
}

impl Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(ParseErrorKind::Malformed(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format!("expected {expected}, found {}", Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let known = known.iter().map(|&key| key.into()).collect();
        Self::new(ParseErrorKind::UnknownKey { key: key.into(), known })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(ParseErrorKind::MissingKey(key.into()))
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::new(ParseErrorKind::RepeatedKey(key.into()))
    }
}

/// What was found, in the words of JSON.
struct Found<'a>(Unexpected<'a>);

impl Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Unit | Unexpected::Option => f.write_str("`null`"),
            Unexpected::Bool(bool) => write!(f, "`{bool}`"),
            Unexpected::Unsigned(number) => write!(f, "the number `{number}`"),
            Unexpected::Signed(number) => write!(f, "the number `{number}`"),
            Unexpected::Float(number) => write!(f, "the number `{number}`"),
            Unexpected::Str(text) => write!(f, "the string {text:?}"),
            Unexpected::Seq => f.write_str("a list"),
            Unexpected::Map => f.write_str("an object"),
            other => other.fmt(f),
        }
    }
}
