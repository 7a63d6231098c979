//! Making hashes.

use std::io;

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Hash, HashKind};

impl Hash {
    /// Makes the hash of a content that is in memory; a [`Hasher`] takes one in parts.
    pub fn of(kind: HashKind, content: &[u8]) -> Self {
        let mut hasher = Hasher::new(kind);
        hasher.update(content);
        hasher.finish()
    }
}

/// Makes the [`Hash`](struct@Hash) of a content that comes in parts.
///
/// ```
/// use std::io;
/// use bevy_extensions_core::artifacts::{Hash, HashKind, Hasher};
///
/// let mut hasher = Hasher::new(HashKind::Sha256);
/// hasher.update(b"sun, ");
/// io::copy(&mut &b"rain"[..], &mut hasher)?;
/// assert_eq!(hasher.finish(), Hash::of(HashKind::Sha256, b"sun, rain"));
/// # Ok::<(), io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Hasher(State);

#[derive(Debug, Clone)]
enum State {
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hasher {
    /// Begins a hash.
    pub fn new(kind: HashKind) -> Self {
        Self(match kind {
            HashKind::Sha1 => State::Sha1(Sha1::new()),
            HashKind::Sha256 => State::Sha256(Sha256::new()),
            HashKind::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// Takes the next part of the content.
    pub fn update(&mut self, part: &[u8]) {
        match &mut self.0 {
            State::Sha1(state) => state.update(part),
            State::Sha256(state) => state.update(part),
            State::Sha512(state) => state.update(part),
        }
    }

    /// Returns the hash of all parts.
    pub fn finish(self) -> Hash {
        let hash = match self.0 {
            State::Sha1(state) => Hash::from_bytes(HashKind::Sha1, &state.finalize()),
            State::Sha256(state) => Hash::from_bytes(HashKind::Sha256, &state.finalize()),
            State::Sha512(state) => Hash::from_bytes(HashKind::Sha512, &state.finalize()),
        };
        hash.expect("a hash has as many bytes as its kind")
    }
}

impl io::Write for Hasher {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.update(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_that_everybody_makes() {
        let hash = |kind| Hash::of(kind, b"abc").to_string();
        assert_eq!(hash(HashKind::Sha1), "sha1:a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(hash(HashKind::Sha256), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",);
        assert_eq!(
            hash(HashKind::Sha512),
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        );
    }
}
