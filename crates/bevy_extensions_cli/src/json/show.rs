//! `show`.

use bevy_extensions_core::{Candidate, Dependency, ExtensionName, Found, Problem, Provided};
use serde::Serialize;
use serde_json::Value;

use super::{Extension, FORMAT, Wanted, Wrong};
use crate::look::{Kept, State};

/// What `show` prints.
#[derive(Serialize)]
pub struct Show {
    pub format: u32,
    #[serde(flatten)]
    pub extension: Extension,
    pub spelled: Option<String>,
    pub path: Option<String>,
    pub entrypoint: Option<String>,
    pub authors: Vec<String>,
    pub license: String,
    pub homepage: String,
    pub app: String,
    pub dependencies: Vec<Wanted>,
    pub optional: Vec<Wanted>,
    pub any_of: Vec<Vec<Wanted>>,
    pub conflicts: Vec<Wanted>,
    pub provides: Vec<Lent>,
    pub after: Vec<String>,
    pub before: Vec<String>,
    pub repositories: Vec<Repository>,
    pub artifacts: Vec<Artifact>,
    /// RON.
    pub settings: Option<String>,
    pub meta: Value,
    pub problems: Vec<Wrong>,
}

impl Show {
    pub fn of(
        candidate: &Candidate,
        state: State,
        found: Option<&Found>,
        artifacts: &[Kept],
        problems: &[Problem],
    ) -> Self {
        let manifest = &candidate.manifest;
        let wanted = |all: &[Dependency]| all.iter().map(Wanted::from).collect::<Vec<_>>();
        let names = |all: &[ExtensionName]| all.iter().map(ToString::to_string).collect();
        let repositories = manifest.external.repositories.iter();
        Self {
            format: FORMAT,
            extension: Extension::of(candidate, state),
            spelled: candidate.original_name.clone(),
            path: found.map(|found| found.shown.clone()),
            entrypoint: found.map(|found| found.entrypoint.clone()),
            authors: manifest.authors.clone(),
            license: manifest.license.clone(),
            homepage: manifest.homepage.clone(),
            app: manifest.app.to_string(),
            dependencies: wanted(&manifest.dependencies),
            optional: wanted(&manifest.optional),
            any_of: manifest.any_of.iter().map(|group| wanted(group)).collect(),
            conflicts: wanted(&manifest.conflicts),
            provides: manifest.provides.iter().map(Lent::from).collect(),
            after: names(&manifest.after),
            before: names(&manifest.before),
            repositories: repositories
                .map(|it| Repository { name: it.name.clone(), url: it.url.to_string() })
                .collect(),
            artifacts: artifacts.iter().map(Artifact::from).collect(),
            settings: Some(manifest.settings.as_str().to_string()).filter(|_| !manifest.settings.is_unit()),
            meta: serde_json::to_value(&manifest.meta).unwrap_or_default(),
            problems: problems.iter().map(Wrong::from).collect(),
        }
    }
}

/// A place that artifacts are fetched from.
#[derive(Serialize)]
pub struct Repository {
    pub name: String,
    pub url: String,
}

/// An artifact that it asks for.
#[derive(Serialize)]
pub struct Artifact {
    pub artifact: String,
    /// The only hash that will do.
    pub pin: Option<String>,
    pub version: Option<String>,
    pub state: &'static str,
}

impl From<&Kept> for Artifact {
    fn from(kept: &Kept) -> Self {
        Self {
            artifact: kept.wanted.to_string(),
            pin: kept.wanted.pin.map(|pin| pin.to_string()),
            version: kept.version(),
            state: kept.state.word(),
        }
    }
}

/// A further name.
#[derive(Serialize)]
pub struct Lent {
    pub name: String,
    pub version: Option<String>,
}

impl From<&Provided> for Lent {
    fn from(provided: &Provided) -> Self {
        Self { name: provided.name.to_string(), version: provided.version.as_ref().map(ToString::to_string) }
    }
}
