//! Files that are replaced as a whole, so that nobody ever reads half of one.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process,
};

/// How many links lead to a file at most.
const MOST_LINKS: usize = 32;

/// Returns what a path leads to, be it there or not.
pub(crate) fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(link) => path = path.parent().unwrap_or(Path::new("")).join(link),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("it is a link that leads to itself"))
}

/// Replaces a file as a whole, or makes it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let permissions = match fs::metadata(path) {
        Ok(metadata) if metadata.permissions().readonly() => return Err(io::Error::other("it is read-only")),
        Ok(metadata) => Some(metadata.permissions()),
        Err(_) => {
            fs::create_dir_all(folder)?;
            None
        }
    };
    let (temporary, file) = temporary_beside(path)?;
    let written = write(file, bytes, permissions).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What failed is told; that something is left behind is less.
        _ = fs::remove_file(&temporary);
    }
    written
}

fn write(mut file: File, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Makes a file that nobody else uses, where it can be renamed to the other.
fn temporary_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for number in 0..u32::MAX {
        let temporary = path.with_file_name(format!(".{name}.{}-{number}.tmp", process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return Ok((temporary, result?)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
