//! A disk in memory that can fail in the ways of disks.

use std::{
    io::{Error, ErrorKind, Result},
    sync::{Arc, Mutex, MutexGuard},
};

use redb::{Builder, Database, DatabaseError, StorageBackend};

use crate::support::SplitMix;

/// A disk in memory. What was written is only safe once it was synced.
#[derive(Debug, Default)]
pub struct Disk(Mutex<Content>);

#[derive(Debug, Default)]
struct Content {
    /// What is seen as long as the power is on.
    seen: Vec<u8>,
    /// What is safe.
    safe: Vec<u8>,
    /// What was done since.
    unsynced: Vec<Change>,
    /// How many bytes fit.
    capacity: Option<usize>,
    is_read_only: bool,
    /// How many more times something is written or synced until the power goes off.
    power: Option<u64>,
}

#[derive(Debug, Clone)]
enum Change {
    Length(usize),
    Write(usize, Vec<u8>),
}

impl Change {
    fn apply_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Write(at, data) => {
                let end = at + data.len();
                // A write that got there before the file grew.
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at..end].copy_from_slice(data);
            }
        }
    }
}

impl Disk {
    pub fn open(self: &Arc<Self>) -> std::result::Result<Database, DatabaseError> {
        Builder::new().set_cache_size(1024 * 1024).create_with_backend(Handle(self.clone()))
    }

    /// Leaves as much room as is taken, and that much more.
    pub fn leave_room(&self, bytes: Option<usize>) {
        let mut content = self.content();
        content.capacity = bytes.map(|bytes| content.seen.len() + bytes);
    }

    pub fn set_read_only(&self, is_read_only: bool) {
        self.content().is_read_only = is_read_only;
    }

    /// Lets the power go off after so many operations.
    pub fn power_off_after(&self, operations: u64) {
        self.content().power = Some(operations);
    }

    pub fn is_off(&self) -> bool {
        self.content().power == Some(0)
    }

    /// Turns the power on again. Of what was not synced, some is there and some is not.
    pub fn power_on(&self, random: &mut SplitMix) {
        let mut content = self.content();
        let content = &mut *content;
        let keep_of_4 = random.below(5);
        for change in std::mem::take(&mut content.unsynced) {
            if random.below(4) < keep_of_4 {
                change.apply_to(&mut content.safe);
            }
        }
        content.seen = content.safe.clone();
        content.power = None;
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().expect("no test panics while it holds this")
    }
}

impl Content {
    /// Uses the power for one operation.
    fn use_power(&mut self) -> Result<()> {
        match &mut self.power {
            Some(0) => Err(Error::other("the power is off")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn change(&mut self, change: Change, end: usize) -> Result<()> {
        self.use_power()?;
        if self.is_read_only {
            return Err(ErrorKind::ReadOnlyFilesystem.into());
        }
        if self.capacity.is_some_and(|capacity| end > capacity) {
            return Err(ErrorKind::StorageFull.into());
        }
        change.apply_to(&mut self.seen);
        self.unsynced.push(change);
        Ok(())
    }
}

#[derive(Debug)]
struct Handle(Arc<Disk>);

impl StorageBackend for Handle {
    fn len(&self) -> Result<u64> {
        Ok(self.0.content().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let content = self.0.content();
        let begin = usize::try_from(offset).expect("it is small");
        let bytes = content.seen.get(begin..begin + out.len()).ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        if content.power == Some(0) { Err(Error::other("the power is off")) } else { Ok(()) }
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let len = usize::try_from(len).expect("it is small");
        self.0.content().change(Change::Length(len), len)
    }

    fn sync_data(&self) -> Result<()> {
        let mut content = self.0.content();
        content.use_power()?;
        let content = &mut *content;
        std::mem::take(&mut content.unsynced).iter().for_each(|change| change.apply_to(&mut content.safe));
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let begin = usize::try_from(offset).expect("it is small");
        self.0.content().change(Change::Write(begin, data.into()), begin + data.len())
    }
}
