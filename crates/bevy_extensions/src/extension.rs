//! What makes a Bevy plugin an extension.

use bevy_app::Plugin;
use bevy_extensions_core::{ExtensionName, Manifest};
use serde::{Serialize, de::DeserializeOwned};

/// A Bevy [`Plugin`] with a manifest: derive it with [`#[derive(Extension)]`](derive@crate::Extension).
///
/// The plugin's [`build`](Plugin::build) asks for its [scope](crate::ExtensionsAppExt::extension) and registers there
/// what it does. The host builds it in the order of the plan; do not add it with `add_plugins`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extension",
    label = "not an extension",
    note = "derive it with `#[derive(Extension)]`, and implement `Plugin` for it"
)]
pub trait Extension: Plugin + Sized {
    /// Its name.
    const NAME: &'static str;

    /// The type of its settings; `()` if it has none.
    type Settings: ExtensionSettings;

    /// The files that come with it, each a path with `/` between its parts and what it holds; see
    /// [`Files`](crate::Files).
    const FILES: &'static [(&'static str, &'static [u8])] = &[];

    /// Creates the plugin that the host builds.
    fn create() -> Self;

    /// Returns what it says about itself.
    fn manifest() -> Manifest;
}

/// Says that an extension declares a dependency on another, required or optional, and so may import its exports.
///
/// `#[derive(Extension)]` implements it for each dependency that is given as a Rust path. Nobody need declare a
/// dependency on itself or on the app, which is the [`Host`]; and the app may import from everybody.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say that it needs `{Other}`",
    label = "`{Self}` has no dependency on `{Other}`",
    note = "add `requires({Other})` or `optional({Other})` to the `#[extension(..)]` of `{Self}`"
)]
pub trait DependsOn<Other> {}

impl<E: Extension> DependsOn<E> for E {}

impl<E: Extension> DependsOn<Host> for E {}

#[diagnostic::do_not_recommend]
impl<Other> DependsOn<Other> for Host {}

/// The app itself, where it stands beside extensions: as the owner of exports, and as who imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Host;

/// The type of an extension's settings: plain data with a default.
///
/// Implemented for every type that fits. Give the type `#[serde(default)]`, so that the host settings may say only
/// what differs from the default.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the settings of an extension",
    note = "derive `Default`, `serde::Serialize` and `serde::Deserialize` for it"
)]
pub trait ExtensionSettings: Default + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Default + Serialize + DeserializeOwned + Send + Sync + 'static> ExtensionSettings for T {}

/// Returns the manifest that an extension has from its derive.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_extensions::prelude::*;
/// #[derive(Extension)]
/// #[extension(version = "1.4.0")]
/// struct Economy;
/// # impl Plugin for Economy { fn build(&self, _: &mut App) {} }
///
/// assert_eq!(bevy_extensions::manifest_of::<Economy>().version.to_string(), "1.4.0");
/// ```
pub fn manifest_of<E: Extension>() -> Manifest {
    E::manifest()
}

/// Returns the name of an extension; a derive has checked it.
pub(crate) fn name_of<E: Extension>() -> ExtensionName {
    ExtensionName::from_static(E::NAME)
}
