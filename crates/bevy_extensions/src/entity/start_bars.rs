//! When each part of an extension's start began, for a picture of the start of the app.

use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_extensions_core::TimelinePhase;
use bevy_platform::time::Instant;

use super::Extensions;
use crate::{fault::FaultPlace, phase::Phase};

/// What an extension did while the app started, and when.
#[derive(Component, Default)]
pub(crate) struct StartBars(pub(crate) Vec<StartBar>);

pub(crate) struct StartBar {
    pub(crate) phase: TimelinePhase,
    pub(crate) began: Instant,
    pub(crate) took: Duration,
}

/// Notes a part of the start of the app; whoever starts later has no part in that.
pub(super) fn note(world: &mut World, entity: Entity, part: &FaultPlace, began: Instant, took: Duration) {
    let Some(phase) = phase_of(part) else { return };
    if world.get_resource::<Extensions>().is_none_or(|extensions| extensions.is_start_told) {
        return;
    }
    let Ok(mut entity) = world.get_entity_mut(entity) else { return };
    entity.entry::<StartBars>().or_default().get_mut().0.push(StartBar { phase, began, took });
}

fn phase_of(part: &FaultPlace) -> Option<TimelinePhase> {
    match part {
        FaultPlace::Build | FaultPlace::TopLevel => Some(TimelinePhase::Build),
        FaultPlace::Finish | FaultPlace::Cleanup => Some(TimelinePhase::Finish),
        FaultPlace::Phase(Phase::PreInit) => Some(TimelinePhase::PreInit),
        FaultPlace::Phase(Phase::Init) => Some(TimelinePhase::Init),
        FaultPlace::Phase(Phase::PostInit) => Some(TimelinePhase::PostInit),
        _ => None,
    }
}
