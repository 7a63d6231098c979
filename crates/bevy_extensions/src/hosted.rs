//! The plugin that stands in the app for an extension's own.

use std::sync::{Arc, OnceLock};

use bevy_app::{App, Plugin};
use bevy_ecs::world::World;
use bevy_platform::time::Instant;

use crate::{
    contain::{Ward, build, call, inject::strike},
    entity::{Extensions, Listed, OwnedBy, note_time},
    extension::Extension,
    fault::FaultPlace,
    lifecycle::{PhaseSchedules, settle},
};

/// Passes every call of Bevy on to the extension, contained.
pub(crate) struct HostedExtension<E> {
    ward: Arc<Ward>,
    /// There once it is created, which may fail like everything else of it.
    extension: OnceLock<E>,
}

impl<E: Extension> HostedExtension<E> {
    pub(crate) fn new(ward: Arc<Ward>) -> Self {
        Self { ward, extension: OnceLock::new() }
    }

    /// Returns the extension while it is neither failed nor suspended.
    fn alive(&self) -> Option<&E> {
        self.extension.get().filter(|_| self.ward.is_open())
    }
}

fn listed_mut<'a>(app: &'a mut App, ward: &Ward) -> &'a mut Listed {
    app.world_mut().resource_mut::<Extensions>().into_inner().listed_mut(ward.id())
}

/// Calls a part of an extension that gets the app, and acts on what comes of it.
fn build_part(ward: &Arc<Ward>, app: &mut App, place: &FaultPlace, code: Box<dyn FnOnce(&mut App) + '_>) {
    let began = Instant::now();
    let own = app.world().resource::<Extensions>().listed(ward.id()).entity;
    let is_others = |world: &World, it| world.get::<OwnedBy>(it).is_some_and(|owned_by| owned_by.0 != own);
    listed_mut(app, ward).is_registering = true;
    let is_built = build::build(app, ward, place, &is_others, code);
    if !is_built {
        app.world_mut().resource_mut::<PhaseSchedules>().forget(ward.id());
    }
    let listed = listed_mut(app, ward);
    (listed.is_built, listed.is_registering) = (is_built, false);
    note_time(app.world_mut(), own, place, began);
    settle(app.world_mut(), ward.id());
}

impl<E: Extension> Plugin for HostedExtension<E> {
    fn build(&self, app: &mut App) {
        let code = |app: &mut App| self.extension.get_or_init(E::create).build(app);
        build_part(&self.ward, app, &FaultPlace::Build, Box::new(code));
    }

    fn ready(&self, app: &App) -> bool {
        let ready = |extension: &E| {
            call(&self.ward, &FaultPlace::Ready, || {
                // Nobody injects an error here: `ready` has none to return.
                _ = strike(&self.ward, &FaultPlace::Ready);
                extension.ready(app)
            })
        };
        // Whoever cannot say whether it is ready keeps nobody waiting; `finish` finds the fault.
        self.alive().and_then(ready).unwrap_or(true)
    }

    fn finish(&self, app: &mut App) {
        settle(app.world_mut(), self.ward.id());
        match self.alive() {
            Some(it) => build_part(&self.ward, app, &FaultPlace::Finish, Box::new(|app| it.finish(app))),
            // It is built in part, and the rest will not come.
            None => listed_mut(app, &self.ward).is_built = false,
        }
    }

    fn cleanup(&self, app: &mut App) {
        match self.alive() {
            Some(it) => build_part(&self.ward, app, &FaultPlace::Cleanup, Box::new(|app| it.cleanup(app))),
            None => listed_mut(app, &self.ward).is_built = false,
        }
    }

    fn name(&self) -> &str {
        std::any::type_name::<E>()
    }

    // The resolver sees to it that every name is there once; an extension added past the host must not make this panic.
    fn is_unique(&self) -> bool {
        false
    }
}
