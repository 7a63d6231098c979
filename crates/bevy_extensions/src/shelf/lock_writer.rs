//! Writing the lock beside the frames.

use std::{
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use bevy_extensions_core::{Candidate, Found, Problem, artifacts::ArtifactStore};

use crate::tell::tell_problem;

/// Writes the lock on a thread of its own, since all files of all extensions are hashed for it, however large they are.
///
/// One at a time is written, and of those that wait the last. Dropped with the app, it waits until all is written.
#[derive(Default)]
pub(crate) struct LockWriter {
    writing: Option<JoinHandle<Option<Problem>>>,
    next: Option<Arc<Present>>,
}

/// Those who are there when the lock is written.
pub(crate) struct Present {
    pub(crate) store: ArtifactStore,
    /// Those that were not found on disk.
    pub(crate) others: Vec<Arc<Candidate>>,
    pub(crate) found: Vec<Arc<Found>>,
}

impl LockWriter {
    /// Has the lock written, as soon as the one before is.
    pub(crate) fn write(&mut self, present: Present) {
        self.next = Some(Arc::new(present));
        self.begin();
    }

    /// Goes on with what waits, and returns what went wrong with what is done.
    pub(crate) fn update(&mut self) -> Option<Problem> {
        let done = self.writing.take_if(|writing| writing.is_finished());
        let problem = done.and_then(problem_of);
        self.begin();
        problem
    }

    /// Waits until all is written, and returns what went wrong with the last.
    pub(crate) fn finish(&mut self) -> Option<Problem> {
        let problem = self.writing.take().and_then(problem_of);
        match self.next.take() {
            Some(present) => present.save(),
            None => problem,
        }
    }

    /// Begins with what waits. If there is no thread to be had now, it waits on.
    fn begin(&mut self) {
        if let (None, Some(present)) = (&self.writing, self.next.clone()) {
            self.writing = Builder::new().name("artifact lock".into()).spawn(move || present.save()).ok();
            self.next.take_if(|_| self.writing.is_some());
        }
    }
}

impl Drop for LockWriter {
    fn drop(&mut self) {
        self.finish().iter().for_each(tell_problem);
    }
}

impl Present {
    fn save(&self) -> Option<Problem> {
        let (others, found) = (self.others.iter().map(|it| &**it), self.found.iter().map(|it| &**it));
        self.store.save_lock(others, found).err().map(|problem| *problem)
    }
}

/// Returns what went wrong. A panic has been told by itself.
fn problem_of(writing: JoinHandle<Option<Problem>>) -> Option<Problem> {
    writing.join().ok().flatten()
}
