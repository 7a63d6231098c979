//! Name and version of an app.

use bevy_extensions_core::{Version, parse_version};

/// Name and version of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    /// What people call it.
    pub name: String,
    /// What the `app` of a manifest is held against.
    pub version: Version,
}

impl AppInfo {
    /// Describes an app, usually as `AppInfo::new("town", env!("CARGO_PKG_VERSION"))`.
    ///
    /// # Panics
    ///
    /// Panics if the version is not a semantic one.
    pub fn new(name: &str, version: &str) -> Self {
        let version = parse_version(version).unwrap_or_else(|error| panic!("{error}"));
        Self { name: name.into(), version }
    }
}
