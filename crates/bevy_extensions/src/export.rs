//! What an extension offers as a type, and how others use it.

use std::{
    any::TypeId,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use bevy_ecs::{
    change_detection::{MaybeLocation, Tick},
    component::ComponentId,
    lifecycle::HookContext,
    prelude::*,
    system::{ReadOnlySystemParam, SystemAccess, SystemMeta, SystemParam, SystemParamValidationError},
    world::{DeferredWorld, unsafe_world_cell::UnsafeWorldCell},
};
use bevy_utils::prelude::ShortName;

use crate::{
    acting::acting,
    contain::{Ward, call_with_world},
    entity::{Extensions, Owns},
    extension::{DependsOn, Extension, Host},
    fault::FaultPlace,
    owner::{Owner, Party, owner_of},
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
struct Exported<T>(T);

/// An entity that stands for an export: what lies in a resource of ours.
///
/// Despawn it to take the export back.
#[derive(Component, Debug, Clone)]
#[component(immutable, on_remove = take_back)]
#[non_exhaustive]
pub struct TypedExport {
    /// The name of its type.
    pub name: &'static str,
    is_there: fn(&World) -> bool,
    withdraw: fn(&mut World),
}

impl TypedExport {
    /// Tells whether it can be imported now.
    pub fn is_there(&self, world: &World) -> bool {
        (self.is_there)(world)
    }
}

/// Offers a value, in place of an earlier one of its type.
pub(crate) fn export<T: Export>(world: &mut World, owner: Party<'_>, value: T) {
    if !world.contains_resource::<Exported<T>>() {
        let export = TypedExport {
            name: T::NAME,
            is_there: World::contains_resource::<Exported<T>>,
            withdraw: |world| _ = world.remove_resource::<Exported<T>>(),
        };
        owner.spawn(world, export);
    }
    world.insert_resource(Exported(value));
}

/// Takes back what an extension offers, because it has stopped. A value that panics when it is dropped is its own fault.
pub(crate) fn withdraw(world: &mut World, extension: Entity, ward: &Ward) {
    let Some(owns) = world.get::<Owns>(extension) else { return };
    let exports = owns.iter().filter_map(|entity| Some((entity, world.get::<TypedExport>(entity)?.name)));
    for (entity, name) in exports.collect::<Vec<_>>() {
        call_with_world(ward, &FaultPlace::Export(name.into()), world, |world| {
            world.despawn(entity);
            world.flush();
        });
    }
}

/// Takes the value out of the world when the entity that stands for it goes.
fn take_back(mut world: DeferredWorld, context: HookContext) {
    let withdraw = world.get::<TypedExport>(context.entity).map(|export| export.withdraw);
    world.commands().queue(move |world: &mut World| withdraw.into_iter().for_each(|withdraw| withdraw(world)));
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
    let Some(mut exports) = world.try_query::<(Entity, &TypedExport)>() else { return Vec::new() };
    let there = exports.iter(world).filter(|(_, export)| export.is_there(world));
    let mut rows: Vec<_> = there.map(|(entity, export)| (owner_of(world, entity), export.name)).collect();
    rows.sort();
    rows.into_iter().map(|(owner, name)| ExportRow { by: Owner::new(world, owner), name }).collect()
}

/// Returns an export, if it is there. Who calls this has seen to it that it may be imported.
pub(crate) fn import<T: Export>(world: &World) -> Option<&T> {
    world.get_resource::<Exported<T>>().map(|exported| &exported.0)
}

/// As [`import`], to change it.
pub(crate) fn import_mut<T: Export>(world: &mut World) -> Option<Mut<'_, T>> {
    world.get_resource_mut::<Exported<T>>().map(|exported| exported.map_unchanged(|exported| &mut exported.0))
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
        Ref::map(self.value.into(), |exported| &exported.0)
    }
}

impl<'w, Who: DependsOn<T::Owner>, T: Export> ImportMut<'w, Who, T> {
    /// Returns what Bevy's change detection works with.
    pub fn into_mut(self) -> Mut<'w, T> {
        Mut::from(self.value).map_unchanged(|exported| &mut exported.0)
    }
}

impl<Who: DependsOn<T::Owner>, T: Export> Deref for Import<'_, Who, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value.0
    }
}

impl<Who: DependsOn<T::Owner>, T: Export> Deref for ImportMut<'_, Who, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.value.0
    }
}

impl<Who: DependsOn<T::Owner>, T: Export> DerefMut for ImportMut<'_, Who, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value.0
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
