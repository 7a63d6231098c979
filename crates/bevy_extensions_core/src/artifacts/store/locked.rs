//! What differs from the lock, where nothing may.

use std::collections::BTreeSet;

use super::{ArtifactStore, Inner, LockState, Want, holding::hashes};
use crate::{
    artifacts::{Change, Difference},
    candidate::Candidate,
    discover::Found,
    location::Location,
    problem::Problem,
    suggest,
};

impl ArtifactStore {
    /// Tells what only the lock has, if [`locked`](crate::HostSettings::locked) is set: extensions that are not there, and artifacts
    /// that nobody asks for. All extensions that are there should be handed over, as to [`save_lock`](Self::save_lock).
    pub fn only_in_lock<'a>(
        &self,
        natives: impl IntoIterator<Item = &'a Candidate>,
        found: impl IntoIterator<Item = &'a Found>,
    ) -> Vec<Problem> {
        let (true, Ok((path, _))) = (self.0.settings.locked, &self.0.lock) else { return Vec::new() };
        let (natives, found): (Vec<_>, Vec<_>) = (natives.into_iter().collect(), found.into_iter().collect());
        let wanted = self.0.artifacts(&natives, &found);
        let there = natives.into_iter().chain(found.iter().map(|found| &found.candidate));
        let there: BTreeSet<_> = there.map(|candidate| &candidate.manifest.name).collect();
        let Some(state) = self.0.lock_state() else { return Vec::new() };
        let gone = state.lock.extensions.keys().filter(|name| !there.contains(name));
        let gone = gone.map(|name| Difference::Extension { name: name.clone(), change: Change::Gone }.to_string());
        let unused = state.lock.artifacts.keys().filter(|key| !wanted.contains_key(key));
        let unused = unused.map(|key| {
            format!("the lock has artifact `{}` of `{}`, which nobody asks for", key.coordinates, key.repository)
        });
        let at = Location::file(path.display().to_string());
        gone.chain(unused).map(|what| Problem::OnlyInLock { what, at: at.clone() }).collect()
    }
}

impl Inner {
    /// Says why the lock has nothing that is good for somebody.
    pub(super) fn why_not_locked(&self, want: &Want) -> String {
        match self.lock_state() {
            Some(state) if state.is_there => state.why_not(want),
            _ => "there is no lock".into(),
        }
    }
}

impl LockState {
    fn why_not(&self, want: &Want) -> String {
        let coordinates = want.wanted.artifact.to_string();
        let all: Vec<_> = self.lock.artifacts.keys().filter(|key| key.coordinates == coordinates).collect();
        let own = want.keys().find_map(|(_, key)| self.lock.artifacts.get(&key));
        let hash = own.and_then(|own| hashes(&want.wanted.artifact, own).first());
        match (own, hash.zip(want.wanted.pin)) {
            (_, Some((hash, pin))) => format!("the lock has it with {hash}, but the manifest wants {pin}"),
            (Some(_), None) => "the lock has something else by its name".into(),
            (None, None) if all.is_empty() => "the lock does not have it".into(),
            (None, None) => {
                let of: Vec<_> = all.iter().map(|key| key.repository.as_str()).collect();
                format!("the lock has it of {} only, which it does not ask", suggest::list(&of))
            }
        }
    }
}
