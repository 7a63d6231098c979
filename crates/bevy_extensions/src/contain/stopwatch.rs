//! Measures how long the code of each extension runs, if somebody's time in a frame is limited.
//!
//! A call within a call takes its own time: what an extension spends in another one, or in code of the app, is not its
//! own. So every measurement tells the one around it how long it was, beside its own time.

use std::{cell::Cell, time::Duration};

use bevy_platform::time::Instant;

use super::Ward;

thread_local! {
    /// How much of the innermost measurement on this thread has gone to those within it; `None` if there is none.
    static WITHIN: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// Tells whether somebody's time is running on this thread.
pub(super) fn is_measuring() -> bool {
    WITHIN.get().is_some()
}

/// A measurement that is under way.
pub(super) struct Measurement {
    began: Instant,
    /// What the measurement around this one had given away before.
    around: Option<Duration>,
}

impl Measurement {
    #[cold]
    pub(super) fn begin() -> Self {
        Self { around: WITHIN.replace(Some(Duration::ZERO)), began: Instant::now() }
    }

    /// Returns how long it was, without those within it.
    pub(super) fn end(self) -> Duration {
        self.end_at(Instant::now())
    }

    fn end_at(self, now: Instant) -> Duration {
        let whole = now.saturating_duration_since(self.began);
        let within = WITHIN.replace(self.around.map(|given| given + whole)).unwrap_or_default();
        whole.saturating_sub(within)
    }
}

/// The time of an extension runs until this is dropped.
pub(crate) struct Stopwatch<'a>(Option<Running<'a>>);

struct Running<'a> {
    measurement: Measurement,
    ward: Option<&'a Ward>,
}

impl<'a> Stopwatch<'a> {
    /// Measures a call into an extension; it `counts` if it is no part of its start or end.
    #[inline]
    pub(crate) fn start(ward: &'a Ward, counts: bool) -> Self {
        let running = || Running { measurement: Measurement::begin(), ward: counts.then_some(ward) };
        Self(ward.is_timed().then(running))
    }

    /// Measures code of the app itself, which is nobody's time, while an extension calls it.
    pub(crate) fn pause() -> Self {
        let running = || Running { measurement: Measurement::begin(), ward: None };
        Self(is_measuring().then(running))
    }
}

impl Drop for Stopwatch<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(Running { measurement, ward }) = self.0.take() {
            let own = measurement.end();
            ward.into_iter().for_each(|ward| ward.spend(own));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_within_is_not_counted_twice() {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let begin = |ms| Measurement { began: at(ms), ..Measurement::begin() };
        let own = |measurement: Measurement, ms| measurement.end_at(at(ms)).as_millis();

        let outer = begin(0);
        let first = begin(10);
        let innermost = begin(12);
        assert_eq!(own(innermost, 15), 3);
        assert_eq!(own(first, 20), 7);
        let second = begin(50);
        assert_eq!(own(second, 51), 1);
        assert_eq!(own(outer, 100), 89);
        assert_eq!(WITHIN.get(), None, "nothing is under way");
    }
}
