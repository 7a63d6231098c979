//! One entry of a searched folder: an extension, or none.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Discovery, Folders, Found,
    directories::{SearchedDirectory, shown},
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

/// Tells whether an entry of a searched folder is not looked at, whatever it is.
pub(super) fn is_passed_by(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || name == "node_modules"
}

/// Looks at every entry of a folder, by name.
pub(super) fn search(directory: &SearchedDirectory, discovery: &mut Discovery) {
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
    for name in names.into_iter().filter(|name| !is_passed_by(name)) {
        let entry = Entry::of_directory(directory, &name).map(Arc::new);
        match entry.and_then(|entry| entry.look(&mut discovery.problems)) {
            Ok(found) => discovery.found.extend(found),
            Err(problem) => discovery.problems.push(*problem),
        }
    }
}

/// Something that may be an extension.
#[derive(Debug)]
pub(super) struct Entry {
    path: PathBuf,
    name: String,
    /// The path as people see it.
    shown: String,
    /// The folder that it lies in, as people see it.
    shown_folder: String,
    /// Which of the searched folders that is, or a number after theirs.
    index: usize,
    /// What brought us here.
    by: By,
}

/// What brings us to an entry.
#[derive(Debug)]
enum By {
    /// A search of its folder, which is this one without links.
    Search(PathBuf),
    /// Somebody has named it.
    Name,
    /// It is a dev folder; if there is another one for resources, its path, and how people see it.
    Dev(Option<(PathBuf, String)>),
}

impl Entry {
    pub(super) fn of_directory(directory: &SearchedDirectory, name: &OsStr) -> Result<Self, Box<Problem>> {
        let shown = format!("{}/{}", directory.shown, name.to_string_lossy());
        let path = directory.path.join(name);
        let by = By::Search(directory.real.clone());
        match name.to_str() {
            Some(name) => {
                let shown_folder = directory.shown.clone();
                Ok(Self { path, name: name.into(), shown, shown_folder, index: directory.index, by })
            }
            None => Err(problem(&shown, Kind::NotUtf8)),
        }
    }

    /// Somebody has named this path.
    pub(super) fn named(path: PathBuf, folders: &Folders) -> Result<Self, Box<Problem>> {
        Self::by(By::Name, path, usize::MAX, folders)
    }

    /// This path, and perhaps another for resources, is the nth dev folder.
    pub(super) fn dev(
        path: PathBuf,
        resources: Option<PathBuf>,
        index: usize,
        folders: &Folders,
    ) -> Result<Self, Box<Problem>> {
        let resources = resources.map(|path| (shown(&path, folders), path)).map(|(shown, path)| (path, shown));
        Self::by(By::Dev(resources), path, index, folders)
    }

    fn by(by: By, path: PathBuf, index: usize, folders: &Folders) -> Result<Self, Box<Problem>> {
        let shown = shown(&path, folders);
        let shown_folder = Path::new(&shown).parent().unwrap_or(Path::new("")).display().to_string();
        // What ends with `..` is called as what it leads to.
        let real = || fs::canonicalize(&path).ok()?.file_name().map(OsStr::to_owned);
        let name = path.file_name().map(OsStr::to_owned).or_else(real).unwrap_or_default();
        match name.into_string() {
            Ok(name) => Ok(Self { path, name, shown, shown_folder, index, by }),
            Err(_) => Err(asked(Kind::NotUtf8, &shown)),
        }
    }

    /// Returns the extension that it has to be, as somebody has named it.
    pub(super) fn open(self: &Arc<Self>) -> Result<Found, Box<Problem>> {
        match self.look(&mut Vec::new())? {
            Some(found) => Ok(found),
            None if self.path.is_dir() => Err(self.problem(Kind::NothingInside)),
            None if self.path.exists() => Err(self.problem(Kind::NoExtension)),
            None => Err(self.problem(Kind::Nothing)),
        }
    }

    /// Returns the extension that it is, if it is one; what is good to know of it goes to `notices`, too.
    pub(super) fn look(self: &Arc<Self>, notices: &mut Vec<Problem>) -> Result<Option<Found>, Box<Problem>> {
        let before = notices.len();
        let found = self.read(notices)?;
        Ok(found.map(|found| Found { notices: notices[before..].to_vec(), origin: Some(self.clone()), ..found }))
    }

    fn read(&self, notices: &mut Vec<Problem>) -> Result<Option<Found>, Box<Problem>> {
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
            () if matches!(self.by, By::Dev(Some(_))) => Err(self.problem(Kind::NotAFolder)),
            () if !is(&["js", "mjs", "zip", "jar"]) => Ok(None),
            () if !metadata.is_file() => Err(self.problem(Kind::NotAFile)),
            () if is(&SCRIPTS) => self.script().map(Some),
            () if is(&["zip"]) => self.archive(notices),
            () => Err(self.problem(Kind::Jar)),
        }
    }

    fn folder(&self, notices: &mut Vec<Problem>) -> Result<Option<Found>, Box<Problem>> {
        if let By::Search(directory) = &self.by {
            let real = fs::canonicalize(&self.path).map_err(|error| self.unreadable(&error))?;
            if directory.starts_with(real) {
                return Err(self.problem(Kind::Loop));
            }
        }
        let files = self.with_resources(ExtensionFiles::folder_shown(&self.path, self.shown.clone()))?;
        match self.extension(files.clone(), notices)? {
            None => match self.why_nothing(&files) {
                Some(kind) => Err(self.problem(kind)),
                None => Ok(None),
            },
            found => Ok(found),
        }
    }

    /// Adds the files of the other folder, if there is one.
    fn with_resources(&self, files: ExtensionFiles) -> Result<ExtensionFiles, Box<Problem>> {
        let By::Dev(Some((path, shown))) = &self.by else { return Ok(files) };
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(files.over(ExtensionFiles::folder_shown(path, shown.clone()))),
            Ok(_) => Err(asked(Kind::NotAFolder, shown)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(asked(Kind::Nothing, shown)),
            Err(error) => Err(asked(Kind::Unreadable { why: error.to_string() }, shown)),
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
        let files = ExtensionFiles::script_shown(&self.path, self.shown_folder.clone());
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
        let source = Source::read(&files.shown(file), self.index, places, implicit);
        let candidate = Candidate { original_name, ..Candidate::new(manifest, source) };
        Found {
            candidate,
            files: Arc::new(files),
            entrypoint,
            path: self.path.clone(),
            shown: self.shown.clone(),
            is_dev: matches!(self.by, By::Dev(_)),
            notices: Vec::new(),
            origin: None,
        }
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
        match self.by {
            By::Search(_) => problem(&self.shown, kind),
            By::Name | By::Dev(_) => asked(kind, &self.shown),
        }
    }
}

fn problem(shown: &str, kind: Kind) -> Box<Problem> {
    let at = Some(Location::file(shown));
    Box::new(Problem::Discovery(DiscoveryProblem { at, ..DiscoveryProblem::new(shown, kind) }))
}

/// Says what is wrong with something that somebody has named, and so cannot be passed by.
fn asked(kind: Kind, shown: &str) -> Box<Problem> {
    let at = Some(Location::file(shown));
    let is_asked_for = true;
    Box::new(Problem::Discovery(DiscoveryProblem { at, is_asked_for, ..DiscoveryProblem::new(shown, kind) }))
}
