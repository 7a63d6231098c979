//! External files that extensions ask for: how they are named, where they come from, and what an extension sees of them.
//!
//! The words are always there. What fetches, checks and keeps the files stands behind the feature `artifacts`: see
#![cfg_attr(feature = "artifacts", doc = "[`ArtifactStore`].")]
#![cfg_attr(not(feature = "artifacts"), doc = "`ArtifactStore`.")]
//!
//! # Keeping a repository
//!
//! A repository is a folder with files, or the same folder behind any server of static files:
//!
//! ```text
//! town/models/lamp/1.0.0/lamp-1.0.0.glb          town.models:lamp:1.0.0@glb
//! town/models/lamp/1.0.0/lamp-1.0.0.glb.sha256   its hash, which `sha256sum` makes
//! ```
//!
//! `.sha512`, `.sha256` and `.sha1` are asked for in this order, and the first that is there counts.
//!
//! A repository of npm, whose address begins with `npm+`, answers `<name>` with a document, as npm's registry does. In a folder, that is
//! `<name>/index.json`, also behind a server of static files; where a tarball is, may be written there as a path within the repository:
//!
//! ```json
//! {"versions": {"1.3.0": {"dist": {"tarball": "left-pad/left-pad-1.3.0.tgz", "integrity": "sha512-.."}}}}
//! ```

mod coordinates;
mod hash;
mod have;
pub mod npm;
mod repository;
mod wanted;

#[cfg(feature = "artifacts")]
mod attempt;
#[cfg(feature = "artifacts")]
mod budget;
#[cfg(feature = "artifacts")]
mod cache;
#[cfg(feature = "artifacts")]
mod client;
#[cfg(feature = "artifacts")]
mod error;
#[cfg(feature = "artifacts")]
mod fetching;
#[cfg(feature = "artifacts")]
mod hasher;
#[cfg(feature = "artifacts")]
mod lock;
#[cfg(feature = "artifacts")]
mod maven;
#[cfg(feature = "artifacts")]
mod progress;
#[cfg(feature = "artifacts")]
mod source;
#[cfg(feature = "artifacts")]
mod store;

pub use coordinates::{Artifact, ArtifactError, MavenArtifact};
pub use hash::{Hash, HashError, HashKind};
pub use have::{
    ArtifactContent, ArtifactFile, ArtifactNameError, ExtensionArtifacts, HeldArtifact, NpmPackage, NpmPackages,
};
pub use repository::{Repository, RepositoryUrl, RepositoryUrlError};
pub use wanted::WantedArtifact;

#[cfg(feature = "artifacts")]
pub use attempt::{Attempt, Fault, RedirectFault};
#[cfg(feature = "artifacts")]
pub use error::{ExpectedBy, FetchCause, FetchError, Mismatch};
#[cfg(feature = "artifacts")]
pub use fetching::Fetching;
#[cfg(feature = "artifacts")]
pub use hasher::Hasher;
#[cfg(feature = "artifacts")]
pub use lock::{
    ArtifactKey, Change, Difference, Fact, LARGEST_LOCK, Lock, LockError, LockedArtifact, LockedExtension,
    LockedPackage, content_hash,
};
#[cfg(feature = "artifacts")]
pub use progress::{ArtifactProgress, FetchState};
#[cfg(feature = "artifacts")]
pub use store::{ArtifactLook, ArtifactStore, Look, Update};
