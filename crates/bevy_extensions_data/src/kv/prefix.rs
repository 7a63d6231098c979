//! How the keys begin that somebody asks for.

use super::key::{AsKeyPart, Key, TEXT, append_escaped};

/// How the keys begin that are listed or watched.
///
/// A text stands for the texts that begin with it, and a tuple for the tuples that begin with its parts, each whole:
///
/// ```
/// use bevy_extensions_data::Prefix;
///
/// assert!(Prefix::from("go").matches(&"gold".into()));
/// assert!(Prefix::from("go").matches(&("gold", 7).into()));
///
/// assert!(Prefix::from(("gold",)).matches(&("gold", 7).into()));
/// assert!(!Prefix::from(("gold",)).matches(&("golden", 7).into()));
///
/// assert!(Prefix::all().matches(&7.into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(Vec<u8>);

impl Prefix {
    /// That of all keys. The empty text is the same.
    pub fn all() -> Self {
        Self(Vec::new())
    }

    /// That of all keys which begin with the parts of this one, each whole.
    pub fn of_key(key: &Key) -> Self {
        Self(key.as_bytes().into())
    }

    /// Tells whether a key begins like this.
    pub fn matches(&self, key: &Key) -> bool {
        key.as_bytes().starts_with(&self.0)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns what comes right after all keys of this prefix; `None` if there can be nothing.
    pub(super) fn end(&self) -> Option<Vec<u8>> {
        let last = self.0.iter().rposition(|byte| *byte != u8::MAX)?;
        let mut end = self.0[..=last].to_vec();
        end[last] += 1;
        Some(end)
    }
}

impl From<&str> for Prefix {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            return Self::all();
        }
        let mut bytes = vec![TEXT];
        append_escaped(text, &mut bytes);
        Self(bytes)
    }
}

impl From<&String> for Prefix {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Prefix {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Key> for Prefix {
    fn from(key: Key) -> Self {
        Self::of_key(&key)
    }
}

impl<A: AsKeyPart> From<(A,)> for Prefix {
    fn from(parts: (A,)) -> Self {
        Key::from(parts).into()
    }
}

impl<A: AsKeyPart, B: AsKeyPart> From<(A, B)> for Prefix {
    fn from(parts: (A, B)) -> Self {
        Key::from(parts).into()
    }
}

impl<A: AsKeyPart, B: AsKeyPart, C: AsKeyPart> From<(A, B, C)> for Prefix {
    fn from(parts: (A, B, C)) -> Self {
        Key::from(parts).into()
    }
}
