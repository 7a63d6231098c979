//! Switching extensions while the app runs: first a plan, which is a value, then the act, between two frames.

mod apply;
mod census;
mod install;
mod obstacle;
mod plan;
#[cfg(feature = "artifacts")]
mod putting_off;
mod save;

use std::{fmt, mem, path::Path};

use bevy_app::{App, First, MainScheduleOrder};
use bevy_ecs::{prelude::*, schedule::ScheduleLabel};
use bevy_extensions_core::{Cause, ExtensionName, Location, Problem, Switch, SwitchTo, Version};

use crate::{
    contain,
    entity::{ExtensionState, Extensions},
    request::Request,
    tell::did_you_mean,
};
pub(crate) use apply::apply_switches;
use census::Census;
pub use save::SaveSwitchesError;

/// What switching leads to: who comes, stops, starts and goes, in which order, and what cannot be had.
///
/// The order in which things are asked for does not matter. Who is asked to be disabled is disabled, whatever else is
/// asked of it. What cannot be met changes nothing; the rest is done.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchPlan {
    steps: Vec<SwitchStep>,
    blocked: Vec<Blocked>,
    requests: Vec<Request>,
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
    /// Where it is before; `None` if it is not there, as it is loaded.
    pub from: Option<ExtensionState>,
    /// Where it is after; [`Planned`](ExtensionState::Planned) if it is stopped to be started again, or waits for its artifacts,
    /// and `None` if it is not there any more, as it is unloaded.
    pub to: Option<ExtensionState>,
    /// The version that is read from its files for this, if they are read.
    pub loads: Option<Version>,
    /// Because of whom, which it requires; `None` if it was asked for.
    pub because_of: Option<ExtensionName>,
    /// Whether its artifacts are to be fetched first: it happens when they are there.
    pub waits: bool,
    /// Whose artifacts are to be fetched first, which it requires: it follows that one.
    pub follows: Option<ExtensionName>,
}

impl SwitchStep {
    /// Tells whether it stops.
    pub fn is_stop(&self) -> bool {
        self.from.is_some_and(ExtensionState::is_active)
    }

    /// Tells whether it starts.
    pub fn is_start(&self) -> bool {
        self.to.is_some_and(ExtensionState::is_active)
    }
}

impl fmt::Display for SwitchStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.extension;
        let version = self.loads.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let told = |state: &Option<ExtensionState>| state.map(ExtensionState::told).unwrap_or_default();
        match (self.from, self.to) {
            (None, _) if self.is_start() => write!(f, "load `{name}`{version}, and start it")?,
            (None, to) => write!(f, "load `{name}`{version}, which {} then", told(&to))?,
            (_, None) if self.is_stop() => write!(f, "stop `{name}`, and unload it")?,
            (from, None) => write!(f, "unload `{name}`, which {}", told(&from))?,
            (_, Some(ExtensionState::Planned)) if !self.is_stop() => write!(f, "start `{name}`")?,
            (_, Some(ExtensionState::Planned)) => {
                let again = if self.loads.is_some() { "load it anew" } else { "start it again" };
                write!(f, "stop `{name}`, to {again}")?;
            }
            (_, Some(to)) if self.is_stop() => write!(f, "stop `{name}`, which is {to} then")?,
            _ if self.is_start() => write!(f, "start `{name}`{version}")?,
            (from, _) if self.loads.is_some() => write!(f, "load `{name}`{version} anew, which {}", told(&from))?,
            (from, Some(to)) => write!(f, "mark `{name}` as {to}, which {}", told(&from))?,
        }
        if self.waits {
            f.write_str(", when its artifacts are there")?;
        }
        if let Some(other) = &self.follows {
            write!(f, ", when the artifacts of `{other}` are there")?;
        }
        match &self.because_of {
            Some(other) => write!(f, ": it requires `{other}`"),
            None => Ok(()),
        }
    }
}

/// What cannot be met, and why.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("cannot {switch}: {why}")]
#[non_exhaustive]
pub struct Blocked {
    /// What was asked for.
    pub switch: Switch,
    /// Why it cannot be met.
    pub why: BlockedBy,
}

impl Blocked {
    /// Tells one thing to try, if the reason does not say it already.
    pub fn hint(&self) -> Option<String> {
        match &self.why {
            BlockedBy::Problem(problem) | BlockedBy::LeftOut { problem: Some(problem) } => Some(problem.hint()),
            _ => None,
        }
    }

    /// Says it with all that is known: the line of a script, and what to try.
    pub(crate) fn in_full(&self) -> String {
        let details = match &self.why {
            BlockedBy::Problem(problem) => match &**problem {
                Problem::LeftOut { cause: Cause::Unrunnable(unrunnable), .. } => unrunnable.details.as_str(),
                _ => "",
            },
            _ => "",
        };
        let details: String = details.lines().map(|line| format!("\n    {line}")).collect();
        let hint = self.hint().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
        format!("{self}{details}{hint}")
    }
}

/// Why something that was asked for cannot be met.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockedBy {
    /// There is no such extension.
    #[error("no extension is called that{}", did_you_mean(.nearest.as_ref()))]
    Unknown {
        /// The name that was probably meant.
        nearest: Option<ExtensionName>,
    },
    /// It is not in the plan of the app.
    #[error("it is left out: {}", .problem.as_deref().map_or_else(|| "see the report".into(), told))]
    LeftOut {
        /// Why.
        problem: Option<Box<Problem>>,
    },
    /// It was off, or failed, when natives were built.
    #[error(
        "it was not built when the app started, and a native is built once: it can run from the next start on, if that is saved"
    )]
    NotBuilt,
    /// It is to be restarted, but is switched off.
    #[error("it is disabled; enable it")]
    Disabled,
    /// Somebody asks for it to be disabled or unloaded at the same time.
    #[error("it is to be {} at the same time", .by.done())]
    Contradicted {
        /// What somebody asks for.
        by: SwitchTo,
    },
    /// It is linked into the app.
    #[error("it is linked into the app, which neither loads nor unloads code; disable or restart it")]
    Native,
    /// It does not come from disk, but from the app itself.
    #[error("it does not come from a file, but from the app itself; restart it")]
    NotOnDisk,
    /// Somebody has its name already.
    #[error("`{name}` is there already, from {at}; {}", way_to_a_name(*.is_native))]
    Taken {
        /// The name.
        name: ExtensionName,
        /// Where that one comes from.
        at: Location,
        /// Whether that one is linked into the app, and so cannot be unloaded.
        is_native: bool,
    },
    /// It cannot be read, or is left out.
    #[error("{}", told(.0))]
    Problem(Box<Problem>),
    /// Somebody who runs could not run beside it.
    #[error("`{extension}` cannot run beside it; unload or disable that one first")]
    Conflicts {
        /// Who that is.
        extension: ExtensionName,
    },
    /// It cannot run without somebody who does not run.
    #[error("it requires `{extension}`, which {}; {}", .state.told(), way_out(.extension, *.state))]
    Requires {
        /// Whom it requires.
        extension: ExtensionName,
        /// Where that one is then.
        state: ExtensionState,
    },
    /// Somebody else of that name is to be loaded too.
    #[error("`{name}` is to be loaded from {at} at the same time; load one of them")]
    Twice {
        /// The name.
        name: ExtensionName,
        /// From where the other one is to be loaded.
        at: Location,
    },
    /// The app starts no extension at all.
    #[error("this app starts no extension; see the first problem in the report")]
    NobodyStarts,
    /// The app has terminated its extensions.
    #[error("the app has terminated its extensions")]
    Ended,
}

fn way_to_a_name(is_native: bool) -> &'static str {
    match is_native {
        true => "give this one another name",
        false => "reload it, or unload it first",
    }
}

fn way_out(required: &ExtensionName, state: ExtensionState) -> String {
    match state {
        ExtensionState::Disabled => format!("enable `{required}` too"),
        ExtensionState::Failed => format!("restart `{required}` too"),
        _ => format!("see what `{required}` waits for"),
    }
}

/// Tells why something is left out, of which it is clear what that is.
fn told(problem: &Problem) -> String {
    match problem {
        Problem::LeftOut { cause: Cause::Because { of, .. }, .. } => format!("it requires `{of}`, which is left out"),
        Problem::Unreadable(error) => format!("its manifest is wrong: {}, at {}", error.message(), error.at),
        Problem::LeftOut { cause, .. } if !matches!(cause, Cause::Cycle { .. }) => cause.to_string(),
        problem => problem.to_string(),
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
    ///
    /// What is to be loaded is read now, and not again when the plan is confirmed.
    pub fn plan_switches(&self, switches: impl IntoIterator<Item = Switch>) -> SwitchPlan {
        self.plan_with(switches).0
    }

    /// Plans, and returns who is there then, if that changes.
    fn plan_with(&self, switches: impl IntoIterator<Item = Switch>) -> (SwitchPlan, Option<Census>) {
        let new = switches.into_iter().map(|switch| self.request(switch));
        self.plan_of(self.requested.iter().cloned().chain(new).collect())
    }

    /// Plans these alone.
    fn plan_of(&self, mut requests: Vec<Request>) -> (SwitchPlan, Option<Census>) {
        // Of several of a kind the last one has read what is there now.
        requests.reverse();
        requests.sort_by(|a, b| a.switch.cmp(&b.switch));
        requests.dedup();
        let (steps, mut blocked, census) = plan::plan(self, &requests);
        blocked.sort_by(|a, b| a.switch.cmp(&b.switch));
        (SwitchPlan { steps, blocked, requests }, census)
    }

    /// Tells of each request whether it can be met, together with all that was asked for already; nothing happens.
    #[cfg(feature = "watch")]
    pub(crate) fn blocked_by(&self, requests: &[Request]) -> Vec<Option<BlockedBy>> {
        let (plan, _) = self.plan_of(self.requested.iter().chain(requests).cloned().collect());
        let why = |request: &Request| plan.blocked.iter().find(|blocked| blocked.switch == request.switch);
        requests.iter().map(|request| Some(why(request)?.why.clone())).collect()
    }

    /// Reads what is to be loaded.
    pub(crate) fn request(&self, mut switch: Switch) -> Request {
        // One that is named in two spellings is one.
        if switch.to != SwitchTo::Load
            && let Some(id) = self.id_by_name(&switch.extension)
        {
            switch.extension = self.listed(id).name.to_string();
        }
        let read = match switch.to {
            SwitchTo::Load => Some(self.open(Path::new(&switch.extension))),
            SwitchTo::Reload => self.id_by_name(&switch.extension).and_then(|id| self.open_again(id)),
            _ => None,
        };
        Request::new(switch, read)
    }

    /// Asks for what a plan says. It is done before the next frame, together with whatever else is asked for until then.
    ///
    /// What the plan says is blocked is told in the log then.
    ///
    /// # Errors
    ///
    /// [`StalePlan`] if the same would lead to something else by now, or somebody has asked for something else or has read
    /// the same files since. Nothing is asked for then.
    pub fn confirm(&mut self, plan: SwitchPlan) -> Result<(), StalePlan> {
        let before = mem::replace(&mut self.requested, plan.requests.clone());
        let covers = |request: &Request| plan.requests.iter().any(|own| own == request && !own.is_older_than(request));
        if !before.iter().all(covers) || self.plan_switches([]) != plan {
            self.requested = before;
            return Err(StalePlan);
        }
        Ok(())
    }

    /// Asks for a switch, and returns what all that was asked for since the last frame leads to.
    ///
    /// It is done before the next frame, unless it is [withdrawn](Self::withdraw). What is asked for within a frame is
    /// planned together.
    pub fn switch(&mut self, switch: Switch) -> SwitchPlan {
        let request = self.request(switch);
        self.requested.push(request);
        self.plan_switches([])
    }

    /// Takes back all that was asked for since the last frame, whoever has asked, and returns it.
    pub fn withdraw(&mut self) -> Vec<Switch> {
        mem::take(&mut self.requested).into_iter().map(|request| request.switch).collect()
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

    /// Asks for an extension to come from disk, and to start; see [`switch`](Self::switch).
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # let mut app = App::new();
    /// # app.add_plugins(ExtensionsPlugin::default().without_inventory()).update();
    /// let mut extensions = app.world_mut().resource_mut::<Extensions>();
    /// let plan = extensions.load("extensions/rain.js");
    /// assert_eq!(
    ///     plan.to_string(),
    ///     "cannot load `extensions/rain.js`: there is nothing at `extensions/rain.js`",
    /// );
    /// ```
    pub fn load(&mut self, path: impl AsRef<Path>) -> SwitchPlan {
        self.switch(Switch::load(path))
    }

    /// Asks for an extension to be read anew, and to start afresh; see [`switch`](Self::switch).
    ///
    /// If its files are no good, it runs on as it is.
    pub fn reload(&mut self, name: impl Into<String>) -> SwitchPlan {
        self.switch(Switch::reload(name))
    }

    /// Asks for an extension to go; see [`switch`](Self::switch).
    pub fn unload(&mut self, name: impl Into<String>) -> SwitchPlan {
        self.switch(Switch::unload(name))
    }
}

/// Runs before [`First`]: between two frames.
#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BetweenFrames;

pub(crate) fn plugin(app: &mut App) {
    app.init_schedule(BetweenFrames).add_systems(BetweenFrames, begin_frame);
    let mut order = app.world_mut().get_resource_or_init::<MainScheduleOrder>();
    if order.labels.contains(&First.intern()) {
        order.insert_before(First, BetweenFrames);
    } else {
        order.labels.insert(0, BetweenFrames.intern());
    }
}

/// Does what was asked for since the last frame.
pub(crate) fn begin_frame(world: &mut World) {
    apply_switches(world);
    contain::begin_frame(world);
}
