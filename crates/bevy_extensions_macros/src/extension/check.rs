//! The rules that a declaration has to keep, beyond its syntax.

use bevy_extensions_core::{Artifact, ExtensionName, RepositoryUrl, parse_range, parse_version};
use quote::ToTokens;
use syn::{Ident, LitStr};

use super::{
    Declaration,
    attribute::{Attribute, List},
    dependency::{Dependency, Other},
    meta::Label,
};
use crate::errors::Errors;

/// Reports everything in a declaration that breaks a rule.
pub(super) fn check(declaration: &Declaration, errors: &mut Errors) {
    let Attribute { name, version, app, lists, external, meta, .. } = &declaration.attribute;
    match name {
        Some(name) => errors.check_text(name, ExtensionName::new),
        None => check_ident(&declaration.ident, &declaration.name(), errors),
    }
    version.iter().for_each(|version| errors.check_text(version, parse_version));
    app.iter().for_each(|range| errors.check_text(range, parse_range));
    lists.iter().for_each(|list| check_list(list, declaration, errors));
    check_labels(external.repositories.iter().map(|(name, _)| name), errors);
    external.repositories.iter().for_each(|(_, url)| errors.check_text(url, str::parse::<RepositoryUrl>));
    check_labels(meta.iter().map(|(key, _)| key), errors);
    check_artifacts(&external.artifacts, errors);
}

fn check_ident(ident: &Ident, name: &str, errors: &mut Errors) {
    if let Err(error) = ExtensionName::new(name) {
        errors.push(ident, format!("{error}; give it another with `#[extension(name = \"..\")]`"));
    }
}

fn check_list(list: &List, declaration: &Declaration, errors: &mut Errors) {
    for dependency in &list.items {
        check_dependency(list, dependency, errors);
        if dependency.on.is(&declaration.ident, &declaration.name()) {
            let message = format!("`{}` cannot name itself in `{}`", declaration.name(), list.key.word);
            errors.push(&dependency.on, message);
        }
    }
    let others = list.items.iter().map(|dependency| &dependency.on);
    check_repeats(others.map(|other| (other.identity(), other.shown(), other)), errors);
}

fn check_dependency(list: &List, dependency: &Dependency, errors: &mut Errors) {
    if let Other::Name(name) = &dependency.on {
        errors.check_text(name, ExtensionName::new);
    }
    match &dependency.version {
        Some(version) if list.key.word == "provides" => errors.check_text(version, parse_version),
        Some(range) => errors.check_text(range, parse_range),
        None => {}
    }
}

fn check_labels<'a>(labels: impl Iterator<Item = &'a Label>, errors: &mut Errors) {
    check_repeats(labels.map(|label| (label.text.clone(), label.text.clone(), label)), errors);
}

fn check_artifacts(artifacts: &[LitStr], errors: &mut Errors) {
    artifacts.iter().for_each(|artifact| errors.check_text(artifact, str::parse::<Artifact>));
    check_repeats(artifacts.iter().map(|artifact| (artifact.value(), artifact.value(), artifact)), errors);
}

/// Reports what is listed a second time: items are an identity, how to call it, and where it stands.
fn check_repeats(items: impl Iterator<Item = (String, String, impl ToTokens)>, errors: &mut Errors) {
    let mut seen = Vec::new();
    for (identity, shown, at) in items {
        if seen.contains(&identity) {
            errors.push(at, format!("`{shown}` is listed twice; keep one of them"));
        }
        seen.push(identity);
    }
}
