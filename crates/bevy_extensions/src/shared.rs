//! Third-party plugins that several extensions add.

use std::{any::TypeId, collections::HashMap, sync::Arc};

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::{
    acting::ExtensionId,
    contain::{Gate, Ward, build::build_shared},
    entity::{Extensions, OwnedBy},
};

/// Plugins that were added through a scope: each runs while at least one of its users does.
#[derive(Resource, Default)]
pub(crate) struct SharedPlugins(HashMap<TypeId, SharedPlugin>);

struct SharedPlugin {
    ward: Arc<Ward>,
    users: Vec<ExtensionId>,
    is_built: bool,
}

impl SharedPlugins {
    /// Adds a plugin for an extension, unless the app has it already.
    ///
    /// # Errors
    ///
    /// The text of a fault if the plugin failed when somebody else added it: Bevy builds no plugin twice.
    pub(crate) fn add<P: Plugin>(app: &mut App, user: ExtensionId, plugin: P) -> Result<(), String> {
        if let Some(shared) = app.world_mut().resource_mut::<Self>().0.get_mut(&TypeId::of::<P>()) {
            shared.users.push(user);
            let is_built = shared.is_built;
            Self::update(app.world_mut());
            return if is_built { Ok(()) } else { Err(failed_before(&plugin)) };
        }
        if app.is_plugin_added::<P>() {
            return Ok(());
        }
        let ward = Arc::new(app.world().resource::<Extensions>().listed(user).ward.for_shared());
        let shared = SharedPlugin { ward: ward.clone(), users: vec![user], is_built: false };
        app.world_mut().resource_mut::<Self>().0.insert(TypeId::of::<P>(), shared);
        for entity in build_shared(app, &ward, |app| _ = app.add_plugins(plugin)) {
            // Its observers belong to whoever adds it first no more than its systems do.
            app.world_mut().entity_mut(entity).remove::<OwnedBy>();
        }
        if let Some(shared) = app.world_mut().resource_mut::<Self>().0.get_mut(&TypeId::of::<P>()) {
            shared.is_built = true;
        }
        Self::update(app.world_mut());
        Ok(())
    }

    /// Lets each plugin run if one of its users does, in the name of the first.
    pub(crate) fn update(world: &mut World) {
        let Some(shared) = world.get_resource::<Self>().filter(|shared| !shared.0.is_empty()) else { return };
        let extensions = world.resource::<Extensions>();
        let is_active = |user: &&ExtensionId| extensions.listed(**user).state.is_active();
        for plugin in shared.0.values() {
            let first = plugin.users.iter().find(is_active);
            plugin.ward.set_gate(if first.is_some() { Gate::Open } else { Gate::Closed });
            first.into_iter().for_each(|first| plugin.ward.lend_to(*first));
        }
    }

    /// Charges what went wrong in shared plugins to whoever they run for.
    pub(crate) fn pass_on_faults(world: &World) {
        let extensions = world.resource::<Extensions>();
        for plugin in world.resource::<Self>().0.values() {
            let faults = plugin.ward.take_faults();
            let user = &extensions.listed(plugin.ward.id()).ward;
            faults.into_iter().for_each(|fault| user.charge(fault));
        }
    }

    /// Notes how long shared plugins took with whoever they run for.
    pub(crate) fn pass_on_time(world: &World) {
        let extensions = world.resource::<Extensions>();
        for SharedPlugin { ward, .. } in world.resource::<Self>().0.values() {
            extensions.listed(ward.id()).ward.spend(ward.take_spent());
        }
    }
}

fn failed_before(plugin: &dyn Plugin) -> String {
    format!("the plugin `{}` failed when another extension added it, and Bevy builds no plugin twice", plugin.name())
}

/// One plugin or a tuple of plugins, for [`ExtensionScope::add_plugins_once`](crate::ExtensionScope::add_plugins_once).
pub trait PluginsOnce<Marker>: sealed::PluginsOnce<Marker> {}

impl<T: sealed::PluginsOnce<Marker>, Marker> PluginsOnce<Marker> for T {}

pub(crate) mod sealed {
    use bevy_app::{App, Plugin};

    use super::{ExtensionId, SharedPlugins};

    pub struct IsPlugin;
    pub struct IsTuple;

    pub trait PluginsOnce<Marker> {
        #[doc(hidden)]
        fn add_once(self, app: &mut App, user: u32) -> Result<(), String>;
    }

    impl<P: Plugin> PluginsOnce<IsPlugin> for P {
        fn add_once(self, app: &mut App, user: u32) -> Result<(), String> {
            SharedPlugins::add(app, ExtensionId(user), self)
        }
    }

    macro_rules! tuple {
        ($($plugin:ident $marker:ident),+) => {
            impl<$($plugin: PluginsOnce<$marker>, $marker),+> PluginsOnce<(IsTuple, $($marker),+)> for ($($plugin,)+) {
                fn add_once(self, app: &mut App, user: u32) -> Result<(), String> {
                    #[expect(non_snake_case, reason = "the type parameters name the values too")]
                    let ($($plugin,)+) = self;
                    $($plugin.add_once(app, user)?;)+
                    Ok(())
                }
            }
        };
    }

    tuple!(A MA);
    tuple!(A MA, B MB);
    tuple!(A MA, B MB, C MC);
    tuple!(A MA, B MB, C MC, D MD);
    tuple!(A MA, B MB, C MC, D MD, E ME);
    tuple!(A MA, B MB, C MC, D MD, E ME, F MF);
}
