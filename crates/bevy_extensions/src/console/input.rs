//! Lines that nobody edits, and the threads that read.

use std::{
    io::{self, BufRead, IsTerminal, Read, Write},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use super::{
    ConsoleInput, LineError,
    editor::{self, Seat},
    line::LONGEST_LINE,
    session::{Ends, Heard, NOTHING_DONE, Reply},
};
use crate::tell::{Level, tell};

/// What is asked before a plan is carried out.
pub(super) const QUESTION: &str = "apply? [y/N] ";

/// What the thread that reads holds.
pub(super) struct Reading {
    pub tell: Sender<Heard>,
    pub replies: Receiver<Reply>,
}

impl Reading {
    /// Has the app answer a line; `None` if it has gone.
    pub(super) fn ask(&self, line: Result<String, LineError>) -> Option<Reply> {
        self.tell.send(Heard::Line(line)).ok()?;
        self.replies.recv().ok()
    }
}

impl Reply {
    /// Lays it out.
    pub(super) fn to_text(&self, colors: bool) -> String {
        let texts = self.outputs.iter().map(|output| match output {
            Ok(output) => output.to_text(colors),
            Err(error) => error.to_text(),
        });
        texts.collect()
    }
}

/// Begins to read, on a thread.
pub(super) fn begin(input: &ConsoleInput) -> Ends {
    let ((tell, heard), (reply, replies)) = (channel(), channel());
    let reading = Reading { tell, replies };
    let seat = match input.take() {
        Some((input, output)) => {
            spawn(move || read_lines(&reading, input, output));
            None
        }
        // Those who were given once are not to be read again.
        None if input.0.is_some() => None,
        None => begin_stdin(reading),
    };
    Ends { heard, replies: reply, _seat: seat }
}

fn begin_stdin(reading: Reading) -> Option<Seat> {
    if is_in_background() {
        return None;
    }
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        spawn(move || read_lines(&reading, io::stdin().lock(), io::stdout()));
        return None;
    }
    match Seat::take() {
        Ok((seat, desk)) => {
            spawn(move || editor::read(&reading, desk));
            Some(seat)
        }
        Err(why) => {
            tell(Level::Warn, &format!("there is no console: {why}"));
            None
        }
    }
}

/// Tells whether standard input is a terminal that others use meanwhile: to read there would stop the whole process.
fn is_in_background() -> bool {
    #[cfg(unix)]
    return nix::unistd::tcgetpgrp(io::stdin()).is_ok_and(|group| group != nix::unistd::getpgrp());
    #[cfg(not(unix))]
    false
}

/// Starts a thread. Without one there is no console, which is no reason to do without the app.
pub(super) fn spawn(code: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name("console".into()).spawn(code) {
        tell(Level::Warn, &format!("there is no console: {error}"));
    }
}

/// Reads lines until there are none, and writes the answers.
fn read_lines(reading: &Reading, mut input: impl BufRead, mut output: impl Write) {
    let mut asks = false;
    let failure = loop {
        let line = match next_line(&mut input) {
            Ok(Some(line)) => line,
            Ok(None) => break None,
            Err(error) => break Some(error),
        };
        if asks {
            let said = line.as_deref().unwrap_or_default();
            _ = writeln!(output, "{said}");
        }
        let Some(reply) = reading.ask(line) else { return };
        asks = reply.asks;
        let question = if asks { QUESTION } else { "" };
        // Whoever closed the other end does not want to know, but has asked for things to be done.
        _ = write!(output, "{}{question}", reply.to_text(false)).and_then(|()| output.flush());
        if reply.is_last {
            return;
        }
    };
    if asks {
        _ = writeln!(output, "\n{NOTHING_DONE}").and_then(|()| output.flush());
    }
    _ = reading.tell.send(Heard::End(failure.map(|error| error.to_string())));
}

/// Reads a line; `None` at the end. Of one that is too long, no more is kept than shows that.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Result<String, LineError>>> {
    let mut line = Vec::new();
    let read = input.by_ref().take(LONGEST_LINE as u64 + 2).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') && line.len() > LONGEST_LINE {
        skip_line(input);
        return Ok(Some(Err(LineError::TooLong)));
    }
    let end = line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    line.truncate(end);
    let text = String::from_utf8(line);
    Ok(Some(text.map_err(|error| LineError::NotUtf8 { at: error.utf8_error().valid_up_to() + 1 })))
}

/// Passes over the rest of a line.
fn skip_line(input: &mut impl BufRead) {
    while let Ok(read) = input.fill_buf() {
        let (length, is_over) = match read.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (read.len(), read.is_empty()),
        };
        input.consume(length);
        if is_over {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_come() {
        let long = "x".repeat(3 * LONGEST_LINE);
        let text = [b"one\r\n\n".as_slice(), long.as_bytes(), b"\ntwo\xff\n\xc3\xb6", b"\n", long.as_bytes()].concat();
        let mut input = text.as_slice();
        let lines: Vec<_> = std::iter::from_fn(|| next_line(&mut input).expect("it can be read")).collect();
        assert_eq!(
            lines,
            [
                Ok("one".into()),
                Ok(String::new()),
                Err(LineError::TooLong),
                Err(LineError::NotUtf8 { at: 4 }),
                Ok("ö".into()),
                Err(LineError::TooLong),
            ],
        );
    }
}
