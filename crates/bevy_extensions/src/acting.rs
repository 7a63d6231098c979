//! Who is acting: the extension whose code runs on this thread right now.

use std::cell::Cell;

use bevy_ecs::world::WorldId;

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
    static ACTING: Cell<Option<(WorldId, ExtensionId)>> = const { Cell::new(None) };
}

/// Returns the extension of a world whose code runs on this thread.
#[inline]
pub(crate) fn acting(world: WorldId) -> Option<ExtensionId> {
    ACTING.get().filter(|(theirs, _)| *theirs == world).map(|(_, id)| id)
}

/// Tells whether the code of an extension runs on this thread.
pub(crate) fn is_acting(world: WorldId, id: ExtensionId) -> bool {
    ACTING.get() == Some((world, id))
}

/// Says that the code of an extension runs until the guard is dropped.
#[inline]
pub(crate) fn act_as(world: WorldId, id: ExtensionId) -> Acting {
    Acting(ACTING.replace(Some((world, id))))
}

/// Has whoever acts now act again when the guard is dropped.
#[inline]
pub(crate) fn keep() -> Acting {
    Acting(ACTING.get())
}

/// Says that the code of an extension runs, until the guard that somebody [keeps](keep) is dropped.
#[inline]
pub(crate) fn act(world: WorldId, id: ExtensionId) {
    ACTING.set(Some((world, id)));
}

/// Says that code of the app itself runs until the guard is dropped.
#[inline]
pub(crate) fn act_as_app() -> Acting {
    Acting(ACTING.replace(None))
}

/// Gives way to whoever acted before when dropped.
pub(crate) struct Acting(Option<(WorldId, ExtensionId)>);

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
