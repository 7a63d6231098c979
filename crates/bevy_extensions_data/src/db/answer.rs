//! Tells what a database answers.

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Release},
    },
    time::{Duration, Instant},
};

use super::{DbError, worker};
use crate::locks::lock;

/// Tells what a database answers, once it has.
///
/// A frame [polls](Self::poll) it, and who has time waits. Who drops it does not care: what was asked for is done anyway.
#[must_use = "errors are among the answers"]
pub struct DbAnswer<T>(Arc<Slot<T>>);

struct Slot<T> {
    state: Mutex<State<T>>,
    given: Condvar,
}

enum State<T> {
    Waiting,
    Given(Result<T, DbError>),
    Taken,
}

/// Gives the answer.
pub(super) struct Giver<T> {
    slot: Arc<Slot<T>>,
    /// How many answers were given, over all.
    answered: Arc<AtomicU64>,
}

/// Makes the two ends.
pub(super) fn answer<T>(answered: &Arc<AtomicU64>) -> (Giver<T>, DbAnswer<T>) {
    let slot = Arc::new(Slot { state: Mutex::new(State::Waiting), given: Condvar::new() });
    (Giver { slot: slot.clone(), answered: answered.clone() }, DbAnswer(slot))
}

impl<T> DbAnswer<T> {
    /// Takes the answer if it is there, without waiting. Whoever has taken it gets [`DbError::Taken`].
    pub fn poll(&mut self) -> Option<Result<T, DbError>> {
        let mut state = lock(&self.0.state);
        match std::mem::replace(&mut *state, State::Taken) {
            State::Waiting => {
                *state = State::Waiting;
                None
            }
            State::Given(answer) => Some(answer),
            State::Taken => Some(Err(DbError::Taken)),
        }
    }

    /// Tells whether the answer is there, so that nobody waits for it.
    pub fn is_ready(&self) -> bool {
        !matches!(*lock(&self.0.state), State::Waiting)
    }

    /// Waits for the answer.
    ///
    /// # Errors
    ///
    /// What kept it from being done; [`DbError::WithinTransaction`] in the code of a transaction, which would wait for itself.
    pub fn wait(mut self) -> Result<T, DbError> {
        self.wait_until(None)
    }

    /// Waits for the answer, but not for ever. It may be waited for again.
    ///
    /// # Errors
    ///
    /// As of [`wait`](Self::wait), and [`DbError::NotYet`] when the time is over.
    pub fn wait_for(&mut self, time: Duration) -> Result<T, DbError> {
        self.wait_until(Instant::now().checked_add(time))
    }

    fn wait_until(&mut self, end: Option<Instant>) -> Result<T, DbError> {
        if let Some(answer) = self.poll() {
            return answer;
        }
        if worker::is_this_thread() {
            return Err(DbError::WithinTransaction);
        }
        let mut state = lock(&self.0.state);
        while matches!(*state, State::Waiting) {
            let given = &self.0.given;
            state = match end.map(|end| end.saturating_duration_since(Instant::now())) {
                None => given.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Err(DbError::NotYet),
                Some(left) => given.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
        drop(state);
        self.poll().unwrap_or(Err(DbError::Taken))
    }
}

impl<T> Giver<T> {
    pub(super) fn give(self, answer: Result<T, DbError>) {
        self.set(answer);
    }

    fn set(&self, answer: Result<T, DbError>) {
        let mut state = lock(&self.slot.state);
        if matches!(*state, State::Waiting) {
            *state = State::Given(answer);
            drop(state);
            self.answered.fetch_add(1, Release);
            self.slot.given.notify_all();
        }
    }
}

/// Nobody waits for ever for what is not done any more.
impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        self.set(Err(DbError::Closed));
    }
}

impl<T> fmt::Debug for DbAnswer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbAnswer").field("is_ready", &self.is_ready()).finish_non_exhaustive()
    }
}
