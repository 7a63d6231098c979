//! What was fetched, on disk: by the hash of its content.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use super::{Hash, HashKind, Hasher, client::Target, progress::Meter};
use crate::files::{Temporary, is_temporary};

/// What was fetched, on disk: by the hash of its content, in the folder `.libs`.
///
/// A file gets its name when all of it is there and is what it should be. Several processes may fill one folder.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    /// Held while anybody may write there: who has it alone may remove what others have left half-written.
    in_use: Mutex<Option<File>>,
}

/// The file that tells whether others write there.
const IN_USE: &str = ".in-use";

/// What there is of a content.
#[derive(Debug)]
pub(super) enum Cached {
    /// It is there, and is what it should be.
    Here(PathBuf),
    /// It is not there.
    Missing,
    /// It is there, and is something else.
    Damaged(PathBuf, Hash),
}

impl Cache {
    /// Takes a folder, which need not be there. What was left half-written there is removed, unless somebody else is at work.
    pub(super) fn new(folder: PathBuf) -> Self {
        let cache = Self { folder, in_use: Mutex::new(None) };
        if cache.folder.is_dir() {
            cache.take_part();
        }
        cache
    }

    /// Holds the folder, so that nobody takes what is being written for something left over.
    fn take_part(&self) {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        if in_use.is_some() {
            return;
        }
        let file = File::options().create(true).truncate(false).write(true).open(self.folder.join(IN_USE));
        // A folder in which nothing can be written has nothing half-written, and some disks know no locks.
        let Ok(file) = file else { return };
        match file.try_lock() {
            Ok(()) => {
                self.sweep();
                _ = file.unlock();
            }
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
        share(&file);
        *in_use = Some(file);
    }

    /// Removes what was left half-written.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(is_temporary) {
                _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Returns where a content is, whether it is there or not.
    pub(super) fn path(&self, hash: &Hash, ending: &str) -> PathBuf {
        let hex = hash.to_hex();
        self.folder.join(hash.kind().name()).join(&hex[..2]).join(format!("{hex}.{ending}"))
    }

    /// Looks for a content, and reads it to see that it is the right one.
    pub(super) fn look(&self, hash: &Hash, ending: &str) -> Cached {
        let path = self.path(hash, ending);
        match hash_of(&path, hash.kind()) {
            Ok(found) if found == *hash => Cached::Here(path),
            Ok(found) => Cached::Damaged(path, found),
            Err(_) => Cached::Missing,
        }
    }

    /// Begins to take a content, of which these hashes are to be made.
    pub(super) fn begin(&self, kinds: &[HashKind], meter: &Meter) -> io::Result<Incoming<'_>> {
        fs::create_dir_all(&self.folder)?;
        self.take_part();
        let (temporary, file) = Temporary::create(&self.folder)?;
        let mut kinds = kinds.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        Ok(Incoming { cache: self, temporary, file, kinds, hashers: Vec::new(), size: 0, meter: meter.clone() })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// How often to try to hold a folder that somebody else sweeps, and how long to wait between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// Holds a folder together with others. Whoever sweeps is done soon; if not, the app should not stand still because of that.
fn share(file: &File) {
    for _ in 0..TRIES {
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Ok(()) | Err(TryLockError::Error(_)) => return,
        }
    }
}

/// Makes the hash of a file.
pub(super) fn hash_of(path: &Path, kind: HashKind) -> io::Result<Hash> {
    let mut hasher = Hasher::new(kind);
    let (mut file, mut piece) = (File::open(path)?, vec![0; 256 << 10]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(count) => hasher.update(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A content that is on its way into the cache. It is gone if it is not [kept](Self::keep).
pub(super) struct Incoming<'a> {
    cache: &'a Cache,
    temporary: Temporary,
    file: File,
    kinds: Vec<HashKind>,
    hashers: Vec<Hasher>,
    size: u64,
    meter: Meter,
}

impl Target for Incoming<'_> {
    fn begin(&mut self, total: Option<u64>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.set_len(0)?;
        self.hashers = self.kinds.iter().map(|kind| Hasher::new(*kind)).collect();
        self.size = 0;
        self.meter.begin(total);
        Ok(())
    }

    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file.write_all(piece)?;
        self.hashers.iter_mut().for_each(|hasher| hasher.update(piece));
        self.size += piece.len() as u64;
        self.meter.add(piece.len() as u64);
        Ok(())
    }
}

impl Incoming<'_> {
    /// Returns the hashes of all that has come, and how many bytes that were.
    pub(super) fn finish(&mut self) -> (Vec<Hash>, u64) {
        (self.hashers.drain(..).map(Hasher::finish).collect(), self.size)
    }

    /// Puts it in its place, under its hash.
    pub(super) fn keep(self, hash: &Hash, ending: &str) -> Result<(), (PathBuf, io::Error)> {
        let path = self.cache.path(hash, ending);
        drop(self.file);
        let parent = path.parent().expect("it lies in a folder");
        let placed = fs::create_dir_all(parent).and_then(|()| self.temporary.replace(&path));
        match placed {
            // On Windows nobody replaces what another has open; what is there already is good, too.
            Err(_) if matches!(self.cache.look(hash, ending), Cached::Here(_)) => Ok(()),
            placed => placed.map_err(|error| (path, error)),
        }
    }
}
