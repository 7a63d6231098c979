//! What is here of the artifacts that extensions ask for. Nobody is asked for anything.

use std::path::Path;

use bevy_extensions_core::{
    Artifact, Candidate, Folders, HostSettings, Planned, Problem, Unavailable, WantedArtifact,
    artifacts::{ArtifactLook, ArtifactStore, LockedArtifact},
};

use super::{Look, absolute};

/// What is here of an artifact.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What the manifest asks for.
    pub wanted: WantedArtifact,
    /// What the lock has of it.
    pub locked: Option<LockedArtifact>,
    /// How it stands.
    pub state: KeptState,
}

/// How an artifact stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptState {
    /// It is here, and is what it should be.
    Here,
    /// It has to be fetched.
    NotHere,
    /// It cannot be had.
    Refused(Unavailable),
}

impl KeptState {
    /// Says it in a word or two.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::NotHere => "not here",
            Self::Refused(_) => "cannot be had",
        }
    }
}

impl Kept {
    /// Looks at all that an extension asks for.
    pub fn all_of(candidate: &Candidate, store: &ArtifactStore) -> Vec<Self> {
        let wanted = candidate.manifest.external.artifacts.iter().cloned();
        let looks = store.look_at_each(candidate).into_iter().zip(store.locked(candidate));
        let kept = |(wanted, (look, locked)): (WantedArtifact, (ArtifactLook, Option<_>))| Self {
            wanted,
            locked: locked.map(|(_, locked)| locked),
            state: match look {
                ArtifactLook::Here(_) => KeptState::Here,
                ArtifactLook::Refused(unavailable) => KeptState::Refused(unavailable),
                _ => KeptState::NotHere,
            },
        };
        wanted.zip(looks).map(kept).collect()
    }

    fn refused(&self) -> Option<&Unavailable> {
        if let KeptState::Refused(unavailable) = &self.state { Some(unavailable) } else { None }
    }

    /// Returns its version, which a range does not say before it was chosen.
    pub fn version(&self) -> Option<String> {
        match (&self.locked, &self.wanted.artifact) {
            (Some(locked), _) => Some(locked.version()),
            (None, Artifact::Maven(maven)) => Some(maven.version.clone()),
            (None, _) => None,
        }
    }
}

impl Look {
    /// Looks what is here of artifacts, and notes in each candidate what it cannot have, as the app does.
    pub(super) fn look_at_artifacts(&mut self) {
        let Some(store) = &self.store else { return };
        let natives = self.candidates.len() - self.found.len();
        for (index, candidate) in self.candidates.iter_mut().enumerate() {
            let found = index.checked_sub(natives).map(|index| &self.found[index]);
            let native = found.is_none().then_some(&*candidate);
            if let Some((_, why)) = store.refused(native, found).pop() {
                candidate.unrunnable.get_or_insert(why);
            }
            let all = Kept::all_of(candidate, store);
            candidate.unavailable = all.iter().filter_map(Kept::refused).cloned().collect();
            self.artifacts.push(all);
        }
        if self.settings.locked || self.artifacts.iter().any(|artifacts| !artifacts.is_empty()) {
            self.problems.extend(store.problems());
        }
    }

    /// Tells which of those that start have to wait until something is fetched.
    pub(super) fn not_fetched(&self) -> Vec<Problem> {
        let problem = |Planned { candidate: index, .. }: &Planned| {
            let candidate = &self.candidates[*index];
            let missing = self.artifacts[*index].iter().filter(|kept| kept.state == KeptState::NotHere);
            let artifact = |kept: &Kept| kept.wanted.artifact.clone();
            let artifacts = missing.map(artifact).map(|it| (it.clone(), candidate.place_of_artifact(&it)));
            let artifacts: Vec<_> = artifacts.collect();
            let extension = candidate.manifest.name.clone();
            (!artifacts.is_empty()).then_some(Problem::NotFetched { extension, artifacts })
        };
        self.resolution.plan.iter().filter_map(problem).collect()
    }
}

/// Keeps artifacts, and a lock of its own, with what the command line names: what an app keeps is not for others.
pub(super) fn keep_at(path: &Path, folders: &Folders, settings: &mut HostSettings) {
    let path = absolute(path, folders);
    let folder = if path.is_dir() { Some(path.as_path()) } else { path.parent() };
    let libs = folder.unwrap_or(&path).join(".libs");
    settings.artifacts.lock = libs.join("extensions.lock").display().to_string();
    settings.artifacts.cache = libs.display().to_string();
    settings.locked = false;
}
