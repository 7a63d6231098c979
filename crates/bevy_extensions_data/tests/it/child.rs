//! What runs in another process: this very binary, told by the environment what to do.

use std::{
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

#[cfg(feature = "db")]
use bevy_extensions_data::{DbSettings, DbStore};
use bevy_extensions_data::{KvSettings, KvStore};

use crate::{
    kill,
    support::{SplitMix, number_from},
};

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
    let mut out = io::stdout().lock();
    // A parent that is gone hears nothing.
    let _ = writeln!(out, "\ntold {line}").and_then(|()| out.flush());
}

/// Takes what was told out of a line.
pub fn told(line: &str) -> Option<&str> {
    line.strip_prefix("told ")
}

/// Kills a process often that writes groups, and tells `wait 7` before and `done 7` after each; `check` then looks at what is
/// there, with the last group that was acknowledged. At least half of the kills fall into a commit.
///
/// `KILLS=200` is the long form.
pub fn kill_often(task: &str, check: impl Fn(&Path, Option<u64>, &str)) {
    let (kills, seed) = (number_from("KILLS", 10), number_from("KILL_SEED", 1));
    let mut random = SplitMix(seed);
    let folder = tempfile::tempdir().expect("there is a place for it");
    let mut acknowledged = None;
    let (mut in_commit, mut kill) = (0, 0);
    // On a fast disk, fewer of them fall into a commit; then it takes some more.
    while kill < kills || in_commit * 2 < kills && kill < 10 * kills {
        kill += 1;
        let mut child = spawn(task, folder.path());
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut last_line = String::new();
        let mut hear = |line: io::Result<String>| {
            let Ok(line) = line else { return false };
            let Some(line) = told(&line) else { return false };
            if let Some(number) = line.strip_prefix("done ") {
                acknowledged = number.parse().ok();
            }
            line.clone_into(&mut last_line);
            true
        };
        let mut left = 1 + random.below(12);
        while left > 0 {
            left -= u64::from(hear(lines.next().expect("it writes until it is killed")));
        }
        // A moment somewhere within a commit, whichever.
        thread::sleep(Duration::from_micros(random.below(3000)));
        child.kill().expect("it runs");
        child.wait().expect("it was killed");
        lines.for_each(|line| _ = hear(line));
        in_commit += u64::from(last_line.starts_with("wait"));
        check(folder.path(), acknowledged, &format!("seed {seed}, kill {kill}"));
    }
    println!("{in_commit} of {kill} were killed during a commit, seed {seed}, {acknowledged:?} was the last");
    assert!(in_commit * 2 >= kills, "only {in_commit} of {kill} were killed during a commit");
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
