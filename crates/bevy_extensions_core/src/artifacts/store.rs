//! What a host has of artifacts: where they come from, the cache and the lock.

mod holding;
mod locked;
mod locking;
mod packages;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    Artifact, ArtifactKey, ExtensionArtifacts, Hash, HeldArtifact, Lock, LockError, WantedArtifact, cache::Cache,
    error::FetchError, fetching::Fetching, npm::PackageId, source::Source,
};
use crate::{
    candidate::{Candidate, Unavailable},
    discover::{Folders, PlaceholderError},
    files::WeakFiles,
    settings::HostSettings,
};

pub(super) use holding::Absent;
pub(super) use packages::{ENDING, root_of};

/// What a host has of artifacts: where they come from, the cache and the lock. Clones are the same.
///
/// [`look`](Self::look) tells what an extension has, without asking anybody; [`fetch`](Self::fetch) fetches what is missing, on
/// threads of its own; [`save_lock`](Self::save_lock) writes down what was used. A Bevy app has a host that does all of it.
///
/// An artifact comes from the first repository that has it: those of the host settings, then those of the extension. What it
/// has to be is said by the manifest's pin and by the lock; by the repository's own hash where neither says anything. Where
/// there is none at all, the content is believed, if it came by `https:` or from a folder, and the lock expects it from then on.
/// A content that is not what it should be is never kept, and no further repository is asked.
///
/// ```
/// use std::{fs, time::Duration};
/// use bevy_extensions_core::{Candidate, Folders, HostSettings, artifacts::{ArtifactStore, Look}};
///
/// let town = tempfile::tempdir()?;
/// fs::create_dir_all(town.path().join("libs/town/words/1.0"))?;
/// fs::write(town.path().join("libs/town/words/1.0/words-1.0.txt"), "rain, sun")?;
/// let chat = Candidate::from_ron("chat.ron", r#"(
///     name: "Chat",
///     external: (repositories: [(name: "libs", url: "file:libs")], artifacts: ["town:words:1.0@txt"]),
/// )"#)?;
///
/// let folders = Folders { cwd: Some(town.path().into()), assets: town.path().join("assets"), ..Folders::of_app("Town") };
/// let store = ArtifactStore::open(&HostSettings::default(), &folders);
/// assert!(matches!(store.look(&chat), Look::ToFetch));
///
/// let mut fetching = store.fetch([&chat]);
/// fetching.wait(Duration::from_secs(60));
/// let [(name, Ok(artifacts))] = &fetching.take_done()[..] else { panic!("it is there") };
/// assert_eq!(name, "Chat");
/// assert_eq!(artifacts.file("words")?.read()?, b"rain, sun");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ArtifactStore(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) settings: HostSettings,
    pub(super) folders: Folders,
    cache: Result<Cache, PlaceholderError>,
    lock: Result<(PathBuf, Mutex<LockState>), Box<Unusable>>,
    /// What was unpacked of npm packages, so that each is in memory once, as long as anybody has it.
    unpacked: Mutex<BTreeMap<(PackageId, Hash), WeakFiles>>,
}

/// A lock that nothing can be done with.
#[derive(Debug)]
enum Unusable {
    Placeholder(PlaceholderError),
    Lock(LockError),
}

#[derive(Debug)]
struct LockState {
    lock: Lock,
    /// Whether there is a file.
    is_there: bool,
    /// What has become another one since the file was read or written; of all else, the file knows better.
    noted: BTreeSet<ArtifactKey>,
    /// What is to be chosen anew, and whether what it needs is, too.
    forgotten: BTreeMap<ArtifactKey, bool>,
    /// What does not count for some of those who may have it: their sources come first with something else.
    passed_over: BTreeSet<(Vec<ArtifactKey>, ArtifactKey)>,
}

/// What an extension has of the artifacts that it asks for, as far as that can be told without asking anybody.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Look {
    /// All are here, and are what they should be; or it asks for none.
    Here(ExtensionArtifacts),
    /// Something has to be fetched.
    ToFetch,
    /// Something cannot be had, and need not be tried.
    Refused(Vec<Unavailable>),
}

/// What an extension has of one artifact, as far as that can be told without asking anybody.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ArtifactLook {
    /// It is here, and is what it should be.
    Here(HeldArtifact),
    /// It has to be fetched.
    ToFetch,
    /// It cannot be had, and need not be tried.
    Refused(Unavailable),
}

/// Which artifacts are chosen and fetched anew.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Update {
    /// All.
    All,
    /// This one, of whoever asks for it. Packages that it needs stay as they are, as far as they still fit.
    One(Artifact),
}

/// An artifact that an extension asks for, and where.
#[derive(Debug, Clone)]
pub(super) struct Want {
    pub(super) wanted: WantedArtifact,
    pub(super) sources: Arc<[Source]>,
}

impl ArtifactStore {
    /// Takes the folder of the cache and the lock file that host settings name, be they there or not.
    ///
    /// What is wrong with them, [`problems`](Self::problems) tells, and whoever asks for artifacts is refused then.
    pub fn open(settings: &HostSettings, folders: &Folders) -> Self {
        let cache = settings.path_of(&settings.artifacts.cache, folders).map(Cache::new);
        Self(Arc::new(Inner {
            settings: settings.clone(),
            folders: folders.clone(),
            cache,
            lock: locking::open(settings, folders),
            unpacked: Mutex::default(),
        }))
    }

    /// Looks what an extension has of the artifacts that it asks for. Nobody is asked for anything: it reads the cache, to see
    /// that everything in it is as it should be.
    pub fn look(&self, candidate: &Candidate) -> Look {
        let (mut held, mut refused, mut is_missing) = (Vec::new(), Vec::new(), false);
        for look in self.look_at_each(candidate) {
            match look {
                ArtifactLook::Here(artifact) => held.push(artifact),
                ArtifactLook::ToFetch => is_missing = true,
                ArtifactLook::Refused(unavailable) => refused.push(unavailable),
            }
        }
        match () {
            () if !refused.is_empty() => Look::Refused(refused),
            () if is_missing => Look::ToFetch,
            () => Look::Here(ExtensionArtifacts::new(held)),
        }
    }

    /// Looks at each of the artifacts that an extension asks for, as [`look`](Self::look) does, in the order of the manifest.
    pub fn look_at_each(&self, candidate: &Candidate) -> Vec<ArtifactLook> {
        let look = |want: Want| match self.0.hold(&want) {
            Ok(artifact) => ArtifactLook::Here(artifact),
            Err(Absent::ToFetch) => ArtifactLook::ToFetch,
            Err(Absent::Refused(cause)) => {
                let artifact = want.wanted.artifact;
                ArtifactLook::Refused(FetchError { artifact, cause }.unavailable())
            }
        };
        self.0.wants(candidate).into_iter().map(look).collect()
    }

    /// Begins to fetch what extensions ask for and do not have.
    pub fn fetch<'a>(&self, candidates: impl IntoIterator<Item = &'a Candidate>) -> Fetching {
        let wants = candidates.into_iter().map(|candidate| (candidate.manifest.name.clone(), self.0.wants(candidate)));
        Fetching::begin(self.0.clone(), wants.collect(), |_| false)
    }

    /// Begins to choose and fetch artifacts anew, whatever the lock has of them. What fails stays as it was in the lock.
    ///
    /// If [`locked`](HostSettings::locked) is set, nothing is, and whoever asks for them is told so.
    pub fn update<'a>(&self, candidates: impl IntoIterator<Item = &'a Candidate>, which: &Update) -> Fetching {
        let candidates = candidates.into_iter();
        let wants = candidates.map(|candidate| (candidate.manifest.name.clone(), self.0.wants(candidate)));
        let wants: Vec<_> = wants.collect();
        let is_meant = |want: &Want| match which {
            Update::All => true,
            Update::One(artifact) => want.wanted.artifact == *artifact,
        };
        if self.0.settings.locked {
            return Fetching::begin(self.0.clone(), wants, is_meant);
        }
        self.0.forget(wants.iter().flat_map(|(_, wants)| wants).filter(|want| is_meant(want)), *which == Update::All);
        Fetching::begin(self.0.clone(), wants, |_| false)
    }
}

impl Inner {
    pub(super) fn wants(&self, candidate: &Candidate) -> Vec<Want> {
        let wanted = &candidate.manifest.external.artifacts;
        if wanted.is_empty() {
            return Vec::new();
        }
        let sources = Source::of(candidate, &self.settings, &self.folders);
        wanted.iter().map(|wanted| Want { wanted: wanted.clone(), sources: sources.clone() }).collect()
    }

    /// How many bytes a file may have.
    pub(super) fn largest(&self) -> u64 {
        u64::from(self.settings.artifacts.largest_mib.get()) << 20
    }

    fn lock_state(&self) -> Option<MutexGuard<'_, LockState>> {
        let (_, state) = self.lock.as_ref().ok()?;
        Some(state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl LockState {
    /// Returns what the lock may have an artifact as, without what somebody who asks for it has found not to be there any more.
    fn keys<'a>(&'a self, want: &'a Want) -> impl Iterator<Item = (usize, ArtifactKey)> + 'a {
        let all = want.all_keys();
        want.keys().filter(move |(_, key)| !self.passed_over.contains(&(all.clone(), key.clone())))
    }
}

impl Want {
    /// Returns what the lock may have it as, with the source of each, in their order.
    fn keys(&self) -> impl Iterator<Item = (usize, ArtifactKey)> {
        let coordinates = self.wanted.artifact.to_string();
        self.fitting()
            .map(move |(number, source)| (number, ArtifactKey::new(source.key.as_str(), coordinates.as_str())))
    }

    /// Tells whether another is had wherever this one is.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let sources = |want: &Self| want.fitting().map(|(_, source)| source.clone()).collect::<Vec<_>>();
        self.wanted == other.wanted && sources(self) == sources(other)
    }

    /// Returns all that the lock may have it as, which tells it from what others want.
    fn all_keys(&self) -> Vec<ArtifactKey> {
        self.keys().map(|(_, key)| key).collect()
    }

    /// Returns the sources that can have it, each with its number.
    pub(super) fn fitting(&self) -> impl Iterator<Item = (usize, &Source)> {
        let is_npm = matches!(self.wanted.artifact, Artifact::Npm(_));
        self.sources.iter().enumerate().filter(move |(_, source)| source.url.is_npm() == is_npm)
    }
}
