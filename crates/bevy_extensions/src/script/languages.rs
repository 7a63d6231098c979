//! The languages that an app runs.

use std::{fmt, sync::Arc};

use super::{engine::ScriptEngine, quickjs::QuickJs};

/// The languages that an app runs: an engine for each.
///
/// The default is JavaScript.
#[derive(Clone)]
pub struct Languages(Vec<Arc<dyn ScriptEngine>>);

impl Languages {
    /// Runs no language at all.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a language. Of several that run a file, the one that was added last does.
    pub fn with(mut self, engine: impl ScriptEngine) -> Self {
        self.0.push(Arc::new(engine));
        self
    }

    /// Returns the names of the languages.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|engine| engine.language())
    }

    /// Finds the engine that runs a file.
    pub(crate) fn engine_of(&self, file: &str) -> Option<&Arc<dyn ScriptEngine>> {
        self.0.iter().rev().find(|engine| engine.runs(file))
    }
}

impl Default for Languages {
    fn default() -> Self {
        Self::none().with(QuickJs)
    }
}

impl fmt::Debug for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
