//! The fields of a struct in RON, as far as one has to know them to edit one.

use std::ops::Range;

use super::tokens::{Kind, Token, tokens};

/// Where a struct stands in a text, and what is in it.
pub(super) struct Struct {
    /// What is between its brackets.
    pub(super) inside: Range<usize>,
    pub(super) fields: Vec<Field>,
}

/// A field of a struct: `name: value`.
pub(super) struct Field {
    pub(super) name: String,
    /// Where its name begins.
    pub(super) start: usize,
    /// Where its value ends.
    pub(super) end: usize,
    /// Where its comma stands, if it has one.
    pub(super) comma: Option<Range<usize>>,
    /// Its value, if that is a list of texts.
    pub(super) list: Option<List>,
}

/// A list of texts.
pub(super) struct List {
    /// What is between its brackets.
    pub(super) inside: Range<usize>,
    pub(super) items: Vec<Item>,
}

/// A text in a list.
pub(super) struct Item {
    pub(super) text: String,
    pub(super) range: Range<usize>,
    /// Where its comma stands, if it has one.
    pub(super) comma: Option<Range<usize>>,
}

impl Struct {
    /// Finds the struct that a text is; `None` if it is something else.
    pub(super) fn find(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let open = beginning(&tokens)?;
        let close = closing(&tokens, open)?;
        let parts = divided(&tokens[open + 1..close]);
        let fields = parts.map(|(part, comma)| Field::find(text, part, comma)).collect::<Option<_>>()?;
        Some(Self { inside: tokens[open].range.end..tokens[close].range.start, fields })
    }
}

impl Field {
    fn find(text: &str, tokens: &[Token], comma: Option<&Token>) -> Option<Self> {
        let [name, colon, value @ ..] = tokens else { return None };
        if name.kind != Kind::Word || colon.kind != Kind::Colon {
            return None;
        }
        let word = &text[name.range.clone()];
        Some(Self {
            name: word.strip_prefix("r#").unwrap_or(word).into(),
            start: name.range.start,
            end: value.last()?.range.end,
            comma: comma.map(|comma| comma.range.clone()),
            list: List::find(text, value),
        })
    }
}

impl List {
    fn find(text: &str, tokens: &[Token]) -> Option<Self> {
        let [open, items @ .., close] = tokens else { return None };
        if text[open.range.clone()] != *"[" {
            return None;
        }
        let item = |(part, comma): (&[Token], Option<&Token>)| match part {
            [token] if token.kind == Kind::Text => Some(Item {
                text: ron::from_str(&text[token.range.clone()]).ok()?,
                range: token.range.clone(),
                comma: comma.map(|comma| comma.range.clone()),
            }),
            _ => None,
        };
        let items = divided(items).map(item).collect::<Option<_>>()?;
        Some(Self { inside: open.range.end..close.range.start, items })
    }
}

/// Returns the bracket that a struct begins with, behind attributes and its name.
fn beginning(tokens: &[Token]) -> Option<usize> {
    let mut at = 0;
    while tokens.get(at)?.kind == Kind::Attribute {
        at = closing(tokens, at + 1)? + 1;
    }
    if tokens.get(at)?.kind == Kind::Word {
        at += 1;
    }
    (tokens.get(at)?.kind == Kind::Open).then_some(at)
}

/// Returns the bracket that closes another.
fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Divides tokens at the commas that are in no brackets.
fn divided(tokens: &[Token]) -> impl Iterator<Item = (&[Token], Option<&Token>)> {
    let mut depth = 0_usize;
    let parts = tokens.split_inclusive(move |token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.kind == Kind::Comma
    });
    parts.map(|part| match part {
        [part @ .., comma] if comma.kind == Kind::Comma => (part, Some(comma)),
        part => (part, None),
    })
}
