//! The plugin that stands in the app for an extension's own.

use std::sync::{Arc, OnceLock};

use bevy_app::{App, Plugin};
use bevy_ecs::world::World;
use bevy_platform::time::Instant;

use crate::{
    contain::{Ward, build, call},
    entity::{ExtensionTimes, Extensions, OwnedBy},
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

    fn build_part(&self, app: &mut App, place: &FaultPlace, code: impl FnOnce(&mut App)) {
        let began = Instant::now();
        let own = app.world().resource::<Extensions>().listed(self.ward.id()).entity;
        let is_others = |world: &World, it| world.get::<OwnedBy>(it).is_some_and(|owned_by| owned_by.0 != own);
        if !build::build(app, &self.ward, place, is_others, code) {
            app.world_mut().resource_mut::<PhaseSchedules>().forget(self.ward.id());
        }
        self.note_time(app.world_mut(), began);
        settle(app.world_mut(), self.ward.id());
    }

    fn note_time(&self, world: &mut World, began: Instant) {
        let entity = world.resource::<Extensions>().listed(self.ward.id()).entity;
        if let Some(mut times) = world.get_mut::<ExtensionTimes>(entity) {
            times.build += began.elapsed();
        }
    }
}

impl<E: Extension> Plugin for HostedExtension<E> {
    fn build(&self, app: &mut App) {
        self.build_part(app, &FaultPlace::Build, |app| self.extension.get_or_init(E::create).build(app));
    }

    fn ready(&self, app: &App) -> bool {
        let ready = |extension: &E| call(&self.ward, &FaultPlace::Ready, || extension.ready(app));
        // Whoever cannot say whether it is ready keeps nobody waiting; `finish` finds the fault.
        self.alive().and_then(ready).unwrap_or(true)
    }

    fn finish(&self, app: &mut App) {
        settle(app.world_mut(), self.ward.id());
        if let Some(extension) = self.alive() {
            self.build_part(app, &FaultPlace::Finish, |app| extension.finish(app));
        }
    }

    fn cleanup(&self, app: &mut App) {
        if let Some(extension) = self.alive() {
            self.build_part(app, &FaultPlace::Cleanup, |app| extension.cleanup(app));
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
