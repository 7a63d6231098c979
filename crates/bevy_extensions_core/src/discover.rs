//! What lies in the folders for extensions.

mod dev;
mod directories;
mod entry;
mod entrypoint;
mod folders;
mod placeholders;
mod problem;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    candidate::{Candidate, Source},
    files::ExtensionFiles,
    manifest::Reading,
    parse::ParseError,
    problem::Problem,
    settings::HostSettings,
};

pub use dev::{SearchedDevFolder, dev_folders};
use directories::directories;
#[cfg(feature = "artifacts")]
pub(crate) use directories::shown;
pub use directories::{SearchedDirectory, searched};
use entry::Entry;
pub use folders::Folders;
pub use placeholders::PlaceholderError;
pub use problem::{DiscoveryProblem, DiscoveryProblemKind};

#[cfg(doc)]
use crate::{files::ArchiveError, manifest::Manifest};

/// What was found in the folders for extensions.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Discovery {
    /// The extensions, in the order in which they were found.
    pub found: Vec<Found>,
    /// What cannot be used, in the order in which it was found.
    pub problems: Vec<Problem>,
}

/// An extension that was found on disk.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Found {
    /// What [`resolve`](crate::resolve()) decides about.
    pub candidate: Candidate,
    /// Its files.
    pub files: Arc<ExtensionFiles>,
    /// Which of its files runs first: a file that is there, unless the candidate is
    /// [unrunnable](Candidate::unrunnable).
    pub entrypoint: String,
    /// The folder, the archive or the script that it is.
    pub path: PathBuf,
    /// The same as people see it: relative to the current folder if it lies below.
    pub shown: String,
    /// Tells whether it is a [dev folder](HostSettings::dev), which stands in the place of all of its name.
    pub is_dev: bool,
    /// What is good to know about it; [`discover`] has these among its problems, too.
    pub notices: Vec<Problem>,
    /// How it was found; `None` if it was made in memory.
    origin: Option<Arc<Entry>>,
}

impl Found {
    /// Makes an extension of a script that is in memory, as if it lay in a file of that name: for tests, and for what an
    /// app has inside.
    ///
    /// ```
    /// use bevy_extensions_core::Found;
    ///
    /// let found = Found::script("my-weather.js", "//@extension version 1.2.0\n")?;
    /// assert_eq!(found.candidate.manifest.name, "my_weather");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ParseError`] if what it says about itself is wrong, or its file makes no name.
    pub fn script(file: &str, text: &str) -> Result<Self, ParseError> {
        let spelling = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let Reading { manifest, places, original_name, implicit } = Reading::script(file, text.as_bytes(), spelling)?;
        let source = Source::read(file, 0, places, implicit);
        let files = ExtensionFiles::in_memory("", BTreeMap::from([(file.to_string(), text.into())]));
        Ok(Self {
            candidate: Candidate { original_name, ..Candidate::new(manifest, source) },
            files: Arc::new(files),
            entrypoint: file.into(),
            path: file.into(),
            shown: file.into(),
            is_dev: false,
            notices: Vec::new(),
            origin: None,
        })
    }

    /// Reads one extension, wherever it lies: a folder, a single script, or a `.zip`, by the rules of [`discover`].
    ///
    /// The path is relative to the current folder of `folders`. Whoever is found so comes after all that lies in the searched
    /// directories; for what lies there, ask [`SearchedDirectory::open`].
    ///
    /// ```
    /// use std::{fs, path::Path};
    /// use bevy_extensions_core::{Folders, Found};
    ///
    /// let cwd = tempfile::tempdir()?;
    /// fs::write(cwd.path().join("rain.js"), "//@extension version 1.2.0\n")?;
    /// let folders = Folders { cwd: Some(cwd.path().into()), ..Folders::of_app("Town") };
    ///
    /// let found = Found::open(Path::new("rain.js"), &folders).unwrap();
    /// assert_eq!(found.candidate.manifest.name, "rain");
    ///
    /// let problem = Found::open(Path::new("snow.js"), &folders).unwrap_err();
    /// assert_eq!(problem.to_string(), "there is nothing at `snow.js`");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Problem::Unreadable`] if what it says about itself is wrong; [`Problem::Discovery`] if there is nothing, or nothing
    /// that is an extension, or it cannot be read.
    pub fn open(path: &Path, folders: &Folders) -> Result<Self, Box<Problem>> {
        let path = folders.cwd.as_deref().map_or_else(|| path.into(), |cwd| cwd.join(path));
        Arc::new(Entry::named(path, folders)?).open()
    }

    /// Tells whether it lies on disk, so that it can be read again.
    pub fn is_on_disk(&self) -> bool {
        self.origin.is_some()
    }

    /// Reads it again, as it is now, from where it was found. What was made in memory stays as it is.
    ///
    /// # Errors
    ///
    /// [`Problem`], as of [`open`](Self::open).
    pub fn open_again(&self) -> Result<Self, Box<Problem>> {
        match &self.origin {
            Some(entry) => entry.open(),
            None => Ok(self.clone()),
        }
    }
}

/// Finds the extensions in the [`directories`](HostSettings::directories) of the host settings; `folders` is what their
/// placeholders stand for.
///
/// The directories are searched in their order, each once, and the entries of each by name. An entry is an extension if
/// it is
///
/// * a folder with a manifest: [`extension.ron`](Manifest::from_ron), else [`extension.json`](Manifest::from_json), else
///   [`package.json`](Manifest::from_package_json);
/// * a folder without one, with a `main.js` or else an `index.js`;
/// * a single `.js` or `.mjs` file, which sees no other file;
/// * a `.zip` of such a folder, with or without the folder itself at its top. It is read into memory, within the bounds
///   of [`ArchiveError`], and never unpacked to disk. Without the feature `archive` it is a problem.
///
/// What has a name that begins with a dot is skipped, and so are `node_modules` and all other files. Links are followed
/// to wherever they lead; within an extension they may not lead out of it.
///
/// What runs first is the `entrypoint` of the manifest, or `main` of a `package.json`; else `main.js`, else `index.js`. If
/// that is not there, or is in Java, the extension is found all the same, and [cannot run](Candidate::unrunnable): so its
/// dependents learn of whom they lack.
///
/// A script without a manifest says what it wants to say in [comments](Manifest::from_script) at its beginning, and is
/// else called as its file or folder is, [made a name](crate::ExtensionName::converted).
///
/// The [dev folders](HostSettings::dev) come first, and each stands in the place of whatever has its name in the directories.
/// That of natives is for whoever knows them: see [`Discovery::in_place_of`].
///
/// Nothing that lies there keeps the rest from being found: whatever looks like an extension and cannot be used is a
/// problem, with its path and something to try. That somebody else has one of the names is left to
/// [`resolve`](crate::resolve()).
///
/// ```
/// use std::fs;
/// use bevy_extensions_core::{Folders, HostSettings, discover, resolve};
///
/// let cwd = tempfile::tempdir()?;
/// fs::create_dir(cwd.path().join("extensions"))?;
/// fs::write(cwd.path().join("extensions/my-weather.js"), "//@extension version 1.2.0\n")?;
///
/// let settings = HostSettings::from_ron("extensions.ron", br#"(directories: ["{cwd}/extensions"])"#)?;
/// let folders = Folders { cwd: Some(cwd.path().into()), ..Folders::of_this_process() };
/// let discovery = discover(&settings, &folders);
/// let found = &discovery.found[0];
/// assert_eq!(found.candidate.manifest.name, "my_weather");
/// assert_eq!(found.candidate.original_name.as_deref(), Some("my-weather"));
/// assert_eq!(found.entrypoint, "my-weather.js");
///
/// let candidates: Vec<_> = discovery.found.iter().map(|found| found.candidate.clone()).collect();
/// assert_eq!(resolve(&candidates, &settings).plan.find("my-weather"), Some(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn discover(settings: &HostSettings, folders: &Folders) -> Discovery {
    let mut discovery = Discovery::default();
    dev::load(settings, folders, &mut discovery);
    for directory in directories(settings, folders, &mut discovery.problems) {
        entry::search(&directory, &mut discovery);
    }
    dev::displace_installed(&mut discovery);
    discovery
}
