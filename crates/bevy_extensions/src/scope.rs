//! What an extension's author holds in `build`.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use bevy_app::{App, Startup};
use bevy_ecs::{error::BevyError, prelude::*, schedule::IntoScheduleConfigs, system::ScheduleSystem};
use bevy_extensions_core::{ExtensionName, Location, Problem};

use crate::{
    acting::is_acting,
    contain::Ward,
    entity::Extensions,
    extension::{Extension, name_of},
    fault::Fault,
    lifecycle::{ExtensionSet, PhaseSchedules, WhenToRun, sealed::When, terminate_all},
    report::{self, Level, Report},
    settings::Settings,
    shared::PluginsOnce,
};

/// What extensions add to [`App`].
pub trait ExtensionsAppExt {
    /// Returns the scope of an extension: in its own `build`, `finish` or `cleanup`, everything it does is registered here.
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
    #[track_caller]
    fn extension<E: Extension>(&mut self) -> ExtensionScope<'_, E>;

    /// Terminates all extensions that have begun, in reverse order. Nothing happens the second time.
    ///
    /// This happens by itself when the app writes [`AppExit`](bevy_app::AppExit).
    fn terminate_extensions(&mut self) -> &mut Self;

    /// Returns what runs, in which order, how long each took, and why something does not run.
    fn extension_report(&self) -> Report;
}

/// What extensions add to [`World`], for systems and tests that have no [`App`].
pub trait ExtensionsWorldExt {
    /// Terminates all extensions; see [`ExtensionsAppExt::terminate_extensions`].
    fn terminate_extensions(&mut self) -> &mut Self;

    /// Returns what runs; see [`ExtensionsAppExt::extension_report`].
    fn extension_report(&self) -> Report;
}

impl ExtensionsWorldExt for World {
    fn terminate_extensions(&mut self) -> &mut Self {
        terminate_all(self);
        self
    }

    fn extension_report(&self) -> Report {
        Report::of(self)
    }
}

impl ExtensionsAppExt for App {
    #[track_caller]
    fn extension<E: Extension>(&mut self) -> ExtensionScope<'_, E> {
        let own = self.world().get_resource::<Extensions>().and_then(|extensions| {
            let id = extensions.id_of::<E>().filter(|id| is_acting(self.world().id(), *id))?;
            Some(extensions.listed(id).ward.clone())
        });
        if own.is_none() {
            let caller = std::panic::Location::caller();
            note_not_hosted(self, name_of::<E>(), Location::new(caller.file(), caller.line(), caller.column()));
        }
        ExtensionScope { app: self, ward: own, extension: PhantomData }
    }

    fn terminate_extensions(&mut self) -> &mut Self {
        self.world_mut().terminate_extensions();
        self
    }

    fn extension_report(&self) -> Report {
        self.world().extension_report()
    }
}

/// What an extension's author holds in `build`: whatever is registered here belongs to the extension.
///
/// Get it with [`app.extension::<Self>()`](ExtensionsAppExt::extension).
pub struct ExtensionScope<'a, E> {
    app: &'a mut App,
    /// `None` outside the extension's own `build`, `finish` and `cleanup`.
    ward: Option<Arc<Ward>>,
    extension: PhantomData<E>,
}

impl<E: Extension> ExtensionScope<'_, E> {
    /// Adds systems to a [`Phase`](crate::Phase), or to a schedule of the app.
    ///
    /// Systems of a phase run once, when the extension's turn has come, and may return `Result`. Systems of a schedule
    /// go into the app's own, in the set [`ExtensionSet::of::<E>()`](ExtensionSet::of), and run while the extension is
    /// starting or running.
    ///
    /// To order all of them at once, use the set:
    /// `app.configure_sets(Update, ExtensionSet::of::<Self>().after(ExtensionSet::of::<Economy>()))`.
    pub fn add_systems<Marker, Systems>(
        &mut self,
        when: impl WhenToRun<Marker>,
        systems: impl IntoScheduleConfigs<ScheduleSystem, Systems>,
    ) -> &mut Self {
        let Some(ward) = &self.ward else { return self };
        match when.when() {
            When::Phase(phase) => {
                let mut schedules = self.app.world_mut().resource_mut::<PhaseSchedules>();
                schedules.get_or_create(ward.id(), phase).add_systems(systems);
            }
            When::Schedule(label) => {
                self.app.add_systems(label, systems.in_set(ExtensionSet::of::<E>()));
            }
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
            ward.charge(Fault::error(ward.part(), &why.into()));
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
            ward.charge(Fault::error(ward.part(), &error.into()));
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
pub(crate) struct NotHosted(BTreeMap<ExtensionName, Location>);

impl NotHosted {
    /// Moves them to the problems of the host.
    pub(crate) fn hand_over(world: &mut World) {
        let Some(names) = world.remove_resource::<Self>() else { return };
        let problems = names.0.into_iter().map(|(extension, at)| Problem::NotHosted { extension, at });
        world.resource_mut::<Extensions>().problems.splice(0..0, problems);
    }
}

fn note_not_hosted(app: &mut App, name: ExtensionName, at: Location) {
    if !app.world().contains_resource::<NotHosted>() {
        app.init_resource::<NotHosted>().add_systems(Startup, tell_without_host);
    }
    app.world_mut().resource_mut::<NotHosted>().0.insert(name, at);
}

/// Without a host nobody else would tell.
fn tell_without_host(world: &mut World) {
    if world.contains_resource::<Extensions>() {
        return;
    }
    for (extension, at) in world.remove_resource::<NotHosted>().into_iter().flat_map(|names| names.0) {
        let problem = Problem::NotHosted { extension, at: at.clone() };
        report::tell(Level::Error, &format!("{problem}\n  in: {at}\n  hint: {}", problem.hint()));
    }
}
