//! Files that extensions want from repositories, and the lock file that says which.

mod hash;
mod lock;
pub mod npm;

pub use hash::{Hash, HashError, HashKind, Hasher};
pub use lock::{
    ArtifactKey, Change, Difference, Fact, LARGEST_LOCK, Lock, LockError, LockedArtifact, LockedExtension,
    LockedPackage, content_hash,
};
