//! Where a store keeps what is committed.

use std::{collections::BTreeMap, ops::Bound, path::Path, sync::Arc};

use super::{Key, KvError};

/// Where a [`KvStore`](super::KvStore) keeps what is committed. The seam behind which something else than a file can stand.
///
/// Reading may happen on any thread, also while something is committed; it shows what was committed last.
pub trait KvBackend: Send + Sync + 'static {
    /// Asked before anything is accepted that is to be committed later.
    ///
    /// # Errors
    ///
    /// Whatever would keep it from ever being committed, so that it is refused instead.
    fn ready(&self) -> Result<(), KvError> {
        Ok(())
    }

    /// Reads a value, expired or not.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    fn get(&self, namespace: &str, key: &[u8]) -> Result<Option<Stored>, KvError>;

    /// Reads the first entries of a range in the order of keys, expired or not.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    fn scan(
        &self,
        namespace: &str,
        range: (Bound<&[u8]>, Bound<&[u8]>),
        at_most: usize,
    ) -> Result<Vec<(Key, Stored)>, KvError>;

    /// Writes all of it or nothing. It survives a power failure once this has returned.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`]. The same may be committed again then.
    fn commit(&self, committed: &[Committed]) -> Result<(), KvError>;

    /// Removes what expired by `now` (as [`Clock::now`](super::Clock::now) tells it), at most so many; returns how many.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    fn sweep(&self, now: u64, at_most: usize) -> Result<usize, KvError>;

    /// Tells how much there is of a namespace.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    fn measure(&self, namespace: &str) -> Result<Measure, KvError>;

    /// Makes a file that a store can be opened from, of what is committed by now.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`], also if there is a file already.
    fn backup(&self, to: &Path) -> Result<(), KvError>;

    /// Ends, so that somebody else may open the same. Whatever is asked for later is the error [`KvError::Closed`].
    fn close(&self);
}

/// A value, and when it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The value.
    pub bytes: Arc<[u8]>,
    /// The milliseconds since the beginning of 1970 at which it is gone.
    pub expires: Option<u64>,
}

impl Stored {
    pub(super) fn is_alive(&self, now: u64) -> bool {
        self.expires.is_none_or(|expires| expires > now)
    }
}

/// What is to be committed to a namespace.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The namespace, in lower case.
    pub namespace: Arc<str>,
    /// What changes.
    pub changes: Arc<Changes>,
}

/// What changes in a namespace.
#[derive(Debug, Default)]
pub struct Changes {
    /// Whether all that is there goes first.
    pub cleared: bool,
    /// What is there afterwards; `None` for a key that goes.
    pub entries: BTreeMap<Key, Option<Stored>>,
    /// How many bytes of memory it takes.
    pub(super) bytes: usize,
}

/// How much there is of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measure {
    /// How many entries. Expired ones count until they are swept.
    pub entries: u64,
    /// How many bytes their keys and values take.
    pub bytes: u64,
}
