//! Files that extensions want from repositories, and the lock file that says which.

mod hash;
pub mod npm;

pub use hash::{Hash, HashError, HashKind, Hasher};
