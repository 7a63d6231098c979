//! Counts the faults of an extension, and says when they are too many.

use std::{collections::VecDeque, time::Duration};

use bevy_extensions_core::FaultLimits;
use bevy_platform::time::Instant;

use crate::fault::FaultPlace;

/// Counts the faults of an extension: those in its phases one by one, those at run time within a window.
///
/// Whoever fails in its build fails at once, so nobody counts that.
#[derive(Debug)]
pub(super) struct Tally {
    phase_limit: u32,
    phase_faults: u32,
    window: FaultWindow,
}

impl Tally {
    pub(super) fn new(limits: &FaultLimits) -> Self {
        Self {
            phase_limit: limits.phase.get(),
            phase_faults: 0,
            window: FaultWindow::new(limits.run_time.get(), limits.window()),
        }
    }

    /// Counts a fault; tells whether it is one too many.
    pub(super) fn note(&mut self, place: &FaultPlace, now: Instant) -> bool {
        if place.is_at_run_time() {
            return self.window.note(now);
        }
        if matches!(place, FaultPlace::Phase(_)) {
            self.phase_faults = self.phase_faults.saturating_add(1);
            return self.phase_faults >= self.phase_limit;
        }
        false
    }

    /// Forgets all faults so far.
    pub(super) fn reset(&mut self) {
        self.phase_faults = 0;
        self.window.recent.clear();
    }
}

/// The faults of the last while: at most as many as are too many.
#[derive(Debug)]
struct FaultWindow {
    limit: usize,
    length: Duration,
    recent: VecDeque<Instant>,
}

impl FaultWindow {
    fn new(limit: u32, length: Duration) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), length, recent: VecDeque::new() }
    }

    /// Counts a fault; tells whether as many as are too many lie within the window.
    fn note(&mut self, now: Instant) -> bool {
        let length = self.length;
        let is_over = |then: &mut Instant| now.saturating_duration_since(*then) > length;
        while self.recent.pop_front_if(is_over).is_some() {}
        if self.recent.len() == self.limit {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        self.recent.len() == self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phase::Phase;

    /// Notes faults at these milliseconds; an exclamation mark follows each that is one too many.
    #[track_caller]
    fn check(limit: u32, at: &[u64], expected: &str) {
        let began = Instant::now();
        let mut window = FaultWindow::new(limit, Duration::from_millis(100));
        let mut note = |ms: &u64| window.note(began + Duration::from_millis(*ms));
        let told = at.iter().map(|ms| format!("{ms}{}", if note(ms) { "!" } else { "" }));
        assert_eq!(told.collect::<Vec<_>>().join(" "), expected);
        assert!(window.recent.len() <= limit as usize, "no more are kept than are needed");
    }

    #[test]
    fn as_many_faults_as_the_limit_within_the_window_are_too_many() {
        check(3, &[0, 1, 2], "0 1 2!");
        check(3, &[0, 50, 100], "0 50 100!");
        check(3, &[0, 50, 101, 102], "0 50 101 102!");
        check(3, &[0, 60, 120, 180, 240, 250], "0 60 120 180 240 250!");
        check(1, &[0, 500], "0! 500!");
    }

    #[test]
    fn whoever_goes_on_failing_goes_on_being_told() {
        check(2, &[0, 1, 2, 200, 201], "0 1! 2! 200 201!");
    }

    #[test]
    fn phases_and_run_time_have_limits_of_their_own() {
        let now = Instant::now();
        let mut limits = FaultLimits::default();
        limits.phase = limits.phase.saturating_add(1);
        limits.run_time = limits.phase.saturating_add(1);
        let mut tally = Tally::new(&limits);
        let init = FaultPlace::Phase(Phase::Init);
        let mut note = |place: &FaultPlace| tally.note(place, now);
        assert_eq!([note(&FaultPlace::System), note(&init), note(&FaultPlace::Command)], [false; 3]);
        assert_eq!([note(&FaultPlace::Build), note(&init), note(&FaultPlace::Condition)], [false, true, true]);
        tally.reset();
        let mut note = |place: &FaultPlace| tally.note(place, now);
        assert_eq!([note(&FaultPlace::System), note(&init), note(&FaultPlace::Command)], [false; 3]);
    }
}
