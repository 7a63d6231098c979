//! From JSON to a value, with errors as good as those for RON.
//!
//! `serde_json` knows the place of an error of syntax; of a wrong value it knows only where it stopped reading. So the
//! text becomes a tree whose nodes know their places, and values are read from that.

mod node;
mod wrong;

use serde::Deserialize;

use crate::{
    location::{Location, line_and_column},
    parse::{ParseError, ParseErrorKind, around},
};

pub(crate) use node::Node;
use wrong::Wrong;

/// How deep JSON may be nested: less than RON, which it becomes.
const DEEPEST: usize = 64;

/// Reads a text as a tree.
pub(crate) fn read_json<'a>(text: &'a str, start: &Location) -> Result<Node<'a>, ParseError> {
    Node::read(text, text, 0).map_err(|wrong| parse_error(wrong, "", text, start))
}

/// Reads a value from the tree of a text.
pub(crate) fn from_node<'de, T: Deserialize<'de>>(
    node: &'de Node<'_>,
    text: &str,
    start: &Location,
) -> Result<T, ParseError> {
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(node, &mut track);
    T::deserialize(tracked).map_err(|wrong| parse_error(wrong, &track.path().to_string(), text, start))
}

fn parse_error(wrong: Wrong, field: &str, text: &str, start: &Location) -> ParseError {
    let Wrong { kind, at } = wrong;
    let kind = match kind {
        ParseErrorKind::Malformed(why) if why.is_empty() => ParseErrorKind::Malformed("it is not allowed".into()),
        kind => kind,
    };
    ParseError { at: start.at(line_and_column(text, at.unwrap_or(0))), field: around(field, &kind), kind }
}
