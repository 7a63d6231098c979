//! What an extension asks of another, and the names it lends.

use std::{fmt, str::FromStr};

use semver::{Version, VersionReq};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::value::MapAccessDeserializer};

use crate::{
    name::{ExtensionName, NameError},
    version::{VersionError, deserialize_range, deserialize_version, is_any, parse_range, parse_version},
};

/// What an extension asks of another: a name and a range of versions.
///
/// Written `"Economy ^1.2"`, or `(name: "Economy", version: "^1.2", reason: "pays for rain", url: "https://..")`.
/// Without a range every version will do.
///
/// ```
/// use bevy_extensions_core::Dependency;
///
/// let economy: Dependency = "Economy ^1.2".parse().unwrap();
/// assert_eq!(economy.name, "Economy");
/// assert_eq!(economy.to_string(), "Economy ^1.2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dependency {
    /// The name of the other, or a name that the other provides.
    pub name: ExtensionName,
    /// The versions that will do.
    pub version: VersionReq,
    /// What it is needed for; empty if absent.
    pub reason: String,
    /// Where to get it; empty if absent.
    pub url: String,
}

impl Dependency {
    /// Asks for a range of versions of an extension.
    pub fn new(name: ExtensionName, version: VersionReq) -> Self {
        Self { name, version, reason: String::new(), url: String::new() }
    }

    /// Reads `my-weather ^1.2`, where the name may be [spelled](ExtensionName::converted) as files and npm packages are.
    pub(super) fn from_spelling(text: &str) -> Result<Self, DependencyError> {
        let (name, range) = split(text);
        Ok(Self::new(ExtensionName::converted(name)?, range.map_or(Ok(VersionReq::STAR), parse_range)?))
    }
}

/// Shown as it is written in a manifest: `Economy ^1.2`.
impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if !is_any(&self.version) {
            write!(f, " {}", self.version)?;
        }
        Ok(())
    }
}

impl FromStr for Dependency {
    type Err = DependencyError;

    fn from_str(text: &str) -> Result<Self, DependencyError> {
        let (name, range) = split(text);
        Ok(Self::new(name.parse()?, range.map_or(Ok(VersionReq::STAR), parse_range)?))
    }
}

impl Serialize for Dependency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.reason.is_empty() && self.url.is_empty() {
            return serializer.collect_str(self);
        }
        DependencyFields {
            name: self.name.clone(),
            version: self.version.clone(),
            reason: self.reason.clone(),
            url: self.url.clone(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Dependency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Dependency;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a dependency such as \"Economy ^1.2\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Dependency, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Dependency, A::Error> {
                let fields = DependencyFields::<ExtensionName>::deserialize(MapAccessDeserializer::new(map))?;
                let DependencyFields { name, version, reason, url } = fields;
                Ok(Dependency { name, version, reason, url })
            }
        }

        // Either form may stand there, so the text has to decide.
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DependencyFields<N> {
    pub(super) name: N,
    #[serde(default, deserialize_with = "deserialize_range", skip_serializing_if = "is_any")]
    pub(super) version: VersionReq,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) reason: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) url: String,
}

/// A further name that an extension answers to.
///
/// Written `"Economy 1.2.0"`, or `"Economy"` if it stands for no particular version: that one satisfies every range.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provided {
    /// The name.
    pub name: ExtensionName,
    /// The version that it stands for.
    pub version: Option<Version>,
}

impl Provided {
    /// Provides a name at a version.
    pub fn new(name: ExtensionName, version: Option<Version>) -> Self {
        Self { name, version }
    }
}

impl fmt::Display for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        self.version.iter().try_for_each(|version| write!(f, " {version}"))
    }
}

impl FromStr for Provided {
    type Err = DependencyError;

    fn from_str(text: &str) -> Result<Self, DependencyError> {
        let (name, version) = split(text);
        Ok(Self { name: name.parse()?, version: version.map(parse_version).transpose()? })
    }
}

impl Serialize for Provided {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Provided {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Provided;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a provided name such as \"Economy 1.2.0\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Provided, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Provided, A::Error> {
                let ProvidedFields { name, version } = ProvidedFields::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Provided { name, version: Some(version) })
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvidedFields {
    name: ExtensionName,
    #[serde(deserialize_with = "deserialize_version")]
    version: Version,
}

/// A text that names no dependency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DependencyError {
    /// The name is not allowed.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The version or range is none.
    #[error(transparent)]
    Version(#[from] VersionError),
}

/// Splits `Economy ^1.2` at the first white space.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.trim().split_once(char::is_whitespace) {
        Some((name, rest)) => (name, Some(rest.trim())),
        None => (text.trim(), None),
    }
}
