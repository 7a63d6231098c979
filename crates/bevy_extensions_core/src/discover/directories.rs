//! Which folders are searched.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use super::{
    Folders, Found,
    entry::{Entry, is_passed_by},
    placeholders::Paths,
    problem::{DiscoveryProblem, DiscoveryProblemKind as Kind},
};
use crate::{problem::Problem, settings::HostSettings};

#[cfg(doc)]
use super::discover;

/// A folder that [`discover`] searches.
///
/// ```
/// use std::fs;
/// use bevy_extensions_core::{Folders, HostSettings, searched};
///
/// let cwd = tempfile::tempdir()?;
/// fs::create_dir_all(cwd.path().join("extensions/weather/lib"))?;
/// fs::write(cwd.path().join("extensions/weather/main.js"), "")?;
/// fs::write(cwd.path().join("extensions/weather/lib/rain.js"), "")?;
///
/// let folders = Folders { cwd: Some(cwd.path().into()), ..Folders::of_app("Town") };
/// let directories = searched(&HostSettings::default(), &folders);
/// let directory = directories.iter().find(|directory| directory.shown == "extensions").unwrap();
///
/// let changed = directory.real.join("lib.txt/../weather/lib/rain.js");
/// assert_eq!(directory.entry_of(&changed), None);
/// let changed = directory.real.join("weather/lib/rain.js");
/// let entry = directory.entry_of(&changed).unwrap();
/// let found = directory.open(entry).unwrap().unwrap();
/// assert_eq!(found.shown, "extensions/weather");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchedDirectory {
    /// Which of the [`directories`](HostSettings::directories) of the host settings it is.
    pub index: usize,
    /// Its path.
    pub path: PathBuf,
    /// The same without any links.
    pub real: PathBuf,
    /// The same as people see it.
    pub shown: String,
}

impl SearchedDirectory {
    /// Returns the name of the entry that a path is, or leads into; `None` if it is in none that would be looked at.
    ///
    /// The path is absolute, below [`path`](Self::path) or [`real`](Self::real), and need not exist.
    pub fn entry_of<'a>(&self, path: &'a Path) -> Option<&'a OsStr> {
        let below = path.strip_prefix(&self.real).or_else(|_| path.strip_prefix(&self.path)).ok()?;
        let is_plain = below.components().all(|part| matches!(part, Component::Normal(_)));
        match below.components().next()? {
            Component::Normal(name) if is_plain && !is_passed_by(name) => Some(name),
            _ => None,
        }
    }

    /// Reads one of its entries, as [`discover`] does; `None` if it is none that looks like an extension, or not there.
    ///
    /// # Errors
    ///
    /// [`Problem`] if it looks like one, and cannot be used.
    pub fn open(&self, entry: impl AsRef<OsStr>) -> Result<Option<Found>, Box<Problem>> {
        match entry.as_ref() {
            entry if is_passed_by(entry) => Ok(None),
            entry => Arc::new(Entry::of_directory(self, entry)?).look(&mut Vec::new()),
        }
    }
}

/// Returns the folders that [`discover`] searches, each once, in their order: those that are there.
pub fn searched(settings: &HostSettings, folders: &Folders) -> Vec<SearchedDirectory> {
    directories(settings, folders, &mut Vec::new())
}

/// Finds the folders that are searched, each once, and reports those that cannot be.
pub(super) fn directories(
    settings: &HostSettings,
    folders: &Folders,
    problems: &mut Vec<Problem>,
) -> Vec<SearchedDirectory> {
    let mut all: Vec<SearchedDirectory> = Vec::new();
    for (index, written) in settings.directories.iter().enumerate() {
        match directory(settings, folders, index, written) {
            Ok(Some(directory)) if all.iter().any(|other| other.real == directory.real) => {}
            Ok(directory) => all.extend(directory),
            Err(kind) => problems.push(Problem::Discovery(DiscoveryProblem {
                at: settings.place_of_directory(written),
                ..DiscoveryProblem::new(written, kind)
            })),
        }
    }
    all
}

/// Finds a folder; `None` if it is one of the defaults, and not there.
fn directory(
    settings: &HostSettings,
    folders: &Folders,
    index: usize,
    written: &str,
) -> Result<Option<SearchedDirectory>, Kind> {
    let path = Paths { settings, folders }.directory(index, written).map_err(Kind::Placeholder)?;
    let shown = shown(&path, folders);
    match fs::canonicalize(&path).and_then(|real| Ok((fs::metadata(&real)?, real))) {
        Ok((metadata, real)) if metadata.is_dir() => Ok(Some(SearchedDirectory { index, path, real, shown })),
        Ok(_) => Err(Kind::NotADirectory { path: shown }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match HostSettings::is_default_directory(written) {
            true => Ok(None),
            false => Err(Kind::NoDirectory { path: shown }),
        },
        Err(error) => Err(Kind::Unreadable { why: error.to_string() }),
    }
}

/// Returns a path as people see it: without the current directory.
pub(crate) fn shown(path: &Path, folders: &Folders) -> String {
    let below = folders.cwd.as_deref().and_then(|cwd| path.strip_prefix(cwd).ok());
    below.filter(|path| !path.as_os_str().is_empty()).unwrap_or(path).display().to_string()
}
