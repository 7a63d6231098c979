//! What an extension offers as a type, and how others use it.

use std::{
    any::TypeId,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use bevy_ecs::{
    change_detection::{MaybeLocation, Tick},
    component::ComponentId,
    prelude::*,
    system::{ReadOnlySystemParam, SystemAccess, SystemMeta, SystemParam, SystemParamValidationError},
    world::unsafe_world_cell::UnsafeWorldCell,
};
use bevy_utils::prelude::ShortName;

use crate::{
    acting::acting,
    contain::Ward,
    entity::Extensions,
    extension::{DependsOn, Extension, Host},
    owned::{Make, OwnedResource, make},
    owner::{Owner, Party, owner_of},
    park::Parkable,
};

/// A value that an extension, or the app, offers to others as its type.
///
/// Derive it with [`#[derive(Export)]`](derive@crate::Export), and offer it with
/// [`export`](crate::ExtensionScope::export). Others take it as [`Import`] or [`ImportMut`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no export",
    label = "not an export",
    note = "derive it with `#[derive(Export)]`, and name its owner: `#[export(by = Economy)]`"
)]
pub trait Export: Send + Sync + Sized + 'static {
    /// Who offers it: an extension, or the app as [`Host`](crate::Host).
    type Owner: ExportOwner;

    /// Its name, for people.
    const NAME: &'static str;
}

/// Who may offer exports: every extension, and the app as [`Host`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot own an export",
    label = "neither an extension nor the app",
    note = "name an extension, whose type derives `Extension`; what the app itself offers is by `Host`"
)]
pub trait ExportOwner: 'static {}

impl<E: Extension> ExportOwner for E {}

impl ExportOwner for Host {}

/// Where an export lies. Nobody else can name it, so nobody gets round what [`Import`] asks for.
#[derive(Resource)]
struct Exported<T> {
    value: T,
    /// What stands for it.
    entity: Entity,
}

/// An export that can be imported: an entity, with an [`OwnedResource`](crate::OwnedResource).
///
/// Despawn it to take the export back.
#[derive(Component, Debug, Clone)]
#[component(immutable)]
#[non_exhaustive]
pub struct TypedExport {
    /// The name of its type.
    pub name: &'static str,
}

/// Offers a value of the app itself, in place of an earlier one of its type.
pub(crate) fn export<T: Export>(world: &mut World, value: T) {
    put(world, Party::App, value);
}

/// Offers what is made for it each time that the extension starts, in place of an earlier one of its type.
pub(crate) fn export_made<T: Export>(world: &mut World, ward: &Arc<Ward>, maker: Make<T>) {
    let value = make(world, &maker);
    let owner = Party::Extension(ward);
    let entity = put(world, owner, value);
    Parkable::attach(world, entity, owner, |_, _| {
        Some(Box::new(move |world, ward| export_made(world, ward, maker.clone())))
    });
}

fn put<T: Export>(world: &mut World, owner: Party<'_>, value: T) -> Entity {
    let entity = match world.get_resource::<Exported<T>>() {
        Some(earlier) => earlier.entity,
        None => owner.spawn(world, (TypedExport { name: T::NAME }, OwnedResource::of::<Exported<T>>(T::NAME.into()))),
    };
    world.insert_resource(Exported { value, entity });
    entity
}

/// An export in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportRow {
    /// Whose it is.
    pub by: Owner,
    /// The name of its type.
    pub name: &'static str,
}

/// Lists what can be imported: of extensions in plan order, then of the app, each by name.
pub(crate) fn exports(world: &World) -> Vec<ExportRow> {
    let Some(mut exports) = world.try_query::<(Entity, &TypedExport, &OwnedResource)>() else { return Vec::new() };
    let there = exports.iter(world).filter(|(.., resource)| resource.is_there(world));
    let mut rows: Vec<_> = there.map(|(entity, export, _)| (owner_of(world, entity), export.name)).collect();
    rows.sort();
    rows.into_iter().map(|(owner, name)| ExportRow { by: Owner::new(world, owner), name }).collect()
}

/// Returns an export, if it is there. Who calls this has seen to it that it may be imported.
pub(crate) fn import<T: Export>(world: &World) -> Option<&T> {
    world.get_resource::<Exported<T>>().map(|exported| &exported.value)
}

/// As [`import`], to change it.
pub(crate) fn import_mut<T: Export>(world: &mut World) -> Option<Mut<'_, T>> {
    world.get_resource_mut::<Exported<T>>().map(|exported| exported.map_unchanged(|exported| &mut exported.value))
}

/// An export of another extension, in a system or listener: `Who` uses what `T`'s owner offers.
///
/// `Who` is the extension whose system it is. It only compiles if `Who` declares that it `requires` the owner, or uses it
/// if it is there (`optional`, `any_of`).
/// Then the owner starts first. If the export is not there nevertheless, as its owner has stopped, the system does not
/// run, which is charged to `Who` as a fault. Take `Option<Import<..>>` to see `None` instead.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::prelude::*;
/// #[derive(Extension)]
/// struct Economy;
///
/// impl Plugin for Economy {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().export::<Ledger>();
///     }
/// }
///
/// #[derive(Export, Default)]
/// #[export(by = Economy)]
/// struct Ledger { gold: u32 }
///
/// #[derive(Extension)]
/// #[extension(requires(Economy))]
/// struct Greeter;
///
/// impl Plugin for Greeter {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().add_systems(Init, print_balance);
///     }
/// }
///
/// fn print_balance(ledger: Import<Greeter, Ledger>) {
///     println!("{} gold", ledger.gold);
/// }
/// ```
pub struct Import<'w, Who: DependsOn<T::Owner>, T: Export> {
    value: Res<'w, Exported<T>>,
    who: PhantomData<fn() -> Who>,
}

/// An export of another extension, to change it. See [`Import`].
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::prelude::*;
/// # #[derive(Export)]
/// # #[export(by = Host)]
/// # struct Ledger { gold: u32 }
/// fn pay_interest(mut ledger: ImportMut<Host, Ledger>) {
///     ledger.gold += 1;
/// }
/// # bevy_app::App::new().add_systems(bevy_app::Update, pay_interest);
/// ```
pub struct ImportMut<'w, Who: DependsOn<T::Owner>, T: Export> {
    value: ResMut<'w, Exported<T>>,
    who: PhantomData<fn() -> Who>,
}

impl<'w, Who: DependsOn<T::Owner>, T: Export> Import<'w, Who, T> {
    /// Returns what Bevy's change detection works with.
    pub fn into_ref(self) -> Ref<'w, T> {
        Ref::map(self.value.into(), |exported| &exported.value)
    }
}

impl<'w, Who: DependsOn<T::Owner>, T: Export> ImportMut<'w, Who, T> {
    /// Returns what Bevy's change detection works with.
    pub fn into_mut(self) -> Mut<'w, T> {
        Mut::from(self.value).map_unchanged(|exported| &mut exported.value)
    }
}

impl<Who: DependsOn<T::Owner>, T: Export> Deref for Import<'_, Who, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value.value
    }
}

impl<Who: DependsOn<T::Owner>, T: Export> Deref for ImportMut<'_, Who, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value.value
    }
}

impl<Who: DependsOn<T::Owner>, T: Export> DerefMut for ImportMut<'_, Who, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value.value
    }
}

/// What both know of changes.
macro_rules! detect_changes {
    ($import:ident) => {
        impl<Who: DependsOn<T::Owner>, T: Export> DetectChanges for $import<'_, Who, T> {
            fn is_added(&self) -> bool {
                self.value.is_added()
            }

            fn is_changed(&self) -> bool {
                self.value.is_changed()
            }

            fn is_added_after(&self, other: Tick) -> bool {
                self.value.is_added_after(other)
            }

            fn is_changed_after(&self, other: Tick) -> bool {
                self.value.is_changed_after(other)
            }

            fn last_changed(&self) -> Tick {
                self.value.last_changed()
            }

            fn added(&self) -> Tick {
                self.value.added()
            }

            fn last_run(&self) -> Tick {
                self.value.last_run()
            }

            fn this_run(&self) -> Tick {
                self.value.this_run()
            }

            fn changed_by(&self) -> MaybeLocation {
                self.value.changed_by()
            }
        }
    };
}

detect_changes!(Import);
detect_changes!(ImportMut);

/// A parameter that is another one, seen through.
macro_rules! system_param {
    ($import:ident, $inner:ident) => {
        // SAFETY: state, access and value are those of the inner parameter.
        unsafe impl<Who: DependsOn<T::Owner> + 'static, T: Export> SystemParam for $import<'_, Who, T> {
            type State = ComponentId;
            type Item<'w, 's> = $import<'w, Who, T>;

            fn init_state(world: &mut World) -> Self::State {
                check_who::<Who, T>(world);
                <$inner<'static, Exported<T>> as SystemParam>::init_state(world)
            }

            fn init_access(state: &Self::State, meta: &mut SystemMeta, access: &mut SystemAccess, world: &mut World) {
                <$inner<'static, Exported<T>> as SystemParam>::init_access(state, meta, access, world);
            }

            #[inline]
            unsafe fn get_param<'w, 's>(
                state: &'s mut Self::State,
                meta: &SystemMeta,
                world: UnsafeWorldCell<'w>,
                tick: Tick,
            ) -> Result<Self::Item<'w, 's>, SystemParamValidationError> {
                type Inner<T> = $inner<'static, Exported<T>>;
                // SAFETY: the caller keeps the promises, and `init_access` passed on the access of the inner parameter.
                let Ok(value) = (unsafe { Inner::<T>::get_param(state, meta, world, tick) }) else {
                    return Err(SystemParamValidationError::invalid::<Self>(not_there::<T>()));
                };
                Ok($import { value, who: PhantomData })
            }
        }
    };
}

system_param!(Import, Res);
system_param!(ImportMut, ResMut);

// SAFETY: it only reads, as `Res` does.
unsafe impl<Who: DependsOn<T::Owner> + 'static, T: Export> ReadOnlySystemParam for Import<'_, Who, T> {}

/// Sees to it that an extension imports in its own name.
///
/// # Panics
///
/// Panics if it does not, as parameters do that Bevy cannot allow; a system of an extension is contained when it is made
/// ready, and never runs then.
fn check_who<Who: 'static, T: Export>(world: &World) {
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    let (Some(acting), Some(who)) = (acting(world.id()), extensions.id_of_type(TypeId::of::<Who>())) else { return };
    if who != acting {
        let [own, other] = [acting, who].map(|id| &extensions.listed(id).name);
        panic!(
            "it imports `{}` in the name of `{other}`; take `Import<{own}, {0}>`, or `ImportMut`, and declare the dependency",
            T::NAME,
        );
    }
}

#[cold]
fn not_there<T: Export>() -> String {
    let owner = ShortName::of::<T::Owner>();
    format!("`{owner}` does not export `{}` now", T::NAME)
}
