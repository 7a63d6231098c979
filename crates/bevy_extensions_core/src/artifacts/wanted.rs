//! An artifact as a manifest asks for it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::value::MapAccessDeserializer};

use super::{Artifact, ArtifactError, Hash, HashKind};

/// An artifact that an extension asks for.
///
/// Written `"town:lamp:1.0.0@glb"`, or with the only hash that will do, `(artifact: "town:lamp:1.0.0@glb", sha256: "..")`;
/// `sha512` and `sha1` stand there, too. Of an npm package, that is the hash of its tarball, whatever version the range
/// finds.
///
/// ```
/// use bevy_extensions_core::Manifest;
///
/// let manifest = Manifest::from_ron(
///     "extension.ron",
///     br#"(name: "Lamps", external: (artifacts: [
///         "left-pad@^1.3",
///         (artifact: "town:lamp:1.0.0@glb", sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
///     ]))"#,
/// )?;
/// let [library, model] = &manifest.external.artifacts[..] else { panic!("there are two") };
/// assert_eq!((library.artifact.name(), library.pin.is_none()), ("left-pad", true));
/// assert_eq!(model.pin.as_ref().unwrap().to_string(), "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709");
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WantedArtifact {
    /// Which.
    pub artifact: Artifact,
    /// The only hash that will do; `None` if whatever the repository has will do at first.
    pub pin: Option<Hash>,
}

impl WantedArtifact {
    /// Asks for an artifact.
    pub fn new(artifact: Artifact) -> Self {
        Self { artifact, pin: None }
    }
}

impl fmt::Display for WantedArtifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.artifact.fmt(f)
    }
}

impl std::str::FromStr for WantedArtifact {
    type Err = ArtifactError;

    fn from_str(text: &str) -> Result<Self, ArtifactError> {
        text.parse().map(Self::new)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an artifact with a hash")]
struct Fields {
    artifact: Artifact,
    #[serde(default, deserialize_with = "sha256")]
    sha256: Option<Hash>,
    #[serde(default, deserialize_with = "sha512")]
    sha512: Option<Hash>,
    #[serde(default, deserialize_with = "sha1")]
    sha1: Option<Hash>,
}

fn sha256<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
    digits(HashKind::Sha256, deserializer)
}

fn sha512<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
    digits(HashKind::Sha512, deserializer)
}

fn sha1<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
    digits(HashKind::Sha1, deserializer)
}

fn digits<'de, D: Deserializer<'de>>(kind: HashKind, deserializer: D) -> Result<Option<Hash>, D::Error> {
    let digits = String::deserialize(deserializer)?;
    Hash::from_hex(kind, &digits).map(Some).map_err(de::Error::custom)
}

impl Serialize for WantedArtifact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(pin) = &self.pin else { return self.artifact.serialize(serializer) };
        // What is written as a field is digits alone.
        let digits = |kind: HashKind| (pin.kind() == kind).then(|| pin.to_hex());
        WrittenFields {
            artifact: &self.artifact,
            sha256: digits(HashKind::Sha256),
            sha512: digits(HashKind::Sha512),
            sha1: digits(HashKind::Sha1),
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct WrittenFields<'a> {
    artifact: &'a Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha512: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
}

impl<'de> Deserialize<'de> for WantedArtifact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = WantedArtifact;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an artifact such as \"com.example:words:1.0.0\" or \"left-pad@^1\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<WantedArtifact, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<WantedArtifact, A::Error> {
                let Fields { artifact, sha256, sha512, sha1 } = Fields::deserialize(MapAccessDeserializer::new(map))?;
                let mut pins = [sha256, sha512, sha1].into_iter().flatten();
                match (pins.next(), pins.next()) {
                    (_, Some(_)) => Err(de::Error::custom("one of `sha256`, `sha512` and `sha1` is enough")),
                    (pin, None) => Ok(WantedArtifact { artifact, pin }),
                }
            }
        }

        // Either form may stand there, so the text has to decide.
        deserializer.deserialize_any(Visitor)
    }
}
