//! What `--format json` prints. `schemas/output.json` describes it, and tests hold it against that.
//!
//! Keys are never left out, never change their meaning and never go; new ones may come.

mod check;
mod fetch;
mod graph;
mod show;
mod tree;

use bevy_extensions_core::{Candidate, Dependency, EdgeKind, Location, Problem};
use serde::Serialize;

use crate::look::State;

pub use check::Check;
pub use fetch::Fetch;
pub use graph::Graph;
pub use show::Show;
pub use tree::{Line, Tree, Why};

/// The version of these shapes.
pub const FORMAT: u32 = 1;

/// Writes a shape down.
pub fn text(shape: &impl Serialize) -> String {
    serde_json::to_string_pretty(shape).expect("our shapes have texts as keys, and nothing that fails") + "\n"
}

/// What `list` prints.
#[derive(Serialize)]
pub struct List {
    pub format: u32,
    pub extensions: Vec<Extension>,
    pub unreadable: usize,
}

/// One extension.
#[derive(Serialize)]
pub struct Extension {
    pub name: String,
    pub version: String,
    pub state: &'static str,
    /// Its place in the load order, from 1.
    pub position: Option<usize>,
    pub kind: &'static str,
    pub description: String,
    pub source: Place,
}

impl Extension {
    pub fn of(candidate: &Candidate, state: State) -> Self {
        let manifest = &candidate.manifest;
        Self {
            name: manifest.name.to_string(),
            version: manifest.version.to_string(),
            state: state.word(),
            position: state.position(),
            kind: if candidate.source.is_native() { "native" } else { "script" },
            description: manifest.description.clone(),
            source: Place::from(candidate.source.location()),
        }
    }
}

/// A place in a file; line and column count from 1.
#[derive(Serialize)]
pub struct Place {
    pub file: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

impl From<&Location> for Place {
    fn from(at: &Location) -> Self {
        let known = |number: u32| Some(number).filter(|number| *number > 0);
        Self { file: at.file.to_string(), line: known(at.line), column: known(at.column) }
    }
}

fn places(all: &[Location]) -> Vec<Place> {
    all.iter().map(Place::from).collect()
}

/// What is asked for.
#[derive(Serialize)]
pub struct Wanted {
    pub name: String,
    /// A range of versions.
    pub version: String,
    pub reason: String,
    pub url: String,
}

impl From<&Dependency> for Wanted {
    fn from(wanted: &Dependency) -> Self {
        Self {
            name: wanted.name.to_string(),
            version: wanted.version.to_string(),
            reason: wanted.reason.clone(),
            url: wanted.url.clone(),
        }
    }
}

/// A problem.
#[derive(Serialize)]
pub struct Wrong {
    pub severity: String,
    pub extension: Option<String>,
    pub message: String,
    /// Whether it is merely the consequence of another.
    pub is_consequence: bool,
    /// The most telling first.
    pub at: Vec<Place>,
    pub hint: String,
}

impl From<&Problem> for Wrong {
    fn from(problem: &Problem) -> Self {
        Self {
            severity: problem.severity().to_string(),
            extension: problem.extension().map(ToString::to_string),
            message: problem.to_string(),
            is_consequence: problem.is_consequence(),
            at: places(&problem.locations()),
            hint: problem.hint(),
        }
    }
}

fn kind_of(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Requires => "requires",
        EdgeKind::AnyOf => "any of",
        EdgeKind::Optional => "optional",
        EdgeKind::After => "after",
        EdgeKind::Before => "before",
        _ => "chosen",
    }
}
