//! The files of an extension.

mod archive;
mod disk;
mod error;
#[cfg(feature = "artifacts")]
mod every;
mod kept;
mod list;
mod path;
mod replace;
mod storage;
#[cfg(feature = "archive")]
mod unzip;
#[cfg(feature = "artifacts")]
mod weak;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

#[cfg(any(feature = "archive", feature = "artifacts"))]
pub(crate) use archive::entry_path;
pub use archive::{
    ArchiveError, DEEPEST_ENTRY, EntryFault, LARGEST_ARCHIVE, LARGEST_RATIO, MOST_ENTRIES, RATIO_COUNTS_FROM,
};
pub use disk::LARGEST_FILE;
pub(crate) use disk::read_at_most;
pub use error::FileError;
use kept::Kept;
use list::{is_listed, list_folder};
use path::clean;
pub(crate) use replace::{followed, replace};
pub use storage::{Overwrite, Storage};
#[cfg(feature = "artifacts")]
pub(crate) use storage::{Temporary, is_temporary};
#[cfg(feature = "artifacts")]
pub(crate) use weak::WeakFiles;

/// The files of an extension on disk: those of its folder or archive, or a single script.
///
/// Paths are relative to the extension, with `/` between their parts: `lib/rain.js`. No path leads out of the extension,
/// neither by `..` nor by a link, and no file is larger than [`LARGEST_FILE`].
///
/// A folder and a script are read when a file is asked for, and an archive once, when it is opened. What was read as a
/// [source](Self::source) is kept.
///
/// ```
/// use std::collections::BTreeMap;
/// use bevy_extensions_core::ExtensionFiles;
///
/// let files = BTreeMap::from([("lib/rain.js".to_string(), b"exports.drops = 3".to_vec())]);
/// let files = ExtensionFiles::in_memory("extensions/weather", files);
///
/// assert_eq!(files.read("./lib/rain.js").unwrap(), b"exports.drops = 3");
/// assert_eq!(files.shown("lib/rain.js"), "extensions/weather/lib/rain.js");
/// assert_eq!(
///     files.read("../economy/main.js").unwrap_err().to_string(),
///     "`../economy/main.js` is no file of the extension: `..` may lead out of its folder",
/// );
/// ```
#[derive(Debug, Clone)]
pub struct ExtensionFiles {
    /// What stands before a path when it is shown.
    shown: String,
    place: Place,
    kept: Kept,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(PathBuf),
    /// A file of a folder, and nothing else of that folder.
    Script {
        folder: PathBuf,
        name: String,
    },
    Memory(Arc<BTreeMap<String, Vec<u8>>>),
    /// What stands in the program.
    Embedded(&'static [(&'static str, &'static [u8])]),
    /// The first that has a file gives it.
    Layers(Arc<[ExtensionFiles; 2]>),
}

impl ExtensionFiles {
    /// The files of a folder. They are read when they are asked for.
    pub fn folder(path: &Path) -> Self {
        Self::folder_shown(path, path.display().to_string())
    }

    /// A single script, which sees no file but itself. It is read when it is asked for.
    ///
    /// `path` ends with the name of a file; without one, there is no file.
    pub fn script(path: &Path) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::script_shown(path, folder.display().to_string())
    }

    /// The files of a `.zip`, which are read into memory as far as the bounds of [`ArchiveError`] allow. `shown` is where
    /// the archive lies.
    ///
    /// If all of them lie in one folder at the top, that folder is the extension's.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`] for a damaged archive, for one that does not keep to the bounds, and for every archive without
    /// the feature `archive`.
    #[cfg_attr(not(feature = "archive"), expect(unused_variables, reason = "nothing is read without the feature"))]
    pub fn archive(shown: &str, bytes: &[u8]) -> Result<Self, ArchiveError> {
        #[cfg(feature = "archive")]
        return unzip::unzip(bytes).map(|files| Self::unpacked(shown, files));
        #[cfg(not(feature = "archive"))]
        Err(ArchiveError::NotBuiltIn)
    }

    /// Files that are in memory already; `shown` is where they come from.
    pub fn in_memory(shown: &str, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self::new(shown.into(), Place::Memory(Arc::new(files)))
    }

    /// Files that are compiled into the program, by path; `shown` is where they come from. None of them is copied until it
    /// is read.
    ///
    /// ```
    /// use bevy_extensions_core::ExtensionFiles;
    ///
    /// let files = ExtensionFiles::embedded("(embedded)/weather", &[("main.js", b"exports.drops = 3")]);
    /// assert_eq!(files.list(""), ["main.js"]);
    /// assert_eq!(files.shown("main.js"), "(embedded)/weather/main.js");
    /// ```
    pub fn embedded(shown: &str, files: &'static [(&'static str, &'static [u8])]) -> Self {
        Self::new(shown.into(), Place::Embedded(files))
    }

    /// Lays these files over others: a file that is in both is the one of these.
    ///
    /// ```
    /// use bevy_extensions_core::ExtensionFiles;
    ///
    /// let code = ExtensionFiles::embedded("dist", &[("main.js", b"new")]);
    /// let assets = ExtensionFiles::embedded("assets", &[("main.js", b"old"), ("sky.txt", b"blue")]);
    /// let files = code.over(assets);
    /// assert_eq!(files.read("main.js").unwrap(), b"new");
    /// assert_eq!(files.shown("sky.txt"), "assets/sky.txt");
    /// ```
    #[must_use]
    pub fn over(self, others: Self) -> Self {
        Self::new(self.shown.clone(), Place::Layers(Arc::new([self, others])))
    }

    /// Tells whether these are the same as others: one is a clone of the other.
    pub fn is(&self, others: &Self) -> bool {
        self.kept.is(&others.kept)
    }

    fn new(shown: String, place: Place) -> Self {
        Self { shown, place, kept: Kept::default() }
    }

    /// Takes the files of an archive out of the one folder that they lie in, if there is one.
    #[cfg(feature = "archive")]
    fn unpacked(shown: &str, mut files: BTreeMap<String, Vec<u8>>) -> Self {
        // Finder adds these to every archive.
        files.retain(|path, _| !path.starts_with("__MACOSX/") && !path.ends_with(".DS_Store"));
        let first = files.keys().next().and_then(|path| path.split_once('/'));
        let top = first.map(|(top, _)| format!("{top}/"));
        match top.filter(|top| files.keys().all(|path| path.starts_with(top.as_str()))) {
            None => Self::in_memory(shown, files),
            Some(top) => {
                let files = files.into_iter().map(|(path, bytes)| (path[top.len()..].to_string(), bytes));
                Self::in_memory(&format!("{shown}/{}", top.trim_end_matches('/')), files.collect())
            }
        }
    }

    /// The same as [`folder`](Self::folder), shown as something else.
    pub(crate) fn folder_shown(path: &Path, shown: String) -> Self {
        Self::new(shown, Place::Folder(path.into()))
    }

    /// The same as [`script`](Self::script), whose folder is shown as something else.
    pub(crate) fn script_shown(path: &Path, shown: String) -> Self {
        let folder = path.parent().unwrap_or(Path::new("")).into();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into();
        Self::new(shown, Place::Script { folder, name })
    }

    /// Reads a file, as it is now.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path leads out of the extension, or there is no such file, or it cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.read_clean(path, &clean(path)?)
    }

    /// Reads a file as text, as it is now.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and if it is not UTF-8. What some editors put before a text, a byte order mark, is not part of
    /// it.
    pub fn read_text(&self, path: &str) -> Result<String, FileError> {
        text(self.read(path)?, path)
    }

    /// Reads a file once, and returns it ever after as it was then: for code that should stay the same until its extension is
    /// loaded anew, whoever edits the file meanwhile.
    ///
    /// All clones of a value share what was read. What could not be read is not kept.
    ///
    /// ```
    /// use std::fs;
    /// use bevy_extensions_core::ExtensionFiles;
    ///
    /// let folder = tempfile::tempdir()?;
    /// fs::write(folder.path().join("main.js"), "exports.drops = 3")?;
    /// let files = ExtensionFiles::folder(folder.path());
    /// assert_eq!(*files.source("main.js")?, *b"exports.drops = 3");
    ///
    /// fs::write(folder.path().join("main.js"), "exports.drops = 4")?;
    /// assert_eq!(*files.source("main.js")?, *b"exports.drops = 3");
    /// assert_eq!(files.read("main.js")?, b"exports.drops = 4");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path leads out of the extension, or there is no such file, or it cannot be read.
    pub fn source(&self, path: &str) -> Result<Arc<[u8]>, FileError> {
        self.kept.get_or_read(clean(path)?, |clean| self.read_clean(path, clean))
    }

    /// Reads a file; `path` is the path as it was asked for.
    fn read_clean(&self, path: &str, clean: &str) -> Result<Vec<u8>, FileError> {
        let missing = || FileError::Missing { path: path.into() };
        match &self.place {
            Place::Folder(folder) => disk::read_within(folder, clean),
            Place::Script { folder, name } if *name == clean => disk::read_file(&folder.join(name), name),
            Place::Script { .. } => Err(missing()),
            Place::Memory(files) => files.get(clean).cloned().ok_or_else(missing),
            Place::Embedded(files) => {
                let file = files.iter().find(|(name, _)| *name == clean);
                file.map(|(_, bytes)| bytes.to_vec()).ok_or_else(missing)
            }
            Place::Layers(layers) => first_layer(layers, |files| files.read_clean(path, clean)),
        }
    }

    /// Tells whether it is a [single script](Self::script), which sees no file but itself.
    pub fn is_single(&self) -> bool {
        matches!(self.place, Place::Script { .. })
    }

    /// Tells whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        self.find(path).is_ok()
    }

    /// Finds a file without reading it, and returns its path in the shortest form: `lib/rain.js` for `./lib//rain.js`.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path leads out of the extension, or there is no such file.
    pub fn find(&self, path: &str) -> Result<String, FileError> {
        if let Place::Layers(layers) = &self.place {
            return first_layer(layers, |files| files.find(path));
        }
        let clean = clean(path)?;
        let is_file = match &self.place {
            Place::Folder(folder) => disk::locate(folder, &clean)?.is_file(),
            Place::Script { folder, name } => *name == clean && folder.join(name).is_file(),
            Place::Memory(files) => files.contains_key(&clean),
            Place::Embedded(files) => files.iter().any(|(name, _)| *name == clean),
            Place::Layers(_) => false,
        };
        is_file.then_some(clean).ok_or_else(|| FileError::Missing { path: path.into() })
    }

    /// Lists the paths that begin with `prefix`, by name: `list("")` has all, `list("lib/")` those in the folder `lib`.
    ///
    /// What has a name that begins with a dot is not listed, nor what lies in `node_modules`, nor a link that leads out of the
    /// extension. Of a folder at most [`MOST_ENTRIES`] entries are looked at, those first that come first by name, and
    /// none that lies in more folders than [`DEEPEST_ENTRY`].
    ///
    /// ```
    /// use bevy_extensions_core::ExtensionFiles;
    ///
    /// let files: &[(_, &[u8])] = &[("main.js", b""), ("lib/snow.js", b""), ("lib/rain.js", b""), (".gitignore", b"")];
    /// let files = ExtensionFiles::embedded("weather", files);
    /// assert_eq!(files.list(""), ["lib/rain.js", "lib/snow.js", "main.js"]);
    /// assert_eq!(files.list("lib/s"), ["lib/snow.js"]);
    /// ```
    pub fn list(&self, prefix: &str) -> Vec<String> {
        let listed = |paths: &mut dyn Iterator<Item = &str>| -> BTreeSet<String> {
            paths.filter(|path| is_listed(path, prefix)).map(String::from).collect()
        };
        match &self.place {
            Place::Folder(folder) => return list_folder(folder, prefix),
            Place::Script { folder, name } if folder.join(name).is_file() => listed(&mut [name.as_str()].into_iter()),
            Place::Script { .. } => BTreeSet::new(),
            Place::Memory(files) => listed(&mut files.keys().map(String::as_str)),
            Place::Embedded(files) => listed(&mut files.iter().map(|(path, _)| *path)),
            Place::Layers(layers) => layers.iter().flat_map(|files| files.list(prefix)).collect(),
        }
        .into_iter()
        .collect()
    }

    /// Returns a path as a person would open it.
    pub fn shown(&self, path: &str) -> String {
        if let Place::Layers(layers) = &self.place
            && let [false, true] = layers.each_ref().map(|files| files.contains(path))
        {
            return layers[1].shown(path);
        }
        match self.shown.as_str() {
            "" => path.into(),
            folder => format!("{folder}/{path}"),
        }
    }

    /// Lists what stands at the top, by name: files, and folders with a `/` at their end.
    ///
    /// What cannot be read, or has a name that is not UTF-8, is not listed.
    pub(crate) fn top(&self) -> BTreeSet<String> {
        match &self.place {
            Place::Folder(folder) => {
                let entries = fs::read_dir(folder).into_iter().flatten().flatten();
                let name = |entry: fs::DirEntry| {
                    let name = entry.file_name().into_string().ok()?;
                    Some(if entry.path().is_dir() { name + "/" } else { name })
                };
                entries.filter_map(name).collect()
            }
            Place::Script { name, .. } => BTreeSet::from([name.clone()]),
            Place::Memory(files) => files.keys().map(|path| top_of(path)).collect(),
            Place::Embedded(files) => files.iter().map(|(path, _)| top_of(path)).collect(),
            Place::Layers(layers) => layers.iter().flat_map(Self::top).collect(),
        }
    }
}

/// Makes a text of what was read.
fn text(bytes: Vec<u8>, path: &str) -> Result<String, FileError> {
    let text = String::from_utf8(bytes).map_err(|_| FileError::NotText { path: path.into() })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.into(),
        None => text,
    })
}

/// Returns what a path begins with: a file, or a folder with a `/` at its end.
fn top_of(path: &str) -> String {
    path.split_inclusive('/').next().unwrap_or_default().into()
}

/// Asks the second of two layers if the first has no such file.
fn first_layer<T>(
    layers: &[ExtensionFiles; 2],
    ask: impl Fn(&ExtensionFiles) -> Result<T, FileError>,
) -> Result<T, FileError> {
    match ask(&layers[0]) {
        Err(FileError::Missing { .. }) => ask(&layers[1]),
        result => result,
    }
}
