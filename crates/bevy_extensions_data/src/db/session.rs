//! A connection, and how statements run on it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use rusqlite::{
    CachedStatement, Connection, ErrorCode, Statement,
    types::{Value, ValueRef},
};

use super::{DbError, DbLimits, DbStatement, error::shown, guard::Guard, params::Params, rows::Rows};

/// What a statement has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Executed {
    /// How many rows were inserted, changed or deleted.
    pub rows: u64,
    /// The `rowid` of the row that was inserted last, by this or an earlier statement. That is its `INTEGER PRIMARY KEY`, if
    /// it has one.
    pub last_id: i64,
}

/// An open file.
pub(super) struct Session {
    pub(super) connection: Connection,
    pub(super) guard: Arc<Guard>,
    pub(super) limits: DbLimits,
    pub(super) file: PathBuf,
}

impl Session {
    /// Returns the rows of a statement.
    ///
    /// # Errors
    ///
    /// Most of [`DbError`], as do all that follow.
    pub(super) fn query(&self, sql: &str, params: &Params) -> Result<Rows, DbError> {
        let failed = |error| self.error(sql, error);
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, sql, params).map_err(|error| error.unwrap_or_else(failed))?;
        let columns: Box<[Box<str>]> = statement.column_names().map(Into::into).collect();
        let width = columns.len();
        let (mut values, mut count, mut bytes) = (Vec::new(), 0, 0);
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(failed)? {
            count += 1;
            if count > self.limits.rows {
                return Err(DbError::TooManyRows { limit: self.limits.rows });
            }
            for (place, column) in columns.iter().enumerate() {
                let value = match row.get_ref(place).map_err(failed)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(number) => Value::Integer(number),
                    ValueRef::Real(number) => Value::Real(number),
                    ValueRef::Blob(blob) => Value::Blob(blob.into()),
                    ValueRef::Text(text) => match str::from_utf8(text) {
                        Ok(text) => Value::Text(text.into()),
                        Err(error) => {
                            let (which, expected) = (format!("column `{column}`"), "text".into());
                            return Err(DbError::WrongType { which, row: count, expected, why: error.to_string() });
                        }
                    },
                };
                bytes += size_of::<Value>() + heap_of(&value);
                values.push(value);
            }
            if bytes > self.limits.bytes {
                return Err(DbError::TooManyBytes { limit: self.limits.bytes });
            }
        }
        debug_assert_eq!(values.len(), width * count);
        Ok(Rows { columns, values })
    }

    /// Runs a statement, and tells what it has done.
    pub(super) fn execute(&self, sql: &str, params: &Params) -> Result<Executed, DbError> {
        let mut statement = self.prepare(sql)?;
        self.run(&mut statement, sql, params)
    }

    /// Runs statements, up to the first that fails.
    pub(super) fn execute_all(&self, statements: &[DbStatement]) -> Result<Vec<Executed>, DbError> {
        let mut done = Vec::with_capacity(statements.len());
        // Often it is the same one, and to find it costs as much as to run it.
        let mut prepared: Option<(&str, CachedStatement<'_>)> = None;
        for DbStatement { sql, params } in statements {
            let params = params.as_ref().map_err(DbError::clone)?;
            let mut statement = match prepared.take() {
                Some((former, statement)) if former == sql => statement,
                _ => self.prepare(sql)?,
            };
            done.push(self.run(&mut statement, sql, params)?);
            prepared = Some((sql, statement));
        }
        Ok(done)
    }

    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>, DbError> {
        self.connection.prepare_cached(sql).map_err(|error| self.error(sql, error))
    }

    fn run(&self, statement: &mut Statement<'_>, sql: &str, params: &Params) -> Result<Executed, DbError> {
        let failed = |error| self.error(sql, error);
        bind(statement, sql, params).map_err(|error| error.unwrap_or_else(failed))?;
        let before = self.connection.total_changes();
        let mut rows = statement.raw_query();
        // What it returns is not asked for, but it may not be done before all of it was returned.
        while rows.next().map_err(failed)?.is_some() {}
        drop(rows);
        // SQLite tells of the last statement that could change something, which need not be this one.
        let has_changed = self.connection.total_changes() != before;
        let rows = if has_changed { self.connection.changes() } else { 0 };
        Ok(Executed { rows, last_id: self.connection.last_insert_rowid() })
    }

    /// Runs a statement of ours, which needs no permission.
    pub(super) fn own(&self, sql: &str) -> Result<(), DbError> {
        self.guard.trusting(|| self.connection.execute_batch(sql)).map_err(|error| self.error(sql, error))
    }

    /// Does something as a whole or not at all.
    pub(super) fn atomically<T>(&self, code: impl FnOnce() -> Result<T, DbError>) -> Result<T, DbError> {
        self.own("BEGIN IMMEDIATE")?;
        let done = code().and_then(|done| self.own("COMMIT").map(|()| done));
        if done.is_err() {
            self.undo();
        }
        done
    }

    /// Ends a transaction that is open for whatever reason.
    pub(super) fn undo(&self) {
        if !self.connection.is_autocommit() {
            // That it has ended by itself is all that can go wrong.
            let _ = self.own("ROLLBACK");
        }
    }

    /// Gives a request its time.
    pub(super) fn start(&self, time: Duration) {
        self.guard.start(time);
    }

    /// Says in our words what SQLite says.
    pub(super) fn error(&self, sql: &str, error: rusqlite::Error) -> DbError {
        let (sql, file) = (shown(sql), || self.file.clone());
        if let Some(what) = self.guard.take_refused() {
            return DbError::Refused { what, sql };
        }
        let doing = || format!("use `{}`", self.file.display());
        match (error.sqlite_error_code(), error) {
            (Some(ErrorCode::OperationInterrupted), _) if self.guard.has_stopped() => DbError::Closed,
            (Some(ErrorCode::OperationInterrupted), _) => DbError::TooLong { limit: self.limits.time, sql },
            (Some(ErrorCode::DiskFull), _) => DbError::Full { file: file(), limit: self.limits.file_bytes },
            (Some(ErrorCode::ConstraintViolation), error) => DbError::Constraint { why: error.to_string() },
            (Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase), error) => {
                DbError::Damaged { file: file(), why: error.to_string() }
            }
            (
                Some(
                    ErrorCode::ReadOnly
                    | ErrorCode::CannotOpen
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::NoLargeFileSupport
                    | ErrorCode::OutOfMemory
                    | ErrorCode::DatabaseBusy
                    | ErrorCode::FileLockingProtocolFailed,
                ),
                error,
            ) => DbError::storage(doing(), error),
            (_, rusqlite::Error::SqlInputError { msg, sql: all, offset, .. }) => {
                let before = usize::try_from(offset).ok().and_then(|offset| all.get(..offset));
                let why = match before {
                    Some(before) if all.contains('\n') => {
                        let line = before.matches('\n').count() + 1;
                        let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
                        format!("{msg}, at line {line} column {column}")
                    }
                    _ => msg,
                };
                DbError::Sql { why, sql }
            }
            (_, rusqlite::Error::MultipleStatement) => {
                DbError::Sql { why: "there are several statements: hand them over as `transaction`".into(), sql }
            }
            (_, error) => DbError::Sql { why: error.to_string(), sql },
        }
    }
}

/// How many bytes a value takes beside itself.
fn heap_of(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        _ => 0,
    }
}

/// An error of ours, or one of SQLite.
enum BindError {
    Ours(DbError),
    Theirs(rusqlite::Error),
}

impl BindError {
    fn unwrap_or_else(self, say: impl FnOnce(rusqlite::Error) -> DbError) -> DbError {
        match self {
            Self::Ours(error) => error,
            Self::Theirs(error) => say(error),
        }
    }
}

fn bind(statement: &mut Statement<'_>, sql: &str, params: &Params) -> Result<(), BindError> {
    let failed = |why: String| BindError::Ours(DbError::Parameters { why, sql: shown(sql) });
    let count = statement.parameter_count();
    match params {
        Params::List(list) if list.len() != count => {
            Err(failed(format!("the statement takes {count} parameters, and {} are given", list.len())))
        }
        Params::List(list) => list
            .iter()
            .enumerate()
            .try_for_each(|(place, value)| statement.raw_bind_parameter(place + 1, value))
            .map_err(BindError::Theirs),
        Params::Named(named) => {
            for place in 1..=count {
                let name = statement.parameter_name(place).filter(|name| !name.starts_with('?'));
                let name = name.ok_or_else(|| failed(format!("parameter {place} has no name, as `:gold` is one")))?;
                let (_, value) = named
                    .iter()
                    .find(|(given, _)| *given == name[1..])
                    .ok_or_else(|| failed(format!("parameter `{name}` is not given")))?;
                statement.raw_bind_parameter(place, value).map_err(BindError::Theirs)?;
            }
            Ok(())
        }
    }
}
