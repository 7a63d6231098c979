//! Who called whom: the events and functions that led to what runs on this thread.
//!
//! An endless recursion of them would overflow the stack, which ends the program. So the chain has a greatest length, and
//! whatever would make it longer is an error that shows where it goes round.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    fmt,
    sync::Arc,
};

use bevy_extensions_core::ExtensionName;

/// How many events and functions may lead to one another.
pub(crate) const LIMIT: usize = 64;

thread_local! {
    static CHAIN: RefCell<Vec<Link>> = const { RefCell::new(Vec::new()) };

    /// How long the chain is: asked at every event, and so to be had at once.
    static LENGTH: Cell<usize> = const { Cell::new(0) };

    /// Whether the chain was too long since it was last empty.
    static IS_BROKEN: Cell<bool> = const { Cell::new(false) };
}

/// A listener or function of an extension, whose commands or code run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    /// An extension, and an event that it has heard.
    Listener(ExtensionName, Cow<'static, str>),
    /// An extension, or the app, and its function.
    Function(Arc<str>),
    /// An extension, and an event that its script emits.
    #[cfg(feature = "script")]
    Emission(ExtensionName, Arc<str>),
    /// An extension, and something else that its script does.
    #[cfg(feature = "script")]
    Script(ExtensionName),
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listener(extension, event) => write!(f, "`{extension}` on `{event}`"),
            Self::Function(name) => write!(f, "`{name}`"),
            #[cfg(feature = "script")]
            Self::Emission(extension, event) => write!(f, "`{extension}` emits `{event}`"),
            #[cfg(feature = "script")]
            Self::Script(extension) => write!(f, "`{extension}`"),
        }
    }
}

/// Adds a link until the guard is dropped.
pub(crate) fn extend(link: Link) -> Extended {
    CHAIN.with_borrow_mut(|chain| {
        chain.push(link);
        LENGTH.set(chain.len());
        Extended(chain.len() - 1)
    })
}

/// Takes its link, and all after it, off the chain when dropped.
pub(crate) struct Extended(usize);

impl Drop for Extended {
    fn drop(&mut self) {
        LENGTH.set(self.0);
        if self.0 == 0 {
            IS_BROKEN.set(false);
        }
        CHAIN.with_borrow_mut(|chain| chain.truncate(self.0));
    }
}

/// Tells whether nothing may be called any more.
///
/// Once the chain was too long, that is so until it is empty: what branches without end would otherwise take its time
/// with every branch.
#[inline]
pub(crate) fn is_full() -> bool {
    LENGTH.get() >= LIMIT || IS_BROKEN.get()
}

/// Breaks the chain that is full; tells whether it was whole until now, so that somebody has to be told.
pub(crate) fn give_up() -> bool {
    !IS_BROKEN.replace(true)
}

/// Returns the last link, and who has led to it.
pub(crate) fn tail() -> Vec<Link> {
    CHAIN.with_borrow(|chain| chain[chain.len().saturating_sub(2)..].to_vec())
}

/// Shows the chain, from where it goes round if it does: `A -> B -> A`.
pub(crate) fn shown() -> String {
    CHAIN.with_borrow(|chain| {
        let again = chain.split_last().and_then(|(last, before)| before.iter().rposition(|link| link == last));
        let links: Vec<_> = chain[again.unwrap_or(0)..].iter().map(ToString::to_string).collect();
        links.join(" -> ")
    })
}

/// Shows the chain from a link on, if it is in it, with the same link at its end.
pub(crate) fn circle(link: &Link) -> Option<String> {
    CHAIN.with_borrow(|chain| {
        let from = chain.iter().rposition(|other| other == link)?;
        let links: Vec<_> = chain[from..].iter().chain([link]).map(ToString::to_string).collect();
        Some(links.join(" -> "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &'static str) -> Link {
        Link::Function(name.into())
    }

    #[test]
    fn only_the_circle_is_shown() {
        let _links = ["start", "a", "b", "a"].map(|name| extend(function(name)));
        assert_eq!(shown(), "`a` -> `b` -> `a`");
        assert_eq!(circle(&function("b")).as_deref(), Some("`b` -> `a` -> `b`"));
        assert_eq!(circle(&function("c")), None);
    }

    #[test]
    fn a_chain_that_was_full_stays_so_until_it_is_empty() {
        let mut links: Vec<_> = (0..LIMIT).map(|_| extend(function("a"))).collect();
        assert!(is_full() && give_up() && !give_up());
        while links.len() > 1 {
            links.pop();
        }
        assert!(is_full());
        links.pop();
        assert!(!is_full());
    }

    #[test]
    fn a_dropped_link_takes_later_ones_along() {
        let first = extend(function("a"));
        std::mem::forget(extend(function("b")));
        drop(first);
        assert_eq!(shown(), "");
    }
}
