//! Phases: when an extension's systems of starting and ending run.

mod phase_schedule;
mod start;
mod stop;

use bevy_app::{App, Last, MainScheduleOrder, Startup};
use bevy_ecs::{
    prelude::*,
    schedule::{InternedScheduleLabel, ScheduleLabel},
};

use crate::extension::Extension;

pub(crate) use phase_schedule::PhaseSchedules;
pub(crate) use start::start;
pub(crate) use stop::{settle, terminate_all};

/// A part of an extension's life, in which its systems run once, in plan order.
///
/// Give it to [`ExtensionScope::add_systems`](crate::ExtensionScope::add_systems) in place of a schedule. It is no
/// Bevy schedule, so `app.add_systems(Init, ..)` does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before anybody initialises: make what others will look for.
    PreInit,
    /// The main part: whoever is required has initialised already.
    Init,
    /// After everybody has initialised: open the doors.
    PostInit,
    /// The app exits, or the extension has to stop: give back what was taken. Runs in reverse order.
    Terminate,
}

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
        ),
    );
    app.init_resource::<PhaseSchedules>().init_resource::<stop::Unterminated>();
    app.init_schedule(AfterLast).add_systems(AfterLast, stop::end_frame);
    app.world_mut().get_resource_or_init::<MainScheduleOrder>().insert_after(Last, AfterLast);
}

/// What [`ExtensionScope::add_systems`](crate::ExtensionScope::add_systems) takes as its first argument: a [`Phase`],
/// or a Bevy schedule such as `Update`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a phase nor a schedule",
    note = "phases are `PreInit`, `Init`, `PostInit` and `Terminate`; schedules are `Update` and the like"
)]
pub trait WhenToRun<Marker>: sealed::WhenToRun<Marker> {}

impl<T: sealed::WhenToRun<Marker>, Marker> WhenToRun<Marker> for T {}

/// When a system runs.
pub enum When {
    /// In a phase.
    Phase(Phase),
    /// In a schedule of the app.
    Schedule(InternedScheduleLabel),
}

mod sealed {
    use bevy_ecs::schedule::ScheduleLabel;

    use super::{Phase, When};

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
