//! The name of an interface, or of whatever else the host settings choose a server for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    caseless::{Caseless, deserialize_name},
    name::{Broken, ExtensionName, NameError},
};

/// The name of an interface, such as `storage` or `town.weather-map`.
///
/// An ASCII letter, then ASCII letters, digits, `-`, `_` and `.`: `[A-Za-z][-_.A-Za-z0-9]*`. Every name of an extension
/// is one too, so the same key of [`choose`](crate::HostSettings::choose) may mean either.
/// Names that differ only in case are the same name: they compare, sort and hash as equal,
/// while each keeps the spelling it was written with. Cloning is cheap.
///
/// ```
/// use bevy_extensions_core::{ExtensionName, InterfaceName};
///
/// let storage: InterfaceName = "key-value.storage".parse()?;
/// assert_eq!(storage, "Key-Value.Storage");
///
/// let weather: ExtensionName = "Weather".parse()?;
/// assert_eq!(InterfaceName::from(&weather), "weather");
/// # Ok::<(), bevy_extensions_core::NameError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct InterfaceName(Caseless);

impl InterfaceName {
    /// Checks a name against the rule above.
    ///
    /// # Errors
    ///
    /// [`NameError`] tells which part of the rule is broken.
    pub fn new(name: &str) -> Result<Self, NameError> {
        let error = |broken| NameError { name: name.into(), of: "an interface", broken };
        let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        match name.as_bytes() {
            [] => Err(error(Broken::Empty)),
            [first, ..] if !first.is_ascii_alphabetic() => Err(error(Broken::Start)),
            bytes if !bytes.iter().all(is_allowed) => Err(error(Broken::InterfaceCharacter)),
            _ => Ok(Self(name.into())),
        }
    }

    /// Returns the name as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Every name of an extension can be the name of an interface.
impl From<&ExtensionName> for InterfaceName {
    fn from(name: &ExtensionName) -> Self {
        Self(name.0.clone())
    }
}

impl FromStr for InterfaceName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl fmt::Display for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for InterfaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<str> for InterfaceName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for InterfaceName {
    fn eq(&self, other: &str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<&str> for InterfaceName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == **other
    }
}

impl<'de> Deserialize<'de> for InterfaceName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_name(deserializer, "the name of an interface or extension")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        match InterfaceName::new(name) {
            Ok(name) => assert_eq!(name.as_str(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn one_letter_is_enough_and_words_may_be_joined() {
        check("s", "s");
        check("Key-Value.store_2", "Key-Value.store_2");
    }

    #[test]
    fn everything_else_tells_what_is_wrong() {
        check("", "`` cannot be the name of an interface: it is empty");
        check(".a", "`.a` cannot be the name of an interface: it has to start with a letter from a to z");
        check(
            "key value",
            "`key value` cannot be the name of an interface: \
             only letters from a to z, digits, `-`, `_` and `.` are allowed",
        );
    }

    #[test]
    fn names_that_differ_in_case_are_one() {
        let names = ["Storage", "STORAGE", "storage"].map(|name| InterfaceName::new(name).expect("it is a good name"));
        assert_eq!(std::collections::HashSet::from(names.clone()).len(), 1);
        assert_eq!(std::collections::BTreeSet::from(names).len(), 1);
    }

    #[test]
    fn an_extension_lends_its_name_as_it_is_written() {
        let name = ExtensionName::new("Better_Weather").expect("it is a good name");
        assert_eq!(InterfaceName::from(&name).as_str(), "Better_Weather");
    }
}
