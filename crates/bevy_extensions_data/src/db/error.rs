//! What goes wrong with the tables of an extension.

use std::{path::PathBuf, time::Duration};

/// What goes wrong with a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// SQLite cannot do what is asked for.
    #[error("{why}, in `{sql}`")]
    Sql {
        /// What stands against it.
        why: String,
        /// The statement, or how it begins.
        sql: String,
    },
    /// The statement would break a rule of a table. Nothing was written.
    #[error("a rule of the table stands against it: {why}")]
    Constraint {
        /// The rule.
        why: String,
    },
    /// The statement does what is not for extensions to do. Nothing was done.
    #[error("{what}, in `{sql}`")]
    Refused {
        /// What it does, and what to do instead.
        what: String,
        /// The statement, or how it begins.
        sql: String,
    },
    /// The parameters do not fit the statement. Nothing was done.
    #[error("{why}, in `{sql}`")]
    Parameters {
        /// What does not fit.
        why: String,
        /// The statement, or how it begins.
        sql: String,
    },
    /// A value cannot be a parameter. Nothing was done.
    #[error("{which} cannot be stored: {why}")]
    Unwritable {
        /// The parameter.
        which: String,
        /// What stands against it.
        why: String,
    },
    /// What is there is of another type.
    #[error("{which} of row {row} cannot be read as `{expected}`: {why}")]
    WrongType {
        /// The column, or the columns.
        which: String,
        /// Which row, counted from 1.
        row: usize,
        /// The type that was asked for.
        expected: String,
        /// Why what is there does not do.
        why: String,
    },
    /// There should be one row.
    #[error("there should be one row, and there are {found}")]
    NotOneRow {
        /// How many there are.
        found: usize,
    },
    /// There are more rows than are read at once.
    #[error("there are more than {limit} rows: ask for fewer with `LIMIT`")]
    TooManyRows {
        /// How many may be read.
        limit: usize,
    },
    /// The rows take more memory than they may.
    #[error("the rows take more than {limit} bytes: ask for fewer with `LIMIT`, or for fewer columns")]
    TooManyBytes {
        /// How much they may take.
        limit: usize,
    },
    /// It took longer than it may. Nothing was written.
    #[error("it was given up after {limit:?}, in `{sql}`")]
    TooLong {
        /// How long it may take.
        limit: Duration,
        /// The statement, or how it begins.
        sql: String,
    },
    /// Too much waits for the database already. Nothing was asked.
    #[error(
        "{limit} requests wait for the database already: wait for their answers, or put many statements into a transaction"
    )]
    Backlog {
        /// How many may wait.
        limit: usize,
    },
    /// The disk is full, or the database as large as it may be. Nothing was written, and what is there can be read.
    #[error("the disk is full, or `{}` is as large as it may be, which is {limit} bytes: nothing was written", file.display())]
    Full {
        /// The file.
        file: PathBuf,
        /// How large it may be.
        limit: u64,
    },
    /// A migration failed. It was undone, and those before it are kept.
    #[error("migration `{name}` failed: {error}")]
    Migration {
        /// The migration.
        name: String,
        /// What stood against it.
        error: Box<DbError>,
    },
    /// A migration that has run is not what it was. Nothing was done.
    #[error(
        "migration `{name}` is not the one that has run on `{}`: leave it as it was, and add another that changes its tables",
        file.display()
    )]
    MigrationChanged {
        /// The migration.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// A migration that has run is unknown now. Nothing was done.
    #[error(
        "migration `{name}` has run on `{}` in place {place}, and is not there any more: a newer version of the extension \
         may have written it",
        file.display()
    )]
    MigrationMissing {
        /// The migration.
        name: String,
        /// In which place it ran, counted from 1.
        place: usize,
        /// The file.
        file: PathBuf,
    },
    /// Two migrations have one name. Nothing was done.
    #[error("there are two migrations named `{name}`")]
    MigrationTwice {
        /// The name of both.
        name: String,
    },
    /// The code of a transaction has panicked. Nothing was written.
    #[error("the code of a transaction has panicked: {why}")]
    Panicked {
        /// What it said.
        why: String,
    },
    /// The code of a transaction waits for a database, perhaps for its own.
    #[error("the code of a transaction cannot wait for a database: use the transaction that it is handed")]
    WithinTransaction,
    /// The answer was given already.
    #[error("the answer was given already")]
    Taken,
    /// There is no store at all.
    #[error("no data can be kept: {why}")]
    Nowhere {
        /// Why not.
        why: String,
    },
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// The time to wait is over.
    #[error("the database did not answer in time")]
    NotYet,
    /// Somebody else has the folder open.
    #[error("`{}` is in use by another app, or by another store of this one: close it, or use another folder", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// The file was written by a newer version. It stays as it is.
    #[error("`{}` was written by a newer version of this app: {found}", file.display())]
    NewerFormat {
        /// The file.
        file: PathBuf,
        /// What is known of its format.
        found: String,
    },
    /// The file is a good one, and somebody else's. It stays as it is.
    #[error("`{}` is no database of an extension: move it elsewhere", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// The file is damaged where it was read. It is set aside the next time it is opened, if that shows then.
    #[error("`{}` is damaged: {why}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The disk fails. Nothing was written.
    #[error("cannot {doing}: {why}")]
    Storage {
        /// What was tried.
        doing: String,
        /// What the system says.
        why: String,
    },
}

impl DbError {
    /// The disk does not do what it should.
    pub(super) fn storage(doing: impl Into<String>, why: impl ToString) -> Self {
        Self::Storage { doing: doing.into(), why: why.to_string() }
    }
}

/// Returns a statement as errors show it: on one line, and not for ever.
pub(super) fn shown(sql: &str) -> String {
    const SHOWN: usize = 80;
    let mut words = sql.split_whitespace();
    let mut line = words.next().unwrap_or_default().to_string();
    for word in words {
        line.push(' ');
        line.push_str(word);
        if line.len() > SHOWN {
            break;
        }
    }
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
