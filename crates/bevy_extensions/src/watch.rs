//! Dev mode: what is edited while the app runs is loaded anew.
//!
//! `ears` hear which files change, `places` tell whose they are, `changes` wait until they have settled, and `asking` asks
//! for what follows of it, as anybody else would ask.

mod asking;
mod changes;
mod ears;
mod fingerprint;
mod places;

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    path::PathBuf,
    time::Duration,
};

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_extensions_core::{Folders, HostSettings, Problem};
use bevy_platform::time::Instant;

use crate::{
    entity::Extensions,
    switch::{BetweenFrames, begin_frame},
    tell::{Level, tell},
};
use asking::Memory;
use changes::{Changes, Span};
use ears::{Deaf, Ears, News};
use fingerprint::is_gone;
use places::{Places, Root};

/// How often folders that come and go are looked for.
const LOOK: Duration = Duration::from_secs(1);

fn not_watched(folder: Option<String>, deaf: &Deaf) -> Problem {
    Problem::NotWatched { folder, why: deaf.why.clone(), hint: deaf.hint.into() }
}

/// What is watched, and what has changed.
#[derive(Resource)]
pub(crate) struct Watch {
    ears: Ears,
    places: Places,
    /// What is watched, by real paths.
    roots: BTreeMap<PathBuf, Root>,
    /// What cannot be watched, which was told. It is not tried again before it has gone and come back.
    failed: BTreeSet<PathBuf>,
    changes: Changes,
    memory: Memory,
    next_look: Instant,
    is_told: bool,
}

/// Asks for what has changed to be loaded anew, if anything has. Between two frames, so that it is done at once.
fn follow_changes(world: &mut World) {
    let is_idle =
        |watch: &Watch| !watch.ears.has_news() && watch.changes.is_empty() && Instant::now() < watch.next_look;
    if world.get_resource::<Watch>().is_none_or(is_idle) {
        return;
    }
    let Some(extensions) = world.get_resource::<Extensions>() else { return };
    if extensions.have_ended {
        world.remove_resource::<Watch>();
        return;
    }
    if !extensions.are_phases_begun {
        return;
    }
    world.resource_scope(|world, mut watch: Mut<Watch>| watch.follow(&mut world.resource_mut::<Extensions>()));
}

impl Watch {
    /// Watches what is searched for extensions, if the host settings want it. Begin before anything is read, so that no
    /// change is missed.
    pub(crate) fn begin(settings: &HostSettings, folders: &Folders, problems: &mut Vec<Problem>) -> Option<Self> {
        if !settings.dev.watch {
            return None;
        }
        let ears = Ears::new().map_err(|deaf| problems.push(not_watched(None, &deaf))).ok()?;
        let mut watch = Self {
            ears,
            places: Places::new(settings.clone(), folders.clone()),
            roots: BTreeMap::new(),
            failed: BTreeSet::new(),
            changes: Changes::default(),
            memory: Memory::default(),
            next_look: Instant::now(),
            is_told: false,
        };
        watch.places.look(iter::empty());
        problems.extend(watch.watch(watch.places.roots()));
        for entry in watch.places.entries() {
            watch.memory.remember(&watch.places, entry);
        }
        Some(watch)
    }

    /// Has changes followed from now on.
    pub(crate) fn install(self, app: &mut App) {
        app.insert_resource(self).add_systems(BetweenFrames, follow_changes.before(begin_frame));
    }

    fn follow(&mut self, extensions: &mut Extensions) {
        if !self.is_told {
            self.is_told = true;
            tell(Level::Info, &self.told());
        }
        let news = self.ears.take();
        self.hear(news, extensions);
        if Instant::now() >= self.next_look {
            self.look(extensions, &BTreeSet::new());
        }
        let settled = self.changes.take_settled(Instant::now(), is_gone);
        if !settled.is_empty() {
            // A link may lead elsewhere by now.
            self.look(extensions, &BTreeSet::new());
            self.memory.ask(&self.places, extensions, settled);
        }
    }

    fn told(&self) -> String {
        let mut shown: Vec<_> = self.roots.values().map(|root| format!("`{}`", root.shown)).collect();
        shown.sort();
        match shown.as_slice() {
            [] => "extensions are watched, though none of their folders is there yet".into(),
            shown => format!("extensions are watched in {}", shown.join(", ")),
        }
    }

    /// Notes whose files have changed.
    fn hear(&mut self, news: News, extensions: &Extensions) {
        for (path, span) in news.changed {
            let entries = self.places.entries_of(&path);
            entries.into_iter().for_each(|entry| self.changes.note(entry, span));
        }
        for (path, deaf) in news.failed {
            if self.failed.insert(path.clone()) {
                warn(&not_watched(Some(self.places.shown(&path)), &deaf));
            }
        }
        if news.is_incomplete {
            self.note_all(extensions);
        }
        if self.roots.keys().any(|root| news.moved.contains(root)) {
            self.look(extensions, &news.moved);
        }
    }

    /// Has all that is there, or runs, compared with what it was.
    fn note_all(&mut self, extensions: &Extensions) {
        let now = Span::at(Instant::now());
        let all = self.memory.paths(extensions).chain(self.places.entries());
        all.for_each(|entry| self.changes.note(entry, now));
    }

    /// Looks which folders are there now, and has what lies in new ones compared with what runs. What has moved, or was
    /// removed and made anew, is not what is watched.
    fn look(&mut self, extensions: &Extensions, moved: &BTreeSet<PathBuf>) {
        self.next_look = Instant::now() + LOOK;
        self.places.look(self.memory.paths(extensions));
        let wanted = self.places.roots();
        self.failed.retain(|path| wanted.keys().any(|root| path.starts_with(root)));
        let is_over = |path: &&PathBuf| !wanted.contains_key(*path) || moved.contains(*path);
        let over: Vec<_> = self.roots.keys().filter(is_over).cloned().collect();
        for path in over {
            self.ears.unwatch(&path);
            let Some(root) = self.roots.remove(&path) else { continue };
            if !path.is_dir() {
                let what = "what came from it runs on, and is compared with it when it is back";
                tell(Level::Warn, &format!("`{}` is not there any more; {what}", root.shown));
            }
        }
        let before = self.roots.len();
        self.watch(wanted).iter().for_each(warn);
        if self.roots.len() > before {
            self.note_all(extensions);
        }
    }

    /// Watches what is not watched yet; returns what cannot be, each once.
    fn watch(&mut self, wanted: BTreeMap<PathBuf, Root>) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (path, root) in wanted {
            let known = self.roots.get(&path);
            if known.is_some_and(|known| known.is_deep == root.is_deep) || self.failed.contains(&path) {
                continue;
            }
            if known.is_some() {
                self.ears.unwatch(&path);
            }
            match self.ears.watch(&path, root.is_deep) {
                Ok(()) => _ = self.roots.insert(path, root),
                Err(deaf) => {
                    problems.push(not_watched(Some(root.shown), &deaf));
                    self.failed.insert(path);
                }
            }
        }
        problems
    }
}

fn warn(problem: &Problem) {
    tell(Level::Warn, &format!("{problem}\n  hint: {}", problem.hint()));
}
