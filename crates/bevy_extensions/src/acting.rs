//! Who is acting: the extension whose code runs on this thread right now.

use std::cell::Cell;

/// An extension within one world: its place in the host's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ExtensionId(pub(crate) u32);

impl ExtensionId {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("an app has fewer than 2^32 extensions"))
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

thread_local! {
    static ACTING: Cell<Option<ExtensionId>> = const { Cell::new(None) };
}

/// Returns the extension whose code runs on this thread.
pub(crate) fn acting() -> Option<ExtensionId> {
    ACTING.get()
}

/// Says that the code of an extension runs until the guard is dropped.
#[inline]
pub(crate) fn act_as(id: ExtensionId) -> Acting {
    Acting(ACTING.replace(Some(id)))
}

/// Gives way to whoever acted before when dropped.
pub(crate) struct Acting(Option<ExtensionId>);

impl Drop for Acting {
    #[inline]
    fn drop(&mut self) {
        ACTING.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_before_acts_again() {
        let outer = act_as(ExtensionId(1));
        let inner = act_as(ExtensionId(2));
        assert_eq!(acting(), Some(ExtensionId(2)));
        drop(inner);
        assert_eq!(acting(), Some(ExtensionId(1)));
        drop(outer);
        assert_eq!(acting(), None);
    }
}
