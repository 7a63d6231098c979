//! What a line of the console leads to.

use std::{fmt, path::PathBuf};

use anstyle::Style;
use bevy_extensions_core::{ExtensionName, Table, Tree, Why, printable};
use serde_json::Value;

use super::{Details, Help};
use crate::{
    entity::{ExtensionState, ExtensionTimes},
    frame_time::ExtensionFrameTimes,
    report::{Listing, Report, ReportRow, milliseconds, style},
    switch::SwitchPlan,
};

/// What a line of the console leads to: a value, which `Display` lays out for people.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Output {
    /// Nothing is to be told.
    Nothing,
    /// What a command of an extension says.
    Text(String),
    /// What a function, or a command of an extension, answers.
    Answer(Value),
    /// What an event became.
    Became(Value),
    /// All extensions.
    Extensions(Report),
    /// One extension.
    Details(Box<Details>),
    /// What extensions offer each other, or a part of that.
    Listing(Listing),
    /// Who needs whom.
    Tree(Tree),
    /// Why an extension runs, or does not.
    Why(Box<Why>),
    /// How long each took.
    Timings(Timings),
    /// What is wrong.
    Problems(Report),
    /// What a switch would lead to. It is not done yet: [confirm](crate::Extensions::confirm) it.
    Plan(SwitchPlan),
    /// What a switch leads to before the next frame.
    Asked(SwitchPlan),
    /// What a switch has led to.
    Switched(Switched),
    /// The switches are in this file of the host settings.
    Saved(PathBuf),
    /// Something was written to this file.
    Written(PathBuf),
    /// The commands, or one of them.
    Help(Help),
    /// The app exits.
    Exit,
}

impl Output {
    /// Lays it out, with colours or without. Every line ends with a line break.
    ///
    /// Control characters are shown as what they are: what somebody writes into a manifest should not command a terminal. That of
    /// [`Details`] looks at the disk.
    pub fn to_text(&self, colors: bool) -> String {
        printable(&self.laid_out(colors), colors)
    }

    fn laid_out(&self, colors: bool) -> String {
        match self {
            Self::Nothing | Self::Exit => String::new(),
            Self::Text(text) => with_end(text.clone()),
            Self::Answer(value) | Self::Became(value) => format!("{}\n", json(value)),
            Self::Extensions(report) => extensions(report, colors),
            Self::Details(details) => details.to_text(colors),
            Self::Listing(listing) => or_else(listing.to_string(), "there is none"),
            Self::Tree(tree) => or_else(tree.to_text(colors), "there is no extension"),
            Self::Why(why) => why.to_text(colors),
            Self::Timings(timings) => or_else(timings.table().to_text(colors), "there is no extension"),
            Self::Problems(report) => or_else(report.explain(), "there is no problem"),
            Self::Plan(plan) => planned(plan),
            Self::Asked(plan) => planned(plan) + "that is done before the next frame\n",
            Self::Switched(switched) => switched.to_string(),
            Self::Saved(file) => format!("the switches are in `{}`\n", file.display()),
            Self::Written(file) => format!("written to `{}`\n", file.display()),
            Self::Help(help) => help.to_string(),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(false))
    }
}

fn with_end(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn or_else(text: String, nothing: &str) -> String {
    if text.is_empty() { format!("{nothing}\n") } else { text }
}

/// Shows a value: on a line of its own if that is short.
fn json(value: &Value) -> String {
    let short = value.to_string();
    match short.chars().count() > 80 {
        true => serde_json::to_string_pretty(value).unwrap_or(short),
        false => short,
    }
}

/// Says what a plan does, and what to try where it cannot be done.
fn planned(plan: &SwitchPlan) -> String {
    let mut text = String::new();
    plan.steps().iter().for_each(|step| text += &format!("{step}\n"));
    for blocked in plan.blocked() {
        text += &format!("{}\n", blocked.in_full());
    }
    or_else(text, "nothing changes")
}

fn extensions(report: &Report, colors: bool) -> String {
    let mut table = Table::new(["#", "state", "name", "version", "kind", "time", "faults"]).right([0, 5, 6]);
    for row in &report.rows {
        table.row(style(row.state), cells(row));
    }
    report.summary() + "\n" + &table.to_text(colors)
}

fn cells(row: &ReportRow) -> [String; 7] {
    [
        row.position.map(|position| (position + 1).to_string()).unwrap_or_default(),
        row.state.to_string(),
        row.name.to_string(),
        row.version.to_string(),
        row.kind.to_string(),
        if row.times.start().is_zero() { String::new() } else { milliseconds(row.times.start()) },
        match row.faults.iter().map(|fault| fault.times).sum::<u32>() + row.more_faults {
            0 => String::new(),
            count => count.to_string(),
        },
    ]
}

/// How long each extension took, in plan order.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Timings {
    /// Those that have begun to start, in plan order.
    pub rows: Vec<TimingRow>,
}

/// How long one extension took.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TimingRow {
    /// Its name.
    pub name: ExtensionName,
    /// Its start and its end.
    pub times: ExtensionTimes,
    /// A frame, if the host settings limit that for anybody.
    pub frames: Option<ExtensionFrameTimes>,
}

impl Timings {
    pub(super) fn of(report: Report) -> Self {
        let begun = report.rows.into_iter().filter(|row| !row.times.start().is_zero());
        let rows = begun.map(|ReportRow { name, times, frames, .. }| TimingRow { name, times, frames });
        Self { rows: rows.collect() }
    }

    fn table(&self) -> Table {
        let heads = ["name", "build", "preinit", "init", "postinit", "together"];
        let frames = ["last frame", "slowest"].into_iter().filter(|_| self.rows.iter().any(|row| row.frames.is_some()));
        let mut table = Table::new(heads.into_iter().chain(frames)).right(1..8);
        for TimingRow { name, times, frames } in &self.rows {
            let times = [times.build, times.pre_init, times.init, times.post_init, times.start()];
            let frames = frames.iter().flat_map(|frames| [frames.last, frames.slowest]);
            let cells = times.into_iter().chain(frames).map(milliseconds);
            table.row(Style::new(), std::iter::once(name.to_string()).chain(cells));
        }
        table
    }
}

/// What a plan has led to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Switched {
    /// What was planned.
    pub plan: SwitchPlan,
    /// Who follows when artifacts are fetched.
    pub later: Vec<ExtensionName>,
    /// Who is in another state than was planned; `None` is gone.
    pub otherwise: Vec<(ExtensionName, Option<ExtensionState>)>,
}

impl fmt::Display for Switched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_done = self.plan.steps().iter().any(|step| !self.later.contains(&step.extension));
        if is_done {
            writeln!(f, "done")?;
        }
        for name in &self.later {
            let but = if is_done { "but " } else { "" };
            writeln!(f, "{but}`{name}` follows when the artifacts are there")?;
        }
        for (name, state) in &self.otherwise {
            match state {
                Some(state) => writeln!(f, "but `{name}` {}; `why {name}` tells more", state.told())?,
                None => writeln!(f, "but `{name}` is gone")?,
            }
        }
        Ok(())
    }
}
