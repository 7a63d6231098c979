//! Where extensions write.

use std::{
    path::{self, Path, PathBuf},
    sync::Arc,
};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{ExtensionName, Folders, HostSettings, Problem, Storage};

/// The folder below which each extension has one of its own, or why there is none.
#[derive(Resource, Debug)]
pub(crate) struct DataFolder(Result<PathBuf, Arc<str>>);

impl DataFolder {
    /// Decides which it is: the one that the app gives, or else that of the host settings. Nothing is made yet.
    ///
    /// If the host settings are wrong there, the problem is returned too.
    pub(crate) fn new(
        given: Option<&Path>,
        settings: &HostSettings,
        folders: &Folders,
    ) -> (Self, Option<Box<Problem>>) {
        let folder = given.map_or_else(|| settings.data_folder(folders), |given| Ok(given.into()));
        match folder {
            // Wherever the app goes later.
            Ok(folder) => (Self(Ok(path::absolute(&folder).unwrap_or(folder))), None),
            Err(problem) => (Self(Err(problem.to_string().into())), Some(problem)),
        }
    }

    /// Returns the folder, or why there is none.
    #[cfg(feature = "data")]
    pub(crate) fn path(&self) -> Result<&Path, &str> {
        self.0.as_deref().map_err(AsRef::as_ref)
    }

    /// Returns the storage of an extension.
    pub(crate) fn storage(&self, of: &ExtensionName) -> Storage {
        match &self.0 {
            Ok(folder) => Storage::new(folder, of),
            Err(why) => Storage::nowhere(why),
        }
    }
}
