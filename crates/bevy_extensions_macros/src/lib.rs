//! The derive macros of `bevy_extensions`, which re-exports them: depend on that crate instead of this one.
//!
//! A derive reads its attribute into a small struct, checks it by the rules of `bevy_extensions_core`, and writes calls
//! to public API that you could write by hand. Its docs show them.

mod crate_path;
mod errors;
mod key;

mod extension;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a plugin an extension: gives it a name and a manifest, and declares it to every app that links its crate.
///
/// It goes on a unit struct, or on one with fields and `Default`, that is a Bevy `Plugin`.
/// All that `#[extension(..)]` says goes into the manifest. The description is the first paragraph of the doc comment;
/// authors, license and homepage come from the crate's `Cargo.toml`.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_extensions::Extension;
///
/// /// Keeps every player's balance.
/// #[derive(Extension)]
/// #[extension(version = "1.4.0")]
/// pub struct Economy;
///
/// impl Plugin for Economy {
///     fn build(&self, _app: &mut App) {}
/// }
///
/// /// Greets whoever joins, and pays a welcome gift.
/// #[derive(Extension)]
/// #[extension(version = "1.0.0", requires(Economy = "^1.2"), optional("Weather" = "1"))]
/// pub struct Greeter;
///
/// impl Plugin for Greeter {
///     fn build(&self, _app: &mut App) {}
/// }
///
/// let manifest = Greeter::manifest();
/// assert_eq!(manifest.description, "Greets whoever joins, and pays a welcome gift.");
/// assert_eq!(manifest.dependencies[0].to_string(), "Economy ^1.2");
/// assert_eq!(manifest.optional[0].to_string(), "Weather ^1");
/// ```
///
/// # Keys
///
/// Each stands at most once, except `any_of`. Several `#[extension(..)]` on one struct are read as one.
///
/// | key | says | if absent |
/// |---|---|---|
/// | `name = "Greeter"` | how others call it | the name of the struct |
/// | `version = "1.0.0"` | its version | that of its crate |
/// | `requires(Economy = "^1.2")` | what it cannot start without; starts first | nothing |
/// | `optional("Weather" = "1")` | what it uses if it is there; starts first then | nothing |
/// | `any_of("Redis", "Valkey")` | a group of which it needs at least one; repeat the key for another group | no group |
/// | `conflicts("Silence")` | what it cannot run beside | nothing |
/// | `provides("Welcome" = "1.0.0")` | a further name that it answers to, and the version it stands for | nothing |
/// | `after("Weather")`, `before(Economy)` | its place in the order, if the other is there | by name |
/// | `app = ">=1"` | the versions of the app that it works with | every version |
/// | `external(repositories(central = "https://.."), artifacts("com.example:words:1.0.0"))` | files to fetch, and from where | nothing |
/// | `settings = GreeterSettings` | the type of its settings, whose `Default` goes into the manifest | `()` |
/// | `meta(mood = "cheerful", "two words" = 3)` | free facts for others to read: texts, numbers, bools | nothing |
///
/// Another extension is a path or a name. A path (`Economy`, `economy::Economy`) is checked while compiling, and lets this
/// extension import what the other exports. A name (`"Weather"`) needs no crate, so it is the way to call a script.
/// Either may have a range (`= "^1.2"`, written as for Cargo); without one, every version will do.
///
/// # What it writes
///
/// For `Greeter` above, with `settings = GreeterSettings`:
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_extensions::Extension;
/// # #[derive(Extension)]
/// # pub struct Economy;
/// # impl Plugin for Economy {
/// #     fn build(&self, _app: &mut App) {}
/// # }
/// # #[derive(Default, serde::Serialize, serde::Deserialize)]
/// # pub struct GreeterSettings;
/// # pub struct Greeter;
/// # impl Plugin for Greeter {
/// #     fn build(&self, _app: &mut App) {}
/// # }
/// impl ::bevy_extensions::Extension for Greeter {
///     const NAME: &'static str = "Greeter";
///     type Settings = GreeterSettings;
///
///     fn create() -> Self {
///         Self {} // `<Greeter as Default>::default()` if there are fields
///     }
///
///     fn manifest() -> ::bevy_extensions::Manifest {
///         ::bevy_extensions::Manifest::builder(<Self as ::bevy_extensions::Extension>::NAME, "1.0.0")
///             .description("Greets whoever joins, and pays a welcome gift.")
///             .authors(::core::env!("CARGO_PKG_AUTHORS"))
///             .license(::core::env!("CARGO_PKG_LICENSE"))
///             .homepage(::core::env!("CARGO_PKG_HOMEPAGE"))
///             .requires(<Economy as ::bevy_extensions::Extension>::NAME, "^1.2")
///             .optional("Weather", "1")
///             .settings(::bevy_extensions::__private::settings::<Self>())
///             .build()
///     }
/// }
///
/// impl ::bevy_extensions::DependsOn<Economy> for Greeter {} // one for each path
///
/// ::bevy_extensions::__private::submit! {
///     ::bevy_extensions::Declared::of::<Greeter>(::core::file!(), ::core::line!())
/// }
/// ```
///
/// The last one declares it to `ExtensionsPlugin`. By hand it is best left out: add the extension to the app with
/// `ExtensionsPlugin::default().with::<Greeter>()`, which does not reach into `__private`.
#[proc_macro_derive(Extension, attributes(extension))]
pub fn derive_extension(input: TokenStream) -> TokenStream {
    extension::derive(parse_macro_input!(input as DeriveInput)).into()
}
