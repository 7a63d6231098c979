//! The systems of each extension and phase.

use std::{collections::HashMap, mem, sync::Arc};

use bevy_ecs::{
    prelude::*,
    schedule::{ConditionWithAccess, ScheduleLabel, SingleThreadedExecutor, SystemWithAccess},
};

use crate::{
    acting::ExtensionId,
    contain::{Ward, build::wrap_phase, system::nothing},
    phase::Phase,
};

/// The systems of each extension and phase, in schedules of their own.
///
/// They are small and built when they run: one schedule for all would take time with the square of its systems.
#[derive(Resource, Default)]
pub(crate) struct PhaseSchedules {
    schedules: HashMap<(ExtensionId, Phase), PhaseSchedule>,
    hooks: HashMap<ExtensionId, PhaseHook>,
}

/// What an extension without systems of its own does in each phase.
pub(crate) type PhaseHook = fn(&mut World, ExtensionId, Phase);

impl PhaseSchedules {
    /// Returns the schedule of an extension's phase, which has not run yet.
    pub(crate) fn get_or_create(&mut self, id: ExtensionId, phase: Phase) -> &mut Schedule {
        &mut self.schedules.entry((id, phase)).or_insert_with(|| PhaseSchedule::new(phase)).schedule
    }

    /// Says what an extension does in each phase.
    #[cfg(feature = "script")]
    pub(crate) fn set_hook(&mut self, id: ExtensionId, hook: PhaseHook) {
        self.hooks.insert(id, hook);
    }

    pub(super) fn hook(&self, id: ExtensionId) -> Option<PhaseHook> {
        self.hooks.get(&id).copied()
    }

    /// Drops all that an extension wanted to run.
    pub(crate) fn forget(&mut self, id: ExtensionId) {
        self.schedules.retain(|(owner, _), _| *owner != id);
    }

    /// Drops all that there is of an extension, which goes for good.
    pub(crate) fn strike_off(&mut self, id: ExtensionId) {
        self.forget(id);
        self.hooks.remove(&id);
    }

    pub(super) fn take(&mut self, id: ExtensionId, phase: Phase) -> Option<PhaseSchedule> {
        self.schedules.remove(&(id, phase))
    }

    pub(super) fn put_back(&mut self, id: ExtensionId, phase: Phase, schedule: PhaseSchedule) {
        self.schedules.insert((id, phase), schedule);
    }
}

/// The label of every schedule that holds the systems of one extension and phase.
#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
struct PhaseLabel(Phase);

/// What an extension runs in a phase.
pub(super) struct PhaseSchedule {
    phase: Phase,
    schedule: Schedule,
    way: Way,
}

/// How the systems are run.
enum Way {
    /// Not known yet: nothing has run.
    Unknown,
    /// By the schedule.
    Schedule,
    /// One system needs no schedule, and to build one costs more than most systems do.
    Alone(LoneSystem),
}

impl PhaseSchedule {
    fn new(phase: Phase) -> Self {
        let mut schedule = Schedule::new(PhaseLabel(phase));
        schedule.set_executor(SingleThreadedExecutor::new());
        Self { phase, schedule, way: Way::Unknown }
    }

    /// Contains the systems from now on.
    pub(super) fn prepare(&mut self, ward: &Arc<Ward>, world: &mut World) {
        if matches!(self.way, Way::Unknown) {
            wrap_phase(&mut self.schedule, self.phase, ward);
            self.way = LoneSystem::take(&mut self.schedule, world).map_or(Way::Schedule, Way::Alone);
        }
    }

    pub(super) fn run(&mut self, world: &mut World) {
        match &mut self.way {
            Way::Alone(system) => system.run(world),
            Way::Schedule | Way::Unknown => self.schedule.run(world),
        }
    }
}

/// The only system of a phase, with its run conditions.
struct LoneSystem {
    system: SystemWithAccess,
    conditions: Vec<ConditionWithAccess>,
}

impl LoneSystem {
    /// Takes the only system out of a schedule; `None` if there are several, or a set has run conditions.
    fn take(schedule: &mut Schedule, world: &mut World) -> Option<Self> {
        let graph = schedule.graph_mut();
        let has_conditions = graph.system_sets.iter().any(|(.., conditions)| !conditions.is_empty());
        if graph.systems.len() != 1 || has_conditions {
            return None;
        }
        let (key, ..) = graph.systems.iter().next()?;
        let mut conditions = mem::take(graph.systems.get_conditions_mut(key)?);
        let nothing = SystemWithAccess::new(nothing());
        let mut system = mem::replace(graph.systems.get_mut(key)?, nothing);
        system.initialize(world);
        conditions.iter_mut().for_each(|condition| _ = condition.initialize(world));
        Some(Self { system, conditions })
    }

    fn run(&mut self, world: &mut World) {
        // All of them, as in a schedule: a condition may keep count.
        let answers = self.conditions.iter_mut().map(|condition| condition.run((), world).unwrap_or(false));
        if answers.fold(true, |all, answer| all & answer) {
            // What fails has been charged by its container; what is left is a system that was skipped.
            _ = self.system.run((), world);
        }
    }
}
