//! Switching extensions while the app runs: first a plan, which is a value, then the act, between two frames.

mod apply;
mod plan;

use std::{fmt, mem};

use bevy_app::{App, First, MainScheduleOrder};
use bevy_ecs::{prelude::*, schedule::ScheduleLabel};
use bevy_extensions_core::{ExtensionName, Switch};

use crate::{
    contain,
    entity::{ExtensionState, Extensions},
    tell::did_you_mean,
};
use plan::Standing;

/// What switching leads to: who stops, who starts, in which order, and what cannot be had.
///
/// The order in which things are asked for does not matter. Who is asked to be disabled is disabled, whatever else is
/// asked of it. What cannot be met changes nothing; the rest is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchPlan {
    steps: Vec<SwitchStep>,
    blocked: Vec<Blocked>,
    switches: Vec<Switch>,
}

impl SwitchPlan {
    /// Returns what happens, in this order.
    pub fn steps(&self) -> &[SwitchStep] {
        &self.steps
    }

    /// Returns what cannot be met.
    pub fn blocked(&self) -> &[Blocked] {
        &self.blocked
    }

    /// Returns who stops, in this order: whoever requires another first.
    pub fn stops(&self) -> impl Iterator<Item = &ExtensionName> {
        self.steps.iter().filter(|step| step.is_stop()).map(|step| &step.extension)
    }

    /// Returns who starts, in this order: whoever is required first. Who stops before starts again.
    pub fn starts(&self) -> impl Iterator<Item = &ExtensionName> {
        self.steps.iter().filter(|step| step.is_start()).map(|step| &step.extension)
    }

    /// Tells whether nothing happens: all is as it is wanted, or cannot be had, which [`blocked`](Self::blocked) tells.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn accepts(&self, switch: &Switch) -> bool {
        !self.blocked.iter().any(|blocked| blocked.switch == *switch)
    }
}

impl fmt::Display for SwitchPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps.iter().map(ToString::to_string);
        let lines: Vec<_> = steps.chain(self.blocked.iter().map(ToString::to_string)).collect();
        match lines.as_slice() {
            [] => f.write_str("nothing changes"),
            lines => f.write_str(&lines.join("\n")),
        }
    }
}

/// One step of a [`SwitchPlan`]: an extension gets from one state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SwitchStep {
    /// Which extension.
    pub extension: ExtensionName,
    /// Where it is before.
    pub from: ExtensionState,
    /// Where it is after; [`Planned`](ExtensionState::Planned) if it is stopped to be started again.
    pub to: ExtensionState,
    /// Because of whom, which it requires; `None` if it was asked for.
    pub because_of: Option<ExtensionName>,
}

impl SwitchStep {
    /// Tells whether it stops.
    pub fn is_stop(&self) -> bool {
        self.from.is_active()
    }

    /// Tells whether it starts.
    pub fn is_start(&self) -> bool {
        self.to.is_active()
    }
}

impl fmt::Display for SwitchStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.extension;
        match (self.is_stop(), self.is_start()) {
            (true, _) if self.to == ExtensionState::Planned => write!(f, "stop `{name}`, to start it again")?,
            (true, _) => write!(f, "stop `{name}`, which is {} then", self.to)?,
            (false, true) => write!(f, "start `{name}`")?,
            (false, false) => write!(f, "mark `{name}` as {}, which {}", self.to, self.from.told())?,
        }
        match &self.because_of {
            Some(other) => write!(f, ": it requires `{other}`"),
            None => Ok(()),
        }
    }
}

/// What cannot be met, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot {switch}: {why}")]
#[non_exhaustive]
pub struct Blocked {
    /// What was asked for.
    pub switch: Switch,
    /// Why it cannot be met.
    pub why: BlockedBy,
}

/// Why something that was asked for cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockedBy {
    /// There is no such extension.
    #[error("no extension is called that{}", did_you_mean(.nearest.as_ref()))]
    Unknown {
        /// The name that was probably meant.
        nearest: Option<ExtensionName>,
    },
    /// It is not in the plan of the app.
    #[error("it was left out when the app started; see its problem in the report")]
    LeftOut,
    /// It was off, or failed, when natives were built.
    #[error("it was not built when the app started, and a native is built once: it can run from the next start on")]
    NotBuilt,
    /// It is to be restarted, but is switched off.
    #[error("it is disabled; enable it")]
    Disabled,
    /// Somebody asks for it to be disabled at the same time.
    #[error("it is to be disabled at the same time")]
    Contradicted,
    /// It cannot run without somebody who does not run.
    #[error("it requires `{extension}`, which {}; {}", .state.told(), way_out(.extension, *.state))]
    Requires {
        /// Whom it requires.
        extension: ExtensionName,
        /// Where that one is then.
        state: ExtensionState,
    },
    /// The app has terminated its extensions.
    #[error("the app has terminated its extensions")]
    Ended,
}

fn way_out(required: &ExtensionName, state: ExtensionState) -> String {
    match state {
        ExtensionState::Disabled => format!("enable `{required}` too"),
        ExtensionState::Failed => format!("restart `{required}` too"),
        _ => format!("see what `{required}` waits for"),
    }
}

/// A plan that would lead to something else by now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it would lead to something else by now, as extensions have started or stopped meanwhile; plan it again")]
pub struct StalePlan;

/// Switching: see [`Switch`] for what can be asked for.
impl Extensions {
    /// Plans what some switches would lead to, together with those that were asked for already; nothing happens.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_extensions::{Switch, prelude::*};
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// # impl Plugin for Economy { fn build(&self, _: &mut App) {} }
    /// # #[derive(Extension)]
    /// # #[extension(requires(Economy))]
    /// # struct Greeter;
    /// # impl Plugin for Greeter { fn build(&self, _: &mut App) {} }
    /// # let plugin = ExtensionsPlugin::default().without_inventory().with::<Economy>().with::<Greeter>();
    /// # let mut app = App::new();
    /// # app.add_plugins(plugin).update();
    /// let mut extensions = app.world_mut().resource_mut::<Extensions>();
    /// let plan = extensions.plan_switches([Switch::disable("Economy")]);
    /// assert_eq!(
    ///     plan.to_string(),
    ///     "stop `Greeter`, which is suspended then: it requires `Economy`\n\
    ///      stop `Economy`, which is disabled then",
    /// );
    /// extensions.confirm(plan)?;
    /// app.update();
    /// assert_eq!(app.world().resource::<Extensions>().state_of::<Greeter>(), Some(ExtensionState::Suspended));
    /// # app.terminate_extensions();
    /// # Ok::<(), bevy_extensions::StalePlan>(())
    /// ```
    #[must_use = "a plan is only carried out if it is confirmed"]
    pub fn plan_switches(&self, switches: impl IntoIterator<Item = Switch>) -> SwitchPlan {
        let mut switches: Vec<_> = self.requested.iter().cloned().chain(switches).collect();
        switches.sort();
        switches.dedup();
        let standings: Vec<_> = self.listed_all().iter().map(Standing::of).collect();
        let (known, mut blocked) = self.find_all(&switches);
        let mut steps = Vec::new();
        if !self.have_ended {
            let (planned, others) = plan::plan(&self.plan, &standings, &known);
            steps = planned;
            blocked.extend(others);
        }
        blocked.sort_by(|a, b| a.switch.cmp(&b.switch));
        SwitchPlan { steps, blocked, switches }
    }

    /// Asks for what a plan says. It is done before the next frame, together with whatever else is asked for until then.
    ///
    /// What the plan says is blocked is told in the log then.
    ///
    /// # Errors
    ///
    /// [`StalePlan`] if the same would lead to something else by now. Nothing is asked for then.
    pub fn confirm(&mut self, plan: SwitchPlan) -> Result<(), StalePlan> {
        if self.plan_switches(plan.switches.clone()) != plan {
            return Err(StalePlan);
        }
        self.requested = plan.switches;
        Ok(())
    }

    /// Asks for a switch, and returns what all that was asked for since the last frame leads to.
    ///
    /// It is done before the next frame, unless it is [withdrawn](Self::withdraw). What is asked for within a frame is
    /// planned together.
    pub fn switch(&mut self, switch: Switch) -> SwitchPlan {
        self.requested.push(switch);
        self.plan_switches([])
    }

    /// Takes back all that was asked for since the last frame, whoever has asked, and returns it.
    pub fn withdraw(&mut self) -> Vec<Switch> {
        mem::take(&mut self.requested)
    }

    /// Asks for an extension to stop; see [`switch`](Self::switch).
    pub fn disable(&mut self, name: impl Into<String>) -> SwitchPlan {
        self.switch(Switch::disable(name))
    }

    /// Asks for an extension to start; see [`switch`](Self::switch).
    pub fn enable(&mut self, name: impl Into<String>) -> SwitchPlan {
        self.switch(Switch::enable(name))
    }

    /// Asks for an extension to start afresh; see [`switch`](Self::switch).
    pub fn restart(&mut self, name: impl Into<String>) -> SwitchPlan {
        self.switch(Switch::restart(name))
    }

    /// Finds the extensions that switches are for; those of nobody are blocked.
    fn find_all<'a>(&self, switches: &'a [Switch]) -> (Vec<(usize, &'a Switch)>, Vec<Blocked>) {
        let (mut known, mut blocked) = (Vec::new(), Vec::new());
        for switch in switches {
            let why = match self.id_by_name(&switch.extension) {
                Some(_) if self.have_ended => BlockedBy::Ended,
                Some(id) => {
                    known.push((id.index(), switch));
                    continue;
                }
                None => BlockedBy::Unknown { nearest: self.nearest(&switch.extension) },
            };
            blocked.push(Blocked { switch: switch.clone(), why });
        }
        (known, blocked)
    }
}

/// Runs before [`First`]: between two frames.
#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
struct BetweenFrames;

pub(crate) fn plugin(app: &mut App) {
    app.init_schedule(BetweenFrames).add_systems(BetweenFrames, begin_frame);
    let mut order = app.world_mut().get_resource_or_init::<MainScheduleOrder>();
    if order.labels.contains(&First.intern()) {
        order.insert_before(First, BetweenFrames);
    } else {
        order.labels.insert(0, BetweenFrames.intern());
    }
}

fn begin_frame(world: &mut World) {
    apply::apply_switches(world);
    contain::begin_frame(world);
}
