//! The name of an extension.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The name of an extension, such as `Economy` or `town_weather`.
///
/// A letter, then at least one more letter, digit or `_`, all of them ASCII: `[A-Za-z][_A-Za-z0-9]+`.
/// Names that differ only in case are the same name: they compare, sort and hash as equal,
/// while each keeps the spelling it was written with. Cloning is cheap.
///
/// ```
/// use bevy_extensions_core::ExtensionName;
///
/// let name: ExtensionName = "Economy".parse()?;
/// assert_eq!(name, "economy");
/// assert_eq!(name.as_str(), "Economy");
/// # Ok::<(), bevy_extensions_core::NameError>(())
/// ```
#[derive(Clone)]
pub struct ExtensionName(Arc<str>);

impl ExtensionName {
    /// Checks a name against the rule above.
    ///
    /// # Errors
    ///
    /// [`NameError`] tells which part of the rule is broken.
    pub fn new(name: &str) -> Result<Self, NameError> {
        let error = |broken| NameError { name: name.into(), broken };
        match name.as_bytes() {
            [] => Err(error(Broken::Empty)),
            [first, ..] if !first.is_ascii_alphabetic() => Err(error(Broken::Start)),
            [_] => Err(error(Broken::Short)),
            bytes if !bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') => Err(error(Broken::Character)),
            _ => Ok(Self(name.into())),
        }
    }

    /// Returns the name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExtensionName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl fmt::Display for ExtensionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ExtensionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for ExtensionName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq for ExtensionName {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for ExtensionName {}

impl PartialEq<str> for ExtensionName {
    fn eq(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

impl PartialEq<&str> for ExtensionName {
    fn eq(&self, other: &&str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

impl Ord for ExtensionName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.start().cmp(&other.start()).then_with(|| self.folded().cmp(other.folded()))
    }
}

impl PartialOrd for ExtensionName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for ExtensionName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().for_each(|part| state.write_u128(part));
    }
}

impl Serialize for ExtensionName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ExtensionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl de::Visitor<'_> for Name {
            type Value = ExtensionName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an extension")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<ExtensionName, E> {
                name.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Name)
    }
}

impl ExtensionName {
    /// Returns how the name begins, as a number: names sort by it, and those that are longer by the rest.
    pub(crate) fn start(&self) -> u128 {
        folded(&self.0.as_bytes()[..self.0.len().min(PART)])
    }

    /// Returns the name in parts that compare faster than single bytes.
    fn folded(&self) -> impl Iterator<Item = u128> {
        self.0.as_bytes().chunks(PART).map(folded)
    }
}

/// How many bytes of a name are compared at once.
const PART: usize = size_of::<u128>();

/// Turns some bytes of a name into a number that does not know case. No byte of a name is 0, so the end comes first.
#[inline]
fn folded(bytes: &[u8]) -> u128 {
    let mut part = [0; PART];
    part[..bytes.len()].copy_from_slice(bytes);
    part.make_ascii_lowercase();
    u128::from_be_bytes(part)
}

/// A text that cannot be the name of an extension.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be the name of an extension: {broken}")]
pub struct NameError {
    name: Arc<str>,
    broken: Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Broken {
    #[error("it is empty")]
    Empty,
    #[error("it has to start with a letter from a to z")]
    Start,
    #[error("it needs at least two characters")]
    Short,
    #[error("only letters from a to z, digits and `_` are allowed")]
    Character,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        match ExtensionName::new(name) {
            Ok(name) => assert_eq!(name.as_str(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn letters_digits_and_underscores_are_a_name() {
        check("Economy", "Economy");
        check("a1", "a1");
        check("A_", "A_");
    }

    #[test]
    fn everything_else_tells_what_is_wrong() {
        check("", "`` cannot be the name of an extension: it is empty");
        check("1st", "`1st` cannot be the name of an extension: it has to start with a letter from a to z");
        check("_x", "`_x` cannot be the name of an extension: it has to start with a letter from a to z");
        check("A", "`A` cannot be the name of an extension: it needs at least two characters");
        check(
            "town-weather",
            "`town-weather` cannot be the name of an extension: only letters from a to z, digits and `_` are allowed",
        );
        check(
            "Wétter",
            "`Wétter` cannot be the name of an extension: only letters from a to z, digits and `_` are allowed",
        );
    }

    #[test]
    fn names_that_differ_in_case_are_one() {
        let names = std::collections::HashSet::from(
            ["Economy", "ECONOMY", "economy"].map(|name| ExtensionName::new(name).expect("it is a good name")),
        );
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn order_does_not_look_at_case() {
        let mut names = ["beta", "Alpha", "Gamma"].map(|name| ExtensionName::new(name).expect("it is a good name"));
        names.sort();
        assert_eq!(names.map(|name| name.to_string()), ["Alpha", "beta", "Gamma"]);
    }
}
