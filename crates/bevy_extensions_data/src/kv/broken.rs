//! A store that there is not.

use std::{ops::Bound, path::Path};

use super::{Committed, Key, KvBackend, KvError, Measure, Stored};

/// A [`KvBackend`] that answers everything with the same error.
pub(super) struct Broken(pub(super) KvError);

impl KvBackend for Broken {
    fn ready(&self) -> Result<(), KvError> {
        Err(self.0.clone())
    }

    fn get(&self, _: &str, _: &[u8]) -> Result<Option<Stored>, KvError> {
        Err(self.0.clone())
    }

    fn scan(&self, _: &str, _: (Bound<&[u8]>, Bound<&[u8]>), _: usize) -> Result<Vec<(Key, Stored)>, KvError> {
        Err(self.0.clone())
    }

    fn commit(&self, _: &[Committed]) -> Result<(), KvError> {
        Err(self.0.clone())
    }

    fn sweep(&self, _: u64, _: usize) -> Result<usize, KvError> {
        Err(self.0.clone())
    }

    fn measure(&self, _: &str) -> Result<Measure, KvError> {
        Err(self.0.clone())
    }

    fn backup(&self, _: &Path) -> Result<(), KvError> {
        Err(self.0.clone())
    }

    fn close(&self) {}
}
