//! What an app would find and decide: from the command line to a resolution.

mod artifacts;

use std::{
    env,
    path::{Path, PathBuf},
};

use bevy_extensions_core::{
    Candidate, Dev, DiscoveryProblemKind as Kind, Folders, Found, HostSettings, Natives, OnLeftOut, Planned, Problem,
    Resolution, Roster, SettingsError, Severity, artifacts::ArtifactStore, discover, resolve,
};

use crate::{args::Where, failure::Failure};

pub use artifacts::{Kept, KeptState};

/// What an app would find, and what it would decide.
#[derive(Default)]
pub struct Look {
    /// What the app's owner says.
    pub settings: HostSettings,
    /// First the natives, then what was found on disk.
    pub candidates: Vec<Candidate>,
    /// What was found on disk.
    pub found: Vec<Found>,
    /// What is here of the artifacts that each candidate asks for, in the order of its manifest.
    pub artifacts: Vec<Vec<Kept>>,
    /// Where artifacts are kept, and the lock; `None` if nobody was looked for.
    pub store: Option<ArtifactStore>,
    /// What was decided.
    pub resolution: Resolution,
    /// All that is wrong, the worst first.
    pub problems: Vec<Problem>,
    /// Whether manifests of natives were read.
    pub knows_natives: bool,
    /// Whether somebody has said where to look.
    pub is_told_where: bool,
    /// The current folder.
    cwd: Option<PathBuf>,
}

/// What the command line wants otherwise than the host settings; `None` leaves it to them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Instead {
    /// Whether no connection is made.
    pub offline: Option<bool>,
    /// Whether only what the lock has may be used.
    pub locked: Option<bool>,
}

impl Look {
    /// Looks where the app would, or where somebody wants.
    ///
    /// # Errors
    ///
    /// [`Failure`] if what the command line names is not there, or what is needed for looking cannot be read.
    pub fn at(place: &Where) -> Result<Self, Failure> {
        Self::instead(place, Instead::default())
    }

    /// The same, where the command line wants something otherwise than the host settings.
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at).
    pub fn instead(place: &Where, instead: Instead) -> Result<Self, Failure> {
        let folders = folders();
        let mut problems = Vec::new();
        let mut settings = settings(place, &folders)?;
        if place.dirs.is_empty() {
            let [dev, watch] = [Dev::FOLDERS_VARIABLE, Dev::WATCH_VARIABLE].map(env::var_os);
            problems.extend(settings.dev.add_variables(dev.as_deref(), watch.as_deref()));
        }
        settings.app_version.clone_from(&place.app_version);
        let single = named(place, &folders, &mut settings, &mut problems)?;
        settings.offline = instead.offline.unwrap_or(settings.offline);
        settings.locked = instead.locked.unwrap_or(settings.locked);
        let natives = natives(place, &folders)?;

        let app = if place.dirs.is_empty() { as_app(&folders) } else { folders.clone() };
        let mut discovery = discover(&settings, &app);
        problems.append(&mut discovery.problems);
        let mut candidates = natives.as_ref().map(Natives::candidates).unwrap_or_default();
        candidates.retain(|native| match discovery.in_place_of(native) {
            Some(problem) => {
                problems.push(problem);
                false
            }
            None => true,
        });
        let found = discovery.found.into_iter().chain(single).collect();
        let store = Some(ArtifactStore::open(&settings, &app));
        let look = Self {
            settings,
            candidates,
            found,
            store,
            problems,
            knows_natives: natives.is_some(),
            is_told_where: !place.dirs.is_empty(),
            cwd: folders.cwd,
            ..Self::default()
        };
        Ok(look.decided())
    }

    /// Decides who starts, as the app would.
    fn decided(mut self) -> Self {
        self.candidates.extend(self.found.iter().map(|found| found.candidate.clone()));
        self.look_at_artifacts();
        self.resolution = resolve(&self.candidates, &self.settings);
        self.problems.extend(self.resolution.problems.iter().cloned());
        self.problems.extend(self.not_fetched());
        self.problems.sort_by_key(Problem::severity);
        let is_bad = self.problems.iter().any(|problem| problem.severity() == Severity::Error);
        if is_bad && self.settings.on_left_out == OnLeftOut::Stop {
            self.problems.insert(0, Problem::Stopped);
        }
        self
    }

    /// Shows what is wrong with the host settings, so that nobody was looked for.
    pub fn in_vain(problem: Problem) -> Self {
        Self { problems: vec![problem], ..Self::default() }
    }

    /// Returns where artifacts are kept, if that can be used.
    ///
    /// # Errors
    ///
    /// [`Failure`] if the cache has no place, or the lock cannot be read.
    pub fn usable_store(&self) -> Result<&ArtifactStore, Failure> {
        let store = self.store.as_ref().expect("it is there when somebody was looked for");
        match store.problems().into_iter().next() {
            Some(problem) => Err(Failure::Wrong(Box::new(problem))),
            None => Ok(store),
        }
    }

    /// Returns all extensions and how each stands.
    pub fn roster(&self) -> Roster<'_> {
        Roster::of(&self.candidates, &self.settings, &self.resolution)
    }

    /// Goes through the candidates that count, each with its state: those that start, in load order, then the others by name.
    pub fn members(&self) -> impl Iterator<Item = (usize, &Candidate, State)> {
        let Resolution { plan, disabled, left_out, .. } = &self.resolution;
        let index = |name| self.resolution.candidate_of(name).expect("whoever is not planned is a candidate");
        let start = plan.iter().enumerate().map(|(at, Planned { candidate, .. })| (*candidate, State::Planned(at)));
        let off = disabled.iter().map(move |name| (index(name), State::Disabled));
        let out = left_out.iter().map(move |name| (index(name), State::LeftOut));
        start.chain(off).chain(out).map(|(index, state)| (index, &self.candidates[index], state))
    }

    /// Returns what was found on disk as a candidate, unless that is a native.
    pub fn found(&self, candidate: usize) -> Option<&Found> {
        let natives = self.candidates.len() - self.found.len();
        self.found.get(candidate.checked_sub(natives)?)
    }

    /// Counts those that cannot be read.
    pub fn unreadable(&self) -> usize {
        self.problems.iter().filter(|problem| problem.is_unreadable()).count()
    }

    /// Returns what keeps extensions from being known: the lock would lose what it pins for them.
    pub fn hiding(&self) -> Vec<Problem> {
        self.problems.iter().filter(|problem| problem.hides_extensions()).cloned().collect()
    }

    /// Says who was not looked at, and why.
    pub fn passed_over(&self) -> Option<&'static str> {
        match (self.is_told_where, self.knows_natives) {
            (false, true) => None,
            (false, false) => Some("natives, whose manifests no app has written"),
            (true, true) => Some("extensions elsewhere, as only what is named counts"),
            (true, false) => Some("natives and extensions elsewhere, as only what is named counts"),
        }
    }

    /// Returns a path as people see it: without the current folder.
    pub fn shown(&self, path: &Path) -> String {
        without(self.cwd.as_deref(), path).display().to_string()
    }

    /// Says in one line how many there are of whom.
    pub fn summary(&self) -> String {
        let Resolution { plan, disabled, left_out, .. } = &self.resolution;
        let counts = [
            (plan.len(), "planned"),
            (disabled.len(), "disabled"),
            (left_out.len(), "left out"),
            (self.unreadable(), "unreadable"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let hint = match self.problems.is_empty() && self.candidates.is_empty() {
            true => "  hint: begin one with `bevy-extensions new`\n",
            false => "",
        };
        format!("extensions: {}\n{hint}", if counts.is_empty() { "none" } else { &counts })
    }
}

/// How an extension stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It starts, at this place in the load order, from 0.
    Planned(usize),
    /// It is switched off.
    Disabled,
    /// It does not start, and a problem says why.
    LeftOut,
}

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned(_) => "planned",
            Self::Disabled => "disabled",
            Self::LeftOut => "left out",
        }
    }

    /// Its place in the load order, from 1.
    pub fn position(self) -> Option<usize> {
        if let Self::Planned(at) = self { Some(at + 1) } else { None }
    }
}

/// Returns what placeholders stand for: as for an app whose folder we are in, of which nobody knows how it is called.
fn folders() -> Folders {
    let cwd = env::current_dir().ok();
    let root = env::var_os("BEVY_ASSET_ROOT").map(|root| PathBuf::from(root).join("assets"));
    let near = || at_or_above(cwd.as_deref(), |folder| Some(folder.join("assets")).filter(|assets| assets.is_dir()));
    let assets = root.or_else(near).unwrap_or_else(|| "assets".into());
    Folders { assets, cwd, exe: None, data: None }
}

/// Returns the same for an app in whose folder, or deeper in it, we are: it is started where its assets are.
fn as_app(folders: &Folders) -> Folders {
    let start = folders.assets.parent().filter(|_| env::var_os("BEVY_ASSET_ROOT").is_none());
    let start =
        start.filter(|start| folders.cwd.as_deref().is_some_and(|cwd| start.is_absolute() && cwd.starts_with(start)));
    Folders { cwd: start.map(Into::into).or_else(|| folders.cwd.clone()), ..folders.clone() }
}

/// Looks for something at or above the current folder.
fn at_or_above(cwd: Option<&Path>, look: impl Fn(&Path) -> Option<PathBuf>) -> Option<PathBuf> {
    cwd?.ancestors().find_map(look)
}

/// Returns a path as people see it: without the current folder.
fn shown(path: &Path, folders: &Folders) -> PathBuf {
    without(folders.cwd.as_deref(), path).into()
}

fn without<'a>(cwd: Option<&Path>, path: &'a Path) -> &'a Path {
    cwd.and_then(|cwd| path.strip_prefix(cwd).ok()).unwrap_or(path)
}

fn settings(place: &Where, folders: &Folders) -> Result<HostSettings, Failure> {
    let read = |path: &Path| HostSettings::read(path);
    let wrong = |error| Failure::Wrong(Box::new(Problem::BadSettings(error)));
    match &place.settings {
        Some(file) => read(file).map_err(|error| match error {
            SettingsError::NotFound { .. } => Failure::wrong_use(error.to_string(), "check the path"),
            error => wrong(error),
        }),
        None if !place.dirs.is_empty() => Ok(HostSettings::default()),
        None => match read(&shown(&folders.assets.join("extensions.ron"), folders)) {
            Err(SettingsError::NotFound { .. }) => Ok(HostSettings::default()),
            read => read.map_err(wrong),
        },
    }
}

/// Puts the folders that the command line names in the place of all others, and opens the extensions that it names.
fn named(
    place: &Where,
    folders: &Folders,
    settings: &mut HostSettings,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Found>, Failure> {
    if place.dirs.is_empty() {
        return Ok(Vec::new());
    }
    settings.directories.clear();
    settings.dev.folders.clear();
    let mut single = Vec::new();
    for path in &place.dirs {
        if !path.exists() {
            return Err(Failure::wrong_use(format!("there is nothing at `{}`", path.display()), "check the path"));
        }
        match Found::open(path, folders) {
            Ok(found) => {
                problems.extend(found.notices.iter().cloned());
                single.push(found);
            }
            Err(problem) if path.is_dir() && holds_extensions(&problem) => {
                settings.directories.push(absolute(path, folders).display().to_string());
            }
            Err(problem) => problems.push(*problem),
        }
    }
    artifacts::keep_at(&place.dirs[0], folders, settings);
    Ok(single)
}

/// Returns a path from the root on: relative ones are relative to the file of the host settings, and what the command line says
/// is not.
fn absolute(path: &Path, folders: &Folders) -> PathBuf {
    let absolute = folders.cwd.as_deref().map_or_else(|| path.into(), |cwd| cwd.join(path));
    absolute.components().collect()
}

/// Tells whether a folder that is no extension may well be one of extensions.
fn holds_extensions(problem: &Problem) -> bool {
    let Problem::Discovery(problem) = problem else { return false };
    matches!(problem.kind, Kind::NothingInside | Kind::NoEntry { .. } | Kind::TooDeep { .. } | Kind::JarInside { .. })
}

fn natives(place: &Where, folders: &Folders) -> Result<Option<Natives>, Failure> {
    let usual = || {
        let cwd = folders.cwd.as_deref().filter(|_| place.dirs.is_empty());
        at_or_above(cwd, |folder| Some(folder.join(Natives::FILE)).filter(|file| file.is_file()))
    };
    match place.natives.clone().or_else(usual) {
        Some(file) => Ok(Some(Natives::read(&shown(&file, folders))?)),
        None => Ok(None),
    }
}
