//! How far code of the host can reach into a world.

use bevy_ecs::world::{DeferredWorld, World};

/// How far code of the host can reach into a world, at the moment.
pub enum Reach<'w> {
    /// Everything.
    Whole(&'w mut World),
    /// All data, but nothing may come or go: an event is being delivered.
    Data(DeferredWorld<'w>),
}

impl Reach<'_> {
    /// Lends it on.
    pub fn reborrow(&mut self) -> Reach<'_> {
        match self {
            Self::Whole(world) => Reach::Whole(world),
            Self::Data(world) => Reach::Data(world.reborrow()),
        }
    }

    /// Returns the world, to look at.
    pub fn world(&self) -> &World {
        match self {
            Self::Whole(world) => world,
            Self::Data(world) => world,
        }
    }

    /// Returns the world, to change data.
    pub fn data(&mut self) -> DeferredWorld<'_> {
        match self {
            Self::Whole(world) => DeferredWorld::from(&mut **world),
            Self::Data(world) => world.reborrow(),
        }
    }

    /// Does something to the whole world: now, or else once the event is delivered.
    pub fn act(&mut self, code: impl FnOnce(&mut World) + Send + 'static) {
        match self {
            Self::Whole(world) => code(world),
            Self::Data(world) => world.commands().queue(code),
        }
    }
}

impl<'w> From<&'w mut World> for Reach<'w> {
    fn from(world: &'w mut World) -> Self {
        Self::Whole(world)
    }
}
