//! How long an extension takes to start and to end.

use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_platform::time::Instant;

use crate::{fault::FaultPlace, phase::Phase};

/// How long the parts of an extension's start and end took.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionTimes {
    /// `build` and `finish`.
    pub build: Duration,
    /// [`Phase::PreInit`].
    pub pre_init: Duration,
    /// [`Phase::Init`].
    pub init: Duration,
    /// [`Phase::PostInit`].
    pub post_init: Duration,
    /// [`Phase::Terminate`].
    pub terminate: Duration,
}

impl ExtensionTimes {
    /// Returns how long it took to start.
    pub fn start(&self) -> Duration {
        self.build + self.pre_init + self.init + self.post_init
    }

    fn of_phase(&mut self, phase: Phase) -> &mut Duration {
        match phase {
            Phase::PreInit => &mut self.pre_init,
            Phase::Init => &mut self.init,
            Phase::PostInit => &mut self.post_init,
            Phase::Terminate => &mut self.terminate,
        }
    }
}

/// Notes that a part of an extension's start or end, which has just ended, began at a moment.
pub(crate) fn note_time(world: &mut World, entity: Entity, part: &FaultPlace, began: Instant) {
    let took = began.elapsed();
    if let Some(mut times) = world.get_mut::<ExtensionTimes>(entity) {
        match part {
            // It runs whenever the script starts, and a native is built once.
            FaultPlace::TopLevel => times.build = took,
            FaultPlace::Phase(phase) => *times.of_phase(*phase) += took,
            _ => times.build += took,
        }
    }
    #[cfg(feature = "pictures")]
    super::start_bars::note(world, entity, part, began, took);
}
