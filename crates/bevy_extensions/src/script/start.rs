//! A script starts: its top level runs, and whatever it registers there is its own until it stops.

use std::sync::{Arc, Mutex};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{ExtensionFiles, HostSettings, Manifest, ParseError, RonText, Unrunnable};
use bevy_platform::time::Instant;
use serde_json::Value;

use super::{
    context::{Context, ScriptContext, Scripts, lock},
    deliver::deliver,
    engine::{Script, ScriptEngine, ScriptSource},
};
use crate::{
    acting::ExtensionId,
    contain::{Ward, call_with_world},
    data_folder::DataFolder,
    entity::{Extensions, note_time},
    fault::{Fault, FaultKind, FaultPlace},
    held::Held,
    lifecycle::PhaseSchedules,
    owner::Party,
    park::Parkable,
    phase::Phase,
    request::Launch,
};

/// An extension that is a script, before it runs.
#[derive(Clone)]
pub(crate) struct ScriptExtension {
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) files: Arc<ExtensionFiles>,
    /// What it has of artifacts, by the time that it is launched.
    pub(crate) held: Held,
    pub(crate) entrypoint: String,
    pub(crate) engine: Arc<dyn ScriptEngine>,
    /// A runtime that was made to [look](Self::check) at the script, for the first start.
    pub(crate) checked: Arc<Mutex<Option<Box<dyn Script>>>>,
}

impl ScriptExtension {
    /// Finds out whether the script can begin to run at all; nothing of it runs.
    pub(crate) fn check(&self, settings: &HostSettings) -> Result<(), Unrunnable> {
        let script = self.script(settings).and_then(|mut script| {
            script.check().map_err(|error| Fault::script(&FaultPlace::TopLevel, error))?;
            Ok(script)
        });
        match script {
            Ok(script) => *lock(&self.checked) = Some(script),
            Err(fault) => {
                let why = fault.kind.to_string();
                let mut unrunnable =
                    Unrunnable::new(format!("`{}`", self.entrypoint), why, "mend it, and load it again");
                if let FaultKind::Script(error) = &fault.kind {
                    unrunnable.details = error.details();
                }
                return Err(unrunnable);
            }
        }
        Ok(())
    }

    /// Returns what makes a runtime and runs the top level in it: whenever the extension starts.
    pub(crate) fn launch(self) -> Launch {
        Arc::new(move |world, ward| {
            let began = Instant::now();
            world.resource_mut::<PhaseSchedules>().set_hook(ward.id(), run_phase);
            self.launch_now(world, ward);
            let extension = world.resource::<Extensions>().listed(ward.id()).entity;
            note_time(world, extension, &FaultPlace::TopLevel, began);
        })
    }

    fn launch_now(&self, world: &mut World, ward: &Arc<Ward>) {
        let settings = world.resource::<Extensions>().settings.clone();
        let checked = lock(&self.checked).take();
        match checked.map_or_else(|| self.script(&settings), Ok) {
            Ok(script) => {
                let storage = world.resource::<DataFolder>().storage(ward.name());
                let context = Arc::new(Context::new(ward.clone(), script, self.files.clone(), storage));
                self.install(world, &context);
                run_top_level(world, &context);
            }
            Err(fault) => {
                // There has to be something that is brought back, so that it can be tried again.
                self.stand_by(world, ward);
                ward.charge(fault);
            }
        }
    }

    fn script(&self, settings: &HostSettings) -> Result<Box<dyn Script>, Fault> {
        let config = config(&self.manifest, settings).map_err(Fault::settings)?;
        let source = ScriptSource {
            manifest: self.manifest.clone(),
            files: self.files.clone(),
            artifacts: self.held.get().cloned().unwrap_or_default(),
            entrypoint: self.entrypoint.clone(),
            config,
            limits: settings.limits_of(&self.manifest.name).script,
        };
        self.engine.create(source).map_err(|error| Fault::script(&FaultPlace::TopLevel, error))
    }

    fn install(&self, world: &mut World, context: &Arc<Context>) {
        world.resource_mut::<Scripts>().0.insert(context.ward.id(), context.clone());
        let entity = self.stand_by(world, &context.ward);
        world.entity_mut(entity).insert(ScriptContext(context.clone()));
    }

    /// Spawns the entity that brings the script back when the extension starts again.
    fn stand_by(&self, world: &mut World, ward: &Arc<Ward>) -> Entity {
        let owner = Party::Extension(ward);
        let entity = owner.spawn(world, ());
        let launch = self.clone().launch();
        let was = set_registering(world, ward, true);
        Parkable::attach(world, entity, owner, |_, _| Some(Box::new(move |world, ward| launch(world, ward))));
        set_registering(world, ward, was);
        entity
    }
}

/// Says whether what an extension registers now comes back when it starts again.
fn set_registering(world: &mut World, ward: &Ward, is_registering: bool) -> bool {
    let listed = world.resource_mut::<Extensions>().into_inner().listed_mut(ward.id());
    std::mem::replace(&mut listed.is_registering, is_registering)
}

fn run_top_level(world: &mut World, context: &Arc<Context>) {
    let place = FaultPlace::TopLevel;
    // The script registers it all again when it runs again.
    let was = set_registering(world, &context.ward, false);
    call_with_world(&context.ward, &place, world, |world| {
        let ran = context.enter(world.into(), &place, |script, host| script.run(host));
        context.charge(&place, ran);
        deliver(world, context);
    });
    set_registering(world, &context.ward, was);
}

/// Tells a script of a phase of its life.
fn run_phase(world: &mut World, id: ExtensionId, phase: Phase) {
    let Some(context) = world.resource::<Scripts>().0.get(&id).cloned() else { return };
    let place = FaultPlace::Phase(phase);
    context.enter(world.into(), &place, |script, host| script.phase(phase, host));
    deliver(world, &context);
}

/// Reads the settings of a script: what the manifest says, and what the host settings say over it.
fn config(manifest: &Manifest, settings: &HostSettings) -> Result<Value, ParseError> {
    let mut config = value_of(&manifest.settings)?;
    if let Some(own) = settings.settings.get(&manifest.name) {
        lay_over(&mut config, value_of(own)?);
    }
    Ok(config)
}

fn value_of(text: &RonText) -> Result<Value, ParseError> {
    match text.is_unit() {
        true => Ok(Value::Object(serde_json::Map::new())),
        false => text.parse(),
    }
}

/// Lays maps over maps; anything else takes the place of what was there.
fn lay_over(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                lay_over(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}
