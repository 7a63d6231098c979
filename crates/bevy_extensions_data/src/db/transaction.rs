//! Several statements, of which all are done or none.

use std::cell::RefCell;

use serde::{Serialize, de::DeserializeOwned};

use super::{DbError, Executed, database::one_at_most, params::Params, session::Session};

/// A statement with its parameters, for a [transaction](super::Db::transaction).
#[derive(Debug, Clone)]
pub struct DbStatement {
    pub(super) sql: String,
    pub(super) params: Result<Params, DbError>,
}

impl DbStatement {
    /// Makes a statement. Parameters that cannot be stored are an error when it is run.
    pub fn new(sql: impl Into<String>, params: impl Serialize) -> Self {
        Self { sql: sql.into(), params: Params::of(&params) }
    }
}

impl<S: Into<String>, P: Serialize> From<(S, P)> for DbStatement {
    fn from((sql, params): (S, P)) -> Self {
        Self::new(sql, params)
    }
}

/// A transaction, in the hands of the code that it consists of.
///
/// An error that is not passed on undoes only its own statement, unless SQLite has given the transaction up: then all that
/// follows fails as well.
pub struct DbTransaction<'a> {
    session: &'a Session,
    given_up: RefCell<Option<DbError>>,
}

impl DbTransaction<'_> {
    /// Returns the rows of a statement.
    ///
    /// # Errors
    ///
    /// As of [`Db::query`](super::Db::query).
    pub fn query<T: DeserializeOwned>(&self, sql: &str, params: impl Serialize) -> Result<Vec<T>, DbError> {
        let params = Params::of(&params)?;
        self.attempt(|session| session.query(sql, &params))?.read()
    }

    /// Returns the only row of a statement.
    ///
    /// # Errors
    ///
    /// As of [`Db::query_one`](super::Db::query_one).
    pub fn query_one<T: DeserializeOwned>(&self, sql: &str, params: impl Serialize) -> Result<T, DbError> {
        self.query_optional(sql, params)?.ok_or(DbError::NotOneRow { found: 0 })
    }

    /// Returns the only row of a statement, if there is one.
    ///
    /// # Errors
    ///
    /// As of [`Db::query_optional`](super::Db::query_optional).
    pub fn query_optional<T: DeserializeOwned>(&self, sql: &str, params: impl Serialize) -> Result<Option<T>, DbError> {
        one_at_most(self.query(sql, params)?)
    }

    /// Runs a statement.
    ///
    /// # Errors
    ///
    /// As of [`Db::execute`](super::Db::execute).
    pub fn execute(&self, sql: &str, params: impl Serialize) -> Result<Executed, DbError> {
        let params = Params::of(&params)?;
        self.attempt(|session| session.execute(sql, &params))
    }

    /// A failure may be one that ends the transaction, and what came after it would be outside.
    fn attempt<T>(&self, code: impl FnOnce(&Session) -> Result<T, DbError>) -> Result<T, DbError> {
        if let Some(error) = &*self.given_up.borrow() {
            return Err(error.clone());
        }
        let done = code(self.session);
        if let Err(error) = &done
            && self.session.connection.is_autocommit()
        {
            *self.given_up.borrow_mut() = Some(error.clone());
        }
        done
    }
}

/// Runs the code of a transaction.
pub(super) fn run<T>(
    session: &Session,
    code: impl FnOnce(&DbTransaction<'_>) -> Result<T, DbError>,
) -> Result<T, DbError> {
    session.atomically(|| {
        let transaction = DbTransaction { session, given_up: RefCell::default() };
        let done = code(&transaction)?;
        match transaction.given_up.into_inner() {
            Some(error) => Err(error),
            None => Ok(done),
        }
    })
}

impl std::fmt::Debug for DbTransaction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DbTransaction").field("file", &self.session.file).finish_non_exhaustive()
    }
}
