//! What the lock has, and what it should have.

use std::path::PathBuf;

use bevy_extensions_core::{
    Candidate, Found, Problem,
    artifacts::{ArtifactKey, ArtifactStore, Change, Difference, Fact, Lock, LockError, LockedArtifact},
};

use crate::{failure::Failure, look::Look};

/// What the lock has, and what it should have.
pub struct Locking {
    /// The file.
    pub path: PathBuf,
    /// The same as people see it.
    pub shown: String,
    before: Option<Lock>,
    now: Lock,
    /// What extensions ask for and nothing is known of.
    pub missing: Vec<String>,
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

    /// Says what differs, a line each.
    pub fn differences_told(&self) -> String {
        let differences = self.differences();
        let lines = differences.iter().map(ToString::to_string).chain(self.missing.iter().cloned());
        lines.map(|line| format!("  {line}\n")).collect()
    }

    /// Says what changes, a line each.
    pub fn changes(&self) -> String {
        let lines = self.differences();
        let lines: Vec<_> = lines.iter().map(|difference| self.line(difference)).collect();
        lines.iter().map(|(word, text)| format!("  {word:<7}  {text}\n")).collect()
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

fn missing(look: &Look, store: &ArtifactStore) -> Vec<String> {
    let missing = look.members().flat_map(|(_, candidate, _)| {
        let wanted = candidate.manifest.external.artifacts.iter().zip(store.locked(candidate));
        let name = &candidate.manifest.name;
        wanted.filter(|(_, locked)| locked.is_none()).map(move |(wanted, _)| {
            format!("artifact `{wanted}` of `{name}` is not in the lock, or not with the hash that the manifest pins")
        })
    });
    missing.collect()
}

fn wrong(error: &LockError) -> Failure {
    Failure::Wrong(Box::new(Problem::Artifacts { why: error.to_string(), hint: error.hint(), at: error.location() }))
}
