//! What names are made of that do not know case.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use serde::{Deserializer, Serialize, Serializer, de};

use crate::text::Text;

/// A text that compares, sorts and hashes without regard to case, and keeps the spelling it was written with.
///
/// It is ASCII and holds no byte 0: whoever makes one has checked that. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Caseless(pub(crate) Text);

impl Caseless {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns how the text begins, as a number: texts sort by it, and those that are longer by the rest.
    pub(crate) fn start(&self) -> u128 {
        folded(&self.0.as_bytes()[..self.0.len().min(PART)])
    }

    /// Returns the text in parts that compare faster than single bytes.
    fn folded(&self) -> impl Iterator<Item = u128> {
        self.0.as_bytes().chunks(PART).map(folded)
    }
}

/// How many bytes of a text are compared at once.
const PART: usize = size_of::<u128>();

/// Turns some bytes of a text into a number that does not know case. No byte of it is 0, so the end comes first.
#[inline]
fn folded(bytes: &[u8]) -> u128 {
    let mut part = [0; PART];
    part[..bytes.len()].copy_from_slice(bytes);
    part.make_ascii_lowercase();
    u128::from_be_bytes(part)
}

impl From<&str> for Caseless {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Caseless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Caseless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl PartialEq for Caseless {
    fn eq(&self, other: &Self) -> bool {
        *self == *other.as_str()
    }
}

impl Eq for Caseless {}

impl PartialEq<str> for Caseless {
    fn eq(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

impl Ord for Caseless {
    fn cmp(&self, other: &Self) -> Ordering {
        self.start().cmp(&other.start()).then_with(|| self.folded().cmp(other.folded()))
    }
}

impl PartialOrd for Caseless {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Caseless {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|part| state.write_u128(part));
    }
}

impl Serialize for Caseless {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Reads any kind of name while deserializing: RON knows the place of a wrong one only then.
pub(crate) fn deserialize_name<'de, D, N>(deserializer: D, expected: &'static str) -> Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: FromStr<Err: fmt::Display>,
{
    struct Visitor<N>(&'static str, std::marker::PhantomData<N>);

    impl<N: FromStr<Err: fmt::Display>> de::Visitor<'_> for Visitor<N> {
        type Value = N;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: de::Error>(self, name: &str) -> Result<N, E> {
            name.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Visitor(expected, std::marker::PhantomData))
}
