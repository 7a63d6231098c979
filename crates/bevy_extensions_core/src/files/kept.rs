//! What was read once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::FileError;

/// What was read once, by clean path; all clones have the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Arc<Mutex<BTreeMap<String, Arc<[u8]>>>>);

impl Kept {
    /// Tells whether another one is this.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns what is kept of a file, or else reads and keeps it.
    pub(super) fn get_or_read(
        &self,
        path: String,
        read: impl FnOnce(&str) -> Result<Vec<u8>, FileError>,
    ) -> Result<Arc<[u8]>, FileError> {
        if let Some(bytes) = self.with(|kept| kept.get(&path).cloned()) {
            return Ok(bytes);
        }
        let bytes: Arc<[u8]> = read(&path)?.into();
        // Whoever was faster has read what everyone gets.
        Ok(self.with(|kept| kept.entry(path).or_insert(bytes).clone()))
    }

    fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<String, Arc<[u8]>>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
