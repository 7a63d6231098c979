//! Words of a line, as shells split them, with JSON as it stands.

use std::ops::Range;

use serde::de::IgnoredAny;

/// How long a line may be, in bytes.
pub const LONGEST_LINE: usize = 64 * 1024;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// A quote is not closed.
    #[error("the quote `{quote}` at column {column} is not closed")]
    Unclosed {
        /// `"` or `'`.
        quote: char,
        /// Where it stands, counted from 1.
        column: usize,
    },
    /// The line ends with a backslash, after which something should stand.
    #[error("the line ends with a `\\`, after which something should stand")]
    Backslash,
    /// Something begins as JSON, and is none.
    #[error("what begins at column {column} is no JSON: {why}")]
    NotJson {
        /// Where it begins, counted from 1.
        column: usize,
        /// What is wrong with it.
        why: String,
    },
    /// A control character other than a tab.
    #[error("the line has a control character, `{}`, at column {column}", .character.escape_default())]
    Control {
        /// Which.
        character: char,
        /// Where it stands, counted from 1.
        column: usize,
    },
    /// It is not UTF-8.
    #[error("the line is not UTF-8, from byte {at} on")]
    NotUtf8 {
        /// From where on, counted from 1.
        at: usize,
    },
    /// It is too long.
    #[error("the line is longer than {LONGEST_LINE} bytes")]
    TooLong,
}

impl LineError {
    /// Tells one thing to try, if there is one.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unclosed { .. } => Some("close it, or put a `\\` before it"),
            Self::NotJson { .. } => Some("if it is to be a word, put it in quotes"),
            _ => None,
        }
    }
}

/// Checks what holds for every line.
pub(super) fn check(line: &str) -> Result<(), LineError> {
    if line.len() > LONGEST_LINE {
        return Err(LineError::TooLong);
    }
    let mut characters = line.chars().enumerate();
    match characters.find(|(_, character)| character.is_control() && *character != '\t') {
        Some((index, character)) => Err(LineError::Control { character, column: index + 1 }),
        None => Ok(()),
    }
}

/// A word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// What it says, without quotes.
    pub text: String,
    /// Where it stands, with its quotes.
    pub range: Range<usize>,
}

/// Splits a line, from some place on. A word that begins with `{` or `[` is JSON, as it stands; what follows a `#` is a comment.
pub(super) fn split(line: &str, mut at: usize) -> Result<Vec<Word>, LineError> {
    let mut words = Vec::new();
    while let Some(start) = start_of_word(line, at) {
        let end = match line.as_bytes()[start] {
            b'{' | b'[' => end_of_json(line, start)?,
            _ => end_of_word(line, start)?,
        };
        let range = start..end;
        words.push(Word { text: text_of(&line[range.clone()]), range });
        at = end;
    }
    Ok(words)
}

/// Finds where the next word begins; `None` if only a comment follows, or nothing.
pub(super) fn start_of_word(line: &str, from: usize) -> Option<usize> {
    let start = from + line[from..].find(|c: char| !is_space(c))?;
    (line.as_bytes()[start] != b'#').then_some(start)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n')
}

/// Takes a word out of its quotes. `shlex` knows the rules, but not where a word ends.
fn text_of(word: &str) -> String {
    match word.starts_with(['{', '[']) {
        true => word.into(),
        false => shlex::split(word).and_then(|mut words| words.pop()).unwrap_or_default(),
    }
}

/// Finds the end of JSON; what follows has to stand apart from it.
fn end_of_json(line: &str, start: usize) -> Result<usize, LineError> {
    let column = column_of(line, start);
    let mut values = serde_json::Deserializer::from_str(&line[start..]).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => Ok(start + values.byte_offset()),
        Some(Err(error)) => Err(LineError::NotJson { column, why: told(&error, column) }),
        None => Ok(line.len()),
    }
}

/// Says what is wrong with JSON that begins at a column of a line, which has no other lines.
pub(super) fn told(error: &serde_json::Error, column: usize) -> String {
    let text = error.to_string();
    let (what, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    format!("{what}, at column {}", column + error.column().saturating_sub(1))
}

fn end_of_word(line: &str, start: usize) -> Result<usize, LineError> {
    let mut quote: Option<(char, usize)> = None;
    let mut characters = line[start..].char_indices().map(|(index, c)| (start + index, c));
    while let Some((at, c)) = characters.next() {
        match (quote, c) {
            (None | Some(('"', _)), '\\') => _ = characters.next().ok_or(LineError::Backslash)?,
            (None, '"' | '\'') => quote = Some((c, at)),
            (None, c) if is_space(c) => return Ok(at),
            (Some((open, _)), c) if open == c => quote = None,
            _ => {}
        }
    }
    match quote {
        Some((quote, at)) => Err(LineError::Unclosed { quote, column: column_of(line, at) }),
        None => Ok(line.len()),
    }
}

/// Returns the column of a byte, counted from 1.
pub(super) fn column_of(line: &str, at: usize) -> usize {
    line[..at].chars().count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn words(line: &str) -> Vec<String> {
        split(line, 0).expect("it can be split").into_iter().map(|word| word.text).collect()
    }

    #[track_caller]
    fn error(line: &str) -> String {
        check(line).and_then(|()| split(line, 0).map(|_| ())).expect_err("something is wrong with it").to_string()
    }

    #[test]
    fn words_are_split_as_shells_do() {
        assert_eq!(words(""), [""; 0]);
        assert_eq!(words("  show   Weather\t"), ["show", "Weather"]);
        assert_eq!(words(r#"load "my town/a b.js" 'c d'"#), ["load", "my town/a b.js", "c d"]);
        assert_eq!(words(r#"say it\'s a\ b "a \"b\" \n""#), ["say", "it's", "a b", r#"a "b" \n"#]);
        assert_eq!(words("a''b ''"), ["ab", ""]);
        assert_eq!(words("exit # and good bye"), ["exit"]);
        assert_eq!(words("say a#b"), ["say", "a#b"]);
        assert_eq!(words("grüße 'ö ü'"), ["grüße", "ö ü"]);
    }

    #[test]
    fn json_stands_as_it_is() {
        assert_eq!(
            words(r#"emit sale {"gold": 5, "by": "it's \"me\""} --to Economy"#)[2..],
            [r#"{"gold": 5, "by": "it's \"me\""}"#, "--to", "Economy",]
        );
        assert_eq!(words("call a.b [1, [2]]")[2], "[1, [2]]");
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert_eq!(words(&format!("call a.b {deep}")).len(), 3);
    }

    #[test]
    fn what_cannot_be_split_says_where() {
        assert_eq!(error("say 'a b"), "the quote `'` at column 5 is not closed");
        assert_eq!(error("grüße \"a b"), "the quote `\"` at column 7 is not closed");
        assert_eq!(error("say a\\"), "the line ends with a `\\`, after which something should stand");
        assert_eq!(error("call a.b {\"a\": }"), "what begins at column 10 is no JSON: expected value, at column 16");
        assert_eq!(error("a\0b"), "the line has a control character, `\\u{0}`, at column 2");
        assert_eq!(error("a\x1b[2J"), "the line has a control character, `\\u{1b}`, at column 2");
        assert_eq!(error(&"x".repeat(LONGEST_LINE + 1)), "the line is longer than 65536 bytes");
    }
}
