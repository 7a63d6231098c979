//! Which files an extension has.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{DEEPEST_ENTRY, MOST_ENTRIES};

/// Lists the clean paths of a folder that begin with `prefix`, by name.
///
/// At most [`MOST_ENTRIES`] entries are looked at, [`DEEPEST_ENTRY`] folders deep. Links are followed unless they lead out of
/// the folder, or back to a folder that holds them.
pub(super) fn list_folder(folder: &Path, prefix: &str) -> Vec<String> {
    List { prefix, folder, is_visible, real: Vec::new(), left: MOST_ENTRIES, paths: Vec::new() }.list()
}

/// Lists the clean paths of a folder as [`list_folder`] does, but as many as there are, of those that are visible.
pub(super) fn list_all(folder: &Path, prefix: &str, is_visible: fn(&str) -> bool) -> Vec<String> {
    List { prefix, folder, is_visible, real: Vec::new(), left: usize::MAX, paths: Vec::new() }.list()
}

/// Lists the clean paths of a folder as [`list_folder`] does, but as many as there are.
#[cfg(feature = "artifacts")]
pub(super) fn list_every(folder: &Path) -> Vec<String> {
    list_all(folder, "", is_visible)
}

/// Tells whether a path is one of those that begin with `prefix`, and nothing in it is hidden.
pub(super) fn is_listed(path: &str, prefix: &str) -> bool {
    path.starts_with(prefix) && path.split('/').all(is_visible)
}

/// Tells whether an entry is neither hidden nor what npm has fetched, which would outnumber all else.
fn is_visible(name: &str) -> bool {
    !name.starts_with('.') && name != "node_modules"
}

struct List<'a> {
    prefix: &'a str,
    folder: &'a Path,
    is_visible: fn(&str) -> bool,
    /// The folder, and those in it that lead to where we are, without any links.
    real: Vec<PathBuf>,
    /// How many entries may still be looked at.
    left: usize,
    paths: Vec<String>,
}

impl List<'_> {
    fn list(mut self) -> Vec<String> {
        if let Ok(real) = fs::canonicalize(self.folder) {
            self.real.push(real);
            self.walk("");
        }
        self.paths.sort();
        self.paths
    }

    /// Lists a folder; `at` is the path that leads to it, with a `/` at its end unless it is the top.
    fn walk(&mut self, at: &str) {
        let entries = fs::read_dir(self.folder.join(at)).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| (self.is_visible)(name) && self.may_lead_on(&format!("{at}{name}")));
        names.sort();
        for name in names {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.look(format!("{at}{name}"));
        }
    }

    fn look(&mut self, path: String) {
        let Ok(real) = fs::canonicalize(self.folder.join(&path)) else { return };
        if !real.starts_with(&self.real[0]) {
            return;
        }
        if !real.is_dir() {
            if real.is_file() && path.starts_with(self.prefix) {
                self.paths.push(path);
            }
        } else if self.real.len() < DEEPEST_ENTRY && !self.real.contains(&real) {
            self.real.push(real);
            self.walk(&format!("{path}/"));
            self.real.pop();
        }
    }

    /// Tells whether a path, or one below it, may begin with the prefix.
    fn may_lead_on(&self, path: &str) -> bool {
        let common = path.len().min(self.prefix.len());
        path.as_bytes()[..common] == self.prefix.as_bytes()[..common]
    }
}
