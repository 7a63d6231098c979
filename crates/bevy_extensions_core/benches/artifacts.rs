//! How long it takes to fetch artifacts, and to see that those in the cache are what they should be.
//!
//! A plain `main` rather than `divan`: ours is set against something else in each line.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use bevy_extensions_core::{
    Candidate, Folders, HostSettings,
    artifacts::{ArtifactStore, Look},
};
use sha2::{Digest, Sha256};

const SIZE: usize = 1 << 20;

fn main() {
    // `cargo bench` passes `--bench`, `cargo test` does not: it only wants to see that this runs.
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    let (count, rounds) = if has("--bench") && !has("--test") { (100, 7) } else { (3, 1) };
    let content: Arc<[u8]> = (0..SIZE).map(|at| (at * 31 % 251) as u8).collect();

    println!("\nartifacts, {count} of 1 MiB each");
    println!("  {:<58} {:>10} {:>10} {:>8}", "", "other", "ours", "ratio");
    for pause in [0, 20] {
        let server = serve(content.clone(), Duration::from_millis(pause));
        let fetch = |parallel| fastest(rounds.min(3), || fetched(&server, count, parallel));
        let title = format!("fetched 8 at a time, against one (answers after {pause} ms)");
        line(&title, fetch(1), fetch(8));
    }

    let town = tempfile::tempdir().expect("there is a place for it");
    let server = serve(content.clone(), Duration::ZERO);
    let lamps = lamps(&server, count);
    let store = open(town.path(), 8);
    assert!(store.fetch([&lamps]).wait(Duration::from_secs(600)), "all is fetched");
    store.save_lock([&lamps], []).expect("the lock can be written");
    let look = |candidate: &Candidate| {
        fastest(rounds, || {
            let store = open(town.path(), 8);
            let began = Instant::now();
            let Look::Here(artifacts) = store.look(candidate) else { panic!("all is there") };
            assert_eq!(artifacts.iter().count(), candidate.manifest.external.artifacts.len());
            began.elapsed()
        })
    };
    let files = files_below(&town.path().join("extensions/.libs/sha256"));
    let bare = fastest(rounds, || {
        time(|| {
            for file in &files {
                let bytes = fs::read(file).expect("it is there");
                assert!(!Sha256::digest(&bytes).is_empty());
            }
        })
    });
    let distinct = files.len() as f64;
    let repeated = Duration::from_secs_f64(bare.as_secs_f64() * count as f64 / distinct);
    line("looked through, against `fs::read` and the bare `sha2`", repeated, look(&lamps));
    let none = Candidate::from_ron("none.ron", "(name: \"None\")").expect("it is a manifest");
    let start = |candidate: &Candidate| {
        fastest(rounds, || {
            time(|| {
                assert!(matches!(open(town.path(), 8).look(candidate), Look::Here(_)));
            })
        })
    };
    line("the store opened and looked at, against no artifacts", start(&none), start(&lamps));
}

fn line(title: &str, other: Duration, ours: Duration) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("  {title:<58} {:>7.2} ms {:>7.2} ms {:>7.2}x", ms(other), ms(ours), ms(ours) / ms(other));
}

fn time(code: impl FnOnce()) -> Duration {
    let began = Instant::now();
    code();
    began.elapsed()
}

fn fastest(rounds: usize, mut code: impl FnMut() -> Duration) -> Duration {
    (0..rounds).map(|_| code()).min().unwrap_or_default()
}

/// Fetches everything into an empty folder.
fn fetched(server: &str, count: usize, parallel: usize) -> Duration {
    let town = tempfile::tempdir().expect("there is a place for it");
    let (store, lamps) = (open(town.path(), parallel), lamps(server, count));
    time(|| {
        let mut fetching = store.fetch([&lamps]);
        assert!(fetching.wait(Duration::from_secs(600)), "all is fetched");
        assert!(fetching.take_done().remove(0).1.is_ok());
    })
}

fn open(cwd: &Path, parallel: usize) -> ArtifactStore {
    let text = format!(
        "(directories: [\"{{cwd}}/extensions\"], artifacts: (lock: \"{{cwd}}/extensions.lock\", parallel: {parallel}, \
         allow_http: [\"127.0.0.1\"]))"
    );
    let settings = HostSettings::from_ron("extensions.ron", text.as_bytes()).expect("they are good");
    ArtifactStore::open(&settings, &Folders { cwd: Some(cwd.into()), ..Folders::of_app("Town") })
}

/// An extension that asks for so many artifacts, each pinned to nothing.
fn lamps(server: &str, count: usize) -> Candidate {
    let artifacts: Vec<_> = (0..count).map(|number| format!("\"town:lamp{number}:1.0@glb\"")).collect();
    let text = format!(
        "(name: \"Lamps\", external: (repositories: [(name: \"central\", url: \"{server}\")], artifacts: [{}]))",
        artifacts.join(", "),
    );
    Candidate::from_ron("extensions/lamps/extension.ron", &text).expect("it is a manifest")
}

/// Starts a server that answers with one content, in which the path stands at the beginning, after a while.
fn serve(content: Arc<[u8]>, pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("it has one"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let content = content.clone();
            thread::spawn(move || speak(stream, &content, pause));
        }
    });
    address
}

/// Answers one question after the other.
fn speak(mut stream: TcpStream, content: &[u8], pause: Duration) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut first = String::new();
        reader.by_ref().take(8192).read_line(&mut first).ok().filter(|count| *count > 0)?;
        let path = first.split(' ').nth(1)?.to_string();
        let mut line = String::new();
        while reader.read_line(&mut line).ok()? > 2 {
            line.clear();
        }
        thread::sleep(pause);
        if path.contains(".sha") {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").ok()?;
        } else {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}", content.len() + path.len());
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(content)).ok()?;
        }
    }
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
