//! How far fetching has come.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
};

use crate::name::ExtensionName;

/// How far one file has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArtifactProgress {
    /// What is fetched: an artifact as the manifest writes it, or one of the packages that it depends on.
    pub what: String,
    /// Whether it is one of the packages that an artifact consists of, and no artifact itself.
    pub is_part: bool,
    /// Who waits for it.
    pub extensions: Vec<ExtensionName>,
    /// What becomes of it.
    pub state: FetchState,
    /// How many bytes are there.
    pub bytes: u64,
    /// How many it will be, if that is known.
    pub total: Option<u64>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchState {
    /// Its turn has not come.
    Waiting,
    /// It is on its way.
    Fetching,
    /// It is there.
    Done,
    /// It could not be had.
    Failed,
}

/// What counts how far a file has come. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Meter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    what: String,
    is_part: bool,
    extensions: Vec<ExtensionName>,
    state: AtomicU8,
    bytes: AtomicU64,
    /// `u64::MAX` if it is not known.
    total: AtomicU64,
    /// Changes with whatever changes.
    generation: Arc<AtomicU64>,
}

const STATES: [FetchState; 4] = [FetchState::Waiting, FetchState::Fetching, FetchState::Done, FetchState::Failed];

impl Meter {
    pub(super) fn new(what: String, extensions: Vec<ExtensionName>, generation: Arc<AtomicU64>) -> Self {
        let (state, bytes, total) = (AtomicU8::new(0), AtomicU64::new(0), AtomicU64::new(u64::MAX));
        Self(Arc::new(Inner { what, is_part: false, extensions, state, bytes, total, generation }))
    }

    /// The same for one of the packages that an artifact consists of.
    pub(super) fn of_part(what: String, extensions: Vec<ExtensionName>, generation: Arc<AtomicU64>) -> Self {
        let Self(inner) = Self::new(what, extensions, generation);
        let inner = Arc::into_inner(inner).expect("nobody else has it yet");
        Self(Arc::new(Inner { is_part: true, ..inner }))
    }

    /// A file begins to come, or does so again.
    pub(super) fn begin(&self, total: Option<u64>) {
        self.0.bytes.store(0, Relaxed);
        self.0.total.store(total.unwrap_or(u64::MAX), Relaxed);
        self.set(FetchState::Fetching);
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.bytes.fetch_add(bytes, Relaxed);
        self.0.generation.fetch_add(1, Relaxed);
    }

    pub(super) fn set(&self, state: FetchState) {
        let number = STATES.iter().position(|other| *other == state).expect("every state is listed");
        self.0.state.store(number as u8, Relaxed);
        self.0.generation.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> ArtifactProgress {
        let total = self.0.total.load(Relaxed);
        ArtifactProgress {
            what: self.0.what.clone(),
            is_part: self.0.is_part,
            extensions: self.0.extensions.clone(),
            state: STATES[usize::from(self.0.state.load(Relaxed))],
            bytes: self.0.bytes.load(Relaxed),
            total: (total != u64::MAX).then_some(total),
        }
    }
}
