//! Problems laid out for people.

use std::fmt::Write as _;

use crate::{
    name::ExtensionName,
    problem::{Cause, Problem},
    suggest,
};

/// How many consequences of a problem are listed by name.
const LISTED: usize = 5;

/// Lays problems out for people: the worst first, each with its place and a hint, consequences under their root.
///
/// ```
/// use bevy_extensions_core::{Candidate, HostSettings, explain, resolve};
///
/// let candidates = [
///     Candidate::from_ron("weather.ron", r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^2"])"#)?,
///     Candidate::from_ron("time.ron", r#"(name: "Time", version: "1.4.0")"#)?,
///     Candidate::from_ron("umbrella.ron", r#"(name: "Umbrella", version: "0.1.0", dependencies: ["Weather"])"#)?,
/// ];
/// let problems = resolve(&candidates, &HostSettings::default()).problems;
/// assert_eq!(
///     explain(&problems),
///     "error: `Weather` is left out: it requires `Time ^2`, but `Time` is 1.4.0\n  \
///        in: weather.ron:1:53\n  \
///        hint: update `Time`, or ask for `Time ^1` if that is enough\n  \
///        because of it, `Umbrella` is left out too\n"
/// );
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
pub fn explain(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems.iter().filter(|problem| !problem.is_consequence()) {
        explain_one(&mut text, problem, &consequences(problem, problems)).expect("a string takes everything");
    }
    text
}

fn explain_one(text: &mut String, problem: &Problem, consequences: &[&ExtensionName]) -> std::fmt::Result {
    writeln!(text, "{}: {problem}", problem.severity())?;
    for (index, location) in problem.locations().iter().enumerate() {
        writeln!(text, "  {} {location}", if index == 0 { "in:" } else { "   " })?;
    }
    writeln!(text, "  hint: {}", problem.hint())?;
    let (listed, rest) = consequences.split_at(consequences.len().min(LISTED));
    match (listed.len(), rest.len()) {
        (0, _) => Ok(()),
        (1, 0) => writeln!(text, "  because of it, {} is left out too", suggest::list(listed)),
        (_, 0) => writeln!(text, "  because of it, {} are left out too", suggest::list(listed)),
        (_, more) => {
            let listed: Vec<_> = listed.iter().map(|name| format!("`{name}`")).collect();
            writeln!(text, "  because of it, {} and {more} more are left out too", listed.join(", "))
        }
    }
}

/// Returns who is left out because of a problem.
fn consequences<'a>(problem: &Problem, problems: &'a [Problem]) -> Vec<&'a ExtensionName> {
    let Problem::LeftOut { extension, cause, .. } = problem else { return Vec::new() };
    let is_ours = |root: &ExtensionName| match cause {
        Cause::Cycle { members, .. } => members.contains(root),
        _ => root == extension,
    };
    let first_of_its_extension = problems
        .iter()
        .position(|other| matches!(other, Problem::LeftOut { extension: same, .. } if same == extension));
    if !first_of_its_extension.is_some_and(|first| std::ptr::eq(&problems[first], problem)) {
        // An extension with several causes of its own shows the consequences under the first.
        return Vec::new();
    }
    problems
        .iter()
        .filter_map(|other| match other {
            Problem::LeftOut { extension, cause: Cause::Because { root, .. }, .. } if is_ours(root) => Some(extension),
            _ => None,
        })
        .collect()
}
