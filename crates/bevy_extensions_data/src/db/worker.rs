//! The thread that has the file open.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Instant,
};

use super::{DbError, migrate::migrate, open, session::Session, shared::Shared};
use crate::locks::lock;

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Tells whether this is the thread of a database, on which nobody should wait for one.
pub(super) fn is_this_thread() -> bool {
    IS_WORKER.get()
}

/// What a job is handed.
pub(super) struct Worker {
    shared: Arc<Shared>,
    session: Option<Session>,
    /// Which setup the session has.
    version: Option<u64>,
    /// The migrations that have run since the database was first opened.
    pub(super) migrated: Vec<String>,
}

/// Works until there is nothing to do for some time, or the database is closed.
pub(super) fn run(shared: Arc<Shared>) {
    IS_WORKER.set(true);
    let mut worker = Worker { shared: shared.clone(), session: None, version: None, migrated: Vec::new() };
    let mut work = lock(&shared.work);
    let mut idle_since = Instant::now();
    loop {
        if let Some(job) = work.waiting.pop_front() {
            drop(work);
            job(&mut worker);
            work = lock(&shared.work);
            idle_since = Instant::now();
            continue;
        }
        let left = shared.settings.idle_for.saturating_sub(idle_since.elapsed());
        if !work.is_closed && !left.is_zero() {
            work = shared.changed.wait_timeout(work, left).unwrap_or_else(PoisonError::into_inner).0;
            continue;
        }
        if worker.session.is_some() {
            drop(work);
            worker.close();
            work = lock(&shared.work);
            // Somebody may have asked for something meanwhile.
            continue;
        }
        work.is_running = false;
        shared.changed.notify_all();
        break;
    }
}

impl Worker {
    /// Returns the open file, whose tables are as they should be.
    ///
    /// # Errors
    ///
    /// Those of opening, and of migrations.
    pub(super) fn session(&mut self) -> Result<&Session, DbError> {
        let setup = lock(&self.shared.work).setup.clone();
        if self.version != Some(setup.version) {
            self.close();
        }
        if self.session.is_none() {
            self.shared.folder.needed()?;
            let (session, set_aside) =
                open::open(&self.shared.file, &setup.limits, self.shared.settings.check_on_open)?;
            let mut work = lock(&self.shared.work);
            work.guard = Some(session.guard.clone());
            work.set_aside = set_aside.clone().or(work.set_aside.take());
            drop(work);
            set_aside.iter().for_each(|aside| self.shared.folder.tell_set_aside(aside));
            if let Some(migrations) = &setup.migrations {
                self.migrated.extend(migrate(&session, migrations)?);
            }
            self.session = Some(session);
            self.version = Some(setup.version);
        }
        let session = self.session.as_ref().expect("it is open");
        session.start(setup.limits.time);
        Ok(session)
    }

    /// Does a job; whatever happens, no transaction stays open.
    pub(super) fn contain<T>(&mut self, job: impl FnOnce(&mut Self) -> Result<T, DbError>) -> Result<T, DbError> {
        let done = catch_unwind(AssertUnwindSafe(|| job(self)));
        if let Some(session) = &self.session {
            session.undo();
        }
        done.unwrap_or_else(|panic| Err(DbError::Panicked { why: text_of(&*panic) }))
    }

    /// Closes the file.
    pub(super) fn close(&mut self) {
        lock(&self.shared.work).guard = None;
        self.session = None;
        self.version = None;
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it did not say why").into()
}
