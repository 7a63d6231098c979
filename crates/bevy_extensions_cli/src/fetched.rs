//! What became of artifacts that were to be fetched.

use bevy_extensions_core::{
    ExtensionName, Location,
    artifacts::{ArtifactProgress, Attempt, FetchCause, FetchError, FetchState, Fetching, LockedArtifact},
};
use indicatif::BinaryBytes;

use crate::{
    args::{self, Format},
    failure::Failure,
    look::{Kept, KeptState, Look},
    output::{Output, plain},
    progress,
};

/// What became of the artifacts that extensions ask for.
#[derive(Default)]
pub struct Fetched {
    /// Each once, by name.
    pub artifacts: Vec<One>,
    /// Whether somebody has interrupted it.
    pub is_interrupted: bool,
}

/// What became of an artifact.
pub struct One {
    /// What manifests write.
    pub what: String,
    /// Who asks for it.
    pub extensions: Vec<ExtensionName>,
    /// What the lock has of it now.
    pub locked: Option<LockedArtifact>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an artifact.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was here.
    Here,
    /// It has come.
    Fetched,
    /// It cannot be had.
    Failed(Box<FetchError>, Vec<Location>),
    /// It is not here, and was not to be fetched, or somebody has interrupted that.
    Left,
}

/// An artifact as an extension asks for it.
struct Asked<'a> {
    extension: &'a ExtensionName,
    candidate: usize,
    index: usize,
    before: &'a Kept,
}

impl Fetched {
    /// Waits for what is being fetched, and tells of each artifact that has come.
    ///
    /// # Errors
    ///
    /// [`Failure`] if standard output cannot be written.
    pub fn wait(look: &Look, mut fetching: Fetching, how: args::Fetching, out: &mut Output) -> Result<Self, Failure> {
        let is_told = how.format == Format::Text && !how.quiet;
        let all: Vec<_> = asked(look).collect();
        let names: Vec<_> = fetching.progress().into_iter().map(|it| it.what).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let is_good = progress::watch(&mut fetching, !how.quiet, |progress| {
            let asked = all.iter().find(|asked| asked.is(progress));
            let fetched = asked.filter(|asked| !asked.is_as_before(look));
            match fetched.and_then(|asked| asked.locked(look)).filter(|_| is_told) {
                Some(locked) => out.print(&plain(&line(&progress.what, width, &locked))),
                None => Ok(()),
            }
        })?;
        let errors = fetching.take_done().into_iter().flat_map(|(name, result)| {
            let errors = result.err().unwrap_or_default();
            errors.into_iter().map(move |error| (name.clone(), error))
        });
        let errors: Vec<_> = errors.filter(|(_, error)| error.cause != FetchCause::Cancelled).collect();
        Ok(Self { is_interrupted: !is_good, ..Self::of(look, &fetching.progress(), &errors) })
    }

    /// Tells what became of all artifacts, of which some were fetched, and some in vain.
    pub fn of(look: &Look, fetched: &[ArtifactProgress], errors: &[(ExtensionName, FetchError)]) -> Self {
        let mut artifacts: Vec<One> = Vec::new();
        for asked in asked(look) {
            let what = asked.before.wanted.to_string();
            let is_own = |(name, error): &&(ExtensionName, FetchError)| {
                name == asked.extension && error.artifact == asked.before.wanted.artifact
            };
            let outcome = match errors.iter().find(is_own) {
                Some((_, error)) => Outcome::Failed(Box::new(error.clone()), Vec::new()),
                None if asked.is_as_before(look) => Outcome::Here,
                None => match fetched.iter().any(|it| it.state == FetchState::Done && asked.is(it)) {
                    true => Outcome::Fetched,
                    false => Outcome::Left,
                },
            };
            let (locked, at) = (asked.locked(look), asked.place(look));
            let same = artifacts.iter_mut().find(|one| one.what == what && one.is_like(&outcome, locked.as_ref()));
            let one = match same {
                Some(one) => one,
                None => {
                    artifacts.push(One { what, extensions: Vec::new(), locked, outcome });
                    artifacts.last_mut().expect("it was added")
                }
            };
            one.extensions.push(asked.extension.clone());
            if let Outcome::Failed(_, places) = &mut one.outcome {
                places.push(at);
            }
        }
        artifacts.sort_by(|one, other| one.what.cmp(&other.what));
        Self { artifacts, is_interrupted: false }
    }

    /// Tells whether nothing went wrong.
    pub fn is_good(&self) -> bool {
        !self.is_interrupted && !self.artifacts.iter().any(|one| matches!(one.outcome, Outcome::Failed(..)))
    }

    /// Says in one line what became of how many.
    pub fn summary(&self) -> String {
        let count = |is: fn(&Outcome) -> bool| self.artifacts.iter().filter(|one| is(&one.outcome)).count();
        let counts = [
            (count(|it| *it == Outcome::Fetched), "fetched"),
            (count(|it| *it == Outcome::Here), "here already"),
            (count(|it| matches!(it, Outcome::Failed(..))), "cannot be had"),
            (count(|it| *it == Outcome::Left), "not fetched"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        format!("artifacts: {}\n", if counts.is_empty() { "none is asked for" } else { &counts })
    }

    /// Says why some cannot be had.
    pub fn errors(&self) -> String {
        self.artifacts.iter().map(One::error).collect()
    }
}

impl One {
    fn is_like(&self, outcome: &Outcome, locked: Option<&LockedArtifact>) -> bool {
        let is_same = match (&self.outcome, outcome) {
            (Outcome::Failed(one, _), Outcome::Failed(other, _)) => one == other,
            (one, other) => one == other,
        };
        is_same && self.locked.as_ref() == locked
    }

    fn error(&self) -> String {
        let Outcome::Failed(error, places) = &self.outcome else { return String::new() };
        let mut text = format!("error: `{}` cannot be had: {error}\n", self.what);
        for (index, at) in places.iter().enumerate() {
            text += &format!("  {} {at}\n", if index == 0 { "in:" } else { "   " });
        }
        hints(error).iter().for_each(|hint| text += &format!("  hint: {hint}\n"));
        text
    }
}

impl Asked<'_> {
    /// Tells whether it is this one that has come so far.
    fn is(&self, progress: &ArtifactProgress) -> bool {
        !progress.is_part
            && progress.extensions.contains(self.extension)
            && progress.what == self.before.wanted.to_string()
    }

    fn locked(&self, look: &Look) -> Option<LockedArtifact> {
        let store = look.store.as_ref()?;
        Some(store.locked(&look.candidates[self.candidate]).swap_remove(self.index)?.1)
    }

    fn place(&self, look: &Look) -> Location {
        look.candidates[self.candidate].place_of_artifact(&self.before.wanted.artifact)
    }

    /// Tells whether it was here, and nothing has changed since.
    fn is_as_before(&self, look: &Look) -> bool {
        self.before.state == KeptState::Here && self.locked(look) == self.before.locked
    }
}

/// Goes through all that extensions ask for.
fn asked(look: &Look) -> impl Iterator<Item = Asked<'_>> {
    look.members().flat_map(move |(candidate, extension, _)| {
        let extension = &extension.manifest.name;
        let artifacts = look.artifacts[candidate].iter().enumerate();
        artifacts.map(move |(index, before)| Asked { extension, candidate, index, before })
    })
}

fn line(what: &str, width: usize, locked: &LockedArtifact) -> String {
    let packages = match locked {
        LockedArtifact::Npm { packages, .. } if packages.len() > 1 => format!(" in {} packages", packages.len()),
        _ => String::new(),
    };
    format!("fetched  {what:<width$}  {}, {}{packages}\n", locked.version(), BinaryBytes(locked.size()))
}

/// Tells what to try: all that may help.
pub fn hints(error: &FetchError) -> Vec<String> {
    let FetchCause::Nowhere(attempts) = &error.cause else { return vec![error.hint()] };
    let mut hints = Vec::new();
    for hint in attempts.iter().map(Attempt::hint) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    hints
}
