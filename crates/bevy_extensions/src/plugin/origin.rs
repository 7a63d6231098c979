//! Where an extension comes from, and how it is started.

use std::any::TypeId;
#[cfg(feature = "script")]
use std::sync::Arc;

use bevy_app::App;
use bevy_extensions_core::{Candidate, ExtensionName, Found, Unrunnable};

use super::ExtensionsPlugin;
#[cfg(feature = "script")]
use crate::script::ScriptExtension;
use crate::{acting::ExtensionId, declare::Declared, entity::ExtensionKind};

/// Where an extension comes from.
#[derive(Clone)]
pub(super) enum Origin {
    /// It is linked.
    Native(Declared),
    /// It was found on disk, and an engine runs it.
    #[cfg(feature = "script")]
    Script(ScriptExtension),
    /// It was found on disk, and nobody here runs it. It is left out.
    Nobody,
}

impl Origin {
    /// Finds out who runs something that was found on disk.
    #[cfg(feature = "script")]
    pub(super) fn of_file(plugin: &ExtensionsPlugin, found: Found) -> (Self, Candidate) {
        let Found { mut candidate, files, entrypoint, .. } = found;
        let origin = match plugin.languages.engine_of(&entrypoint) {
            Some(engine) => Self::Script(ScriptExtension {
                manifest: Arc::new(candidate.manifest.clone()),
                files,
                entrypoint,
                engine: engine.clone(),
            }),
            None => {
                // What cannot run for another reason has that one.
                candidate.unrunnable.get_or_insert_with(|| {
                    let languages: Vec<_> = plugin.languages.names().collect();
                    let hint = match languages.as_slice() {
                        [] => "add an engine for it to `ExtensionsPlugin::languages`".into(),
                        languages => format!("write it in {}", languages.join(" or ")),
                    };
                    Unrunnable::new(format!("`{entrypoint}`"), "no engine of this app runs such files", hint)
                });
                Self::Nobody
            }
        };
        (origin, candidate)
    }

    /// Without scripts nobody runs it.
    #[cfg(not(feature = "script"))]
    pub(super) fn of_file(_: &ExtensionsPlugin, found: Found) -> (Self, Candidate) {
        let Found { mut candidate, entrypoint, .. } = found;
        candidate.unrunnable.get_or_insert_with(|| {
            let hint = "turn on the feature `script` of `bevy_extensions`";
            Unrunnable::new(format!("`{entrypoint}`"), "this app runs no scripts", hint)
        });
        (Self::Nobody, candidate)
    }

    /// Returns the name of the extension.
    pub(super) fn name(&self, candidate: &Candidate) -> ExtensionName {
        match self {
            // It is the same as in the manifest, and costs nothing to hand on with every event.
            Self::Native(native) => ExtensionName::from_static(native.name()),
            _ => candidate.manifest.name.clone(),
        }
    }

    pub(super) fn type_id(&self) -> Option<TypeId> {
        match self {
            Self::Native(native) => Some(native.type_id()),
            _ => None,
        }
    }

    pub(super) fn kind(&self) -> ExtensionKind {
        match self {
            Self::Native(_) => ExtensionKind::Native,
            _ => ExtensionKind::Script,
        }
    }

    /// Builds the extension, unless somebody that it requires has failed.
    pub(super) fn start(&self, app: &mut App, id: ExtensionId) {
        match self {
            Self::Native(native) => native.start(app, id),
            #[cfg(feature = "script")]
            Self::Script(script) => script.start(app.world_mut(), id),
            Self::Nobody => {}
        }
    }
}
