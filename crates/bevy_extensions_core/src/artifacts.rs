//! External files that extensions ask for: how they are named, where they come from, and what an extension sees of them.
//!
//! Nothing of this needs a connection; what fetches stands behind the feature `artifacts`.

#[cfg(feature = "artifacts")]
mod client;
mod coordinates;
#[cfg(feature = "artifacts")]
mod error;
mod hash;
#[cfg(feature = "artifacts")]
mod hasher;
mod have;
pub mod npm;
mod repository;
mod wanted;

pub use coordinates::{Artifact, ArtifactError, MavenArtifact};
pub use hash::{Hash, HashError, HashKind};
#[cfg(feature = "artifacts")]
pub use hasher::Hasher;
pub use have::{
    ArtifactContent, ArtifactFile, ArtifactNameError, ExtensionArtifacts, HeldArtifact, NpmPackage, NpmPackages,
};
pub use repository::{Repository, RepositoryUrl, RepositoryUrlError};
pub use wanted::WantedArtifact;
