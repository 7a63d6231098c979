//! The derive macros of `bevy_extensions`, which re-exports them: depend on that crate instead of this one.
//!
//! A derive reads its attribute into a small struct, checks it by the rules of `bevy_extensions_core`, and writes calls
//! to public API that you could write by hand. Its docs show them.

mod attribute;
mod crate_path;
mod errors;
mod key;
mod shape;

mod extension;

mod event;
mod export;

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
/// | `files = "assets/greeter"` | a folder beside `Cargo.toml` whose files become part of the program, to be read as `Files<Greeter>` | none |
/// | `meta(mood = "cheerful", "two words" = 3)` | free facts for others to read: texts, numbers, bools | nothing |
///
/// Another extension is a path or a name. A path (`Economy`, `economy::Economy`) is checked while compiling, and lets this
/// extension import what the other exports. A name (`"Weather"`) needs no crate, so it is the way to call a script.
/// Either may have a range (`= "^1.2"`, written as for Cargo); without one, every version will do.
///
/// # Files
///
/// `files` names a folder by its path from the `Cargo.toml` of the crate. All that is in it and below is compiled into the
/// program, except what has a name that begins with a dot; a file may have 16 MiB. A link that leads out of the folder is
/// an error.
///
/// Cargo sees when one of the files changes, but not when one is added: it looks at those alone that were there when it
/// compiled last. If that happens often, have the `main` of a `build.rs` say it:
///
/// ```
/// println!("cargo::rerun-if-changed=assets/greeter");
/// ```
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
///     // With `files = "assets/greeter"`, one for each file:
///     // const FILES: &'static [(&'static str, &'static [u8])] = &[
///     //     ("rules.ron", include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/greeter/rules.ron"))),
///     // ];
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

/// Makes a type an event that extensions and the app send and hear: an ordinary Bevy event, delivered in plan order.
///
/// It goes on a struct or an enum without parameters, in place of `#[derive(Event)]`, and makes the event known to every
/// app that links its crate. `world.trigger`, `commands.trigger` and `On<PlayerJoined>` work as with every Bevy event.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use bevy_extensions::{ExtensionEvent, prelude::*};
/// use serde::{Deserialize, Serialize};
///
/// /// Somebody came in.
/// #[derive(ExtensionEvent, Serialize, Deserialize)]
/// pub struct PlayerJoined {
///     pub name: String,
/// }
///
/// /// Greets whoever joins.
/// #[derive(Extension)]
/// pub struct Greeter;
///
/// impl Plugin for Greeter {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().observe(welcome);
///     }
/// }
///
/// fn welcome(joined: On<PlayerJoined>) {
///     println!("Welcome, {}!", joined.name);
/// }
///
/// assert_eq!(PlayerJoined::NAME, "player.joined");
/// ```
///
/// # Keys
///
/// | key | says | if absent |
/// |---|---|---|
/// | `name = "player.joined"` | by which name scripts, aliases and listeners of `player.*` know it | the words of the type's name: `PlayerJoined` is `player.joined`, `HTTPDone` is `http.done`, `Round2Over` is `round2.over` |
///
/// A name has words of letters, digits, `-` and `_` with dots between them. The names of phases, such as `init`, are
/// reserved.
///
/// # What travels by name
///
/// Whoever does not know the type sends and hears the event by its name, with a value. The derive finds out how far the
/// type lets them:
///
/// | the type implements | by its name it can be |
/// |---|---|
/// | `Serialize` and `Deserialize` | heard, sent and changed |
/// | `Serialize` | heard |
/// | neither, or `Deserialize` alone | neither heard nor sent: it travels as its type only |
///
/// # What it writes
///
/// For `PlayerJoined` above:
///
/// ```
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # pub struct PlayerJoined;
/// impl ::bevy_ecs::event::Event for PlayerJoined {
///     type Trigger<'a> = ::bevy_extensions::Delivery;
/// }
///
/// impl ::bevy_extensions::ExtensionEvent for PlayerJoined {
///     const NAME: &'static str = "player.joined";
///
///     fn wire() -> ::bevy_extensions::Wire<Self> {
///         ::bevy_extensions::Wire::read_and_write() // or `write_only`, or `typed_only`
///     }
/// }
///
/// ::bevy_extensions::__private::submit! {
///     ::bevy_extensions::DeclaredEvent::of::<PlayerJoined>(::core::file!(), ::core::line!())
/// }
/// ```
///
/// The last one makes it known. By hand it is best left out: register the event with
/// `app.extension::<Greeter>().register_event::<PlayerJoined>()`, which does not reach into `__private`.
#[proc_macro_derive(ExtensionEvent, attributes(event))]
pub fn derive_extension_event(input: TokenStream) -> TokenStream {
    event::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a type something that one extension offers and others import.
///
/// It goes on a struct or an enum without parameters. Its owner offers a value of it with `.export::<Ledger>()`; others
/// take it as `Import` or `ImportMut`, which compile only in an extension that declares its need of the owner.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_extensions::{Export, prelude::*};
///
/// /// Keeps every player's balance.
/// #[derive(Extension)]
/// pub struct Economy;
///
/// impl Plugin for Economy {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().export::<Ledger>();
///     }
/// }
///
/// /// What the economy offers to extensions that require it.
/// #[derive(Export, Default)]
/// #[export(by = Economy)]
/// pub struct Ledger {
///     pub gold: u32,
/// }
///
/// /// Prints the balance.
/// #[derive(Extension)]
/// #[extension(requires(Economy))]
/// pub struct Teller;
///
/// impl Plugin for Teller {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().add_systems(Init, |ledger: Import<Teller, Ledger>| println!("{} gold", ledger.gold));
///     }
/// }
/// ```
///
/// # Keys
///
/// | key | says | if absent |
/// |---|---|---|
/// | `by = Economy` | the type of the extension that offers it; `by = Host` for the app itself | it has to be there |
///
/// # What it writes
///
/// For `Ledger` above:
///
/// ```
/// # #[derive(bevy_extensions::Extension)]
/// # pub struct Economy;
/// # impl bevy_app::Plugin for Economy {
/// #     fn build(&self, _app: &mut bevy_app::App) {}
/// # }
/// # pub struct Ledger;
/// impl ::bevy_extensions::Export for Ledger {
///     type Owner = Economy;
///     const NAME: &'static str = "Ledger";
/// }
/// ```
#[proc_macro_derive(Export, attributes(export))]
pub fn derive_export(input: TokenStream) -> TokenStream {
    export::derive(parse_macro_input!(input as DeriveInput)).into()
}
