//! Where something was written.

use std::{fmt, sync::Arc};

/// A place in a file: what a person opens to mend a problem.
///
/// Lines and columns count from 1, columns in characters; 0 means that it is not known.
/// Shown as `file:line:column`, as far as it is known.
///
/// ```
/// use bevy_extensions_core::Location;
///
/// assert_eq!(Location::new("weather.ron", 4, 18).to_string(), "weather.ron:4:18");
/// assert_eq!(Location::file("weather.ron").to_string(), "weather.ron");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file, as a person would write its path.
    pub file: Arc<str>,
    /// The line, from 1; 0 if not known.
    pub line: u32,
    /// The column in characters, from 1; 0 if not known.
    pub column: u32,
}

impl Location {
    /// Points at a line and column of a file.
    pub fn new(file: impl Into<Arc<str>>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column }
    }

    /// Points at a file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self::new(file, 0, 0)
    }

    /// Points at another line and column of the same file.
    pub(crate) fn at(&self, (line, column): (u32, u32)) -> Self {
        Self { file: self.file.clone(), line, column }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        Ok(())
    }
}

/// Returns the line and column of a byte offset in a text.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = &text[..offset];
    let line = 1 + before.bytes().filter(|b| *b == b'\n').count();
    let column = 1 + before.chars().rev().take_while(|c| *c != '\n').count();
    (saturated(line), saturated(column))
}

/// Returns where a slice of a text begins, as line and column, or `None` if it is no slice of it.
///
/// Serde lends strings out of the text it reads, so a borrowed string knows its own place.
pub(crate) fn place_of(slice: &str, text: &str) -> Option<(u32, u32)> {
    let offset = slice.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    text.is_char_boundary(offset).then(|| line_and_column(text, offset))
}

pub(crate) fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_knows_its_place() {
        let text = "one\ntwé three";
        assert_eq!(place_of(&text[4..], text), Some((2, 1)));
        assert_eq!(place_of(&text[9..], text), Some((2, 5)));
        assert_eq!(place_of("elsewhere", text), None);
    }
}
