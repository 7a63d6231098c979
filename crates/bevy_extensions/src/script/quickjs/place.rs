//! Where a file of a script lies: among its own, or in a library that it has as an artifact.
//!
//! The runtime knows a file by a name that no other file has: `lib/rain.js` is the script's own, `left-pad@1.3.0/index.js` is
//! of a package of npm, and `rain-1.0.0.js` may be a single file. An own file that would be called like one of a library
//! has `./` before it. Of libraries that would be called alike, each has before it what it was asked for by:
//! `town.libs:rain:1.0.0@js/rain-1.0.0.js`, and `paint@2.1.0/colour@1.0.0/index.js` for what `paint` needs.

use std::{collections::BTreeSet, sync::Arc};

use bevy_extensions_core::{
    ArtifactContent, ArtifactFile, ExtensionArtifacts, ExtensionFiles, FileError, HeldArtifact, NpmPackage, NpmPackages,
};

use crate::script::engine::ScriptSource;

/// What stands before an own file that would be called like one of a library.
const OWN: &str = "./";

/// A file of a script, or of a library that it has.
pub(super) struct Place<'a> {
    source: &'a ScriptSource,
    /// The library that it is of, unless it is the script's own.
    pub library: Option<Library<'a>>,
    /// Its path among the files of that.
    pub path: &'a str,
}

/// Something that an extension has as an artifact, and can run.
#[derive(Clone, Copy)]
pub(super) enum Library<'a> {
    /// A package of npm, among those that it may need.
    Package(&'a NpmPackages, &'a NpmPackage),
    /// A file, and what it was asked for by.
    File(&'a HeldArtifact, &'a ArtifactFile),
}

impl<'a> Library<'a> {
    /// Returns the package that an artifact is, or the file.
    pub fn of(held: &'a HeldArtifact) -> Option<Self> {
        match &held.content {
            ArtifactContent::Npm(packages) => Self::package(packages, &packages.root),
            ArtifactContent::File(file) => Some(Self::File(held, file)),
            _ => None,
        }
    }

    /// Returns one of several packages.
    pub fn package(packages: &'a NpmPackages, id: &str) -> Option<Self> {
        Some(Self::Package(packages, packages.packages.get(id)?))
    }

    /// Returns what people call it: `left-pad@1.3.0`.
    pub fn shown(&self) -> String {
        match self {
            Self::Package(_, package) => package.id(),
            Self::File(_, file) => file.name().into(),
        }
    }

    /// Returns the name that the runtime knows one of its files by.
    pub fn name_of(&self, artifacts: &ExtensionArtifacts, path: &str) -> String {
        let is_one_of_several = artifacts.iter().any(|held| self.is_mistaken_for_one_of(held));
        match self {
            Self::Package(packages, package) if is_one_of_several => {
                format!("{}/{}/{path}", packages.root, package.id())
            }
            Self::Package(_, package) => format!("{}/{path}", package.id()),
            Self::File(held, file) if is_one_of_several => format!("{}/{}", held.artifact, file.name()),
            Self::File(_, file) => file.name().into(),
        }
    }

    /// Tells whether an artifact has another library that is called as this one.
    fn is_mistaken_for_one_of(&self, held: &HeldArtifact) -> bool {
        match (self, &held.content) {
            (Self::Package(packages, package), ArtifactContent::Npm(others)) => {
                others.packages.contains_key(&package.id()) && !are_same(packages, others, &package.id())
            }
            (Self::File(_, file), ArtifactContent::File(other)) => file.name() == other.name() && *file != other,
            _ => false,
        }
    }

    /// Finds the library that a file is of, and its path in it, by the name that the runtime knows it by.
    fn find(artifacts: &'a ExtensionArtifacts, file: &'a str) -> Option<(Self, &'a str)> {
        let plain = split(file);
        let inner = plain.and_then(|(root, rest)| split(rest).map(|(id, path)| (root, id, path)));
        let candidates = artifacts.iter().flat_map(|held| match &held.content {
            ArtifactContent::Npm(packages) => {
                let inner = inner.filter(|(root, ..)| *root == packages.root).map(|(_, id, path)| (id, path));
                let package = |(id, path)| Some((Self::package(packages, id)?, path));
                [inner.and_then(package), plain.and_then(package)]
            }
            ArtifactContent::File(single) => [Some((Self::File(held, single), single.name())), None],
            _ => [None, None],
        });
        candidates.flatten().find(|(library, path)| library.name_of(artifacts, path) == file)
    }
}

/// Tells whether a package is the same in two trees, with all that it needs.
fn are_same(one: &NpmPackages, other: &NpmPackages, id: &str) -> bool {
    let (mut left, mut seen) = (vec![id], BTreeSet::new());
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        let (Some(a), Some(b)) = (one.packages.get(id), other.packages.get(id)) else { return false };
        if a.dependencies != b.dependencies || !a.files.is(&b.files) {
            return false;
        }
        left.extend(a.dependencies.values().map(String::as_str));
    }
    true
}

impl<'a> Place<'a> {
    /// Finds out where a file lies, by the name that the runtime knows it by.
    pub fn of(source: &'a ScriptSource, file: &'a str) -> Self {
        if let Some(path) = file.strip_prefix(OWN) {
            return Self { source, library: None, path };
        }
        match Library::find(&source.artifacts, file) {
            Some((library, path)) => Self { source, library: Some(library), path },
            None => Self { source, library: None, path: file },
        }
    }

    /// Returns the name that the runtime knows a file of the same place by.
    pub fn name_of(&self, path: &str) -> String {
        match self.library {
            Some(library) => library.name_of(&self.source.artifacts, path),
            None if Library::find(&self.source.artifacts, path).is_some() => format!("{OWN}{path}"),
            None => path.into(),
        }
    }

    /// Reads it. What is not of the cache is read once.
    pub fn source(&self) -> Result<Arc<[u8]>, FileError> {
        self.read(self.path)
    }

    /// Reads a file of the same place.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, FileError> {
        match self.library {
            None => self.source.files.source(path),
            Some(Library::Package(_, package)) => package.files.source(path),
            Some(Library::File(_, file)) if file.name() == path => file.read().map(Into::into),
            Some(Library::File(..)) => Err(FileError::Missing { path: path.into() }),
        }
    }

    /// Returns the files among which it lies; `None` if it is a library of one file.
    pub fn files(&self) -> Option<&'a ExtensionFiles> {
        match self.library {
            None => Some(&self.source.files),
            Some(Library::Package(_, package)) => Some(&package.files),
            Some(Library::File(..)) => None,
        }
    }

    /// Tells whether it is a single file, which sees no other.
    pub fn is_single(&self) -> bool {
        match self.library {
            None => self.source.files.is_single(),
            Some(library) => matches!(library, Library::File(..)),
        }
    }

    /// Returns its path as a person would open it.
    pub fn shown(&self) -> String {
        match self.library {
            None => self.source.files.shown(self.path),
            Some(library) => library.name_of(&self.source.artifacts, self.path),
        }
    }

    /// Tells whether it is an ES module by what is known outside it.
    pub fn is_module(&self) -> bool {
        if self.path.ends_with(".mjs") {
            return true;
        }
        if self.path.ends_with(".cjs") {
            return false;
        }
        let package = match self.library {
            None => self.json("package.json"),
            // The nearest one says it: some packages have both kinds, in two folders.
            Some(_) => folders(self.path).find_map(|folder| self.json(&format!("{folder}package.json"))),
        };
        package.is_some_and(|package| package.get("type").and_then(|kind| kind.as_str()) == Some("module"))
    }

    /// Reads a file of the same place as JSON; `None` if it is not there, or none.
    pub fn json(&self, path: &str) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.read(path).ok()?).ok()
    }

    /// Returns a line of it, as its author sees it.
    pub fn line(&self, line: u32) -> Option<String> {
        self.text()?.lines().nth(line.checked_sub(1)? as usize).map(Into::into)
    }

    /// Returns the last line of it that has anything on it, with its number.
    pub fn last_line(&self) -> Option<(u32, String)> {
        let text = self.text()?;
        let lines = text.lines().zip(1..);
        lines.filter(|(line, _)| !line.trim().is_empty()).last().map(|(line, number)| (number, line.into()))
    }

    fn text(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.source().ok()?).into_owned();
        Some(text.trim_start_matches('\u{feff}').into())
    }
}

/// Returns what people call a file that the runtime knows by a name.
pub(super) fn shown(file: &str) -> &str {
    file.strip_prefix(OWN).unwrap_or(file)
}

/// Lists the names by which a script may ask for libraries.
pub(super) fn names(artifacts: &ExtensionArtifacts) -> Vec<&str> {
    let names: BTreeSet<_> = artifacts.iter().map(|held| held.artifact.name()).collect();
    names.into_iter().collect()
}

/// Takes the name of a file of a package apart: `@town/left-pad@1.3.0` and `lib/pad.js`.
fn split(file: &str) -> Option<(&str, &str)> {
    // The first character may be the `@` of a scope.
    let version = file.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
    let end = version + file[version..].find('/')?;
    Some((&file[..end], &file[end + 1..]))
}

/// Goes through the folders that a file lies in, each with a `/` at its end, from the inmost to the top.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(end, _)| &path[..=end]).chain([""])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_package_is_taken_apart() {
        assert_eq!(split("@town/left-pad@1.3.0/lib/pad.js"), Some(("@town/left-pad@1.3.0", "lib/pad.js")));
        assert_eq!(split("left-pad@1.3.0/index.js"), Some(("left-pad@1.3.0", "index.js")));
        assert_eq!(split("lib/left-pad.js"), None);
        assert_eq!(split("@town/left-pad"), None);
    }

    #[test]
    fn folders_go_from_the_inmost_to_the_top() {
        assert_eq!(folders("a/b/c.js").collect::<Vec<_>>(), ["a/b/", "a/", ""]);
        assert_eq!(folders("c.js").collect::<Vec<_>>(), [""]);
    }
}
