//! What there is of a package of npm, and of those that it needs.

use std::{collections::BTreeMap, fs, sync::PoisonError};

use super::{Absent, Inner, Want};
use crate::{
    artifacts::{
        Artifact, Hash, HeldArtifact, LockedPackage, NpmPackage, NpmPackages,
        cache::{Cache, Cached},
        error::FetchCause,
        npm::{self, PackageId, Wish},
    },
    files::ExtensionFiles,
};

/// The ending of packages in the cache.
pub(in crate::artifacts) const ENDING: &str = "tgz";

impl Inner {
    /// Returns a package with all that it needs, if all of them are in the cache and are what they should be.
    pub(super) fn held_packages(
        &self,
        want: &Want,
        root: &PackageId,
        packages: &BTreeMap<PackageId, LockedPackage>,
    ) -> Result<HeldArtifact, Absent> {
        let cache = self.cache().map_err(Absent::Refused)?;
        let mut all = Vec::new();
        for (id, package) in packages {
            let pin = want.wanted.pin.filter(|_| id == root);
            let files = self.files_of(cache, id, package, pin).map_err(|missing| match missing {
                Missing::Absent(cached) => self.absent(want, cached),
                Missing::Bad(cause) => Absent::Refused(cause),
            })?;
            let mut held = NpmPackage::new(id.name.as_str(), id.version.clone(), files);
            let dependencies = package.dependencies.iter().map(|(name, id)| (name.clone(), id.to_string()));
            held.dependencies = dependencies.collect();
            all.push(held);
        }
        Ok(HeldArtifact::npm(want.wanted.artifact.clone(), NpmPackages::new(root.to_string(), all)))
    }

    /// Returns the files of a package. They are unpacked once, whoever asks.
    fn files_of(
        &self,
        cache: &Cache,
        id: &PackageId,
        package: &LockedPackage,
        pin: Option<Hash>,
    ) -> Result<ExtensionFiles, Missing> {
        let key = |hash: &Hash| (id.clone(), *hash);
        let unpacked = || self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        for hash in package.integrity.hashes() {
            if pin.is_none_or(|pin| pin == *hash)
                && let Some(files) = unpacked().get(&key(hash))
            {
                return Ok(files.clone());
            }
            let path = cache.path(hash, ENDING);
            let Ok(bytes) = fs::read(&path) else { continue };
            let is = Hash::of(hash.kind(), &bytes);
            if is != *hash {
                found = Some(Cached::Damaged(path, is));
                continue;
            }
            if pin.is_some_and(|pin| pin != Hash::of(pin.kind(), &bytes)) {
                continue;
            }
            let files = npm::unpack(&id.to_string(), &bytes).map_err(|error| {
                let (why, hint) = (error.to_string(), error.hint());
                Missing::Bad(FetchCause::Package { package: id.to_string(), why, hint })
            })?;
            return Ok(unpacked().entry(key(hash)).or_insert(files).clone());
        }
        Err(Missing::Absent(found))
    }
}

/// Why the files of a package are not there.
enum Missing {
    Absent(Option<Cached>),
    Bad(FetchCause),
}

/// Returns what a wish for a package is known by in a version.
pub(in crate::artifacts) fn root_of(artifact: &Artifact, version: &semver::Version) -> Option<PackageId> {
    match artifact {
        Artifact::Npm(Wish { name, .. }) => Some(PackageId { name: name.clone(), version: version.clone() }),
        Artifact::Maven(_) => None,
    }
}
