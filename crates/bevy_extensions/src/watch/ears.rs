//! Hears of changes on disk: a thread of `notify`, and what it has heard so far.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bevy_platform::time::Instant;
use notify::{
    Config, Error, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind},
};

use super::changes::Span;

/// Who listens. The thread ends when this is dropped.
pub(super) struct Ears {
    watcher: RecommendedWatcher,
    heard: Arc<Heard>,
}

/// What was heard. A map rather than a channel: what changes a thousand times between two frames is in it once.
#[derive(Default)]
struct Heard {
    is_any: AtomicBool,
    news: Mutex<News>,
}

/// What was heard since the last look.
#[derive(Default)]
pub(super) struct News {
    /// What has changed, and when.
    pub(super) changed: BTreeMap<PathBuf, Span>,
    /// What has gone, or got another name.
    pub(super) moved: BTreeSet<PathBuf>,
    /// Whether there was more than could be told.
    pub(super) is_incomplete: bool,
    /// What is not watched, and why.
    pub(super) failed: BTreeSet<(PathBuf, Deaf)>,
}

/// Why something is not watched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deaf {
    pub(super) why: String,
    pub(super) hint: &'static str,
}

impl Ears {
    pub(super) fn new() -> Result<Self, Deaf> {
        let heard = Arc::new(Heard::default());
        let listener = heard.clone();
        // Links are followed by ourselves, since some systems do not.
        let config = Config::default().with_follow_symlinks(false);
        let watcher =
            RecommendedWatcher::new(move |event| listener.hear(event), config).map_err(|error| deaf(&error))?;
        Ok(Self { watcher, heard })
    }

    /// Watches a folder, with all that is in it or without its folders.
    pub(super) fn watch(&mut self, folder: &Path, is_deep: bool) -> Result<(), Deaf> {
        let mode = if is_deep { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        let mut watched = self.watcher.watch(folder, mode);
        // What is in it may go while we look at it.
        for _ in 0..3 {
            match watched {
                Err(Error { kind: ErrorKind::PathNotFound, .. }) => watched = self.watcher.watch(folder, mode),
                _ => break,
            }
        }
        watched.map_err(|error| deaf(&error))
    }

    /// Watches a folder no more.
    pub(super) fn unwatch(&mut self, folder: &Path) {
        // What has gone is not watched any more by itself.
        _ = self.watcher.unwatch(folder);
    }

    /// Tells whether there is something to take; costs nothing.
    pub(super) fn has_news(&self) -> bool {
        self.heard.is_any.load(Ordering::Relaxed)
    }

    /// Takes what was heard since the last call.
    pub(super) fn take(&self) -> News {
        self.heard.is_any.store(false, Ordering::Relaxed);
        mem::take(&mut *self.heard.news.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Heard {
    fn hear(&self, event: notify::Result<Event>) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Ok(event) if is_merely_read(event.kind) => return,
            Ok(event) => news.add(event),
            Err(error) => {
                let deaf = deaf(&error);
                news.failed.extend(error.paths.into_iter().map(|path| (path, deaf.clone())));
            }
        }
        self.is_any.store(true, Ordering::Relaxed);
    }
}

impl News {
    fn add(&mut self, event: Event) {
        let now = Instant::now();
        self.is_incomplete |= event.need_rescan();
        let has_moved = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
        for path in event.paths {
            if has_moved {
                self.moved.insert(path.clone());
            }
            self.changed.entry(path).or_insert_with(|| Span::at(now)).extend(Span::at(now));
        }
    }
}

/// Tells whether nothing has changed: files of extensions are read by ourselves, too.
fn is_merely_read(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write))
}

fn deaf(error: &Error) -> Deaf {
    match &error.kind {
        ErrorKind::MaxFilesWatch => Deaf {
            why: "the system watches no more folders for this user".into(),
            hint: "raise `fs.inotify.max_user_watches`, or have fewer folders in it",
        },
        // The limit of instances is told as that of open files.
        ErrorKind::Io(error) if cfg!(target_os = "linux") && error.raw_os_error() == Some(24) => {
            Deaf { why: error.to_string(), hint: "raise `fs.inotify.max_user_instances`, or `ulimit -n`" }
        }
        ErrorKind::Io(error) => Deaf { why: error.to_string(), hint: "check that this user may read it" },
        ErrorKind::PathNotFound => Deaf { why: "it is not there".into(), hint: "check the path" },
        _ => Deaf { why: error.to_string(), hint: "take `Extensions::reload` meanwhile" },
    }
}
