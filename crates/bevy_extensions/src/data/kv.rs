//! The key-value store of an extension.

use std::{fmt, marker::PhantomData, ops::Deref};

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_extensions_data::KvNamespace;

use super::Data;
use crate::extension::Extension;

/// The keys and values of a native extension, which stay from one run of the app to the next.
///
/// Each native has it, and nobody else sees what is in it: keys are texts, integers or tuples of them, and values whatever
/// serde can write; see [`KvNamespace`] for all that it does. What is written is there for the next read at once, and gets to
/// disk a little later, on another thread, so that no frame waits; [`Data::flush`] tells when. It is there already in
/// `build`, and stays when the extension stops.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use bevy_extensions::{data::Kv, prelude::*};
///
/// #[derive(Extension)]
/// struct Economy;
///
/// impl Plugin for Economy {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().add_systems(Init, pay_interest);
///     }
/// }
///
/// fn pay_interest(kv: Res<Kv<Economy>>) -> Result {
///     kv.set(("gold", "Quinn"), &100)?;
///     kv.incr(("gold", "Quinn"), 5)?;
///     for (key, gold) in kv.list::<i64>(("gold",), 100, None)?.entries {
///         println!("{key} has {gold}");
///     }
///     Ok(())
/// }
/// # let folder = tempfile::tempdir()?;
/// # let host = ExtensionsPlugin { data: Some(folder.path().into()), ..Default::default() };
/// # let mut app = App::new();
/// # app.add_plugins(host.without_inventory().with::<Economy>()).update();
/// # assert_eq!(app.world().resource::<Kv<Economy>>().get(("gold", "Quinn"))?, Some(105));
/// # app.terminate_extensions();
/// # Ok::<(), BevyError>(())
/// ```
#[derive(Resource)]
pub struct Kv<E: Extension> {
    namespace: KvNamespace,
    extension: PhantomData<fn() -> E>,
}

impl<E: Extension> Kv<E> {
    /// Inserts the resource.
    pub(crate) fn insert(app: &mut App) {
        let namespace = app.world().resource::<Data>().kv(E::NAME);
        app.insert_resource(Self { namespace, extension: PhantomData });
    }
}

impl<E: Extension> Deref for Kv<E> {
    type Target = KvNamespace;

    fn deref(&self) -> &KvNamespace {
        &self.namespace
    }
}

impl<E: Extension> fmt::Debug for Kv<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kv").field(&self.namespace).finish()
    }
}
