//! What keeps a function from being offered, and what keeps one from answering.

use std::fmt;

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, NameError};

use super::invoke::Unanswered;
use crate::{
    acting::ExtensionId, entity::ExtensionState, fault::Fault, owner::Owner, signature::ArgumentError,
    tell::did_you_mean, value::Misfit,
};

/// Why a function, an interface or a driver was not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The name of a function or method is none.
    #[error(
        "`{name}` cannot be the name of a function: it needs a letter or `_`, then letters, digits and `_`, all from a to z"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// The name of an interface is none.
    #[error(transparent)]
    InterfaceName(#[from] NameError),
    /// There is one of that name already.
    #[error("`{name}` is there already; despawn the first one, or take another name")]
    Twice {
        /// The name.
        name: String,
    },
    /// The extension, or the app, has a driver of the interface already.
    #[error("there is a driver of `{interface}` already; put its methods together into one")]
    DriverTwice {
        /// The interface.
        interface: String,
    },
    /// A default does not fit its own parameter.
    #[error("a default of `{of}` does not fit: {error}")]
    Default {
        /// The function or method.
        of: String,
        /// What does not fit.
        error: ArgumentError,
    },
    /// A driver answers a request that belongs to another interface.
    #[error("a driver of `{interface}` cannot answer a request to `{other}`")]
    OtherInterface {
        /// What the driver is for.
        interface: String,
        /// What the request is for.
        other: String,
    },
}

/// What was called, and who serves it.
///
/// Reads `Weather.forecast`, and tells who serves that if it is somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Called {
    /// The name that was asked for: of an extension, the app or an interface.
    pub of: String,
    /// The function or method.
    pub function: String,
    /// Who serves that name.
    pub by: Owner,
}

impl Called {
    pub(crate) fn new(world: &World, of: &str, function: &str, server: ExtensionId) -> Self {
        let by = Owner::new(world, server);
        let of = if by.as_str().eq_ignore_ascii_case(of) { by.as_str() } else { of };
        Self { of: of.into(), function: function.into(), by }
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, function, by } = self;
        write!(f, "`{of}.{function}`")?;
        match by.as_str() == of {
            true => Ok(()),
            false => write!(f, " (served by {by})"),
        }
    }
}

/// Why a call was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There is no such extension.
    #[error("`{of}.{function}` was not called: no extension is called `{of}`{}", did_you_mean(.nearest.as_ref()))]
    NoExtension {
        /// The name that was asked for.
        of: String,
        /// The function.
        function: String,
        /// The name that was probably meant.
        nearest: Option<ExtensionName>,
    },
    /// The extension does not run, and nobody else serves its name.
    #[error("`{of}.{function}` was not called: `{of}` {}", .state.told())]
    NotRunning {
        /// The extension.
        of: ExtensionName,
        /// The function.
        function: String,
        /// Where in its life it is.
        state: ExtensionState,
    },
    /// The one who calls has not declared that it uses the other.
    #[error(
        "`{of}.{function}` was not called: `{by}` does not say that it needs `{of}`; \
         add `requires({of})` or `optional({of})` to the `#[extension(..)]` of `{by}`"
    )]
    NotDeclared {
        /// The name that was asked for.
        of: String,
        /// The function.
        function: String,
        /// The extension that calls.
        by: ExtensionName,
    },
    /// There is no such function.
    #[error("{called} was not called: {} has no such function{}", .called.by, did_you_mean(.nearest.as_ref()))]
    NoFunction {
        /// What was called.
        called: Box<Called>,
        /// The function that was probably meant.
        nearest: Option<String>,
    },
    /// The arguments do not fit.
    #[error("{called} was not called: {error}")]
    Arguments {
        /// What was called.
        called: Box<Called>,
        /// What does not fit.
        error: ArgumentError,
    },
    /// The answer does not fit what the one who calls, or the signature, expects. The function has run.
    #[error("the answer of {called} does not fit: {misfit}")]
    Answer {
        /// What was called.
        called: Box<Called>,
        /// What does not fit.
        misfit: Misfit,
    },
    /// The function has failed: with an error, or with a panic.
    #[error("{called} has failed: {}", .fault.kind)]
    Failed {
        /// What was called.
        called: Box<Called>,
        /// What went wrong; charged to the extension whose function it is.
        fault: Box<Fault>,
    },
    /// The function is running already: it has led to itself.
    #[error("{called} was not called, as it is running already: {chain}; split it, or hand on what the others need")]
    Reentered {
        /// What was called.
        called: Box<Called>,
        /// Who led to whom, from where it goes round.
        chain: String,
    },
    /// It wants the whole world, which is not to be had while an event is delivered.
    #[error("{called} was not called: it takes the whole world, and an event is being delivered; call it later")]
    Delivering {
        /// What was called.
        called: Box<Called>,
    },
    /// Events and functions have led to one another, too often.
    #[error("{called} was not called, as it would go on without end: {chain}")]
    Endless {
        /// What was called.
        called: Box<Called>,
        /// Who led to whom, from where it goes round.
        chain: String,
    },
    /// It is part of a script, and the scripts that lead to it have gone so deep that the stack would overflow.
    #[error("{called} was not called: the scripts that lead to it have gone too deep in their recursion")]
    TooDeep {
        /// What was called.
        called: Box<Called>,
    },
}

impl CallError {
    #[cold]
    pub(crate) fn new(called: Called, unanswered: Unanswered) -> Self {
        let called = Box::new(called);
        match unanswered {
            Unanswered::Arguments(error) => Self::Arguments { called, error },
            Unanswered::Answer(misfit) => Self::Answer { called, misfit },
            Unanswered::Failed(fault) => Self::Failed { called, fault: Box::new(fault) },
            Unanswered::Reentered { chain } => Self::Reentered { called, chain },
            Unanswered::Delivering => Self::Delivering { called },
            Unanswered::Endless { chain } => Self::Endless { called, chain },
            #[cfg(feature = "script")]
            Unanswered::TooDeep => Self::TooDeep { called },
        }
    }
}

/// Why a script cannot import something.
#[cfg(feature = "script")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ImportError {
    /// There is no such extension.
    #[error("no extension is called `{of}`{}", did_you_mean(.nearest.as_ref()))]
    NoExtension { of: String, nearest: Option<ExtensionName> },
    /// The extension does not run, and nobody else serves its name.
    #[error("`{of}` {}", .state.told())]
    NotRunning { of: ExtensionName, state: ExtensionState },
    /// The one who imports has not declared that it uses the other.
    #[error(
        "`{by}` does not say that it needs `{of}`; \
         add `//@extension requires {of}` at its top, or `{of}` to the dependencies in its manifest"
    )]
    NotDeclared { of: String, by: ExtensionName },
    /// It offers nothing of that name.
    #[error("`{of}` offers no `{name}`{}", did_you_mean(.nearest.as_ref()))]
    NoSuchOffer { of: String, name: String, nearest: Option<String> },
}
