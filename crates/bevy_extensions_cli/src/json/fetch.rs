//! `fetch` and `lock`.

use bevy_extensions_core::{
    Problem,
    artifacts::{Change as LockChange, Difference, Fact, LockedArtifact},
};
use serde::Serialize;

use super::{FORMAT, Place, Wrong, places};
use crate::{
    fetched::{Fetched, One, Outcome, hints},
    lock::Locking,
    look::Look,
};

/// What `fetch` and `lock` print.
#[derive(Serialize)]
pub struct Fetch {
    pub format: u32,
    /// Whether all is here, and the lock says so.
    pub ok: bool,
    pub artifacts: Vec<Artifact>,
    pub lock: Lock,
    /// What cannot be read.
    pub problems: Vec<Wrong>,
    pub knows_natives: bool,
}

/// What became of an artifact.
#[derive(Serialize)]
pub struct Artifact {
    pub artifact: String,
    pub extensions: Vec<String>,
    pub version: Option<String>,
    pub bytes: Option<u64>,
    pub outcome: &'static str,
    pub why: Option<String>,
    pub hints: Vec<String>,
    pub at: Vec<Place>,
}

/// The lock.
#[derive(Serialize)]
pub struct Lock {
    pub file: String,
    pub is_written: bool,
    /// What differs, or did before it was written.
    pub changes: Vec<Change>,
    /// What extensions ask for and the lock does not have.
    pub missing: Vec<String>,
}

/// Something in which what there is differs from the lock.
#[derive(Serialize)]
pub struct Change {
    pub kind: &'static str,
    pub name: String,
    /// Of an artifact, and of a package that one needs.
    pub repository: Option<String>,
    /// The artifact that needs the package.
    pub artifact: Option<String>,
    pub change: &'static str,
    pub fact: Option<&'static str>,
    pub locked: Option<String>,
    pub now: Option<String>,
}

impl Fetch {
    pub fn of(
        look: &Look,
        ok: bool,
        fetched: &Fetched,
        locking: &Locking,
        is_written: bool,
        unreadable: &[Problem],
    ) -> Self {
        let lock = Lock {
            file: locking.shown.clone(),
            is_written,
            changes: locking.differences().iter().filter_map(Change::of).collect(),
            missing: locking.missing.iter().map(ToString::to_string).collect(),
        };
        Self {
            format: FORMAT,
            ok,
            artifacts: fetched.artifacts.iter().map(Artifact::from).collect(),
            lock,
            problems: unreadable.iter().map(Wrong::from).collect(),
            knows_natives: look.knows_natives,
        }
    }
}

impl From<&One> for Artifact {
    fn from(one: &One) -> Self {
        let (outcome, error, at) = match &one.outcome {
            Outcome::Here => ("here", None, Vec::new()),
            Outcome::Fetched => ("fetched", None, Vec::new()),
            Outcome::Left => ("left", None, Vec::new()),
            Outcome::Failed(error, at) => ("failed", Some(error), places(at)),
        };
        Self {
            artifact: one.what.clone(),
            extensions: one.extensions.iter().map(ToString::to_string).collect(),
            version: one.locked.as_ref().map(LockedArtifact::version),
            bytes: one.locked.as_ref().map(LockedArtifact::size),
            outcome,
            why: error.map(ToString::to_string),
            hints: error.map(|error| hints(error)).unwrap_or_default(),
            at,
        }
    }
}

impl Change {
    fn of(difference: &Difference) -> Option<Self> {
        let (kind, name, key, artifact, change) = match difference {
            Difference::Extension { name, change } => ("extension", name.to_string(), None, None, change),
            Difference::Artifact { artifact, change } => {
                ("artifact", artifact.coordinates.clone(), Some(artifact), None, change)
            }
            Difference::Package { artifact, package, change } => {
                ("package", package.to_string(), Some(artifact), Some(artifact.coordinates.clone()), change)
            }
            _ => return None,
        };
        let (change, fact, now, locked) = match change {
            LockChange::New => ("new", None, None, None),
            LockChange::Gone => ("gone", None, None, None),
            LockChange::Other { fact, now, locked } => {
                ("changed", Some(word(*fact)), Some(now.clone()), Some(locked.clone()))
            }
        };
        let repository = key.map(|key| key.repository.clone());
        Some(Self { kind, name, repository, artifact, change, fact, locked, now })
    }
}

fn word(fact: Fact) -> &'static str {
    match fact {
        Fact::Kind => "kind",
        Fact::Version => "version",
        Fact::Source => "source",
        Fact::Content => "content",
        Fact::Size => "size",
        _ => "dependencies",
    }
}
