//! What is fetched, from where, and how often.

use std::time::Instant;

use bevy_extensions_core::artifacts::{FetchState, Hash, HashKind, Look};

use crate::{
    server::{Answer, Server},
    town::{LIMIT, Town, bad, extension, fetched, finished, good, here, sha256},
};

const LAMP: &str = "/town/lamp/1.0/lamp-1.0.glb";

#[test]
fn a_file_is_fetched_once_and_then_is_in_the_cache() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    assert!(matches!(store.look(&lamps), Look::ToFetch));

    let artifacts = good(&store, &lamps);
    let file = artifacts.file("lamp").unwrap();
    assert_eq!((file.name(), file.read().unwrap().as_slice()), ("lamp-1.0.glb", &b"light"[..]));
    assert_eq!(file.path().extension().unwrap(), "glb");
    store.save_lock([&lamps], []).unwrap();
    let asked = server.asked();
    assert_eq!(asked, [LAMP, &format!("{LAMP}.sha512"), &format!("{LAMP}.sha256"), &format!("{LAMP}.sha1")]);

    // The app starts again.
    let store = town.store();
    assert_eq!(here(&store, &lamps).file("town:lamp:1.0@glb").unwrap().read().unwrap(), b"light");
    assert_eq!(good(&store, &lamps).file("lamp").unwrap().read().unwrap(), b"light");
    assert_eq!(server.asked(), asked, "nobody is asked for what is in the cache");
}

#[test]
fn the_strongest_hash_that_is_offered_counts() {
    let hash = format!("{}  lamp-1.0.glb\n", Hash::of(HashKind::Sha512, b"light").to_hex());
    let (strong, weak) = (format!("{LAMP}.sha512"), format!("{LAMP}.sha1"));
    let server = Server::with_files(&[(LAMP, b"light"), (&strong, hash.as_bytes()), (&weak, b"not asked for")]);
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    good(&Town::new().store(), &lamps);
    assert_eq!(server.asked(), [LAMP, strong.as_str()]);
}

#[test]
fn repositories_are_asked_in_their_order_and_those_of_the_host_first() {
    let mirror = Server::with_files(&[]);
    let (first, second) = (Server::with_files(&[]), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension(
        "Lamps",
        &[("first", first.address()), ("second", second.address()), ("third", "http://127.0.0.1:1")],
        &["town:lamp:1.0@glb"],
    );
    let town = Town::new();
    let mirrors = format!("repositories: [(name: \"mirror\", url: {:?})],", mirror.address());
    let store = town.store_with(&mirrors, "retries: 0, allow_http: [\"127.0.0.1\"]");
    good(&store, &lamps);
    assert_eq!(
        (mirror.asked(), first.asked(), second.asked()[0].as_str()),
        (vec![LAMP.into()], vec![LAMP.into()], LAMP)
    );
    assert!(store.save_lock([&lamps], []).unwrap());
    let lock = town.read("extensions.lock");
    assert!(lock.contains(second.address()) && lock.contains(&sha256(b"light")), "{lock}");
}

#[test]
fn a_folder_is_a_repository_relative_to_the_manifest() {
    let town = Town::new();
    town.write("extensions/lamps/libs/town/lamp/1.0/lamp-1.0.glb", "light");
    town.write("extensions/lamps/libs/town/lamp/1.0/lamp-1.0.glb.sha256", sha256(b"light"));
    town.write("mirror/town/bench/1.0/bench-1.0.jar", "wood");
    let lamps = extension("Lamps", &[("own", "file:libs")], &["town:lamp:1.0@glb", "town:bench:1.0"]);
    let store = town.store_with("repositories: [(name: \"mirror\", url: \"file:{cwd}/mirror\")], offline: true,", "");
    let artifacts = good(&store, &lamps);
    assert_eq!(artifacts.file("lamp").unwrap().read().unwrap(), b"light");
    assert_eq!(artifacts.file("bench").unwrap().read().unwrap(), b"wood");
    assert_eq!(
        bad(&store, &extension("Trees", &[("own", "file:libs")], &["town:tree:1.0"]), &[]),
        "`mirror` has no `mirror/town/tree/1.0/tree-1.0.jar`; `own` has no \
         `extensions/trees/libs/town/tree/1.0/tree-1.0.jar`\n\
         hint: check its name and version, and the `repositories` of the manifest",
    );
}

#[test]
fn what_two_extensions_ask_for_is_fetched_once() {
    let server = Server::with_files(&[(LAMP, b"light")]);
    let ask = |name| extension(name, &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let (lamps, streets) = (ask("Lamps"), ask("Streets"));
    let town = Town::new();
    let all = finished(town.store().fetch([&lamps, &streets]));
    let paths: Vec<_> =
        all.iter().map(|(_, artifacts)| artifacts.as_ref().unwrap().file("lamp").unwrap().path()).collect();
    assert_eq!(paths[0], paths[1]);
    assert_eq!(server.asked().iter().filter(|path| *path == LAMP).count(), 1);
}

#[test]
fn one_content_is_stored_once_whoever_has_it() {
    let other = "/town/lantern/2.0/lantern-2.0.glb";
    let server = Server::with_files(&[(LAMP, b"light"), (other, b"light")]);
    let wanted = ["town:lamp:1.0@glb", "town:lantern:2.0@glb"];
    let town = Town::new();
    good(&town.store(), &extension("Lamps", &[("central", server.address())], &wanted));
    assert_eq!(town.cached().len(), 1);
}

#[test]
fn each_extension_is_done_as_soon_as_its_own_are() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let receiver = std::sync::Mutex::new(receiver);
    let server = Server::new(move |path| match path {
        "/town/slow/1.0/slow-1.0.jar" => {
            _ = receiver.lock().unwrap().recv();
            Answer::File(b"late".to_vec())
        }
        LAMP => Answer::File(b"light".to_vec()),
        _ => Answer::Status(404),
    });
    let town = Town::new();
    let repositories = [("central", server.address())];
    let lamps = extension("Lamps", &repositories, &["town:lamp:1.0@glb"]);
    let snails = extension("Snails", &repositories, &["town:slow:1.0"]);
    let mut fetching = town.store().fetch([&lamps, &snails]);
    let began = Instant::now();
    let done = loop {
        let done = fetching.take_done();
        assert!(began.elapsed() < LIMIT, "one does not wait for the other");
        match done.is_empty() {
            true => std::thread::yield_now(),
            false => break done,
        }
    };
    assert_eq!(done.len(), 1);
    assert_eq!(done[0].0, "Lamps");
    assert!(!fetching.is_done());

    let progress = fetching.progress();
    assert_eq!((progress[0].what.as_str(), progress[0].state), ("town:lamp:1.0@glb", FetchState::Done));
    assert_eq!((progress[0].bytes, progress[0].total), (5, Some(5)));
    assert_eq!((progress[1].extensions[0].as_str(), progress[1].bytes), ("Snails", 0));
    let before = fetching.generation();
    sender.send(()).unwrap();
    let rest = finished(fetching);
    assert_eq!((rest.len(), rest[0].0.as_str()), (1, "Snails"));
    assert!(before > 0);
}

#[test]
fn whoever_asks_for_nothing_has_nothing() {
    let town = Town::new();
    let store = town.store();
    let quiet = extension("Quiet", &[], &[]);
    assert!(here(&store, &quiet).is_empty());
    assert!(fetched(&store, &quiet).unwrap().is_empty());
    assert!(!store.save_lock([&quiet], []).unwrap());
    assert!(std::fs::read_dir(town.path()).unwrap().next().is_none(), "nothing is written");
}

#[test]
fn where_a_server_leads_is_followed() {
    let other = Server::with_files(&[("/store/lamp", b"light")]);
    let to = format!("{}/store/lamp", other.address());
    let server = Server::new(move |path| match path {
        LAMP => Answer::Leads("../there".into()),
        "/town/lamp/there" => Answer::Leads(to.clone()),
        _ => Answer::Status(404),
    });
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    assert_eq!(good(&Town::new().store(), &lamps).file("lamp").unwrap().read().unwrap(), b"light");
}

#[test]
fn a_failure_that_may_pass_is_tried_again() {
    let count = std::sync::atomic::AtomicU32::new(0);
    let server = Server::new(move |path| match path {
        LAMP => match count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Answer::Status(503),
            1 => Answer::After(429, 1),
            _ => Answer::File(b"light".to_vec()),
        },
        _ => Answer::Status(404),
    });
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let town = Town::new();
    let began = Instant::now();
    good(&town.store_with("", "retries: 2, allow_http: [\"127.0.0.1\"]"), &lamps);
    assert!(began.elapsed().as_millis() >= 1000, "it waits as long as the server wants");
    assert_eq!(server.asked().iter().filter(|path| *path == LAMP).count(), 3);
}

#[test]
fn a_hash_that_is_forbidden_is_as_good_as_none() {
    let server = Server::new(|path| match path {
        LAMP => Answer::File(b"light".to_vec()),
        _ => Answer::Status(403),
    });
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    assert_eq!(good(&Town::new().store(), &lamps).file("lamp").unwrap().read().unwrap(), b"light");
}
