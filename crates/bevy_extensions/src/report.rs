//! What is told: what runs, in which order, how long each took, and why something does not run.

mod listing;
#[cfg(feature = "pictures")]
mod pictures;
mod table;

use std::{
    fmt::{self, Write as _},
    io::IsTerminal,
    time::Duration,
};

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, FaultLimits, Location, Problem, Severity, Version, explain};

pub use listing::Listing;

#[cfg(feature = "console")]
pub(crate) use table::{milliseconds, style};

use crate::{
    app_info::AppInfo,
    entity::{
        CountedFault, ExtensionFaults, ExtensionInfo, ExtensionKind, ExtensionState, ExtensionTimes, Extensions, News,
        SuspendedBecauseOf, TOLD,
    },
    fault::{Fault, FaultKind},
    frame_time::ExtensionFrameTimes,
    tell::{Level, is_silent, tell},
};

/// What runs, in which order, how long each took, and why something does not run.
///
/// Get it with [`app.extension_report()`](crate::ExtensionsAppExt::extension_report), or [`of`](Self::of) a world.
/// `Display` is the text without colours; [`to_text`](Self::to_text) has them.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Name and version of the app, if known.
    pub app: Option<AppInfo>,
    /// All extensions: first those in the plan, in load order, then the others by name.
    pub rows: Vec<ReportRow>,
    /// What was left out or repaired when the app started: the worst first.
    pub problems: Vec<Problem>,
    /// How much failing is too much.
    pub fault_limits: FaultLimits,
    /// What they offer each other, and who listens to what.
    pub listing: Listing,
    /// What there is to draw beside that.
    #[cfg(feature = "pictures")]
    drawn: pictures::Drawn,
}

/// One extension in a [`Report`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReportRow {
    /// Its place in the load order, from 0; `None` if it is not in the plan.
    pub position: Option<usize>,
    /// Its name.
    pub name: ExtensionName,
    /// Its version.
    pub version: Version,
    /// What it is.
    pub kind: ExtensionKind,
    /// Where in its life it is.
    pub state: ExtensionState,
    /// Where it is declared.
    pub location: Location,
    /// How long it took to start and to end.
    pub times: ExtensionTimes,
    /// How long it takes in a frame, if the host settings limit that for anybody.
    pub frames: Option<ExtensionFrameTimes>,
    /// What went wrong in it, oldest first.
    pub faults: Vec<CountedFault>,
    /// How many further faults there were that are not kept, as there are too many different ones.
    pub more_faults: u32,
    /// What it failed with.
    pub failure: Option<Fault>,
    /// Because of whom it is suspended.
    pub suspended_because_of: Option<ExtensionName>,
    /// Which artifacts are being fetched for it, in words: `` `left-pad@^1` (2 KiB of 10 KiB) ``.
    pub waits_for: Option<String>,
}

impl Report {
    /// Collects the report of a world. It is empty if the world has no extensions.
    pub fn of(world: &World) -> Self {
        let Some(extensions) = world.get_resource::<Extensions>() else {
            return Self::default();
        };
        let rows = extensions.in_order().filter_map(|listed| {
            let entity = listed.entity;
            let info = world.get::<ExtensionInfo>(entity)?;
            let because_of = world.get::<SuspendedBecauseOf>(entity);
            let because_of = because_of.and_then(|because| world.get::<ExtensionInfo>(because.0));
            let faults = world.get::<ExtensionFaults>(entity)?;
            Some(ReportRow {
                position: info.position,
                name: info.name.clone(),
                version: info.version.clone(),
                kind: info.kind,
                state: listed.state,
                location: info.location.clone(),
                times: *world.get::<ExtensionTimes>(entity)?,
                frames: world.get::<ExtensionFrameTimes>(entity).copied(),
                faults: faults.iter().cloned().collect(),
                more_faults: faults.more(),
                failure: faults.fatal().cloned(),
                suspended_because_of: because_of.map(|info| info.name.clone()),
                #[cfg(feature = "artifacts")]
                waits_for: extensions.fetches.waits_for(&listed.name),
                #[cfg(not(feature = "artifacts"))]
                waits_for: None,
            })
        });
        Self {
            app: extensions.app.clone(),
            rows: rows.collect(),
            problems: extensions.problems().to_vec(),
            fault_limits: extensions.settings.faults,
            listing: Listing::of(world),
            #[cfg(feature = "pictures")]
            drawn: pictures::Drawn::of(world, extensions),
        }
    }

    /// Finds the row of an extension; its name may differ in case.
    pub fn row(&self, name: &str) -> Option<&ReportRow> {
        self.rows.iter().find(|row| row.name == *name)
    }

    /// Returns how long all extensions together took to start.
    pub fn start_time(&self) -> Duration {
        self.rows.iter().map(|row| row.times.start()).sum()
    }

    /// Lays the report out for a terminal: a summary, a table, then each problem with its place and a hint.
    pub fn to_text(&self, colors: bool) -> String {
        let mut text = self.summary() + "\n";
        text += &table::table(self, colors);
        if self.rows.is_empty() && self.problems.is_empty() {
            text += "  hint: name the crates of extensions in `link_extensions!`, or add them with `ExtensionsPlugin::with`\n";
        }
        text + &self.explain()
    }

    /// Lays out what is wrong: faults of each extension, then each problem with its place and a hint. Empty if all is well.
    pub fn explain(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            self.explain_faults(&mut text, row).expect("a string takes everything");
            if let Some(artifacts) = &row.waits_for {
                text +=
                    &format!("notice: `{}` waits for its artifacts: {artifacts}\n  in: {}\n", row.name, row.location);
            }
            if let Some(slow) = row.frames.and_then(|frames| frames.told(&row.name)) {
                text += &format!("warning: {slow}\n  in: {}\n", row.location);
            }
        }
        text + &explain(&self.problems)
    }

    /// Says in one line how many extensions are in which state, and how many cannot be read.
    pub fn summary(&self) -> String {
        let app = self.app.as_ref().map(|app| format!(" of {} {}", app.name, app.version)).unwrap_or_default();
        let mut states: Vec<_> = self.rows.iter().map(|row| row.state).collect();
        states.sort_by_key(|state| (*state != ExtensionState::Running, *state));
        let counts = states.chunk_by(|a, b| a == b).map(|same| format!("{} {}", same.len(), same[0]));
        let unreadable = self.problems.iter().filter(|problem| problem.is_unreadable()).count();
        let unreadable = (unreadable > 0).then(|| format!("{unreadable} unreadable"));
        let counts = counts.chain(unreadable).collect::<Vec<_>>().join(", ");
        format!("extensions{app}: {}", if counts.is_empty() { "none" } else { &counts })
    }

    fn explain_faults(&self, text: &mut String, row: &ReportRow) -> fmt::Result {
        for CountedFault { fault, times } in &row.faults {
            if row.failure.as_ref() == Some(fault) {
                self.explain_failure(text, row, fault)?;
            } else {
                writeln!(text, "warning: {}", tolerated(&row.name, fault, *times))?;
                explain_place(text, row, fault)?;
            }
        }
        if row.more_faults > 0 {
            writeln!(text, "warning: {}\n  in: {}", not_kept(&row.name, row.more_faults), row.location)?;
        }
        let not_told = row.failure.as_ref().filter(|failure| row.faults.iter().all(|kept| kept.fault != **failure));
        not_told.map_or(Ok(()), |failure| self.explain_failure(text, row, failure))
    }

    fn explain_failure(&self, text: &mut String, row: &ReportRow, fault: &Fault) -> fmt::Result {
        let suspended = self.suspended_because_of(&row.name);
        writeln!(text, "error: {}", failure(&row.name, fault, &self.fault_limits, &suspended))?;
        explain_place(text, row, fault)
    }

    /// Returns who is suspended because of an extension, directly or through others.
    fn suspended_because_of(&self, root: &ExtensionName) -> Vec<ExtensionName> {
        let mut all = vec![root.clone()];
        for row in &self.rows {
            if row.suspended_because_of.as_ref().is_some_and(|because_of| all.contains(because_of)) {
                all.push(row.name.clone());
            }
        }
        all.split_off(1)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(false))
    }
}

/// Says that an extension has failed, and who is suspended because of it.
pub(crate) fn failure(
    name: &ExtensionName,
    fault: &Fault,
    limits: &FaultLimits,
    suspended: &[ExtensionName],
) -> String {
    let names: Vec<_> = suspended.iter().map(|name| format!("`{name}`")).collect();
    let because_of_it = match names.as_slice() {
        [] => String::new(),
        [one] => format!("; because of it, {one} is suspended"),
        [init @ .., last] => format!("; because of it, {} and {last} are suspended", init.join(", ")),
    };
    format!("`{name}` has failed {fault}{}{because_of_it}", limit_reached(fault, limits))
}

/// Says which limit it was, if a single fault would have been tolerated.
fn limit_reached(fault: &Fault, limits: &FaultLimits) -> String {
    match limits.run_time.get() {
        2.. if fault.place.is_at_run_time() => format!(" ({} faults in {})", limits.run_time, seconds(limits.window())),
        _ => String::new(),
    }
}

fn seconds(time: Duration) -> String {
    match time.subsec_millis() {
        0 => format!("{} s", time.as_secs()),
        _ => format!("{} ms", time.as_millis()),
    }
}

/// Says that a fault has not stopped an extension.
fn tolerated(name: &ExtensionName, fault: &Fault, times: u32) -> String {
    match times {
        1 => format!("`{name}` had a fault {fault}"),
        _ => format!("`{name}` had a fault {times} times {fault}"),
    }
}

/// Says of a fault what is told when it happens.
pub(crate) fn news(name: &ExtensionName, fault: &Fault, news: News) -> Option<String> {
    match news {
        News::Fault => Some(tolerated(name, fault, 1)),
        News::TooMany => {
            Some(format!("`{name}` had more than {TOLD} faults that differ; further ones are only counted"))
        }
        News::None => None,
    }
}

/// Says that there were more faults than are kept.
fn not_kept(name: &ExtensionName, more: u32) -> String {
    match more {
        1 => format!("`{name}` had a further fault, one too many to be kept"),
        _ => format!("`{name}` had {more} further faults, too many to be kept"),
    }
}

/// Shows more of a fault, a line each: of one in a script the line of the source and the stack.
pub(crate) fn details(fault: &Fault) -> String {
    match &fault.kind {
        #[cfg(feature = "script")]
        FaultKind::Script(error) => error.details().lines().map(|line| format!("\n    {line}")).collect(),
        // What to try, which is not in the text.
        FaultKind::Artifact(missing) => format!("\n  in: {}\n  hint: {}", missing.at, missing.unavailable.hint),
        _ => String::new(),
    }
}

/// Says where to look for the reason of a fault, and what to try.
fn explain_place(text: &mut String, row: &ReportRow, fault: &Fault) -> fmt::Result {
    match &fault.kind {
        FaultKind::Artifact(missing) => {
            writeln!(text, "  in: {}\n  hint: {}", missing.at, missing.unavailable.hint)
        }
        FaultKind::Settings(error) => writeln!(text, "  in: {}\n  hint: {}", error.at, error.hint()),
        #[cfg(feature = "script")]
        FaultKind::Script(error) => {
            let at = error.at.as_ref().unwrap_or(&row.location);
            writeln!(text, "  in: {at}{}", details(fault))
        }
        _ => writeln!(text, "  in: {}", row.location),
    }
}

/// Tells how the start went.
pub(crate) fn tell_start(world: &World) {
    let report = Report::of(world);
    let colors = is_silent() && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let all_run = report.rows.iter().all(|row| matches!(row.state, ExtensionState::Running | ExtensionState::Disabled));
    // On its own, the report needs no word before it.
    let all_well = all_run
        && report.problems.iter().all(|problem| problem.severity() == Severity::Notice)
        && report.rows.iter().all(|row| row.faults.is_empty());
    let is_bad = report.rows.iter().any(|row| matches!(row.state, ExtensionState::Failed | ExtensionState::LeftOut))
        || report.problems.iter().any(|problem| problem.severity() == Severity::Error);
    let level = match (all_well || is_silent(), is_bad) {
        (true, _) => Level::Info,
        (false, false) => Level::Warn,
        (false, true) => Level::Error,
    };
    tell(level, &report.to_text(colors));
}
