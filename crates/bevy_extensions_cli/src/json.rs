//! What `--format json` prints. `schemas/output.json` describes it, and tests hold it against that.
//!
//! Keys are never left out, never change their meaning and never go; new ones may come.

use bevy_extensions_core::{
    Candidate, Dependency, EdgeKind, Fit, Found, Link, Location, Problem, Provided, Repeat, TreeItem, TreeLine, WhyStep,
};
use serde::Serialize;
use serde_json::Value;

use crate::look::{Look, State};

/// The version of these shapes.
pub const FORMAT: u32 = 1;

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
    pub artifacts: Vec<String>,
    /// RON.
    pub settings: Option<String>,
    pub meta: Value,
    pub problems: Vec<Wrong>,
}

impl Show {
    pub fn of(candidate: &Candidate, state: State, found: Option<&Found>, problems: &[Problem]) -> Self {
        let manifest = &candidate.manifest;
        let wanted = |all: &[Dependency]| all.iter().map(Wanted::from).collect::<Vec<_>>();
        let names = |all: &[bevy_extensions_core::ExtensionName]| all.iter().map(ToString::to_string).collect();
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
            repositories: repositories.map(|it| Repository { name: it.name.clone(), url: it.url.clone() }).collect(),
            artifacts: manifest.external.artifacts.clone(),
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

/// What `tree` prints.
#[derive(Serialize)]
pub struct Tree {
    pub format: u32,
    pub lines: Vec<Line>,
}

/// A line of a tree.
#[derive(Serialize)]
pub struct Line {
    /// 0 for a root; what belongs to a line stands below it, one deeper.
    pub depth: usize,
    pub item: &'static str,
    pub name: Option<String>,
    pub version: Option<String>,
    pub state: Option<String>,
    pub repeat: Option<&'static str>,
    pub link: Option<Reason>,
}

/// Why a line stands where it stands.
#[derive(Serialize)]
pub struct Reason {
    pub kind: &'static str,
    pub wanted: Wanted,
    pub fit: &'static str,
}

impl From<&TreeLine> for Line {
    fn from(line: &TreeLine) -> Self {
        let link = line.link.as_ref().map(Reason::from);
        let empty = Self { depth: line.depth, item: "", name: None, version: None, state: None, repeat: None, link };
        match &line.item {
            TreeItem::Extension { name, version, standing, repeat } => Self {
                item: "extension",
                name: Some(name.to_string()),
                version: Some(version.to_string()),
                state: Some(standing.word.to_string()),
                repeat: repeat.map(|repeat| if repeat == Repeat::Cycle { "cycle" } else { "above" }),
                ..empty
            },
            TreeItem::Missing { name } => Self { item: "missing", name: Some(name.to_string()), ..empty },
            _ => Self { item: "any of", ..empty },
        }
    }
}

impl From<&Link> for Reason {
    fn from(link: &Link) -> Self {
        let kind = match link.kind {
            EdgeKind::Requires => "requires",
            EdgeKind::AnyOf => "any of",
            EdgeKind::Optional => "optional",
            EdgeKind::After => "after",
            EdgeKind::Before => "before",
            _ => "chosen",
        };
        let fit = match link.fit {
            Fit::Named => "named",
            Fit::Provided(_) => "provided",
            Fit::Unfit => "unfit",
            _ => "missing",
        };
        Self { kind, wanted: Wanted::from(&link.wanted), fit }
    }
}

/// What `why` prints.
#[derive(Serialize)]
pub struct Why {
    pub format: u32,
    pub name: String,
    pub version: String,
    pub state: String,
    /// Each because of the next.
    pub steps: Vec<Step>,
    /// The first line is the extension itself.
    pub needed_by: Vec<Line>,
}

/// A step of an explanation.
#[derive(Serialize)]
pub struct Step {
    pub text: String,
    pub at: Vec<Place>,
    pub hint: Option<String>,
}

impl From<&WhyStep> for Step {
    fn from(step: &WhyStep) -> Self {
        let hint = Some(step.hint.clone()).filter(|hint| !hint.is_empty());
        Self { text: step.text.clone(), at: places(&step.at), hint }
    }
}

impl From<&bevy_extensions_core::Why> for Why {
    fn from(why: &bevy_extensions_core::Why) -> Self {
        Self {
            format: FORMAT,
            name: why.name.to_string(),
            version: why.version.to_string(),
            state: why.standing.word.to_string(),
            steps: why.steps.iter().map(Step::from).collect(),
            needed_by: why.needed_by.lines.iter().map(Line::from).collect(),
        }
    }
}

/// What `check` prints.
#[derive(Serialize)]
pub struct Check {
    pub format: u32,
    /// Whether nobody is left out, and all can be read.
    pub ok: bool,
    pub planned: usize,
    pub disabled: usize,
    pub left_out: usize,
    pub unreadable: usize,
    /// The worst first.
    pub problems: Vec<Wrong>,
    /// What was not looked at.
    pub not_checked: Vec<String>,
}

impl Check {
    pub fn of(look: &Look, ok: bool, not_checked: Vec<String>) -> Self {
        Self {
            format: FORMAT,
            ok,
            planned: look.resolution.plan.len(),
            disabled: look.resolution.disabled.len(),
            left_out: look.resolution.left_out.len(),
            unreadable: look.unreadable(),
            problems: look.problems.iter().map(Wrong::from).collect(),
            not_checked,
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
