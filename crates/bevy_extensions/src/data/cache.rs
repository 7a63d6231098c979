//! What an extension has in memory, for a while.

use std::{fmt, hash::Hash, marker::PhantomData, ops::Deref};

use bevy_ecs::prelude::*;
use bevy_extensions_data::CacheSettings;

use crate::extension::Extension;

/// Values of a native extension that are quickly there again, and may be gone.
///
/// An extension makes as many as it has kinds of values, by [`cache`](crate::ExtensionScope::cache) of its scope; no other one
/// can name them. They are bounded by entries, or by [weight](Self::weighted), and keep values for some time if that is wanted.
/// They go when the extension stops, and are empty when it starts again. See the methods of
/// [`Cache`](bevy_extensions_data::Cache) for all that they do.
///
/// ```
/// use std::{sync::Arc, time::Duration};
///
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use bevy_extensions::{data::{Cache, CacheSettings}, prelude::*};
///
/// #[derive(Extension)]
/// struct Atlas;
///
/// /// A map of a place, which takes long to draw.
/// type Map = Arc<str>;
///
/// impl Plugin for Atlas {
///     fn build(&self, app: &mut App) {
///         let mut settings = CacheSettings::default();
///         (settings.entries, settings.time) = (100, Some(Duration::from_secs(60)));
///         app.extension::<Self>().cache::<(i32, i32), Map>(settings).add_systems(Init, show);
///     }
/// }
///
/// fn show(maps: Res<Cache<Atlas, (i32, i32), Map>>) {
///     for _ in 0..3 {
///         let map = maps.get_or_insert_with((0, 0), || "here be dragons".into());
///         println!("{map}");
///     }
///     assert_eq!((maps.stats().hits, maps.stats().misses), (2, 1));
/// }
/// # let mut app = App::new();
/// # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Atlas>()).update();
/// # assert!(app.extension_report().row("Atlas").is_some_and(|row| row.faults.is_empty()));
/// # app.terminate_extensions();
/// ```
#[derive(Resource)]
pub struct Cache<E, K, V>
where
    E: Extension,
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    cache: bevy_extensions_data::Cache<K, V>,
    extension: PhantomData<fn() -> E>,
}

impl<E, K, V> Cache<E, K, V>
where
    E: Extension,
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Makes a cache that holds so many [entries](CacheSettings::entries) at most.
    pub fn new(settings: CacheSettings) -> Self {
        Self { cache: bevy_extensions_data::Cache::new(settings), extension: PhantomData }
    }

    /// Makes a cache that holds entries of so many [bytes](CacheSettings::bytes) at most, which a function weighs. Hand it to
    /// [`insert_resource_with`](crate::ExtensionScope::insert_resource_with) of the scope.
    pub fn weighted(settings: CacheSettings, weigh: impl Fn(&K, &V) -> u64 + Send + Sync + 'static) -> Self {
        Self { cache: bevy_extensions_data::Cache::weighted(settings, weigh), extension: PhantomData }
    }
}

impl<E, K, V> Deref for Cache<E, K, V>
where
    E: Extension,
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    type Target = bevy_extensions_data::Cache<K, V>;

    fn deref(&self) -> &Self::Target {
        &self.cache
    }
}

impl<E, K, V> fmt::Debug for Cache<E, K, V>
where
    E: Extension,
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cache").field(&self.cache).finish()
    }
}
