//! Finds things by names that do not know case, without making a name first.

use std::hash::{Hash, Hasher};

use bevy_platform::collections::{Equivalent, HashMap};

/// A map from names to values; names that differ only in case are one. Looking up takes no memory.
#[derive(Debug)]
pub(crate) struct CaselessMap<V>(HashMap<Key, V>);

impl<V> CaselessMap<V> {
    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.0.get(&Asked(name))
    }

    /// Inserts a value in place of an earlier one.
    pub(crate) fn insert(&mut self, name: impl Into<Box<str>>, value: V) {
        self.0.insert(Key(name.into()), value);
    }
}

impl<V> Default for CaselessMap<V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

#[derive(Debug)]
struct Key(Box<str>);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Asked(&self.0).hash(state);
    }
}

/// A name as somebody has spelt it.
struct Asked<'a>(&'a str);

impl Hash for Asked<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        // In parts, as hashing single bytes is slow.
        for bytes in self.0.as_bytes().chunks(PART) {
            let mut part = [0; PART];
            part[..bytes.len()].copy_from_slice(bytes);
            part.make_ascii_lowercase();
            state.write_u64(u64::from_ne_bytes(part));
        }
    }
}

impl Equivalent<Key> for Asked<'_> {
    #[inline]
    fn equivalent(&self, key: &Key) -> bool {
        // Most write a name as it is.
        *self.0 == *key.0 || self.0.eq_ignore_ascii_case(&key.0)
    }
}

const PART: usize = size_of::<u64>();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_are_one() {
        let mut map = CaselessMap::default();
        map.insert("Weather_Forecast", 1);
        assert_eq!(map.get("weather_FORECAST"), Some(&1));
        assert_eq!(map.get("weather"), None);
        map.insert("WEATHER_forecast", 2);
        assert_eq!(map.get("Weather_Forecast"), Some(&2));
    }
}
