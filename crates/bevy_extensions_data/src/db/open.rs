//! Opens the file of a database, and makes it if there is none.

use std::{
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig, limits::Limit};

use super::{DbError, DbLimits, guard::Guard, session::Session};
use crate::SetAside;

/// Tells that a file is ours: `bexd`.
const APPLICATION: i64 = 0x6265_7864;

/// The format that is written: what there is beside the tables of the extension.
const NEWEST: i64 = 1;

const EXTENSION: &str = "sqlite";

/// How many pages may wait in the log before they are moved to where they belong; as SQLite has it, 4 MB.
const LOG_BYTES: u64 = 4 * 1024 * 1024;

/// How many statements are kept prepared.
const PREPARED: usize = 64;

/// Returns the file of an extension. Whatever its name is, the file is its own, and can be made on any system.
pub(super) fn file_of(folder: &Path, name: &str) -> PathBuf {
    let mut file = String::from("db-");
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => file.push(char::from(byte)),
            _ => file.push_str(&format!("%{byte:02x}")),
        }
    }
    folder.join(file).with_added_extension(EXTENSION)
}

/// Returns the extensions that have a file, sorted.
///
/// # Errors
///
/// What the system says.
pub(super) fn names_in(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().to_str().and_then(name_of));
    }
    names.sort();
    Ok(names)
}

/// Turns [`file_of`] around.
fn name_of(file: &str) -> Option<String> {
    let mut rest = file.strip_prefix("db-")?.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let mut name = Vec::new();
    while let Some(letter) = rest.chars().next() {
        let (byte, length) = match letter {
            '%' => (u8::from_str_radix(rest.get(1..3)?, 16).ok()?, 3),
            // One that was set aside, or is not finished.
            '.' => return None,
            _ => (u8::try_from(letter).ok()?, 1),
        };
        name.push(byte);
        rest = rest.get(length..)?;
    }
    String::from_utf8(name).ok()
}

/// Returns what SQLite keeps beside a file while it is open.
fn beside(file: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|end| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        name.into()
    })
}

/// Opens a file. A damaged one is set aside, and a new one is begun.
///
/// # Errors
///
/// [`DbError::NewerFormat`], [`DbError::Foreign`] and [`DbError::Storage`].
pub(super) fn open(file: &Path, limits: &DbLimits, check: bool) -> Result<(Session, Option<SetAside>), DbError> {
    let failed = |error: std::io::Error| DbError::storage(format!("open `{}`", file.display()), error);
    let mut set_aside = None;
    for _ in 0..2 {
        if !file.try_exists().map_err(failed)? {
            create(file)?;
        }
        match look(file, check) {
            Ok(connection) => return Ok((prepare(connection, file, limits)?, set_aside)),
            Err(Look::Error(error)) => return Err(error),
            Err(Look::Damaged(why)) => {
                let to = move_aside(file).map_err(failed)?;
                set_aside = Some(SetAside { to, why });
            }
        }
    }
    Err(DbError::storage(format!("open `{}`", file.display()), "what was just made is damaged"))
}

/// Deletes a file that is closed.
///
/// # Errors
///
/// [`DbError::Storage`].
pub(super) fn delete(file: &Path) -> Result<(), DbError> {
    // What lies beside it first: it must not be taken for a part of a new file.
    for file in beside(file).iter().map(PathBuf::as_path).chain([file]) {
        match fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(DbError::storage(format!("delete `{}`", file.display()), error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Makes an empty file. Under its name it is whole, whenever the app may be killed.
fn create(file: &Path) -> Result<(), DbError> {
    let failed = |why: String| DbError::storage(format!("make `{}`", file.display()), why);
    let unfinished = file.with_extension("new").with_added_extension(EXTENSION);
    // Both would be taken for parts of the new one.
    for file in beside(&unfinished).iter().chain(&beside(file)).chain([&unfinished]) {
        match fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error.to_string())),
            _ => {}
        }
    }
    let make = || {
        let connection = connect(&unfinished, OpenFlags::SQLITE_OPEN_CREATE)?;
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             BEGIN;
             PRAGMA application_id = {APPLICATION};
             PRAGMA user_version = {NEWEST};
             CREATE TABLE bevy_extensions_migrations (
                 place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sql TEXT NOT NULL
             ) STRICT;
             COMMIT;"
        ))?;
        connection.close().map_err(|(_, error)| error)
    };
    make().map_err(|error| failed(error.to_string()))?;
    fs::rename(&unfinished, file).map_err(|error| failed(error.to_string()))?;
    // The name has to survive a power failure as well. Where a folder cannot be opened, that is not for us to do.
    if let Some(Ok(folder)) = file.parent().map(File::open) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn connect(file: &Path, more: OpenFlags) -> rusqlite::Result<Connection> {
    // Without the flag for URIs, of which a part could be an option.
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more)
}

/// Why a file cannot be used.
enum Look {
    Error(DbError),
    Damaged(String),
}

/// Opens a file, and looks whether it is ours.
fn look(file: &Path, check: bool) -> Result<Connection, Look> {
    let judge = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Look::Damaged(error.to_string()),
        // In doubt it stays where it is.
        _ => Look::Error(DbError::storage(format!("open `{}`", file.display()), error)),
    };
    if fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() == 0) {
        return Err(Look::Damaged("it is empty".into()));
    }
    let connection = connect(file, OpenFlags::empty()).map_err(judge)?;
    // What turns out not to be ours, or to be damaged, is to stay as it is, with the log that lies beside it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(judge)?;
    // Somebody may look into it with a tool.
    connection.busy_timeout(Duration::from_secs(5)).map_err(judge)?;
    let number = |sql: &str| connection.query_row(sql, (), |row| row.get::<_, i64>(0)).map_err(judge);
    let (application, format) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    number("SELECT count(*) FROM sqlite_schema")?;
    match (application, format) {
        (APPLICATION, ..=NEWEST) => {}
        (APPLICATION, newer) => {
            let found = format!("its format is {newer}");
            return Err(Look::Error(DbError::NewerFormat { file: file.into(), found }));
        }
        _ => return Err(Look::Error(DbError::Foreign { file: file.into() })),
    }
    if check {
        let found = connection.query_row("PRAGMA quick_check(1)", (), |row| row.get::<_, String>(0)).map_err(judge)?;
        if found != "ok" {
            return Err(Look::Damaged(found));
        }
    }
    Ok(connection)
}

/// Sets a connection up for an extension.
fn prepare(mut connection: Connection, file: &Path, limits: &DbLimits) -> Result<Session, DbError> {
    let mut set = || {
        // Nobody writes past SQL into what holds the tables together, and what is misspelt is no text.
        for (config, on) in [
            (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false),
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        ] {
            connection.set_db_config(config, on)?;
        }
        let page: u32 = connection.query_row("PRAGMA page_size", (), |row| row.get(0))?;
        // `FULL`: what was answered is on disk, whatever happens to the machine.
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA journal_size_limit = {LOG_BYTES};
             PRAGMA max_page_count = {};",
            (limits.file_bytes / u64::from(page)).clamp(1, u32::MAX.into())
        ))?;
        let at_most = |bytes: usize| i32::try_from(bytes).unwrap_or(i32::MAX);
        connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, at_most(limits.sql_bytes))?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, at_most(limits.value_bytes))?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Guard::on(&mut connection)
    };
    let guard = set().map_err(|error| DbError::storage(format!("open `{}`", file.display()), error))?;
    Ok(Session { connection, guard, limits: limits.clone(), file: file.into() })
}

/// Moves a damaged file, and what lies beside it, to a name that is free.
fn move_aside(file: &Path) -> std::io::Result<PathBuf> {
    let names = (1u32..).map(|number| file.with_extension(format!("corrupt-{number}.{EXTENSION}")));
    let to = names.into_iter().find(|name| !name.exists()).ok_or(ErrorKind::AlreadyExists)?;
    for (from, to) in beside(file).iter().zip(beside(&to)) {
        match fs::rename(from, to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(file, &to)?;
    Ok(to)
}
