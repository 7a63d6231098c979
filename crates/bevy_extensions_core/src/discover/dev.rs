//! Extensions that somebody is working on, in the place of those that are installed.

use std::{
    fs, mem,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Discovery, Folders, Found,
    directories::shown,
    entry::Entry,
    placeholders::Paths,
    problem::{DiscoveryProblem, DiscoveryProblemKind as Kind},
};
use crate::{
    candidate::Candidate,
    problem::Problem,
    settings::{DevFolder, HostSettings},
};

#[cfg(doc)]
use super::discover;

/// A dev folder that [`discover`] loads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchedDevFolder {
    /// Its path, or that of its code.
    pub path: PathBuf,
    /// The path of its resources, if that is another.
    pub resources: Option<PathBuf>,
    /// Its path as people see it.
    pub shown: String,
    /// What its extension is ranked by: a number after those of the directories.
    index: usize,
    folders: Folders,
}

impl SearchedDevFolder {
    /// Reads it, as [`discover`] does.
    ///
    /// # Errors
    ///
    /// [`Problem`] if it is no extension, or cannot be used.
    pub fn open(&self) -> Result<Found, Box<Problem>> {
        let entry = Entry::dev(self.path.clone(), self.resources.clone(), self.index, &self.folders)?;
        Arc::new(entry).open()
    }

    /// Tells whether a path lies in it, or is it.
    ///
    /// The path is absolute, with or without links, and need not exist.
    pub fn holds(&self, path: &Path) -> bool {
        let mut own = [Some(&self.path), self.resources.as_ref()].into_iter().flatten();
        own.any(|own| path.starts_with(own) || fs::canonicalize(own).is_ok_and(|real| path.starts_with(real)))
    }
}

/// Returns the dev folders that [`discover`] loads, each once, in their order, be they there or not.
pub fn dev_folders(settings: &HostSettings, folders: &Folders) -> Vec<SearchedDevFolder> {
    let all = each_once(settings, folders).into_iter();
    all.filter_map(|(_, folder)| folder.ok()).collect()
}

/// Loads the dev folders.
pub(super) fn load(settings: &HostSettings, folders: &Folders, discovery: &mut Discovery) {
    for (written, folder) in each_once(settings, folders) {
        match folder.and_then(|folder| folder.open()) {
            Ok(found) => {
                discovery.problems.extend(found.notices.iter().cloned());
                discovery.found.push(found);
            }
            Err(mut problem) => {
                if let Problem::Discovery(problem) = &mut *problem
                    && matches!(problem.kind, Kind::Nothing | Kind::NotAFolder | Kind::NoExtension)
                {
                    problem.at = settings.place_of_dev_folder(written).or(problem.at.take());
                }
                discovery.problems.push(*problem);
            }
        }
    }
}

fn each_once<'a>(
    settings: &'a HostSettings,
    folders: &Folders,
) -> Vec<(&'a DevFolder, Result<SearchedDevFolder, Box<Problem>>)> {
    let mut all: Vec<(_, Result<SearchedDevFolder, Box<Problem>>)> = Vec::new();
    for (number, written) in settings.dev.folders.iter().enumerate() {
        let folder = dev_folder(settings, folders, written, settings.directories.len() + number);
        let same = |other: &SearchedDevFolder| {
            folder.as_ref().is_ok_and(|folder| {
                is_same(&folder.path, &other.path)
                    && match (&folder.resources, &other.resources) {
                        (Some(resources), Some(other)) => is_same(resources, other),
                        (resources, other) => resources.is_none() && other.is_none(),
                    }
            })
        };
        if !all.iter().filter_map(|(_, other)| other.as_ref().ok()).any(same) {
            all.push((written, folder));
        }
    }
    all
}

fn dev_folder(
    settings: &HostSettings,
    folders: &Folders,
    written: &DevFolder,
    index: usize,
) -> Result<SearchedDevFolder, Box<Problem>> {
    let path = |written: &str| Paths { settings, folders }.other(written);
    let paths = path(&written.code).and_then(|code| Ok((code, written.resources.as_deref().map(path).transpose()?)));
    match paths {
        Ok((path, resources)) => {
            let shown = shown(&path, folders);
            Ok(SearchedDevFolder { path, resources, shown, index, folders: folders.clone() })
        }
        Err(error) => Err(Box::new(Problem::Discovery(DiscoveryProblem {
            at: settings.place_of_dev_folder(written),
            ..DiscoveryProblem::new(&written.to_string(), Kind::NoDevFolder(error))
        }))),
    }
}

/// Tells whether two paths lead to the same.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// Lets the extensions of dev folders stand in the place of those in the directories that have their names.
pub(super) fn displace_installed(discovery: &mut Discovery) {
    let (dev, installed): (Vec<_>, _) = mem::take(&mut discovery.found).into_iter().partition(|found| found.is_dev);
    discovery.found = dev;
    for found in installed {
        match discovery.dev_named(&found.candidate) {
            None => discovery.found.push(found),
            // Whoever works on what is installed needs no telling.
            Some(dev) if is_same(&dev.path, &found.path) => {}
            Some(dev) => {
                let problem = in_place_of(dev, &found.candidate, found.shown);
                discovery.problems.push(problem);
            }
        }
    }
}

impl Discovery {
    /// Returns what to tell of an extension from elsewhere, such as a native, if one of a [dev folder](HostSettings::dev)
    /// stands in its place; `None` if none does.
    ///
    /// ```
    /// use std::fs;
    /// use bevy_extensions_core::{Candidate, DevFolder, Folders, HostSettings, discover};
    ///
    /// let cwd = tempfile::tempdir()?;
    /// fs::write(cwd.path().join("weather.js"), "")?;
    /// let mut settings = HostSettings::default();
    /// settings.directories.clear();
    /// settings.dev.folders.push(DevFolder::new("weather.js"));
    /// let folders = Folders { cwd: Some(cwd.path().into()), ..Folders::of_app("Town") };
    /// let discovery = discover(&settings, &folders);
    ///
    /// let mut natives = vec![Candidate::from_ron("src/weather.rs", r#"(name: "Weather", version: "9.0.0")"#)?];
    /// let mut problems = discovery.problems.clone();
    /// natives.retain(|native| match discovery.in_place_of(native) {
    ///     Some(problem) => {
    ///         problems.push(problem);
    ///         false
    ///     }
    ///     None => true,
    /// });
    /// assert!(natives.is_empty());
    /// assert_eq!(
    ///     problems[0].to_string(),
    ///     "`Weather` of `src/weather.rs` is not used: the dev folder `weather.js` stands in its place",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_place_of(&self, other: &Candidate) -> Option<Problem> {
        let shown = other.source.location().to_string();
        Some(in_place_of(self.dev_named(other)?, other, shown))
    }

    /// Returns the extension of a dev folder that has the name of another.
    fn dev_named(&self, other: &Candidate) -> Option<&Found> {
        self.found.iter().find(|found| found.is_dev && found.candidate.manifest.name == other.manifest.name)
    }
}

fn in_place_of(dev: &Found, installed: &Candidate, shown: String) -> Problem {
    Problem::InPlaceOf {
        extension: installed.manifest.name.clone(),
        installed: (shown, installed.source.location().clone()),
        dev: (dev.shown.clone(), dev.candidate.source.location().clone()),
    }
}
