//! The way to standard output.

use std::io::{self, StdoutLock, Write as _};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use bevy_extensions_core::printable;
use serde::Serialize;

use crate::{args::Color, failure::Failure, json};

/// The way to standard output, where colours are taken out unless it is a terminal or somebody wants them.
///
/// What goes wrong is told on standard error, by [`complain`](Self::complain).
pub struct Output {
    stdout: AutoStream<StdoutLock<'static>>,
    color: Color,
}

impl Output {
    /// Opens it.
    pub fn new(color: Color) -> Self {
        Self { stdout: AutoStream::new(io::stdout().lock(), color.choice()), color }
    }

    /// Prints a text. If nobody reads on, that is no error.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it cannot be written for any other reason.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.write(text.as_bytes())
    }

    /// Prints a value as JSON.
    ///
    /// # Errors
    ///
    /// As [`print`](Self::print).
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.print(&json::text(value))
    }

    /// Prints bytes.
    ///
    /// # Errors
    ///
    /// As [`print`](Self::print).
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self.stdout.write_all(bytes).and_then(|()| self.stdout.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let what = format!("standard output cannot be written: {error}");
                Err(Failure::impossible(what, "check what the output is sent to"))
            }
            _ => Ok(()),
        }
    }

    /// Tells on standard error what goes wrong.
    pub fn complain(&mut self, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.color.choice());
        // Where nobody hears of errors, there is nobody to tell of that one.
        _ = stderr.write_all(painted(&plain(text)).as_bytes());
    }
}

/// Paints what begins the lines of explanations.
pub fn painted(text: &str) -> String {
    let bold = |color: AnsiColor| color.on_default().bold();
    let words: [(&str, Style); 4] = [
        ("error:", bold(AnsiColor::Red)),
        ("warning:", bold(AnsiColor::Yellow)),
        ("notice:", bold(AnsiColor::Cyan)),
        ("  hint:", AnsiColor::Green.on_default()),
    ];
    let line = |line: &str| match words.iter().find(|(word, _)| line.starts_with(word)) {
        Some((word, style)) => format!("{style}{word}{style:#}{}", &line[word.len()..]),
        None => line.to_string(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Shows control characters as what they are. Paint it afterwards.
pub fn plain(text: &str) -> String {
    printable(text, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_word_of_a_line_is_painted() {
        assert_eq!(painted("error: error: x\n"), "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m error: x\n");
    }
}
