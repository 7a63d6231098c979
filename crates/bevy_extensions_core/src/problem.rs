//! Why something is left out, or what was repaired.

mod cause;
mod text;

use std::fmt;

use semver::Version;

use crate::{
    artifacts::Artifact, discover::DiscoveryProblem, event_name::EventName, interface_name::InterfaceName,
    location::Location, manifest::Dependency, name::ExtensionName, parse::ParseError, plan::EdgeKind,
    settings::SettingsError,
};

pub use cause::{Cause, CycleStep};
pub(crate) use text::verb_of;

/// Why something is left out, or what was repaired: a value first, text second.
///
/// `Display` gives one line; [`locations`](Self::locations) and [`hint`](Self::hint) the rest, and
/// [`explain`](crate::explain()) lays all of it out for people.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// An extension does not start.
    LeftOut {
        /// Which.
        extension: ExtensionName,
        /// Why.
        cause: Cause,
        /// Where the cause is written.
        at: Location,
    },
    /// A manifest cannot be read, so its extension does not start.
    Unreadable(ParseError),
    /// Something in the folders for extensions, or such a folder itself, cannot be used.
    Discovery(DiscoveryProblem),
    /// The host settings cannot be read, so no extension starts.
    BadSettings(SettingsError),
    /// What artifacts are kept in, or the lock, cannot be used: whoever asks for artifacts is left out.
    Artifacts {
        /// What is wrong.
        why: String,
        /// One thing to try.
        hint: String,
        /// The place to look at, if it is known.
        at: Option<Location>,
    },
    /// Only the lock has something, and [`locked`](crate::HostSettings::locked) is set: it is not there, or nobody asks for it.
    OnlyInLock {
        /// What is said of it: "the lock has `Greeter`, which is not there".
        what: String,
        /// The lock.
        at: Location,
    },
    /// An extension asks for artifacts that are not fetched yet: it starts when they are.
    NotFetched {
        /// Which.
        extension: ExtensionName,
        /// What it asks for, and where.
        artifacts: Vec<(Artifact, Location)>,
    },
    /// Something is wrong, and the host settings say that no extension starts then.
    Stopped,
    /// A name is there twice; one of the two is used.
    Shadowed {
        /// The name.
        extension: ExtensionName,
        /// The version that is used, and where it is.
        used: (Version, Location),
        /// The version that is passed over, and where it is.
        passed_over: (Version, Location),
    },
    /// A dev folder holds an extension of that name, and stands in the place of this one.
    InPlaceOf {
        /// The name.
        extension: ExtensionName,
        /// The one that is not used: its path as people see it, and where it is declared.
        installed: (String, Location),
        /// The one that is: the same.
        dev: (String, Location),
    },
    /// What is edited is not loaded anew, or not everywhere, though somebody wants that.
    NotWatched {
        /// The folder, as people see it; `None` if nothing is watched.
        folder: Option<String>,
        /// Why.
        why: String,
        /// One thing to try.
        hint: String,
    },
    /// A wish that would make a cycle is dropped.
    WishDropped {
        /// Who wished.
        extension: ExtensionName,
        /// What kind of wish.
        kind: EdgeKind,
        /// Whom it concerns.
        other: ExtensionName,
        /// The cycle, in the order of needing: the first one starts after the second, and so on.
        cycle: Vec<ExtensionName>,
        /// Where the wish is written.
        at: Location,
    },
    /// An optional dependency is there, but in a version that does not fit; its dependent starts without.
    OptionalUnfit {
        /// Who would use it.
        extension: ExtensionName,
        /// What it would use.
        wanted: Dependency,
        /// What is there.
        found: (ExtensionName, Version),
        /// Where the wish is written.
        at: Location,
    },
    /// A manifest gives no version.
    NoVersion {
        /// Whose.
        extension: ExtensionName,
        /// The manifest.
        at: Location,
    },
    /// A native extension was added to the app past the host.
    NotHosted {
        /// Which.
        extension: ExtensionName,
        /// Where it asked for its scope.
        at: Location,
    },
    /// The host settings speak of an extension that nobody has found.
    UnknownName {
        /// The key of the host settings.
        key: &'static str,
        /// The name.
        name: ExtensionName,
        /// An extension with a name like it.
        near: Option<ExtensionName>,
        /// Where the name is written, if the settings come from a file.
        at: Option<Location>,
    },
    /// The host settings choose an extension that does not start.
    ChosenAbsent {
        /// The name that it should serve.
        name: InterfaceName,
        /// Whom it should serve; `None` if everyone.
        importer: Option<ExtensionName>,
        /// Who is chosen.
        chosen: ExtensionName,
        /// Why it does not start.
        why: Absence,
        /// Where it is chosen, if the settings come from a file.
        at: Option<Location>,
    },
    /// The host settings choose an extension in a version that somebody whom it serves did not ask for.
    ChosenUnfit {
        /// Who is served.
        extension: ExtensionName,
        /// What it asks for.
        wanted: Dependency,
        /// Who is chosen, and the version in which it serves.
        found: (ExtensionName, Version),
        /// Where it is chosen, if the settings come from a file.
        chosen_at: Option<Location>,
        /// Where it is asked for.
        at: Location,
    },
    /// The host settings choose who serves a name that is neither that of an extension nor that of an interface.
    UnusedChoice {
        /// The name.
        name: InterfaceName,
        /// Who should be served; `None` if everyone.
        importer: Option<ExtensionName>,
        /// A name like it.
        near: Option<InterfaceName>,
        /// Where the choice is written, if the settings come from a file.
        at: Option<Location>,
    },
    /// Aliases of events lead back to where they began.
    AliasLoop {
        /// Whose they are; `None` if all are for everyone.
        of: Option<ExtensionName>,
        /// The names; the last leads to the first.
        names: Vec<EventName>,
        /// Where each alias is written, if the settings come from a file.
        at: Vec<Location>,
    },
    /// An alias leads to an event that nobody emits or hears.
    DanglingAlias {
        /// Whose it is; `None` if it is for everyone.
        of: Option<ExtensionName>,
        /// The name that is said.
        from: EventName,
        /// The name that is meant.
        to: EventName,
        /// An event with a name like that.
        near: Option<EventName>,
        /// Where it is written, if the settings come from a file.
        at: Option<Location>,
    },
    /// An alias is for an event with a type: whoever emits or hears it by type does not follow the alias.
    AliasOfType {
        /// Whose it is; `None` if it is for everyone.
        of: Option<ExtensionName>,
        /// The name of the event with a type.
        from: EventName,
        /// The name that is meant.
        to: EventName,
        /// Where it is written, if the settings come from a file.
        at: Option<Location>,
    },
    /// Two types claim one name of an event.
    EventNameTwice {
        /// The name.
        name: EventName,
        /// Where the type is declared that has it.
        first: Location,
        /// Where the type is declared that does not get it.
        second: Location,
    },
    /// Two extensions declare one interface, and not alike.
    InterfaceTwice {
        /// The interface.
        name: InterfaceName,
        /// Whose declaration counts.
        first: ExtensionName,
        /// Whose does not.
        second: ExtensionName,
        /// Where that one is declared.
        at: Location,
    },
    /// A driver is for an interface that nobody declares.
    UnknownInterface {
        /// The interface.
        interface: InterfaceName,
        /// Whose driver it is.
        driver: ExtensionName,
        /// An interface with a name like it.
        near: Option<InterfaceName>,
        /// Where the driver is declared.
        at: Location,
    },
    /// A driver lacks a method that its interface requires.
    MissingMethod {
        /// The interface.
        interface: InterfaceName,
        /// Whose driver it is.
        driver: ExtensionName,
        /// The method.
        method: String,
        /// Where the driver is declared.
        at: Location,
    },
}

/// Why an extension that the host settings choose does not start.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absence {
    /// Nobody has found it.
    Unknown {
        /// An extension with a name like it.
        near: Option<ExtensionName>,
    },
    /// It is switched off.
    Disabled,
    /// It is left out.
    LeftOut,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Something does not start.
    Error,
    /// Something was repaired, perhaps not as meant.
    Warning,
    /// Something that is good to know.
    Notice,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        })
    }
}

impl Problem {
    /// Tells how bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Discovery(problem) => problem.severity(),
            Self::LeftOut { .. }
            | Self::Unreadable(_)
            | Self::BadSettings(_)
            | Self::Artifacts { .. }
            | Self::NotHosted { .. }
            | Self::Stopped => Severity::Error,
            Self::Shadowed { .. }
            | Self::OnlyInLock { .. }
            | Self::NotWatched { .. }
            | Self::WishDropped { .. }
            | Self::UnknownName { .. }
            | Self::ChosenAbsent { .. }
            | Self::ChosenUnfit { .. }
            | Self::UnusedChoice { .. }
            | Self::AliasLoop { .. }
            | Self::DanglingAlias { .. }
            | Self::AliasOfType { .. }
            | Self::EventNameTwice { .. }
            | Self::InterfaceTwice { .. }
            | Self::UnknownInterface { .. }
            | Self::MissingMethod { .. } => Severity::Warning,
            Self::InPlaceOf { .. } | Self::OptionalUnfit { .. } | Self::NoVersion { .. } | Self::NotFetched { .. } => {
                Severity::Notice
            }
        }
    }

    /// Returns the extension it is about; `None` if it has no name yet, or is about the host.
    pub fn extension(&self) -> Option<&ExtensionName> {
        match self {
            Self::LeftOut { extension, .. }
            | Self::Shadowed { extension, .. }
            | Self::InPlaceOf { extension, .. }
            | Self::WishDropped { extension, .. }
            | Self::OptionalUnfit { extension, .. }
            | Self::NotHosted { extension, .. }
            | Self::NoVersion { extension, .. }
            | Self::NotFetched { extension, .. }
            | Self::ChosenUnfit { extension, .. }
            | Self::InterfaceTwice { second: extension, .. }
            | Self::UnknownInterface { driver: extension, .. }
            | Self::MissingMethod { driver: extension, .. } => Some(extension),
            Self::Unreadable(_)
            | Self::Discovery(_)
            | Self::BadSettings(_)
            | Self::Artifacts { .. }
            | Self::OnlyInLock { .. }
            | Self::Stopped
            | Self::NotWatched { .. }
            | Self::UnknownName { .. }
            | Self::ChosenAbsent { .. }
            | Self::UnusedChoice { .. }
            | Self::AliasLoop { .. }
            | Self::DanglingAlias { .. }
            | Self::AliasOfType { .. }
            | Self::EventNameTwice { .. } => None,
        }
    }

    /// Tells whether it is merely the consequence of another problem.
    pub fn is_consequence(&self) -> bool {
        matches!(self, Self::LeftOut { cause: Cause::Because { .. }, .. })
    }

    /// Tells whether it says that an extension cannot be read: nobody knows who that would be.
    pub fn is_unreadable(&self) -> bool {
        match self {
            Self::Unreadable(_) => true,
            Self::Discovery(problem) => problem.severity() == Severity::Error,
            _ => false,
        }
    }

    /// Tells whether there may be extensions of which nobody knows: that cannot be read, or lie where nothing is just now, as on
    /// a disk that is away. What is known of them from before is to be kept.
    pub fn hides_extensions(&self) -> bool {
        match self {
            Self::Discovery(problem) if problem.is_away() => true,
            _ => self.is_unreadable(),
        }
    }

    /// Tells whether it says that an extension is left out, be it with others.
    pub fn leaves_out(&self, name: &ExtensionName) -> bool {
        match self {
            Self::LeftOut { cause: Cause::Cycle { members, .. }, .. } => members.contains(name),
            Self::LeftOut { extension, .. } => extension == name,
            _ => false,
        }
    }

    /// Returns the places to look at, the most telling first.
    pub fn locations(&self) -> Vec<Location> {
        match self {
            Self::LeftOut { cause: Cause::Cycle { path, .. }, .. } => path.iter().map(|step| step.at.clone()).collect(),
            Self::LeftOut { at, .. }
            | Self::WishDropped { at, .. }
            | Self::OptionalUnfit { at, .. }
            | Self::NotHosted { at, .. }
            | Self::NoVersion { at, .. }
            | Self::InterfaceTwice { at, .. }
            | Self::UnknownInterface { at, .. }
            | Self::MissingMethod { at, .. }
            | Self::OnlyInLock { at, .. } => vec![at.clone()],
            Self::Unreadable(error) => vec![error.at.clone()],
            Self::Discovery(problem) => problem.at.iter().cloned().collect(),
            Self::BadSettings(error) => vec![error.location()],
            Self::Stopped | Self::NotWatched { .. } => Vec::new(),
            Self::InPlaceOf { installed, dev, .. } => vec![dev.1.clone(), installed.1.clone()],
            Self::Shadowed { used, passed_over, .. } => vec![used.1.clone(), passed_over.1.clone()],
            Self::UnknownName { at, .. }
            | Self::Artifacts { at, .. }
            | Self::ChosenAbsent { at, .. }
            | Self::UnusedChoice { at, .. }
            | Self::DanglingAlias { at, .. }
            | Self::AliasOfType { at, .. } => at.iter().cloned().collect(),
            Self::ChosenUnfit { chosen_at, at, .. } => chosen_at.iter().chain([at]).cloned().collect(),
            Self::AliasLoop { at, .. } => at.clone(),
            Self::NotFetched { artifacts, .. } => artifacts.iter().map(|(_, at)| at.clone()).collect(),
            Self::EventNameTwice { first, second, .. } => vec![first.clone(), second.clone()],
        }
    }
}
