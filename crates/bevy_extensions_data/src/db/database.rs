//! What an extension has of a store.

use std::{fmt, fs, path::PathBuf, sync::Arc};

use rusqlite::{Connection, backup::Backup};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    DbAnswer, DbError, DbLimits, DbStatement, DbTransaction, Executed, open, params::Params, rows::Rows,
    session::Session, shared::Shared, transaction,
};
use crate::{SetAside, locks::lock};

/// The tables of one extension, asked in SQL.
///
/// A thread of its own has the file open, from the first request until there was none for some time. What is asked here waits
/// for it, as phases may; what is asked [`later`](Self::later) does not, as frames need it. All of it is done in order.
///
/// **Parameters** stand apart from the SQL, so what somebody types stays data. A tuple or a list is taken by place, a struct
/// or a map by name (`:name`), and `()` is none. Bytes are blobs, as are lists of numbers that are bytes; whatever has
/// structure is to be written as JSON text, into which SQLite can look.
///
/// **Rows** are read into a struct or a map by the names of the columns, into a tuple by their places, and into anything else
/// if there is only one column. Whole numbers are exact, `0` and `1` are also booleans, and only an [`Option`] may be `NULL`.
///
/// ```
/// # use bevy_extensions_data::{DbError, DbSettings, DbStore, Migration};
/// # let folder = tempfile::tempdir().unwrap();
/// # let store = DbStore::open(DbSettings::in_folder(folder.path()))?;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Player {
///     name: String,
///     gold: i64,
/// }
///
/// let tables = Migration::new("players", "CREATE TABLE player (name TEXT PRIMARY KEY, gold INTEGER NOT NULL) STRICT");
/// let db = store.database_with("Economy", [tables]);
///
/// let name = String::from("Robert'); DROP TABLE player; --");
/// db.execute("INSERT INTO player (name, gold) VALUES (:name, :gold)", &Player { name: name.clone(), gold: 120 })?;
/// let rich: Vec<Player> = db.query("SELECT name, gold FROM player WHERE gold > ?", (100,))?;
/// assert_eq!(rich, [Player { name, gold: 120 }]);
///
/// // All or nothing: the second breaks a rule, so the first is undone.
/// let failed = db.transaction([
///     ("UPDATE player SET gold = gold + ?", [7]),
///     ("INSERT INTO player (name, gold) VALUES (NULL, ?)", [7]),
/// ]);
/// assert_eq!(
///     failed.unwrap_err().to_string(),
///     "a rule of the table stands against it: NOT NULL constraint failed: player.name",
/// );
/// assert_eq!(db.query_one::<i64>("SELECT sum(gold) FROM player", ())?, 120);
/// # Ok::<(), DbError>(())
/// ```
#[derive(Clone)]
pub struct Db {
    pub(super) shared: Arc<Shared>,
}

impl Db {
    /// Asks without waiting.
    pub fn later(&self) -> DbLater<'_> {
        DbLater(&self.shared)
    }

    /// Returns the rows of a statement.
    ///
    /// # Errors
    ///
    /// Most of [`DbError`]; what has nothing to do with rows is an error of all that asks a database.
    pub fn query<T>(&self, sql: &str, params: impl Serialize) -> Result<Vec<T>, DbError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.later().query(sql, params).wait()
    }

    /// Returns the only row of a statement.
    ///
    /// # Errors
    ///
    /// As of [`query`](Self::query), and [`DbError::NotOneRow`].
    pub fn query_one<T>(&self, sql: &str, params: impl Serialize) -> Result<T, DbError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.later().query_one(sql, params).wait()
    }

    /// Returns the only row of a statement, if there is one.
    ///
    /// # Errors
    ///
    /// As of [`query`](Self::query), and [`DbError::NotOneRow`] if there are several.
    pub fn query_optional<T>(&self, sql: &str, params: impl Serialize) -> Result<Option<T>, DbError>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.later().query_optional(sql, params).wait()
    }

    /// Runs a statement, and tells what it has done. Then that is on disk.
    ///
    /// # Errors
    ///
    /// As of [`query`](Self::query), and [`DbError::Constraint`].
    pub fn execute(&self, sql: &str, params: impl Serialize) -> Result<Executed, DbError> {
        self.later().execute(sql, params).wait()
    }

    /// Runs several statements, all or none, and tells what each has done.
    ///
    /// # Errors
    ///
    /// As of [`execute`](Self::execute), for the first that fails.
    pub fn transaction<S: Into<DbStatement>>(
        &self,
        statements: impl IntoIterator<Item = S>,
    ) -> Result<Vec<Executed>, DbError> {
        self.later().transaction(statements).wait()
    }

    /// Runs code as a transaction, on the thread of the database. If it returns an error or panics, nothing was done.
    ///
    /// ```
    /// # use bevy_extensions_data::{DbError, DbSettings, DbStore};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let store = DbStore::open(DbSettings::in_folder(folder.path()))?;
    /// # let db = store.database("Economy");
    /// # db.execute("CREATE TABLE player (id INTEGER PRIMARY KEY, gold INTEGER NOT NULL)", ())?;
    /// # db.execute("INSERT INTO player VALUES (7, 120), (8, 0)", ())?;
    /// let given = db.run(|db| {
    ///     let gold: i64 = db.query_one("SELECT gold FROM player WHERE id = ?", [7])?;
    ///     db.execute("UPDATE player SET gold = gold - ? WHERE id = ?", (gold / 2, 7))?;
    ///     db.execute("UPDATE player SET gold = gold + ? WHERE id = ?", (gold / 2, 8))?;
    ///     Ok(gold / 2)
    /// })?;
    /// assert_eq!(given, 60);
    /// # Ok::<(), DbError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That of the code, and [`DbError::Panicked`].
    pub fn run<T: Send + 'static>(
        &self,
        code: impl FnOnce(&DbTransaction<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, DbError> {
        self.later().run(code).wait()
    }

    /// Opens the file now, and runs the migrations that have not run yet; returns the names of those that have since the
    /// database was last at rest. Otherwise the first request does so.
    ///
    /// # Errors
    ///
    /// What keeps it from being opened, and what is wrong with the migrations. Every request fails so then.
    pub fn open(&self) -> Result<Vec<String>, DbError> {
        self.later().open().wait()
    }

    /// Waits until all that was asked for before this is done, and so on disk.
    ///
    /// # Errors
    ///
    /// [`DbError::Closed`].
    pub fn flush(&self) -> Result<(), DbError> {
        self.later().flush().wait()
    }

    /// Copies the database to another file, as it is when what was asked for before is done. No other file is written over.
    ///
    /// A copy that is named as the file is can be opened in its folder.
    ///
    /// # Errors
    ///
    /// [`DbError::Storage`], also if there is a file of that name already.
    pub fn backup(&self, to: impl Into<PathBuf>) -> Result<(), DbError> {
        self.later().backup(to).wait()
    }

    /// Deletes all there is: the file, and what lies beside it. The next request begins a new one.
    ///
    /// # Errors
    ///
    /// [`DbError::Storage`].
    pub fn forget(&self) -> Result<(), DbError> {
        self.later().forget().wait()
    }

    /// Sets what the database may take. It holds for what is asked for from now on.
    pub fn set_limits(&self, limits: DbLimits) {
        let mut work = lock(&self.shared.work);
        work.setup.limits = limits;
        work.setup.version += 1;
    }

    /// Returns what the database may take.
    pub fn limits(&self) -> DbLimits {
        lock(&self.shared.work).setup.limits.clone()
    }

    /// Returns how many requests wait for the database.
    pub fn waiting(&self) -> usize {
        lock(&self.shared.work).waiting.len()
    }

    /// Returns where the file lies, whether there is one yet or not.
    pub fn file(&self) -> PathBuf {
        self.shared.file.clone()
    }

    /// Returns the damaged file that was found last when this one was opened, if there was one.
    pub fn set_aside(&self) -> Option<SetAside> {
        lock(&self.shared.work).set_aside.clone()
    }

    /// Tells whether a thread has the file open. It has none while nobody asks.
    pub fn is_running(&self) -> bool {
        lock(&self.shared.work).is_running
    }
}

/// Asks a database without waiting for the answer. The same as of [`Db`], in the same order.
///
/// Nothing here waits for the disk. Too much at once is [`DbError::Backlog`].
#[derive(Clone, Copy)]
pub struct DbLater<'a>(&'a Arc<Shared>);

impl DbLater<'_> {
    /// As [`Db::query`].
    pub fn query<T>(&self, sql: &str, params: impl Serialize) -> DbAnswer<Vec<T>>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.rows(sql, params, Rows::read)
    }

    /// As [`Db::query_one`].
    pub fn query_one<T>(&self, sql: &str, params: impl Serialize) -> DbAnswer<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.rows(sql, params, |rows| one_at_most(rows.read()?)?.ok_or(DbError::NotOneRow { found: 0 }))
    }

    /// As [`Db::query_optional`].
    pub fn query_optional<T>(&self, sql: &str, params: impl Serialize) -> DbAnswer<Option<T>>
    where
        T: DeserializeOwned + Send + 'static,
    {
        self.rows(sql, params, |rows| one_at_most(rows.read()?))
    }

    /// As [`Db::execute`].
    pub fn execute(&self, sql: &str, params: impl Serialize) -> DbAnswer<Executed> {
        self.ask(sql, params, Session::execute)
    }

    /// As [`Db::transaction`].
    pub fn transaction<S: Into<DbStatement>>(
        &self,
        statements: impl IntoIterator<Item = S>,
    ) -> DbAnswer<Vec<Executed>> {
        let statements: Vec<DbStatement> = statements.into_iter().map(Into::into).collect();
        self.0.ask(move |worker| {
            let session = worker.session()?;
            session.atomically(|| session.execute_all(&statements))
        })
    }

    /// As [`Db::run`].
    pub fn run<T: Send + 'static>(
        &self,
        code: impl FnOnce(&DbTransaction<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> DbAnswer<T> {
        self.0.ask(move |worker| transaction::run(worker.session()?, code))
    }

    /// As [`Db::open`].
    pub fn open(&self) -> DbAnswer<Vec<String>> {
        self.0.ask(|worker| {
            worker.session()?;
            Ok(worker.migrated.clone())
        })
    }

    /// As [`Db::flush`].
    pub fn flush(&self) -> DbAnswer<()> {
        // What was answered is on disk, so it only has to be its turn.
        self.0.ask(|_| Ok(()))
    }

    /// As [`Db::backup`].
    pub fn backup(&self, to: impl Into<PathBuf>) -> DbAnswer<()> {
        let to = to.into();
        self.0.ask(move |worker| copy(worker.session()?, &to))
    }

    /// As [`Db::forget`].
    pub fn forget(&self) -> DbAnswer<()> {
        let (file, folder) = (self.0.file.clone(), self.0.folder.clone());
        self.0.ask(move |worker| {
            if !folder.path().exists() {
                return Ok(());
            }
            // It may be that of another app.
            folder.needed()?;
            worker.close();
            open::delete(&file)
        })
    }

    fn rows<T: Send + 'static>(
        &self,
        sql: &str,
        params: impl Serialize,
        read: fn(Rows) -> Result<T, DbError>,
    ) -> DbAnswer<T> {
        self.ask(sql, params, move |session, sql, params| read(session.query(sql, params)?))
    }

    fn ask<T: Send + 'static>(
        &self,
        sql: &str,
        params: impl Serialize,
        job: impl FnOnce(&Session, &str, &Params) -> Result<T, DbError> + Send + 'static,
    ) -> DbAnswer<T> {
        match Params::of(&params) {
            Err(error) => self.0.refuse(error),
            Ok(params) => {
                let sql: Box<str> = sql.into();
                self.0.ask(move |worker| job(worker.session()?, &sql, &params))
            }
        }
    }
}

/// Takes the only row there may be.
pub(super) fn one_at_most<T>(rows: Vec<T>) -> Result<Option<T>, DbError> {
    let found = rows.len();
    if found > 1 {
        return Err(DbError::NotOneRow { found });
    }
    Ok(rows.into_iter().next())
}

/// Copies what there is. There is no file of that name before the copy is whole.
fn copy(session: &Session, to: &std::path::Path) -> Result<(), DbError> {
    let failed = |why: String| DbError::storage(format!("copy a database to `{}`", to.display()), why);
    if to.exists() {
        return Err(failed("there is a file of that name already".into()));
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    open::delete(part.as_ref())?;
    let make = || {
        let mut copy = Connection::open(&part)?;
        // Nobody else writes, so it is never begun again.
        while Backup::new(&session.connection, &mut copy)?.step(-1)? != rusqlite::backup::StepResult::Done {}
        copy.close().map_err(|(_, error)| error)
    };
    make().map_err(|error| failed(error.to_string()))?;
    fs::rename(&part, to).map_err(|error| failed(error.to_string()))
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db").field("file", &self.shared.file).finish_non_exhaustive()
    }
}

impl fmt::Debug for DbLater<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbLater").field("file", &self.0.file).finish_non_exhaustive()
    }
}
