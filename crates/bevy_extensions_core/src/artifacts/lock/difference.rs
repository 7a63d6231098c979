//! What differs between two locks, in words.

use std::{collections::BTreeMap, fmt};

use super::{ArtifactKey, Lock, LockedArtifact, LockedExtension, LockedPackage};
use crate::{
    artifacts::{Hash, npm::PackageId},
    name::ExtensionName,
    suggest,
};

/// One thing in which what is there differs from what the lock has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// An extension differs.
    Extension {
        /// Its name.
        name: ExtensionName,
        /// In what it differs.
        change: Change,
    },
    /// An artifact differs.
    Artifact {
        /// Which one it is.
        artifact: ArtifactKey,
        /// In what it differs.
        change: Change,
    },
    /// An npm package differs that an artifact needs.
    Package {
        /// The artifact.
        artifact: ArtifactKey,
        /// The package.
        package: PackageId,
        /// In what it differs.
        change: Change,
    },
}

/// In what something differs from what the lock has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The lock does not have it.
    New,
    /// Only the lock has it.
    Gone,
    /// Both have it, and they say something else of it.
    Other {
        /// What they say something else of.
        fact: Fact,
        /// What there is.
        now: String,
        /// What the lock has.
        locked: String,
    },
}

/// What a lock says of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fact {
    /// What kind of artifact it is.
    Kind,
    /// Its version.
    Version,
    /// Where it comes from.
    Source,
    /// Its bytes.
    Content,
    /// How many bytes have to be fetched.
    Size,
    /// What it depends on.
    Dependencies,
}

impl Lock {
    /// Lists what differs from another lock, in the order in which it stands there. Equal locks have no difference, and no
    /// others.
    ///
    /// `self` is what there is, and `locked` is what was written down.
    pub fn difference(&self, locked: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        compare(&self.extensions, &locked.extensions, extension, |name, change| {
            differences.push(Difference::Extension { name: name.clone(), change });
        });
        compare(&self.artifacts, &locked.artifacts, artifact, |artifact, change| {
            differences.push(Difference::Artifact { artifact: artifact.clone(), change });
        });
        for (artifact, (now, locked)) in in_both(&self.artifacts, &locked.artifacts) {
            let (LockedArtifact::Npm { packages: now, .. }, LockedArtifact::Npm { packages: locked, .. }) =
                (now, locked)
            else {
                continue;
            };
            compare(now, locked, package, |id, change| {
                let (artifact, package) = (artifact.clone(), id.clone());
                differences.push(Difference::Package { artifact, package, change });
            });
        }
        differences
    }
}

/// Tells what differs between two maps; `changes` compares what both have.
fn compare<K: Ord, V>(
    now: &BTreeMap<K, V>,
    locked: &BTreeMap<K, V>,
    changes: impl Fn(&V, &V) -> Vec<Change>,
    mut tell: impl FnMut(&K, Change),
) {
    let mut keys: Vec<_> = now.keys().chain(locked.keys().filter(|key| !now.contains_key(key))).collect();
    keys.sort();
    for key in keys {
        match (now.get(key), locked.get(key)) {
            (Some(now), Some(locked)) => changes(now, locked).into_iter().for_each(|change| tell(key, change)),
            (Some(_), None) => tell(key, Change::New),
            _ => tell(key, Change::Gone),
        }
    }
}

/// Goes through what both of two maps have.
fn in_both<'a, K: Ord, V>(
    now: &'a BTreeMap<K, V>,
    locked: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, (&'a V, &'a V))> {
    now.iter().filter_map(|(key, now)| Some((key, (now, locked.get(key)?))))
}

fn extension(now: &LockedExtension, locked: &LockedExtension) -> Vec<Change> {
    let files = |hash: Option<Hash>| hash.map_or("no files".into(), |hash| format!("files with the hash {hash}"));
    changes([
        (Fact::Version, now.version.to_string(), locked.version.to_string()),
        (Fact::Source, quoted(&now.source), quoted(&locked.source)),
        (Fact::Content, files(now.hash), files(locked.hash)),
    ])
}

fn artifact(now: &LockedArtifact, locked: &LockedArtifact) -> Vec<Change> {
    let kind = |artifact: &LockedArtifact| match artifact {
        LockedArtifact::File { .. } => "a file".to_string(),
        LockedArtifact::Npm { .. } => "a package of npm".to_string(),
    };
    let hash = |artifact: &LockedArtifact| match artifact {
        LockedArtifact::File { hash, .. } => format!("the hash {hash}"),
        LockedArtifact::Npm { .. } => String::new(),
    };
    let bytes = |artifact: &LockedArtifact| format!("{} bytes", artifact.size());
    if kind(now) != kind(locked) {
        return changes([(Fact::Kind, kind(now), kind(locked))]);
    }
    changes([
        (Fact::Version, now.version(), locked.version()),
        (Fact::Content, hash(now), hash(locked)),
        (Fact::Size, bytes(now), bytes(locked)),
    ])
}

fn package(now: &LockedPackage, locked: &LockedPackage) -> Vec<Change> {
    let hash = |package: &LockedPackage| format!("the hash {}", package.integrity);
    changes([
        (Fact::Source, quoted(&now.tarball), quoted(&locked.tarball)),
        (Fact::Content, hash(now), hash(locked)),
        (Fact::Dependencies, dependencies(now), dependencies(locked)),
    ])
}

/// Lists what a package depends on, each with the name that it calls it if that is another.
fn dependencies(package: &LockedPackage) -> String {
    let named = |(name, id): (&String, &PackageId)| match id.name.as_str() == name {
        true => id.to_string(),
        false => format!("{name}: {id}"),
    };
    let all: Vec<_> = package.dependencies.iter().map(named).collect();
    if all.is_empty() { "nothing".into() } else { suggest::list(&all) }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

fn changes<const N: usize>(facts: [(Fact, String, String); N]) -> Vec<Change> {
    let differ = facts.into_iter().filter(|(_, now, locked)| now != locked);
    differ.map(|(fact, now, locked)| Change::Other { fact, now, locked }).collect()
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension { name, change } => match change {
                Change::New => write!(f, "`{name}` is not in the lock"),
                Change::Gone => write!(f, "the lock has `{name}`, which is not there"),
                Change::Other { .. } => write!(f, "`{name}` {change}"),
            },
            Self::Artifact { artifact: ArtifactKey { repository, coordinates }, change } => match change {
                Change::New => write!(f, "artifact `{coordinates}` of `{repository}` is not in the lock"),
                Change::Gone => {
                    write!(f, "the lock has artifact `{coordinates}` of `{repository}`, which is not there")
                }
                Change::Other { .. } => write!(f, "artifact `{coordinates}` {change}"),
            },
            Self::Package { artifact: ArtifactKey { coordinates, .. }, package, change } => match change {
                Change::New => write!(f, "artifact `{coordinates}` needs `{package}`, which is not in the lock"),
                Change::Gone => write!(f, "artifact `{coordinates}` does not need `{package}`, which the lock has"),
                Change::Other { .. } => write!(f, "`{package}` of artifact `{coordinates}` {change}"),
            },
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fact, now, locked) = match self {
            Self::New => return f.write_str("is not in the lock"),
            Self::Gone => return f.write_str("is in the lock only"),
            Self::Other { fact, now, locked } => (fact, now, locked),
        };
        let says = match fact {
            Fact::Kind | Fact::Version => "is",
            Fact::Source => "comes from",
            Fact::Content | Fact::Size => "has",
            Fact::Dependencies => "depends on",
        };
        write!(f, "{says} {now}, the lock has {locked}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"(
        format: 1,
        extensions: {
            "Greeter": (version: "1.0.0", source: "extensions/greeter.js", hash: "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"),
            "Economy": (version: "1.4.0", source: "linked"),
        },
        artifacts: {
            "https://models.example": {
                "town:house:1.2@glb": File(version: "1.2", hash: "sha1:a9993e364706816aba3e25717850c26c9cd0d89d", size: 7),
            },
            "https://npm.example": {
                "pad@^1": Npm(version: "1.3.0", size: 9, packages: {
                    "pad@1.3.0": (
                        tarball: "https://npm.example/pad.tgz",
                        integrity: "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=",
                        dependencies: {"times": "times@2.0.0"},
                    ),
                    "times@2.0.0": (tarball: "https://npm.example/times.tgz", integrity: "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g="),
                }),
            },
        },
    )"#;

    /// Compares a lock in which each of some texts stands for another with the one above.
    #[track_caller]
    fn check(replace: &[(&str, &str)], expected: &[&str]) {
        let read = |text: &str| Lock::from_ron("extensions.lock", text.as_bytes()).expect("it is a lock");
        let text = replace.iter().fold(LOCK.to_string(), |text, (from, to)| {
            assert!(text.contains(from), "`{from}` is there");
            text.replace(from, to)
        });
        let differences: Vec<_> = read(&text).difference(&read(LOCK)).iter().map(ToString::to_string).collect();
        assert_eq!(differences, expected);
    }

    #[test]
    fn equal_locks_do_not_differ() {
        check(&[], &[]);
    }

    #[test]
    fn what_differs_of_an_extension_is_told() {
        check(
            &[(r#""Greeter": (version: "1.0.0""#, r#""Greeter": (version: "1.1.0""#)],
            &["`Greeter` is 1.1.0, the lock has 1.0.0"],
        );
        check(
            &[("extensions/greeter.js", "extensions/greeter")],
            &["`Greeter` comes from `extensions/greeter`, the lock has `extensions/greeter.js`"],
        );
        check(
            &[(r#"js", hash: "sha1:a9993e364706816aba3e25717850c26c9cd0d89d""#, r#"js""#)],
            &["`Greeter` has no files, the lock has files with the hash sha1:a9993e364706816aba3e25717850c26c9cd0d89d"],
        );
        check(
            &[("Greeter", "Weather")],
            &["the lock has `Greeter`, which is not there", "`Weather` is not in the lock"],
        );
        check(&[("Greeter", "GREETER")], &[]);
    }

    #[test]
    fn what_differs_of_an_artifact_is_told() {
        check(
            &[("town:house:1.2@glb", "town:house:1.3@glb"), (r#"File(version: "1.2""#, r#"File(version: "1.3""#)],
            &[
                "the lock has artifact `town:house:1.2@glb` of `https://models.example`, which is not there",
                "artifact `town:house:1.3@glb` of `https://models.example` is not in the lock",
            ],
        );
        check(
            &[(
                "a9993e364706816aba3e25717850c26c9cd0d89d\", size: 7",
                "fbec17cb2fcbbd1c659b252230b48826fc563788\", size: 8",
            )],
            &[
                "artifact `town:house:1.2@glb` has the hash sha1:fbec17cb2fcbbd1c659b252230b48826fc563788, \
                 the lock has the hash sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
                "artifact `town:house:1.2@glb` has 8 bytes, the lock has 7 bytes",
            ],
        );
    }

    #[test]
    fn what_differs_of_a_package_is_told() {
        check(
            &[("times@2.0.0", "times@2.1.0"), ("npm.example/pad.tgz", "npm.example/pad-2.tgz")],
            &[
                "`pad@1.3.0` of artifact `pad@^1` comes from `https://npm.example/pad-2.tgz`, \
                 the lock has `https://npm.example/pad.tgz`",
                "`pad@1.3.0` of artifact `pad@^1` depends on `times@2.1.0`, the lock has `times@2.0.0`",
                "artifact `pad@^1` does not need `times@2.0.0`, which the lock has",
                "artifact `pad@^1` needs `times@2.1.0`, which is not in the lock",
            ],
        );
        check(
            &[(r#"{"times": "times@2.0.0"}"#, r#"{"clock": "times@2.0.0"}"#)],
            &["`pad@1.3.0` of artifact `pad@^1` depends on `clock: times@2.0.0`, the lock has `times@2.0.0`"],
        );
        check(
            &[(
                "times.tgz\", integrity: \"sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=",
                "times.tgz\", integrity: \"sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
            )],
            &["`times@2.0.0` of artifact `pad@^1` has the hash sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=, \
                 the lock has the hash sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g="],
        );
    }

    #[test]
    fn an_artifact_of_another_kind_is_told_as_such() {
        let read = |artifact: &str| {
            let text = format!(
                r#"(format: 1, extensions: {{}}, artifacts: {{"https://npm.example": {{"pad@^1": {artifact}}}}})"#
            );
            Lock::from_ron("extensions.lock", text.as_bytes()).expect("it is a lock")
        };
        let file = read(r#"File(version: "1", hash: "sha1:a9993e364706816aba3e25717850c26c9cd0d89d", size: 7)"#);
        let npm = read(
            r#"Npm(version: "1.0.0", size: 7, packages: {"pad@1.0.0": (tarball: "pad.tgz", integrity: "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")})"#,
        );
        let told: Vec<_> = npm.difference(&file).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["artifact `pad@^1` is a package of npm, the lock has a file"]);
    }
}
