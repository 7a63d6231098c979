//! How artifacts and packages stand in the file, and what has to hold of them beside their types.

use std::collections::BTreeMap;

use serde::{Deserializer, Serialize, Serializer, de::Error as _};

use super::{ArtifactKey, LockedArtifact, LockedPackage};
use crate::{
    artifacts::npm::{PackageId, Wish},
    each_once::{each_once, each_once_in_each},
};

type Artifacts = BTreeMap<ArtifactKey, LockedArtifact>;
type Packages = BTreeMap<PackageId, LockedPackage>;

/// Writes artifacts below the address of their repository, which so stands there once.
pub(super) fn write_artifacts<S: Serializer>(artifacts: &Artifacts, serializer: S) -> Result<S::Ok, S::Error> {
    let mut nested: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (ArtifactKey { repository, coordinates }, artifact) in artifacts {
        nested.entry(repository).or_default().insert(coordinates, artifact);
    }
    nested.serialize(serializer)
}

/// Reads artifacts; each that is of npm has its own package among those that it needs.
pub(super) fn read_artifacts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Artifacts, D::Error> {
    let nested: BTreeMap<String, BTreeMap<String, LockedArtifact>> = each_once_in_each(deserializer)?;
    let mut artifacts = Artifacts::new();
    for (repository, all) in nested {
        for (coordinates, artifact) in all {
            check_own_package(&coordinates, &artifact).map_err(D::Error::custom)?;
            artifacts.insert(ArtifactKey { repository: repository.clone(), coordinates }, artifact);
        }
    }
    Ok(artifacts)
}

fn check_own_package(coordinates: &str, artifact: &LockedArtifact) -> Result<(), String> {
    let LockedArtifact::Npm { version, packages, .. } = artifact else { return Ok(()) };
    let wish: Wish = coordinates.parse().map_err(|error| format!("{error}"))?;
    let own = PackageId { name: wish.name, version: version.clone() };
    match packages.contains_key(&own) {
        true => Ok(()),
        false => Err(format!("the packages of `{coordinates}` lack `{own}`, which is itself")),
    }
}

/// Reads packages; each that another depends on is there.
pub(super) fn read_packages<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Packages, D::Error> {
    let packages: Packages = each_once(deserializer)?;
    for (id, package) in &packages {
        if let Some(missing) = package.dependencies.values().find(|dependency| !packages.contains_key(dependency)) {
            return Err(D::Error::custom(format!("`{missing}` is missing, which `{id}` depends on")));
        }
    }
    Ok(packages)
}
