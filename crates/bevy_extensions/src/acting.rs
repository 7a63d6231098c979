//! Who is acting: the extension whose code runs on this thread right now.

use std::cell::Cell;

use bevy_ecs::{storage::SparseSetIndex, world::WorldId};

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

/// Stands for the app itself.
const NOBODY: ExtensionId = ExtensionId(u32::MAX);

thread_local! {
    // Two cells: what is written in parts and then read as a whole makes the processor wait, here at every call.
    /// The extension that acts, if any.
    static ACTING: Cell<ExtensionId> = const { Cell::new(NOBODY) };

    /// Its world, as an index.
    static WORLD: Cell<usize> = const { Cell::new(0) };
}

/// Returns the extension of a world whose code runs on this thread.
#[inline]
pub(crate) fn acting(world: WorldId) -> Option<ExtensionId> {
    Some(ACTING.get()).filter(|id| *id != NOBODY && WORLD.get() == world.sparse_set_index())
}

/// Tells whether the code of an extension runs on this thread.
pub(crate) fn is_acting(world: WorldId, id: ExtensionId) -> bool {
    acting(world) == Some(id)
}

/// Says that the code of an extension runs until the guard is dropped.
#[inline]
pub(crate) fn act_as(world: WorldId, id: ExtensionId) -> Acting {
    let before = keep();
    act(world, id);
    before
}

/// Has whoever acts now act again when the guard is dropped.
#[inline]
pub(crate) fn keep() -> Acting {
    Acting { id: ACTING.get(), world: WORLD.get() }
}

/// Says that the code of an extension runs, until the guard that somebody [keeps](keep) is dropped.
#[inline]
pub(crate) fn act(world: WorldId, id: ExtensionId) {
    ACTING.set(id);
    WORLD.set(world.sparse_set_index());
}

/// Says that code of the app itself runs until the guard is dropped.
#[inline]
pub(crate) fn act_as_app() -> Acting {
    let before = keep();
    ACTING.set(NOBODY);
    before
}

/// Gives way to whoever acted before when dropped.
pub(crate) struct Acting {
    id: ExtensionId,
    world: usize,
}

impl Drop for Acting {
    #[inline]
    fn drop(&mut self) {
        ACTING.set(self.id);
        WORLD.set(self.world);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_before_acts_again() {
        let [here, elsewhere] = [(); 2].map(|()| WorldId::new().expect("there are not that many worlds"));
        let outer = act_as(here, ExtensionId(1));
        let inner = act_as(elsewhere, ExtensionId(1));
        assert!(is_acting(elsewhere, ExtensionId(1)) && !is_acting(here, ExtensionId(1)));
        drop(inner);
        assert!(is_acting(here, ExtensionId(1)));
        drop(outer);
        assert!(!is_acting(here, ExtensionId(1)));
    }
}
