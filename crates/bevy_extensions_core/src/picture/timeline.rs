//! How the start went, as a picture.

mod critical;
mod svg;
mod trace;

use std::{fmt, time::Duration};

use crate::name::ExtensionName;

/// How the start of an app went, as a picture: who took how long, and when. A value first, and then
/// [SVG](Self::to_svg) or a [trace](Self::to_chrome_trace).
///
/// Ask the report of an app for it.
///
/// # What is critical
///
/// Extensions start one after another, so all of what they take is time that passes, and the start takes
/// [`length`](Self::length). [`critical_length`](Self::critical_length) is what it would take even if whoever does not
/// start after somebody did its part beside the others. The parts of the start stay apart: nobody initialises before
/// everybody has pre-initialised. So it is the sum, over the [phases](TimelinePhase), of the longest chain of extensions
/// of which each starts after the one before; the bars of these chains are marked.
///
/// What is marked is where it pays to look first: it stays, however the rest is rearranged.
///
/// ```
/// use std::time::Duration;
///
/// use bevy_extensions_core::{Timeline, TimelinePhase::Init, TimelineRow};
///
/// let ms = Duration::from_millis;
/// let timeline = Timeline::new(
///     "Start of town",
///     vec![
///         TimelineRow::new("Economy".parse()?).bar(Init, ms(10), ms(4)),
///         TimelineRow::new("Weather".parse()?).bar(Init, ms(14), ms(5)),
///         TimelineRow::new("Greeter".parse()?).bar(Init, ms(19), ms(2)).after(0),
///     ],
/// );
/// assert_eq!(timeline.length(), ms(11));
/// assert_eq!(timeline.critical_length(), ms(6), "`Economy`, and then `Greeter`");
/// # Ok::<(), bevy_extensions_core::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// What stands above the picture.
    pub title: String,
    /// Everybody who has taken time, in load order.
    pub rows: Vec<TimelineRow>,
}

/// What an extension did while the app started.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimelineRow {
    /// Who it is.
    pub name: ExtensionName,
    /// What it did and when, in the order of time.
    pub bars: Vec<TimelineBar>,
    /// After whom it starts: indices of earlier [rows](Timeline::rows).
    pub after: Vec<usize>,
}

/// A span of time in which an extension did its part of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimelineBar {
    /// Which part of the start.
    pub phase: TimelinePhase,
    /// When that began, after the beginning of the first bar of all.
    pub begin: Duration,
    /// How long it took.
    pub length: Duration,
    /// Whether it is on the [critical path](Timeline#what-is-critical).
    pub is_critical: bool,
}

/// A part of the start: everybody goes through it before anybody comes to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TimelinePhase {
    /// The plugin of a native is built; the top level of a script runs.
    Build,
    /// The plugin of a native is finished and cleaned up.
    Finish,
    /// Everybody pre-initialises.
    PreInit,
    /// Everybody initialises.
    Init,
    /// Everybody post-initialises.
    PostInit,
}

impl TimelinePhase {
    /// All of them, in the order of time.
    pub const ALL: [Self; 5] = [Self::Build, Self::Finish, Self::PreInit, Self::Init, Self::PostInit];
}

impl fmt::Display for TimelinePhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Build => "build",
            Self::Finish => "finish",
            Self::PreInit => "PreInit",
            Self::Init => "Init",
            Self::PostInit => "PostInit",
        })
    }
}

impl Timeline {
    /// Makes a timeline of rows in load order: whatever began first begins at 0, and the critical path is marked.
    pub fn new(title: impl Into<String>, rows: Vec<TimelineRow>) -> Self {
        let mut timeline = Self { title: title.into(), rows };
        let first = timeline.bars().map(|bar| bar.begin).min().unwrap_or_default();
        for row in &mut timeline.rows {
            row.bars.iter_mut().for_each(|bar| bar.begin -= first);
            row.bars.sort_by_key(|bar| bar.begin);
        }
        timeline.mark_critical();
        timeline
    }

    /// Returns the time from the beginning of the first bar to the end of the last, with what lies between bars.
    pub fn length(&self) -> Duration {
        self.bars().map(TimelineBar::end).max().unwrap_or_default()
    }

    /// Returns how long the [critical path](Self#what-is-critical) is.
    pub fn critical_length(&self) -> Duration {
        self.bars().filter(|bar| bar.is_critical).map(|bar| bar.length).sum()
    }

    fn bars(&self) -> impl Iterator<Item = &TimelineBar> {
        self.rows.iter().flat_map(|row| &row.bars)
    }
}

impl TimelineRow {
    /// An extension that has done nothing yet.
    pub fn new(name: ExtensionName) -> Self {
        Self { name, bars: Vec::new(), after: Vec::new() }
    }

    /// Adds what it did. When that began may be after whatever moment is the same for all.
    #[must_use = "it is another value that has the bar"]
    pub fn bar(mut self, phase: TimelinePhase, begin: Duration, length: Duration) -> Self {
        self.bars.push(TimelineBar { phase, begin, length, is_critical: false });
        self
    }

    /// Says that it starts after the extension of another, earlier row.
    #[must_use = "it is another value that says so"]
    pub fn after(mut self, row: usize) -> Self {
        self.after.push(row);
        self
    }

    /// Returns how long it took in all.
    pub fn length(&self) -> Duration {
        self.bars.iter().map(|bar| bar.length).sum()
    }
}

impl TimelineBar {
    /// Returns when it ended, after the beginning of the first bar of all.
    pub fn end(&self) -> Duration {
        self.begin + self.length
    }
}

/// Says how long something took, in the unit that suits it.
fn told(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match time.as_micros() {
        0 => format!("{} ns", time.as_nanos()),
        1..1_000 => format!("{micros:.1} µs"),
        1_000..1_000_000 => format!("{:.2} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}
