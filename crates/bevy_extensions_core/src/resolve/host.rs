//! What the host settings say is held against who is there.

use super::{Chosen, needs::Names, startable::Startable};
use crate::{
    interface_name::InterfaceName,
    location::Location,
    manifest::{Dependency, Manifest},
    name::ExtensionName,
    plan::EdgeKind,
    problem::{Absence, Problem},
    settings::{AliasLoop, Choice, HostSettings},
};

/// An extension depends on a name, and the host settings choose another to serve it. Both start.
pub(super) struct Served<'a> {
    pub(super) importer: usize,
    pub(super) server: usize,
    /// Which of all that the importer depends on it is.
    pub(super) wish: usize,
    wanted: &'a Dependency,
    /// Where the choice is written, if the settings come from a file.
    chosen_at: Option<Location>,
    wanted_at: Location,
}

impl Served<'_> {
    /// Returns the place to look at: the choice, or if no file holds that, the wish that it is for.
    pub(super) fn location(&self) -> Location {
        self.chosen_at.as_ref().unwrap_or(&self.wanted_at).clone()
    }
}

/// Lists who depends on a name that the host settings have another serve.
pub(super) fn served<'a>(
    chosen: &[Chosen<'a>],
    names: &Names<'_>,
    startable: &Startable<'_>,
    settings: &HostSettings,
) -> Vec<Served<'a>> {
    let mut all = Vec::new();
    if settings.chooses_nobody() {
        return all;
    }
    for (importer, (_, candidate)) in chosen.iter().enumerate().filter(|(id, _)| startable.contains(*id)) {
        for (wish, (wanted, kind, index, alternative)) in all_wanted(&candidate.manifest).enumerate() {
            let name = InterfaceName::from(&wanted.name);
            if let Some((of, server)) = settings.choice_for(Some(&candidate.manifest.name), &name)
                && let Some(server) = names.find(server).filter(|&id| startable.contains(id) && id != importer)
            {
                let chosen_at = settings.place_of_choice(of, &name);
                let wanted_at = candidate.source.place_of_wish(kind, index, alternative);
                all.push(Served { importer, server, wish, wanted, chosen_at, wanted_at });
            }
        }
    }
    all
}

/// Reports what the host settings say of extensions that do not start, and what they say against themselves.
pub(super) fn problems(
    names: &Names<'_>,
    startable: &Startable<'_>,
    disabled: &[bool],
    settings: &HostSettings,
    served: &[Served<'_>],
) -> Vec<Problem> {
    let absence = |name: &ExtensionName| match names.find(name) {
        // The app itself may serve too.
        None if *name == "app" => None,
        None => Some(Absence::Unknown { near: names.near(name) }),
        Some(id) if disabled[id] => Some(Absence::Disabled),
        Some(id) => (!startable.contains(id)).then_some(Absence::LeftOut),
    };
    let absent = settings.every_choice().filter_map(|choice| Some((absence(choice.chosen)?, choice)));
    unknown_names(settings, names)
        .into_iter()
        .chain(absent.map(|(why, choice)| chosen_absent(settings, choice, why)))
        .chain(served.iter().filter(|it| !names.is_version_of(it.server, it.wanted)).map(|it| chosen_unfit(names, it)))
        .chain(settings.alias_loops().into_iter().map(|AliasLoop { of, names, at }| Problem::AliasLoop {
            of,
            names,
            at,
        }))
        .collect()
}

/// Goes through all that an extension depends on, with the place of each in its manifest.
fn all_wanted(manifest: &Manifest) -> impl Iterator<Item = (&Dependency, EdgeKind, usize, usize)> {
    let required = manifest.dependencies.iter().enumerate().map(|(index, it)| (it, EdgeKind::Requires, index, 0));
    let optional = manifest.optional.iter().enumerate().map(|(index, it)| (it, EdgeKind::Optional, index, 0));
    let groups = manifest.any_of.iter().enumerate().flat_map(|(index, group)| {
        group.iter().enumerate().map(move |(alternative, it)| (it, EdgeKind::AnyOf, index, alternative))
    });
    required.chain(optional).chain(groups)
}

fn chosen_absent(settings: &HostSettings, choice: Choice<'_>, why: Absence) -> Problem {
    Problem::ChosenAbsent {
        at: settings.place_of_chosen(&choice),
        name: choice.name.clone(),
        importer: choice.importer.cloned(),
        chosen: choice.chosen.clone(),
        why,
    }
}

fn chosen_unfit(names: &Names<'_>, served: &Served<'_>) -> Problem {
    Problem::ChosenUnfit {
        extension: names.name_of(served.importer).clone(),
        wanted: served.wanted.clone(),
        found: names.version_as(served.server, &served.wanted.name),
        chosen_at: served.chosen_at.clone(),
        at: served.wanted_at.clone(),
    }
}

fn unknown_names(settings: &HostSettings, names: &Names<'_>) -> Vec<Problem> {
    let named = settings.every_extension();
    named
        .filter(|(_, name, _)| !names.contains(name))
        .map(|(key, name, at)| Problem::UnknownName { key, name: name.clone(), near: names.near(name), at })
        .collect()
}
