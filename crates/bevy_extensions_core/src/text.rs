//! Text that is cheap to hand on, and text for people.

use std::{ops::Deref, sync::Arc};

/// A text that is cheap to clone, and costs nothing to clone if it stands in the program.
#[derive(Clone)]
pub(crate) enum Text {
    /// It stands in the program.
    Static(&'static str),
    /// It was made while the program runs.
    Shared(Arc<str>),
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Shared(text.into())
    }
}

/// Shows control characters as what they are: a file from somewhere should not command a terminal. Line breaks stay, and so do
/// colours, if there are to be any.
///
/// ```
/// use bevy_extensions_core::printable;
///
/// assert_eq!(printable("a\u{1b}[2J\tb\n", false), "a\\u{1b}[2J\\tb\n");
/// assert_eq!(printable("\u{1b}[31ma\u{1b}[2J\u{1b}[0m", true), "\u{1b}[31ma\\u{1b}[2J\u{1b}[0m");
/// ```
pub fn printable(text: &str, colors: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c.is_control() && c != '\n' && !(colors && is_style(&text[at..])) {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    shown
}

/// Tells whether a text begins with what changes colours, and nothing else.
fn is_style(text: &str) -> bool {
    let Some(parameters) = text.strip_prefix("\x1b[") else { return false };
    parameters.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m')
}

/// Returns a text as it stands in a sentence that others begin.
pub(crate) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Shows a number of bytes in the largest unit that fits.
///
/// ```
/// use bevy_extensions_core::shown_bytes;
///
/// let sizes = [0, 1023, 1024, 1536, 64 << 20, (3 << 30) + (1 << 29)];
/// assert_eq!(sizes.map(shown_bytes), ["0 B", "1023 B", "1 KiB", "1.5 KiB", "64 MiB", "3.5 GiB"]);
/// ```
pub fn shown_bytes(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB"];
    let power = (1..units.len()).rfind(|power| bytes >= 1 << (10 * power)).unwrap_or(0);
    match power {
        0 => format!("{bytes} B"),
        power if bytes.is_multiple_of(1 << (10 * power)) => format!("{} {}", bytes >> (10 * power), units[power]),
        power => format!("{:.1} {}", bytes as f64 / f64::from(1u32 << (10 * power)), units[power]),
    }
}
