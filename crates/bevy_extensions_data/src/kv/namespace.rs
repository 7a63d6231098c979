//! What an extension has of a store.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    Key, KvError, KvPage, KvTransaction, Measure, Prefix, Stored, Watch,
    layers::Layers,
    list::List,
    locks::{read, write},
    shared::{Shared, Space},
    value,
};

/// How often an update is tried that others get in the way of.
const TRIES: u32 = 64;

/// The keys and values of one extension.
///
/// Whatever is written is visible to the next read, on every thread, and gets to disk a little later, on a thread of the
/// store's own; [`KvStore::flush`](super::KvStore::flush) tells when. What is not on disk yet is read from memory, and the
/// rest from the file, of which much is kept in memory, too.
///
/// Values are anything that serde can write as JSON, of at most [1 MiB](super::LARGEST_VALUE). A number that is infinite or
/// none is refused, since JSON has no such number. Cloning is cheap, and gives the same keys and values.
///
/// ```
/// # use bevy_extensions_data::{KvError, KvSettings, KvStore};
/// # let folder = tempfile::tempdir().unwrap();
/// # let store = KvStore::open(KvSettings::in_folder(folder.path()))?;
/// let kv = store.namespace("Greeter");
/// kv.set("motd", "well met")?;
/// kv.set_many([(("visits", "Quinn"), 3), (("visits", "Rose"), 1)])?;
///
/// assert_eq!(kv.get("motd")?, Some("well met".to_string()));
/// assert_eq!(kv.list::<u32>(("visits",), 10, None)?.entries.len(), 2);
/// assert_eq!(
///     kv.get::<u32>("motd").unwrap_err().to_string(),
///     "`motd` cannot be read as `u32`: there is `\"well met\"`, invalid type: string \"well met\", expected u32 at line 1 \
///      column 10",
/// );
/// # Ok::<(), KvError>(())
/// ```
#[derive(Clone)]
pub struct KvNamespace {
    pub(super) space: Arc<Space>,
    pub(super) shared: Arc<Shared>,
}

/// How much there is of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KvStats {
    /// What is on disk.
    pub on_disk: Measure,
    /// How many changes are not on disk yet.
    pub waiting_entries: usize,
    /// How many bytes of memory they take, about.
    pub waiting_bytes: usize,
}

impl KvNamespace {
    /// Returns the name, in lower case.
    pub fn name(&self) -> &str {
        &self.space.name
    }

    /// Reads a value; `None` if there is none, or it has expired.
    ///
    /// # Errors
    ///
    /// [`KvError::WrongType`] if it is something else, and [`KvError::Storage`].
    pub fn get<T: DeserializeOwned>(&self, key: impl Into<Key>) -> Result<Option<T>, KvError> {
        let key = key.into();
        self.load(&key)?.map(|stored| value::read(&key, &stored.bytes)).transpose()
    }

    /// Reads a value as it is kept: JSON.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    pub fn get_json(&self, key: impl Into<Key>) -> Result<Option<Arc<[u8]>>, KvError> {
        Ok(self.load(&key.into())?.map(|stored| stored.bytes))
    }

    /// Tells whether there is a value.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    pub fn contains(&self, key: impl Into<Key>) -> Result<bool, KvError> {
        Ok(self.load(&key.into())?.is_some())
    }

    /// Reads several values, as they are at one moment.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get), for any of them.
    pub fn get_many<T: DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl Into<Key>>,
    ) -> Result<Vec<Option<T>>, KvError> {
        let keys: Vec<Key> = keys.into_iter().map(Into::into).collect();
        let found = self.get_many_json(&keys)?;
        keys.iter().zip(found).map(|(key, json)| json.map(|json| value::read(key, &json)).transpose()).collect()
    }

    /// Reads several values as they are kept: JSON.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    pub fn get_many_json(&self, keys: &[Key]) -> Result<Vec<Option<Arc<[u8]>>>, KvError> {
        let layers = read(&self.space.layers);
        keys.iter().map(|key| Ok(self.load_from(&layers, key)?.map(|stored| stored.bytes))).collect()
    }

    /// Writes a value, which stays until it is deleted.
    ///
    /// # Errors
    ///
    /// [`KvError::KeyTooLong`], [`KvError::ValueTooLarge`], [`KvError::Unwritable`], [`KvError::Backlog`] and
    /// [`KvError::Closed`]. Nothing is written then.
    pub fn set<T: Serialize + ?Sized>(&self, key: impl Into<Key>, value: &T) -> Result<(), KvError> {
        let key = key.into();
        let bytes = value::write(&key, value)?;
        self.put([(key, Some(Stored { bytes, expires: None }))])
    }

    /// Writes a value, which is gone after that time.
    ///
    /// # Errors
    ///
    /// As of [`set`](Self::set).
    pub fn set_for<T: Serialize + ?Sized>(
        &self,
        key: impl Into<Key>,
        value: &T,
        time: Duration,
    ) -> Result<(), KvError> {
        let key = key.into();
        let bytes = value::write(&key, value)?;
        self.put([(key, Some(Stored { bytes, expires: Some(self.in_(time)) }))])
    }

    /// Writes a value that is JSON already, for good or for a time. It is not looked into: what is no JSON cannot be read.
    ///
    /// # Errors
    ///
    /// As of [`set`](Self::set).
    pub fn set_json(&self, key: impl Into<Key>, json: &[u8], time: Option<Duration>) -> Result<(), KvError> {
        let key = key.into();
        value::check_size(&key, json)?;
        self.put([(key, Some(Stored { bytes: json.into(), expires: time.map(|time| self.in_(time)) }))])
    }

    /// Writes several values: all of them, or none; also on disk.
    ///
    /// # Errors
    ///
    /// As of [`set`](Self::set), for any of them.
    pub fn set_many<T: Serialize>(
        &self,
        entries: impl IntoIterator<Item = (impl Into<Key>, T)>,
    ) -> Result<(), KvError> {
        let entries = entries.into_iter().map(|(key, value)| {
            let key = key.into();
            let bytes = value::write(&key, &value)?;
            Ok((key, Some(Stored { bytes, expires: None })))
        });
        self.put(entries.collect::<Result<Vec<_>, KvError>>()?)
    }

    /// Deletes a value, if there is one.
    ///
    /// # Errors
    ///
    /// [`KvError::KeyTooLong`], [`KvError::Backlog`] and [`KvError::Closed`].
    pub fn delete(&self, key: impl Into<Key>) -> Result<(), KvError> {
        self.put([(key.into(), None)])
    }

    /// Deletes all values.
    ///
    /// # Errors
    ///
    /// [`KvError::Closed`].
    pub fn clear(&self) -> Result<(), KvError> {
        self.shared.backend.ready()?;
        let mut layers = write(&self.space.layers);
        if self.shared.is_closed() {
            return Err(KvError::Closed);
        }
        self.shared.release(layers.clear());
        drop(layers);
        self.shared.set_dirty();
        Ok(())
    }

    /// Lists values in the order of their keys, at most so many. To go on, hand in the [`next`](KvPage::next) of the page.
    ///
    /// ```
    /// # use bevy_extensions_data::{KvError, KvSettings, KvStore};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let kv = KvStore::open(KvSettings::in_folder(folder.path()))?;
    /// # let kv = kv.namespace("Economy");
    /// kv.set_many((0..5).map(|player| (("gold", player), 100 * player)))?;
    ///
    /// let page = kv.list::<i32>(("gold",), 3, None)?;
    /// assert_eq!(page.entries[2], (("gold", 2).into(), 200));
    ///
    /// let rest = kv.list::<i32>(("gold",), 3, page.next.as_ref())?;
    /// assert_eq!((rest.entries.len(), rest.next), (2, None));
    /// # Ok::<(), KvError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get), for any of them.
    pub fn list<T: DeserializeOwned>(
        &self,
        prefix: impl Into<Prefix>,
        limit: usize,
        after: Option<&Key>,
    ) -> Result<KvPage<T>, KvError> {
        let page = self.list_json(prefix, limit, after)?;
        let read = |(key, json): (Key, Arc<[u8]>)| {
            let value = value::read(&key, &json)?;
            Ok((key, value))
        };
        Ok(KvPage { entries: page.entries.into_iter().map(read).collect::<Result<_, KvError>>()?, next: page.next })
    }

    /// Lists values as they are kept: JSON.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    pub fn list_json(
        &self,
        prefix: impl Into<Prefix>,
        limit: usize,
        after: Option<&Key>,
    ) -> Result<KvPage<Arc<[u8]>>, KvError> {
        let list = List { namespace: &self.space.name, prefix: &prefix.into(), after, limit, now: self.shared.now() };
        list.read(&read(&self.space.layers), &*self.shared.backend)
    }

    /// Adds to a whole number, and returns what it is then. Where there is none, it counts from 0. When it expires stays as
    /// it is.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get) and [`set`](Self::set), and [`KvError::Overflow`], rather than to stop at the largest number:
    /// who counts wants to know.
    pub fn incr(&self, key: impl Into<Key>, by: i64) -> Result<i64, KvError> {
        self.add(key.into(), by.into())
    }

    /// Takes from a whole number, as [`incr`](Self::incr) adds to it.
    ///
    /// # Errors
    ///
    /// As of [`incr`](Self::incr).
    pub fn decr(&self, key: impl Into<Key>, by: i64) -> Result<i64, KvError> {
        self.add(key.into(), -i128::from(by))
    }

    fn add(&self, key: Key, by: i128) -> Result<i64, KvError> {
        self.replace(&key, |before| {
            let value = before.as_ref().map_or(Ok(0), |stored| value::read::<i64>(&key, &stored.bytes))?;
            let overflow = |_| KvError::Overflow { key: key.to_string(), value, by };
            let sum = i64::try_from(i128::from(value) + by).map_err(overflow)?;
            let expires = before.and_then(|stored| stored.expires);
            Ok((sum, Some(Stored { bytes: value::write(&key, &sum)?, expires })))
        })
    }

    /// Changes a value by what it is, so that nobody else changes it in between; returns what it is then. `None` is no value.
    /// When it expires stays as it is.
    ///
    /// If somebody else has changed it in the meantime, `change` is called again with what they made of it. Meanwhile nothing
    /// is locked, so it may take its time and may read and write other keys.
    ///
    /// ```
    /// # use bevy_extensions_data::{KvError, KvSettings, KvStore};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let kv = KvStore::open(KvSettings::in_folder(folder.path()))?;
    /// # let kv = kv.namespace("Greeter");
    /// let mut greeted = |name: &str| {
    ///     kv.update("greeted", |names: Option<Vec<String>>| {
    ///         let mut names = names.unwrap_or_default();
    ///         names.push(name.into());
    ///         Some(names)
    ///     })
    /// };
    /// greeted("Quinn")?;
    /// assert_eq!(greeted("Rose")?, Some(vec!["Quinn".into(), "Rose".into()]));
    /// # Ok::<(), KvError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get) and [`set`](Self::set), and [`KvError::Contended`] if others always got in the way, as
    /// `change` itself does if it writes the same key.
    pub fn update<T: Serialize + DeserializeOwned>(
        &self,
        key: impl Into<Key>,
        mut change: impl FnMut(Option<T>) -> Option<T>,
    ) -> Result<Option<T>, KvError> {
        let key = key.into();
        key.check()?;
        for _ in 0..TRIES {
            let before = self.load(&key)?;
            let value = before.as_ref().map(|stored| value::read(&key, &stored.bytes)).transpose()?;
            let value = change(value);
            let bytes = value.as_ref().map(|value| value::write(&key, value)).transpose()?;
            let expires = before.as_ref().and_then(|stored| stored.expires);
            let entry = (key.clone(), bytes.map(|bytes| Stored { bytes, expires }));
            let is_same = |layers: &Layers| Ok((self.load_from(layers, &key)? == before).then_some(()));
            if self.put_if(is_same, [entry])?.is_some() {
                return Ok(value);
            }
        }
        Err(KvError::Contended { key: key.to_string(), tries: TRIES })
    }

    /// Says when a value expires: after that time, or never. Tells whether there is such a value.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`], [`KvError::Backlog`] and [`KvError::Closed`].
    pub fn expire(&self, key: impl Into<Key>, time: Option<Duration>) -> Result<bool, KvError> {
        self.replace(&key.into(), |before| {
            let expires = time.map(|time| self.in_(time));
            Ok((before.is_some(), before.map(|stored| Stored { expires, ..stored })))
        })
    }

    /// Begins to write several values that depend on others: all of it, or nothing.
    pub fn transaction(&self) -> KvTransaction<'_> {
        KvTransaction::new(self)
    }

    /// Tells from now on which keys of a prefix change, whoever changes them.
    ///
    /// ```
    /// # use bevy_extensions_data::{KvError, KvSettings, KvStore};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let kv = KvStore::open(KvSettings::in_folder(folder.path()))?;
    /// # let kv = kv.namespace("Economy");
    /// let watch = kv.watch(("gold",));
    /// kv.set(("gold", 7), &100)?;
    /// kv.set("motd", "well met")?;
    ///
    /// assert_eq!(watch.drain().keys, [("gold", 7).into()]);
    /// assert!(watch.drain().is_empty());
    /// # Ok::<(), KvError>(())
    /// ```
    pub fn watch(&self, prefix: impl Into<Prefix>) -> Watch {
        write(&self.space.layers).watchers.add(prefix.into())
    }

    /// Tells how much there is. That looks through all that is on disk: for people who ask, not for every frame.
    ///
    /// # Errors
    ///
    /// [`KvError::Storage`].
    pub fn stats(&self) -> Result<KvStats, KvError> {
        let (waiting_entries, waiting_bytes) = read(&self.space.layers).waiting();
        Ok(KvStats { on_disk: self.shared.backend.measure(&self.space.name)?, waiting_entries, waiting_bytes })
    }
}

impl fmt::Debug for KvNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KvNamespace").field(&self.space.name).finish()
    }
}
