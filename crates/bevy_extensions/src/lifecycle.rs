//! Phases: when an extension's systems of starting and ending run.

mod events;
mod phase_schedule;
mod retry;
mod start;
mod stop;
#[cfg(feature = "artifacts")]
mod wait;

use bevy_app::{App, Last, MainScheduleOrder, Startup};
use bevy_ecs::{prelude::*, schedule::ScheduleLabel};
#[cfg(feature = "data")]
use bevy_ecs::{schedule::IntoScheduleConfigs, system::ScheduleSystem};

use crate::{extension::Extension, phase::Phase};

pub use events::{ExtensionFailed, ExtensionStarted, ExtensionStopped};

pub(crate) use phase_schedule::PhaseSchedules;
pub(crate) use retry::take_due;
pub(crate) use start::{restore, switch};
#[cfg(feature = "artifacts")]
pub(crate) use stop::announce;
#[cfg(feature = "test_kit")]
pub(crate) use stop::excuse;
pub(crate) use stop::{set_state, settle, settle_all, state, terminate_all};
#[cfg(feature = "artifacts")]
pub(crate) use wait::{fail_to_start, hold_back};

/// The sets in [`Startup`] in which extensions go through their phases, chained.
///
/// Order a startup system of the app by them:
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{ExtensionSystems, prelude::*};
/// # fn open_window() {}
/// # let mut app = App::new();
/// app.add_systems(Startup, open_window.after(ExtensionSystems::Init).before(ExtensionSystems::PostInit));
/// # app.update();
/// ```
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExtensionSystems {
    /// All extensions pre-initialise, in plan order.
    PreInit,
    /// All extensions initialise, in plan order.
    Init,
    /// All extensions post-initialise, in plan order.
    PostInit,
}

/// The set of all systems that an extension has added to one of the app's schedules.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{ExtensionSet, prelude::*};
/// # #[derive(Extension)]
/// # struct Economy;
/// # impl Plugin for Economy { fn build(&self, _: &mut App) {} }
/// # fn draw_balance() {}
/// # let mut app = App::new();
/// app.add_systems(Update, draw_balance.after(ExtensionSet::of::<Economy>()));
/// # app.update();
/// ```
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtensionSet(&'static str);

impl ExtensionSet {
    /// Returns the set of an extension.
    pub const fn of<E: Extension>() -> Self {
        Self(E::NAME)
    }
}

/// Runs after [`Last`], so that no `AppExit` of the frame is missed.
#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
struct AfterLast;

pub(crate) fn plugin(app: &mut App) {
    let phases = (ExtensionSystems::PreInit, ExtensionSystems::Init, ExtensionSystems::PostInit);
    app.configure_sets(Startup, phases.chain()).add_systems(
        Startup,
        (
            start::run_phase(Phase::PreInit).in_set(ExtensionSystems::PreInit),
            start::run_phase(Phase::Init).in_set(ExtensionSystems::Init),
            start::run_phase(Phase::PostInit).in_set(ExtensionSystems::PostInit),
        )
            // Where the app's own systems stand to a phase is for the app to say.
            .ambiguous_with_all(),
    );
    events::register(app.world_mut());
    app.init_resource::<PhaseSchedules>().init_resource::<stop::Unterminated>();
    app.init_schedule(AfterLast).add_systems(AfterLast, stop::end_frame);
    let mut order = app.world_mut().get_resource_or_init::<MainScheduleOrder>();
    if order.labels.contains(&Last.intern()) {
        order.insert_after(Last, AfterLast);
    } else {
        order.labels.push(AfterLast.intern());
    }
}

/// Adds a system that runs when a frame has ended, and the extensions with it if the app exits.
#[cfg(feature = "data")]
pub(crate) fn at_end_of_frame<M>(app: &mut App, system: impl IntoScheduleConfigs<ScheduleSystem, M>) {
    app.add_systems(AfterLast, system.after(stop::end_frame));
}

/// What is done when the app exits, before the extensions end with it.
#[cfg(feature = "console")]
#[derive(Resource)]
pub(crate) struct BeforeEnd(pub(crate) fn(&mut World));

/// What [`ExtensionScope::add_systems`](crate::ExtensionScope::add_systems) takes as its first argument: a [`Phase`],
/// or a Bevy schedule such as `Update`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a phase nor a schedule",
    note = "phases are `PreInit`, `Init`, `PostInit` and `Terminate`; schedules are `Update` and the like"
)]
pub trait WhenToRun<Marker>: sealed::WhenToRun<Marker> {}

impl<T: sealed::WhenToRun<Marker>, Marker> WhenToRun<Marker> for T {}

pub(crate) mod sealed {
    use bevy_ecs::schedule::{InternedScheduleLabel, ScheduleLabel};

    use super::Phase;

    /// When a system runs.
    pub enum When {
        /// In a phase.
        Phase(Phase),
        /// In a schedule of the app.
        Schedule(InternedScheduleLabel),
    }

    pub struct IsPhase;
    pub struct IsSchedule;

    pub trait WhenToRun<Marker> {
        fn when(self) -> When;
    }

    impl WhenToRun<IsPhase> for Phase {
        fn when(self) -> When {
            When::Phase(self)
        }
    }

    impl<L: ScheduleLabel> WhenToRun<IsSchedule> for L {
        fn when(self) -> When {
            When::Schedule(self.intern())
        }
    }
}
