//! Tells which keys change.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, Weak},
};

use super::{Key, Prefix, locks::lock};

/// How many keys a watch remembers; with more, it only remembers that there were many.
const MOST: usize = 10_000;

/// Tells which keys of a prefix have changed, since it was last asked.
///
/// Made by [`KvNamespace::watch`](super::KvNamespace::watch). That a value expires is not a change; whoever wants to know
/// reads it.
#[derive(Debug)]
pub struct Watch(Arc<Watched>);

/// What has changed, as a [`Watch`] tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// The keys that were written or deleted, each once, in their order.
    pub keys: Vec<Key>,
    /// Whether any key may have changed: the namespace was cleared, or there were too many to remember.
    pub any: bool,
}

#[derive(Debug)]
struct Watched {
    prefix: Prefix,
    changed: Mutex<(BTreeSet<Key>, bool)>,
}

impl Watch {
    /// Takes what has changed.
    pub fn drain(&self) -> Changed {
        let (keys, any) = std::mem::take(&mut *lock(&self.0.changed));
        Changed { keys: keys.into_iter().collect(), any }
    }
}

impl Changed {
    /// Tells whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && !self.any
    }
}

/// Those who watch a namespace.
#[derive(Debug, Default)]
pub(super) struct Watchers(Vec<Weak<Watched>>);

impl Watchers {
    pub(super) fn add(&mut self, prefix: Prefix) -> Watch {
        let watched = Arc::new(Watched { prefix, changed: Mutex::default() });
        self.0.retain(|watched| watched.strong_count() > 0);
        self.0.push(Arc::downgrade(&watched));
        Watch(watched)
    }

    pub(super) fn note(&self, key: &Key) {
        for watched in self.0.iter().filter_map(Weak::upgrade).filter(|watched| watched.prefix.matches(key)) {
            let (keys, any) = &mut *lock(&watched.changed);
            if *any || keys.contains(key) {
                continue;
            }
            if keys.len() == MOST {
                (*keys, *any) = (BTreeSet::new(), true);
            } else {
                keys.insert(key.clone());
            }
        }
    }

    pub(super) fn note_all(&self) {
        for watched in self.0.iter().filter_map(Weak::upgrade) {
            *lock(&watched.changed) = (BTreeSet::new(), true);
        }
    }
}
