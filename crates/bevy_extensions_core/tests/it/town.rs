//! A folder with host settings, a cache and a lock, and extensions that ask for artifacts.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use bevy_extensions_core::{
    Candidate, ExtensionArtifacts, ExtensionName, Folders, HostSettings,
    artifacts::{ArtifactStore, FetchError, Fetching, Hash, HashKind, Look},
};
use tempfile::TempDir;

/// How long anything may take: far longer than it does.
pub const LIMIT: Duration = Duration::from_secs(60);

/// The usual settings: each is tried once, and servers on this machine need no `https:`. More than four connections at a time are
/// more than `tiny_http` can be trusted with: it may let one wait until another ends.
pub const ALLOWED: &str = "retries: 0, parallel: 4, allow_http: [\"127.0.0.1\"]";

/// A folder with host settings, a cache and a lock.
pub struct Town {
    folder: TempDir,
}

impl Town {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("there is a place for it") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A store with the usual settings: each is tried once, and servers on this machine need no `https:`.
    pub fn store(&self) -> ArtifactStore {
        self.store_with("", ALLOWED)
    }

    /// A store with settings, at the top and below `artifacts`.
    pub fn store_with(&self, settings: &str, artifacts: &str) -> ArtifactStore {
        store(self.path(), settings, artifacts)
    }

    /// Writes a file.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, content).expect("it can be written");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("it is there")
    }

    /// Returns the files in the cache, by name.
    pub fn cached(&self) -> Vec<PathBuf> {
        files_below(&self.path().join("extensions/.libs"))
    }
}

pub fn folders(cwd: &Path) -> Folders {
    Folders { assets: cwd.join("assets"), cwd: Some(cwd.into()), ..Folders::of_app("Town") }
}

pub fn store(cwd: &Path, settings: &str, artifacts: &str) -> ArtifactStore {
    let text = format!(
        "(directories: [\"{{cwd}}/extensions\"], {settings} artifacts: (lock: \"{{cwd}}/extensions.lock\", {artifacts}))"
    );
    let settings = HostSettings::from_ron("extensions.ron", text.as_bytes()).expect("they are good");
    ArtifactStore::open(&settings, &folders(cwd))
}

/// Returns the files in a folder and those below it, by name; what only marks the folder is none.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => all.extend(files_below(&path)),
            false => all.push(path),
        }
    }
    all.retain(|path| !path.ends_with(".in-use"));
    all.sort();
    all
}

/// An extension that asks repositories for artifacts; both are written as in a manifest.
pub fn extension(name: &str, repositories: &[(&str, &str)], artifacts: &[&str]) -> Candidate {
    let repositories: Vec<_> =
        repositories.iter().map(|(name, url)| format!("(name: {name:?}, url: {url:?})")).collect();
    let artifacts: Vec<_> = artifacts
        .iter()
        .map(|artifact| if artifact.starts_with('(') { artifact.to_string() } else { format!("{artifact:?}") })
        .collect();
    let manifest = format!(
        "(name: {name:?}, version: \"1.0.0\", external: (repositories: [{}], artifacts: [{}]))",
        repositories.join(", "),
        artifacts.join(", "),
    );
    let file = format!("extensions/{}/extension.ron", name.to_lowercase());
    Candidate::from_ron(&file, &manifest).expect("it is a manifest")
}

pub type Outcome = Result<ExtensionArtifacts, Vec<FetchError>>;

/// Waits until all is done, and returns what became of each extension.
pub fn finished(mut fetching: Fetching) -> Vec<(ExtensionName, Outcome)> {
    assert!(fetching.wait(LIMIT), "it comes to an end");
    fetching.take_done()
}

/// Fetches the artifacts of one extension.
pub fn fetched(store: &ArtifactStore, candidate: &Candidate) -> Outcome {
    let mut all = finished(store.fetch([candidate]));
    assert_eq!(all.len(), 1);
    all.remove(0).1
}

/// Fetches the artifacts of one extension, which are there then.
#[track_caller]
pub fn good(store: &ArtifactStore, candidate: &Candidate) -> ExtensionArtifacts {
    fetched(store, candidate).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// Fetches the artifacts of one extension, and returns what went wrong and what to try, with another word for the address of a
/// server and for the folder.
#[track_caller]
pub fn bad(store: &ArtifactStore, candidate: &Candidate, words: &[(&str, &str)]) -> String {
    let errors = fetched(store, candidate).expect_err("something goes wrong");
    let told = errors.iter().map(|error| format!("{error}\nhint: {}", error.hint())).collect::<Vec<_>>().join("\n");
    words.iter().fold(told, |told, (long, short)| told.replace(long, short))
}

/// Returns what an extension has, without asking anybody.
#[track_caller]
pub fn here(store: &ArtifactStore, candidate: &Candidate) -> ExtensionArtifacts {
    match store.look(candidate) {
        Look::Here(artifacts) => artifacts,
        other => panic!("{other:?}"),
    }
}

/// Returns why an extension cannot have what it asks for, and what to try, without asking anybody.
#[track_caller]
pub fn refused(store: &ArtifactStore, candidate: &Candidate) -> String {
    match store.look(candidate) {
        Look::Refused(refused) => refused
            .iter()
            .map(|it| format!("{}: {}\nhint: {}", it.artifact, it.why, it.hint))
            .collect::<Vec<_>>()
            .join("\n"),
        other => panic!("{other:?}"),
    }
}

pub fn sha256(content: &[u8]) -> String {
    Hash::of(HashKind::Sha256, content).to_hex()
}
