//! Tells when something is done with all that extensions keep.

use std::{
    fmt,
    time::{Duration, Instant},
};

use bevy_extensions_data::{BackupTicket, FlushState, FlushTicket};
#[cfg(feature = "db")]
use bevy_extensions_data::{DbAnswer, DbError};

use super::DataError;

/// Tells when all is on disk, or copied; see [`Data`](super::Data).
///
/// A frame asks whether it [is done](Self::is_done), and who has time waits. It is done whether anybody waits or not.
#[must_use = "it tells what goes wrong"]
pub struct DataTicket(Vec<Part>);

/// What one of the stores has to do.
enum Part {
    Flush(FlushTicket),
    Backup(BackupTicket),
    #[cfg(feature = "db")]
    Db(DbAnswer<()>),
    #[cfg(feature = "db")]
    Failed(DbError),
}

impl DataTicket {
    pub(super) fn flush(kv: FlushTicket) -> Self {
        Self(vec![Part::Flush(kv)])
    }

    pub(super) fn backup(kv: BackupTicket) -> Self {
        Self(vec![Part::Backup(kv)])
    }

    /// Waits for databases, too.
    #[cfg(feature = "db")]
    pub(super) fn and(mut self, databases: Result<Vec<DbAnswer<()>>, DbError>) -> Self {
        match databases {
            Ok(answers) => self.0.extend(answers.into_iter().map(Part::Db)),
            Err(error) => self.0.push(Part::Failed(error)),
        }
        self
    }

    /// Tells whether it has ended, well or not, so that nobody waits for it.
    pub fn is_done(&self) -> bool {
        self.0.iter().all(|part| match part {
            Part::Flush(flush) => flush.poll() != FlushState::Waiting,
            Part::Backup(backup) => backup.is_done(),
            #[cfg(feature = "db")]
            Part::Db(answer) => answer.is_ready(),
            #[cfg(feature = "db")]
            Part::Failed(_) => true,
        })
    }

    /// Waits until it is done.
    ///
    /// # Errors
    ///
    /// The first that there is; all the rest is done nevertheless.
    pub fn wait(self) -> Result<(), DataError> {
        self.0.into_iter().map(|part| part.wait(None)).fold(Ok(()), Result::and)
    }

    /// Waits until it is done, but not for ever. A copy is waited for until it is made.
    ///
    /// # Errors
    ///
    /// As of [`wait`](Self::wait), and that the time is over.
    pub fn wait_for(self, time: Duration) -> Result<(), DataError> {
        let end = Instant::now().checked_add(time);
        self.0.into_iter().map(|part| part.wait(end)).fold(Ok(()), Result::and)
    }
}

impl Part {
    fn wait(self, end: Option<Instant>) -> Result<(), DataError> {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        match self {
            Self::Flush(flush) => Ok(left.map_or_else(|| flush.wait(), |left| flush.wait_for(left))?),
            Self::Backup(backup) => Ok(backup.wait()?),
            #[cfg(feature = "db")]
            Self::Db(mut answer) => Ok(match left {
                None => answer.wait(),
                Some(left) => answer.wait_for(left),
            }?),
            #[cfg(feature = "db")]
            Self::Failed(error) => Err(error.into()),
        }
    }
}

impl fmt::Debug for DataTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataTicket").field("is_done", &self.is_done()).finish_non_exhaustive()
    }
}
