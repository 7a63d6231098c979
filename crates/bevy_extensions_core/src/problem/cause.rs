//! Why an extension is left out.

use std::fmt;

use semver::{Comparator, Op, Version, VersionReq};

use super::text::arrows;
use crate::{
    candidate::{Unavailable, Unrunnable},
    location::Location,
    manifest::Dependency,
    name::ExtensionName,
    suggest,
};

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
    Artifact(Unavailable),
    /// It was found, but cannot run here.
    Unrunnable(Unrunnable),
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

impl Cause {
    pub(super) fn hint(&self, extension: &ExtensionName) -> String {
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
            Self::Artifact(unavailable) => unavailable.hint.clone(),
            Self::Unrunnable(unrunnable) => unrunnable.hint.clone(),
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
            Self::Artifact(Unavailable { artifact, why, .. }) => write!(f, "it needs the artifact `{artifact}`: {why}"),
            Self::Unrunnable(Unrunnable { what, why, .. }) => write!(f, "{what} cannot run here: {why}"),
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

pub(super) fn write_cycle(f: &mut fmt::Formatter<'_>, members: &[ExtensionName], path: &[CycleStep]) -> fmt::Result {
    match members {
        [only] => write!(f, "`{only}` is left out: it requires itself, {}", cycle(path)),
        all => write!(f, "{} are left out: they require each other, {}", suggest::list(all), cycle(path)),
    }
}

fn cycle(path: &[CycleStep]) -> String {
    let names = path.iter().map(|step| &step.extension);
    arrows(names.clone().chain(names.take(1)))
}

pub(super) fn mend_version(needed: &Dependency, (other, version): &(ExtensionName, Version)) -> String {
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
pub(super) fn behind(range: &VersionReq, version: &Version) -> bool {
    let lowest = |bound: &Comparator| {
        let Comparator { major, minor, patch, pre, .. } = bound.clone();
        Version { pre, ..Version::new(major, minor.unwrap_or(0), patch.unwrap_or(0)) }
    };
    let from_below = range.comparators.iter().filter(|bound| !matches!(bound.op, Op::Less | Op::LessEq));
    from_below.map(lowest).any(|lowest| *version < lowest)
}
