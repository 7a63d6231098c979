//! One entry of a searched folder: an extension, or none.

use std::{ffi::OsString, fs, io, path::PathBuf, sync::Arc};

use super::{
    Discovery, Found,
    directories::Directory,
    entrypoint::{USUAL, entrypoint, has_ending, is_jar},
    problem::{DiscoveryProblem, DiscoveryProblemKind as Kind},
};
use crate::{
    candidate::{Candidate, Source},
    files::{ArchiveError, ExtensionFiles, FileError, LARGEST_ARCHIVE, read_at_most},
    location::Location,
    manifest::Reading,
    problem::Problem,
};

/// The manifests that a folder may have; the first that is there is read.
const MANIFESTS: [&str; 3] = ["extension.ron", "extension.json", "package.json"];

/// The endings of scripts.
const SCRIPTS: [&str; 2] = ["js", "mjs"];

/// Looks at every entry of a folder, by name.
pub(super) fn search(directory: &Directory, discovery: &mut Discovery) {
    let failed = |error: io::Error| problem(&directory.shown, Kind::Unreadable { why: error.to_string() });
    let entries = match fs::read_dir(&directory.path) {
        Ok(entries) => entries,
        Err(error) => return discovery.problems.push(*failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => names.push(entry.file_name()),
            Err(error) => discovery.problems.push(*failed(error)),
        }
    }
    names.sort();
    for name in names.into_iter().filter(|name| !name.as_encoded_bytes().starts_with(b".")) {
        match Entry::new(directory, name).and_then(|entry| entry.look(&mut discovery.problems)) {
            Ok(found) => discovery.found.extend(found),
            Err(problem) => discovery.problems.push(*problem),
        }
    }
}

struct Entry<'a> {
    directory: &'a Directory,
    path: PathBuf,
    name: String,
    /// The path as people see it.
    shown: String,
}

impl<'a> Entry<'a> {
    fn new(directory: &'a Directory, name: OsString) -> Result<Self, Box<Problem>> {
        let path = directory.path.join(&name);
        let shown = format!("{}/{}", directory.shown, name.to_string_lossy());
        match name.into_string() {
            Ok(name) => Ok(Self { directory, path, name, shown }),
            Err(_) => Err(problem(&shown, Kind::NotUtf8)),
        }
    }

    /// Returns the extension that it is, if it is one.
    fn look(&self, notices: &mut Vec<Problem>) -> Result<Option<Found>, Box<Problem>> {
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // What was there a moment ago, and is not any more, is nobody's problem.
                return if self.path.is_symlink() { Err(self.problem(Kind::DanglingLink)) } else { Ok(None) };
            }
            Err(error) => return Err(self.unreadable(&error)),
        };
        let is = |endings| has_ending(&self.name, endings);
        match () {
            () if metadata.is_dir() => self.folder(notices),
            () if !is(&["js", "mjs", "zip", "jar"]) => Ok(None),
            () if !metadata.is_file() => Err(self.problem(Kind::NotAFile)),
            () if is(&SCRIPTS) => self.script().map(Some),
            () if is(&["zip"]) => self.archive(notices),
            () => Err(self.problem(Kind::Jar)),
        }
    }

    fn folder(&self, notices: &mut Vec<Problem>) -> Result<Option<Found>, Box<Problem>> {
        if self.name == "node_modules" {
            return Ok(None);
        }
        let real = fs::canonicalize(&self.path).map_err(|error| self.unreadable(&error))?;
        if self.directory.real.starts_with(real) {
            return Err(self.problem(Kind::Loop));
        }
        let files = ExtensionFiles::folder_shown(&self.path, self.shown.clone());
        match self.extension(files.clone(), notices)? {
            None => match self.why_nothing(&files) {
                Some(kind) => Err(self.problem(kind)),
                None => Ok(None),
            },
            found => Ok(found),
        }
    }

    fn archive(&self, notices: &mut Vec<Problem>) -> Result<Option<Found>, Box<Problem>> {
        let refused = |error| self.problem(Kind::Archive(error));
        let bytes = match cfg!(feature = "archive") {
            true => read_at_most(LARGEST_ARCHIVE, &self.path, &self.name).map_err(|error| match error {
                FileError::TooLarge { .. } => refused(ArchiveError::TooLarge),
                error => self.problem(Kind::File(error)),
            })?,
            false => Vec::new(),
        };
        let files = ExtensionFiles::archive(&self.shown, &bytes).map_err(refused)?;
        match self.extension(files.clone(), notices)? {
            None => Err(self.problem(self.why_nothing(&files).unwrap_or(Kind::NothingInside))),
            found => Ok(found),
        }
    }

    fn script(&self) -> Result<Found, Box<Problem>> {
        let files = ExtensionFiles::script_shown(&self.path, self.directory.shown.clone());
        let reading = self.header(&files, &self.name)?;
        Ok(self.found(&self.name, reading, files, self.name.clone()))
    }

    /// Reads the manifest of a folder or an archive, or else the script that runs first.
    fn extension(&self, files: ExtensionFiles, notices: &mut Vec<Problem>) -> Result<Option<Found>, Box<Problem>> {
        for file in MANIFESTS {
            let bytes = match files.read(file) {
                Ok(bytes) => bytes,
                Err(FileError::Missing { .. }) => continue,
                Err(error) => return Err(self.problem(Kind::File(error))),
            };
            // A `package.json` beside another is for the author's tools.
            let other = MANIFESTS[1];
            if file == MANIFESTS[0] && files.contains(other) {
                notices.push(*self.problem(Kind::TwoManifests { read: file, other }));
            }
            let reading = self.manifest(file, &files.shown(file), &bytes)?;
            let of_npm = file == MANIFESTS[2];
            let (entrypoint, unrunnable) = entrypoint(&reading.manifest, &files, of_npm);
            let mut found = self.found(file, reading, files, entrypoint);
            found.candidate.unrunnable = unrunnable;
            return Ok(Some(found));
        }
        for usual in USUAL {
            match files.find(usual) {
                Ok(_) => {
                    let reading = self.header(&files, usual)?;
                    return Ok(Some(self.found(usual, reading, files, usual.into())));
                }
                Err(FileError::Missing { .. }) => {}
                Err(error) => return Err(self.problem(Kind::File(error))),
            }
        }
        Ok(None)
    }

    fn manifest(&self, file: &str, shown: &str, bytes: &[u8]) -> Result<Reading, Box<Problem>> {
        let reading = match file {
            "extension.ron" => Reading::ron(shown, bytes),
            "extension.json" => Reading::json(shown, bytes),
            _ => Reading::package(shown, bytes, Some(self.spelling())),
        };
        reading.map_err(|error| Box::new(Problem::Unreadable(error)))
    }

    /// Reads what a script says about itself.
    fn header(&self, files: &ExtensionFiles, script: &str) -> Result<Reading, Box<Problem>> {
        let bytes = files.read(script).map_err(|error| self.problem(Kind::File(error)))?;
        Reading::script(&files.shown(script), &bytes, self.spelling())
            .map_err(|error| Box::new(Problem::Unreadable(error)))
    }

    /// Returns what the extension is called if it says nothing: the name of the entry, without an ending.
    fn spelling(&self) -> &str {
        match self.name.rsplit_once('.') {
            Some((stem, _)) if has_ending(&self.name, &["js", "mjs", "zip"]) => stem,
            _ => &self.name,
        }
    }

    fn found(&self, file: &str, reading: Reading, files: ExtensionFiles, entrypoint: String) -> Found {
        let Reading { manifest, places, original_name, implicit } = reading;
        let source = Source::read(&files.shown(file), self.directory.index, places, implicit);
        let candidate = Candidate { original_name, ..Candidate::new(manifest, source) };
        Found { candidate, files: Arc::new(files), entrypoint, path: self.path.clone() }
    }

    /// Tells why there is nothing in a folder or archive that somebody may have meant as an extension.
    fn why_nothing(&self, files: &ExtensionFiles) -> Option<Kind> {
        let top = files.top();
        let first = |is_it: &dyn Fn(&str) -> bool| top.iter().find(|name| is_it(name)).cloned();
        let is_extension = |folder: &str| {
            let visible = folder.ends_with('/') && !folder.starts_with('.') && folder != "node_modules/";
            visible && MANIFESTS.iter().any(|manifest| files.contains(&format!("{folder}{manifest}")))
        };
        let deeper = || first(&is_extension).map(|folder| folder.trim_end_matches('/').to_string());
        let script = first(&|name| has_ending(name, &SCRIPTS)).map(|script| Kind::NoEntry { script });
        let jar = || first(&is_jar).map(|jar| Kind::JarInside { jar });
        script.or_else(jar).or_else(|| deeper().map(|folder| Kind::TooDeep { folder }))
    }

    fn unreadable(&self, error: &io::Error) -> Box<Problem> {
        self.problem(Kind::Unreadable { why: error.to_string() })
    }

    fn problem(&self, kind: Kind) -> Box<Problem> {
        problem(&self.shown, kind)
    }
}

fn problem(shown: &str, kind: Kind) -> Box<Problem> {
    Box::new(Problem::Discovery(DiscoveryProblem { what: shown.into(), kind, at: Some(Location::file(shown)) }))
}
