//! What a database, who asks it and its thread have in common.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
    thread,
    time::{Duration, Instant},
};

use super::{
    DbAnswer, DbError, DbLimits, DbSettings, Migration,
    answer::answer,
    folder::Folder,
    guard::Guard,
    worker::{self, Worker},
};
use crate::{SetAside, locks::lock};

pub(super) struct Shared {
    pub(super) file: PathBuf,
    pub(super) settings: Arc<DbSettings>,
    /// Locked as long as a thread may use the file.
    pub(super) folder: Arc<Folder>,
    /// How many answers were given by all databases of the store.
    pub(super) answered: Arc<AtomicU64>,
    pub(super) work: Mutex<Work>,
    /// Tells the thread that there is something to do, and who closes it that it has ended.
    pub(super) changed: Condvar,
}

pub(super) struct Work {
    pub(super) waiting: VecDeque<Job>,
    pub(super) is_running: bool,
    pub(super) is_closed: bool,
    /// Why there is no folder for it, if there is none.
    pub(super) nowhere: Option<Arc<str>>,
    pub(super) setup: Setup,
    pub(super) set_aside: Option<SetAside>,
    /// Of what is open now.
    pub(super) guard: Option<Arc<Guard>>,
}

/// How the file is to be opened.
#[derive(Clone)]
pub(super) struct Setup {
    /// Changes whenever something else does.
    pub(super) version: u64,
    pub(super) limits: DbLimits,
    /// None: whoever has no idea does not look.
    pub(super) migrations: Option<Arc<[Migration]>>,
}

pub(super) type Job = Box<dyn FnOnce(&mut Worker) + Send>;

impl Shared {
    pub(super) fn new(file: PathBuf, settings: Arc<DbSettings>, folder: Arc<Folder>, answered: Arc<AtomicU64>) -> Self {
        let setup = Setup { version: 0, limits: settings.limits.clone(), migrations: None };
        let work = Work {
            waiting: VecDeque::new(),
            is_running: false,
            is_closed: false,
            nowhere: None,
            setup,
            set_aside: None,
            guard: None,
        };
        Self { file, settings, folder, answered, work: Mutex::new(work), changed: Condvar::new() }
    }

    /// Has something done on the thread, after all that was asked for before.
    pub(super) fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce(&mut Worker) -> Result<T, DbError> + Send + 'static,
    ) -> DbAnswer<T> {
        let (giver, asked) = answer(&self.answered);
        let mut work = lock(&self.work);
        let limit = work.setup.limits.waiting;
        let refused = match &work.nowhere {
            Some(why) => Some(DbError::Nowhere { why: why.to_string() }),
            None if work.is_closed => Some(DbError::Closed),
            None if work.waiting.len() >= limit => Some(DbError::Backlog { limit }),
            None => None,
        };
        if let Some(error) = refused {
            drop(work);
            giver.give(Err(error));
            return asked;
        }
        work.waiting.push_back(Box::new(move |worker| giver.give(worker.contain(job))));
        if work.is_running {
            self.changed.notify_all();
            return asked;
        }
        work.is_running = true;
        let shared = self.clone();
        let started = thread::Builder::new().name("extensions-db".into()).spawn(move || worker::run(shared));
        if let Err(error) = started {
            work.is_running = false;
            let jobs = std::mem::take(&mut work.waiting);
            drop(work);
            log::error!("cannot start the thread of a database: {error}");
            drop(jobs);
        }
        asked
    }

    /// Answers at once.
    pub(super) fn refuse<T>(&self, error: DbError) -> DbAnswer<T> {
        let (giver, asked) = answer(&self.answered);
        giver.give(Err(error));
        asked
    }

    /// Takes nothing more on. What was asked for before is done.
    pub(super) fn start_to_close(&self) {
        lock(&self.work).is_closed = true;
        self.changed.notify_all();
    }

    /// Waits until all is done and the file is closed; after that time, gives up what is left. Returns how many requests
    /// that was.
    pub(super) fn close(&self, end: Instant) -> usize {
        self.start_to_close();
        let mut work = lock(&self.work);
        while work.is_running {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return self.give_up(work);
            }
            work = self.changed.wait_timeout(work, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        0
    }

    fn give_up(&self, mut work: MutexGuard<'_, Work>) -> usize {
        /// What runs looks at the time every few microseconds.
        const GRACE: Duration = Duration::from_secs(1);
        let jobs = std::mem::take(&mut work.waiting);
        if let Some(guard) = &work.guard {
            guard.stop();
        }
        let end = Instant::now() + GRACE;
        while work.is_running && Instant::now() < end {
            let left = end.saturating_duration_since(Instant::now());
            work = self.changed.wait_timeout(work, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(work);
        // That of which it was in the middle is one, too.
        jobs.len() + 1
    }
}
