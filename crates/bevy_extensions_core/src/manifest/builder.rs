//! A manifest written in code.

use super::{Dependency, Manifest, Provided};
use crate::{
    artifacts::Repository,
    name::ExtensionName,
    ron_text::RonText,
    version::{parse_range, parse_version},
};

/// Writes a manifest in code, as `#[derive(Extension)]` does; start with [`Manifest::builder`].
///
/// Every method takes text as it would stand in a file. What the derive lets through has been checked by then.
///
/// ```
/// use bevy_extensions_core::Manifest;
///
/// let manifest = Manifest::builder("Greeter", "1.0.0")
///     .description("Greets whoever joins.")
///     .requires("Economy", "^1.2")
///     .meta("mood", r#""cheerful""#)
///     .build();
/// assert_eq!(manifest.dependencies[0].to_string(), "Economy ^1.2");
/// ```
///
/// # Panics
///
/// Each method panics if its text is not what it should be.
#[derive(Debug, Clone)]
#[must_use = "call `build` to get the manifest"]
pub struct ManifestBuilder(Manifest);

impl Manifest {
    /// Starts a manifest in code.
    ///
    /// # Panics
    ///
    /// Panics if the name or the version is not allowed.
    pub fn builder(name: &str, version: &str) -> ManifestBuilder {
        ManifestBuilder(Self::new(good(name.parse::<ExtensionName>()), good(parse_version(version))))
    }
}

impl ManifestBuilder {
    /// Returns the manifest.
    pub fn build(self) -> Manifest {
        self.0
    }

    /// Describes the extension for people.
    pub fn description(mut self, description: &str) -> Self {
        self.0.description = description.into();
        self
    }

    /// Adds authors, separated by `:` as Cargo separates them.
    pub fn authors(mut self, authors: &str) -> Self {
        self.0.authors.extend(authors.split(':').filter(|author| !author.is_empty()).map(Into::into));
        self
    }

    /// Sets the license, an SPDX expression.
    pub fn license(mut self, license: &str) -> Self {
        self.0.license = license.into();
        self
    }

    /// Sets the page about the extension.
    pub fn homepage(mut self, homepage: &str) -> Self {
        self.0.homepage = homepage.into();
        self
    }

    /// Sets the versions of the app that it works with.
    pub fn app(mut self, range: &str) -> Self {
        self.0.app = good(parse_range(range));
        self
    }

    /// Adds an extension that it cannot start without.
    pub fn requires(mut self, name: &str, range: &str) -> Self {
        self.0.dependencies.push(dependency(name, range));
        self
    }

    /// Adds an extension that it uses if it is there.
    pub fn optional(mut self, name: &str, range: &str) -> Self {
        self.0.optional.push(dependency(name, range));
        self
    }

    /// Adds a group, each a name and a range, of which it needs at least one.
    pub fn any_of(mut self, group: &[(&str, &str)]) -> Self {
        self.0.any_of.push(group.iter().map(|(name, range)| dependency(name, range)).collect());
        self
    }

    /// Adds an extension that it cannot run beside.
    pub fn conflicts(mut self, name: &str, range: &str) -> Self {
        self.0.conflicts.push(dependency(name, range));
        self
    }

    /// Adds a name that it answers to, with the version that it stands for.
    pub fn provides(mut self, name: &str, version: Option<&str>) -> Self {
        let version = version.map(|version| good(parse_version(version)));
        self.0.provides.push(Provided::new(good(name.parse()), version));
        self
    }

    /// Adds an extension that it wishes to start after.
    pub fn after(mut self, name: &str) -> Self {
        self.0.after.push(good(name.parse()));
        self
    }

    /// Adds an extension that it wishes to start before.
    pub fn before(mut self, name: &str) -> Self {
        self.0.before.push(good(name.parse()));
        self
    }

    /// Adds a repository to fetch artifacts from.
    pub fn repository(mut self, name: &str, url: &str) -> Self {
        self.0.external.repositories.push(Repository { name: name.into(), url: good(url.parse()) });
        self
    }

    /// Adds an artifact to fetch.
    pub fn artifact(mut self, artifact: &str) -> Self {
        self.0.external.artifacts.push(good(artifact.parse()));
        self
    }

    /// Sets the defaults of its settings.
    pub fn settings(mut self, settings: RonText) -> Self {
        self.0.settings = settings;
        self
    }

    /// Adds a free fact, written as RON.
    pub fn meta(mut self, key: &str, value: &str) -> Self {
        self.0.meta.insert(key.into(), good(ron::from_str(value)));
        self
    }
}

fn dependency(name: &str, range: &str) -> Dependency {
    Dependency::new(good(name.parse()), good(parse_range(range)))
}

#[track_caller]
fn good<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("a manifest in code holds a bad value: {error}"))
}
