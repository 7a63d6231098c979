//! What holds for every lock.

use std::collections::BTreeMap;

use proptest::prelude::*;
use semver::Version;

use super::{ArtifactKey, Format, Lock, LockedArtifact, LockedExtension, LockedPackage};
use crate::{
    artifacts::{
        Hash, HashKind,
        npm::{PackageId, PackageName},
    },
    name::ExtensionName,
};

fn hash() -> impl Strategy<Value = Hash> {
    let kind = prop_oneof![Just(HashKind::Sha1), Just(HashKind::Sha256), Just(HashKind::Sha512)];
    (kind, any::<u8>()).prop_map(|(kind, content)| Hash::of(kind, &[content]))
}

fn version() -> impl Strategy<Value = Version> {
    (0..3u64, 0..3u64, prop::sample::select(vec!["", "-rc.1", "+b.2"]))
        .prop_map(|(major, minor, label)| format!("{major}.{minor}.0{label}").parse().expect("it is a version"))
}

fn extension() -> impl Strategy<Value = LockedExtension> {
    (version(), ".{0,12}", prop::option::of(hash())).prop_map(|(version, source, hash)| LockedExtension {
        version,
        source,
        hash,
    })
}

/// Packages that depend on whatever is there.
fn npm() -> impl Strategy<Value = LockedArtifact> {
    let id = ("[a-c]", version())
        .prop_map(|(name, version)| PackageId { name: name.parse().expect("it is a name"), version });
    let wishes = prop::collection::btree_map("[a-c]", any::<prop::sample::Index>(), 0..3);
    let package = (".{0,12}", hash(), wishes).boxed();
    let own = PackageId { name: "pad".parse::<PackageName>().expect("it is a name"), version: Version::new(1, 0, 0) };
    (package.clone(), prop::collection::btree_map(id, package, 0..4), any::<u64>()).prop_map(
        move |(root, mut all, size)| {
            all.insert(own.clone(), root);
            let ids: Vec<_> = all.keys().cloned().collect();
            let locked =
                |(tarball, hash, wishes): (String, Hash, BTreeMap<String, prop::sample::Index>)| LockedPackage {
                    tarball,
                    integrity: hash.into(),
                    dependencies: wishes.into_iter().map(|(name, index)| (name, index.get(&ids).clone())).collect(),
                };
            let packages = all.into_iter().map(|(id, package)| (id, locked(package))).collect();
            LockedArtifact::Npm { version: own.version.clone(), size, packages }
        },
    )
}

fn lock() -> impl Strategy<Value = Lock> {
    let file = (".{0,12}", hash(), any::<u64>()).prop_map(|(version, hash, size)| LockedArtifact::File {
        version,
        hash,
        size,
    });
    let key = (".{0,12}", prop::sample::select(vec!["pad", "pad@^1", "pad@latest"]))
        .prop_map(|(url, wish)| ArtifactKey::new(url, wish));
    let name = "[A-C][a-b]".prop_map(|name| name.parse::<ExtensionName>().expect("it is a name"));
    let extensions = prop::collection::btree_map(name, extension(), 0..4);
    let artifacts = prop::collection::btree_map(key, prop_oneof![file, npm()], 0..4);
    (extensions, artifacts).prop_map(|(extensions, artifacts)| Lock { format: Format, extensions, artifacts })
}

proptest! {
    #[test]
    fn a_lock_is_read_as_it_was_written(lock in lock()) {
        let text = lock.to_ron();
        let again = Lock::from_ron("extensions.lock", text.as_bytes()).expect("it was written here");
        prop_assert_eq!(&again, &lock);
        prop_assert_eq!(again.to_ron(), text);
    }

    #[test]
    fn locks_differ_exactly_if_they_are_not_equal(one in lock(), other in lock()) {
        prop_assert_eq!(one.difference(&other).is_empty(), one == other);
        prop_assert!(one.difference(&one.clone()).is_empty());
        prop_assert_eq!(one.difference(&other).len(), other.difference(&one).len());
    }

    #[test]
    fn one_thing_that_differs_is_told(lock in lock(), size in any::<u64>()) {
        for (key, artifact) in &lock.artifacts {
            let mut other = lock.clone();
            match other.artifacts.get_mut(key) {
                Some(LockedArtifact::File { size: own, .. } | LockedArtifact::Npm { size: own, .. }) => *own = size,
                None => unreachable!("it is there"),
            }
            prop_assert_eq!(lock.difference(&other).len(), usize::from(artifact.size() != size));
        }
    }
}
