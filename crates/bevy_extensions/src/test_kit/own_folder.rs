//! Where extensions write in a test.

use std::{
    env, fs,
    hash::{BuildHasher, Hasher, RandomState},
    path::{Path, PathBuf},
};

/// A folder that nobody else has; whoever writes there makes it, and it goes with this.
pub(super) struct OwnFolder(PathBuf);

impl OwnFolder {
    /// Chooses a name. There is nothing yet.
    pub(super) fn new() -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self(env::temp_dir().join(format!("bevy_extensions-{random:016x}")))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        // Mostly nothing was written.
        _ = fs::remove_dir_all(&self.0);
    }
}
