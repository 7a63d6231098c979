//! Lists what is there, memory and disk as one.

use std::{iter::from_fn, ops::Bound, sync::Arc, vec};

use super::{
    Key, KvBackend, KvError, Prefix,
    layers::{Layers, merge},
};

/// How many entries are read from the disk at once.
const AT_ONCE: usize = 1024;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KvPage<T> {
    /// The entries, in the order of keys.
    pub entries: Vec<(Key, T)>,
    /// Where to go on: `None` at the end.
    pub next: Option<Key>,
}

/// What is listed.
pub(super) struct List<'a> {
    pub(super) namespace: &'a str,
    pub(super) prefix: &'a Prefix,
    pub(super) after: Option<&'a Key>,
    pub(super) limit: usize,
    pub(super) now: u64,
}

impl List<'_> {
    pub(super) fn read(&self, layers: &Layers, backend: &dyn KvBackend) -> Result<KvPage<Arc<[u8]>>, KvError> {
        let after = self.after.map(Key::as_bytes).filter(|after| *after >= self.prefix.as_bytes());
        let from = after.map_or(Bound::Included(self.prefix.as_bytes()), Bound::Excluded);
        let end = self.prefix.end();
        let to = end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let is_over = matches!((after, end.as_deref()), (Some(after), Some(end)) if after >= end);
        if is_over {
            return Ok(KvPage { entries: Vec::new(), next: None });
        }

        let mut failed = None;
        let mut on_disk =
            OnDisk { list: self, from: owned(from), to, ended: layers.is_cleared(), read: Vec::new().into_iter() };
        let on_disk = from_fn(|| {
            on_disk.next(backend).unwrap_or_else(|error| {
                failed = Some(error);
                None
            })
        });
        let alive = merge(layers.range((from, to)), on_disk.map(|(key, stored)| (key, Some(stored))));
        let alive =
            alive.filter_map(|(key, stored)| Some((key, stored.filter(|stored| stored.is_alive(self.now))?.bytes)));
        let mut entries: Vec<_> = alive.take(self.limit.saturating_add(1)).collect();
        if let Some(error) = failed {
            return Err(error);
        }
        let is_more = entries.len() > self.limit;
        entries.truncate(self.limit);
        let next = entries.last().filter(|_| is_more).map(|(key, _)| key.clone());
        Ok(KvPage { entries, next })
    }
}

/// Reads a range from disk, some entries at once.
struct OnDisk<'a> {
    list: &'a List<'a>,
    from: Bound<Vec<u8>>,
    to: Bound<&'a [u8]>,
    ended: bool,
    read: vec::IntoIter<(Key, super::Stored)>,
}

impl OnDisk<'_> {
    fn next(&mut self, backend: &dyn KvBackend) -> Result<Option<(Key, super::Stored)>, KvError> {
        if let Some(entry) = self.read.next() {
            return Ok(Some(entry));
        }
        if self.ended {
            return Ok(None);
        }
        let at_once = self.list.limit.saturating_add(1).min(AT_ONCE);
        let from = self.from.as_ref().map(Vec::as_slice);
        let read = backend.scan(self.list.namespace, (from, self.to), at_once)?;
        self.ended = read.len() < at_once;
        if let Some((last, _)) = read.last() {
            self.from = Bound::Excluded(last.as_bytes().into());
        }
        self.read = read.into_iter();
        Ok(self.read.next())
    }
}

fn owned(bound: Bound<&[u8]>) -> Bound<Vec<u8>> {
    bound.map(<[u8]>::to_vec)
}
