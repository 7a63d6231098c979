//! How the command ends.

use std::process::ExitCode;

/// How the command ends, for scripts that call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well. Also if nobody wanted to read on.
    Good = 0,
    /// It was asked well, and something is wrong with what was looked at, or could not be done.
    Bad = 1,
    /// It was asked wrongly: an unknown option, an extension that nobody has found. `clap` ends so, too.
    WrongUse = 2,
    /// Somebody has interrupted it. Shells say so with 128 and the number of the signal.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
