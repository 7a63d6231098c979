//! What an extension has of the artifacts that it asked for.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use semver::Version;

use super::Artifact;
use crate::{
    files::{ExtensionFiles, FileError, read_at_most},
    suggest,
};

/// The artifacts that one extension has asked for and got; no other extension sees them.
///
/// The default has none, as has every extension that asks for none. Clones share what is there.
///
/// ```
/// use std::fs;
/// use bevy_extensions_core::{ArtifactFile, ExtensionArtifacts, HeldArtifact};
///
/// let cache = tempfile::tempdir()?;
/// let path = cache.path().join("0123.txt");
/// fs::write(&path, "rain, sun")?;
/// let words = HeldArtifact::file("town:words:1.0@txt".parse()?, ArtifactFile::new("words-1.0.txt", path));
/// let artifacts = ExtensionArtifacts::new([words]);
///
/// assert_eq!(artifacts.file("words")?.read()?, b"rain, sun");
/// let error = artifacts.get("wrods").unwrap_err();
/// assert_eq!(error.to_string(), "there is no artifact `wrods` of this extension");
/// assert_eq!(error.hint(), "did you mean `words`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ExtensionArtifacts(Arc<[HeldArtifact]>);

impl ExtensionArtifacts {
    /// Puts artifacts together, in the order in which the extension asks for them.
    pub fn new(artifacts: impl IntoIterator<Item = HeldArtifact>) -> Self {
        Self(artifacts.into_iter().collect())
    }

    /// Finds one by its name, `lamp`, or by all that the manifest writes, `town:lamp:1.0.0@glb`.
    ///
    /// # Errors
    ///
    /// [`ArtifactNameError`] if there is none, or the name is that of several.
    pub fn get(&self, name: &str) -> Result<&HeldArtifact, ArtifactNameError> {
        if let Some(exact) = self.0.iter().find(|held| held.artifact.to_string() == name) {
            return Ok(exact);
        }
        let named: Vec<_> = self.0.iter().filter(|held| held.artifact.name() == name).collect();
        match named[..] {
            [only] => Ok(only),
            [] => {
                let names: Vec<_> = self.0.iter().map(|held| held.artifact.name()).collect();
                let near = suggest::nearest(name, &names).map(Into::into);
                Err(ArtifactNameError::Unknown { name: name.into(), near })
            }
            _ => {
                let artifacts = named.iter().map(|held| held.artifact.clone()).collect();
                Err(ArtifactNameError::Several { name: name.into(), artifacts })
            }
        }
    }

    /// Finds a file, as [`get`](Self::get) does.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get), and if it is a package of npm.
    pub fn file(&self, name: &str) -> Result<&ArtifactFile, ArtifactNameError> {
        match &self.get(name)?.content {
            ArtifactContent::File(file) => Ok(file),
            ArtifactContent::Npm(_) => Err(ArtifactNameError::NoFile { name: name.into() }),
        }
    }

    /// Goes through all, in the order in which the extension asks for them.
    pub fn iter(&self) -> impl Iterator<Item = &HeldArtifact> {
        self.0.iter()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An artifact that an extension has got.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HeldArtifact {
    /// What the extension asks for.
    pub artifact: Artifact,
    /// What it has got.
    pub content: ArtifactContent,
}

impl HeldArtifact {
    /// A single file.
    pub fn file(artifact: Artifact, file: ArtifactFile) -> Self {
        Self { artifact, content: ArtifactContent::File(file) }
    }

    /// A package of npm, with what it depends on.
    pub fn npm(artifact: Artifact, packages: NpmPackages) -> Self {
        Self { artifact, content: ArtifactContent::Npm(Arc::new(packages)) }
    }

    /// Returns the version that is there: of a package of npm the one that its range has led to.
    pub fn version(&self) -> String {
        match (&self.content, &self.artifact) {
            (ArtifactContent::Npm(packages), _) => {
                packages.packages.get(&packages.root).map(|root| root.version.to_string()).unwrap_or_default()
            }
            (_, Artifact::Maven(maven)) => maven.version.clone(),
            // A package is no file.
            (_, Artifact::Npm(_)) => String::new(),
        }
    }

    /// Returns the files of a package of npm, without those that it depends on; `None` if it is a single file.
    pub fn files(&self) -> Option<&ExtensionFiles> {
        match &self.content {
            ArtifactContent::Npm(packages) => Some(&packages.packages.get(&packages.root)?.files),
            ArtifactContent::File(_) => None,
        }
    }
}

/// What an artifact is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ArtifactContent {
    /// A single file.
    File(ArtifactFile),
    /// A package of npm, with what it depends on.
    Npm(Arc<NpmPackages>),
}

/// A file that lies in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactFile {
    name: Arc<str>,
    path: Arc<Path>,
}

/// How many bytes a file may have that is read as a whole. What was fetched has its own bound.
const LARGEST: u64 = 4 << 30;

impl ArtifactFile {
    /// A file called `name`, which lies somewhere under another name.
    pub fn new(name: &str, path: PathBuf) -> Self {
        Self { name: name.into(), path: path.into() }
    }

    /// Returns what the file is called in its repository: `lamp-1.0.0.glb`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns where it lies. It has the right ending, and is not to be changed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`FileError`] if it is not there any more, or cannot be read.
    pub fn read(&self) -> Result<Vec<u8>, FileError> {
        read_at_most(LARGEST, &self.path, &self.name)
    }
}

/// A package of npm, with what it depends on: each once, even if several versions of one stand side by side.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NpmPackages {
    /// The one that was asked for.
    pub root: String,
    /// All, by what they are known by: `left-pad@1.3.0`.
    pub packages: BTreeMap<String, NpmPackage>,
}

impl NpmPackages {
    /// Puts packages together; `root` is one of them.
    pub fn new(root: impl Into<String>, packages: impl IntoIterator<Item = NpmPackage>) -> Self {
        let packages = packages.into_iter().map(|package| (package.id(), package));
        Self { root: root.into(), packages: packages.collect() }
    }
}

/// One package of npm.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NpmPackage {
    /// Its name, with its scope.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its files, shown as `left-pad@1.3.0`.
    pub files: ExtensionFiles,
    /// What it depends on: the name that it writes, and what that is known by.
    pub dependencies: BTreeMap<String, String>,
}

impl NpmPackage {
    /// A package that depends on nothing.
    pub fn new(name: impl Into<String>, version: Version, files: ExtensionFiles) -> Self {
        Self { name: name.into(), version, files, dependencies: BTreeMap::new() }
    }

    /// Returns what it is known by: `left-pad@1.3.0`.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// A name by which an extension has no artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArtifactNameError {
    /// It asks for none of that name.
    Unknown {
        /// The name.
        name: String,
        /// One of its artifacts with a name like it.
        near: Option<String>,
    },
    /// It asks for several of that name.
    Several {
        /// The name.
        name: String,
        /// Those that have it.
        artifacts: Vec<Artifact>,
    },
    /// It is a package of npm, which is no single file.
    NoFile {
        /// The name.
        name: String,
    },
}

impl ArtifactNameError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::Unknown { .. } => "add it to `artifacts`, below `external` in the manifest".into(),
            Self::Several { .. } => "write it as the manifest does".into(),
            Self::NoFile { .. } => "`require` it in a script".into(),
        }
    }
}

impl fmt::Display for ArtifactNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, .. } => write!(f, "there is no artifact `{name}` of this extension"),
            Self::Several { name, artifacts } => {
                let artifacts: Vec<_> = artifacts.iter().map(ToString::to_string).collect();
                write!(f, "`{name}` may be {}", suggest::either(&artifacts))
            }
            Self::NoFile { name } => write!(f, "the artifact `{name}` is a package of npm, and no file"),
        }
    }
}

impl std::error::Error for ArtifactNameError {}
