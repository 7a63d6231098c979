//! Why an extension is, or is not, there.

use std::fmt::{self, Write as _};

use semver::Version;

use crate::{
    location::Location,
    name::ExtensionName,
    problem::{Cause, Problem},
    roster::{Roster, Standing, UnknownExtension},
    tree::Tree,
};

/// Why an extension is, or is not, there: from what is seen down to the root of it, and who needs it.
///
/// `Display` is the text without colours; [`to_text`](Self::to_text) has them. A host that knows more, such as what an extension
/// failed with, adds [steps](Self::with) of its own.
///
/// ```
/// use bevy_extensions_core::{Candidate, HostSettings, Roster, Why, resolve};
///
/// let candidates = [
///     Candidate::from_ron("umbrella.ron", r#"(name: "Umbrella", version: "0.1.0", dependencies: ["Weather"])"#)?,
///     Candidate::from_ron("weather.ron", r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^2"])"#)?,
///     Candidate::from_ron("time.ron", r#"(name: "Time", version: "1.4.0")"#)?,
/// ];
/// let settings = HostSettings::default();
/// let resolution = resolve(&candidates, &settings);
/// let roster = Roster::of(&candidates, &settings, &resolution);
/// assert_eq!(
///     Why::of(&roster, "umbrella")?.to_string(),
///     "`Umbrella` is left out because of `Weather`\n  \
///        in: umbrella.ron:1:54\n\
///      `Weather` is left out: it requires `Time ^2`, but `Time` is 1.4.0\n  \
///        in: weather.ron:1:53\n  \
///        hint: update `Time`, or ask for `Time ^1` if that is enough\n",
/// );
/// assert_eq!(
///     Why::of(&roster, "time")?.to_string(),
///     "`Time` 1.4.0 starts\n  \
///        in: time.ron\n\
///      needed by\n\
///      └─ Weather 1.0.0 [left out] (requires Time ^2)\n   \
///         └─ Umbrella 0.1.0 [left out] (requires Weather)\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Why {
    /// Its name.
    pub name: ExtensionName,
    /// Its version.
    pub version: Version,
    /// How it stands.
    pub standing: Standing,
    /// The causes, each because of the next; the roots are last.
    pub steps: Vec<WhyStep>,
    /// The extension, and who needs it below it.
    pub needed_by: Tree,
}

/// One step of a [`Why`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WhyStep {
    /// What is so, as a sentence without a full stop.
    pub text: String,
    /// The places to look at, the most telling first.
    pub at: Vec<Location>,
    /// One thing to try; empty if there is nothing, or a later step says it.
    pub hint: String,
}

impl WhyStep {
    /// Says what is so.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Adds a place to look at.
    pub fn at(mut self, at: Location) -> Self {
        self.at.push(at);
        self
    }

    /// Says one thing to try.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl From<&Problem> for WhyStep {
    /// Takes over what a problem says; the hint only if it is the root.
    fn from(problem: &Problem) -> Self {
        let hint = if problem.is_consequence() { String::new() } else { problem.hint() };
        Self { text: problem.to_string(), at: problem.locations(), hint }
    }
}

impl Why {
    /// Explains how an extension stands; its name may differ in case.
    ///
    /// # Errors
    ///
    /// [`UnknownExtension`] if there is none of that name.
    pub fn of(roster: &Roster<'_>, name: &str) -> Result<Self, UnknownExtension> {
        let (candidate, standing) = roster.find(name)?;
        let manifest = &candidate.manifest;
        let mut steps = chain(roster, &manifest.name);
        if steps.is_empty() {
            let text = format!("`{}` {} {}", manifest.name, manifest.version, standing.told);
            steps.push(WhyStep::new(text).at(candidate.source.location().clone()));
        }
        steps.extend(roster.problems.iter().filter_map(|problem| preferred(problem, &manifest.name)));
        Ok(Self {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            standing: standing.clone(),
            steps,
            needed_by: Tree::upwards(roster, manifest.name.as_str())?,
        })
    }

    /// Adds a step after all others.
    pub fn with(mut self, step: WhyStep) -> Self {
        self.steps.push(step);
        self
    }

    /// Lays it out, with colours or without.
    pub fn to_text(&self, colors: bool) -> String {
        let mut text = String::new();
        self.steps.iter().try_for_each(|step| write!(text, "{step}")).expect("a string takes everything");
        let tree = self.needed_by.to_text(colors);
        // Its first line is the extension itself.
        match tree.split_once('\n').map_or("", |(_, below)| below) {
            "" if self.standing.is_up => text + "nobody needs it: it is there, and nothing keeps it from starting\n",
            "" => text,
            below => text + "needed by\n" + below,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(false))
    }
}

impl fmt::Display for WhyStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for (index, at) in self.at.iter().enumerate() {
            writeln!(f, "  {} {at}", if index == 0 { "in:" } else { "   " })?;
        }
        if self.hint.is_empty() { Ok(()) } else { writeln!(f, "  hint: {}", self.hint) }
    }
}

/// Follows the causes of being disabled or left out, each once; nothing if it is neither.
fn chain(roster: &Roster<'_>, name: &ExtensionName) -> Vec<WhyStep> {
    let mut steps = Vec::new();
    let mut names = vec![name.clone()];
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let is_up = roster.find(name.as_str()).is_ok_and(|(_, standing)| standing.is_up);
        if is_up {
            continue;
        }
        if roster.settings.disabled.contains(&name) {
            steps.push(disabled(roster, &name));
            continue;
        }
        for problem in roster.problems.iter().filter(|problem| problem.leaves_out(&name)) {
            steps.push(problem.into());
            let because = because_of(problem).into_iter().filter(|other| !names.contains(other));
            let because: Vec<_> = because.cloned().collect();
            names.extend(because);
        }
    }
    steps
}

fn disabled(roster: &Roster<'_>, name: &ExtensionName) -> WhyStep {
    let step = WhyStep::new(format!("`{name}` is disabled in the host settings"));
    let step = step.hint(format!("take `{name}` out of `disabled` in the host settings"));
    let mut said = roster.settings.every_extension();
    let place = said.find_map(|(key, other, at)| if key == "disabled" && other == name { at } else { None });
    WhyStep { at: place.into_iter().collect(), ..step }
}

/// Returns whose state is the cause of a problem.
fn because_of(problem: &Problem) -> Vec<&ExtensionName> {
    let Problem::LeftOut { cause, .. } = problem else { return Vec::new() };
    match cause {
        Cause::Because { of, .. } => vec![of],
        Cause::DependencyDisabled { disabled, .. } => vec![disabled],
        Cause::NoneOf { alternatives } => alternatives
            .iter()
            .filter_map(|it| if let Cause::DependencyDisabled { disabled, .. } = it { Some(disabled) } else { None })
            .collect(),
        _ => Vec::new(),
    }
}

/// Says why one of several with a name is used, if a problem is about that.
fn preferred(problem: &Problem, name: &ExtensionName) -> Option<WhyStep> {
    let rule = match problem {
        Problem::Shadowed { extension, used, passed_over } if extension == name => match used.0 == passed_over.0 {
            true => ", since it was searched later",
            false => ", since its version is lower",
        },
        Problem::InPlaceOf { extension, .. } if extension == name => "",
        _ => return None,
    };
    let step = WhyStep::from(problem);
    Some(WhyStep { text: step.text + rule, ..step })
}

#[cfg(test)]
mod tests;
