//! What an archive may hold, and what is said about one that does not keep to it.

use super::LARGEST_FILE;
#[cfg(any(feature = "archive", feature = "artifacts"))]
use super::{FileError, clean};

/// How many entries an archive may have: 4096.
pub const MOST_ENTRIES: usize = 4096;

/// How many bytes an archive may have, both as it is and all its files together: 64 MiB.
pub const LARGEST_ARCHIVE: u64 = 64 << 20;

/// How many times larger than in the archive a file may be, beyond [`RATIO_COUNTS_FROM`]: 200 times.
pub const LARGEST_RATIO: u64 = 200;

/// How many bytes a file of an archive may have whatever its ratio: 1 MiB.
pub const RATIO_COUNTS_FROM: u64 = 1 << 20;

/// How many folders an entry may lie in, one in another, itself included: 32.
pub const DEEPEST_ENTRY: usize = 32;

/// An archive that is not read.
///
/// Bounds are counted while the archive is read: what it says about itself is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Archives are not read at all, since the feature `archive` is off.
    #[error("this app does not read archives")]
    NotBuiltIn,
    /// It is no archive, or it is damaged.
    #[error("it is no good archive: {why}")]
    Damaged {
        /// What is wrong.
        why: String,
    },
    /// It is larger than [`LARGEST_ARCHIVE`], or its files together are.
    #[error("it holds more than {} MiB", LARGEST_ARCHIVE >> 20)]
    TooLarge,
    /// It is more than [`LARGEST_RATIO`] times larger than it is packed.
    #[error("it is more than {LARGEST_RATIO} times larger than it is packed")]
    Ratio,
    /// It has more than [`MOST_ENTRIES`].
    #[error("it has more than {MOST_ENTRIES} entries")]
    TooManyEntries,
    /// An entry is not one that an extension needs, or one that could do harm.
    #[error("its entry `{entry}` {why}")]
    Refused {
        /// The name of the entry.
        entry: String,
        /// What is wrong with it.
        why: EntryFault,
    },
}

/// What is wrong with an entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryFault {
    /// Its name leads out of the folder, or is none at all.
    #[error("is no file of the extension: {0}")]
    Name(&'static str),
    /// It lies in more folders than [`DEEPEST_ENTRY`].
    #[error("lies more than {DEEPEST_ENTRY} folders deep")]
    Deep,
    /// There is another entry of that name.
    #[error("is there twice")]
    Twice,
    /// It is a link.
    #[error("is a link")]
    Link,
    /// It is neither a file nor a folder, but a device, a pipe or the like.
    #[error("is neither a file nor a folder")]
    Special,
    /// It is a file with holes, which stands there without them.
    #[error("is a file with holes")]
    Sparse,
    /// A password is needed to read it.
    #[error("is encrypted")]
    Encrypted,
    /// It is packed in a way that is not known here.
    #[error("is packed in a way that is not known here")]
    Method,
    /// It is larger than [`LARGEST_FILE`].
    #[error("is larger than {} MiB", LARGEST_FILE >> 20)]
    TooLarge,
    /// It is more than [`LARGEST_RATIO`] times larger than in the archive.
    #[error("is more than {LARGEST_RATIO} times larger than in the archive")]
    Ratio,
    /// It is damaged.
    #[error("cannot be read: {0}")]
    Damaged(String),
}

impl ArchiveError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::NotBuiltIn => "unpack it into a folder, or turn on the feature `script` of `bevy_extensions`".into(),
            Self::Damaged { .. } => "fetch or pack it again, as a `.zip`".into(),
            Self::TooLarge | Self::Ratio | Self::TooManyEntries => {
                "unpack it into a folder, or leave out what is not needed".into()
            }
            Self::Refused { why, .. } => match why {
                EntryFault::Encrypted => "pack it without a password".into(),
                EntryFault::Method => "pack it again, with \"deflate\"".into(),
                EntryFault::Damaged(_) => "fetch or pack it again".into(),
                EntryFault::TooLarge | EntryFault::Ratio => "unpack it into a folder if you trust it".into(),
                _ => "pack the folder of the extension again, without that entry".into(),
            },
        }
    }
}

/// Returns the path that the name of an entry means.
#[cfg(any(feature = "archive", feature = "artifacts"))]
pub(crate) fn entry_path(name: &str) -> Result<String, EntryFault> {
    let path = clean(name).map_err(|error| match error {
        FileError::Refused { why, .. } => EntryFault::Name(why),
        other => EntryFault::Damaged(other.to_string()),
    })?;
    if path.split('/').count() > DEEPEST_ENTRY { Err(EntryFault::Deep) } else { Ok(path) }
}

#[cfg(all(test, not(feature = "archive")))]
mod tests {
    use crate::ExtensionFiles;

    #[test]
    fn without_the_feature_an_archive_is_told_that_it_is_not_read() {
        let error = ExtensionFiles::archive("weather.zip", b"").expect_err("archives are not read");
        assert_eq!(error.to_string(), "this app does not read archives");
        assert_eq!(error.hint(), "unpack it into a folder, or turn on the feature `script` of `bevy_extensions`");
    }
}
