//! What runs in another process: this very binary, told by the environment what to fetch.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::town::{extension, good, store};

const FOLDER: &str = "ARTIFACTS_CHILD_FOLDER";
const SERVER: &str = "ARTIFACTS_CHILD_SERVER";
const WANTED: &str = "ARTIFACTS_CHILD_WANTED";

/// Starts a process that fetches artifacts, divided by spaces, into the cache of a folder.
pub fn spawn(folder: &Path, server: &str, wanted: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command.args(["--ignored", "--exact", "child::work", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder).env(SERVER, server).env(WANTED, wanted);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("a process can be started")
}

/// Does what the parent wants.
#[test]
#[ignore = "other tests start it, in a process of its own"]
fn work() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let (server, wanted) = (std::env::var(SERVER).unwrap(), std::env::var(WANTED).unwrap());
    let wanted: Vec<_> = wanted.split(' ').collect();
    let lamps = extension("Lamps", &[("central", &server)], &wanted);
    let store = store(&folder, "", "retries: 0, parallel: 2, allow_http: [\"127.0.0.1\"]");
    let artifacts = good(&store, &lamps);
    store.save_lock([&lamps], []).unwrap();
    let mut out = io::stdout().lock();
    _ = writeln!(out, "\ntold {}", artifacts.iter().count()).and_then(|()| out.flush());
}
