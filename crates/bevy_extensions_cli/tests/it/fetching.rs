//! Artifacts from a server: what is seen on a terminal meanwhile, and what is left of what somebody interrupts.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

use crate::support::{command, printed, write};

/// How long anything may take: far longer than it does.
const LIMIT: Duration = Duration::from_secs(60);

const MIB: usize = 1 << 20;

/// A server with one file of two MiB, of which the second comes when it is told to, and a small one.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    goes_on: Arc<(Mutex<bool>, Condvar)>,
}

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (asked, goes_on) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<(Mutex<bool>, Condvar)>::default());
        let (heard, wait) = (asked.clone(), goes_on.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, wait) = (heard.clone(), wait.clone());
                // Whoever has asked may be gone.
                thread::spawn(move || _ = speak(stream, &heard, &wait));
            }
        });
        Self { address, asked, goes_on }
    }

    fn go_on(&self) {
        *self.goes_on.0.lock().unwrap() = true;
        self.goes_on.1.notify_all();
    }
}

fn speak(mut stream: TcpStream, heard: &Mutex<Vec<String>>, wait: &(Mutex<bool>, Condvar)) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = first.split(' ').nth(1).unwrap_or_default().to_string();
    heard.lock().unwrap().push(path.clone());
    let head = |status: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
    };
    match path.as_str() {
        "/town/lamp/1.0/lamp-1.0.glb" => {
            stream.write_all(head("200 OK", 2 * MIB).as_bytes())?;
            stream.write_all(&vec![7; MIB])?;
            drop(wait.1.wait_timeout_while(wait.0.lock().unwrap(), LIMIT, |goes_on| !*goes_on));
            stream.write_all(&vec![7; MIB])
        }
        "/town/bench/1.0/bench-1.0.glb" => stream.write_all((head("200 OK", 4) + "wood").as_bytes()),
        _ => stream.write_all(head("404 Not Found", 0).as_bytes()),
    }
}

/// An app whose extension asks a server for artifacts, one at a time.
fn town(server: &Server) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!(
        r#"(
            name: "Lamps",
            version: "1.0.0",
            external: (
                repositories: [(name: "central", url: "{}")],
                artifacts: ["town:bench:1.0@glb", "town:lamp:1.0@glb"],
            ),
        )"#,
        server.address,
    );
    let settings = r#"(artifacts: (parallel: 1, retries: 0, allow_http: ["127.0.0.1"]))"#;
    write(
        folder.path(),
        &[
            ("assets/extensions.ron", settings),
            ("assets/extensions/lamps/extension.ron", &manifest),
            ("assets/extensions/lamps/main.js", ""),
        ],
    );
    folder
}

/// The command at a terminal.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
}

impl Terminal {
    fn run(folder: &Path, args: &[&str]) -> Self {
        let size = PtySize { rows: 20, cols: 100, ..PtySize::default() };
        let pty = native_pty_system().openpty(size).unwrap();
        let plain = command(folder);
        let mut builder = CommandBuilder::new(plain.get_program());
        builder.cwd(folder);
        builder.args(args);
        plain.get_envs().filter(|(_, value)| value.is_none()).for_each(|(name, _)| builder.env_remove(name));
        builder.env("TERM", "xterm");
        let child = pty.slave.spawn_command(builder).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size.rows, size.cols, 0)));
        let (mut reader, seen) = (pty.master.try_clone_reader().unwrap(), screen.clone());
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Some(count) = reader.read(&mut bytes).ok().filter(|count| *count > 0) {
                seen.lock().unwrap().process(&bytes[..count]);
            }
        });
        Self { child, master: pty.master, screen }
    }

    /// Waits until a text is seen, and returns all that is.
    #[track_caller]
    fn sees(&self, text: &str) -> String {
        let end = Instant::now() + LIMIT;
        loop {
            let screen = self.screen.lock().unwrap().screen().contents();
            if screen.contains(text) {
                return screen;
            }
            assert!(Instant::now() < end, "`{text}` is not on the screen:\n{screen}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn a_bar_shows_how_far_a_file_has_come() {
    let server = Server::new();
    let town = town(&server);
    let mut terminal = Terminal::run(town.path(), &["fetch", "--color", "never"]);
    let screen = terminal.sees("1.00 MiB of 2.00 MiB");
    assert_eq!(
        screen.trim_end(),
        "fetched  town:bench:1.0@glb  1.0, 4 B\n\
         fetching town:lamp:1.0@glb   [============>           ] 1.00 MiB of 2.00 MiB",
    );
    server.go_on();
    assert!(terminal.child.wait().unwrap().success());
    let screen = terminal.sees("lock:");
    assert_eq!(
        screen.trim_end().lines().take(4).collect::<Vec<_>>().join("\n"),
        "fetched  town:bench:1.0@glb  1.0, 4 B\n\
         fetched  town:lamp:1.0@glb   1.0, 2.00 MiB\n\
         artifacts: 2 fetched\n\
         lock: `assets/extensions.lock` is written: 1 extension, 2 artifacts",
    );
}

#[test]
fn what_somebody_interrupts_leaves_nothing_half_done() {
    let server = Server::new();
    let town = town(&server);
    let mut terminal = Terminal::run(town.path(), &["fetch", "--color", "never"]);
    terminal.sees("1.00 MiB of 2.00 MiB");
    terminal.master.take_writer().unwrap().write_all(b"\x03").unwrap();
    assert_eq!(terminal.child.wait().unwrap().exit_code(), 130);
    let screen = terminal.sees("hint: start it again");
    assert!(screen.contains("artifacts: 1 fetched, 1 not fetched\n"), "{screen}");
    assert!(
        screen.contains("error: fetching was interrupted\n  hint: start it again; what has come is kept"),
        "{screen}"
    );
    let libs = town.path().join("assets/extensions/.libs");
    let names: Vec<_> = fs::read_dir(&libs).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| name == ".in-use" || name == "sha256"), "{names:?}");

    server.go_on();
    let again = printed(town.path(), "fetch");
    assert!(
        again.starts_with("fetched  town:bench:1.0@glb") || again.starts_with("fetched  town:lamp:1.0@glb"),
        "{again}"
    );
    assert!(again.contains("artifacts: 1 fetched, 1 here already\n"), "what had come is not fetched again: {again}");
}

#[test]
fn whoever_only_looks_makes_no_connection() {
    let server = Server::new();
    let town = town(&server);
    for args in ["list", "show lamps", "tree", "why lamps", "check", "graph"] {
        printed(town.path(), args);
    }
    assert_eq!(command(town.path()).args(["lock", "--check"]).output().unwrap().status.code(), Some(1));
    assert_eq!(command(town.path()).args(["fetch", "--offline"]).output().unwrap().status.code(), Some(1));
    assert_eq!(server.asked.lock().unwrap().len(), 0);
}

#[test]
fn what_is_here_is_not_asked_for_again() {
    let server = Server::new();
    let town = town(&server);
    server.go_on();
    printed(town.path(), "fetch");
    let asked = server.asked.lock().unwrap().len();
    assert!(printed(town.path(), "fetch").starts_with("artifacts: 2 here already\n"));
    printed(town.path(), "lock");
    assert_eq!(server.asked.lock().unwrap().len(), asked);
}
