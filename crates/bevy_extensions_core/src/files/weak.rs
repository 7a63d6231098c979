//! Files in memory, as long as somebody else has them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
};

use super::{ExtensionFiles, Place, kept::Kept};

/// Files in memory, as long as somebody else has them.
#[derive(Debug)]
pub(crate) struct WeakFiles {
    shown: String,
    files: Weak<BTreeMap<String, Vec<u8>>>,
}

impl WeakFiles {
    /// Returns the files, if anybody has them still.
    pub(crate) fn upgrade(&self) -> Option<ExtensionFiles> {
        let (shown, place) = (self.shown.clone(), Place::Memory(self.files.upgrade()?));
        // What is in memory does not change, so that nothing has to be kept in common.
        Some(ExtensionFiles { shown, place, kept: Kept::default() })
    }

    /// Tells whether nobody has them any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.files.strong_count() == 0
    }
}

impl ExtensionFiles {
    /// Returns what does not hold the files; `None` if they are not in memory.
    pub(crate) fn downgrade(&self) -> Option<WeakFiles> {
        let Place::Memory(files) = &self.place else { return None };
        Some(WeakFiles { shown: self.shown.clone(), files: Arc::downgrade(files) })
    }

    /// Returns how many bytes they take of the memory.
    pub(crate) fn bytes_in_memory(&self) -> u64 {
        match &self.place {
            Place::Memory(files) => files.iter().map(|(path, bytes)| (path.len() + bytes.len()) as u64).sum(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_there_as_long_as_somebody_has_them() {
        let files = ExtensionFiles::in_memory("rain", BTreeMap::from([("a.js".to_string(), b"drip".to_vec())]));
        assert_eq!(files.bytes_in_memory(), 8);
        let weak = files.downgrade().expect("they are in memory");
        assert_eq!(weak.upgrade().expect("somebody has them").read("a.js").expect("it is there"), b"drip");
        assert!(!weak.is_gone());
        drop(files);
        assert!(weak.is_gone());
        assert!(weak.upgrade().is_none());
    }
}
