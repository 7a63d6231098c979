//! What a store, its namespaces and its thread have in common.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex, RwLock,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{AcqRel, Acquire, Release},
        },
    },
    time::Instant,
};

use super::{
    KvBackend, KvError, KvSettings,
    layers::Layers,
    locks::{lock, read, write},
};

pub(super) struct Shared {
    pub(super) backend: Box<dyn KvBackend>,
    pub(super) settings: KvSettings,
    spaces: RwLock<BTreeMap<Arc<str>, Arc<Space>>>,
    /// How many bytes the layers of all namespaces take.
    waiting: AtomicUsize,
    /// Whether something was written that no round has taken yet.
    dirty: AtomicBool,
    closed: AtomicBool,
    pub(super) work: Mutex<Work>,
    /// Tells the thread that there is something to do.
    pub(super) wake: Condvar,
    /// Tells who waits that a round has ended, well or not.
    pub(super) answer: Condvar,
}

/// A namespace.
pub(super) struct Space {
    pub(super) name: Arc<str>,
    pub(super) layers: RwLock<Layers>,
}

/// How far the thread is. It works in rounds: each takes what was written until then, and commits it as one.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) started: u64,
    pub(super) done: u64,
    /// The round that somebody waits for.
    pub(super) wanted: u64,
    /// Whether somebody waits who should not wait for others to write, or for a failure to be over by itself.
    pub(super) hurry: bool,
    /// How often it was tried in vain so far.
    pub(super) failures: u64,
    /// What keeps it from going on.
    pub(super) failing: Option<KvError>,
    /// When to give up, once the store is closed.
    pub(super) closing: Option<Instant>,
    pub(super) ended: bool,
}

impl Shared {
    pub(super) fn new(backend: Box<dyn KvBackend>, settings: KvSettings) -> Self {
        Self {
            backend,
            settings,
            spaces: RwLock::default(),
            waiting: AtomicUsize::new(0),
            dirty: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            work: Mutex::default(),
            wake: Condvar::new(),
            answer: Condvar::new(),
        }
    }

    pub(super) fn space(&self, name: &str) -> Arc<Space> {
        let name = name.to_ascii_lowercase();
        if let Some(space) = read(&self.spaces).get(name.as_str()) {
            return space.clone();
        }
        let name: Arc<str> = name.into();
        let new = || Arc::new(Space { name: name.clone(), layers: RwLock::default() });
        write(&self.spaces).entry(name.clone()).or_insert_with(new).clone()
    }

    pub(super) fn spaces(&self) -> Vec<Arc<Space>> {
        read(&self.spaces).values().cloned().collect()
    }

    pub(super) fn now(&self) -> u64 {
        self.settings.clock.now()
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Acquire)
    }

    /// Takes room for what is to be written.
    ///
    /// # Errors
    ///
    /// [`KvError::Backlog`] if there is not enough.
    pub(super) fn reserve(&self, bytes: usize) -> Result<(), KvError> {
        let limit = self.settings.overlay_bytes;
        let waiting = self.waiting.fetch_add(bytes, AcqRel);
        if waiting.saturating_add(bytes) <= limit {
            return Ok(());
        }
        self.release(bytes);
        Err(KvError::Backlog { waiting, limit })
    }

    /// Gives room back.
    pub(super) fn release(&self, bytes: usize) {
        self.waiting.fetch_sub(bytes, AcqRel);
    }

    /// To be asked under the lock of a namespace: the last round takes each of these locks after the store was closed, so
    /// nothing is written that nobody takes.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Acquire)
    }

    pub(super) fn set_closed(&self) {
        self.closed.store(true, Release);
    }

    /// To be called after something was written: the thread wakes up, if nobody has told it yet.
    pub(super) fn set_dirty(&self) {
        if !self.dirty.swap(true, AcqRel) {
            let _work = lock(&self.work);
            self.wake.notify_all();
        }
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty.load(Acquire)
    }

    pub(super) fn take_dirty(&self) {
        self.dirty.swap(false, AcqRel);
    }
}
