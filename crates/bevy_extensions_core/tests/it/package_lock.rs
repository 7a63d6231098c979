//! What the lock says of packages of npm, and who heeds it.

use bevy_extensions_core::artifacts::{Hash, HashKind, Update};

use crate::{
    packages::{packages, repository, server, sky, tarball, write_folder},
    server::{Answer, Server},
    town::{ALLOWED, Town, bad, extension, finished, good, here, refused},
};

/// Checks what is said of a tarball that somebody has written into the lock.
#[track_caller]
fn check_lock(locked: impl Fn(&str) -> String, expected: &str) {
    let (town, server) = (Town::new(), server(&["rain@1.0.0"]));
    let sky = sky(&server, &["rain@1"]);
    let store = town.store();
    good(&store, &sky);
    store.save_lock([&sky], []).unwrap();
    let own = format!("{}/rain/-/1.0.0.tgz", server.address());
    let lock = town.read("extensions.lock");
    assert!(lock.contains(&own));
    town.write("extensions.lock", lock.replace(&own, &locked(server.address())));
    std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();
    let asked = server.asked();
    assert_eq!(bad(&town.store(), &sky, &[(server.address(), "http://server")]), expected);
    assert_eq!(server.asked(), asked, "nobody is asked");
}

#[test]
fn a_lock_leads_nowhere_else_than_a_document() {
    let hint = "hint: update the artifact, or ask for another version";
    check_lock(
        |server| format!("{server}/../secret.tgz"),
        &format!(
            "`rain@1.0.0` cannot be used: its tarball is at `http://server/../secret.tgz`, and that is no address of a \
             file\n{hint}"
        ),
    );
    check_lock(
        |_| "http://other.example/rain.tgz".into(),
        &format!(
            "`rain@1.0.0` cannot be used: its tarball is at `http://other.example/rain.tgz`, and only the repository itself \
             may send it there without `https:`\n{hint}"
        ),
    );
    check_lock(
        |_| "file:///etc/passwd".into(),
        &format!(
            "`rain@1.0.0` cannot be used: its tarball is at `file:///etc/passwd`, and what lies on a disk is written as a \
             path within the repository\n{hint}"
        ),
    );
}

#[test]
fn a_lock_leads_out_of_no_folder() {
    let town = Town::new();
    write_folder(&town);
    town.write("secret.tgz", tarball("exports.name = 'rain@1.4.0'"));
    let sky = extension("Sky", &[("assets", "npm+file:../../assets/npm")], &["drop@^1"]);
    let store = town.store();
    good(&store, &sky);
    store.save_lock([&sky], []).unwrap();
    let lock = town.read("extensions.lock");
    town.write("extensions.lock", lock.replace("/npm/drop/-/1.1.0.tgz", "/npm/../../secret.tgz"));
    std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();
    assert_eq!(
        bad(&town.store(), &sky, &[]),
        "`drop@1.1.0` cannot be used: its tarball is at `file:../../assets/npm/../../secret.tgz`, and that is no path within \
         the repository\n\
         hint: update the artifact, or ask for another version",
    );
}

#[test]
fn a_package_that_cannot_be_unpacked_leaves_the_lock_as_it_was() {
    let (town, old) = (Town::new(), server(&["rain@1.0.0"]));
    let store = town.store();
    good(&store, &sky(&old, &["rain@^1"]));
    store.save_lock([&sky(&old, &["rain@^1"])], []).unwrap();

    // Its hash is right, so that nothing but unpacking finds it out.
    let (mut files, broken) = (repository(&["rain@1.0.0", "rain@1.1.0"]), b"no tarball".to_vec());
    let before = files.insert("/rain/-/1.1.0.tgz".into(), broken.clone()).unwrap();
    let sha1 = |bytes: &[u8]| Hash::of(HashKind::Sha1, bytes).to_hex();
    let document = String::from_utf8(files["/rain"].clone()).unwrap().replace(&sha1(&before), &sha1(&broken));
    files.insert("/rain".into(), document.into_bytes());
    let new = Server::new(move |path| files.get(path).map_or(Answer::Status(404), |bytes| Answer::File(bytes.clone())));
    let before = town.read("extensions.lock").replace(old.address(), new.address());
    town.write("extensions.lock", &before);

    let (store, sky) = (town.store(), sky(&new, &["rain@^1"]));
    let errors = finished(store.update([&sky], &Update::All)).remove(0).1.unwrap_err();
    assert_eq!(errors[0].to_string(), "`rain@1.1.0` cannot be used: it is no good archive: invalid gzip header");
    store.save_lock([&sky], []).unwrap();
    assert_eq!(town.read("extensions.lock"), before);
    assert_eq!(packages(&here(&town.store(), &sky), "rain").root, "rain@1.0.0");
}

#[test]
fn a_new_pin_goes_before_the_lock() {
    for kind in [HashKind::Sha1, HashKind::Sha256] {
        let (town, old) = (Town::new(), server(&["rain@1.0.0"]));
        let store = town.store();
        good(&store, &sky(&old, &["rain@^1"]));
        store.save_lock([&sky(&old, &["rain@^1"])], []).unwrap();
        let new = server(&["rain@1.0.0", "rain@1.1.0"]);
        let lock = town.read("extensions.lock").replace(old.address(), new.address());
        town.write("extensions.lock", lock);

        let hash = |version: &str| {
            Hash::of(kind, &repository(&[version])[&format!("{}.tgz", version.replace("rain@", "/rain/-/"))])
        };
        let pinned = |hash: &Hash| sky(&new, &[&format!("(artifact: \"rain@^1\", {kind}: \"{}\")", hash.to_hex())]);
        let (first, second) = (hash("rain@1.0.0"), hash("rain@1.1.0"));
        assert!(town.store().locked(&pinned(&first))[0].is_some(), "it is what the lock has");
        assert_eq!(town.store().locked(&pinned(&second)), [None]);
        let sha1 = Hash::of(HashKind::Sha1, &repository(&["rain@1.0.0"])["/rain/-/1.0.0.tgz"]);
        assert_eq!(
            refused(&town.store_with("locked: true,", ALLOWED), &pinned(&second)),
            format!(
                "rain@^1: `locked` is set, and the lock has it with {sha1}, but the manifest wants {second}\n\
                 hint: update the lock with `bevy-extensions lock`, look at what changes, and keep it"
            ),
        );
        assert_eq!(packages(&good(&town.store(), &pinned(&second)), "rain").root, "rain@1.1.0");

        // Where nothing is in the cache, what the lock has may still be what is pinned.
        std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();
        assert_eq!(packages(&good(&town.store(), &pinned(&first)), "rain").root, "rain@1.0.0");
    }
}
