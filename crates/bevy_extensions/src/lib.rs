//! The extension system for Bevy apps.
//!
//! The app's owner adds one plugin; anyone can then extend the app with *extensions* that declare what they are and what
//! they need. The host orders them, starts and stops them in phases, contains their faults, and explains every decision.
//!
//! # Add the plugin
//!
//! ```no_run
//! use bevy_app::{ScheduleRunnerPlugin, prelude::*};
//! use bevy_extensions::prelude::*;
//!
//! fn main() -> AppExit {
//!     App::new().add_plugins((ScheduleRunnerPlugin::default(), ExtensionsPlugin::default())).run()
//! }
//! ```
//!
//! # Declare an extension
//!
//! An extension *is* a Bevy [`Plugin`](bevy_app::Plugin) with a manifest. [`#[derive(Extension)]`](derive@Extension)
//! writes the manifest from its attribute, its doc comment and `Cargo.toml`, and makes it known to every app that links
//! its crate. In `build` it gets its [scope](ExtensionScope), where it says what it does and when:
//!
//! ```
//! use bevy_app::prelude::*;
//! use bevy_ecs::prelude::*;
//! use bevy_extensions::prelude::*;
//!
//! /// Keeps every player's balance.
//! #[derive(Extension)]
//! #[extension(version = "1.4.0")]
//! pub struct Economy;
//!
//! impl Plugin for Economy {
//!     fn build(&self, app: &mut App) {
//!         app.init_resource::<Ledger>();
//!         app.extension::<Self>().add_systems(Init, open_ledger).add_systems(Update, pay_interest);
//!     }
//! }
//!
//! #[derive(Resource, Default)]
//! pub struct Ledger { gold: u32 }
//!
//! fn open_ledger(mut ledger: ResMut<Ledger>) {
//!     ledger.gold = 100;
//! }
//!
//! fn pay_interest(mut ledger: ResMut<Ledger>) {
//!     ledger.gold += 1;
//! }
//!
//! /// Greets whoever joins.
//! #[derive(Extension)]
//! #[extension(version = "1.0.0", requires(Economy = "^1.2"))]
//! pub struct Greeter;
//!
//! impl Plugin for Greeter {
//!     fn build(&self, app: &mut App) {
//!         app.extension::<Self>().add_systems(PostInit, open_doors);
//!     }
//! }
//!
//! fn open_doors(ledger: Res<Ledger>) -> Result {
//!     if ledger.gold == 0 { Err("no money for gifts")? }
//!     Ok(())
//! }
//!
//! let mut app = App::new();
//! app.add_plugins(ExtensionsPlugin::default()).update();
//! println!("{}", app.extension_report());
//! app.terminate_extensions();
//! ```
//!
//! A plugin that somebody else wrote becomes an extension by a unit struct that adds it in `build`, with
//! [`add_plugins_once`](ExtensionScope::add_plugins_once). Every extension that uses it should add it that way: then it
//! does not matter which of them is first, or fails.
//!
//! # What starts, and in which order
//!
//! Whoever is required starts first: by depth, then by name, the same on every machine and in every build profile.
//! Who requires what is missing, too old or part of a cycle is left out, and so are its dependents; everyone else
//! starts. [`resolve`] states the rules, [`Problem`] holds the reasons, and the report tells them.
//!
//! # Phases
//!
//! In `Startup` all extensions [pre-initialise](Phase::PreInit), then all [initialise](Phase::Init), then all
//! [post-initialise](Phase::PostInit), each phase in plan order. [`Terminate`](Phase::Terminate) runs once, in reverse,
//! when the app writes [`AppExit`](bevy_app::AppExit), on Ctrl-C and SIGTERM too, or by
//! [`app.terminate_extensions()`](ExtensionsAppExt::terminate_extensions). Systems of a phase are ordinary systems and
//! may return `Result`. Systems for `Update` and the like go into the app's schedules, in the set
//! [`ExtensionSet::of::<Greeter>()`](ExtensionSet), so that `before` and `after` work as usual.
//!
//! # Host settings
//!
//! The file `assets/extensions.ron` says which extensions are [off](HostSettings::disabled), what a left-out extension
//! [means](OnLeftOut), and [sets](HostSettings::settings) each extension's own [`Settings`].
//!
//! # When something fails
//!
//! A panic or an `Err` in `build`, in a phase, or in a system is charged to its extension. One that fails while it
//! starts is [`Failed`](ExtensionState::Failed), those that cannot run without it are
//! [`Suspended`](ExtensionState::Suspended), and everyone else goes on. A `build` that fails is undone: its systems, run
//! conditions, observers, entities and new resources go. What it changed stays, as do set order, plugin names and the
//! `finish` of a plugin that it added; and if a new type of messages was among what it added, its new resources stay.
//! Of a `finish` that fails, what `finish` added is undone; what `build` had added merely does not run any more.
//!
//! What is not contained: an abort, a stack overflow, an endless loop, and every panic in a program built with
//! `panic = "abort"`. Nor, so far, observers added with `app.add_observer`, systems that are added to sub-apps, while the
//! app runs, in the `finish` of a nested plugin, or to a schedule that the extension has put in the place of another, and
//! orders in a schedule of the app that make a cycle. What an observer or a schedule of the app does wrong while an
//! extension calls it is charged to that extension.
//!
//! # Extensions as data
//!
//! Every extension is an entity with [`ExtensionInfo`], [`ExtensionState`], [`ExtensionFaults`] and [`ExtensionTimes`];
//! every kept dependency is one with [`DependencyEdge`]. [`Extensions`] finds them by name or type,
//! [`extension_running`] is a run condition, and [`ExtensionStarted`], [`ExtensionStopped`] and [`ExtensionFailed`] are
//! events. [`Report`] is all of it at one moment, as a value and as text.
//!
//! # Features
//!
//! None is on by default.
//!
//! * `debug`: names of systems in faults; costs the names in the binary.
//! * `hotpatching`: needed in an app that turns on `bevy_ecs/hotpatching`.
//!
//! # Troubleshooting
//!
//! * *My extension is not in the report at all.* Rust links no crate that no code names: see [`link_extensions!`], or
//!   add it with [`ExtensionsPlugin::with`].
//! * *"was added past the host".* Do not add an extension with `add_plugins`; that is what the host does.
//! * *A system does not say its name in a fault.* Turn on the feature `debug`.
//! * *A fault stops the whole program.* See the end of the section on failing.

extern crate self as bevy_extensions;

/// The first screen of the README has to compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

mod acting;
mod app_info;
mod caseless;
mod contain;
mod declare;
mod driver;
mod entity;
mod event;
mod exchange;
mod export;
mod extension;
mod fault;
mod host;
mod hosted;
mod lifecycle;
mod owner;
mod phase;
mod plugin;
mod report;
mod scope;
mod settings;
mod shared;
mod signature;
mod value;
mod world_ext;

pub use bevy_extensions_core::{
    Candidate, Cause, CycleStep, Dependency, DependencyError, Edge, EdgeKind, ExtensionName, External, FaultLimits,
    HostSettings, Location, Manifest, ManifestBuilder, NameError, OnLeftOut, ParseError, ParseErrorKind, Plan, Planned,
    Problem, Provided, Repository, Resolution, RonText, SettingsError, Severity, Source, Unavailable, Version,
    VersionError, VersionReq, assets_dir, explain, parse_range, parse_version, resolve,
};
pub use bevy_extensions_macros::{Export, Extension, ExtensionEvent};

pub use app_info::AppInfo;
pub use declare::Declared;
pub use driver::{
    DeclaredInterface, Driver, DriverChanged, DriverError, DriverRow, Interface, InterfaceRow, Method, Reason,
    RegisteredDriver, Request,
};
pub use entity::{
    CountedFault, DependencyEdge, ExtensionFailed, ExtensionFaults, ExtensionInfo, ExtensionStarted, ExtensionState,
    ExtensionStopped, ExtensionTimes, Extensions, OwnedBy, Owns, SuspendedBecauseOf, extension_running,
};
pub use event::{
    DeclaredEvent, Delivery, DeliveryError, DynamicEvent, EmitError, EventMeta, EventRow, ExtensionEvent, Listener, ListenerRow,
    Target, Wire,
};
pub use export::{Export, ExportRow, Import, ImportMut, TypedExport};
pub use exchange::{CallError, Called, ExportError, ExportedFunction, FunctionRow, IntoFunction, ServedBy};
pub use extension::{DependsOn, Extension, ExtensionSettings, Host, manifest_of};
pub use fault::{Fault, FaultKind, FaultPlace};
pub use lifecycle::{ExtensionSet, ExtensionSystems, WhenToRun};
pub use phase::Phase;
pub use plugin::{ExtensionsPlugin, SettingsSource};
pub use report::{Listing, Report, ReportRow};
pub use scope::{ExtensionScope, ExtensionsAppExt};
pub use settings::Settings;
pub use shared::PluginsOnce;
pub use signature::{Absent, ArgumentError, Param, Signature, Type};
pub use value::Misfit;
pub use world_ext::{ExtensionsCommandsExt, ExtensionsWorldExt};

/// What an app and an extension usually need: `use bevy_extensions::prelude::*;`.
pub mod prelude {
    pub use crate::{
        AppInfo, EventMeta, Export, Extension, ExtensionEvent, ExtensionFailed, ExtensionSet, ExtensionStarted,
        ExtensionState, ExtensionStopped, ExtensionSystems, Extensions, ExtensionsAppExt, ExtensionsCommandsExt,
        ExtensionsPlugin, ExtensionsWorldExt, Host, Import, ImportMut,
        Phase::{self, Init, PostInit, PreInit, Terminate},
        Settings, extension_running,
    };
}

/// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __private {
    pub use crate::event::wire::{Probe, ReadAndWrite, TypedOnly, WriteOnly};
    pub use crate::settings::defaults as settings;
    pub use bevy_ecs::event::Event;
    pub use inventory::submit;
}
