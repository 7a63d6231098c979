//! What tells one content from every other.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::caseless::deserialize_name;

/// How a [`Hash`](struct@Hash) is made; the later, the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HashKind {
    /// SHA-1: it tells damage, but whoever wants to can make two contents of one hash.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl HashKind {
    /// All, the strongest first.
    pub const ALL: [Self; 3] = [Self::Sha512, Self::Sha256, Self::Sha1];

    /// Finds a kind by its [name](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns what it is called: `sha256`. A file of that extension beside another holds that one's hash.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Returns how many bytes such a hash has.
    pub fn size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl fmt::Display for HashKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What tells one content from every other: a SHA-256, SHA-512 or SHA-1.
///
/// Shown, and read again, as its kind, a colon and its bytes as hexadecimal digits. Hashes of two kinds are never equal.
///
/// ```
/// use bevy_extensions_core::artifacts::{Hash, HashKind};
///
/// let hash: Hash = "sha1:FBEC17CB2FCBBD1C659B252230B48826FC563788".parse()?;
/// assert_eq!(hash.kind(), HashKind::Sha1);
/// assert_eq!(hash.to_string(), "sha1:fbec17cb2fcbbd1c659b252230b48826fc563788");
/// # Ok::<(), bevy_extensions_core::artifacts::HashError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash {
    kind: HashKind,
    /// As many bytes as the kind has, and zeros.
    bytes: [u8; 64],
}

impl Hash {
    /// Takes the bytes of a hash, or `None` if they are not as many as the kind has.
    pub fn from_bytes(kind: HashKind, bytes: &[u8]) -> Option<Self> {
        let mut own = [0; 64];
        own[..kind.size()].copy_from_slice((bytes.len() == kind.size()).then_some(bytes)?);
        Some(Self { kind, bytes: own })
    }

    /// Reads hexadecimal digits, in either case, as they stand in a file `.sha256` beside another.
    ///
    /// # Errors
    ///
    /// [`HashError`] if it is anything else, or if they are not as many as the kind has.
    pub fn from_hex(kind: HashKind, hex: &str) -> Result<Self, HashError> {
        let wrong = || HashError::Digits { text: hex.into(), kind };
        let digits: Option<Vec<_>> = hex.chars().map(|c| c.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() == kind.size() * 2).ok_or_else(wrong)?;
        let bytes: Vec<_> = digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect();
        Self::from_bytes(kind, &bytes).ok_or_else(wrong)
    }

    /// Returns how it was made.
    pub fn kind(&self) -> HashKind {
        self.kind
    }

    /// Returns its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.kind.size()]
    }

    /// Returns its bytes as hexadecimal digits in lower case.
    pub fn to_hex(&self) -> String {
        self.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let (kind, hex) = text.split_once(':').ok_or_else(|| HashError::NoKind { text: text.into() })?;
        let kind = HashKind::named(kind).ok_or_else(|| HashError::Kind { kind: kind.into() })?;
        Self::from_hex(kind, hex)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_name(deserializer, "a hash in quotes")
    }
}

/// A text that is no [`Hash`](struct@Hash).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// It does not say how it was made.
    #[error("`{text}` does not say what kind of hash it is; a hash looks like `sha256:` and 64 hexadecimal digits")]
    NoKind {
        /// The text.
        text: String,
    },
    /// It was made in a way that is not known here.
    #[error("hashes of the kind `{kind}` are not known here; the kinds are `sha512`, `sha256` and `sha1`")]
    Kind {
        /// The kind.
        kind: String,
    },
    /// It has other digits, or more or less of them.
    #[error("`{text}` is no {kind}, which is {} hexadecimal digits", kind.size() * 2)]
    Digits {
        /// What should be its digits.
        text: String,
        /// What kind it should be.
        kind: HashKind,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_shown() {
        for kind in HashKind::ALL {
            let hash = Hash::from_bytes(kind, &vec![7; kind.size()]).expect("it is long enough");
            assert_eq!(hash.to_string().parse(), Ok(hash));
            assert_eq!(hash.as_bytes().len(), kind.size());
        }
    }

    #[test]
    fn what_is_no_hash_says_why() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(text.parse::<Hash>().expect_err("it is no hash").to_string(), expected);
        }
        check(
            "abc",
            "`abc` does not say what kind of hash it is; a hash looks like `sha256:` and 64 hexadecimal digits",
        );
        check("md5:abc", "hashes of the kind `md5` are not known here; the kinds are `sha512`, `sha256` and `sha1`");
        check("sha1:abc", "`abc` is no sha1, which is 40 hexadecimal digits");
        check(
            "sha1:g9993e364706816aba3e25717850c26c9cd0d89d",
            "`g9993e364706816aba3e25717850c26c9cd0d89d` is no sha1, which is 40 hexadecimal digits",
        );
        check("sha1:é", "`é` is no sha1, which is 40 hexadecimal digits");
    }
}
