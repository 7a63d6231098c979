//! Text that is cheap to hand on.

use std::{ops::Deref, sync::Arc};

/// A text that is cheap to clone, and costs nothing to clone if it stands in the program.
#[derive(Clone)]
pub(crate) enum Text {
    /// It stands in the program.
    Static(&'static str),
    /// It was made while the program runs.
    Shared(Arc<str>),
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Shared(text.into())
    }
}
