//! A repository, with what its address stands for here.

use std::{
    fmt,
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use super::{
    Repository, RepositoryUrl,
    attempt::{Attempt, Fault},
    client::{Client, Target, Trouble, copy},
    error::FetchCause,
};
use crate::{
    candidate::Candidate,
    discover::{Folders, PlaceholderError, shown},
    settings::HostSettings,
};

/// A repository, with what its address stands for here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) url: RepositoryUrl,
    /// What the lock calls it: the same on every machine, and another one for each place.
    pub(super) key: String,
    folder: Option<Result<PathBuf, PlaceholderError>>,
    /// The folder as people see it, or the address.
    shown: String,
}

/// What the sources of an extension are asked with.
#[derive(Clone)]
pub(super) struct Asking<'a> {
    pub(super) client: &'a Client,
    pub(super) is_offline: bool,
    /// Whether the hash of what is asked for is known from elsewhere.
    pub(super) is_pinned: bool,
    /// How many bytes it may have.
    pub(super) most: u64,
    /// Whether the host settings say so.
    pub(super) is_most_set: bool,
    /// What kind of answer is wanted, if the server has several.
    pub(super) accept: Option<&'static str>,
}

impl Asking<'_> {
    /// Says that something has more bytes than it may have.
    pub(super) fn too_large(&self) -> Fault {
        Fault::TooLarge { most: self.most, is_set: self.is_most_set }
    }
}

impl Source {
    /// Returns where an extension's artifacts are looked for: first the host's own, then those that it names itself.
    pub(super) fn of(candidate: &Candidate, settings: &HostSettings, folders: &Folders) -> Arc<[Self]> {
        let base = folder_of(candidate, folders);
        let hosts = settings
            .repositories
            .iter()
            .map(|repository| Self::new(repository, folders, |folder| settings.path_of(folder, folders)));
        let manifest = &candidate.manifest;
        let own = manifest.external.repositories.iter().map(|repository| {
            let source = Self::new(repository, folders, |folder| Ok(base.join(folder)));
            match repository.url.folder() {
                // The same words mean another folder in another manifest.
                Some(folder) if Path::new(folder).is_relative() => {
                    Self { key: format!("{} of {}", source.key, manifest.name), ..source }
                }
                _ => source,
            }
        });
        let mut all: Vec<Self> = Vec::new();
        for source in hosts.chain(own) {
            if !all.iter().any(|other| other.key == source.key) {
                all.push(source);
            }
        }
        all.into()
    }

    fn new(
        repository: &Repository,
        folders: &Folders,
        path: impl FnOnce(&str) -> Result<PathBuf, PlaceholderError>,
    ) -> Self {
        let folder = repository.url.folder().map(path);
        let shown = match &folder {
            Some(Ok(folder)) => shown(&without_detours(folder), folders),
            Some(Err(_)) => repository.url.folder().unwrap_or_default().into(),
            None => repository.url.address().into(),
        };
        let url = repository.url.clone();
        Self { name: repository.name.clone(), key: url.to_string(), url, folder, shown }
    }

    /// Tells whether no connection is needed.
    pub(super) fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// Returns where a file of it is, as people see it.
    pub(super) fn shown(&self, path: &str) -> String {
        format!("{}/{path}", self.shown.trim_end_matches('/'))
    }

    /// Fetches a file of it, by its path.
    pub(super) fn fetch(&self, path: &str, asking: &Asking<'_>, target: &mut dyn Target) -> Result<(), Tried> {
        let result = match &self.folder {
            None => return self.fetch_url(&self.shown(path), asking, target),
            Some(Err(error)) => Err(Fault::Placeholder(error.clone()).into()),
            Some(Ok(folder)) => read(&folder.join(path), asking, target),
        };
        result.map_err(|trouble| self.tried(trouble, &self.shown(path), 1))
    }

    /// Fetches what is at an address, which it has named itself.
    pub(super) fn fetch_url(&self, url: &str, asking: &Asking<'_>, target: &mut dyn Target) -> Result<(), Tried> {
        if asking.is_offline {
            return Err(self.tried(Fault::Offline.into(), url, 1));
        }
        let (result, tries) = asking.client.try_often(|end| asking.client.get(url, asking, target, end));
        result.map_err(|trouble| self.tried(trouble, url, tries))
    }

    /// Says what went wrong with it.
    pub(super) fn attempt(&self, url: &str, fault: Fault) -> Attempt {
        Attempt { repository: self.name.clone(), url: url.into(), fault, tries: 1 }
    }

    fn tried(&self, trouble: Trouble, url: &str, tries: u32) -> Tried {
        match trouble {
            Trouble::Fault(fault) => Tried::Attempt(Box::new(Attempt { tries, ..self.attempt(url, fault) })),
            Trouble::End(cause) => Tried::End(cause),
        }
    }
}

/// What came of asking a source in vain.
#[derive(Debug, Clone)]
pub(super) enum Tried {
    /// The next may have it.
    Attempt(Box<Attempt>),
    /// It is no use to ask another.
    End(FetchCause),
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attempt(attempt) => attempt.fmt(f),
            Self::End(cause) => cause.fmt(f),
        }
    }
}

fn read(path: &Path, asking: &Asking<'_>, target: &mut dyn Target) -> Result<(), Trouble> {
    let fault = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Fault::NotFound,
        _ => Fault::Unreadable(error.to_string()),
    };
    // Whatever else has a name, such as a pipe, may let us wait for ever once it is opened.
    let metadata = fs::metadata(path).map_err(fault)?;
    if !metadata.is_file() {
        return Err(Fault::Unreadable("it is no file".into()).into());
    }
    let mut file = File::open(path).map_err(fault)?;
    copy(&mut file, Some(metadata.len()), asking, target, |error, _| fault(error)).map(|_| ())
}

/// Takes `..` out of a path, unless that would mean another folder because of a link.
fn without_detours(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if short.file_name().is_some() => _ = short.pop(),
            part => short.push(part),
        }
    }
    let is_same = fs::canonicalize(&short).ok() == fs::canonicalize(path).ok();
    if is_same { short } else { path.into() }
}

/// Returns the folder that relative paths in a manifest begin at: its own, and of a native, which has none, the assets.
fn folder_of(candidate: &Candidate, folders: &Folders) -> PathBuf {
    if candidate.source.is_native() {
        return folders.assets.clone();
    }
    let manifest = Path::new(&*candidate.source.location().file);
    let folder = manifest.parent().unwrap_or(Path::new(""));
    folders.cwd.as_deref().map_or_else(|| folder.into(), |cwd| cwd.join(folder))
}
