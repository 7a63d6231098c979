//! What runs in another process: this very binary, told by the environment what to do.

use std::{
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
};

#[cfg(feature = "db")]
use bevy_extensions_data::{DbSettings, DbStore};
use bevy_extensions_data::{KvSettings, KvStore};

use crate::kill;

const TASK: &str = "KV_CHILD_TASK";
const FOLDER: &str = "KV_CHILD_FOLDER";

/// Starts a process, of which [`lines_of`] are read.
pub fn spawn(task: &str, folder: &Path) -> Child {
    let binary = std::env::current_exe().expect("it runs");
    let mut command = Command::new(binary);
    command.args(["--exact", "child::work", "--nocapture", "--test-threads=1"]).env(TASK, task).env(FOLDER, folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("a process can be started")
}

/// Tells the parent something.
pub fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    // A parent that is gone hears nothing.
    let _ = writeln!(out, "\ntold {line}").and_then(|()| out.flush());
}

/// Takes what was told out of a line.
pub fn told(line: &str) -> Option<&str> {
    line.strip_prefix("told ")
}

#[test]
fn work() {
    let (Ok(task), Ok(folder)) = (std::env::var(TASK), std::env::var(FOLDER)) else { return };
    match task.as_str() {
        "open" => match KvStore::open(KvSettings::in_folder(folder)) {
            Ok(_) => tell("opened"),
            Err(error) => tell(&error.to_string()),
        },
        "write" => kill::write(Path::new(&folder)),
        #[cfg(feature = "db")]
        "open-db" => match DbStore::open(DbSettings::in_folder(folder)) {
            Ok(_) => tell("opened"),
            Err(error) => tell(&error.to_string()),
        },
        #[cfg(feature = "db")]
        "write-db" => crate::db::write_until_killed(Path::new(&folder)),
        #[cfg(feature = "db")]
        "migrate-db" => crate::db::migrate_until_killed(Path::new(&folder)),
        other => panic!("`{other}` is no task"),
    }
}
