//! Several keys at once, if others are as they should be.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use super::{Key, KvError, KvNamespace, Stored, layers::Entry, value};

/// Writes several values, if others are as they should be: all of it, or nothing; also on disk.
///
/// Made by [`KvNamespace::transaction`].
///
/// ```
/// # use bevy_extensions_data::{KvError, KvSettings, KvStore, Outcome};
/// # let folder = tempfile::tempdir().unwrap();
/// # let kv = KvStore::open(KvSettings::in_folder(folder.path()))?;
/// # let kv = kv.namespace("Economy");
/// kv.set(("gold", "Quinn"), &100)?;
///
/// let pay = || {
///     kv.transaction()
///         .when(("gold", "Quinn"), &100)
///         .when_absent(("gold", "Rose"))
///         .set(("gold", "Quinn"), &70)
///         .set(("gold", "Rose"), &30)
///         .commit()
/// };
/// assert_eq!(pay()?, Outcome::Done);
/// assert_eq!(pay()?, Outcome::Otherwise(("gold", "Quinn").into()));
/// # Ok::<(), KvError>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is written before `commit`"]
pub struct KvTransaction<'a> {
    namespace: &'a KvNamespace,
    expected: Vec<(Key, Option<Arc<[u8]>>)>,
    entries: Vec<Entry>,
    /// The first thing that went wrong.
    error: Option<KvError>,
}

/// What became of a [`KvTransaction`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it may be that nothing was written"]
pub enum Outcome {
    /// All of it was written.
    Done,
    /// Nothing was written, since this key is otherwise than it should be.
    Otherwise(Key),
}

impl Outcome {
    /// Tells whether it was written.
    pub fn is_done(&self) -> bool {
        *self == Self::Done
    }
}

impl<'a> KvTransaction<'a> {
    pub(super) fn new(namespace: &'a KvNamespace) -> Self {
        Self { namespace, expected: Vec::new(), entries: Vec::new(), error: None }
    }

    /// Asks for a value to be this one. In which order fields are written does not matter.
    pub fn when<T: Serialize + ?Sized>(mut self, key: impl Into<Key>, value: &T) -> Self {
        let key = key.into();
        if let Some(bytes) = self.written(&key, value) {
            self.expected.push((key, Some(bytes)));
        }
        self
    }

    /// Asks for a value to be this one, which is JSON already.
    pub fn when_json(mut self, key: impl Into<Key>, json: &[u8]) -> Self {
        self.expected.push((key.into(), Some(json.into())));
        self
    }

    /// Asks for a key to have no value.
    pub fn when_absent(mut self, key: impl Into<Key>) -> Self {
        self.expected.push((key.into(), None));
        self
    }

    /// Writes a value, which stays until it is deleted.
    pub fn set<T: Serialize + ?Sized>(self, key: impl Into<Key>, value: &T) -> Self {
        self.set_until(key.into(), value, None)
    }

    /// Writes a value, which is gone after that time.
    pub fn set_for<T: Serialize + ?Sized>(self, key: impl Into<Key>, value: &T, time: Duration) -> Self {
        let expires = self.namespace.in_(time);
        self.set_until(key.into(), value, Some(expires))
    }

    /// Writes a value that is JSON already, for good or for a time.
    pub fn set_json(mut self, key: impl Into<Key>, json: &[u8], time: Option<Duration>) -> Self {
        let key = key.into();
        let expires = time.map(|time| self.namespace.in_(time));
        match value::check_size(&key, json) {
            Ok(()) => self.entries.push((key, Some(Stored { bytes: json.into(), expires }))),
            Err(error) => _ = self.error.get_or_insert(error),
        }
        self
    }

    /// Deletes a value, if there is one.
    pub fn delete(mut self, key: impl Into<Key>) -> Self {
        self.entries.push((key.into(), None));
        self
    }

    /// Writes, if all is as it should be.
    ///
    /// # Errors
    ///
    /// As of [`KvNamespace::get`] and [`KvNamespace::set`], for any of the keys. Nothing is written then.
    pub fn commit(self) -> Result<Outcome, KvError> {
        let Self { namespace, expected, entries, error } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let mut otherwise = None;
        let done = namespace.put_if(
            |layers| {
                for (key, expected) in expected {
                    let there = namespace.load_from(layers, &key)?;
                    let is_as_expected = match (&there, &expected) {
                        (None, None) => true,
                        (Some(there), Some(expected)) => value::is_same(&there.bytes, expected),
                        _ => false,
                    };
                    if !is_as_expected {
                        otherwise = Some(key);
                        return Ok(None);
                    }
                }
                Ok(Some(Outcome::Done))
            },
            entries,
        )?;
        Ok(done.or(otherwise.map(Outcome::Otherwise)).expect("it is done, or some key is otherwise"))
    }

    fn set_until<T: Serialize + ?Sized>(mut self, key: Key, value: &T, expires: Option<u64>) -> Self {
        if let Some(bytes) = self.written(&key, value) {
            self.entries.push((key, Some(Stored { bytes, expires })));
        }
        self
    }

    fn written<T: Serialize + ?Sized>(&mut self, key: &Key, value: &T) -> Option<Arc<[u8]>> {
        match value::write(key, value) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.error.get_or_insert(error);
                None
            }
        }
    }
}
