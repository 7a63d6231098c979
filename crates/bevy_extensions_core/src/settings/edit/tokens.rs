//! From RON to its pieces, with their places, and without what stands between them.

use std::ops::Range;

/// A piece of RON.
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// What a piece of RON is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bracket of any kind that opens.
    Open,
    /// One that closes.
    Close,
    Comma,
    Colon,
    /// A text in quotes.
    Text,
    /// `#!`, before a bracket.
    Attribute,
    /// A name, a number, or whatever else.
    Word,
}

/// Divides a text that is RON; `None` if it ends within a piece.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match next {
            _ if is_blank(next) => (None, next.len_utf8()),
            '/' => (None, comment(rest)?),
            '(' | '[' | '{' => (Some(Kind::Open), 1),
            ')' | ']' | '}' => (Some(Kind::Close), 1),
            ',' => (Some(Kind::Comma), 1),
            ':' => (Some(Kind::Colon), 1),
            '#' if rest.starts_with("#!") => (Some(Kind::Attribute), 2),
            '"' => (Some(Kind::Text), quoted(rest, '"')?),
            '\'' => (Some(Kind::Word), quoted(rest, '\'')?),
            _ => word(rest)?,
        };
        tokens.extend(kind.map(|kind| Token { kind, range: at..at + length }));
        at += length;
    }
    Some(tokens)
}

/// Tells whether RON takes a character for white space.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}')
}

/// Returns how long a comment is, without the end of its line.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match text.as_bytes().get(at..at + 2)? {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth.checked_sub(1)?, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Returns how long something is that begins and ends with a quote.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => _ = chars.next()?,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Returns what a word is, and how long: `r#"..."#` and its like begin with a letter, too.
fn word(text: &str) -> Option<(Option<Kind>, usize)> {
    let after_b = text.strip_prefix('b').unwrap_or(text);
    let prefix = text.len() - after_b.len();
    if let Some(raw) = after_b.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", &raw[..hashes]);
            let inside = &raw[hashes + 1..];
            let length = prefix + 1 + hashes + 1 + inside.find(&end)? + end.len();
            return Some((Some(Kind::Text), length));
        }
    }
    if prefix == 1
        && let Some(quote @ ('"' | '\'')) = after_b.chars().next()
    {
        return Some((Some(Kind::Word), 1 + quoted(after_b, quote)?));
    }
    let after_raw = text.strip_prefix("r#").map_or(0, |_| 2);
    let ends = |c: char| is_blank(c) || "/()[]{},:#\"'".contains(c);
    let length = text[after_raw..].find(ends).map_or(text.len(), |end| after_raw + end);
    // Whatever it is, it is at least one character.
    Some((Some(Kind::Word), length.max(text.chars().next()?.len_utf8())))
}
