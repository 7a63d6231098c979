//! What a namespace has in memory: what is not on disk yet.
//!
//! Two layers over the disk: what is being written to it, and what has been changed since. The former changes no more, so
//! the thread that writes it needs no lock, and it goes all at once when the disk has it.

use std::{iter::from_fn, mem::take, ops::Bound, sync::Arc};

use super::{Changes, Key, Stored, watch::Watchers};

/// What an entry takes besides its key and its value, about.
const EACH: usize = 96;

/// What a namespace has in memory.
#[derive(Debug, Default)]
pub(super) struct Layers {
    active: Changes,
    committing: Option<Arc<Changes>>,
    pub(super) watchers: Watchers,
}

impl Layers {
    /// Finds a key: what is known of it, or `None` if the disk has to be asked.
    pub(super) fn find(&self, key: &[u8]) -> Option<Option<Stored>> {
        self.layers().find_map(|layer| match layer.entries.get(key) {
            Some(known) => Some(known.clone()),
            None => layer.cleared.then_some(None),
        })
    }

    /// Returns the layers that matter, newest first.
    fn layers(&self) -> impl Iterator<Item = &Changes> {
        let below = self.committing.as_deref().filter(|_| !self.active.cleared);
        [&self.active].into_iter().chain(below)
    }

    /// Tells whether nothing on disk matters.
    pub(super) fn is_cleared(&self) -> bool {
        self.layers().any(|layer| layer.cleared)
    }

    /// Returns how many entries are not on disk yet, and how many bytes they take.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let all = [Some(&self.active), self.committing.as_deref()];
        all.into_iter()
            .flatten()
            .fold((0, 0), |(entries, bytes), layer| (entries + layer.entries.len(), bytes + layer.bytes))
    }

    /// Returns what is known of a range, in the order of keys.
    pub(super) fn range(&self, range: (Bound<&[u8]>, Bound<&[u8]>)) -> impl Iterator<Item = Entry> {
        let mut layers = self.layers();
        merge(entries_in(layers.next(), range), entries_in(layers.next(), range))
    }

    /// Changes an entry; returns how many bytes that gives back.
    pub(super) fn put(&mut self, key: Key, stored: Option<Stored>) -> usize {
        self.watchers.note(&key);
        let length = key.as_bytes().len();
        self.active.bytes += cost_of(length, stored.as_ref());
        match self.active.entries.insert(key, stored) {
            None => 0,
            Some(before) => {
                let given_back = cost_of(length, before.as_ref());
                self.active.bytes -= given_back;
                given_back
            }
        }
    }

    /// Removes all entries; returns how many bytes that gives back.
    pub(super) fn clear(&mut self) -> usize {
        self.watchers.note_all();
        let before = take(&mut self.active);
        self.active.cleared = true;
        before.bytes
    }

    /// Takes what has changed, to be written to disk. It stays visible until [`thaw`](Self::thaw).
    pub(super) fn freeze(&mut self) -> Option<Arc<Changes>> {
        if !self.active.cleared && self.active.entries.is_empty() {
            return None;
        }
        let changes = Arc::new(take(&mut self.active));
        self.committing = Some(changes.clone());
        Some(changes)
    }

    /// Drops what is on disk now; returns it, since that may take its time.
    pub(super) fn thaw(&mut self) -> Option<Arc<Changes>> {
        self.committing.take()
    }
}

/// A key, and what is there; `None` if it was deleted.
pub(super) type Entry = (Key, Option<Stored>);

/// Returns how many bytes of memory an entry takes, about.
pub(super) fn cost(key: &Key, stored: Option<&Stored>) -> usize {
    cost_of(key.as_bytes().len(), stored)
}

fn cost_of(key: usize, stored: Option<&Stored>) -> usize {
    EACH + key + stored.map_or(0, |stored| stored.bytes.len())
}

fn entries_in<'a>(
    layer: Option<&'a Changes>,
    range: (Bound<&[u8]>, Bound<&[u8]>),
) -> impl Iterator<Item = Entry> + use<'a> {
    let entries = layer.map(|layer| layer.entries.range::<[u8], _>(range));
    entries.into_iter().flatten().map(|(key, stored)| (key.clone(), stored.clone()))
}

/// Merges two sorted lists. What is in both is taken from the first.
pub(super) fn merge(
    first: impl Iterator<Item = Entry>,
    second: impl Iterator<Item = Entry>,
) -> impl Iterator<Item = Entry> {
    let (mut first, mut second) = (first.peekable(), second.peekable());
    from_fn(move || {
        let Some((key, _)) = first.peek() else { return second.next() };
        if let Some(before) = second.next_if(|(other, _)| other < key) {
            return Some(before);
        }
        second.next_if(|(other, _)| other == key);
        first.next()
    })
}
