//! Tour to be written.

extern crate self as bevy_extensions;

mod acting;
mod contain;
mod declare;
mod entity;
mod extension;
mod fault;
mod hosted;
mod lifecycle;
mod plugin;
mod report;
mod scope;
mod settings;
mod shared;

pub use bevy_extensions_core::{
    Candidate, Cause, CycleStep, Dependency, Edge, EdgeKind, ExtensionName, External, FaultLimits, HostSettings,
    Location, Manifest, ManifestBuilder, NameError, OnLeftOut, ParseError, ParseErrorKind, Plan, Planned, Problem,
    Provided, Repository, Resolution, RonText, SettingsError, Severity, Source, Unavailable, Version, VersionError,
    VersionReq, assets_dir, explain, parse_range, parse_version, resolve,
};
pub use bevy_extensions_macros::Extension;

pub use declare::Declared;
pub use entity::{
    DependencyEdge, ExtensionFailed, ExtensionFaults, ExtensionInfo, ExtensionStarted, ExtensionState,
    ExtensionStopped, ExtensionTimes, Extensions, SuspendedBecauseOf, extension_running,
};
pub use extension::{DependsOn, Extension, ExtensionSettings, manifest_of};
pub use fault::{Fault, FaultKind, FaultPlace};
pub use lifecycle::{ExtensionSet, ExtensionSystems, Phase, When, WhenToRun};
pub use plugin::{AppInfo, ExtensionsPlugin, SettingsSource};
pub use report::{Report, ReportRow};
pub use scope::{ExtensionScope, ExtensionsAppExt};
pub use settings::Settings;
pub use shared::PluginsOnce;

/// What an app and an extension usually need: `use bevy_extensions::prelude::*;`.
pub mod prelude {
    pub use crate::{
        AppInfo, Extension, ExtensionFailed, ExtensionSet, ExtensionStarted, ExtensionState, ExtensionStopped,
        ExtensionSystems, Extensions, ExtensionsAppExt, ExtensionsPlugin,
        Phase::{self, Init, PostInit, PreInit, Terminate},
        Settings, extension_running,
    };
}

/// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __private {
    pub use crate::settings::defaults as settings;
    pub use inventory::submit;
}
