//! A store as its owner has it.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    FlushTicket, KvBackend, KvError, KvNamespace, KvNews, KvSettings, SetAside, broken::Broken, lazy::Lazy,
    locks::lock, redb_backend::open, shared::Shared, worker,
};

/// Keys and values in a file, for many extensions.
///
/// Each has a [namespace](Self::namespace). A thread writes to the file what was written, as groups, and nobody else waits
/// for the disk: only opening, a [ticket](FlushTicket) that is waited for, and reading what is not in memory.
///
/// If the disk fails or is full, what was written stays visible and is tried again; [`failing`](Self::failing) tells why.
/// Dropping the store waits until everything is on disk, though not for ever.
pub struct KvStore {
    shared: Arc<Shared>,
    set_aside: Option<SetAside>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl KvStore {
    /// Opens the file in a folder, `kv.redb`, and makes it if there is none.
    ///
    /// A damaged file is [set aside](Self::set_aside) as it is, and a new one is begun.
    ///
    /// # Errors
    ///
    /// [`KvError::Locked`] if somebody else has it open, [`KvError::NewerFormat`], [`KvError::Foreign`] and
    /// [`KvError::Storage`].
    pub fn open(settings: KvSettings) -> Result<Self, KvError> {
        let (backend, set_aside) = open(&settings)?;
        let mut store = Self::with_backend(backend, settings)?;
        store.set_aside = set_aside;
        Ok(store)
    }

    /// Opens the file in a folder when it is needed first: when something is written, or when there is a file to read. `tell`
    /// is told how that went, on whatever thread it happens.
    ///
    /// What keeps it from being opened is the error of whoever needs it; it is tried again a second later.
    ///
    /// ```
    /// # use bevy_extensions_data::{KvSettings, KvStore};
    /// # let folder = tempfile::tempdir()?;
    /// # let folder = folder.path().join("data");
    /// let store = KvStore::when_needed(KvSettings::in_folder(&folder), |news| println!("{news:?}"))?;
    /// let kv = store.namespace("Greeter");
    /// assert_eq!(kv.get::<u32>("greeted")?, None);
    /// assert!(!folder.exists());
    ///
    /// kv.set("greeted", &1)?;
    /// assert!(folder.exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`] if the system has no room for another thread.
    pub fn when_needed(settings: KvSettings, tell: impl Fn(KvNews) + Send + Sync + 'static) -> Result<Self, KvError> {
        Self::with_backend(Lazy::new(settings.clone(), Box::new(tell)), settings)
    }

    /// Keeps everything in something else than a file.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`] if the system has no room for another thread.
    pub fn with_backend(backend: impl KvBackend, settings: KvSettings) -> Result<Self, KvError> {
        let shared = Arc::new(Shared::new(Box::new(backend), settings));
        let for_thread = shared.clone();
        let thread = thread::Builder::new()
            .name("extensions-kv".into())
            .spawn(move || worker::run(&for_thread))
            .map_err(|error| KvError::storage("start the thread of the store", error))?;
        Ok(Self { shared, set_aside: None, thread: Mutex::new(Some(thread)) })
    }

    /// A store that there is not: whatever is asked of it is the error [`KvError::Nowhere`], with the reason.
    pub fn nowhere(why: &str) -> Self {
        let (backend, settings) = (Broken(KvError::Nowhere { why: why.into() }), KvSettings::in_folder(""));
        let shared = Shared::new(Box::new(backend), settings);
        lock(&shared.work).ended = true;
        Self { shared: Arc::new(shared), set_aside: None, thread: Mutex::default() }
    }

    /// Returns the damaged file that was found when this one was opened, if there was one.
    pub fn set_aside(&self) -> Option<&SetAside> {
        self.set_aside.as_ref()
    }

    /// Returns what an extension has of the store. Names that differ only in case are the same name.
    pub fn namespace(&self, name: &str) -> KvNamespace {
        KvNamespace { space: self.shared.space(name), shared: self.shared.clone() }
    }

    /// Asks for all that was written before this to get to disk now, and tells when it has.
    pub fn flush(&self) -> FlushTicket {
        FlushTicket::new(&self.shared)
    }

    /// Returns what keeps the store from writing to disk, if something does. It goes on trying.
    pub fn failing(&self) -> Option<KvError> {
        lock(&self.shared.work).failing.clone()
    }

    /// Returns how many bytes of memory are taken by what is not on disk yet, about.
    pub fn waiting_bytes(&self) -> usize {
        self.shared.waiting()
    }

    /// Deletes all that an extension has.
    ///
    /// # Errors
    ///
    /// [`KvError::Closed`].
    pub fn forget(&self, namespace: &str) -> Result<(), KvError> {
        self.namespace(namespace).clear()
    }

    /// Copies the store to another file, while it is in use. All that was written before this is in the copy. There is no file
    /// of that name before it is whole, and no other is written over. Its folder is made if there is none.
    ///
    /// A copy named `kv.redb` can be opened in its folder.
    pub fn backup(&self, to: impl Into<PathBuf>) -> BackupTicket {
        let (shared, to, flush) = (self.shared.clone(), to.into(), self.flush());
        BackupTicket(thread::spawn(move || {
            flush.wait()?;
            shared.backend.backup(&to)
        }))
    }

    /// Removes what has expired from the file now, some of it; returns how many entries. Waits for the disk.
    ///
    /// The thread of the store does so by itself, every now and then. What has expired is invisible, whether it is removed or
    /// not.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`] and [`KvError::Closed`].
    pub fn sweep(&self) -> Result<usize, KvError> {
        self.shared.backend.sweep(self.shared.now(), self.shared.settings.sweep_at_once)
    }

    /// Closes the store: what is not on disk yet gets there, and the file may be opened by somebody else.
    ///
    /// Who still has a namespace gets [`KvError::Closed`] from then on.
    ///
    /// # Errors
    ///
    /// What kept something from getting to disk, or [`KvError::NotFlushed`] when the time was over. What was not on disk then is
    /// lost.
    pub fn close(&self, within: Duration) -> Result<(), KvError> {
        self.shared.set_closed();
        let mut work = lock(&self.shared.work);
        let end = Instant::now() + within;
        work.closing.get_or_insert(end);
        self.shared.wake.notify_all();
        while !work.ended {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(work.failing.clone().unwrap_or(KvError::NotFlushed { waiting: self.shared.waiting() }));
            }
            work = self.shared.answer.wait_timeout(work, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let failing = work.failing.clone();
        drop(work);
        if let Some(thread) = lock(&self.thread).take() {
            thread.join().map_err(|_| KvError::storage("close the store", "its thread has panicked"))?;
        }
        failing.map_or(Ok(()), Err)
    }
}

impl Drop for KvStore {
    fn drop(&mut self) {
        if let Err(error) = self.close(self.shared.settings.close_within) {
            let folder = self.shared.settings.folder.display();
            log::error!("not all data in `{folder}` was saved: {error}");
        }
    }
}

impl fmt::Debug for KvStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvStore").field("folder", &self.shared.settings.folder).finish_non_exhaustive()
    }
}

/// Tells when a copy is made.
#[derive(Debug)]
pub struct BackupTicket(JoinHandle<Result<(), KvError>>);

impl BackupTicket {
    /// Tells whether it has ended, well or not, so that [`wait`](Self::wait) answers at once.
    pub fn is_done(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits until the copy is made.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`], also if there is a file of that name already.
    pub fn wait(self) -> Result<(), KvError> {
        self.0.join().unwrap_or_else(|_| Err(KvError::storage("copy the store", "its thread has panicked")))
    }
}
