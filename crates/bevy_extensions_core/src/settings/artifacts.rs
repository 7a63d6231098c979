//! How artifacts are fetched and kept.

use std::{num::NonZero, time::Duration};

use serde::{Deserialize, Serialize};

/// How artifacts are fetched and kept.
///
/// ```
/// use bevy_extensions_core::HostSettings;
///
/// let settings = HostSettings::from_ron("extensions.ron", b"(artifacts: (parallel: 2, retries: 0))")?;
/// assert_eq!((settings.artifacts.parallel.get(), settings.artifacts.wait_ms), (2, 30_000));
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ArtifactSettings {
    /// The folder in which they are kept. Default: `{extensions}/.libs`.
    ///
    /// It may have the placeholders of [`directories`](super::HostSettings::directories).
    pub cache: String,
    /// The file that says which versions and hashes are used; the same placeholders. Default:
    /// `{config}/extensions.lock`, or in `{assets}` if the host settings are in no file.
    pub lock: String,
    /// How many milliseconds the start of the app waits for what is fetched. After that it starts without, and the
    /// extensions follow when their files are there; with 0, at once. Default: 30000.
    pub wait_ms: u64,
    /// How many are fetched at a time. Default: 8.
    pub parallel: NonZero<u16>,
    /// After how many milliseconds without a byte a server is given up. Default: 30000.
    pub timeout_ms: NonZero<u64>,
    /// How many milliseconds one file may take in all. Default: 600000, which is ten minutes.
    pub overall_ms: NonZero<u64>,
    /// How often it is tried again after a failure that may pass. Default: 2.
    pub retries: u32,
    /// How many MiB a file may have. Default: 256.
    pub largest_mib: NonZero<u32>,
    /// The hosts of which `http:` will do for what nobody has pinned: anybody on the way could change that. Default: none.
    pub allow_http: Vec<String>,
}

/// The file that says which versions and hashes are used, if nobody says otherwise.
pub(crate) const DEFAULT_LOCK: &str = "{config}/extensions.lock";

impl Default for ArtifactSettings {
    fn default() -> Self {
        Self {
            cache: "{extensions}/.libs".into(),
            lock: DEFAULT_LOCK.into(),
            wait_ms: 30_000,
            parallel: NonZero::new(8).expect("8 is not 0"),
            timeout_ms: NonZero::new(30_000).expect("30000 is not 0"),
            overall_ms: NonZero::new(600_000).expect("600000 is not 0"),
            retries: 2,
            largest_mib: NonZero::new(256).expect("256 is not 0"),
            allow_http: Vec::new(),
        }
    }
}

impl ArtifactSettings {
    /// Returns how long the start of the app waits.
    pub fn wait(&self) -> Duration {
        Duration::from_millis(self.wait_ms)
    }
}
