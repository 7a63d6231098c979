//! The terminal at which a person types: what others print meanwhile goes above the line that is typed.
//!
//! A process has one terminal, as it has one standard error. So this is the only state that belongs to the process, and not
//! to a world.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, MutexGuard, PoisonError, mpsc::Sender},
};

static TYPED_AT: Mutex<Option<TypedAt>> = Mutex::new(None);

/// Where the process prints something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A terminal that somebody has taken, to edit lines at it.
struct TypedAt {
    /// Takes what is to be printed above the line.
    above: Sender<String>,
    /// Whether a line is typed right now.
    is_typing: bool,
    /// Whether standard error goes to this terminal, and not to a file.
    shows_errors: bool,
}

impl TypedAt {
    fn shows(&self, stream: Stream) -> bool {
        self.is_typing && (stream == Stream::Out || self.shows_errors)
    }
}

/// Prints whole lines. Nobody's typed text is torn, and nobody waits for the one who types.
pub(crate) fn print(stream: Stream, text: &str) {
    // The stream first: whoever holds it may print here.
    match stream {
        Stream::Out => print_to(io::stdout().lock(), stream, text),
        Stream::Err => print_to(io::stderr().lock(), stream, text),
    }
}

fn print_to(mut out: impl Write, stream: Stream, text: &str) {
    // Held while it is written, so that no line begins to be typed in the middle of it.
    let typed_at = lock();
    match typed_at.as_ref().filter(|it| it.shows(stream)) {
        Some(it) => _ = it.above.send(text.into()),
        // Whoever closed the pipe does not want to know.
        None => _ = out.write_all(text.as_bytes()).and_then(|()| out.flush()),
    }
}

/// Takes the terminal, and gives what is printed while a line is typed to somebody; `false` if it is taken already.
pub(crate) fn take(above: Sender<String>) -> bool {
    let mut typed_at = lock();
    let is_free = typed_at.is_none();
    if is_free {
        *typed_at = Some(TypedAt { above, is_typing: false, shows_errors: io::stderr().is_terminal() });
    }
    is_free
}

/// Says whether a line is typed from now on; `false` if the terminal was [left](leave).
pub(crate) fn set_typing(is_typing: bool) -> bool {
    lock().as_mut().map(|it| it.is_typing = is_typing).is_some()
}

/// Lets go of the terminal; tells whether a line was typed at it.
pub(crate) fn leave() -> bool {
    lock().take().is_some_and(|it| it.is_typing)
}

/// Lets somebody print past this, who cannot be asked to print here: the typed line is wiped before, and shown again after.
pub(crate) fn step_aside(code: impl FnOnce()) {
    let is_typing = || lock().as_ref().is_some_and(|it| it.shows(Stream::Err));
    if is_typing() {
        let mut out = io::stdout();
        _ = out.write_all(b"\r\x1b[J").and_then(|()| out.flush());
    }
    code();
    let typed_at = lock();
    if let Some(it) = typed_at.as_ref().filter(|it| it.shows(Stream::Err)) {
        // One line up and down again: nothing is to be seen of it, but the line is shown anew.
        _ = it.above.send("\x1b[A\n".into());
    }
}

/// Nobody panics while they hold it, but a panic may be told while somebody does.
fn lock() -> MutexGuard<'static, Option<TypedAt>> {
    TYPED_AT.lock().unwrap_or_else(PoisonError::into_inner)
}
