//! What has changed, and waits until it has settled.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use bevy_platform::time::Instant;

/// How long nothing more may happen until something counts as written.
const QUIET: Duration = Duration::from_millis(100);

/// How long something may go on changing until it is looked at all the same.
const LONGEST: Duration = Duration::from_millis(700);

/// How long something has to be gone: some editors remove a file, and write it anew.
const GONE: Duration = Duration::from_millis(400);

/// From the first to the last change of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    first: Instant,
    last: Instant,
}

impl Span {
    pub(super) fn at(now: Instant) -> Self {
        Self { first: now, last: now }
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Entries that have changed, and have not settled yet.
#[derive(Default)]
pub(super) struct Changes(BTreeMap<PathBuf, Span>);

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn note(&mut self, entry: PathBuf, span: Span) {
        self.0.entry(entry).or_insert(span).extend(span);
    }

    /// Takes those that have settled.
    pub(super) fn take_settled(&mut self, now: Instant, is_gone: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        let has_settled = |entry: &Path, span: &Span| {
            let (rests, lasts) = (now.saturating_duration_since(span.last), now.saturating_duration_since(span.first));
            (rests >= QUIET || lasts >= LONGEST) && (rests >= GONE || !is_gone(entry))
        };
        let settled = self.0.iter().filter(|(entry, span)| has_settled(entry, span));
        let settled: Vec<_> = settled.map(|(entry, _)| entry.clone()).collect();
        settled.iter().for_each(|entry| _ = self.0.remove(entry));
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has something change at times, in milliseconds, and tells at which it is taken, looking every 10 up to a second.
    fn taken(changes_at: &[u64], is_gone_until: u64) -> Vec<u64> {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let mut changes = Changes::default();
        let mut taken = Vec::new();
        for now in (0..1200).step_by(10) {
            changes_at
                .iter()
                .filter(|change| **change == now)
                .for_each(|_| changes.note("rain.js".into(), Span::at(at(now))));
            let settled = changes.take_settled(at(now), |_| now < is_gone_until);
            taken.extend(settled.iter().map(|_| now));
        }
        assert!(changes.is_empty(), "all is taken in the end");
        taken
    }

    #[test]
    fn what_has_changed_is_taken_when_it_is_quiet() {
        assert_eq!(taken(&[0], 0), [100]);
        assert_eq!(taken(&[0, 50, 120], 0), [220]);
        assert_eq!(taken(&[0, 500], 0), [100, 600]);
    }

    #[test]
    fn what_never_rests_is_taken_all_the_same() {
        let always: Vec<_> = (0..1000).step_by(10).collect();
        assert_eq!(taken(&always, 0), [700, 1090]);
    }

    #[test]
    fn what_is_gone_is_waited_for() {
        assert_eq!(taken(&[0], 2000), [400]);
        assert_eq!(taken(&[0], 250), [250]);
        assert_eq!(taken(&[0, 200], 200), [300]);
    }
}
