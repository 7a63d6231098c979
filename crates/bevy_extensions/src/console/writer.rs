//! Where a log goes that leaves the typed line whole.

use std::io::{self, Write};

use crate::terminal::{Stream, print};

/// Writes to standard error, above the line that somebody types at the console.
///
/// Hand it to a subscriber of `tracing` that writes to the terminal. Without a console it is standard error, and nothing else.
/// What the extension system says by itself, when there is no subscriber, goes this way as well.
///
/// ```
/// use bevy_extensions::console::ConsoleWriter;
///
/// tracing_subscriber::fmt().with_writer(ConsoleWriter::new).init();
/// ```
///
/// `println!` and `eprintln!` know nothing of the typed line, and go through it: `writeln!(ConsoleWriter::new(), ..)` does not.
#[derive(Debug)]
pub struct ConsoleWriter {
    stream: Stream,
    /// What does not end a line yet.
    begun: Vec<u8>,
}

impl ConsoleWriter {
    /// Creates a writer to standard error.
    #[expect(clippy::new_without_default, reason = "it is a handle, and no value")]
    pub fn new() -> Self {
        Self { stream: Stream::Err, begun: Vec::new() }
    }

    /// Creates a writer to standard output.
    pub fn stdout() -> Self {
        Self { stream: Stream::Out, begun: Vec::new() }
    }
}

impl Write for ConsoleWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        if let Some(end) = self.begun.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.begun.split_off(end + 1);
            let lines = std::mem::replace(&mut self.begun, rest);
            print(self.stream, &String::from_utf8_lossy(&lines));
        }
        Ok(bytes.len())
    }

    /// Does nothing: what does not end a line yet is written when it does, or when the writer is dropped.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for ConsoleWriter {
    fn drop(&mut self) {
        if !self.begun.is_empty() {
            self.begun.push(b'\n');
            print(self.stream, &String::from_utf8_lossy(&self.begun));
        }
    }
}
