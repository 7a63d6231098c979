//! What came of asking one repository in vain.

use std::{fmt, time::Duration};

use super::{client::ROOTS_VARIABLE, error::GO_ONLINE};
use crate::{discover::PlaceholderError, text::shown_bytes};

/// What came of asking one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// The name of the repository.
    pub repository: String,
    /// What it was asked for.
    pub url: String,
    /// What went wrong.
    pub fault: Fault,
    /// How often it was tried.
    pub tries: u32,
}

/// What may go wrong with one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It does not have the file.
    NotFound,
    /// It answers with a status that is no success.
    Status {
        /// The status.
        status: u16,
        /// After which time to try again, if it says so.
        retry_after: Option<Duration>,
    },
    /// It cannot be reached.
    Unreachable(String),
    /// It was silent for so long.
    Silent(Duration),
    /// It took longer than a file may take in all.
    Slow(Duration),
    /// Its certificate is not one that counts here.
    Untrusted(String),
    /// It broke off.
    Broken(String),
    /// It sent fewer bytes than it said.
    Short {
        /// How many it sent.
        sent: u64,
        /// How many it said.
        said: u64,
    },
    /// It sends more bytes than a file may have.
    TooLarge {
        /// How many it may have.
        most: u64,
        /// Whether the host settings say so.
        is_set: bool,
    },
    /// It leads on to where nobody should go.
    Redirect(RedirectFault),
    /// It is `http:`, and nothing says which content is the right one.
    Open {
        /// The host.
        host: String,
    },
    /// It is on the web, and `offline` is set.
    Offline,
    /// Its folder has a placeholder that stands for none.
    Placeholder(PlaceholderError),
    /// A file in its folder cannot be read.
    Unreadable(String),
    /// A file that should hold a hash holds none.
    NoHash,
    /// A document of npm is none.
    Document(String),
    /// Which packages are needed cannot be told.
    Tree {
        /// Why.
        why: String,
        /// One thing to try.
        hint: String,
    },
}

/// Where a repository leads on to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectFault {
    /// From `https:` to `http:`.
    Unsecured(String),
    /// To something that is not on the web.
    Elsewhere(String),
    /// Back to where it has led before.
    Loop(String),
    /// On and on.
    TooMany,
    /// It does not say where.
    Nowhere,
}

/// How often a repository may lead on.
pub(super) const MOST_REDIRECTS: usize = 10;

impl Fault {
    /// Tells whether it may pass, so that it is worth another try.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502..=599),
            Self::Unreachable(_) | Self::Silent(_) | Self::Broken(_) | Self::Short { .. } => true,
            _ => false,
        }
    }
}

impl Attempt {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match &self.fault {
            Fault::NotFound => "check its name and version, and the `repositories` of the manifest".into(),
            Fault::Status { status: 401 | 403, .. } => "ask whoever keeps the repository who may read it".into(),
            Fault::Status { .. } | Fault::Broken(_) | Fault::Short { .. } | Fault::Silent(_) => {
                "try again later".into()
            }
            Fault::Untrusted(_) => format!(
                "if this machine has certificates of its own, name their file in the variable `{ROOTS_VARIABLE}`"
            ),
            Fault::Unreachable(_) => "check the connection, and the address of the repository".into(),
            Fault::Slow(_) => {
                "try again later, or set a larger `overall_ms`, below `artifacts` in the host settings".into()
            }
            Fault::TooLarge { is_set: true, .. } => {
                "set a larger `largest_mib`, below `artifacts` in the host settings, if it is right".into()
            }
            Fault::Redirect(_) => "write the address that it leads to in the end, if you trust that".into(),
            Fault::Open { host } => format!(
                "use `https:`, pin a hash in the manifest, or add `\"{host}\"` to `allow_http`, below `artifacts` in the host \
                 settings"
            ),
            Fault::Offline => GO_ONLINE.into(),
            Fault::Placeholder(error) => error.hint(),
            Fault::Unreadable(_) => "check that it is a file that this user may read".into(),
            Fault::Tree { hint, .. } => hint.clone(),
            // What is so large is something else than what was asked for.
            Fault::NoHash | Fault::Document(_) | Fault::TooLarge { is_set: false, .. } => {
                "check the address of the repository".into()
            }
        }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { repository, url, fault, tries } = self;
        match fault {
            Fault::NotFound => write!(f, "`{repository}` has no `{url}`"),
            Fault::Status { status, .. } => write!(f, "`{repository}` answers `{url}` with status {status}"),
            Fault::Unreachable(why) => write!(f, "`{repository}` cannot be reached at `{url}`: {why}"),
            Fault::Silent(time) => write!(f, "`{repository}` was silent for {} ms over `{url}`", time.as_millis()),
            Fault::Slow(time) => write!(f, "`{repository}` takes longer than {} ms for `{url}`", time.as_millis()),
            Fault::Untrusted(why) => {
                write!(f, "`{repository}` is not to be trusted at `{url}`: its certificate is no good ({why})")
            }
            Fault::Broken(why) => write!(f, "`{repository}` breaks off over `{url}`: {why}"),
            Fault::Short { sent, said } => write!(f, "`{repository}` sent {sent} of {said} bytes of `{url}`"),
            Fault::TooLarge { most, .. } => {
                write!(f, "`{repository}` sends more than {} of `{url}`", shown_bytes(*most))
            }
            Fault::Redirect(RedirectFault::Unsecured(to)) => {
                write!(f, "`{repository}` leads from `{url}` to `{to}`, which anybody on the way could change")
            }
            Fault::Redirect(RedirectFault::Elsewhere(to)) => {
                write!(f, "`{repository}` leads from `{url}` to `{to}`, which is no address on the web")
            }
            Fault::Redirect(RedirectFault::Loop(to)) => write!(f, "`{repository}` leads from `{url}` back to `{to}`"),
            Fault::Redirect(RedirectFault::TooMany) => {
                write!(f, "`{repository}` leads on from `{url}` more than {MOST_REDIRECTS} times")
            }
            Fault::Redirect(RedirectFault::Nowhere) => {
                write!(f, "`{repository}` leads on from `{url}`, and does not say where")
            }
            Fault::Open { .. } => {
                write!(
                    f,
                    "`{repository}` is `http:`, where anybody on the way could change `{url}`, and no hash is pinned"
                )
            }
            Fault::Offline => write!(f, "`{repository}` is on the web, and `offline` is set"),
            Fault::Placeholder(error) => write!(f, "`{repository}` is no folder: {error}"),
            Fault::Unreadable(why) => write!(f, "`{repository}` cannot give `{url}`: {why}"),
            Fault::NoHash => write!(f, "`{repository}` has no hash in `{url}`"),
            Fault::Tree { why, .. } => write!(f, "in `{repository}`, {why}"),
            Fault::Document(why) => write!(f, "`{repository}` has no document of npm at `{url}`: {why}"),
        }?;
        match tries {
            0 | 1 => Ok(()),
            tries => write!(f, " (tried {tries} times)"),
        }
    }
}
