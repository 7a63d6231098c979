//! Stand-in.

use std::{collections::BTreeMap, sync::Arc};

use crate::{Candidate, ExtensionFiles, HostSettings, Manifest, Problem, Source, version::absent};

/// An extension that was found on disk.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Found {
    /// As the resolver wants it.
    pub candidate: Candidate,
    /// Its files.
    pub files: Arc<ExtensionFiles>,
    /// Which of them runs first.
    pub entrypoint: String,
}

/// What was found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Discovery {
    /// The extensions.
    pub found: Vec<Found>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Found {
    /// A script that is in memory.
    pub fn script(file: &str, text: &str) -> Result<Self, Problem> {
        let name = file.split('.').next().unwrap_or_default();
        let mut manifest = Manifest::new(name.parse().expect("a name"), absent());
        for line in text.lines() {
            if let Some(dep) = line.strip_prefix("//@extension requires ") {
                manifest.dependencies.push(dep.parse().expect("dep"));
            }
        }
        let files = ExtensionFiles::in_memory("", BTreeMap::from([(file.to_string(), text.as_bytes().to_vec())]));
        let candidate = Candidate::new(manifest, Source::file(file, 0));
        Ok(Self { candidate, files: Arc::new(files), entrypoint: file.into() })
    }
}

/// Looks.
pub fn discover(_: &HostSettings) -> Discovery {
    Discovery::default()
}
