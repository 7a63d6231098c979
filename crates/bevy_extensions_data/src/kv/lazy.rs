//! A file that is opened when it is needed first.

use std::{
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Committed, Key, KvBackend, KvError, KvSettings, Measure, RedbBackend, SetAside, Stored,
    locks::lock,
    redb_backend::{file_in, open},
};

/// How soon a file that could not be opened is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What there is to tell of a file that is [opened when it is needed](super::KvStore::when_needed).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KvNews {
    /// It is open.
    Opened {
        /// The folder that it lies in.
        folder: PathBuf,
    },
    /// It was damaged, and a new one is begun.
    SetAside(SetAside),
    /// It cannot be opened. That is tried again, and told once.
    Failed(KvError),
}

/// A [`KvBackend`] that opens a file of `redb` when something is to be written, or when there is something to read.
pub(super) struct Lazy {
    settings: KvSettings,
    opened: OnceLock<RedbBackend>,
    /// Why it could not be opened, and when that was tried.
    failed: Mutex<Option<(KvError, Instant)>>,
    closed: AtomicBool,
    tell: Box<dyn Fn(KvNews) + Send + Sync>,
}

impl Lazy {
    pub(super) fn new(settings: KvSettings, tell: Box<dyn Fn(KvNews) + Send + Sync>) -> Self {
        Self { settings, opened: OnceLock::new(), failed: Mutex::default(), closed: AtomicBool::new(false), tell }
    }

    /// Returns the file, which is opened if it is not.
    fn needed(&self) -> Result<&RedbBackend, KvError> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        let mut failed = lock(&self.failed);
        if let Some(opened) = self.opened.get() {
            return Ok(opened);
        }
        if self.closed.load(Ordering::Acquire) {
            return Err(KvError::Closed);
        }
        if let Some((error, _)) = failed.as_ref().filter(|(_, at)| at.elapsed() < AGAIN_AFTER) {
            return Err(error.clone());
        }
        match open(&self.settings) {
            Ok((backend, set_aside)) => {
                *failed = None;
                set_aside.into_iter().for_each(|set_aside| (self.tell)(KvNews::SetAside(set_aside)));
                (self.tell)(KvNews::Opened { folder: self.settings.folder.clone() });
                Ok(self.opened.get_or_init(|| backend))
            }
            Err(error) => {
                if failed.as_ref().is_none_or(|(before, _)| *before != error) {
                    (self.tell)(KvNews::Failed(error.clone()));
                }
                *failed = Some((error.clone(), Instant::now()));
                Err(error)
            }
        }
    }

    /// Returns the file if there is one to be read.
    fn existing(&self) -> Result<Option<&RedbBackend>, KvError> {
        match self.opened.get() {
            Some(opened) => Ok(Some(opened)),
            None if file_in(&self.settings.folder).exists() => self.needed().map(Some),
            None => Ok(None),
        }
    }
}

impl KvBackend for Lazy {
    fn ready(&self) -> Result<(), KvError> {
        self.needed().map(|_| ())
    }

    fn get(&self, namespace: &str, key: &[u8]) -> Result<Option<Stored>, KvError> {
        self.existing()?.map_or(Ok(None), |opened| opened.get(namespace, key))
    }

    fn scan(
        &self,
        namespace: &str,
        range: (Bound<&[u8]>, Bound<&[u8]>),
        at_most: usize,
    ) -> Result<Vec<(Key, Stored)>, KvError> {
        self.existing()?.map_or(Ok(Vec::new()), |opened| opened.scan(namespace, range, at_most))
    }

    fn commit(&self, committed: &[Committed]) -> Result<(), KvError> {
        self.needed()?.commit(committed)
    }

    fn sweep(&self, now: u64, at_most: usize) -> Result<usize, KvError> {
        // What nobody reads may lie there a little longer.
        self.opened.get().map_or(Ok(0), |opened| opened.sweep(now, at_most))
    }

    fn measure(&self, namespace: &str) -> Result<Measure, KvError> {
        self.existing()?.map_or(Ok(Measure::default()), |opened| opened.measure(namespace))
    }

    fn backup(&self, to: &Path) -> Result<(), KvError> {
        self.needed()?.backup(to)
    }

    fn close(&self) {
        let _failed = lock(&self.failed);
        self.closed.store(true, Ordering::Release);
        if let Some(opened) = self.opened.get() {
            opened.close();
        }
    }
}
