//! What the lock says of all extensions and artifacts, and whether it is so.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{ArtifactStore, Inner, LockState, Source, Unusable, Want};
use crate::{
    artifacts::{
        ArtifactKey, Lock, LockError, LockedArtifact, LockedExtension, content_hash,
        error::UPDATE_LOCK,
        npm::{PackageId, Wish},
    },
    candidate::{Candidate, Unrunnable},
    discover::{Folders, Found, shown},
    files::FileError,
    location::Location,
    name::ExtensionName,
    problem::Problem,
    settings::HostSettings,
};

/// Reads the lock that host settings name.
pub(super) fn open(settings: &HostSettings, folders: &Folders) -> Result<(PathBuf, Mutex<LockState>), Box<Unusable>> {
    let path = settings.lock_path(folders).map_err(Unusable::Placeholder)?;
    let lock = Lock::read_shown(&path, &shown(&path, folders)).map_err(Unusable::Lock)?;
    let is_there = lock.is_some();
    let state = LockState {
        lock: lock.unwrap_or_default(),
        is_there,
        noted: BTreeSet::new(),
        forgotten: BTreeMap::new(),
        passed_over: BTreeSet::new(),
    };
    Ok((path, Mutex::new(state)))
}

impl ArtifactStore {
    /// Tells what is wrong with the folder of the cache and with the lock. What is wrong is never written over.
    pub fn problems(&self) -> Vec<Problem> {
        let settings = &self.0.settings.artifacts;
        let cache = self.0.cache.as_ref().err().map(|error| Problem::Artifacts {
            why: format!("the cache `{}` cannot be had: {error}", settings.cache),
            hint: error.hint(),
            at: None,
        });
        let lock = self.0.lock.as_ref().err().map(|unusable| {
            let (why, hint) = unusable.told(&settings.lock);
            let at = match &**unusable {
                Unusable::Lock(error) => error.location(),
                Unusable::Placeholder(_) => None,
            };
            Problem::Artifacts { why, hint, at }
        });
        cache.into_iter().chain(lock).collect()
    }

    /// Writes down which extensions there are, and which artifacts they have, and tells whether that has changed the file.
    ///
    /// All that are there should be handed over, also those that are switched off: whatever nobody asks for any more leaves the
    /// lock. A dev folder is not written down, but what it asks for is. Nothing is written if nobody asks for artifacts and there
    /// is no lock yet; nor if [`locked`](HostSettings::locked) is set. What somebody else has written of artifacts meanwhile stays,
    /// unless it was fetched here, too.
    ///
    /// # Errors
    ///
    /// [`Problem::Artifacts`] if the lock could not be read before, or cannot be written, or an extension's files cannot be read.
    pub fn save_lock<'a>(
        &self,
        natives: impl IntoIterator<Item = &'a Candidate>,
        found: impl IntoIterator<Item = &'a Found>,
    ) -> Result<bool, Box<Problem>> {
        let (path, state) = self.lock_and_state()?;
        if self.0.settings.locked {
            return Ok(false);
        }
        let (natives, found): (Vec<_>, Vec<_>) = (natives.into_iter().collect(), found.into_iter().collect());
        let wants = self.0.all_wants(&natives, &found);
        let state = || state.lock().unwrap_or_else(PoisonError::into_inner);
        if state().is_needless(&wants) {
            return Ok(false);
        }
        // It may take long, and nobody who only looks should wait for it.
        let extensions = self.0.extensions(&natives, &found)?;
        let written = state().write(path, extensions, &wants);
        written.map_err(|error: LockError| failed(error.to_string(), error.hint(), error.location()))
    }

    /// Returns the file that is the lock, be it there or not.
    ///
    /// # Errors
    ///
    /// [`Problem::Artifacts`] if it has no place, or is there and cannot be read.
    pub fn lock_file(&self) -> Result<&Path, Box<Problem>> {
        self.lock_and_state().map(|(path, _)| path.as_path())
    }

    /// Returns what the lock should say now: of the extensions that are handed over, and of what they ask for, as far as that was
    /// locked or [fetched](Self::fetch) before. [`save_lock`](Self::save_lock) writes the same.
    ///
    /// # Errors
    ///
    /// [`Problem::Artifacts`] if the lock could not be read before, or an extension's files cannot be read.
    pub fn current_lock<'a>(
        &self,
        natives: impl IntoIterator<Item = &'a Candidate>,
        found: impl IntoIterator<Item = &'a Found>,
    ) -> Result<Lock, Box<Problem>> {
        self.lock_and_state()?;
        let (natives, found): (Vec<_>, Vec<_>) = (natives.into_iter().collect(), found.into_iter().collect());
        let mut lock = Lock::default();
        lock.extensions = self.0.extensions(&natives, &found)?;
        lock.artifacts = self.0.artifacts(&natives, &found);
        Ok(lock)
    }

    /// Returns what the lock has of each of the artifacts that an extension asks for, in the order of the manifest, with the
    /// repository that it comes from; `None` for what is not locked, or has another content there than the manifest pins.
    pub fn locked(&self, candidate: &Candidate) -> Vec<Option<(ArtifactKey, LockedArtifact)>> {
        let locked = |want: Want| {
            let (source, artifact) = self.0.locked(&want).ok()??;
            let key = ArtifactKey::new(want.sources[source].key.as_str(), want.wanted.artifact.to_string());
            Some((key, artifact))
        };
        self.0.wants(candidate).into_iter().map(locked).collect()
    }

    fn lock_and_state(&self) -> Result<&(PathBuf, Mutex<LockState>), Box<Problem>> {
        let wrong = || self.problems().pop().expect("there is something wrong with the lock");
        self.0.lock.as_ref().map_err(|_| Box::new(wrong()))
    }

    /// Tells who differs from what the lock has, if [`locked`](HostSettings::locked) is set, and so cannot run.
    pub fn refused<'a>(
        &self,
        natives: impl IntoIterator<Item = &'a Candidate>,
        found: impl IntoIterator<Item = &'a Found>,
    ) -> Vec<(ExtensionName, Unrunnable)> {
        if !self.0.settings.locked {
            return Vec::new();
        }
        let natives = natives.into_iter().map(|native| (native, Ok(native_in_lock(native)), false));
        let found = found.into_iter().map(|found| (&found.candidate, self.0.found_in_lock(found), found.is_dev));
        let refused = |(candidate, now, is_dev): (&Candidate, Result<LockedExtension, FileError>, bool)| {
            let name = candidate.manifest.name.clone();
            let why =
                if is_dev { Some("no lock has what is in a dev folder".into()) } else { self.0.differs(&name, now) };
            why.map(|why| (name, Unrunnable::new("it", format!("`locked` is set, and {why}"), UPDATE_LOCK)))
        };
        natives.chain(found).filter_map(refused).collect()
    }
}

fn failed(why: String, hint: String, at: Option<Location>) -> Box<Problem> {
    Box::new(Problem::Artifacts { why, hint, at })
}

fn native_in_lock(native: &Candidate) -> LockedExtension {
    LockedExtension::native(native.manifest.version.clone())
}

impl Inner {
    /// Returns what the lock should have of extensions.
    fn extensions(
        &self,
        natives: &[&Candidate],
        found: &[&Found],
    ) -> Result<BTreeMap<ExtensionName, LockedExtension>, Box<Problem>> {
        let natives = natives.iter().map(|native| Ok((native.manifest.name.clone(), native_in_lock(native))));
        let found = found.iter().filter(|found| !found.is_dev);
        let found = found.map(|found| Ok((found.candidate.manifest.name.clone(), self.found_in_lock(found)?)));
        let all: Result<_, FileError> = natives.chain(found).collect();
        all.map_err(|error| failed(error.to_string(), error.hint(), None))
    }

    /// Returns what the lock should have of artifacts.
    pub(super) fn artifacts(&self, natives: &[&Candidate], found: &[&Found]) -> BTreeMap<ArtifactKey, LockedArtifact> {
        let wants = self.all_wants(natives, found);
        self.lock_state().map(|state| state.artifacts(&wants)).unwrap_or_default()
    }

    fn all_wants(&self, natives: &[&Candidate], found: &[&Found]) -> Vec<Want> {
        let candidates = natives.iter().copied().chain(found.iter().map(|found| &found.candidate));
        candidates.flat_map(|candidate| self.wants(candidate)).collect()
    }

    fn found_in_lock(&self, found: &Found) -> Result<LockedExtension, FileError> {
        let directory = found.candidate.source.directory().and_then(|index| self.settings.directories.get(index));
        let name = found.path.file_name().unwrap_or_default().to_string_lossy();
        // As the host settings write it, so that it is the same on every machine.
        let source = directory.map_or_else(|| name.to_string(), |directory| format!("{directory}/{name}"));
        let mut locked = LockedExtension::new(found.candidate.manifest.version.clone(), source);
        locked.hash = Some(content_hash(&found.files)?);
        Ok(locked)
    }

    fn differs(&self, name: &ExtensionName, now: Result<LockedExtension, FileError>) -> Option<String> {
        let Some(state) = self.lock_state() else { return Some("the lock cannot be read".into()) };
        let now = match now {
            Ok(now) => now,
            Err(error) => return Some(format!("its files cannot be compared: {error}")),
        };
        match state.lock.extensions.get(name) {
            None if !state.is_there => Some("there is no lock".into()),
            None => Some("the lock does not have it".into()),
            Some(before) if before.version != now.version => {
                Some(format!("the lock has version {} instead of {}", before.version, now.version))
            }
            Some(before) if before.source != now.source => {
                Some(format!("the lock has that of `{}` instead of `{}`", before.source, now.source))
            }
            Some(before) if before.hash != now.hash => Some("its files are not those that the lock has".into()),
            Some(_) => None,
        }
    }

    /// Notes what was fetched from one of the sources; `lacking` are those before it that do not have it, or not any more.
    ///
    /// What the lock has of a source before it stays, since others may ask for it there. It does not count for this one any more if
    /// that source lacks it, or has had something else: one that is only out of reach for now keeps its turn.
    pub(in crate::artifacts) fn note(&self, source: usize, lacking: &[usize], want: &Want, artifact: LockedArtifact) {
        let Some(mut state) = self.lock_state() else { return };
        let all = want.all_keys();
        for (number, key) in want.keys().filter(|(number, _)| *number <= source) {
            // Those after it were not asked, and others may still ask them first.
            state.forgotten.remove(&key);
            let is_other = state.lock.artifacts.get(&key).is_some_and(|before| *before != artifact);
            let is_over = number < source && (is_other || lacking.contains(&number));
            match is_over {
                true => _ = state.passed_over.insert((all.clone(), key)),
                false => _ = state.passed_over.remove(&(all.clone(), key)),
            }
        }
        let key = ArtifactKey::new(want.sources[source].key.as_str(), want.wanted.artifact.to_string());
        if state.lock.artifacts.insert(key.clone(), artifact.clone()) != Some(artifact) {
            state.noted.insert(key);
        }
    }

    /// Lets artifacts be chosen anew, with what they need or alone.
    pub(super) fn forget<'a>(&self, wants: impl Iterator<Item = &'a Want>, is_with_needs: bool) {
        let Some(mut state) = self.lock_state() else { return };
        wants.for_each(|want| state.forgotten.extend(want.keys().map(|(_, key)| (key, is_with_needs))));
    }

    /// Returns the packages that should stay though the artifact that needs them is chosen anew.
    pub(in crate::artifacts) fn staying(&self, repository: &Source, wish: &Wish) -> BTreeSet<PackageId> {
        let Some(state) = self.lock_state() else { return BTreeSet::new() };
        let key = ArtifactKey::new(repository.key.as_str(), wish.to_string());
        match (state.forgotten.get(&key), state.lock.artifacts.get(&key)) {
            (Some(false), Some(LockedArtifact::Npm { packages, .. })) => {
                packages.keys().filter(|id| id.name != wish.name).cloned().collect()
            }
            _ => BTreeSet::new(),
        }
    }
}

impl LockState {
    /// Tells whether there is no file, and need be none.
    fn is_needless(&self, wants: &[Want]) -> bool {
        !self.is_there && self.artifacts(wants).is_empty()
    }

    /// Returns what the lock should have for those who want artifacts.
    fn artifacts(&self, wants: &[Want]) -> BTreeMap<ArtifactKey, LockedArtifact> {
        let entry =
            |want| self.keys(want).find_map(|(_, key)| Some((key.clone(), self.lock.artifacts.get(&key)?.clone())));
        wants.iter().filter_map(entry).collect()
    }

    /// Writes the lock, and tells whether that has changed the file.
    fn write(
        &mut self,
        path: &Path,
        extensions: BTreeMap<ExtensionName, LockedExtension>,
        wants: &[Want],
    ) -> Result<bool, LockError> {
        self.take_over(Lock::read(path)?.unwrap_or_default());
        let mut lock = Lock::default();
        lock.artifacts = self.artifacts(wants);
        lock.extensions = extensions;
        let written = lock.write(path)?;
        self.is_there = true;
        self.noted.clear();
        // What is not asked for now may be again, before the app ends.
        self.lock.extensions = lock.extensions;
        Ok(written)
    }

    /// Takes what the file has of artifacts, since somebody may have chosen others there meanwhile. What the file does not have
    /// stays, as nobody may have asked for it there.
    fn take_over(&mut self, file: Lock) {
        let newer = file.artifacts.into_iter().filter(|(key, _)| !self.noted.contains(key));
        self.lock.artifacts.extend(newer);
    }
}
