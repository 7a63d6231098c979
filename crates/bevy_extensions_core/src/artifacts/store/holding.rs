//! What there is of an artifact, without asking anybody.

use std::slice;

use super::{
    Inner, Unusable, Want,
    packages::{ENDING, root_of},
};
use crate::artifacts::{
    Artifact, ArtifactFile, Hash, HeldArtifact, LockedArtifact, MavenArtifact,
    cache::{Cache, Cached, hash_of},
    error::FetchCause,
};

/// Why an artifact is not there.
#[derive(Debug)]
pub(in crate::artifacts) enum Absent {
    /// It has to be fetched.
    ToFetch,
    /// It cannot be had, and need not be tried.
    Refused(FetchCause),
}

impl Absent {
    /// Says why something is not there that was fetched just now.
    pub(in crate::artifacts) fn cause(self) -> FetchCause {
        match self {
            Self::Refused(cause) => cause,
            Self::ToFetch => FetchCause::Cache { path: "the cache".into(), why: "it was changed meanwhile".into() },
        }
    }
}

impl Inner {
    /// Returns an artifact, if it is in the cache and is what it should be.
    pub(in crate::artifacts) fn hold(&self, want: &Want) -> Result<HeldArtifact, Absent> {
        let cache = self.cache().map_err(Absent::Refused)?;
        match (&want.wanted.artifact, self.locked(want).map_err(Absent::Refused)?) {
            (_, None) if self.settings.locked => {
                Err(Absent::Refused(FetchCause::Locked { why: self.why_not_locked(want) }))
            }
            (Artifact::Maven(maven), Some((_, LockedArtifact::File { hash, .. }))) => {
                let found = cache.look(&hash, maven.extension());
                self.held_file(want, maven, found)
            }
            (artifact @ Artifact::Npm(_), Some((_, LockedArtifact::Npm { version, packages, .. }))) => {
                match root_of(artifact, &version) {
                    Some(root) => self.held_packages(want, &root, &packages),
                    None => Err(self.absent(want, None)),
                }
            }
            _ => Err(self.absent(want, None)),
        }
    }

    /// Returns the cache, if it has a place.
    pub(in crate::artifacts) fn cache(&self) -> Result<&Cache, FetchCause> {
        self.cache.as_ref().map_err(|error| {
            let written = &self.settings.artifacts.cache;
            FetchCause::Unusable { why: format!("the cache `{written}` cannot be had: {error}"), hint: error.hint() }
        })
    }

    /// Returns what the lock has of an artifact, and of which of the sources; nothing if the manifest pins another content, or
    /// if it is to be chosen anew.
    pub(in crate::artifacts) fn locked(&self, want: &Want) -> Result<Option<(usize, LockedArtifact)>, FetchCause> {
        if let Err(unusable) = &self.lock {
            return Err(unusable.cause(&self.settings.artifacts.lock));
        }
        let is_good = |(_, artifact): &(usize, LockedArtifact)| self.fits(want, artifact);
        Ok(self.kept(want).into_iter().find(is_good))
    }

    /// Returns what the lock has of an artifact, of each of the sources, unless it is to be chosen anew.
    fn kept(&self, want: &Want) -> Vec<(usize, LockedArtifact)> {
        let Some(state) = self.lock_state() else { return Vec::new() };
        let kept = state.keys(want).filter(|(_, key)| !state.forgotten.contains_key(key));
        kept.filter_map(|(source, key)| Some((source, state.lock.artifacts.get(&key)?.clone()))).collect()
    }

    /// Tells whether what the lock has is of the right kind, and may be what the manifest pins.
    fn fits(&self, want: &Want, locked: &LockedArtifact) -> bool {
        let hashes = hashes(&want.wanted.artifact, locked);
        !hashes.is_empty() && want.wanted.pin.is_none_or(|pin| self.may_be(&pin, hashes, &want.wanted.artifact))
    }

    /// Tells whether a content with one of these hashes may have another one, too. If they are of two kinds and it is not in the
    /// cache, only fetching it would tell.
    fn may_be(&self, pin: &Hash, hashes: &[Hash], artifact: &Artifact) -> bool {
        if hashes.iter().any(|hash| hash.kind() == pin.kind()) {
            return hashes.contains(pin);
        }
        let Ok(cache) = self.cache() else { return true };
        let ending = match artifact {
            Artifact::Maven(maven) => maven.extension(),
            Artifact::Npm(_) => ENDING,
        };
        let mut found = hashes.iter().filter_map(|hash| match cache.look(hash, ending) {
            Cached::Here(path) => hash_of(&path, pin.kind()).ok(),
            _ => None,
        });
        found.next().is_none_or(|found| found == *pin)
    }

    fn held_file(&self, want: &Want, maven: &MavenArtifact, cached: Cached) -> Result<HeldArtifact, Absent> {
        let path = match cached {
            Cached::Here(path) => path,
            cached => return Err(self.absent(want, Some(cached))),
        };
        let is_pinned = |pin: &Hash| hash_of(&path, pin.kind()).is_ok_and(|hash| hash == *pin);
        match &want.wanted.pin {
            Some(pin) if !is_pinned(pin) => Err(self.absent(want, None)),
            _ => Ok(HeldArtifact::file(want.wanted.artifact.clone(), ArtifactFile::new(&maven.file_name(), path))),
        }
    }

    /// Tells whether what is not in the cache can be fetched.
    pub(super) fn absent(&self, want: &Want, cached: Option<Cached>) -> Absent {
        let mut sources = want.fitting().peekable();
        if sources.peek().is_none() {
            return Absent::Refused(FetchCause::NoRepository {
                is_npm: matches!(want.wanted.artifact, Artifact::Npm(_)),
            });
        }
        if !self.settings.offline || sources.any(|(_, source)| source.is_folder()) {
            return Absent::ToFetch;
        }
        let damaged = match cached {
            Some(Cached::Damaged(path, hash)) => Some((path.display().to_string(), hash)),
            _ => None,
        };
        Absent::Refused(FetchCause::Offline { damaged })
    }
}

/// Returns the hashes of which a file, or the tarball of a package, has one; none if it is of another kind than the artifact.
pub(super) fn hashes<'a>(artifact: &Artifact, locked: &'a LockedArtifact) -> &'a [Hash] {
    match (artifact, locked) {
        (Artifact::Maven(_), LockedArtifact::File { hash, .. }) => slice::from_ref(hash),
        (Artifact::Npm(_), LockedArtifact::Npm { version, packages, .. }) => {
            let root = root_of(artifact, version).and_then(|root| packages.get(&root));
            root.map(|root| root.integrity.hashes()).unwrap_or_default()
        }
        _ => &[],
    }
}

impl Unusable {
    fn cause(&self, written: &str) -> FetchCause {
        let (why, hint) = self.told(written);
        FetchCause::Unusable { why, hint }
    }

    /// Says what is wrong, and what to try.
    pub(super) fn told(&self, written: &str) -> (String, String) {
        match self {
            Self::Placeholder(error) => (format!("the lock `{written}` cannot be had: {error}"), error.hint()),
            Self::Lock(error) => {
                (error.to_string(), format!("{}, or remove the file, so that everything is chosen anew", error.hint()))
            }
        }
    }
}
