//! `tree` and `why`.

use bevy_extensions_core::{Fit, Link, Repeat, TreeItem, TreeLine, WhyStep};
use serde::Serialize;

use super::{FORMAT, Place, Wanted, kind_of, places};

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
        let fit = match link.fit {
            Fit::Named => "named",
            Fit::Provided(_) => "provided",
            Fit::Unfit => "unfit",
            _ => "missing",
        };
        Self { kind: kind_of(link.kind), wanted: Wanted::from(&link.wanted), fit }
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
