//! What the lock says, and who heeds it.

use std::sync::{Arc, Mutex};

use bevy_extensions_core::{
    Manifest,
    artifacts::{ArtifactStore, Hash, HashKind, Look, Update},
    explain,
};

use crate::{
    server::{Answer, Server},
    town::{ALLOWED, Town, bad, extension, fetched, finished, good, here, refused, sha256},
};

const LAMP: &str = "/town/lamp/1.0/lamp-1.0.glb";

#[test]
fn what_the_lock_has_is_what_is_used() {
    let (town, first) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", first.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    good(&store, &lamps);
    assert!(store.save_lock([&lamps], []).unwrap());
    assert!(!store.save_lock([&lamps], []).unwrap(), "it is written only if it has changed");

    // The cache is lost, and the repository has another content now.
    std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();
    let lock = town.read("extensions.lock").replace(&sha256(b"light"), &sha256(b"sunshine"));
    town.write("extensions.lock", lock);
    assert_eq!(
        bad(&town.store(), &lamps, &[(first.address(), "http://server")]),
        format!(
            "the content of `http://server/town/lamp/1.0/lamp-1.0.glb` from `central` is sha256:{}, but the lock has sha256:{}\n\
             hint: find out why the repository has another content now; if that is right, take it with `bevy-extensions lock --update \
             \"town:lamp:1.0@glb\"`",
            sha256(b"light"),
            sha256(b"sunshine"),
        ),
    );
}

#[test]
fn what_nobody_asks_for_leaves_the_lock() {
    let bench = "/town/bench/1.0/bench-1.0.glb";
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light"), (bench, b"wood")]));
    let repositories = [("central", server.address())];
    let lamps = extension("Lamps", &repositories, &["town:lamp:1.0@glb"]);
    let benches = extension("Benches", &repositories, &["town:bench:1.0@glb"]);
    let store = town.store();
    good(&store, &lamps);
    good(&store, &benches);
    store.save_lock([&lamps, &benches], []).unwrap();
    assert!(town.read("extensions.lock").contains("town:bench:1.0@glb"));

    let store = town.store();
    assert!(store.save_lock([&lamps], []).unwrap());
    let lock = town.read("extensions.lock");
    assert!(lock.contains("town:lamp:1.0@glb") && !lock.contains("bench") && !lock.contains("Benches"), "{lock}");
}

#[test]
fn what_is_not_in_the_lock_is_refused_if_it_is_locked() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let locked = || town.store_with("locked: true,", ALLOWED);
    let expected = |why: &str| {
        format!(
            "town:lamp:1.0@glb: `locked` is set, and {why}\n\
             hint: update the lock with `bevy-extensions lock`, look at what changes, and keep it"
        )
    };
    assert_eq!(refused(&locked(), &lamps), expected("there is no lock"));
    let store = town.store();
    good(&store, &lamps);
    store.save_lock([&lamps], []).unwrap();
    here(&locked(), &lamps);

    let pinned = format!("(artifact: \"town:lamp:1.0@glb\", sha256: \"{}\")", sha256(b"darkness"));
    assert_eq!(
        refused(&locked(), &extension("Lamps", &[("central", server.address())], &[&pinned])),
        expected(&format!(
            "the lock has it with sha256:{}, but the manifest wants sha256:{}",
            sha256(b"light"),
            sha256(b"darkness")
        )),
    );
    assert_eq!(
        refused(&locked(), &extension("Lamps", &[("other", "https://x.example")], &["town:lamp:1.0@glb"])),
        expected(&format!("the lock has it of `{}` only, which it does not ask", server.address())),
    );
    let benches = extension("Benches", &[("central", server.address())], &["town:bench:1.0@glb"]);
    assert_eq!(refused(&locked(), &benches).replace("bench", "lamp"), expected("the lock does not have it"),);

    // What the lock has may be fetched.
    std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();
    let before = town.read("extensions.lock");
    let store = locked();
    good(&store, &lamps);
    assert!(!store.save_lock([&lamps], []).unwrap());
    assert_eq!(town.read("extensions.lock"), before);
}

#[test]
fn what_only_the_lock_has_is_told_if_it_is_locked() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let dark = extension("Dark", &[], &[]);
    let store = town.store();
    good(&store, &lamps);
    store.save_lock([&lamps, &dark], []).unwrap();

    let locked = town.store_with("locked: true,", ALLOWED);
    assert_eq!(locked.only_in_lock([&lamps, &dark], []), []);
    assert_eq!(town.store().only_in_lock([&dark], []), [], "it may go, where nothing is locked");
    let told = explain(&locked.only_in_lock([&dark], []))
        .replace(&town.path().display().to_string(), "..")
        .replace(server.address(), "http://server");
    assert_eq!(
        told.trim_end(),
        "warning: `locked` is set, and the lock has `Lamps`, which is not there\n  \
           in: ../extensions.lock\n  \
           hint: bring it back; or write the lock without `locked`, look at what changes, and keep it\n\
         warning: `locked` is set, and the lock has artifact `town:lamp:1.0@glb` of `http://server`, which nobody asks for\n  \
           in: ../extensions.lock\n  \
           hint: bring it back; or write the lock without `locked`, look at what changes, and keep it",
    );
}

#[test]
fn nothing_is_updated_if_it_is_locked() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    good(&store, &lamps);
    store.save_lock([&lamps], []).unwrap();
    let locked = town.store_with("locked: true,", ALLOWED);
    let mut update = locked.update([&lamps], &Update::All);
    assert!(update.wait(crate::town::LIMIT));
    let errors = update.take_done().remove(0).1.unwrap_err();
    assert_eq!(
        format!("{}\nhint: {}", errors[0], errors[0].hint()),
        "`locked` is set, and nothing is chosen anew then\n\
         hint: update the lock with `bevy-extensions lock`, look at what changes, and keep it",
    );
    here(&locked, &lamps);
}

#[test]
fn an_extension_that_differs_is_refused_if_it_is_locked() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    good(&store, &lamps);
    store.save_lock([&lamps], []).unwrap();

    let locked = town.store_with("locked: true,", ALLOWED);
    assert!(locked.refused([&lamps], []).is_empty());
    let told = |candidate| match &locked.refused([&candidate], [])[..] {
        [(name, why)] => format!("{name}: {} cannot run here: {}", why.what, why.why),
        other => panic!("{other:?}"),
    };
    let mut newer = lamps.clone();
    newer.manifest.version = "1.1.0".parse().unwrap();
    assert_eq!(
        told(newer),
        "Lamps: it cannot run here: `locked` is set, and the lock has version 1.0.0 instead of 1.1.0"
    );
    let other = extension("Other", &[], &[]);
    assert_eq!(told(other), "Other: it cannot run here: `locked` is set, and the lock does not have it");
}

#[test]
fn a_lock_that_cannot_be_read_is_not_written_over() {
    let town = Town::new();
    town.write("extensions.lock", "(\n    format: 1,\n    extensions: [],\n)");
    let lamps = extension("Lamps", &[("central", "https://repo.example")], &["town:lamp:1.0@glb"]);
    let store = town.store();
    let told = explain(&store.problems()).replace(&town.path().display().to_string(), "..");
    assert_eq!(
        told.trim_end(),
        "error: the lock is wrong: `extensions`: expected opening `{`\n  \
           in: extensions.lock:3:17\n  \
           hint: correct the value of `extensions`, or remove the file, so that everything is chosen anew",
    );
    assert!(refused(&store, &lamps).starts_with("town:lamp:1.0@glb: the lock is wrong: "));
    assert!(here(&store, &extension("Quiet", &[], &[])).is_empty(), "whoever asks for nothing does not mind");
    assert!(store.save_lock([&lamps], []).is_err());
    assert_eq!(town.read("extensions.lock"), "(\n    format: 1,\n    extensions: [],\n)");
}

#[test]
fn an_update_is_a_deliberate_act() {
    let content = Arc::new(Mutex::new("light"));
    let server = Server::with(&content);
    let town = Town::new();
    let lamps = extension("Lamps", &[("central", server.address())], &["town:lamp:1@glb", "town:bench:1@glb"]);
    let store = town.store();
    good(&store, &lamps);
    *content.lock().unwrap() = "sunshine";
    assert_eq!(good(&store, &lamps).file("lamp").unwrap().read().unwrap(), b"light");

    let lamp = lamps.manifest.external.artifacts[0].artifact.clone();
    let mut update = store.update([&lamps], &Update::One(lamp));
    assert!(update.wait(crate::town::LIMIT));
    let artifacts = update.take_done().remove(0).1.unwrap();
    assert_eq!(artifacts.file("lamp").unwrap().read().unwrap(), b"sunshine");
    assert_eq!(artifacts.file("bench").unwrap().read().unwrap(), b"light");

    *content.lock().unwrap() = "moonshine";
    let mut update = store.update([&lamps], &Update::All);
    assert!(update.wait(crate::town::LIMIT));
    let artifacts = update.take_done().remove(0).1.unwrap();
    assert_eq!(artifacts.file("lamp").unwrap().read().unwrap(), b"moonshine");
    assert_eq!(artifacts.file("bench").unwrap().read().unwrap(), b"moonshine");
    store.save_lock([&lamps], []).unwrap();
    assert!(town.read("extensions.lock").contains(&sha256(b"moonshine")));
}

#[test]
fn folders_that_are_called_alike_are_not_the_same() {
    let town = Town::new();
    let ask = |name: &str| {
        town.write(&format!("extensions/{}/libs/town/lamp/1.0/lamp-1.0.glb", name.to_lowercase()), name);
        extension(name, &[("libs", "file:libs")], &["town:lamp:1.0@glb"])
    };
    let (lamps, streets) = (ask("Lamps"), ask("Streets"));
    let read = |store| {
        let light = |extension| good(&store, extension).file("lamp").unwrap().read().unwrap();
        [light(&lamps), light(&streets)].map(|bytes| String::from_utf8(bytes).unwrap())
    };
    let store = town.store();
    assert_eq!(read(store.clone()), ["Lamps", "Streets"]);
    store.save_lock([&lamps, &streets], []).unwrap();
    assert_eq!(read(town.store()), ["Lamps", "Streets"]);
    assert!(town.read("extensions.lock").contains("\"file:libs of Streets\""));
}

#[test]
fn a_new_pin_goes_before_the_lock() {
    let content = Arc::new(Mutex::new("light"));
    let server = Server::with(&content);
    let town = Town::new();
    let store = town.store();
    let repositories = [("central", server.address())];
    good(&store, &extension("Lamps", &repositories, &["town:lamp:1.0@glb"]));
    *content.lock().unwrap() = "sunshine";
    let sha512 = Hash::of(HashKind::Sha512, b"sunshine");
    for pin in [format!("sha512: \"{}\"", sha512.to_hex()), format!("sha256: \"{}\"", sha256(b"sunshine"))] {
        let lamps = extension("Lamps", &repositories, &[&format!("(artifact: \"town:lamp:1.0@glb\", {pin})")]);
        assert_eq!(good(&store, &lamps).file("lamp").unwrap().read().unwrap(), b"sunshine");
        assert!(matches!(store.look(&lamps), Look::Here(_)));
    }
}

#[test]
fn what_minestom_calls_external_dependencies_reads_as_it_stands() {
    let server = Server::with_files(&[("/com/google/vision/2.0.10/vision-2.0.10.jar", b"eyes")]);
    let json = format!(
        r#"{{
            "name": "Seer",
            "externalDependencies": {{
                "repositories": [{{"name": "Central", "url": "{}/"}}],
                "artifacts": ["com.google:vision:2.0.10"]
            }}
        }}"#,
        server.address(),
    );
    let manifest = Manifest::from_json("extensions/seer/extension.json", json.as_bytes()).unwrap();
    let mut seer = extension("Seer", &[], &[]);
    seer.manifest = manifest;
    let town = Town::new();
    let artifacts = fetched(&town.store(), &seer).unwrap();
    assert_eq!(artifacts.file("vision").unwrap().read().unwrap(), b"eyes");
}

#[test]
fn a_repository_that_is_down_takes_nothing_from_the_lock() {
    let (town, second) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let is_down = Arc::new(std::sync::atomic::AtomicU16::new(0));
    let status = is_down.clone();
    let first = Server::new(move |path| match status.load(std::sync::atomic::Ordering::Relaxed) {
        0 if path == LAMP => Answer::File(b"light".to_vec()),
        0 => Answer::Status(404),
        status => Answer::Status(status),
    });
    let lamps = extension("Lamps", &[("first", first.address())], &["town:lamp:1.0@glb"]);
    let streets =
        extension("Streets", &[("first", first.address()), ("second", second.address())], &["town:lamp:1.0@glb"]);
    let store = town.store();
    good(&store, &lamps);
    store.save_lock([&lamps, &streets], []).unwrap();
    let before = town.read("extensions.lock");

    // First it is out of reach, and then it does not have it any more.
    for (status, is_there_still) in [(500, true), (404, false)] {
        is_down.store(status, std::sync::atomic::Ordering::Relaxed);
        std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();
        let store = town.store();
        assert_eq!(good(&store, &streets).file("lamp").unwrap().read().unwrap(), b"light");
        store.save_lock([&lamps, &streets], []).unwrap();
        let lock = town.read("extensions.lock");
        assert_eq!(lock == before, is_there_still, "{lock}");
        assert!(lock.contains(first.address()), "{lock}");
        assert!(store.locked(&lamps)[0].is_some());
        let key = store.locked(&streets)[0].clone().unwrap().0;
        assert_eq!(key.repository == first.address(), is_there_still);
    }
    here(&town.store_with("locked: true,", ALLOWED), &lamps);
}

#[test]
fn what_others_have_written_into_the_lock_meanwhile_stays() {
    let content = Arc::new(Mutex::new("light"));
    let server = Server::with(&content);
    let town = Town::new();
    let repositories = [("central", server.address())];
    let lamps = extension("Lamps", &repositories, &["town:lamp:1@glb"]);
    let benches = extension("Benches", &repositories, &["town:bench:1@glb"]);
    let update = |store: &ArtifactStore, to| {
        *content.lock().unwrap() = to;
        finished(store.update([&lamps], &Update::All)).remove(0).1.unwrap();
    };
    let locked = |content: &str| town.read("extensions.lock").matches(&sha256(content.as_bytes())).count();
    let app = town.store();
    good(&app, &lamps);
    app.save_lock([&lamps], []).unwrap();

    let other = town.store();
    update(&other, "sunshine");
    other.save_lock([&lamps], []).unwrap();
    *content.lock().unwrap() = "wood";
    good(&app, &benches);
    app.save_lock([&lamps, &benches], []).unwrap();
    assert_eq!([locked("light"), locked("sunshine"), locked("wood")], [0, 1, 1], "each has noted one");

    // What it notes itself goes before that, until it is written.
    update(&app, "moonshine");
    app.save_lock([&lamps, &benches], []).unwrap();
    assert_eq!([locked("sunshine"), locked("moonshine")], [0, 1]);
    update(&other, "starlight");
    other.save_lock([&lamps], []).unwrap();
    app.save_lock([&lamps, &benches], []).unwrap();
    assert_eq!([locked("moonshine"), locked("starlight"), locked("wood")], [0, 1, 1]);

    // Without a file, it says what it knows.
    std::fs::remove_file(town.path().join("extensions.lock")).unwrap();
    assert!(app.save_lock([&lamps, &benches], []).unwrap());
    assert_eq!([locked("starlight"), locked("wood")], [1, 1]);
}

#[test]
fn a_pin_of_another_kind_is_compared_with_what_is_in_the_cache() {
    let (town, server) = (Town::new(), Server::with_files(&[(LAMP, b"light")]));
    let repositories = [("central", server.address())];
    let store = town.store();
    good(&store, &extension("Lamps", &repositories, &["town:lamp:1.0@glb"]));
    let pinned = |content: &[u8]| {
        let sha512 = Hash::of(HashKind::Sha512, content).to_hex();
        extension("Lamps", &repositories, &[&format!("(artifact: \"town:lamp:1.0@glb\", sha512: \"{sha512}\")")])
    };
    assert!(store.locked(&pinned(b"light"))[0].is_some());
    assert_eq!(store.locked(&pinned(b"sunshine")), [None]);
    std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();
    assert!(store.locked(&pinned(b"sunshine"))[0].is_some(), "nobody can tell");
}

#[test]
fn an_update_reaches_who_asks_fewer_repositories_too() {
    let content = Arc::new(Mutex::new("light"));
    let (town, first, second) = (Town::new(), Server::with(&content), Server::with(&content));
    let repositories = [("first", first.address()), ("second", second.address())];
    let streets = extension("Streets", &repositories, &["town:lamp:1@glb"]);
    let lamps = extension("Lamps", &repositories[1..], &["town:lamp:1@glb"]);
    // One after the other, so that the first repository has answered before the second is asked.
    let store = town.store_with("", "retries: 0, parallel: 1, allow_http: [\"127.0.0.1\"]");
    good(&store, &streets);
    good(&store, &lamps);
    *content.lock().unwrap() = "sunshine";
    let all = finished(store.update([&streets, &lamps], &Update::All));
    assert_eq!(all.len(), 2);
    for (name, artifacts) in all {
        assert_eq!(artifacts.unwrap().file("lamp").unwrap().read().unwrap(), b"sunshine", "{name}");
    }
}
