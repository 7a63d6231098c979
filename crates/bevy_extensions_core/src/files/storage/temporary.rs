//! Files that are being written, beside their place.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
    time::{Duration, SystemTime},
};

use super::names::{TEMPORARY, is_temporary};

/// When a file is not being written any more, and was left by a program that has ended half-way.
const OLD: Duration = Duration::from_hours(1);

/// A file beside its place; it goes when it was not put there.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    /// Writes a file beside its place.
    pub(super) fn beside(place: &Path, content: &[u8]) -> io::Result<Self> {
        let (temporary, mut file) = Self::create(place.parent().unwrap_or(Path::new("")))?;
        file.write_all(content)?;
        Ok(temporary)
    }

    /// Begins a file in a folder.
    pub(crate) fn create(folder: &Path) -> io::Result<(Self, File)> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mut number = 0;
        loop {
            let path = folder.join(format!("{TEMPORARY}{}-{now}-{number}", process::id()));
            match File::create_new(&path) {
                // Two threads may have the same time.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                file => return file.map(|file| (Self(path), file)),
            }
        }
    }

    /// Puts it in its place, instead of what is there.
    pub(crate) fn replace(self, place: &Path) -> io::Result<()> {
        if let Ok(before) = fs::metadata(place) {
            fs::set_permissions(&self.0, before.permissions())?;
        }
        fs::rename(&self.0, place)
    }

    /// Puts it in its place, unless something is there, and answers whether it did.
    pub(super) fn put(self, place: &Path) -> io::Result<bool> {
        match fs::hard_link(&self.0, place) {
            Ok(()) => Ok(true),
            Err(_) if place.exists() => Ok(false),
            // Not every disk knows a second name.
            Err(_) => fs::rename(&self.0, place).map(|()| true),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // It is not there any more if it was renamed.
        _ = fs::remove_file(&self.0);
    }
}

/// Removes what was left half-written in a folder, and in those below it.
pub(super) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            sweep(&entry.path());
        } else if entry.file_name().to_str().is_some_and(is_temporary) && is_old(&entry) {
            _ = fs::remove_file(entry.path());
        }
    }
}

fn is_old(entry: &fs::DirEntry) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
    modified.and_then(|modified| modified.elapsed().ok()).is_some_and(|age| age > OLD)
}
