//! Tells when something is on disk.

use std::{
    fmt,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use super::{
    KvError,
    locks::lock,
    shared::{Shared, Work},
};

/// Tells when all that was written before it was made is on disk.
///
/// Made by [`KvStore::flush`](super::KvStore::flush). A frame [polls](Self::poll) it; who has time waits.
pub struct FlushTicket {
    shared: Arc<Shared>,
    round: u64,
    /// The failures that were told already.
    told: AtomicU64,
}

/// What a [`FlushTicket`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlushState {
    /// It is on its way.
    Waiting,
    /// It is on disk.
    Durable,
    /// It cannot be written. It is kept and tried again, unless the store is closed.
    Failing(KvError),
}

impl FlushTicket {
    /// Asks for what is written by now.
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let mut work = lock(&shared.work);
        let round = if shared.is_dirty() { work.started + 1 } else { work.started };
        if round > work.done {
            work.wanted = work.wanted.max(round);
            work.hurry = true;
            shared.wake.notify_all();
        }
        Self { shared: shared.clone(), round, told: AtomicU64::new(work.failures) }
    }

    /// Tells how it stands, without waiting.
    pub fn poll(&self) -> FlushState {
        self.state(&lock(&self.shared.work))
    }

    /// Waits until it is on disk.
    ///
    /// # Errors
    ///
    /// What keeps it from getting there, as soon as it was tried in vain. It is kept and tried again, and one may wait again.
    pub fn wait(&self) -> Result<(), KvError> {
        self.wait_until(None)
    }

    /// Waits until it is on disk, but not for ever.
    ///
    /// # Errors
    ///
    /// As of [`wait`](Self::wait), and [`KvError::NotFlushed`] when the time is over.
    pub fn wait_for(&self, time: Duration) -> Result<(), KvError> {
        self.wait_until(Instant::now().checked_add(time))
    }

    fn wait_until(&self, end: Option<Instant>) -> Result<(), KvError> {
        let mut work = lock(&self.shared.work);
        loop {
            match self.state(&work) {
                FlushState::Durable => return Ok(()),
                FlushState::Failing(error) if work.ended || work.failures > self.told.load(Relaxed) => {
                    self.told.store(work.failures, Relaxed);
                    return Err(error);
                }
                FlushState::Failing(_) | FlushState::Waiting => {}
            }
            let answer = &self.shared.answer;
            work = match end.map(|end| end.saturating_duration_since(Instant::now())) {
                None => answer.wait(work).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Err(KvError::NotFlushed { waiting: self.shared.waiting() }),
                Some(left) => answer.wait_timeout(work, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    fn state(&self, work: &Work) -> FlushState {
        match &work.failing {
            _ if work.done >= self.round => FlushState::Durable,
            Some(error) => FlushState::Failing(error.clone()),
            None if work.ended => FlushState::Failing(KvError::Closed),
            None => FlushState::Waiting,
        }
    }
}

impl fmt::Debug for FlushTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlushTicket").field("state", &self.poll()).finish_non_exhaustive()
    }
}
