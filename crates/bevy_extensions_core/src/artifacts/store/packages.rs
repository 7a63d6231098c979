//! What there is of a package of npm, and of those that it needs.

use std::{collections::BTreeMap, fs, sync::PoisonError};

use super::{Absent, Inner, Want};
use crate::{
    artifacts::{
        Artifact, Hash, HeldArtifact, LockedPackage, NpmPackage, NpmPackages,
        budget::Budget,
        cache::{Cache, Cached},
        error::FetchCause,
        npm::{self, PackageId, Wish},
    },
    files::{ExtensionFiles, WeakFiles},
};

/// The ending of packages in the cache.
pub(in crate::artifacts) const ENDING: &str = "tgz";

/// How many bytes a package may have with all that it needs.
const MOST_UNPACKED_BYTES: u64 = 512 << 20;

impl Inner {
    /// Returns a package with all that it needs, if all of them are in the cache and are what they should be.
    pub(in crate::artifacts) fn held_packages(
        &self,
        want: &Want,
        root: &PackageId,
        packages: &BTreeMap<PackageId, LockedPackage>,
    ) -> Result<HeldArtifact, Absent> {
        let cache = self.cache().map_err(Absent::Refused)?;
        let (mut all, mut budget) = (Vec::new(), Budget(MOST_UNPACKED_BYTES));
        for (id, package) in packages {
            let pin = want.wanted.pin.filter(|_| id == root);
            let files = self.files_of(cache, id, package, pin).map_err(|missing| match missing {
                Missing::Absent(cached) => self.absent(want, cached),
                Missing::Bad(cause) => Absent::Refused(cause),
            })?;
            if !budget.take(files.bytes_in_memory()) {
                return Err(Absent::Refused(too_much(root)));
            }
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
                && let Some(files) = unpacked().get(&key(hash)).and_then(WeakFiles::upgrade)
            {
                return Ok(files);
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
            return Ok(share(&mut unpacked(), key(hash), files));
        }
        Err(Missing::Absent(found))
    }
}

/// Returns the files that somebody else has of a package, or else these, which others find from now on.
fn share(
    all: &mut BTreeMap<(PackageId, Hash), WeakFiles>,
    key: (PackageId, Hash),
    files: ExtensionFiles,
) -> ExtensionFiles {
    if let Some(files) = all.get(&key).and_then(WeakFiles::upgrade) {
        return files;
    }
    all.retain(|_, files| !files.is_gone());
    all.extend(files.downgrade().map(|weak| (key, weak)));
    files
}

fn too_much(root: &PackageId) -> FetchCause {
    FetchCause::Package {
        package: root.to_string(),
        why: format!("with what it needs, it has more than {} MiB", MOST_UNPACKED_BYTES >> 20),
        hint: "take a package that needs less".into(),
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
