//! The name of an extension.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    caseless::{Caseless, deserialize_name},
    text::Text,
};

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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ExtensionName(pub(crate) Caseless);

impl ExtensionName {
    /// Checks a name against the rule above.
    ///
    /// # Errors
    ///
    /// [`NameError`] tells which part of the rule is broken.
    pub fn new(name: &str) -> Result<Self, NameError> {
        let error = |broken| NameError { name: name.into(), of: "an extension", broken };
        match name.as_bytes() {
            [] => Err(error(Broken::Empty)),
            [first, ..] if !first.is_ascii_alphabetic() => Err(error(Broken::Start)),
            [_] => Err(error(Broken::Short)),
            bytes if !bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') => Err(error(Broken::Character)),
            _ => Ok(Self(name.into())),
        }
    }

    /// Makes a name of another spelling, as of a file or an npm package: other characters become `_`, and what stands
    /// before the first letter is dropped.
    ///
    /// ```
    /// use bevy_extensions_core::ExtensionName;
    ///
    /// assert_eq!(ExtensionName::converted("my-weather")?, "my_weather");
    /// assert_eq!(ExtensionName::converted("@town/weather")?, "town_weather");
    /// assert_eq!(ExtensionName::converted("Economy")?, "Economy");
    /// # Ok::<(), bevy_extensions_core::NameError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NameError`] if less than two characters are left.
    pub fn converted(spelling: &str) -> Result<Self, NameError> {
        let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let name: String = spelling.chars().map(allowed).skip_while(|c| !c.is_ascii_alphabetic()).collect();
        Self::new(&name).map_err(|_| NameError { name: spelling.into(), of: "an extension", broken: Broken::Remains })
    }

    /// Not public API: the name of a native extension, which its derive has checked.
    #[doc(hidden)]
    pub const fn from_static(name: &'static str) -> Self {
        Self(Caseless(Text::Static(name)))
    }

    /// Returns the name as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns how the name begins, as a number: names sort by it, and those that are longer by the rest.
    pub(crate) fn start(&self) -> u128 {
        self.0.start()
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
        self.0.fmt(f)
    }
}

impl fmt::Debug for ExtensionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<str> for ExtensionName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for ExtensionName {
    fn eq(&self, other: &str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<&str> for ExtensionName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == **other
    }
}

impl<'de> Deserialize<'de> for ExtensionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_name(deserializer, "the name of an extension")
    }
}

/// A text that cannot be the name of an extension, or of an interface.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be the name of {of}: {broken}")]
pub struct NameError {
    pub(crate) name: Arc<str>,
    /// What it cannot name.
    pub(crate) of: &'static str,
    pub(crate) broken: Broken,
}

/// Which part of the rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("it is empty")]
    Empty,
    #[error("it has to start with a letter from a to z")]
    Start,
    #[error("it needs at least two characters")]
    Short,
    #[error("from its first letter on, from a to z, it needs at least two characters")]
    Remains,
    #[error("only letters from a to z, digits and `_` are allowed")]
    Character,
    #[error("only letters from a to z, digits, `-`, `_` and `.` are allowed")]
    InterfaceCharacter,
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
