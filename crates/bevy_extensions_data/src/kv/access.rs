//! How a namespace reads and writes: in memory first, then on disk.

use std::time::Duration;

use super::{
    Key, KvError, KvNamespace, Stored,
    clock::millis,
    layers::{Entry, Layers, cost},
    locks::{read, write},
};

impl KvNamespace {
    /// Returns when it will be, after that time.
    pub(super) fn in_(&self, time: Duration) -> u64 {
        self.shared.now().saturating_add(millis(time))
    }

    /// Reads a value, from the disk without a lock.
    pub(super) fn load(&self, key: &Key) -> Result<Option<Stored>, KvError> {
        key.check()?;
        let known = read(&self.space.layers).find(key.as_bytes());
        // What was dropped from memory since is on disk, and seen there.
        self.or_on_disk(known, key)
    }

    /// Reads a value while nobody writes.
    pub(super) fn load_from(&self, layers: &Layers, key: &Key) -> Result<Option<Stored>, KvError> {
        key.check()?;
        self.or_on_disk(layers.find(key.as_bytes()), key)
    }

    fn or_on_disk(&self, known: Option<Option<Stored>>, key: &Key) -> Result<Option<Stored>, KvError> {
        let stored = match known {
            Some(known) => known,
            None => self.shared.backend.get(&self.space.name, key.as_bytes())?,
        };
        Ok(stored.filter(|stored| stored.expires.is_none() || stored.is_alive(self.shared.now())))
    }

    /// Changes a value by what it is, while nobody else writes; `None` leaves it as it is.
    pub(super) fn replace<R>(
        &self,
        key: &Key,
        change: impl FnOnce(Option<Stored>) -> Result<(R, Option<Stored>), KvError>,
    ) -> Result<R, KvError> {
        self.shared.backend.ready()?;
        let mut layers = write(&self.space.layers);
        if self.shared.is_closed() {
            return Err(KvError::Closed);
        }
        let (result, after) = change(self.load_from(&layers, key)?)?;
        if after.is_some() {
            self.shared.reserve(cost(key, after.as_ref()))?;
            self.apply(&mut layers, [(key.clone(), after)]);
            drop(layers);
            self.shared.set_dirty();
        }
        Ok(result)
    }

    /// Writes.
    ///
    /// # Errors
    ///
    /// [`KvError::KeyTooLong`], [`KvError::Backlog`] and [`KvError::Closed`].
    pub(super) fn put<E: AsRef<[Entry]> + IntoIterator<Item = Entry>>(&self, entries: E) -> Result<(), KvError> {
        self.put_if(|_| Ok(Some(())), entries).map(|_| ())
    }

    /// Writes, if `condition` has something to return; returns that.
    pub(super) fn put_if<R, E: AsRef<[Entry]> + IntoIterator<Item = Entry>>(
        &self,
        condition: impl FnOnce(&Layers) -> Result<Option<R>, KvError>,
        entries: E,
    ) -> Result<Option<R>, KvError> {
        entries.as_ref().iter().try_for_each(|(key, _)| key.check())?;
        self.shared.backend.ready()?;
        let room = entries.as_ref().iter().map(|(key, stored)| cost(key, stored.as_ref())).sum();
        self.shared.reserve(room)?;
        let mut layers = write(&self.space.layers);
        let condition = if self.shared.is_closed() { Err(KvError::Closed) } else { condition(&layers) };
        if !matches!(condition, Ok(Some(_))) {
            self.shared.release(room);
            return condition;
        }
        self.apply(&mut layers, entries);
        drop(layers);
        self.shared.set_dirty();
        condition
    }

    /// Writes what there is room for.
    fn apply(&self, layers: &mut Layers, entries: impl IntoIterator<Item = Entry>) {
        let given_back = entries.into_iter().map(|(key, stored)| layers.put(key, stored)).sum();
        self.shared.release(given_back);
    }
}
