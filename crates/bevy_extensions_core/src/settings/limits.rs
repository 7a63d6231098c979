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
    /// How much a script may take. Natives are not bound by it.
    pub script: ScriptLimits,
}

/// How much a script may take; what would be more is an error in it.
///
/// ```
/// use bevy_extensions_core::HostSettings;
///
/// let settings = HostSettings::from_ron("extensions.ron", b"(limits: (script: (call_ms: 50)))")?;
/// let limits = settings.limits_of(&"Weather".parse().unwrap()).script;
/// assert_eq!((limits.call().as_millis(), limits.timers), (50, 1000));
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ScriptLimits {
    /// How many milliseconds a call into it may take, its listeners and functions each by themselves, without the time of
    /// others that it calls. Default: 250.
    pub call_ms: NonZero<u64>,
    /// How many KiB of memory it may have. Default: 65536, which is 64 MiB.
    pub memory_kib: NonZero<u32>,
    /// How many KiB of stack it may use; at most 1024, which scripts that call one another share. Default: 256.
    pub stack_kib: NonZero<u32>,
    /// How many timers it may have running. Default: 1000.
    pub timers: u32,
    /// How many events it may have emitted that are still to be delivered. Default: 1000.
    pub emits: u32,
}

impl ScriptLimits {
    /// Returns how long a call into a script may take.
    pub fn call(&self) -> Duration {
        Duration::from_millis(self.call_ms.get())
    }
}

impl Default for ScriptLimits {
    fn default() -> Self {
        const fn of<const N: u32>() -> NonZero<u32> {
            NonZero::new(N).expect("the defaults are not 0")
        }
        Self {
            call_ms: NonZero::<u64>::from(of::<250>()),
            memory_kib: of::<{ 64 * 1024 }>(),
            stack_kib: of::<256>(),
            timers: 1000,
            emits: 1000,
        }
    }
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
