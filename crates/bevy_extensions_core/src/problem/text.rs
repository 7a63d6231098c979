//! Problems as people read them.

use std::fmt;

use super::{
    Absence, Cause, Problem,
    cause::{behind, mend_version, write_cycle},
};
use crate::{
    name::ExtensionName,
    parse::{ParseError, ParseErrorKind},
    plan::EdgeKind,
    suggest,
};

impl Problem {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::LeftOut { extension, cause, .. } => cause.hint(extension),
            Self::Unreadable(error) => error.hint(),
            Self::Discovery(problem) => problem.hint(),
            Self::BadSettings(error) => error.hint(),
            Self::NotFetched { .. } => {
                "`bevy-extensions fetch` fetches now what is missing; the app does so when it starts".into()
            }
            Self::Stopped => "mend what is wrong below, or set `on_left_out: Warn`".into(),
            Self::Shadowed { .. } => "remove the one you do not want".into(),
            Self::InPlaceOf { dev, .. } => format!("take `{}` out of the dev folders to use the other", dev.0),
            Self::NotWatched { hint, .. } | Self::Artifacts { hint, .. } => hint.clone(),
            Self::OnlyInLock { .. } => {
                "bring it back; or write the lock without `locked`, look at what changes, and keep it".into()
            }
            Self::WishDropped { kind: EdgeKind::Chosen, .. } => {
                "choose another in the host settings, or loosen another step of the cycle".into()
            }
            Self::WishDropped { kind, .. } => {
                format!("take this wish out of `{}`, or loosen another step of the cycle", key_of(*kind))
            }
            Self::OptionalUnfit { wanted, found, .. } => mend_version(wanted, found),
            Self::NotHosted { extension, .. } => {
                format!("add it with `ExtensionsPlugin::default().with::<{extension}>()`, or link it and add nothing")
            }
            Self::NoVersion { at, .. } if at.file.ends_with(".json") => "add `\"version\": \"1.0.0\"`".into(),
            Self::NoVersion { .. } => "add `version: \"1.0.0\"`".into(),
            Self::UnknownName { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::UnknownName { name, .. } => format!("remove `{name}`, or add the extension"),
            Self::ChosenAbsent { chosen, why, .. } => match why {
                Absence::Unknown { near: Some(near) } => format!("did you mean `{near}`?"),
                Absence::Unknown { near: None } => "remove this choice, or add the extension".into(),
                Absence::Disabled => {
                    format!("take `{chosen}` out of `disabled` in the host settings, or remove this choice")
                }
                Absence::LeftOut => format!("mend `{chosen}`, or remove this choice"),
            },
            Self::ChosenUnfit { wanted, found: (chosen, version), .. } => {
                let other = if behind(&wanted.version, version) { "update" } else { "use an older" };
                format!("{other} `{chosen}`, or choose another for `{}`", wanted.name)
            }
            Self::UnusedChoice { near: Some(near), .. } | Self::UnknownInterface { near: Some(near), .. } => {
                format!("did you mean `{near}`?")
            }
            Self::UnusedChoice { .. } => "remove this choice".into(),
            Self::AliasLoop { .. } => "remove one of these aliases".into(),
            Self::DanglingAlias { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::DanglingAlias { .. } => "remove this alias".into(),
            Self::AliasOfType { from, to, .. } => {
                format!("remove this alias, or turn it around: `{to} -> {from}`")
            }
            Self::EventNameTwice { .. } => "give one of the two another name, with `#[event(name = \"..\")]`".into(),
            Self::InterfaceTwice { .. } => "declare it in one of the two, and let the other require that one".into(),
            Self::UnknownInterface { interface, .. } => {
                format!("declare `{interface}`, or add the extension that does")
            }
            Self::MissingMethod { method, .. } => format!("add `{method}` to the driver"),
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
            Self::Discovery(problem) => write!(f, "{problem}"),
            Self::Unreadable(error @ ParseError { kind: ParseErrorKind::NoName { .. }, .. }) => {
                write!(f, "an extension is left out: {}", error.message())
            }
            Self::Unreadable(error) => {
                write!(f, "an extension is left out: its manifest is wrong: {}", error.message())
            }
            Self::BadSettings(error) => write!(f, "no extension starts: {error}"),
            Self::Artifacts { why, .. } => write!(f, "{why}"),
            Self::OnlyInLock { what, .. } => write!(f, "`locked` is set, and {what}"),
            Self::NotFetched { extension, artifacts } => {
                let names: Vec<_> = artifacts.iter().map(|(artifact, _)| artifact.to_string()).collect();
                let (s, are) = if names.len() == 1 { ("", "is") } else { ("s", "are") };
                write!(f, "`{extension}` needs the artifact{s} {}, which {are} not fetched yet", suggest::list(&names))
            }
            Self::Stopped => {
                write!(f, "no extension starts, and the app exits: something is left out, and `on_left_out` is `Stop`")
            }
            Self::Shadowed { extension, used, passed_over } => {
                write!(f, "`{extension}` is there twice: {} is used, {} is passed over", used.0, passed_over.0,)
            }
            Self::InPlaceOf { extension, installed, dev } => write!(
                f,
                "`{extension}` of `{}` is not used: the dev folder `{}` stands in its place",
                installed.0, dev.0,
            ),
            Self::NotWatched { folder: Some(folder), why, .. } => write!(f, "`{folder}` is not watched: {why}"),
            Self::NotWatched { folder: None, why, .. } => write!(f, "nothing is watched: {why}"),
            Self::WishDropped { extension, kind, other, cycle, .. } => write!(
                f,
                "`{extension}` {} `{other}`, which would make a cycle, {}: {}",
                verb_of(*kind),
                arrows(cycle),
                if *kind == EdgeKind::Chosen { "only the order is dropped" } else { "the wish is dropped" },
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
            Self::ChosenAbsent { name, importer, chosen, why, .. } => {
                let why = match why {
                    Absence::Unknown { .. } => "there is no such extension",
                    Absence::Disabled => "it is disabled",
                    Absence::LeftOut => "it is left out",
                };
                write!(f, "the host settings choose `{chosen}` to serve `{name}`{}, but {why}", Owner("to", importer))
            }
            Self::ChosenUnfit { extension, wanted, found, .. } => write!(
                f,
                "`{extension}` asks for `{wanted}`, but the host settings choose `{}` to serve it, which counts as {}: \
                 the choice stands",
                found.0, found.1,
            ),
            Self::UnusedChoice { name, importer, .. } => write!(
                f,
                "the host settings choose who serves `{name}`{}, but no extension or interface has that name",
                Owner("to", importer),
            ),
            Self::AliasLoop { of, names, .. } => write!(
                f,
                "aliases of events{} make a loop, {}: a name that runs into it means itself",
                Owner("for", of),
                arrows(names.iter().chain(names.first())),
            ),
            Self::DanglingAlias { of, from, to, .. } => {
                write!(f, "the alias `{from} -> {to}`{} leads nowhere: nobody emits or hears `{to}`", Owner("for", of))
            }
            Self::AliasOfType { of, from, to, .. } => write!(
                f,
                "the alias `{from} -> {to}`{} works only by name: whoever emits or hears `{from}` by its type goes past it",
                Owner("for", of),
            ),
            Self::EventNameTwice { name, .. } => {
                write!(f, "the event name `{name}` is claimed by two types: by name, only the first is reached")
            }
            Self::InterfaceTwice { name, first, second, .. } => {
                write!(
                    f,
                    "`{first}` and `{second}` declare the interface `{name}` differently: that of `{first}` counts"
                )
            }
            Self::UnknownInterface { interface, driver, .. } => {
                write!(f, "`{driver}` has a driver for the interface `{interface}`, which nobody declares")
            }
            Self::MissingMethod { interface, driver, method, .. } => write!(
                f,
                "the driver of `{driver}` for the interface `{interface}` lacks the method `{method}`, which is required",
            ),
        }
    }
}

/// The key that a wish is written under.
fn key_of(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Requires => "dependencies",
        EdgeKind::AnyOf => "any_of",
        EdgeKind::Optional => "optional",
        EdgeKind::After => "after",
        EdgeKind::Before => "before",
        EdgeKind::Chosen => "choose",
    }
}

pub(crate) fn verb_of(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Requires => "requires",
        EdgeKind::AnyOf => "needs",
        EdgeKind::Optional => "can use",
        EdgeKind::After => "wishes to start after",
        EdgeKind::Before => "wishes to start before",
        EdgeKind::Chosen => "should start after the chosen",
    }
}

pub(super) fn arrows<'a, S: AsRef<str> + 'a>(names: impl IntoIterator<Item = &'a S>) -> String {
    let names: Vec<_> = names.into_iter().map(AsRef::as_ref).collect();
    format!("`{}`", names.join(" -> "))
}

/// Whom something in the host settings is for, after a preposition; nothing if it is for everyone.
struct Owner<'a>(&'static str, &'a Option<ExtensionName>);

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.iter().try_for_each(|name| write!(f, " {} `{name}`", self.0))
    }
}
