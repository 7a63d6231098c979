//! What is wanted of an extension while the app runs.

use std::{fmt, path::Path};

/// What somebody wants of an extension while the app runs.
///
/// In an app, ask with `commands.disable_extension` and the like, or with `Extensions::switch`; to see first what it
/// leads to, plan it with `Extensions::plan_switches`. Of an extension that is a type, the name is `Economy::NAME`.
///
/// ```
/// use bevy_extensions_core::Switch;
///
/// assert_eq!(Switch::disable("Economy").to_string(), "disable `Economy`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Switch {
    /// The name of the extension, which may differ in case; of one that is to be loaded, its path.
    pub extension: String,
    /// What is wanted of it.
    pub to: SwitchTo,
}

/// What can be wanted of an extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SwitchTo {
    /// It stops, and does not run until it is enabled again.
    Disable,
    /// It starts, if it is disabled or has failed.
    Enable,
    /// It stops and starts again; one that has failed starts.
    Restart,
    /// It comes from a file, a folder or an archive, and starts.
    Load,
    /// It stops, its files are read anew, and it starts again.
    Reload,
    /// It stops, and is not there any more.
    Unload,
}

impl Switch {
    /// Wants an extension to stop, and those that cannot run without it.
    pub fn disable(extension: impl Into<String>) -> Self {
        Self { extension: extension.into(), to: SwitchTo::Disable }
    }

    /// Wants an extension to run, and those that wait for it.
    pub fn enable(extension: impl Into<String>) -> Self {
        Self { extension: extension.into(), to: SwitchTo::Enable }
    }

    /// Wants an extension to start afresh, and those that cannot run without it.
    pub fn restart(extension: impl Into<String>) -> Self {
        Self { extension: extension.into(), to: SwitchTo::Restart }
    }

    /// Wants an extension that is a script, a folder or an archive to come, from wherever it lies, and to run; and those
    /// to run that were left out for want of it.
    ///
    /// What is relative is so to the current directory.
    pub fn load(path: impl AsRef<Path>) -> Self {
        Self { extension: path.as_ref().display().to_string(), to: SwitchTo::Load }
    }

    /// Wants an extension that lies on disk to be read anew, and to start afresh, and those that cannot run without it.
    pub fn reload(extension: impl Into<String>) -> Self {
        Self { extension: extension.into(), to: SwitchTo::Reload }
    }

    /// Wants an extension that is not linked into the app to stop, and to be there no more.
    pub fn unload(extension: impl Into<String>) -> Self {
        Self { extension: extension.into(), to: SwitchTo::Unload }
    }
}

impl SwitchTo {
    /// Says what was done to an extension of which that was wanted: `disabled`.
    pub fn done(self) -> &'static str {
        match self {
            Self::Disable => "disabled",
            Self::Enable => "enabled",
            Self::Restart => "restarted",
            Self::Load => "loaded",
            Self::Reload => "reloaded",
            Self::Unload => "unloaded",
        }
    }
}

impl fmt::Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.to, self.extension)
    }
}

impl fmt::Display for SwitchTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Restart => "restart",
            Self::Load => "load",
            Self::Reload => "reload",
            Self::Unload => "unload",
        })
    }
}
