//! What is wrong, as it changes while the app runs.

use bevy_extensions_core::Problem;

/// What is wrong: first what was found before resolving, then what resolving has found, then what was found since.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    all: Vec<Problem>,
    before: usize,
    since: usize,
}

impl Problems {
    pub(crate) fn as_slice(&self) -> &[Problem] {
        &self.all
    }

    /// Adds what is wrong beside the resolving, and worse than what that finds.
    pub(crate) fn add_first(&mut self, problems: impl IntoIterator<Item = Problem>) {
        let before = self.all.len();
        self.all.splice(0..0, problems);
        self.before += self.all.len() - before;
    }

    /// Adds what was found since.
    pub(crate) fn add_last(&mut self, problems: Vec<Problem>) {
        self.since += problems.len();
        self.all.extend(problems);
    }

    pub(super) fn retain(&mut self, is_kept: impl Fn(&Problem) -> bool) {
        let since = self.all.len() - self.since;
        let gone = |range: std::ops::Range<usize>| self.all[range].iter().filter(|problem| !is_kept(problem)).count();
        let (before, last) = (gone(0..self.before), gone(since..self.all.len()));
        self.before -= before;
        self.since -= last;
        self.all.retain(is_kept);
    }

    /// Replaces what resolving has found.
    pub(crate) fn set_resolved(&mut self, problems: Vec<Problem>) {
        self.all.splice(self.before..self.all.len() - self.since, problems);
    }
}
