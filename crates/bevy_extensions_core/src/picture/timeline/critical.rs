//! Finds the critical path: in each phase the longest chain of extensions of which each starts after the one before.

use std::time::Duration;

use super::{Timeline, TimelinePhase};

impl Timeline {
    /// Marks the bars of the critical path. Of chains that take as long, the one that ends first in load order.
    pub(super) fn mark_critical(&mut self) {
        for phase in TimelinePhase::ALL {
            let chain = self.longest_chain(phase);
            for row in chain {
                let bars = self.rows[row].bars.iter_mut().filter(|bar| bar.phase == phase);
                bars.for_each(|bar| bar.is_critical = !bar.length.is_zero());
            }
        }
    }

    fn longest_chain(&self, phase: TimelinePhase) -> Vec<usize> {
        let mut ends: Vec<(Duration, Option<usize>)> = Vec::with_capacity(self.rows.len());
        for (here, row) in self.rows.iter().enumerate() {
            let own: Duration = row.bars.iter().filter(|bar| bar.phase == phase).map(|bar| bar.length).sum();
            let earlier = row.after.iter().copied().filter(|other| *other < here);
            let before = earlier.max_by_key(|other| (ends[*other].0, std::cmp::Reverse(*other)));
            ends.push((own + before.map_or(Duration::ZERO, |before| ends[before].0), before));
        }
        let last = (0..ends.len()).max_by_key(|row| (ends[*row].0, std::cmp::Reverse(*row)));
        std::iter::successors(last, |row| ends[*row].1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::timeline::{
        TimelinePhase::{Build, Init, PostInit},
        TimelineRow,
    };

    /// A row whose bars follow one another from a moment on, all in milliseconds.
    fn row(name: &str, from: u64, bars: &[(TimelinePhase, u64)], after: &[usize]) -> TimelineRow {
        let row = TimelineRow::new(name.parse().expect("it is a good name"));
        let row = after.iter().fold(row, |row, other| row.after(*other));
        bars.iter().fold(row, |row, (phase, length)| {
            row.bar(*phase, Duration::from_millis(from), Duration::from_millis(*length))
        })
    }

    fn check(rows: Vec<TimelineRow>, expected: &[&str], length: u64) {
        let timeline = Timeline::new("", rows);
        let critical = timeline.rows.iter().flat_map(|row| {
            let bars = row.bars.iter().filter(|bar| bar.is_critical);
            bars.map(|bar| format!("{} {}", row.name, bar.phase))
        });
        assert_eq!(critical.collect::<Vec<_>>(), expected);
        assert_eq!(timeline.critical_length(), Duration::from_millis(length));
    }

    #[test]
    fn it_is_the_longest_chain_by_time_not_by_number() {
        let rows = vec![
            row("Aa", 0, &[(Build, 1)], &[]),
            row("Bb", 0, &[(Build, 1)], &[0]),
            row("Cc", 0, &[(Build, 9)], &[]),
            row("Dd", 0, &[(Build, 1)], &[1]),
        ];
        check(rows, &["Cc build"], 9);
    }

    #[test]
    fn each_phase_has_its_own_chain() {
        let rows = vec![
            row("Aa", 0, &[(Build, 5), (Init, 1)], &[]),
            row("Bb", 0, &[(Build, 1), (Init, 4)], &[]),
            row("Cc", 0, &[(Build, 1), (Init, 1), (PostInit, 2)], &[1]),
        ];
        check(rows, &["Aa build", "Bb Init", "Cc Init", "Cc PostInit"], 5 + 4 + 1 + 2);
    }

    #[test]
    fn whoever_does_nothing_hands_the_chain_on() {
        let rows = vec![
            row("Aa", 0, &[(Init, 3)], &[]),
            row("Bb", 0, &[(Build, 1), (Init, 0)], &[0]),
            row("Cc", 0, &[(Init, 2)], &[1]),
            row("Dd", 0, &[(Init, 4)], &[]),
        ];
        check(rows, &["Aa Init", "Bb build", "Cc Init"], 3 + 1 + 2);
    }

    #[test]
    fn all_bars_of_a_phase_count() {
        let rows = vec![row("Aa", 0, &[(Build, 2), (Build, 2)], &[]), row("Bb", 0, &[(Build, 3)], &[])];
        check(rows, &["Aa build", "Aa build"], 4);
    }

    #[test]
    fn where_nothing_is_nothing_is_critical() {
        check(Vec::new(), &[], 0);
        check(vec![row("Aa", 0, &[], &[7])], &[], 0);
    }

    #[test]
    fn what_began_first_begins_at_0() {
        let timeline = Timeline::new("", vec![row("Aa", 40, &[(Init, 3)], &[]), row("Bb", 30, &[(Build, 3)], &[])]);
        let begins: Vec<_> = timeline.bars().map(|bar| bar.begin.as_millis()).collect();
        assert_eq!((begins, timeline.length().as_millis()), (vec![10, 0], 13));
    }
}
