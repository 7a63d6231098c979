//! The table of a report.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use bevy_extensions_core::Table;

use super::{Report, ReportRow};
use crate::entity::ExtensionState;

/// Lays the rows of a report out, one line each.
pub(super) fn table(report: &Report, colors: bool) -> String {
    let mut table = Table::new(["#", "state", "name", "version", "time", "source"]).right([0, 4]);
    report.rows.iter().for_each(|row| table.row(style(row.state), cells(row)));
    table.to_text(colors)
}

fn cells(row: &ReportRow) -> [String; 6] {
    [
        row.position.map(|position| (position + 1).to_string()).unwrap_or_default(),
        row.state.to_string(),
        row.name.to_string(),
        row.version.to_string(),
        if row.times.start().is_zero() { String::new() } else { milliseconds(row.times.start()) },
        row.location.to_string(),
    ]
}

pub(crate) fn style(state: ExtensionState) -> Style {
    let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    match state {
        ExtensionState::Running => color(AnsiColor::Green),
        ExtensionState::Failed | ExtensionState::LeftOut => color(AnsiColor::Red),
        ExtensionState::Suspended => color(AnsiColor::Yellow),
        ExtensionState::Disabled => Style::new().dimmed(),
        _ => Style::new(),
    }
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use bevy_extensions_core::{Location, Version};

    use super::*;
    use crate::entity::{ExtensionKind, ExtensionTimes};

    fn row(position: Option<usize>, name: &str, state: ExtensionState, build: u64) -> ReportRow {
        let times = ExtensionTimes { build: Duration::from_micros(build), ..Default::default() };
        ReportRow {
            position,
            name: name.parse().expect("it is a good name"),
            version: Version::new(1, 0, 0),
            kind: ExtensionKind::Native,
            state,
            location: Location::new("src/lib.rs", 7, 0),
            times,
            frames: None,
            faults: Vec::new(),
            more_faults: 0,
            failure: None,
            suspended_because_of: None,
            waits_for: None,
        }
    }

    #[test]
    fn columns_stand_in_line() {
        let rows = vec![
            row(Some(0), "Economy", ExtensionState::Running, 120),
            row(Some(9), "Chat", ExtensionState::Failed, 12_345),
            row(None, "Weather", ExtensionState::LeftOut, 0),
        ];
        let report = Report { rows, ..Report::default() };
        assert_eq!(
            table(&report, false),
            "   #  state     name     version      time  source\n   \
                1  running   Economy  1.0.0     0.12 ms  src/lib.rs:7\n  \
               10  failed    Chat     1.0.0    12.35 ms  src/lib.rs:7\n      \
                   left out  Weather  1.0.0              src/lib.rs:7\n",
        );
    }
}
