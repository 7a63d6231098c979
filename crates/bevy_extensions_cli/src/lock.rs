//! What the lock has, and what it should have.

use std::{fmt, path::PathBuf};

use bevy_extensions_core::{
    Candidate, ExtensionName, Found, Problem, WantedArtifact,
    artifacts::{ArtifactKey, ArtifactStore, Change, Difference, Fact, Lock, LockError, LockedArtifact},
};

use crate::{failure::Failure, look::Look};

/// What the lock has, and what it should have.
pub struct Locking {
    path: PathBuf,
    /// The file as people see it.
    pub shown: String,
    before: Option<Lock>,
    now: Lock,
    /// What extensions ask for and nothing is known of.
    pub missing: Vec<Missing>,
}

/// An artifact that the lock does not have, or not with the hash that the manifest pins.
pub struct Missing {
    wanted: WantedArtifact,
    extensions: Vec<ExtensionName>,
}

impl Locking {
    /// Compares what is there with the lock.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the lock, or an extension's files, cannot be read.
    pub fn of(look: &Look, store: &ArtifactStore) -> Result<Self, Failure> {
        let path = store.lock_file().map_err(Failure::Wrong)?.to_path_buf();
        let before = Lock::read(&path).map_err(|error| wrong(&error))?;
        let (natives, found) = members(look);
        let mut now = store.current_lock(natives, found).map_err(Failure::Wrong)?;
        if let Some(before) = before.as_ref().filter(|_| !look.knows_natives) {
            keep_natives(before, &mut now);
        }
        let missing = missing(look, store);
        Ok(Self { shown: look.shown(&path), path, before, now, missing })
    }

    /// Tells whether there is no lock.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// Tells whether anybody asks for an artifact, or did.
    pub fn has_artifacts(&self) -> bool {
        !self.now.artifacts.is_empty() || !self.missing.is_empty()
    }

    /// Tells whether nothing would have to be written.
    pub fn is_good(&self) -> bool {
        self.before.as_ref() == Some(&self.now) && self.missing.is_empty()
    }

    /// Lists what differs.
    pub fn differences(&self) -> Vec<Difference> {
        self.now.difference(self.before.as_ref().unwrap_or(&Lock::default()))
    }

    /// Writes what should be there, and tells whether that has changed anything.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it cannot be written.
    pub fn write(&self) -> Result<bool, Failure> {
        self.now.write(&self.path).map_err(|error| wrong(&error))
    }

    /// Says what became of the file, and how many there are of what.
    pub fn fate(&self, is_written: bool) -> String {
        let fate = match is_written {
            true => "is written",
            false if self.is_good() => "is up to date",
            false => "is as it was",
        };
        let count = |count, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        let Lock { extensions, artifacts, .. } = &self.now;
        let counts = [count(extensions.len(), "extension"), count(artifacts.len(), "artifact")];
        format!("`{}` {fate}: {}", self.shown, counts.join(", "))
    }

    /// Says what changes, a line each.
    pub fn changes(&self) -> String {
        let differences = self.differences();
        let told = differences.iter().filter(|difference| !self.goes_without_saying(difference, &differences));
        told.map(|difference| self.line(difference)).map(|(word, text)| format!("  {word:<7}  {text}\n")).collect()
    }

    /// Says what is missing, a line each.
    pub fn missing_told(&self) -> String {
        self.missing.iter().map(|missing| format!("  missing  {missing}\n")).collect()
    }

    /// Tells whether a difference follows from another of the same artifact.
    fn goes_without_saying(&self, difference: &Difference, all: &[Difference]) -> bool {
        match difference {
            Difference::Artifact { artifact, change: Change::Other { fact: Fact::Size, .. } } => {
                let is_own =
                    |it: &&Difference| matches!(it, Difference::Artifact { artifact: of, .. } if of == artifact);
                all.iter().filter(is_own).count() > 1
            }
            Difference::Package { artifact, package, change: Change::New | Change::Gone } => {
                let locks = self.before.iter().chain([&self.now]);
                let mut versions = locks.filter_map(|lock| lock.artifacts.get(artifact)).map(LockedArtifact::version);
                let name = artifact.coordinates.rsplit_once('@').map_or("", |(name, _)| name);
                versions.any(|version| format!("{name}@{version}") == package.to_string())
            }
            _ => false,
        }
    }

    fn line(&self, difference: &Difference) -> (&'static str, String) {
        let (name, change) = match difference {
            Difference::Extension { name, change } => (name.to_string(), change),
            Difference::Artifact { artifact, change } => (artifact.coordinates.clone(), change),
            Difference::Package { artifact, package, change } => {
                (format!("{package}, which {} needs", artifact.coordinates), change)
            }
            _ => return ("changed", difference.to_string()),
        };
        match change {
            Change::New => ("new", name + &self.about(difference)),
            Change::Gone => ("gone", name),
            Change::Other { fact, now, locked } => {
                ("changed", format!("{name}: {} -> {}", short(*fact, locked), short(*fact, now)))
            }
        }
    }

    /// Says of what is new which version it is, and where it comes from.
    fn about(&self, difference: &Difference) -> String {
        match difference {
            Difference::Extension { name, .. } => match self.now.extensions.get(name) {
                Some(locked) if locked.is_native() => format!(" {}, native", locked.version),
                Some(locked) => format!(" {} of {}", locked.version, locked.source),
                None => String::new(),
            },
            Difference::Artifact { artifact: key @ ArtifactKey { repository, .. }, .. } => {
                let version = self.now.artifacts.get(key).map(LockedArtifact::version).unwrap_or_default();
                format!(", version {version} of {repository}")
            }
            _ => String::new(),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.extensions.iter().map(ToString::to_string).collect();
        let ask = if names.len() == 1 { "asks" } else { "ask" };
        write!(f, "{}, which {} {ask} for", self.wanted, names.join(" and "))?;
        match &self.wanted.pin {
            Some(pin) => write!(f, " with the hash {}", short(Fact::Content, &pin.to_string())),
            None => Ok(()),
        }
    }
}

/// Returns what a person needs of a fact in one line: all of a hash stands in the file.
fn short(fact: Fact, text: &str) -> String {
    const DIGITS: usize = 12;
    match (fact, text.rsplit_once("sha")) {
        (Fact::Content, Some((before, hash))) => {
            let hash: String = hash.chars().take("256:".len() + DIGITS).collect();
            let before = before.trim_end_matches("the hash ").trim_end_matches(" with ");
            format!("{before}{}sha{hash}..", if before.is_empty() { "" } else { " " })
        }
        _ => text.into(),
    }
}

/// Returns the extensions that count: natives, and those on disk.
fn members(look: &Look) -> (Vec<&Candidate>, Vec<&Found>) {
    let natives = look.members().filter(|(_, candidate, _)| candidate.source.is_native());
    let found = look.members().filter_map(|(index, ..)| look.found(index));
    (natives.map(|(_, candidate, _)| candidate).collect(), found.collect())
}

/// Leaves natives in the lock, and what they may have asked for, since nobody knows of them here.
fn keep_natives(before: &Lock, now: &mut Lock) {
    let natives = before.extensions.iter().filter(|(_, locked)| locked.is_native());
    let natives: Vec<_> = natives.map(|(name, locked)| (name.clone(), locked.clone())).collect();
    if natives.is_empty() {
        return;
    }
    for (name, native) in natives {
        now.extensions.entry(name).or_insert(native);
    }
    for (key, artifact) in &before.artifacts {
        now.artifacts.entry(key.clone()).or_insert_with(|| artifact.clone());
    }
}

fn missing(look: &Look, store: &ArtifactStore) -> Vec<Missing> {
    let mut all: Vec<Missing> = Vec::new();
    for (_, candidate, _) in look.members() {
        let wanted = candidate.manifest.external.artifacts.iter().zip(store.locked(candidate));
        for (wanted, _) in wanted.filter(|(_, locked)| locked.is_none()) {
            let name = candidate.manifest.name.clone();
            match all.iter_mut().find(|missing| missing.wanted == *wanted) {
                Some(missing) => missing.extensions.push(name),
                None => all.push(Missing { wanted: wanted.clone(), extensions: vec![name] }),
            }
        }
    }
    all
}

fn wrong(error: &LockError) -> Failure {
    Failure::Wrong(Box::new(Problem::Artifacts { why: error.to_string(), hint: error.hint(), at: error.location() }))
}
