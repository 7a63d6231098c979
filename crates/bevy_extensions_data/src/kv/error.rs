//! What goes wrong with the data of an extension.

use std::path::PathBuf;

use super::{key::LONGEST_KEY, value::LARGEST_VALUE};

/// What goes wrong with a key-value store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KvError {
    /// A key takes more than [`LONGEST_KEY`] bytes. Nothing was written.
    #[error("the key `{key}` is too long: it takes {length} bytes, and {LONGEST_KEY} are the most")]
    KeyTooLong {
        /// How the key begins.
        key: String,
        /// How many bytes it takes.
        length: usize,
    },
    /// A value takes more than [`LARGEST_VALUE`] bytes. Nothing was written.
    #[error("the value of `{key}` is too large: it takes {size} bytes, and {LARGEST_VALUE} are the most")]
    ValueTooLarge {
        /// The key of the value.
        key: String,
        /// How many bytes it takes.
        size: usize,
    },
    /// A value cannot be written as JSON. Nothing was written.
    #[error("the value of `{key}` cannot be stored: {why}")]
    Unwritable {
        /// The key of the value.
        key: String,
        /// What stands against it.
        why: String,
    },
    /// What is there is of another type. It stays as it is.
    #[error("`{key}` cannot be read as `{expected}`: there is `{found}`, {why}")]
    WrongType {
        /// The key of the value.
        key: String,
        /// The type that was asked for.
        expected: String,
        /// What is there, or how it begins.
        found: String,
        /// Why that does not do.
        why: String,
    },
    /// A number would leave the range of `i64`. It stays as it is.
    #[error("`{key}` is {value}, and {by} more would not fit 64 bits")]
    Overflow {
        /// The key of the number.
        key: String,
        /// The number.
        value: i64,
        /// What should be added.
        by: i128,
    },
    /// Too much waits for the disk already. Nothing was written.
    #[error("{waiting} of {limit} bytes wait for the disk already: wait for a `flush`, or write less at once")]
    Backlog {
        /// How many bytes wait.
        waiting: usize,
        /// How many may.
        limit: usize,
    },
    /// Whenever a value should be updated, somebody else had changed it. Nothing was written.
    #[error("`{key}` was changed in between at each of {tries} tries to update it")]
    Contended {
        /// The key of the value.
        key: String,
        /// How often it was tried.
        tries: u32,
    },
    /// There is no store.
    #[error("no data can be kept: {why}")]
    Nowhere {
        /// Why not.
        why: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Somebody else has the store open.
    #[error("`{}` is in use by another app, or by another store of this one: close it, or use another folder", folder.display())]
    Locked {
        /// The folder of the store.
        folder: PathBuf,
    },
    /// The store was written by a newer version. It stays as it is.
    #[error("`{}` was written by a newer version of this app: {found}", file.display())]
    NewerFormat {
        /// The file.
        file: PathBuf,
        /// What is known of its format.
        found: String,
    },
    /// The file is a good one, and somebody else's. It stays as it is.
    #[error("`{}` is no store of extensions' data: move it elsewhere", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// The disk fails, or is full. What waits to be written is kept and tried again.
    #[error("cannot {doing}: {why}")]
    Storage {
        /// What was tried.
        doing: String,
        /// What the system says.
        why: String,
    },
    /// The time to wait is over. What waits to be written is tried further, as long as the store is open.
    #[error("{waiting} bytes are not on disk yet")]
    NotFlushed {
        /// How many bytes wait.
        waiting: usize,
    },
}

impl KvError {
    /// The disk does not do what it should.
    pub(super) fn storage(doing: impl Into<String>, why: impl ToString) -> Self {
        Self::Storage { doing: doing.into(), why: why.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: &KvError, expected: &str) {
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn each_error_says_what_and_why() {
        let key = || "gold".to_string();
        check(
            &KvError::ValueTooLarge { key: key(), size: 2_000_000 },
            "the value of `gold` is too large: it takes 2000000 bytes, and 1048576 are the most",
        );
        check(
            &KvError::Overflow { key: key(), value: i64::MAX, by: 1 },
            "`gold` is 9223372036854775807, and 1 more would not fit 64 bits",
        );
        check(
            &KvError::Backlog { waiting: 10, limit: 12 },
            "10 of 12 bytes wait for the disk already: wait for a `flush`, or write less at once",
        );
        check(
            &KvError::Contended { key: key(), tries: 64 },
            "`gold` was changed in between at each of 64 tries to update it",
        );
        check(&KvError::Closed, "the store is closed");
        check(
            &KvError::Locked { folder: "data".into() },
            "`data` is in use by another app, or by another store of this one: close it, or use another folder",
        );
        check(
            &KvError::NewerFormat { file: "data/kv.redb".into(), found: "format 2".into() },
            "`data/kv.redb` was written by a newer version of this app: format 2",
        );
        check(
            &KvError::Foreign { file: "data/kv.redb".into() },
            "`data/kv.redb` is no store of extensions' data: move it elsewhere",
        );
        check(&KvError::storage("commit", "no space"), "cannot commit: no space");
        check(&KvError::NotFlushed { waiting: 7 }, "7 bytes are not on disk yet");
    }
}
