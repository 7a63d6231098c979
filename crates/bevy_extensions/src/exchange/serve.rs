//! Who serves a name.

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, InterfaceName, Manifest};

use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions},
    owner::{APP, APP_NAME},
};

/// Why somebody may not have what a name stands for.
pub(super) enum Refusal {
    /// Nobody is called that.
    Missing { nearest: Option<ExtensionName> },
    /// It does not run, nor does anybody else serve the name.
    Idle { name: ExtensionName, state: ExtensionState },
    /// It runs, but the one who asks has not declared that it uses it.
    Undeclared { by: ExtensionName, name: String },
}

/// Finds who serves a name, for somebody: an extension, or the app if that is `None`.
///
/// That is whom the host settings choose, or else the extension of that name, or else the first in plan order that
/// provides the name; in each case only one that is starting or running.
pub(super) fn find_server(world: &World, who: Option<ExtensionId>, name: &str) -> Result<ExtensionId, Refusal> {
    if name.eq_ignore_ascii_case(APP_NAME) {
        return Ok(APP);
    }
    let extensions = world.get_resource::<Extensions>().ok_or(Refusal::Missing { nearest: None })?;
    let server = chosen_server(extensions, who, name);
    let server = server.or_else(|| extensions.id_by_name(name).filter(|id| extensions.listed(*id).ward.is_active()));
    let server = server.or_else(|| provider(extensions, name));
    let may_ask = who.is_none_or(|who| {
        let asking = extensions.listed(who);
        server == Some(who) || asking.name == *name || declares(extensions, asking.manifest(), name)
    });
    let is_there = server.is_some() || extensions.id_by_name(name).is_some();
    match (server, who) {
        (Some(server), _) if may_ask => Ok(server),
        // Before anything else: with a dependency it might have started by now.
        (_, Some(who)) if !may_ask && is_there => {
            Err(Refusal::Undeclared { by: extensions.listed(who).name.clone(), name: name.into() })
        }
        _ => Err(no_server(extensions, name)),
    }
}

#[cold]
fn no_server(extensions: &Extensions, name: &str) -> Refusal {
    match extensions.id_by_name(name).map(|id| extensions.listed(id)) {
        Some(listed) => Refusal::Idle { name: listed.name.clone(), state: listed.told_state() },
        None => Refusal::Missing { nearest: extensions.nearest(name) },
    }
}

fn chosen_server(extensions: &Extensions, who: Option<ExtensionId>, name: &str) -> Option<ExtensionId> {
    if !has_choices(extensions) {
        return None;
    }
    let chosen = chosen(extensions, who, &name.parse().ok()?)?;
    let id = id_of_chosen(extensions, chosen)?;
    (id == APP || extensions.listed(id).ward.is_active()).then_some(id)
}

/// Returns whom the host settings choose for a name, whether that one is there or not.
pub(crate) fn chosen<'a>(
    extensions: &'a Extensions,
    who: Option<ExtensionId>,
    name: &InterfaceName,
) -> Option<&'a ExtensionName> {
    let settings = extensions.settings();
    let importer = who.map(|who| &extensions.listed(who).name);
    let by_importer = importer.and_then(|importer| settings.choose_for.get(importer)?.get(name));
    // Who stands in for somebody may need the one that it stands in for.
    by_importer.or_else(|| settings.choose.get(name).filter(|chosen| Some(*chosen) != importer))
}

/// Tells whether the host settings choose anything at all.
pub(crate) fn has_choices(extensions: &Extensions) -> bool {
    let settings = extensions.settings();
    !settings.choose.is_empty() || !settings.choose_for.is_empty()
}

/// Finds whom the host settings name, which may be the app.
pub(crate) fn id_of_chosen(extensions: &Extensions, chosen: &ExtensionName) -> Option<ExtensionId> {
    match *chosen == *APP_NAME {
        true => Some(APP),
        false => extensions.id_by_name(chosen.as_str()),
    }
}

fn provider(extensions: &Extensions, name: &str) -> Option<ExtensionId> {
    let provides = |manifest: &Manifest| manifest.provides.iter().any(|provided| provided.name == *name);
    let found = extensions.in_order().find(|listed| listed.ward.is_active() && provides(listed.manifest()))?;
    Some(found.ward.id())
}

/// Tells whether an extension says that it may use another, in any spelling of that one's name.
fn declares(extensions: &Extensions, manifest: &Manifest, name: &str) -> bool {
    let needs = || manifest.dependencies.iter().chain(&manifest.optional).chain(manifest.any_of.iter().flatten());
    needs().any(|dependency| dependency.name == *name)
        || extensions
            .id_by_name(name)
            .is_some_and(|id| needs().any(|dependency| extensions.id_by_name(dependency.name.as_str()) == Some(id)))
}
