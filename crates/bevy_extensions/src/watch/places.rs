//! Where extensions lie, and which of them a changed file belongs to.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs, iter,
    path::{Component, Path, PathBuf},
};

use bevy_extensions_core::{
    Folders, Found, HostSettings, Problem, SearchedDevFolder, SearchedDirectory, dev_folders, searched,
};

/// Tells whether nothing within an extension that is called so is looked at.
pub(super) fn is_passed_by(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || name == "node_modules"
}

/// Where extensions lie. An *entry* is the path of one: what lies in a searched directory, a dev folder, or what was loaded
/// from elsewhere.
pub(super) struct Places {
    settings: HostSettings,
    folders: Folders,
    /// Those that are there.
    directories: Vec<SearchedDirectory>,
    dev: Vec<SearchedDevFolder>,
    elsewhere: BTreeSet<PathBuf>,
    /// What an entry is, without links, if that is not what its directory has: a change there is one of the entry.
    aims: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Entries of searched directories that were loaded under another path.
    respelled: BTreeMap<PathBuf, PathBuf>,
}

/// A folder that is to be watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) shown: String,
    /// Whether with all that is in it.
    pub(super) is_deep: bool,
}

impl Places {
    pub(super) fn new(settings: HostSettings, folders: Folders) -> Self {
        let dev = dev_folders(&settings, &folders);
        Self {
            settings,
            folders,
            directories: Vec::new(),
            dev,
            elsewhere: BTreeSet::new(),
            aims: BTreeMap::new(),
            respelled: BTreeMap::new(),
        }
    }

    /// Looks what is there now; `paths` are those that extensions come from.
    pub(super) fn look(&mut self, paths: impl Iterator<Item = PathBuf>) {
        self.directories = searched(&self.settings, &self.folders);
        let is_searched = |path: &Path| self.directories.iter().any(|it| path.parent() == Some(&it.path));
        let is_elsewhere = |path: &PathBuf| !self.is_dev(path) && !is_searched(path);
        self.elsewhere = paths.filter(is_elsewhere).collect();
        self.respelled =
            self.elsewhere.iter().filter_map(|path| Some((self.as_searched(path)?, path.clone()))).collect();
        let links = self.directories.iter().flat_map(links_in).map(|link| (link.clone(), vec![link]));
        let dev = self.dev.iter().map(|dev| (dev.path.clone(), paths_of(dev).map(Into::into).collect()));
        let elsewhere = self.elsewhere.iter().map(|path| (path.clone(), vec![path.clone()]));
        let all: Vec<(PathBuf, Vec<PathBuf>)> = links.chain(dev).chain(elsewhere).collect();
        let mut before = std::mem::take(&mut self.aims);
        for (entry, paths) in all {
            let before = before.remove(&entry).unwrap_or_default();
            let mut aims: Vec<_> = paths.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
            // Where something was that is gone is where it may come back.
            if aims.len() < paths.len() {
                aims.extend(before);
                aims.extend(paths);
                aims.sort();
                aims.dedup();
            }
            self.aims.insert(entry, aims);
        }
    }

    /// Returns the path that an entry of a searched directory has there, if it was loaded under another.
    fn as_searched(&self, path: &Path) -> Option<PathBuf> {
        let (folder, name) = (fs::canonicalize(path.parent()?).ok()?, path.file_name()?);
        Some(self.directories.iter().find(|it| it.real == folder)?.path.join(name))
    }

    /// Returns the folders to watch, by their real paths; none lies in another that is watched with all that is in it.
    pub(super) fn roots(&self) -> BTreeMap<PathBuf, Root> {
        let mut roots = BTreeMap::new();
        for directory in &self.directories {
            roots.insert(directory.real.clone(), Root { shown: directory.shown.clone(), is_deep: true });
        }
        for aim in self.aims.values().flatten() {
            if aim.is_dir() {
                roots.insert(aim.clone(), Root { shown: self.shown(aim), is_deep: true });
            } else if let Some(folder) = aim.parent().filter(|folder| folder.is_dir()) {
                let root = Root { shown: self.shown(folder), is_deep: false };
                roots.entry(folder.into()).or_insert(root);
            }
        }
        let deep: Vec<_> = roots.iter().filter(|(_, root)| root.is_deep).map(|(path, _)| path.clone()).collect();
        roots.retain(|path, _| !deep.iter().any(|other| other != path && path.starts_with(other)));
        roots
    }

    /// Returns the entries that a changed path is, or lies in.
    pub(super) fn entries_of(&self, changed: &Path) -> BTreeSet<PathBuf> {
        let searched = self.directories.iter().filter_map(|directory| {
            let entry = directory.path.join(directory.entry_of(changed)?);
            let below =
                changed.strip_prefix(&directory.real).or_else(|_| changed.strip_prefix(&directory.path)).ok()?;
            let inside = below.strip_prefix(entry.file_name()?).ok()?;
            is_looked_at(inside).then(|| self.respelled.get(&entry).cloned().unwrap_or(entry))
        });
        let aimed = self
            .aims
            .iter()
            .filter(|(_, aims)| aims.iter().any(|aim| changed.strip_prefix(aim).is_ok_and(is_looked_at)));
        searched.chain(aimed.map(|(entry, _)| entry.clone())).collect()
    }

    /// Returns all entries there are, whether they are extensions or not.
    pub(super) fn entries(&self) -> BTreeSet<PathBuf> {
        let searched = self.directories.iter().flat_map(|directory| {
            names_in(&directory.path)
                .map(|name| directory.path.join(name))
                .filter(|path| directory.entry_of(path).is_some())
        });
        let searched = searched.map(|entry| self.respelled.get(&entry).cloned().unwrap_or(entry));
        searched.chain(self.dev.iter().map(|dev| dev.path.clone())).chain(self.elsewhere.iter().cloned()).collect()
    }

    /// Returns the paths that an entry consists of.
    pub(super) fn paths_of<'a>(&'a self, entry: &'a Path) -> impl Iterator<Item = &'a Path> {
        let dev = self.dev.iter().find(|dev| dev.path == entry);
        iter::once(entry).chain(dev.and_then(|dev| dev.resources.as_deref()))
    }

    pub(super) fn is_dev(&self, entry: &Path) -> bool {
        self.dev.iter().any(|dev| dev.path == entry)
    }

    pub(super) fn is_elsewhere(&self, entry: &Path) -> bool {
        self.elsewhere.contains(entry)
    }

    /// Reads an entry, as it would be at the start; `None` if it is no extension.
    pub(super) fn open(&self, entry: &Path) -> Result<Option<Found>, Box<Problem>> {
        if let Some(dev) = self.dev.iter().find(|dev| dev.path == entry) {
            return dev.open().map(Some);
        }
        let directory = self.directories.iter().find(|directory| entry.parent() == Some(&directory.path));
        match (directory, entry.file_name()) {
            (Some(directory), Some(name)) => directory.open(name),
            _ => Found::open(entry, &self.folders).map(Some),
        }
    }

    /// Returns a path as people see it.
    pub(super) fn shown(&self, path: &Path) -> String {
        let in_directory = self.directories.iter().find_map(|directory| {
            let below = path.strip_prefix(&directory.path).ok()?;
            Some(Path::new(&directory.shown).join(below).display().to_string())
        });
        let dev = || self.dev.iter().find(|dev| dev.path == path).map(|dev| dev.shown.clone());
        in_directory.or_else(dev).unwrap_or_else(|| {
            let below = self.folders.cwd.as_deref().and_then(|cwd| path.strip_prefix(cwd).ok());
            below.filter(|path| !path.as_os_str().is_empty()).unwrap_or(path).display().to_string()
        })
    }
}

/// Tells whether a path within an entry is looked at.
fn is_looked_at(inside: &Path) -> bool {
    inside.components().all(|part| matches!(part, Component::Normal(name) if !is_passed_by(name)))
}

fn paths_of(dev: &SearchedDevFolder) -> impl Iterator<Item = &Path> {
    iter::once(dev.path.as_path()).chain(dev.resources.as_deref())
}

/// Finds the entries of a folder that are links.
fn links_in(directory: &SearchedDirectory) -> Vec<PathBuf> {
    let entries = fs::read_dir(&directory.path).into_iter().flatten().filter_map(Result::ok);
    let links = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
    links
        .map(|entry| directory.path.join(entry.file_name()))
        .filter(|path| directory.entry_of(path).is_some())
        .collect()
}

fn names_in(folder: &Path) -> impl Iterator<Item = std::ffi::OsString> {
    fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.file_name())
}
