//! What is in the cache, and what happens to it.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bevy_extensions_core::artifacts::Look;

use crate::{
    child,
    server::{Answer, Server},
    town::{ALLOWED, LIMIT, Town, extension, good, here, refused, sha256},
};

const LAMP: &str = "/town/lamp/1.0/lamp-1.0.glb";

#[test]
fn a_damaged_file_is_fetched_anew() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    let path = good(&store, &lamps).file("lamp").unwrap().path().to_owned();
    store.save_lock([&lamps], []).unwrap();
    for damage in [&b"li"[..], b"lighT", b""] {
        fs::write(&path, damage).unwrap();
        let store = town.store();
        assert!(matches!(store.look(&lamps), Look::ToFetch));
        assert_eq!(good(&store, &lamps).file("lamp").unwrap().read().unwrap(), b"light");
    }
}

#[test]
fn a_damaged_file_cannot_be_mended_offline() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    let path = good(&store, &lamps).file("lamp").unwrap().path().to_owned();
    store.save_lock([&lamps], []).unwrap();
    let asked = server.asked();

    let offline = || town.store_with("offline: true,", ALLOWED);
    assert_eq!(here(&offline(), &lamps).file("lamp").unwrap().read().unwrap(), b"light");
    fs::write(&path, "darkness").unwrap();
    let shown = path.display();
    assert_eq!(
        refused(&offline(), &lamps),
        format!(
            "town:lamp:1.0@glb: `{shown}` in the cache is damaged, as it is sha256:{}, and `offline` is set\n\
             hint: remove `{shown}`, and fetch it with `bevy-extensions fetch --offline=false`, or start once without `offline`",
            sha256(b"darkness"),
        ),
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(
        refused(&offline(), &lamps),
        "town:lamp:1.0@glb: it is not in the cache, and `offline` is set\n\
         hint: fetch it with `bevy-extensions fetch --offline=false`, or start once without `offline`",
    );
    assert_eq!(server.asked(), asked, "nobody was asked");
}

#[test]
fn what_a_killed_process_leaves_is_not_seen_and_swept() {
    // The first who asks gets a half and no more; whoever comes later gets all.
    let is_first = AtomicBool::new(true);
    let half = Arc::new(AtomicBool::new(false));
    let told = half.clone();
    let server = Server::raw(move |path, stream| {
        let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        if path != LAMP {
            _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        _ = stream.write_all(head(200_000).as_bytes());
        _ = stream.write_all(&[7; 100_000]);
        if is_first.swap(false, Ordering::Relaxed) {
            told.store(true, Ordering::Release);
            thread::sleep(LIMIT);
        }
        _ = stream.write_all(&[7; 100_000]);
    });
    let town = Town::new();
    let mut child = child::spawn(town.path(), server.address(), "town:lamp:1.0@glb");
    let began = Instant::now();
    let libs = town.path().join("extensions/.libs");
    let written = || {
        fs::read_dir(&libs)
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.metadata().is_ok_and(|metadata| metadata.len() >= 65_536))
    };
    while !half.load(Ordering::Acquire) || !written() {
        assert!(began.elapsed() < LIMIT, "a half is written");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(town.cached().len(), 1, "the half is left");

    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    assert!(town.cached().is_empty(), "the half is gone");
    assert!(matches!(store.look(&lamps), Look::ToFetch));
    assert_eq!(good(&store, &lamps).file("lamp").unwrap().read().unwrap(), vec![7; 200_000]);
}

#[test]
fn what_others_are_writing_is_not_swept() {
    let go_on = Arc::new(AtomicBool::new(false));
    let told = go_on.clone();
    let server = Server::raw(move |path, stream| {
        if path != LAMP {
            _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlig");
        while !told.load(Ordering::Acquire) {
            thread::sleep(Duration::from_millis(1));
        }
        _ = stream.write_all(b"ht");
    });
    let town = Town::new();
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let mut fetching = town.store().fetch([&lamps]);
    let began = Instant::now();
    while fetching.progress()[0].bytes == 0 {
        assert!(began.elapsed() < LIMIT, "it begins");
        thread::yield_now();
    }
    // Another app starts in the same folder.
    let _other = town.store();
    assert_eq!(town.cached().len(), 1, "it lets alone what is being written");
    go_on.store(true, Ordering::Release);
    assert!(fetching.wait(LIMIT));
    assert_eq!(fetching.take_done()[0].1.as_ref().unwrap().file("lamp").unwrap().read().unwrap(), b"light");
}

#[test]
fn two_processes_fill_one_cache() {
    let server = Server::new(|path| match path.strip_prefix("/town/").and_then(|path| path.split('/').next()) {
        Some(name) if !path.contains(".sha") => Answer::File(name.repeat(20_000).into_bytes()),
        _ => Answer::Status(404),
    });
    let names: Vec<_> = (0..20).map(|number| format!("town:lamp{number}:1.0@glb")).collect();
    let town = Town::new();
    let spawn = || child::spawn(town.path(), server.address(), &names.join(" "));
    let mut children = [spawn(), spawn()];
    for child in &mut children {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told: Vec<_> = lines.map_while(Result::ok).filter(|line| line.starts_with("told")).collect();
        assert_eq!(told, ["told 20"]);
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(town.cached().len(), 20);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let lamps = extension("Lamps", &[("central", server.address())], &names);
    let artifacts = here(&town.store(), &lamps);
    for number in 0..20 {
        let name = format!("lamp{number}");
        assert_eq!(artifacts.file(&name).unwrap().read().unwrap(), name.repeat(20_000).into_bytes());
    }
}

#[test]
fn a_cache_without_a_place_is_told() {
    let town = Town::new();
    let store = town.store_with("", "cache: \"{extension}/.libs\"");
    let problems: Vec<_> =
        store.problems().iter().map(|problem| format!("{problem}\nhint: {}", problem.hint())).collect();
    assert_eq!(
        problems,
        ["the cache `{extension}/.libs` cannot be had: there is no placeholder `{extension}`\n\
          hint: did you mean `{extensions}`?"],
    );
    assert_eq!(
        refused(&store, &extension("Lamps", &[("central", "https://repo.example")], &["town:lamp:1.0@glb"])),
        "town:lamp:1.0@glb: the cache `{extension}/.libs` cannot be had: there is no placeholder `{extension}`\n\
         hint: did you mean `{extensions}`?",
    );
}
