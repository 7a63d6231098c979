//! Where extensions write.

use std::path::{self, Path, PathBuf};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{ExtensionName, HostSettings, Storage};

/// The folder below which each extension has one of its own.
#[derive(Resource, Debug)]
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// Decides which it is: the one that the app gives, or else that of the host settings. Nothing is made yet.
    pub(crate) fn new(given: Option<&Path>, settings: &HostSettings) -> Self {
        let folder = given.map_or_else(|| of_settings(settings), Path::to_path_buf);
        // Wherever the app goes later.
        Self(path::absolute(&folder).unwrap_or(folder))
    }

    /// Returns the storage of an extension.
    pub(crate) fn storage(&self, of: &ExtensionName) -> Storage {
        Storage::new(&self.0, of)
    }
}

/// Until the host settings have a key for it, it lies below the current directory.
fn of_settings(_: &HostSettings) -> PathBuf {
    "data".into()
}
