//! What goes to the log while a test listens.

use std::{
    cell::RefCell,
    fmt::{self, Write as _},
    marker::PhantomData,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
    subscriber::{DefaultGuard, Interest, set_default},
};

/// What is logged on this thread from now on, by the host and with the macros of `tracing`, from `info!` on.
///
/// A [`TestApp`](super::TestApp) has one of its own; take this for what happens without one, or after it is dropped. If
/// several live, the youngest has it. Everything is printed too, so that a failing test shows it.
///
/// ```
/// # use bevy_extensions::test_kit::Logs;
/// let logs = Logs::capture();
/// tracing::warn!("the tide is late");
/// assert_eq!(logs.all(), ["warn: the tide is late"]);
/// ```
pub struct Logs {
    lines: Lines,
    /// It has to be dropped on the thread that it listens to.
    _not_send: PhantomData<*const ()>,
}

type Lines = Arc<Mutex<Vec<String>>>;

thread_local! {
    /// Who listens to this thread, the youngest last. They may go in any order: an app that takes the place of another
    /// begins before that one ends.
    static LISTENING: RefCell<Vec<Lines>> = const { RefCell::new(Vec::new()) };

    /// There while somebody listens.
    static GUARD: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
}

impl Logs {
    /// Captures from now on, until it is dropped.
    pub fn capture() -> Self {
        let lines = Lines::default();
        LISTENING.with_borrow_mut(|listening| listening.push(lines.clone()));
        GUARD.with_borrow_mut(|guard| _ = guard.get_or_insert_with(|| set_default(ToTheYoungest)));
        Self { lines, _not_send: PhantomData }
    }

    /// Returns what was logged so far, each with its level: `warn: the tide is late`.
    pub fn all(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns what was logged since the last call.
    pub fn take(&self) -> Vec<String> {
        mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        let is_last = LISTENING.try_with(|listening| {
            let mut listening = listening.borrow_mut();
            listening.retain(|lines| !Arc::ptr_eq(lines, &self.lines));
            listening.is_empty()
        });
        if is_last == Ok(true) {
            // Whoever is left at the end of the thread has nobody to make way for.
            _ = GUARD.try_with(|guard| guard.borrow_mut().take());
        }
    }
}

/// Passes on what is logged to whoever began to listen last.
struct ToTheYoungest;

impl Subscriber for ToTheYoungest {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // Other threads may have other listeners.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::INFO
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn event(&self, event: &Event<'_>) {
        let mut told = Told::default();
        event.record(&mut told);
        let level = event.metadata().level().as_str().to_lowercase();
        let line = format!("{level}: {}{}", told.message, told.fields);
        // The harness of tests keeps it, and shows it if the test fails.
        eprintln!("{line}");
        let youngest = LISTENING.with_borrow(|listening| listening.last().cloned());
        if let Some(lines) = youngest {
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The text of something that is logged.
#[derive(Default)]
struct Told {
    message: String,
    /// Each with a space before it.
    fields: String,
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        written.expect("a string takes everything");
    }
}
