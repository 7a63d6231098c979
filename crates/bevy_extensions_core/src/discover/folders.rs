//! What the system knows of folders.

use std::{
    env,
    path::{Component, Path, PathBuf},
};

use directories::ProjectDirs;

use crate::settings::assets_dir;

#[cfg(doc)]
use crate::settings::HostSettings;

/// What the placeholders in the host settings stand for; `{config}` and `{extensions}` are known to the settings themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `{assets}`.
    pub assets: PathBuf,
    /// `{cwd}`, the current directory, if there is one. Paths below it are shown without it.
    pub cwd: Option<PathBuf>,
    /// `{exe}`, the folder of the executable, if that is known.
    pub exe: Option<PathBuf>,
    /// `{data}`, where the platform wants the app to keep what it writes, if that is known: the default of
    /// [`HostSettings::data`].
    pub data: Option<PathBuf>,
}

impl Folders {
    /// Asks the system; `{assets}` is [`assets_dir`], and the app is called as its executable is.
    pub fn of_this_process() -> Self {
        let executable = env::current_exe().ok();
        let name = executable.as_deref().and_then(Path::file_stem).and_then(|stem| stem.to_str());
        Self::of_app(name.unwrap_or_default())
    }

    /// Asks the system; `{assets}` is [`assets_dir`], and `{data}` is the folder of an app of that name.
    ///
    /// A name that is none for a folder has no such folder.
    ///
    /// ```
    /// use bevy_extensions_core::Folders;
    ///
    /// let data = Folders::of_app("Town").data;
    /// assert!(data.is_none_or(|data| data.is_absolute() && data.to_string_lossy().to_lowercase().contains("town")));
    /// assert_eq!(Folders::of_app("../Town").data, None);
    /// ```
    pub fn of_app(name: &str) -> Self {
        let executable = env::current_exe().ok();
        let is_one =
            |name: &&str| matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
        let project = Some(name).filter(is_one).and_then(|name| ProjectDirs::from("", "", name));
        Self {
            assets: assets_dir(),
            cwd: env::current_dir().ok(),
            exe: executable.as_deref().and_then(Path::parent).map(Into::into),
            data: project.map(|project| project.data_dir().into()),
        }
    }
}
