//! Why an artifact could not be fetched.

use std::fmt;

use super::{Artifact, Hash, attempt::Attempt};
use crate::candidate::Unavailable;

/// What to try if the lock is in the way.
pub(super) const UPDATE_LOCK: &str = "update the lock with `bevy-extensions lock`, look at what changes, and keep it";

/// What to try if a connection would be needed.
pub(super) const GO_ONLINE: &str =
    "fetch it with `bevy-extensions fetch --offline=false`, or start once without `offline`";

/// An artifact that could not be fetched.
///
/// `Display` tells why in a line, and [`hint`](Self::hint) what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchError {
    /// What the extension asks for.
    pub artifact: Artifact,
    /// Why.
    pub cause: FetchCause,
}

/// Why an artifact could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchCause {
    /// There is no repository of its kind to ask.
    NoRepository {
        /// Whether it would be one of npm.
        is_npm: bool,
    },
    /// All repositories were asked, in this order.
    Nowhere(Vec<Attempt>),
    /// A content is not the one that it should be. No further repository is asked: a person has to look at that.
    Mismatch(Box<Mismatch>),
    /// What was fetched could not be kept in the cache.
    Cache {
        /// The place in the cache.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The cache or the lock cannot be used at all.
    Unusable {
        /// Why.
        why: String,
        /// One thing to try.
        hint: String,
    },
    /// The lock says otherwise, and `locked` is set.
    Locked {
        /// What is the matter, to stand after "`locked` is set, and".
        why: String,
    },
    /// It is not in the cache as it should be, and there is nowhere to fetch it from, as `offline` is set.
    Offline {
        /// The file in the cache that is damaged, and its hash, if there is one.
        damaged: Option<(String, Hash)>,
    },
    /// A package cannot be used.
    Package {
        /// The package.
        package: String,
        /// What is wrong with it.
        why: String,
        /// One thing to try.
        hint: String,
    },
    /// Nobody waits for it any more.
    Cancelled,
}

/// A content that is not the one that it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// The repository.
    pub repository: String,
    /// Where the content was.
    pub url: String,
    /// The hash that it should have.
    pub expected: Hash,
    /// Who says so.
    pub by: ExpectedBy,
    /// The hash that it has.
    pub found: Hash,
}

/// Who says which hash a content should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpectedBy {
    /// The manifest, by a pinned hash.
    Manifest,
    /// The lock.
    Lock,
    /// The repository itself.
    Repository,
}

impl FetchError {
    /// Tells what to say of the extension that asks for it.
    pub fn unavailable(&self) -> Unavailable {
        Unavailable::new(self.artifact.clone(), self.to_string(), self.hint())
    }

    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match &self.cause {
            FetchCause::NoRepository { is_npm: true } => {
                "add `(name: \"npm\", url: \"npm+https://registry.npmjs.org\")` to the `repositories` of the manifest"
                    .into()
            }
            FetchCause::NoRepository { is_npm: false } => {
                "add one to the `repositories` of the manifest, or of the host settings".into()
            }
            FetchCause::Nowhere(attempts) => attempts.last().map(Attempt::hint).unwrap_or_default(),
            FetchCause::Mismatch(mismatch) => match mismatch.by {
                ExpectedBy::Manifest => {
                    "ask whoever made the extension which content is the right one, and use neither until then".into()
                }
                // A range may have what means something to a shell.
                ExpectedBy::Lock => format!(
                    "find out why the repository has another content now; if that is right, take it with \
                     `bevy-extensions lock --update \"{}\"`",
                    self.artifact,
                ),
                ExpectedBy::Repository => {
                    "try again later, and tell whoever keeps the repository if it stays so".into()
                }
            },
            FetchCause::Cache { .. } => "check that this user may write there, and that the disk has room".into(),
            FetchCause::Unusable { hint, .. } | FetchCause::Package { hint, .. } => hint.clone(),
            FetchCause::Locked { .. } => UPDATE_LOCK.into(),
            FetchCause::Offline { damaged: Some((file, _)) } => {
                format!("remove `{file}`, and {GO_ONLINE}")
            }
            FetchCause::Offline { damaged: None } => GO_ONLINE.into(),
            FetchCause::Cancelled => "start the extension again".into(),
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cause)
    }
}

impl std::error::Error for FetchError {}

impl fmt::Display for FetchCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRepository { is_npm: true } => write!(f, "there is no repository of npm to ask"),
            Self::NoRepository { is_npm: false } => write!(f, "there is no repository to ask"),
            Self::Nowhere(attempts) => {
                let attempts: Vec<_> = attempts.iter().map(ToString::to_string).collect();
                write!(f, "{}", attempts.join("; "))
            }
            Self::Mismatch(mismatch) => write!(f, "{mismatch}"),
            Self::Cache { path, why } => write!(f, "it cannot be kept as `{path}`: {why}"),
            Self::Unusable { why, .. } => write!(f, "{why}"),
            Self::Locked { why } => write!(f, "`locked` is set, and {why}"),
            Self::Offline { damaged: Some((file, found)) } => {
                write!(f, "`{file}` in the cache is damaged, as it is {found}, and `offline` is set")
            }
            Self::Offline { damaged: None } => write!(f, "it is not in the cache, and `offline` is set"),
            Self::Package { package, why, .. } => write!(f, "`{package}` cannot be used: {why}"),
            Self::Cancelled => write!(f, "fetching it was given up"),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { repository, url, expected, by, found } = self;
        let by = match by {
            ExpectedBy::Manifest => "the manifest wants",
            ExpectedBy::Lock => "the lock has",
            ExpectedBy::Repository => "it should be",
        };
        write!(f, "the content of `{url}` from `{repository}` is {found}, but {by} {expected}")
    }
}
