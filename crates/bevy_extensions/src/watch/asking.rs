//! From entries that have changed to what is asked of the host for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use bevy_extensions_core::Switch;

use super::{
    fingerprint::{fingerprint, is_gone},
    places::Places,
};
use crate::{
    entity::{ExtensionState, Extensions},
    request::Request,
};

/// How entries were when they were last looked at.
#[derive(Default)]
pub(super) struct Memory {
    seen: BTreeMap<PathBuf, Seen>,
    /// What had been loaded from elsewhere, and is gone: it may come back.
    lost: BTreeSet<PathBuf>,
}

struct Seen {
    fingerprint: u64,
    /// Why it was refused, if it was.
    refused: Option<String>,
}

impl Memory {
    /// Returns the paths that extensions come from, or have come from.
    pub(super) fn paths(&self, extensions: &Extensions) -> impl Iterator<Item = PathBuf> + use<> {
        let there = extensions.in_order().filter_map(|listed| Some(listed.found.as_ref()?.path.clone()));
        there.chain(self.lost.iter().cloned()).collect::<Vec<_>>().into_iter()
    }

    /// Remembers how an entry is.
    pub(super) fn remember(&mut self, places: &Places, entry: PathBuf) {
        if let Some(fingerprint) = fingerprint(places.paths_of(&entry)) {
            self.seen.insert(entry, Seen { fingerprint, refused: None });
        }
    }

    /// Asks for what follows from some changed entries. Those that were refused are tried again with them, as what they
    /// want may be there now; a refusal is told once for each content.
    pub(super) fn ask(&mut self, places: &Places, extensions: &mut Extensions, changed: Vec<PathBuf>) {
        let mut asked = Vec::new();
        for entry in changed {
            if let Some(request) = self.follow(places, extensions, &entry) {
                asked.push((entry, request));
            }
        }
        if asked.is_empty() {
            return;
        }
        let refused = self.seen.iter().filter(|(_, seen)| seen.refused.is_some()).map(|(entry, _)| entry);
        let refused = refused.filter(|entry| !asked.iter().any(|(other, _)| other == *entry));
        let again: Vec<_> =
            refused.filter_map(|entry| Some((entry.clone(), read(places, extensions, entry)?))).collect();
        asked.extend(again);
        let requests: Vec<_> = asked.iter().map(|(_, request)| request.clone()).collect();
        let blocked = extensions.blocked_by(&requests);
        for ((entry, request), why) in asked.into_iter().zip(blocked) {
            let why = why.map(|why| why.to_string());
            let seen = self.seen.get_mut(&entry);
            let is_told = seen.as_ref().is_some_and(|seen| why.is_some() && seen.refused == why);
            seen.into_iter().for_each(|seen| seen.refused.clone_from(&why));
            if !is_told {
                extensions.requested.push(request);
            }
        }
    }

    /// Returns what follows from a change of an entry, if anything does.
    fn follow(&mut self, places: &Places, extensions: &Extensions, entry: &Path) -> Option<Request> {
        let Some(now) = fingerprint(places.paths_of(entry)) else { return self.gone(places, extensions, entry) };
        let before = self.seen.get(entry);
        let is_same = before.is_some_and(|seen| seen.fingerprint == now);
        let has_failed = || extensions.listed_at(entry).is_some_and(|listed| listed.state == ExtensionState::Failed);
        if is_same && !has_failed() {
            return None;
        }
        let refused = before.filter(|_| is_same).and_then(|seen| seen.refused.clone());
        self.seen.insert(entry.into(), Seen { fingerprint: now, refused });
        self.lost.remove(entry);
        read(places, extensions, entry)
    }

    /// Returns what follows if an entry is gone.
    fn gone(&mut self, places: &Places, extensions: &Extensions, entry: &Path) -> Option<Request> {
        // Builds empty their folders, and a folder that is gone as a whole says nothing of what was in it.
        if places.is_dev(entry) || entry.parent().is_none_or(is_gone) {
            return None;
        }
        self.seen.remove(entry);
        let listed = extensions.listed_at(entry)?;
        if places.is_elsewhere(entry) {
            self.lost.insert(entry.into());
        }
        Some(extensions.request(Switch::unload(listed.name.as_str())))
    }
}

/// Reads an entry: to load it, or to load it anew; `None` if it is no extension, and never was.
fn read(places: &Places, extensions: &Extensions, entry: &Path) -> Option<Request> {
    if let Some(listed) = extensions.listed_at(entry) {
        return Some(extensions.request(Switch::reload(listed.name.as_str())));
    }
    let read = places.open(entry).transpose()?;
    let read = read.map(|found| extensions.loadable(found));
    Some(Request::new(Switch::load(places.shown(entry)), Some(read)))
}
