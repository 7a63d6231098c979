//! Why a command could not be carried out.

use std::fmt;

use bevy_extensions_core::{NativesError, Problem, UnknownExtension};

use crate::{exit::Exit, output::plain};

/// Why a command could not be carried out, for standard error.
#[derive(Debug)]
pub enum Failure {
    /// It was asked wrongly.
    WrongUse {
        /// What is wrong.
        what: String,
        /// One thing to try.
        hint: String,
    },
    /// It was asked well, and cannot be done.
    Impossible {
        /// What, and why.
        what: String,
        /// One thing to try.
        hint: String,
    },
    /// What it has to work with is wrong.
    Wrong(Box<Problem>),
}

impl Failure {
    /// It was asked wrongly.
    pub fn wrong_use(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::WrongUse { what: what.into(), hint: hint.into() }
    }

    /// It was asked well, and cannot be done.
    pub fn impossible(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Impossible { what: what.into(), hint: hint.into() }
    }

    /// How the command ends because of it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::WrongUse { .. } => Exit::WrongUse,
            Self::Impossible { .. } | Self::Wrong(_) => Exit::Bad,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongUse { what, hint } | Self::Impossible { what, hint } => {
                write!(f, "error: {}\n  hint: {}\n", plain(what), plain(hint))
            }
            Self::Wrong(problem) => f.write_str(&plain(&bevy_extensions_core::explain(std::slice::from_ref(problem)))),
        }
    }
}

impl From<UnknownExtension> for Failure {
    fn from(error: UnknownExtension) -> Self {
        let hint = error.hint().unwrap_or_else(|| "`bevy-extensions list` shows who is there".into());
        Self::wrong_use(error.to_string(), hint)
    }
}

impl From<NativesError> for Failure {
    fn from(error: NativesError) -> Self {
        match error {
            NativesError::NotFound { .. } => Self::wrong_use(error.to_string(), error.hint()),
            NativesError::Wrong(ref wrong) => {
                let what = format!("the manifests of natives are wrong: {}\n  in: {}", wrong.message(), wrong.at);
                Self::impossible(what, error.hint())
            }
            _ => Self::impossible(error.to_string(), error.hint()),
        }
    }
}
