//! How the tables of an extension came to be what they are.

use rusqlite::params;

use super::{DbError, session::Session};

/// A step that makes or changes tables. Each runs once on a file, in order, before anything else does.
///
/// It may be several statements. What has run is kept in the file, and compared whenever that is opened: a step that has run
/// may be neither changed nor left out, so that all files of one version have the same tables.
///
/// ```
/// use bevy_extensions_data::Migration;
///
/// let steps = [
///     Migration::new("players", "CREATE TABLE player (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"),
///     Migration::new("gold", "ALTER TABLE player ADD COLUMN gold INTEGER NOT NULL DEFAULT 0"),
/// ];
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// What it is called in errors, and in the file.
    pub name: String,
    /// What it does.
    pub sql: String,
}

impl Migration {
    /// Makes a step.
    pub fn new(name: impl Into<String>, sql: impl Into<String>) -> Self {
        Self { name: name.into(), sql: sql.into() }
    }

    /// Returns what is compared. How a line ends depends on where the source was checked out.
    fn text(&self) -> String {
        self.sql.replace("\r\n", "\n").trim().into()
    }
}

impl<N: Into<String>, S: Into<String>> From<(N, S)> for Migration {
    fn from((name, sql): (N, S)) -> Self {
        Self::new(name, sql)
    }
}

/// Runs what has not run yet; returns the names of that.
///
/// # Errors
///
/// Those of migrations.
pub(super) fn migrate(session: &Session, migrations: &[Migration]) -> Result<Vec<String>, DbError> {
    for (place, migration) in migrations.iter().enumerate() {
        if migrations[..place].iter().any(|earlier| earlier.name == migration.name) {
            return Err(DbError::MigrationTwice { name: migration.name.clone() });
        }
    }
    let history = history(session)?;
    for (place, (name, text)) in history.iter().enumerate() {
        let (name, file) = (name.clone(), session.file.clone());
        match migrations.get(place) {
            Some(migration) if migration.name != name => {
                return Err(DbError::MigrationMissing { name, place: place + 1, file });
            }
            None => return Err(DbError::MigrationMissing { name, place: place + 1, file }),
            Some(migration) if migration.text() != *text => return Err(DbError::MigrationChanged { name, file }),
            Some(_) => {}
        }
    }
    let left = migrations.iter().enumerate().skip(history.len());
    left.map(|(place, migration)| {
        let name = migration.name.clone();
        session.start(session.limits.migration_time);
        session.atomically(|| run(session, place, migration)).map_err(|error| {
            let error = match error {
                DbError::TooLong { sql, .. } => DbError::TooLong { limit: session.limits.migration_time, sql },
                error => error,
            };
            DbError::Migration { name: name.clone(), error: error.into() }
        })?;
        Ok(name)
    })
    .collect()
}

fn run(session: &Session, place: usize, migration: &Migration) -> Result<(), DbError> {
    session.connection.execute_batch(&migration.sql).map_err(|error| session.error(&migration.sql, error))?;
    const SQL: &str = "INSERT INTO bevy_extensions_migrations (place, name, sql) VALUES (?, ?, ?)";
    let values = params![place as i64, migration.name, migration.text()];
    let inserted = session.guard.trusting(|| session.connection.execute(SQL, values));
    inserted.map(|_| ()).map_err(|error| session.error(SQL, error))
}

/// Returns the names and texts of what has run.
fn history(session: &Session) -> Result<Vec<(String, String)>, DbError> {
    const SQL: &str = "SELECT name, sql FROM bevy_extensions_migrations ORDER BY place";
    let read = || {
        let mut statement = session.connection.prepare(SQL)?;
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<Result<_, _>>()
    };
    session.guard.trusting(read).map_err(|error| session.error(SQL, error))
}
