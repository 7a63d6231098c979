//! From an archive to files in memory.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use super::{
    ArchiveError, EntryFault, LARGEST_ARCHIVE, LARGEST_FILE, LARGEST_RATIO, MOST_ENTRIES, RATIO_COUNTS_FROM, entry_path,
};

/// Reads all files of an archive. Nothing is written anywhere.
pub(super) fn unzip(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    if bytes.len() as u64 > LARGEST_ARCHIVE {
        return Err(ArchiveError::TooLarge);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() > MOST_ENTRIES {
        return Err(ArchiveError::TooManyEntries);
    }
    if archive.has_duplicate_names() {
        return Err(ArchiveError::Damaged { why: "two of its entries have the same name".into() });
    }
    let mut files = BTreeMap::new();
    let mut left = LARGEST_ARCHIVE;
    for index in 0..archive.len() {
        let raw = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
        let name = name_of(&raw)?;
        let refused = |why| ArchiveError::Refused { entry: name.clone(), why };
        let path = check(&raw, &name).map_err(refused)?;
        if raw.is_dir() {
            continue;
        }
        drop(raw);
        let file = archive.by_index(index).map_err(|error| refused(fault(&error)))?;
        let bytes = inflate(file, bytes.len() as u64, left).map_err(|why| match why {
            Some(why) => refused(why),
            None => ArchiveError::TooLarge,
        })?;
        left -= bytes.len() as u64;
        if files.insert(path, bytes).is_some() {
            return Err(refused(EntryFault::Twice));
        }
    }
    Ok(files)
}

/// Returns the name of an entry. One that is not UTF-8 is no path that a script could name.
fn name_of(file: &ZipFile<'_, impl Read>) -> Result<String, ArchiveError> {
    let shown = String::from_utf8_lossy(file.name_raw());
    let error =
        || ArchiveError::Refused { entry: shown.clone().into_owned(), why: EntryFault::Name("its name is not UTF-8") };
    std::str::from_utf8(file.name_raw()).map(str::to_string).map_err(|_| error())
}

/// Looks at what can be said of an entry before it is read, and returns its path.
fn check(file: &ZipFile<'_, impl Read>, name: &str) -> Result<String, EntryFault> {
    let path = entry_path(name)?;
    if file.is_symlink() {
        return Err(EntryFault::Link);
    }
    if file.encrypted() {
        return Err(EntryFault::Encrypted);
    }
    Ok(path)
}

/// Reads an entry, as far as it may go; `None` if that is more than all entries together may have.
///
/// `whole` is how large the archive is: an entry that says it takes more than that does not get a better ratio.
fn inflate(file: ZipFile<'_, impl Read>, whole: u64, left: u64) -> Result<Vec<u8>, Option<EntryFault>> {
    let by_ratio = RATIO_COUNTS_FROM.max(file.compressed_size().min(whole).saturating_mul(LARGEST_RATIO));
    let most = LARGEST_FILE.min(by_ratio).min(left);
    let mut bytes = Vec::new();
    let read = file.take(most + 1).read_to_end(&mut bytes);
    if bytes.len() as u64 > most {
        return Err(match most {
            _ if most == LARGEST_FILE => Some(EntryFault::TooLarge),
            _ if most == by_ratio => Some(EntryFault::Ratio),
            _ => None,
        });
    }
    read.map_err(|error| Some(EntryFault::Damaged(error.to_string())))?;
    Ok(bytes)
}

fn fault(error: &ZipError) -> EntryFault {
    match error {
        ZipError::CompressionMethodNotSupported(_) => EntryFault::Method,
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => EntryFault::Encrypted,
        other => EntryFault::Damaged(other.to_string()),
    }
}

fn damaged(error: &ZipError) -> ArchiveError {
    ArchiveError::Damaged { why: error.to_string() }
}
