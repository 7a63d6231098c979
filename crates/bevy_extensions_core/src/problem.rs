//! Why something is left out, or what was repaired.

use std::fmt;

use semver::{Comparator, Op, Version, VersionReq};

use crate::{
    location::Location, manifest::Dependency, name::ExtensionName, parse::ParseError, plan::EdgeKind,
    settings::SettingsError, suggest,
};

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
    /// The host settings cannot be read, so no extension starts.
    BadSettings(SettingsError),
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
}

/// Why an extension is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// What it requires is not there.
    Missing {
        /// What it requires.
        needed: Dependency,
        /// An extension with a name like it.
        near: Option<ExtensionName>,
    },
    /// What it requires is there in a version that does not fit.
    WrongVersion {
        /// What it requires.
        needed: Dependency,
        /// What is there.
        found: (ExtensionName, Version),
    },
    /// What it requires is switched off.
    DependencyDisabled {
        /// What it requires.
        needed: Dependency,
        /// Who is switched off.
        disabled: ExtensionName,
    },
    /// Of several alternatives it needs one, and none can serve.
    NoneOf {
        /// The alternatives, each with the reason why it cannot serve.
        alternatives: Vec<Cause>,
    },
    /// It cannot run beside another.
    Conflict {
        /// What it cannot run beside.
        with: Dependency,
        /// Who that is.
        found: (ExtensionName, Version),
    },
    /// It takes part in a cycle of requirements, and nothing else keeps it from starting.
    Cycle {
        /// The cycle: each step requires the next, the last one the first.
        path: Vec<CycleStep>,
        /// All that are left out together, by name.
        members: Vec<ExtensionName>,
    },
    /// It does not work with this version of the app.
    App {
        /// The versions it works with.
        needed: VersionReq,
        /// The version of the app.
        found: Version,
    },
    /// An artifact it needs cannot be had.
    Artifact {
        /// The artifact.
        artifact: String,
        /// Why it cannot be had.
        why: String,
    },
    /// Another that it requires is left out.
    Because {
        /// Whom it requires.
        of: ExtensionName,
        /// Whose own cause is at the root of it.
        root: ExtensionName,
    },
}

/// A step of a cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CycleStep {
    /// Who requires the next.
    pub extension: ExtensionName,
    /// Where it says so.
    pub at: Location,
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
            Self::LeftOut { .. }
            | Self::Unreadable(_)
            | Self::BadSettings(_)
            | Self::NotHosted { .. }
            | Self::Stopped => Severity::Error,
            Self::Shadowed { .. } | Self::WishDropped { .. } | Self::UnknownName { .. } => Severity::Warning,
            Self::OptionalUnfit { .. } | Self::NoVersion { .. } => Severity::Notice,
        }
    }

    /// Returns the extension it is about; `None` if it has no name yet, or is about the host.
    pub fn extension(&self) -> Option<&ExtensionName> {
        match self {
            Self::LeftOut { extension, .. }
            | Self::Shadowed { extension, .. }
            | Self::WishDropped { extension, .. }
            | Self::OptionalUnfit { extension, .. }
            | Self::NotHosted { extension, .. }
            | Self::NoVersion { extension, .. } => Some(extension),
            Self::Unreadable(_) | Self::BadSettings(_) | Self::Stopped | Self::UnknownName { .. } => None,
        }
    }

    /// Tells whether it is merely the consequence of another problem.
    pub fn is_consequence(&self) -> bool {
        matches!(self, Self::LeftOut { cause: Cause::Because { .. }, .. })
    }

    /// Returns the places to look at, the most telling first.
    pub fn locations(&self) -> Vec<Location> {
        match self {
            Self::LeftOut { cause: Cause::Cycle { path, .. }, .. } => path.iter().map(|step| step.at.clone()).collect(),
            Self::LeftOut { at, .. }
            | Self::WishDropped { at, .. }
            | Self::OptionalUnfit { at, .. }
            | Self::NotHosted { at, .. }
            | Self::NoVersion { at, .. } => vec![at.clone()],
            Self::Unreadable(error) => vec![error.at.clone()],
            Self::BadSettings(error) => vec![error.location()],
            Self::Stopped => Vec::new(),
            Self::Shadowed { used, passed_over, .. } => vec![used.1.clone(), passed_over.1.clone()],
            Self::UnknownName { at, .. } => at.iter().cloned().collect(),
        }
    }

    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::LeftOut { extension, cause, .. } => cause.hint(extension),
            Self::Unreadable(error) => error.hint(),
            Self::BadSettings(error) => error.hint(),
            Self::Stopped => "mend what is wrong below, or set `on_left_out: Warn`".into(),
            Self::Shadowed { .. } => "remove the one you do not want".into(),
            Self::WishDropped { kind, .. } => {
                format!("take this wish out of `{}`, or loosen another step of the cycle", key_of(*kind))
            }
            Self::OptionalUnfit { wanted, found, .. } => mend_version(wanted, found),
            Self::NotHosted { extension, .. } => {
                format!("add it with `ExtensionsPlugin::default().with::<{extension}>()`, or link it and add nothing")
            }
            Self::NoVersion { .. } => "add `version: \"1.0.0\"`".into(),
            Self::UnknownName { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::UnknownName { name, .. } => format!("remove `{name}`, or add the extension"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut { cause: Cause::Cycle { members, path }, .. } => write_cycle(f, members, path),
            Self::LeftOut { extension, cause: Cause::Because { of, .. }, .. } => {
                write!(f, "`{extension}` is left out because of `{of}`")
            }
            Self::LeftOut { extension, cause, .. } => write!(f, "`{extension}` is left out: {cause}"),
            Self::Unreadable(error) => {
                write!(f, "an extension is left out: its manifest is wrong: {}", error.message())
            }
            Self::BadSettings(error) => write!(f, "no extension starts: {error}"),
            Self::Stopped => {
                write!(f, "no extension starts, and the app exits: something is left out, and `on_left_out` is `Stop`")
            }
            Self::Shadowed { extension, used, passed_over } => {
                write!(f, "`{extension}` is there twice: {} is used, {} is passed over", used.0, passed_over.0,)
            }
            Self::WishDropped { extension, kind, other, cycle, .. } => write!(
                f,
                "`{extension}` {} `{other}`, which would make a cycle, {}: the wish is dropped",
                verb_of(*kind),
                arrows(cycle.iter()),
            ),
            Self::OptionalUnfit { extension, wanted, found, .. } => write!(
                f,
                "`{extension}` does without `{}`: it can use `{wanted}`, but `{}` is {}",
                wanted.name, found.0, found.1,
            ),
            Self::NoVersion { extension, .. } => write!(f, "`{extension}` gives no version, which reads as 0.0.0"),
            Self::NotHosted { extension, .. } => {
                write!(
                    f,
                    "`{extension}` was added past the host, by `add_plugins` or from outside: that way it does nothing"
                )
            }
            Self::UnknownName { key, name, .. } => {
                write!(f, "the host settings name `{name}` in `{key}`, but there is no such extension")
            }
        }
    }
}

impl Cause {
    fn hint(&self, extension: &ExtensionName) -> String {
        match self {
            Self::Missing { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::Missing { needed, .. } => match needed.url.as_str() {
                "" => {
                    format!("add `{}`; if it is linked into the app, name its crate in `link_extensions!`", needed.name)
                }
                url => format!("get `{}` from {url}", needed.name),
            },
            Self::WrongVersion { needed, found } => mend_version(needed, found),
            Self::DependencyDisabled { disabled, .. } => {
                format!("take `{disabled}` out of `disabled` in the host settings, or disable `{extension}` too")
            }
            Self::NoneOf { alternatives } => match alternatives.first() {
                Some(first) => first.hint(extension),
                None => "name at least one alternative, or remove the empty group".into(),
            },
            Self::Conflict { found, .. } => format!("disable `{extension}` or `{}` in the host settings", found.0),
            Self::Cycle { .. } => {
                "make one of these requirements `optional`, or move what is shared to an extension of its own".into()
            }
            Self::App { needed, found } if behind(needed, found) => {
                format!("update the app, or use an older `{extension}`")
            }
            Self::App { .. } => format!("update `{extension}` to a version made for this app"),
            Self::Artifact { .. } => format!("use a version of `{extension}` that needs no artifacts"),
            Self::Because { root, .. } => format!("mend `{root}`"),
        }
    }
}

/// The reason alone, to stand after "is left out: ".
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneOf { alternatives } if alternatives.is_empty() => {
                write!(f, "it needs one of an empty list of alternatives")
            }
            Self::NoneOf { alternatives } => {
                let names: Vec<_> = alternatives.iter().filter_map(Self::needed).map(ToString::to_string).collect();
                write!(f, "it needs {}, but ", suggest::either(&names))?;
                for (index, cause) in alternatives.iter().enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { ", and " }, Obstacle(cause))?;
                }
                Ok(())
            }
            Self::Missing { needed, .. } => write!(f, "it requires `{needed}`, which is not there"),
            Self::WrongVersion { needed, .. } | Self::DependencyDisabled { needed, .. } => {
                write!(f, "it requires `{needed}`, but {}", Obstacle(self))
            }
            Self::Conflict { with, found } => {
                write!(f, "it cannot run beside `{with}`, and `{}` {} is there", found.0, found.1)
            }
            Self::Cycle { path, .. } => write!(f, "it is part of a cycle, {}", cycle(path)),
            Self::App { needed, found } => write!(f, "it works with app version `{needed}`, but this one is {found}"),
            Self::Artifact { artifact, why } => write!(f, "it needs the artifact `{artifact}`: {why}"),
            Self::Because { of, .. } => write!(f, "it requires `{of}`, which is left out"),
        }
    }
}

impl Cause {
    fn needed(&self) -> Option<&Dependency> {
        match self {
            Self::Missing { needed, .. }
            | Self::WrongVersion { needed, .. }
            | Self::DependencyDisabled { needed, .. } => Some(needed),
            _ => None,
        }
    }
}

/// Why somebody who is asked for cannot serve.
struct Obstacle<'a>(&'a Cause);

impl fmt::Display for Obstacle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Cause::Missing { needed, .. } => write!(f, "`{}` is not there", needed.name),
            Cause::WrongVersion { needed, found } if needed.name == found.0 => {
                write!(f, "`{}` is {}", found.0, found.1)
            }
            Cause::WrongVersion { found, .. } => write!(f, "`{}` provides it at {}", found.0, found.1),
            Cause::DependencyDisabled { needed, disabled } if needed.name == *disabled => {
                write!(f, "`{disabled}` is disabled")
            }
            Cause::DependencyDisabled { disabled, .. } => write!(f, "`{disabled}`, which provides it, is disabled"),
            other => write!(f, "{other}"),
        }
    }
}

fn write_cycle(f: &mut fmt::Formatter<'_>, members: &[ExtensionName], path: &[CycleStep]) -> fmt::Result {
    match members {
        [only] => write!(f, "`{only}` is left out: it requires itself, {}", cycle(path)),
        all => write!(f, "{} are left out: they require each other, {}", suggest::list(all), cycle(path)),
    }
}

fn cycle(path: &[CycleStep]) -> String {
    let names = path.iter().map(|step| &step.extension);
    arrows(names.clone().chain(names.take(1)))
}

fn arrows<'a>(names: impl Iterator<Item = &'a ExtensionName>) -> String {
    let names: Vec<_> = names.map(ExtensionName::as_str).collect();
    format!("`{}`", names.join(" -> "))
}

/// The key of the manifest that a wish is written under.
fn key_of(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Requires => "dependencies",
        EdgeKind::AnyOf => "any_of",
        EdgeKind::Optional => "optional",
        EdgeKind::After => "after",
        EdgeKind::Before => "before",
    }
}

fn verb_of(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Requires => "requires",
        EdgeKind::AnyOf => "needs",
        EdgeKind::Optional => "can use",
        EdgeKind::After => "wishes to start after",
        EdgeKind::Before => "wishes to start before",
    }
}

fn mend_version(needed: &Dependency, (other, version): &(ExtensionName, Version)) -> String {
    let enough = format!("{} {}", needed.name, major(version));
    if behind(&needed.version, version) {
        format!("update `{other}`, or ask for `{enough}` if that is enough")
    } else {
        format!("use an older `{other}`, or ask for `{enough}` if that works too")
    }
}

/// The widest range that is still compatible with a version.
fn major(version: &Version) -> String {
    match version {
        Version { pre, .. } if !pre.is_empty() => format!("^{version}"),
        Version { major: 0, minor: 0, patch, .. } => format!("^0.0.{patch}"),
        Version { major: 0, minor, .. } => format!("^0.{minor}"),
        Version { major, .. } => format!("^{major}"),
    }
}

/// Tells whether a version is older than what a range begins with.
fn behind(range: &VersionReq, version: &Version) -> bool {
    let lowest = |bound: &Comparator| {
        let Comparator { major, minor, patch, pre, .. } = bound.clone();
        Version { pre, ..Version::new(major, minor.unwrap_or(0), patch.unwrap_or(0)) }
    };
    let from_below = range.comparators.iter().filter(|bound| !matches!(bound.op, Op::Less | Op::LessEq));
    from_below.map(lowest).any(|lowest| *version < lowest)
}
