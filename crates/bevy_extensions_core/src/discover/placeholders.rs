//! From what host settings write to the path that it stands for.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{
    Folders,
    problem::{DiscoveryProblem, DiscoveryProblemKind as Kind},
};
#[cfg(feature = "artifacts")]
use crate::settings::DEFAULT_LOCK;
use crate::{problem::Problem, settings::HostSettings, suggest};

/// A path in the host settings with a placeholder that stands for no folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceholderError {
    /// There is no such placeholder.
    #[error("there is no placeholder `{{{placeholder}}}`")]
    Unknown {
        /// The placeholder, without its brackets.
        placeholder: String,
    },
    /// A `{` has no `}`.
    #[error("its `{{` has no `}}`")]
    Open,
    /// It is `{config}`, and the host settings come from no file.
    #[error("the host settings, for `{{config}}`, are in no file")]
    NoConfig,
    /// It is for a folder that the system does not tell.
    #[error("the system does not tell what `{{{placeholder}}}` is")]
    NoFolder {
        /// The placeholder, without its brackets.
        placeholder: String,
    },
    /// It is `{extensions}`, and no directory is searched.
    #[error("`{{extensions}}` is the first of `directories`, and there is none")]
    NoDirectories,
    /// What it stands for is written with the placeholder itself.
    #[error("`{}` leads back to where it began", arrows(.way))]
    Circle {
        /// The placeholders, without their brackets; the last is the first.
        way: Vec<String>,
    },
}

impl PlaceholderError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { placeholder } => match suggest::nearest(placeholder, &PLACEHOLDERS) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("the placeholders are {}", suggest::list(&PLACEHOLDERS.map(in_brackets))),
            },
            Self::Open => "close it with `}`".into(),
            Self::NoConfig => "write `{cwd}`, or read the host settings from a file".into(),
            Self::NoFolder { .. } => "write the path itself".into(),
            Self::NoDirectories => "write the path itself, or add a directory".into(),
            Self::Circle { .. } => "write the path itself in one of the places".into(),
        }
    }
}

fn arrows(way: &[String]) -> String {
    way.iter().map(|placeholder| in_brackets(placeholder)).collect::<Vec<_>>().join(" -> ")
}

fn in_brackets(placeholder: &str) -> String {
    format!("{{{placeholder}}}")
}

/// The placeholders of paths.
const PLACEHOLDERS: [&str; 6] = ["assets", "cwd", "exe", "config", "data", "extensions"];

impl HostSettings {
    /// Returns the folder in which extensions keep what they write: what [`data`](Self::data) stands for. It need not exist.
    ///
    /// ```
    /// use bevy_extensions_core::{Folders, HostSettings};
    ///
    /// let folders = Folders { data: Some("/home/ann/.local/share/town".into()), ..Folders::of_this_process() };
    /// let mut settings = HostSettings::default();
    /// assert_eq!(settings.data_folder(&folders).unwrap(), folders.data.clone().unwrap());
    ///
    /// settings.data = "{data}/second".into();
    /// assert_eq!(settings.data_folder(&folders).unwrap(), folders.data.clone().unwrap().join("second"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`Problem::Discovery`] if it has a placeholder that stands for no folder.
    pub fn data_folder(&self, folders: &Folders) -> Result<PathBuf, Box<Problem>> {
        Paths { settings: self, folders }.data(&[]).map_err(|error| {
            Box::new(Problem::Discovery(DiscoveryProblem {
                at: self.place_of_data(),
                ..DiscoveryProblem::new(&self.data, Kind::NoData(error))
            }))
        })
    }
}

#[cfg(feature = "artifacts")]
impl HostSettings {
    /// Returns what a path stands for that is written in the host settings.
    pub(crate) fn path_of(&self, written: &str, folders: &Folders) -> Result<PathBuf, PlaceholderError> {
        Paths { settings: self, folders }.other(written)
    }

    /// Returns the file that is the lock.
    pub(crate) fn lock_path(&self, folders: &Folders) -> Result<PathBuf, PlaceholderError> {
        if self.config_folder().is_none() && self.artifacts.lock == DEFAULT_LOCK {
            return self.path_of("{assets}/extensions.lock", folders);
        }
        self.path_of(&self.artifacts.lock, folders)
    }
}

/// What paths in the host settings stand for.
#[derive(Clone, Copy)]
pub(super) struct Paths<'a> {
    pub(super) settings: &'a HostSettings,
    pub(super) folders: &'a Folders,
}

impl Paths<'_> {
    /// Returns the path of the nth directory.
    pub(super) fn directory(self, index: usize, written: &str) -> Result<PathBuf, PlaceholderError> {
        match index {
            0 => self.path(written, &["extensions"]),
            _ => self.path(written, &[]),
        }
    }

    /// Returns the path that stands anywhere else.
    pub(super) fn other(self, written: &str) -> Result<PathBuf, PlaceholderError> {
        self.path(written, &[])
    }

    fn data(self, way: &[&str]) -> Result<PathBuf, PlaceholderError> {
        self.path(&self.settings.data, &step("data", way)?)
    }

    fn extensions(self, way: &[&str]) -> Result<PathBuf, PlaceholderError> {
        let way = step("extensions", way)?;
        let first = self.settings.directories.first().ok_or(PlaceholderError::NoDirectories)?;
        self.path(first, &way)
    }

    /// Puts folders in the place of placeholders. `way` are those that have led here.
    fn path(self, written: &str, way: &[&str]) -> Result<PathBuf, PlaceholderError> {
        let mut path = OsString::new();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once('{') {
            let (placeholder, after) = after.split_once('}').ok_or(PlaceholderError::Open)?;
            path.push(before);
            path.push(self.in_current(&self.folder(placeholder, way)?));
            rest = after;
        }
        path.push(rest);
        let in_config = self.settings.config_folder().map(|config| config.join(&path));
        Ok(self.in_current(&in_config.unwrap_or(path.into())))
    }

    fn folder(self, placeholder: &str, way: &[&str]) -> Result<PathBuf, PlaceholderError> {
        let known = |folder: &Option<PathBuf>| {
            folder.clone().ok_or_else(|| PlaceholderError::NoFolder { placeholder: placeholder.into() })
        };
        match placeholder {
            "assets" => Ok(self.folders.assets.clone()),
            "cwd" => known(&self.folders.cwd),
            "exe" => known(&self.folders.exe),
            "config" => self.settings.config_folder().map(Into::into).ok_or(PlaceholderError::NoConfig),
            // In `data` itself it can only be what it is by default.
            "data" if way.last() == Some(&"data") => known(&self.folders.data),
            "data" => self.data(way),
            "extensions" => self.extensions(way),
            unknown => Err(PlaceholderError::Unknown { placeholder: unknown.into() }),
        }
    }

    fn in_current(self, path: &Path) -> PathBuf {
        self.folders.cwd.as_deref().map_or_else(|| path.into(), |cwd| cwd.join(path))
    }
}

/// Goes one placeholder further, unless it has been passed already.
fn step<'a>(placeholder: &'a str, way: &[&'a str]) -> Result<Vec<&'a str>, PlaceholderError> {
    let further: Vec<_> = way.iter().copied().chain([placeholder]).collect();
    match way.iter().position(|passed| *passed == placeholder) {
        None => Ok(further),
        Some(first) => {
            Err(PlaceholderError::Circle { way: further[first..].iter().map(ToString::to_string).collect() })
        }
    }
}
