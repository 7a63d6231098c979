//! How much an extension may take.

use std::{num::NonZero, time::Duration};

use serde::{Deserialize, Serialize};

use super::HostSettings;
use crate::name::ExtensionName;

/// How much an extension may take before that is reported. It goes on all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// How many microseconds its code may take in a frame, on all threads together; its start and its end do not count.
    /// Default: `None`, which is no limit.
    ///
    /// While there is a limit for anybody, every call into an extension is timed, which costs two looks at a clock.
    pub frame_us: Option<NonZero<u64>>,
}

impl Limits {
    /// Returns how long the code of an extension may take in a frame; `None` if there is no limit.
    pub fn frame(&self) -> Option<Duration> {
        Some(Duration::from_micros(self.frame_us?.get()))
    }
}

impl HostSettings {
    /// Returns how much an extension may take: what is said for itself, else what is said for everyone.
    ///
    /// ```
    /// use bevy_extensions_core::{ExtensionName, HostSettings};
    ///
    /// let settings = HostSettings::from_ron(
    ///     "extensions.ron",
    ///     br#"(limits: (frame_us: 2000), limits_for: {"Weather": (frame_us: 5000), "Economy": (frame_us: None)})"#,
    /// )?;
    /// let frame = |name: &str| settings.limits_of(&name.parse().unwrap()).frame().map(|frame| frame.as_millis());
    /// assert_eq!((frame("Greeter"), frame("weather"), frame("Economy")), (Some(2), Some(5), None));
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    pub fn limits_of(&self, extension: &ExtensionName) -> Limits {
        self.limits_for.get(extension).copied().unwrap_or(self.limits)
    }

    /// Tells whether there is a limit for anybody's time in a frame.
    pub fn limits_frames(&self) -> bool {
        std::iter::once(&self.limits).chain(self.limits_for.values()).any(|limits| limits.frame_us.is_some())
    }
}
