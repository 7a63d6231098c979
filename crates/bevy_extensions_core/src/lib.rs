//! What an extension is and which extensions go together, without Bevy.
//!
//! This crate [finds](discover()) extensions on disk, reads [manifests](Manifest) and [host settings](HostSettings), and
//! turns them into a [`Plan`]:
//! the extensions that start, in the order in which they start, and a [`Problem`] for each one that does not.
//! `bevy_extensions` carries the plan out in a Bevy app; a tool that only checks needs nothing but this crate.
//!
//! ```
//! use bevy_extensions_core::{Candidate, HostSettings, resolve};
//!
//! let candidates = [
//!     Candidate::from_ron("weather.ron", r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^2"])"#)?,
//!     Candidate::from_ron("time.ron", r#"(name: "Time", version: "1.4.0")"#)?,
//! ];
//! let resolution = resolve(&candidates, &HostSettings::default());
//!
//! let names: Vec<_> = resolution.plan.iter().map(|planned| planned.name.as_str()).collect();
//! assert_eq!(names, ["Time"]);
//! assert_eq!(
//!     resolution.problems[0].to_string(),
//!     "`Weather` is left out: it requires `Time ^2`, but `Time` is 1.4.0",
//! );
//! # Ok::<(), bevy_extensions_core::ParseError>(())
//! ```
//!
//! The way of the data is left to right, and every step takes a value and returns a new one:
//! folders -> [`discover`] -> text -> [`Manifest`] -> [`Candidate`] -> [`resolve`] -> [`Resolution`] -> [`explain`].

mod name;
mod version;

mod files;

mod event_filter;
mod event_name;
mod interface_name;

mod caseless;
mod each_once;
mod json;
mod location;
mod parse;
mod ron_text;

pub mod artifacts;
mod manifest;
mod settings;

mod candidate;
mod discover;
mod natives;
mod plan;
mod problem;
mod resolve;

mod switch;

mod explain;
#[cfg(feature = "pictures")]
mod picture;
mod roster;
mod table;
mod tree;
mod why;

mod suggest;
mod text;

pub use artifacts::{
    Artifact, ArtifactContent, ArtifactError, ArtifactFile, ArtifactNameError, ExtensionArtifacts, HeldArtifact,
    MavenArtifact, NpmPackage, NpmPackages, Repository, RepositoryUrl, RepositoryUrlError, WantedArtifact,
};
pub use candidate::{Candidate, Source, Unavailable, Unrunnable};
pub use discover::{
    Discovery, DiscoveryProblem, DiscoveryProblemKind, Folders, Found, PlaceholderError, SearchedDevFolder,
    SearchedDirectory, dev_folders, discover, searched,
};
pub use event_filter::{EventFilter, EventFilterError};
pub use event_name::{EventName, EventNameError};
pub use explain::explain;
pub use files::{
    ArchiveError, DEEPEST_ENTRY, EntryFault, ExtensionFiles, FileError, LARGEST_ARCHIVE, LARGEST_FILE, LARGEST_RATIO,
    MOST_ENTRIES, Overwrite, RATIO_COUNTS_FROM, Storage,
};
pub use interface_name::InterfaceName;
pub use location::Location;
pub use manifest::{Dependency, DependencyError, External, Manifest, ManifestBuilder, Provided};
pub use name::{ExtensionName, NameError};
pub use natives::{Natives, NativesError};
pub use parse::{ParseError, ParseErrorKind};
#[cfg(feature = "pictures")]
pub use picture::{
    Graph, GraphEdge, GraphMember, GraphNode, NodeKind, NodeState, Timeline, TimelineBar, TimelinePhase, TimelineRow,
};
pub use plan::{Edge, EdgeKind, Plan, Planned};
pub use problem::{Absence, Cause, CycleStep, Problem, Severity};
pub use resolve::{Resolution, resolve};
pub use ron_text::RonText;
pub use roster::{Roster, Standing, UnknownExtension};
pub use settings::{
    Alias, ArtifactSettings, Choice, Dev, DevFolder, DevFolderError, FaultLimits, HostSettings, Limits, OnLeftOut,
    Restart, SaveError, ScriptLimits, SettingsError, assets_dir,
};
pub use suggest::{either, nearest};
pub use switch::{Switch, SwitchTo};
pub use table::{Cell, Table};
pub use text::{printable, shown_bytes};
pub use tree::{Fit, Link, Repeat, Tree, TreeItem, TreeLine};
pub use version::{VersionError, parse_range, parse_version};
pub use why::{Why, WhyStep};

pub use semver::{Version, VersionReq};
