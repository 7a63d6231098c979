//! Where an extension comes from, and how it is started.

use std::{any::TypeId, sync::Arc};

use bevy_app::App;
use bevy_extensions_core::{Candidate, ExtensionName, Found, HostSettings, Unrunnable};

use super::ExtensionsPlugin;
#[cfg(all(feature = "artifacts", feature = "script"))]
use crate::request::Check;
#[cfg(feature = "script")]
use crate::script::ScriptExtension;
use crate::{
    acting::ExtensionId, declare::Declared, entity::Newcomer, held::Held, lifecycle, request::Loadable, shelf::Shelf,
};

/// Where an extension comes from.
#[derive(Clone)]
pub(super) enum Origin {
    /// It is linked.
    Native(Declared, Arc<Candidate>, Held),
    /// It was found on disk, or given as a text.
    Script(Loadable),
}

impl Origin {
    pub(super) fn candidate(&self) -> &Arc<Candidate> {
        match self {
            Self::Native(_, candidate, _) | Self::Script(Loadable { candidate, .. }) => candidate,
        }
    }

    /// Looks for its artifacts among what was fetched before.
    pub(super) fn look(&mut self, shelf: &Shelf) {
        match self {
            Self::Native(_, candidate, held) => look(shelf, Arc::make_mut(candidate), None, held),
            Self::Script(Loadable { candidate, found, held, .. }) => {
                look(shelf, Arc::make_mut(candidate), found.as_deref(), held);
            }
        }
    }

    /// Returns what it has of artifacts.
    pub(super) fn held(&self) -> &Held {
        match self {
            Self::Native(_, _, held) | Self::Script(Loadable { held, .. }) => held,
        }
    }

    /// Makes ready to list the extension.
    pub(super) fn newcomer(&self) -> Newcomer {
        let candidate = self.candidate();
        let name = match self {
            // It is the same as in the manifest, and costs nothing to hand on with every event.
            Self::Native(native, ..) => ExtensionName::from_static(native.name()),
            Self::Script(_) => candidate.manifest.name.clone(),
        };
        Newcomer {
            name,
            candidate: candidate.clone(),
            found: self.script().and_then(|script| script.found.clone()),
            held: self.held().clone(),
            native: self.type_id(),
            launch: self.script().map(|script| script.launch.clone()),
        }
    }

    fn script(&self) -> Option<&Loadable> {
        match self {
            Self::Native(..) => None,
            Self::Script(script) => Some(script),
        }
    }

    fn type_id(&self) -> Option<TypeId> {
        match self {
            Self::Native(native, ..) => Some(native.type_id()),
            Self::Script(_) => None,
        }
    }

    /// Builds the extension, unless somebody that it requires has failed. A script is launched later, if it is put off: it may
    /// need somebody who still waits for its artifacts.
    pub(super) fn start(&self, app: &mut App, id: ExtensionId, is_put_off: bool) {
        match self {
            Self::Script(_) if is_put_off => {}
            Self::Native(native, ..) => native.start(app, id),
            Self::Script(_) => lifecycle::restore(app.world_mut(), id),
        }
    }
}

/// Finds out what an extension has of what it asks for, and whether it may run.
fn look(shelf: &Shelf, candidate: &mut Candidate, found: Option<&Found>, held: &Held) {
    shelf.compare(candidate, found);
    shelf.look(candidate, held);
}

/// Finds out who runs something that was found on disk, or given as a text; and, if there is something to check it with,
/// whether it can run at all.
#[cfg(feature = "script")]
pub(super) fn loadable(plugin: &ExtensionsPlugin, found: Found, with: Option<(&HostSettings, &Shelf)>) -> Loadable {
    let (mut candidate, files, entrypoint) = (found.candidate.clone(), found.files.clone(), found.entrypoint.clone());
    let Some(engine) = plugin.languages.engine_of(&entrypoint) else {
        let names: Vec<_> = plugin.languages.names().collect();
        let hint = match names.as_slice() {
            [] => "add an engine for it to `ExtensionsPlugin::languages`".into(),
            names => format!("write it in {}", names.join(" or ")),
        };
        let why = Unrunnable::new(format!("`{entrypoint}`"), "no engine of this app runs such files", hint);
        return unrunnable(found, why);
    };
    let manifest = Arc::new(candidate.manifest.clone());
    let (engine, held, checked) = (engine.clone(), Held::default(), Arc::default());
    let script = ScriptExtension { manifest, files, held: held.clone(), entrypoint, engine, checked };
    if let Some((settings, shelf)) = with {
        look(shelf, &mut candidate, Some(&found), &held);
        // What it imports is not there to look at, else.
        if held.is_complete() && candidate.unrunnable.is_none() {
            candidate.unrunnable = script.check(settings).err();
        }
    }
    Loadable {
        candidate: Arc::new(candidate),
        found: on_disk(found),
        held,
        #[cfg(feature = "artifacts")]
        check: check_of(&script, with.map(|(settings, _)| settings)),
        launch: script.launch(),
    }
}

/// Makes what looks at a script later, when its artifacts are there.
#[cfg(all(feature = "artifacts", feature = "script"))]
fn check_of(script: &ScriptExtension, settings: Option<&HostSettings>) -> Check {
    match settings.cloned() {
        None => Arc::new(|| Ok(())),
        Some(settings) => {
            let script = script.clone();
            Arc::new(move || script.check(&settings))
        }
    }
}

/// Without scripts nobody runs it.
#[cfg(not(feature = "script"))]
pub(super) fn loadable(_: &ExtensionsPlugin, found: Found, _: Option<(&HostSettings, &Shelf)>) -> Loadable {
    let hint = "turn on the feature `script` of `bevy_extensions`";
    let why = Unrunnable::new(format!("`{}`", found.entrypoint), "this app runs no scripts", hint);
    unrunnable(found, why)
}

/// Makes an extension of what nobody runs. It is left out, and never launched.
fn unrunnable(found: Found, why: Unrunnable) -> Loadable {
    let mut candidate = found.candidate.clone();
    // What cannot run for another reason has that one.
    candidate.unrunnable.get_or_insert(why);
    Loadable {
        candidate: Arc::new(candidate),
        found: on_disk(found),
        held: Held::default(),
        launch: Arc::new(|_, _| {}),
        #[cfg(feature = "artifacts")]
        check: Arc::new(|| Ok(())),
    }
}

/// Keeps how something was found, if it can be read again.
fn on_disk(found: Found) -> Option<Arc<Found>> {
    found.is_on_disk().then(|| Arc::new(found))
}
