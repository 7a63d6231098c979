//! Tells whether an entry is as it was.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

use super::places::is_passed_by;

/// How large a file may be that is read for this; of a larger one its size and its time count.
const LARGEST: u64 = 1 << 20;

/// How deep folders are looked into.
const DEEPEST: usize = 32;

/// How many files are looked at.
const MOST: usize = 4096;

/// Returns what tells one content of some paths from another; `None` if there is nothing at the first.
pub(super) fn fingerprint<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Option<u64> {
    let mut paths = paths.into_iter().peekable();
    if is_gone(paths.peek()?) {
        return None;
    }
    let mut look = Look { hasher: DefaultHasher::new(), left: MOST };
    paths.for_each(|path| look.at(path, DEEPEST));
    Some(look.hasher.finish())
}

/// Tells whether there is nothing at a path, not even a link.
pub(super) fn is_gone(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

struct Look {
    hasher: DefaultHasher,
    left: usize,
}

impl Look {
    fn at(&mut self, path: &Path, depth: usize) {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || depth == 0 {
            return;
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.folder(path, depth),
            Ok(metadata) if metadata.is_file() && metadata.len() <= LARGEST => {
                fs::read(path).map_err(|error| error.kind()).hash(&mut self.hasher);
            }
            Ok(metadata) => (metadata.len(), metadata.modified().ok()).hash(&mut self.hasher),
            Err(error) => error.kind().hash(&mut self.hasher),
        }
    }

    fn folder(&mut self, path: &Path, depth: usize) {
        let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).filter(|name| !is_passed_by(name)).collect();
        names.sort();
        // A link to a folder within may lead back; what it leads to is looked at by itself.
        let is_link_to_folder = |path: &Path| path.is_symlink() && path.is_dir();
        for name in names {
            name.hash(&mut self.hasher);
            let path = path.join(name);
            if !is_link_to_folder(&path) {
                self.at(&path, depth - 1);
            }
        }
    }
}
