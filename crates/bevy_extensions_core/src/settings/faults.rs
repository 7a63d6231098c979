//! How much failing is too much, and what comes after it.

use std::{num::NonZero, time::Duration};

use serde::{Deserialize, Serialize};

/// How much failing is too much.
///
/// ```
/// use bevy_extensions_core::{HostSettings, Restart};
///
/// let settings = HostSettings::from_ron("extensions.ron", b"(faults: (run_time: 3, restart: BackOff(times: 2)))")?;
/// assert_eq!(settings.faults.run_time.get(), 3);
/// assert_eq!(settings.faults.restart.delay(0).unwrap().as_secs(), 1);
/// assert_eq!(settings.faults.restart.delay(2), None);
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct FaultLimits {
    /// After how many faults in its phases an extension has failed. Default: 1.
    pub phase: NonZero<u32>,
    /// After how many faults while the app runs, within [`window_ms`](Self::window_ms), an extension has failed: faults
    /// in its systems, listeners, functions and whatever else is not a part of its start or end. Default: 10.
    pub run_time: NonZero<u32>,
    /// Within how many milliseconds [`run_time`](Self::run_time) faults are too many. Default: 60000, which is a minute.
    pub window_ms: NonZero<u64>,
    /// Whether an extension that has failed starts again. Default: [`Restart::Never`].
    pub restart: Restart,
}

impl FaultLimits {
    /// Returns the time within which [`run_time`](Self::run_time) faults are too many.
    pub fn window(&self) -> Duration {
        Duration::from_millis(self.window_ms.get())
    }
}

impl Default for FaultLimits {
    fn default() -> Self {
        Self { phase: count(1), run_time: count(10), window_ms: milliseconds(60_000), restart: Restart::Never }
    }
}

/// Whether an extension that has failed starts again by itself: in one of its phases, at the start of the app too, or while
/// it runs.
///
/// One that could not be built, as its settings, `build`, `finish` or `cleanup` failed, stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub enum Restart {
    /// It stays as it is.
    #[default]
    Never,
    /// It starts again after a while, which doubles with each attempt.
    BackOff {
        /// How many milliseconds pass before the first attempt. Default: 1000, which is a second.
        #[serde(default = "first_ms")]
        first_ms: NonZero<u64>,
        /// How many milliseconds pass at most. Default: 60000, which is a minute.
        #[serde(default = "longest_ms")]
        longest_ms: NonZero<u64>,
        /// After how many attempts it stays as it is. Default: 5.
        #[serde(default = "times")]
        times: NonZero<u32>,
    },
}

impl Restart {
    /// Returns how long to wait before an attempt, counted from 0; `None` if there is to be none.
    pub fn delay(&self, attempt: u32) -> Option<Duration> {
        match *self {
            Self::BackOff { first_ms, longest_ms, times } if attempt < times.get() => {
                let doubled = first_ms.get().saturating_mul(2_u64.saturating_pow(attempt));
                Some(Duration::from_millis(doubled.min(longest_ms.get())))
            }
            Self::Never | Self::BackOff { .. } => None,
        }
    }
}

fn first_ms() -> NonZero<u64> {
    milliseconds(1000)
}

fn longest_ms() -> NonZero<u64> {
    milliseconds(60_000)
}

fn times() -> NonZero<u32> {
    count(5)
}

const fn milliseconds(number: u64) -> NonZero<u64> {
    NonZero::new(number).expect("no default is zero")
}

const fn count(number: u32) -> NonZero<u32> {
    NonZero::new(number).expect("no default is zero")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first_ms: u64, longest_ms: u64, times: u32, expected: &[u64]) {
        let (first_ms, longest_ms) = (milliseconds(first_ms), milliseconds(longest_ms));
        let restart = Restart::BackOff { first_ms, longest_ms, times: count(times) };
        let delays: Vec<_> = (0..).map_while(|attempt| restart.delay(attempt)).collect();
        assert_eq!(delays, expected.iter().copied().map(Duration::from_millis).collect::<Vec<_>>());
    }

    #[test]
    fn the_delay_doubles_up_to_the_longest() {
        check(1000, 60_000, 5, &[1000, 2000, 4000, 8000, 16_000]);
        check(300, 1000, 4, &[300, 600, 1000, 1000]);
        check(5000, 1000, 2, &[1000, 1000]);
        check(7, 7, 1, &[7]);
        assert_eq!(Restart::Never.delay(0), None);
    }

    #[test]
    fn no_attempt_is_too_late_to_count() {
        let restart =
            Restart::BackOff { first_ms: first_ms(), longest_ms: NonZero::<u64>::MAX, times: NonZero::<u32>::MAX };
        assert_eq!(restart.delay(u32::MAX - 1), Some(Duration::from_millis(u64::MAX)));
        assert_eq!(restart.delay(u32::MAX), None);
    }
}
