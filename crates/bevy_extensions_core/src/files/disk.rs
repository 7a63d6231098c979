//! Files as they lie on disk.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::FileError;

/// How many bytes a file of an extension may have: 16 MiB.
pub const LARGEST_FILE: u64 = 16 << 20;

/// How often a file is read that changes meanwhile.
const ATTEMPTS: usize = 3;

/// Reads a file of a folder; `path` is a clean one.
pub(super) fn read_within(folder: &Path, path: &str) -> Result<Vec<u8>, FileError> {
    read_file(&locate(folder, path)?, path)
}

/// Finds the file that a clean path of a folder leads to, wherever its links go, as long as they stay in the folder.
pub(super) fn locate(folder: &Path, path: &str) -> Result<PathBuf, FileError> {
    let real = |path_on_disk: &Path| fs::canonicalize(path_on_disk).map_err(|error| file_error(path, &error));
    let file = real(&folder.join(path))?;
    if file.starts_with(real(folder)?) {
        Ok(file)
    } else {
        Err(FileError::Refused { path: path.into(), why: "it is a link that leads out of its folder" })
    }
}

/// Reads a file as a whole; `path` is for messages.
pub(super) fn read_file(file: &Path, path: &str) -> Result<Vec<u8>, FileError> {
    read_at_most(LARGEST_FILE, file, path)
}

/// Reads a file that may have so many bytes.
pub(crate) fn read_at_most(most: u64, file: &Path, path: &str) -> Result<Vec<u8>, FileError> {
    let failed = |error: io::Error| file_error(path, &error);
    // Whatever else has a name, such as a pipe, may let us wait for ever once it is opened.
    if !fs::metadata(file).map_err(failed)?.is_file() {
        return Err(FileError::NotAFile { path: path.into() });
    }
    for _ in 0..ATTEMPTS {
        let mut opened = File::open(file).map_err(failed)?;
        let before = stamp(&opened);
        let mut bytes = Vec::new();
        opened.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > most {
            return Err(FileError::TooLarge { path: path.into() });
        }
        if before == stamp(&opened) {
            return Ok(bytes);
        }
    }
    Err(FileError::Changing { path: path.into() })
}

/// Reads a file of any size in parts; `path` is for messages.
#[cfg(feature = "artifacts")]
pub(super) fn read_parts(file: &Path, path: &str, take: &mut dyn FnMut(&[u8])) -> Result<(), FileError> {
    let failed = |error: io::Error| file_error(path, &error);
    // As above.
    if !fs::metadata(file).map_err(failed)?.is_file() {
        return Err(FileError::NotAFile { path: path.into() });
    }
    let mut opened = File::open(file).map_err(failed)?;
    let before = stamp(&opened);
    let mut part = vec![0; 64 << 10];
    loop {
        match opened.read(&mut part).map_err(failed)? {
            0 => break,
            length => take(&part[..length]),
        }
    }
    if before == stamp(&opened) { Ok(()) } else { Err(FileError::Changing { path: path.into() }) }
}

/// Returns what differs after a file was written.
fn stamp(file: &File) -> Option<impl PartialEq + use<>> {
    let metadata = file.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}

fn file_error(path: &str, error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing { path: path.into() },
        _ => FileError::Unreadable { path: path.into(), why: error.to_string() },
    }
}
