//! What is made once, whoever asks first.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// Values that are made once each, whoever asks first; whoever asks meanwhile waits.
pub(super) struct Once<K, T>(Mutex<BTreeMap<K, Arc<OnceLock<T>>>>);

impl<K: Ord, T: Clone> Once<K, T> {
    pub(super) fn get(&self, key: K, make: impl FnOnce() -> T) -> T {
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        place.get_or_init(make).clone()
    }

    /// Lets go of what was made. Whoever asks afterwards has it made anew.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl<K, T> Default for Once<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
