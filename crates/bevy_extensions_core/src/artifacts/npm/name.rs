//! What npm calls a package.

use std::{fmt, str::FromStr};

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::caseless::deserialize_name;

/// The name of a package: `left-pad`, or `@town/left-pad` in a scope.
///
/// It is safe as a part of an address and of a path. Old packages have capital letters, and new ones have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName(String);

/// How long a name may be.
const LONGEST: usize = 214;

impl PackageName {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name as it stands in the address of its document: `@town%2fleft-pad`.
    pub fn in_url(&self) -> String {
        self.0.replace('/', "%2f")
    }
}

impl FromStr for PackageName {
    type Err = PackageNameError;

    fn from_str(name: &str) -> Result<Self, PackageNameError> {
        let own = match name.strip_prefix('@').map(|scoped| scoped.split_once('/')) {
            None => name,
            Some(Some((scope, own))) if is_part(scope) => own,
            Some(_) => "",
        };
        // These two are what npm itself never takes.
        let is_name = name.len() <= LONGEST && is_part(own) && !["node_modules", "favicon.ico"].contains(&own);
        is_name.then(|| Self(name.into())).ok_or_else(|| PackageNameError { name: name.into() })
    }
}

/// Tells whether a part of a name is made of letters that mean nothing in an address or a path.
fn is_part(part: &str) -> bool {
    let mean_nothing = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && part.bytes().all(mean_nothing)
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for PackageName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PackageName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_name(deserializer, "the name of an npm package in quotes")
    }
}

/// A text that is no [`PackageName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no name of an npm package; one looks like `left-pad` or `@town/left-pad`")]
pub struct PackageNameError {
    /// The text.
    pub name: String,
}

/// One version of a package: `left-pad@1.3.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId {
    /// The name.
    pub name: PackageName,
    /// The version.
    pub version: Version,
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl FromStr for PackageId {
    type Err = PackageIdError;

    fn from_str(text: &str) -> Result<Self, PackageIdError> {
        let wrong = || PackageIdError { text: text.into() };
        let (name, version) = text.rsplit_once('@').ok_or_else(wrong)?;
        let name = name.parse().map_err(|_| wrong())?;
        Ok(Self { name, version: Version::parse(version).map_err(|_| wrong())? })
    }
}

impl Serialize for PackageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PackageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_name(deserializer, "an npm package and its version in quotes")
    }
}

/// A text that is no [`PackageId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no version of an npm package; one looks like `left-pad@1.3.0`")]
pub struct PackageIdError {
    /// The text.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_a_scope() {
        let name = |name: &str| name.parse::<PackageName>().map(|name| name.in_url());
        assert_eq!(name("left-pad").as_deref(), Ok("left-pad"));
        assert_eq!(name("JSONStream").as_deref(), Ok("JSONStream"));
        assert_eq!(name("@town/left.pad").as_deref(), Ok("@town%2fleft.pad"));
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_name() {
        let long = "a".repeat(215);
        let wrong = [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "@/x",
            "@town",
            "@town/",
            "@town/../x",
            "a b",
            "a\\b",
            "a%2fb",
            "a?b",
            "a*",
            "a.",
            "é",
        ];
        for name in wrong.into_iter().chain(["a@1", "node_modules", ".hidden", long.as_str()]) {
            let error = name.parse::<PackageName>().expect_err(name);
            assert_eq!(
                error.to_string(),
                format!("`{name}` is no name of an npm package; one looks like `left-pad` or `@town/left-pad`"),
            );
        }
    }

    #[test]
    fn a_package_is_a_name_and_a_version() {
        let id: PackageId = "@town/left-pad@1.3.0-rc.1".parse().expect("it is well formed");
        assert_eq!((id.name.as_str(), id.version.to_string().as_str()), ("@town/left-pad", "1.3.0-rc.1"));
        assert_eq!(id.to_string(), "@town/left-pad@1.3.0-rc.1");
        let error = "left-pad@^1".parse::<PackageId>().expect_err("it is a range");
        assert_eq!(error.to_string(), "`left-pad@^1` is no version of an npm package; one looks like `left-pad@1.3.0`",);
    }
}
