//! `show`: all that is known of one extension.

use std::fmt::Display;

use anstyle::Style;
use bevy_extensions_core::{Candidate, Dependency, Found, Problem, explain};

use crate::{
    args::{Format, Show},
    exit::Exit,
    failure::Failure,
    json,
    look::{Kept, Look, State},
    output::{Output, painted, plain},
};

/// Prints the manifest of an extension, where it is, how it stands, and what is wrong with it.
pub fn show(args: &Show, out: &mut Output) -> Result<Exit, Failure> {
    let look = Look::at(&args.place)?;
    let roster = look.roster();
    let (wanted, _) = roster.find(&args.name)?;
    let member = look.members().find(|(_, candidate, _)| std::ptr::eq(*candidate, wanted));
    let (index, candidate, state) = member.expect("the roster lists the same");
    let found = look.found(index);
    let name = &candidate.manifest.name;
    let about = |problem: &&Problem| problem.extension() == Some(name) || problem.leaves_out(name);
    let problems: Vec<_> = look.problems.iter().filter(about).cloned().collect();
    match args.format {
        Format::Text => out.print(&text(candidate, state, found, &look.artifacts[index], &problems))?,
        Format::Json => out.json(&json::Show::of(candidate, state, found, &look.artifacts[index], &problems))?,
    }
    Ok(Exit::Good)
}

fn text(
    candidate: &Candidate,
    state: State,
    found: Option<&Found>,
    artifacts: &[Kept],
    problems: &[Problem],
) -> String {
    let manifest = &candidate.manifest;
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let mut text = format!("{bold}{} {}{bold:#}\n", manifest.name, manifest.version);
    for line in plain(&manifest.description).lines() {
        text += &format!("  {line}\n");
    }
    for (key, value) in facts(candidate, state, found, artifacts) {
        text += &format!("  {dim}{key:<12}{dim:#}  {}\n", plain(&value).trim_end().replace('\n', "\n                "));
    }
    let own: Vec<_> = problems.iter().filter(|problem| !problem.is_consequence()).cloned().collect();
    let consequences = problems.iter().filter(|problem| problem.is_consequence());
    for problem in consequences {
        // On its own, the root is not there to fold it under.
        let place = problem.locations().iter().map(|at| format!("  in: {at}\n")).collect::<String>();
        text += &painted(&plain(&format!("{}: {problem}\n{place}  hint: {}\n", problem.severity(), problem.hint())));
    }
    text + &painted(&plain(&explain(&own)))
}

/// Lists what there is to say, without what is empty.
fn facts(
    candidate: &Candidate,
    state: State,
    found: Option<&Found>,
    artifacts: &[Kept],
) -> Vec<(&'static str, String)> {
    let manifest = &candidate.manifest;
    let state = match state.position() {
        Some(position) => format!("{}, as number {position}", state.word()),
        None => state.word().into(),
    };
    let any = bevy_extensions_core::VersionReq::STAR;
    let meta = serde_json::to_value(&manifest.meta).unwrap_or_default();
    let repositories = manifest.external.repositories.iter().map(|it| format!("{} {}", it.name, it.url));
    let groups = manifest.any_of.iter().map(|group| lines(group.iter().map(wanted)).replace('\n', " | "));
    let facts = [
        ("state", state),
        ("kind", if candidate.source.is_native() { "native" } else { "script" }.into()),
        ("source", candidate.source.location().to_string()),
        ("spelled", candidate.original_name.clone().unwrap_or_default()),
        ("entry point", found.map(|found| found.entrypoint.clone()).unwrap_or_default()),
        ("authors", lines(&manifest.authors)),
        ("license", manifest.license.clone()),
        ("homepage", manifest.homepage.clone()),
        ("app", if manifest.app == any { String::new() } else { manifest.app.to_string() }),
        ("requires", lines(manifest.dependencies.iter().map(wanted))),
        ("any of", lines(groups)),
        ("optional", lines(manifest.optional.iter().map(wanted))),
        ("conflicts", lines(manifest.conflicts.iter().map(wanted))),
        ("provides", lines(&manifest.provides)),
        ("after", lines(&manifest.after)),
        ("before", lines(&manifest.before)),
        ("repositories", lines(repositories)),
        ("artifacts", lines(aligned(artifacts))),
        ("settings", if manifest.settings.is_unit() { "" } else { manifest.settings.as_str() }.into()),
        ("meta", if manifest.meta.is_empty() { String::new() } else { meta.to_string() }),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Shows a dependency with what it says about itself.
fn wanted(wanted: &Dependency) -> String {
    let notes: Vec<_> = [&wanted.reason, &wanted.url].into_iter().filter(|it| !it.is_empty()).cloned().collect();
    if notes.is_empty() { wanted.to_string() } else { format!("{wanted} ({})", notes.join(", ")) }
}

/// Shows artifacts, each with its version and whether it is here.
fn aligned(artifacts: &[Kept]) -> Vec<String> {
    let cells: Vec<_> = artifacts
        .iter()
        .map(|kept| [kept.wanted.to_string(), kept.version().unwrap_or_else(|| "-".into()), kept.state.word().into()])
        .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (first, second) = (width(0), width(1));
    cells.iter().map(|[what, version, state]| format!("{what:<first$}  {version:<second$}  {state}")).collect()
}

fn lines(all: impl IntoIterator<Item = impl Display>) -> String {
    all.into_iter().map(|it| it.to_string()).collect::<Vec<_>>().join("\n")
}
