//! What a registry says of the bytes of a tarball.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    artifacts::{Hash, HashError, HashKind, Hasher},
    caseless::deserialize_name,
};

/// What the bytes of a tarball have to be, in the form of [Subresource Integrity]: `sha512-` and the hash in Base64.
///
/// There may be several hashes. Of those only the strongest kind counts, and one hash of that kind has to fit. Kinds that
/// are not known here are passed by.
///
/// ```
/// use bevy_extensions_core::artifacts::{HashKind, npm::Integrity};
///
/// let integrity: Integrity = "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=".parse()?;
/// let mut hasher = integrity.hasher();
/// hasher.update(b"rain");
/// assert!(integrity.fits(&hasher.finish()));
/// # Ok::<(), bevy_extensions_core::artifacts::npm::IntegrityError>(())
/// ```
///
/// [Subresource Integrity]: https://www.w3.org/TR/SRI/
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Integrity {
    /// Of one kind, sorted, at least one.
    hashes: Vec<Hash>,
}

impl Integrity {
    /// Reads a `shasum`, which is all that old versions have: a SHA-1 as hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`HashError`] if it is anything else.
    pub fn from_shasum(hex: &str) -> Result<Self, HashError> {
        Ok(Hash::from_hex(HashKind::Sha1, hex)?.into())
    }

    /// Returns the hashes of which one has to fit; they are of one kind, and there is at least one.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Returns what kind of hash has to be made.
    pub fn kind(&self) -> HashKind {
        self.hashes[0].kind()
    }

    /// Begins a hash of the kind that has to be made.
    pub fn hasher(&self) -> Hasher {
        Hasher::new(self.kind())
    }

    /// Tells whether a hash is one of those.
    pub fn fits(&self, hash: &Hash) -> bool {
        self.hashes.contains(hash)
    }
}

impl From<Hash> for Integrity {
    fn from(hash: Hash) -> Self {
        Self { hashes: vec![hash] }
    }
}

impl FromStr for Integrity {
    type Err = IntegrityError;

    fn from_str(text: &str) -> Result<Self, IntegrityError> {
        let mut hashes = Vec::new();
        for word in text.split_ascii_whitespace() {
            // What stands after a `?` is for options, of which there are none so far.
            let word = word.split('?').next().unwrap_or_default();
            let Some((kind, digits)) = word.split_once('-') else {
                return Err(IntegrityError::NoHash { text: word.into() });
            };
            let Some(kind) = HashKind::named(&kind.to_ascii_lowercase()) else { continue };
            let bytes = BASE64_STANDARD.decode(digits).ok();
            let hash = bytes.and_then(|bytes| Hash::from_bytes(kind, &bytes));
            hashes.push(hash.ok_or_else(|| IntegrityError::Digits { text: digits.into(), kind })?);
        }
        let kind =
            hashes.iter().map(Hash::kind).max().ok_or_else(|| IntegrityError::NothingKnown { text: text.into() })?;
        hashes.retain(|hash| hash.kind() == kind);
        hashes.sort();
        hashes.dedup();
        Ok(Self { hashes })
    }
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |hash: &Hash| format!("{}-{}", hash.kind(), BASE64_STANDARD.encode(hash.as_bytes()));
        f.write_str(&self.hashes.iter().map(shown).collect::<Vec<_>>().join(" "))
    }
}

impl Serialize for Integrity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Integrity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_name(deserializer, "an integrity in quotes")
    }
}

/// A text that is no [`Integrity`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IntegrityError {
    /// A word of it is no hash.
    #[error("`{text}` is no hash; one looks like `sha512-..`, with 64 bytes in Base64")]
    NoHash {
        /// The word.
        text: String,
    },
    /// The bytes of a hash are no Base64, or are more or less than they should be.
    #[error("`{text}` is no {kind}, which is {} bytes in Base64", kind.size())]
    Digits {
        /// What should be the bytes.
        text: String,
        /// What kind of hash it should be.
        kind: HashKind,
    },
    /// It has no hash of a kind that is known here.
    #[error("`{text}` has no hash of a known kind, which are `sha512`, `sha256` and `sha1`")]
    NothingKnown {
        /// The text.
        text: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA1: &str = "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=";
    const SHA256: &str = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";

    #[track_caller]
    fn check(text: &str, expected: &str) {
        match text.parse::<Integrity>() {
            Ok(integrity) => assert_eq!(integrity.to_string(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn the_strongest_kind_counts() {
        check(SHA1, SHA1);
        check(&format!("{SHA1} {SHA256}"), SHA256);
        check(&format!(" {SHA256}?ct=application/gzip\n{SHA1} md5-abc sha384-x"), SHA256);
        let both: Integrity = format!("{SHA256} {SHA1}").parse().expect("it is well formed");
        assert!(both.fits(&Hash::of(HashKind::Sha256, b"abc")));
        assert!(!both.fits(&Hash::of(HashKind::Sha1, b"rain")), "a weaker hash does not help");
    }

    #[test]
    fn one_of_several_of_a_kind_has_to_fit() {
        let (abc, rain) = (Hash::of(HashKind::Sha1, b"abc"), Hash::of(HashKind::Sha1, b"rain"));
        let either: Integrity =
            format!("{} {}", Integrity::from(abc), Integrity::from(rain)).parse().expect("it is well formed");
        assert!(either.fits(&abc) && either.fits(&rain));
        assert!(!either.fits(&Hash::of(HashKind::Sha1, b"snow")));
    }

    #[test]
    fn a_shasum_is_one() {
        let integrity = Integrity::from_shasum("fbec17cb2fcbbd1c659b252230b48826fc563788").expect("it is well formed");
        assert_eq!(integrity.to_string(), SHA1);
    }

    #[test]
    fn what_is_none_says_why() {
        check("rain", "`rain` is no hash; one looks like `sha512-..`, with 64 bytes in Base64");
        check("sha1-ab", "`ab` is no sha1, which is 20 bytes in Base64");
        check("sha1-!", "`!` is no sha1, which is 20 bytes in Base64");
        check("", "`` has no hash of a known kind, which are `sha512`, `sha256` and `sha1`");
        check("md5-abc", "`md5-abc` has no hash of a known kind, which are `sha512`, `sha256` and `sha1`");
    }
}
