//! Which folders are searched.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use super::problem::{DiscoveryProblem, DiscoveryProblemKind as Kind};
use crate::{
    problem::Problem,
    settings::{HostSettings, assets_dir},
};

/// What the placeholders in the directories of the host settings stand for; `{config}` is known to the settings
/// themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `{assets}`.
    pub assets: PathBuf,
    /// `{cwd}`, the current directory, if there is one. Paths below it are shown without it.
    pub cwd: Option<PathBuf>,
    /// `{exe}`, the folder of the executable, if that is known.
    pub exe: Option<PathBuf>,
}

impl Folders {
    /// Asks the system; `{assets}` is [`assets_dir`].
    pub fn of_this_process() -> Self {
        let executable = env::current_exe().ok();
        Self {
            assets: assets_dir(),
            cwd: env::current_dir().ok(),
            exe: executable.as_deref().and_then(Path::parent).map(Into::into),
        }
    }
}

/// A folder that is searched.
pub(super) struct Directory {
    /// Which of the directories of the host settings it is.
    pub(super) index: usize,
    pub(super) path: PathBuf,
    /// The same without any links.
    pub(super) real: PathBuf,
    /// As people see it.
    pub(super) shown: String,
}

/// Finds the folders that are searched, each once, and reports those that cannot be.
pub(super) fn directories(settings: &HostSettings, folders: &Folders, problems: &mut Vec<Problem>) -> Vec<Directory> {
    let mut all: Vec<Directory> = Vec::new();
    for (index, written) in settings.directories.iter().enumerate() {
        match directory(settings, folders, index, written) {
            Ok(Some(directory)) if all.iter().any(|other| other.real == directory.real) => {}
            Ok(directory) => all.extend(directory),
            Err(kind) => problems.push(Problem::Discovery(DiscoveryProblem {
                what: written.clone(),
                kind,
                at: settings.place_of_directory(written),
            })),
        }
    }
    all
}

/// Finds a folder; `None` if it is one of the defaults, and not there.
fn directory(
    settings: &HostSettings,
    folders: &Folders,
    index: usize,
    written: &str,
) -> Result<Option<Directory>, Kind> {
    let path = substituted(settings, folders, written)?;
    let cwd = folders.cwd.as_deref();
    let path = match settings.config_folder() {
        Some(config) => config.join(path),
        None => path,
    };
    let path = cwd.map_or_else(|| path.clone(), |cwd| cwd.join(&path));
    let shown = cwd.and_then(|cwd| path.strip_prefix(cwd).ok()).filter(|path| !path.as_os_str().is_empty());
    let shown = shown.unwrap_or(&path).display().to_string();
    match fs::canonicalize(&path).and_then(|real| Ok((fs::metadata(&real)?, real))) {
        Ok((metadata, real)) if metadata.is_dir() => Ok(Some(Directory { index, path, real, shown })),
        Ok(_) => Err(Kind::NotADirectory { path: shown }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match HostSettings::is_default_directory(written) {
            true => Ok(None),
            false => Err(Kind::NoDirectory { path: shown }),
        },
        Err(error) => Err(Kind::Unreadable { why: error.to_string() }),
    }
}

/// Puts folders in the place of placeholders.
fn substituted(settings: &HostSettings, folders: &Folders, written: &str) -> Result<PathBuf, Kind> {
    let mut path = std::ffi::OsString::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        let (placeholder, after) = after.split_once('}').ok_or(Kind::OpenPlaceholder)?;
        path.push(before);
        let folder = folder(settings, folders, placeholder)?;
        path.push(folders.cwd.as_deref().map_or_else(|| folder.into(), |cwd| cwd.join(folder)));
        rest = after;
    }
    path.push(rest);
    Ok(path.into())
}

fn folder<'a>(settings: &'a HostSettings, folders: &'a Folders, placeholder: &str) -> Result<&'a Path, Kind> {
    let known = |folder: &'a Option<PathBuf>| {
        folder.as_deref().ok_or_else(|| Kind::NoFolder { placeholder: placeholder.into() })
    };
    match placeholder {
        "assets" => Ok(&folders.assets),
        "cwd" => known(&folders.cwd),
        "exe" => known(&folders.exe),
        "config" => settings.config_folder().ok_or(Kind::NoConfig),
        unknown => Err(Kind::UnknownPlaceholder { placeholder: unknown.into() }),
    }
}
