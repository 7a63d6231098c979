//! A terminal: lines that are edited, kept and completed, and what others print above them.

#[cfg(unix)]
use std::io::stdin;
use std::{
    io::{self, Write},
    panic,
    sync::{
        Once,
        mpsc::{self, Receiver, RecvTimeoutError, sync_channel},
    },
    time::Duration,
};

use rustyline::{
    Config, Editor, ExternalPrinter, Helper,
    completion::{Completer, FilenameCompleter, Pair},
    error::{ReadlineError, Signal},
    highlight::Highlighter,
    hint::Hinter,
    history::MemHistory,
    validate::Validator,
};

use super::{
    input::{QUESTION, Reading, spawn},
    session::Heard,
};
use crate::terminal::{self, Stream};

const PROMPT: &str = "> ";

/// How long somebody who presses Tab waits for the app, which answers between two frames.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long the end of the app waits for what is still to be printed.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How long the app has to exit before the console goes on, after it was asked to.
const EXIT: Duration = Duration::from_secs(2);

/// The terminal, taken. It is as it was before when this is dropped.
pub(super) struct Seat {
    #[cfg(unix)]
    before: nix::sys::termios::Termios,
    printed: Receiver<()>,
}

/// What the thread needs that sits at the terminal.
pub(super) struct Desk(Editor<Asking, MemHistory>);

impl Seat {
    /// Takes the terminal, of a process that does not run in the background.
    pub(super) fn take() -> Result<(Self, Desk), Box<dyn std::error::Error>> {
        #[cfg(unix)]
        let before = nix::sys::termios::tcgetattr(stdin())?;
        let config = Config::builder().auto_add_history(false).bracketed_paste(false).build();
        let mut editor = Editor::with_history(config, MemHistory::new())?;
        let printer = editor.create_external_printer()?;
        let (above, texts) = mpsc::channel();
        if !terminal::take(above) {
            return Err("another app of this process has the terminal".into());
        }
        let (done, printed) = sync_channel(1);
        spawn(move || {
            print_above(printer, &texts);
            _ = done.try_send(());
        });
        tell_panics();
        let seat = Self {
            #[cfg(unix)]
            before,
            printed,
        };
        Ok((seat, Desk(editor)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let is_typing = terminal::leave();
        _ = self.printed.recv_timeout(LAST_WORDS);
        #[cfg(unix)]
        {
            use nix::sys::termios::{SetArg, tcsetattr};
            _ = tcsetattr(stdin(), SetArg::TCSANOW, &self.before);
        }
        if is_typing {
            // What follows begins below the line that was typed.
            _ = writeln!(io::stdout());
        }
    }
}

/// Prints above the line what others say, until the terminal is left.
fn print_above(mut printer: impl ExternalPrinter, texts: &Receiver<String>) {
    for mut text in texts {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        if printer.print(text.clone()).is_err() {
            _ = io::stderr().write_all(text.as_bytes());
        }
    }
}

/// Has panics be told above the line, and not in the middle of it: those that are contained are told as well.
fn tell_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| terminal::step_aside(|| before(info))));
    });
}

/// Reads lines until there are none, and prints the answers.
pub(super) fn read(reading: &Reading, Desk(mut editor): Desk) {
    editor.set_helper(Some(Asking { tell: reading.tell.clone(), paths: FilenameCompleter::new() }));
    let colors = std::env::var_os("NO_COLOR").is_none();
    let mut prompt = PROMPT;
    let failure = loop {
        let line = editor.readline(prompt);
        if !terminal::set_typing(false) {
            return;
        }
        let line = match line {
            Ok(line) => line,
            Err(ReadlineError::Interrupted | ReadlineError::Signal(Signal::Interrupt)) => match interrupt(reading) {
                true => continue,
                false => return,
            },
            Err(ReadlineError::Signal(_)) => continue,
            Err(ReadlineError::Eof) => break None,
            Err(error) => break Some(error.to_string()),
        };
        if prompt == PROMPT {
            // One that cannot be kept is not kept.
            _ = editor.add_history_entry(line.as_str());
        }
        let Some(reply) = reading.ask(Ok(line)) else { return };
        terminal::print(Stream::Out, &reply.to_text(colors));
        if reply.is_last {
            return;
        }
        prompt = if reply.asks { QUESTION } else { PROMPT };
    };
    _ = reading.tell.send(Heard::End(failure));
}

/// Does what Ctrl-C does where nobody edits lines; tells whether the app goes on all the same.
fn interrupt(reading: &Reading) -> bool {
    #[cfg(unix)]
    {
        use nix::{sys::signal, unistd::Pid};
        // To the whole group, as the terminal does. Whoever handles it, or nobody, decides what comes of it.
        _ = signal::kill(Pid::from_raw(0), signal::Signal::SIGINT);
    }
    #[cfg(not(unix))]
    {
        _ = reading.tell.send(Heard::Interrupt);
    }
    matches!(reading.replies.recv_timeout(EXIT), Err(RecvTimeoutError::Timeout))
}

/// Asks the app how a line may go on.
struct Asking {
    tell: mpsc::Sender<Heard>,
    paths: FilenameCompleter,
}

impl Helper for Asking {}

impl Completer for Asking {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (answer, completion) = sync_channel(1);
        let asked = self.tell.send(Heard::Complete(line[..at].into(), answer));
        let Some(completion) = asked.ok().and_then(|()| completion.recv_timeout(PATIENCE).ok()) else {
            return Ok((at, Vec::new()));
        };
        if completion.is_path {
            return self.paths.complete_path(line, at);
        }
        let pair = |word: String| Pair { display: word.clone(), replacement: word };
        let mut pairs: Vec<_> = completion.words.into_iter().map(pair).collect();
        if let [only] = pairs.as_mut_slice() {
            only.replacement.push(' ');
        }
        Ok((completion.start, pairs))
    }
}

impl Hinter for Asking {
    type Hint = String;

    /// Asked for whenever the line is shown: from then on others have to print above it.
    fn hint(&self, _: &str, _: usize, _: &rustyline::Context<'_>) -> Option<String> {
        terminal::set_typing(true);
        None
    }
}

impl Highlighter for Asking {}

impl Validator for Asking {}
