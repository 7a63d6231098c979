//! What an extension's author holds in `build`.

use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

use bevy_app::{App, Startup};
use bevy_ecs::{
    error::BevyError,
    prelude::*,
    schedule::{IntoScheduleConfigs, ScheduleLabel},
    system::ScheduleSystem,
};
use bevy_extensions_core::{ExtensionName, Problem};

use crate::{
    acting::acting,
    contain::Ward,
    declare::name_of,
    entity::Extensions,
    extension::Extension,
    fault::{Fault, FaultPlace},
    lifecycle::{ExtensionSet, PhaseSchedules, When, WhenToRun, terminate_all},
    report::{self, Level, Report},
    settings::Settings,
    shared::PluginsOnce,
};

/// What extensions add to [`App`].
pub trait ExtensionsAppExt {
    /// Returns the scope of an extension: in its own `build` or `finish`, everything it does is registered here.
    ///
    /// Anywhere else the scope does nothing, and a problem is reported that says what to do instead.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// #[derive(Extension)]
    /// struct Economy;
    ///
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().add_systems(Init, open_ledger).add_systems(Update, pay_interest);
    ///     }
    /// }
    /// # fn open_ledger() {}
    /// # fn pay_interest() {}
    /// ```
    fn extension<E: Extension>(&mut self) -> ExtensionScope<'_, E>;

    /// Terminates all extensions that have begun, in reverse order. Nothing happens the second time.
    ///
    /// This happens by itself when the app writes [`AppExit`](bevy_app::AppExit).
    fn terminate_extensions(&mut self) -> &mut Self;

    /// Returns what runs, in which order, how long each took, and why something does not run.
    fn extension_report(&self) -> Report;
}

impl ExtensionsAppExt for App {
    fn extension<E: Extension>(&mut self) -> ExtensionScope<'_, E> {
        let own = self.world().get_resource::<Extensions>().and_then(|extensions| {
            let id = extensions.id_of::<E>().filter(|id| acting() == Some(*id))?;
            Some(extensions.listed(id).ward.clone())
        });
        if own.is_none() {
            note_not_hosted(self, name_of::<E>());
        }
        ExtensionScope { app: self, ward: own, extension: PhantomData }
    }

    fn terminate_extensions(&mut self) -> &mut Self {
        terminate_all(self.world_mut());
        self
    }

    fn extension_report(&self) -> Report {
        Report::of(self.world())
    }
}

/// What an extension's author holds in `build`: whatever is registered here belongs to the extension.
///
/// Get it with [`app.extension::<Self>()`](ExtensionsAppExt::extension).
pub struct ExtensionScope<'a, E> {
    app: &'a mut App,
    /// `None` outside the extension's own `build` and `finish`.
    ward: Option<Arc<Ward>>,
    extension: PhantomData<E>,
}

impl<E: Extension> ExtensionScope<'_, E> {
    /// Adds systems to a [`Phase`](crate::Phase), or to a schedule of the app.
    ///
    /// Systems of a phase run once, when the extension's turn has come, and may return `Result`. Systems of a schedule
    /// go into the app's own, in the set [`ExtensionSet::of::<E>()`](ExtensionSet::of), and run while the extension is
    /// starting or running.
    pub fn add_systems<When, Systems>(
        &mut self,
        when: impl WhenToRun<When>,
        systems: impl IntoScheduleConfigs<ScheduleSystem, Systems>,
    ) -> &mut Self {
        let Some(ward) = &self.ward else { return self };
        match when.when() {
            self::When::Phase(phase) => {
                let mut schedules = self.app.world_mut().resource_mut::<PhaseSchedules>();
                schedules.get_or_create(ward.id(), phase).add_systems(systems);
            }
            self::When::Schedule(label) => {
                self.app.add_systems(label, systems.in_set(ExtensionSet::of::<E>()));
            }
        }
        self
    }

    /// Orders all systems of this extension in a schedule of the app, or gives them a run condition.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::{ExtensionSet, prelude::*};
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// # impl Plugin for Economy { fn build(&self, _: &mut App) {} }
    /// # #[derive(Extension)]
    /// # struct Greeter;
    /// impl Plugin for Greeter {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().configure_set(Update, |own| own.after(ExtensionSet::of::<Economy>()));
    ///     }
    /// }
    /// ```
    pub fn configure_set<Out, M>(
        &mut self,
        schedule: impl ScheduleLabel,
        configure: impl FnOnce(ExtensionSet) -> Out,
    ) -> &mut Self
    where
        Out: IntoScheduleConfigs<bevy_ecs::schedule::InternedSystemSet, M>,
    {
        if self.ward.is_some() {
            self.app.configure_sets(schedule, configure(ExtensionSet::of::<E>()));
        }
        self
    }

    /// Adds third-party plugins, one or a tuple, unless the app or another extension has added them already.
    ///
    /// Their systems run while at least one of the extensions that added them runs. If this extension fails, the
    /// others still have them.
    pub fn add_plugins_once<M>(&mut self, plugins: impl PluginsOnce<M>) -> &mut Self {
        if let Some(ward) = &self.ward
            && let Err(why) = plugins.add_once(self.app, ward.id().0)
        {
            let ward = ward.clone();
            ward.charge(Fault::error(FaultPlace::Build, &why.into()));
            ward.set_open(false);
        }
        self
    }

    /// Says that the extension cannot start; `build` has no `Result` to return.
    ///
    /// The same as a panic in its place, in a civil way: what was built is undone, and whoever requires the extension
    /// does not start.
    pub fn fail(&mut self, error: impl Into<BevyError>) -> &mut Self {
        if let Some(ward) = &self.ward {
            ward.charge(Fault::error(FaultPlace::Build, &error.into()));
            ward.set_open(false);
        }
        self
    }

    /// Returns the extension's settings; systems take `Res<Settings<..>>`.
    pub fn settings(&mut self) -> &E::Settings {
        self.app.init_resource::<Settings<E>>();
        self.app.world().resource::<Settings<E>>()
    }

    /// Returns the app, for what the scope has no method for.
    pub fn app(&mut self) -> &mut App {
        self.app
    }
}

/// Extensions that were added past the host.
#[derive(Resource, Default)]
pub(crate) struct NotHosted(BTreeSet<ExtensionName>);

impl NotHosted {
    /// Moves them to the problems of the host.
    pub(crate) fn hand_over(world: &mut World) {
        let Some(names) = world.remove_resource::<Self>() else { return };
        let problems = names.0.into_iter().map(|extension| Problem::NotHosted { extension });
        world.resource_mut::<Extensions>().problems.extend(problems);
    }
}

fn note_not_hosted(app: &mut App, name: ExtensionName) {
    if !app.world().contains_resource::<NotHosted>() {
        app.init_resource::<NotHosted>().add_systems(Startup, tell_without_host);
    }
    app.world_mut().resource_mut::<NotHosted>().0.insert(name);
}

/// Without a host nobody else would tell.
fn tell_without_host(names: Option<Res<NotHosted>>, host: Option<Res<Extensions>>) {
    if let (Some(names), None) = (names, host) {
        for extension in &names.0 {
            let problem = Problem::NotHosted { extension: extension.clone() };
            report::tell(Level::Error, &format!("{problem}\n  hint: {}", problem.hint()));
        }
    }
}
