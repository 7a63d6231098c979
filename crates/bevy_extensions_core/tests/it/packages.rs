//! Packages of npm: which are chosen, fetched and held.

use std::{collections::BTreeMap, fmt::Write as _, io::Write as _};

use bevy_extensions_core::{
    ArtifactContent, Candidate, ExtensionArtifacts, NpmPackages,
    artifacts::{ArtifactStore, FetchState, Hash, HashKind, Look, Update},
};

use crate::{
    server::{Answer, Server},
    town::{LIMIT, Town, bad, extension, finished, good, here, refused},
};

/// Makes a tarball of one file.
pub fn tarball(content: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "package/index.js", content.as_bytes()).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&tar.into_inner().unwrap()).unwrap();
    packed.finish().unwrap()
}

/// Makes the files of a repository: each line is a package, its version, and what that depends on.
pub fn repository(lines: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut versions) = (BTreeMap::new(), BTreeMap::<_, Vec<String>>::new());
    for line in lines {
        let mut words = line.split(' ');
        let (name, version) = words.next().unwrap().rsplit_once('@').unwrap();
        let bytes = tarball(&format!("exports.name = '{name}@{version}'"));
        let mut text = String::new();
        let dependencies: Vec<_> = words
            .map(|word| word.rsplit_once('@').unwrap())
            .map(|(name, range)| format!("{name:?}: {range:?}"))
            .collect();
        let hash = Hash::of(HashKind::Sha1, &bytes).to_hex();
        let path = format!("{}/-/{version}.tgz", name.replace('/', "%2f"));
        write!(
            text,
            r#"{version:?}: {{"dependencies": {{{}}}, "dist": {{"tarball": {path:?}, "shasum": "{hash}"}}}}"#,
            dependencies.join(", "),
        )
        .unwrap();
        versions.entry(name).or_default().push(text);
        files.insert(format!("/{path}"), bytes);
    }
    for (name, versions) in versions {
        let document = format!(r#"{{"versions": {{{}}}}}"#, versions.join(", "));
        files.insert(format!("/{}", name.replace('/', "%2f")), document.into_bytes());
    }
    files
}

pub fn server(lines: &[&str]) -> Server {
    let files = repository(lines);
    Server::new(move |path| files.get(path).map_or(Answer::Status(404), |bytes| Answer::File(bytes.clone())))
}

/// An extension that asks a server for packages.
pub fn sky(server: &Server, artifacts: &[&str]) -> Candidate {
    extension("Sky", &[("npm", &format!("npm+{}", server.address()))], artifacts)
}

#[track_caller]
pub fn packages<'a>(artifacts: &'a ExtensionArtifacts, name: &str) -> &'a NpmPackages {
    match &artifacts.get(name).unwrap().content {
        ArtifactContent::Npm(packages) => packages,
        other => panic!("{other:?}"),
    }
}

/// Lists packages, each with those that it needs, in a line.
fn listed(packages: &NpmPackages) -> Vec<String> {
    let line = |(id, package): (&String, &bevy_extensions_core::NpmPackage)| {
        let read = package.files.read_text("index.js").unwrap();
        assert_eq!(read, format!("exports.name = '{id}'"), "each has its own files");
        let dependencies: String = package.dependencies.iter().map(|(name, id)| format!(" {name}={id}")).collect();
        format!("{id}{dependencies}")
    };
    packages.packages.iter().map(line).collect()
}

const RAIN: [&str; 5] =
    ["rain@1.4.0 drop@^1 @town/cloud@*", "rain@2.0.0", "@town/cloud@2.0.0 drop@^2 rain@^1", "drop@1.1.0", "drop@2.0.0"];

#[test]
fn a_package_comes_with_all_that_it_needs() {
    let (town, server) = (Town::new(), server(&RAIN));
    let sky = sky(&server, &["rain@^1"]);
    let store = town.store();
    assert!(matches!(store.look(&sky), Look::ToFetch));
    let artifacts = good(&store, &sky);
    let rain = packages(&artifacts, "rain");
    assert_eq!(rain.root, "rain@1.4.0");
    let expected = [
        "@town/cloud@2.0.0 drop=drop@2.0.0 rain=rain@1.4.0",
        "drop@1.1.0",
        "drop@2.0.0",
        "rain@1.4.0 @town/cloud=@town/cloud@2.0.0 drop=drop@1.1.0",
    ];
    assert_eq!(listed(rain), expected);
    assert_eq!(rain.packages["drop@1.1.0"].files.shown("index.js"), "drop@1.1.0/index.js");
    let asked = server.asked();
    assert_eq!(asked.len(), 7, "three documents and four tarballs: {asked:?}");

    store.save_lock([&sky], []).unwrap();
    let artifacts = here(&town.store_with("offline: true, locked: true,", ""), &sky);
    assert_eq!(listed(packages(&artifacts, "rain@^1")), expected);
    assert_eq!(server.asked(), asked, "nobody is asked for what is in the cache");
}

#[test]
fn what_the_lock_has_is_not_chosen_anew() {
    let town = Town::new();
    let old = server(&["rain@1.0.0"]);
    let store = town.store();
    good(&store, &sky(&old, &["rain@^1"]));
    store.save_lock([&sky(&old, &["rain@^1"])], []).unwrap();
    let new = server(&["rain@1.0.0", "rain@1.1.0"]);
    let lock = town.read("extensions.lock").replace(old.address(), new.address());
    town.write("extensions.lock", lock);
    std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();

    let store = town.store();
    let sky = sky(&new, &["rain@^1"]);
    assert_eq!(packages(&good(&store, &sky), "rain").root, "rain@1.0.0");
    assert_eq!(new.asked(), ["/rain/-/1.0.0.tgz"]);
    let all = finished(store.update([&sky], &Update::All));
    assert_eq!(packages(all[0].1.as_ref().unwrap(), "rain").root, "rain@1.1.0");
}

#[test]
fn packages_that_several_need_are_fetched_once() {
    let (town, server) = (Town::new(), server(&["rain@1.0.0 drop@*", "snow@1.0.0 drop@*", "drop@1.0.0"]));
    let sky = sky(&server, &["rain@*", "snow@*", "drop@1"]);
    let artifacts = good(&town.store(), &sky);
    assert_eq!(listed(packages(&artifacts, "snow")), ["drop@1.0.0", "snow@1.0.0 drop=drop@1.0.0"]);
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(asked, ["/drop", "/drop/-/1.0.0.tgz", "/rain", "/rain/-/1.0.0.tgz", "/snow", "/snow/-/1.0.0.tgz"]);
}

#[test]
fn a_folder_is_a_repository_of_npm_too() {
    let town = Town::new();
    write_folder(&town);
    let sky = extension("Sky", &[("assets", "npm+file:../../assets/npm")], &["rain@^1"]);
    let artifacts = good(&town.store_with("offline: true,", ""), &sky);
    assert_eq!(packages(&artifacts, "rain").packages.len(), 4);
}

#[test]
fn the_same_folder_may_lie_behind_any_server() {
    // What servers answer for a folder.
    for folder in [None, Some(Answer::Status(403)), Some(Answer::File(b"<html>a list</html>".to_vec()))] {
        let (town, files) = (Town::new(), folder_files());
        let server = Server::new(move |path| match (files.get(path), &folder) {
            (Some(bytes), _) => Answer::File(bytes.clone()),
            (None, Some(Answer::File(list))) => Answer::File(list.clone()),
            (None, Some(Answer::Status(status))) => Answer::Status(*status),
            _ => Answer::Status(404),
        });
        assert_eq!(packages(&good(&town.store(), &sky(&server, &["rain@^1"])), "rain").packages.len(), 4);
    }
}

/// Makes the files of a repository as they lie in a folder.
fn folder_files() -> BTreeMap<String, Vec<u8>> {
    let file = |(path, bytes): (String, Vec<u8>)| {
        let path = path.replace("%2f", "/");
        let file = if path.ends_with(".tgz") { path } else { format!("{path}/index.json") };
        let bytes = String::from_utf8(bytes.clone()).map_or(bytes, |text| text.replace("%2f", "/").into_bytes());
        (file, bytes)
    };
    repository(&RAIN).into_iter().map(file).collect()
}

pub fn write_folder(town: &Town) {
    town.write("extensions/sky/main.js", "");
    folder_files().into_iter().for_each(|(file, bytes)| town.write(&format!("assets/npm{file}"), bytes));
}

/// Checks what is said of a server.
#[track_caller]
fn check(server: &Server, artifact: &str, expected: &str) {
    let town = Town::new();
    let told = bad(&town.store(), &sky(server, &[artifact]), &[(server.address(), "http://server")]);
    assert_eq!(told, expected);
}

#[test]
fn what_is_not_there() {
    check(
        &server(&[]),
        "rain@1",
        "`npm` has no `http://server/rain`\n\
         hint: check its name and version, and the `repositories` of the manifest",
    );
    check(
        &server(&["rain@1.0.0 drop@1"]),
        "rain@1",
        "in `npm`, `drop` cannot be looked up: `npm` has no `http://server/drop`; it is asked for by `rain@1.0.0`\n\
         hint: check its name and version, and the `repositories` of the manifest",
    );
    check(
        &server(&["rain@1.0.0"]),
        "rain@^2",
        "in `npm`, no version of `rain` is in `^2`; the latest is 1.0.0\n\
         hint: ask for `rain@^1.0.0` if that will do",
    );
    check(
        &server(&["rain@1.0.0 drop@github:town/drop"]),
        "rain@1",
        "in `npm`, `drop` is wanted as `github:town/drop`, which is a Git repository; only versions of a registry are \
         fetched; it is asked for by `rain@1.0.0`\n\
         hint: take a version of it that is published, or put its files beside the script",
    );
}

#[test]
fn a_document_that_is_none() {
    check(
        &Server::new(|_| Answer::File(b"<html>".to_vec())),
        "rain@1",
        "`npm` has no document of npm at `http://server/rain`: it is no document of a package: expected value at line 1 \
         column 1\n\
         hint: check the address of the repository",
    );
}

#[test]
fn a_document_without_end() {
    check(
        &Server::saying(b"HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n"),
        "rain@1",
        "`npm` sends more than 64 MiB of `http://server/rain`\n\
         hint: check the address of the repository",
    );
}

/// A server with one package, whose tarball is replaced.
fn with_tarball(bytes: Vec<u8>) -> (Server, String) {
    let files = repository(&["rain@1.0.0"]);
    let expected = Hash::of(HashKind::Sha1, &files["/rain/-/1.0.0.tgz"]).to_string();
    let server = Server::new(move |path| match path {
        "/rain" => Answer::File(files["/rain"].clone()),
        _ => Answer::File(bytes.clone()),
    });
    (server, expected)
}

#[test]
fn a_tarball_with_a_wrong_hash() {
    let other = tarball("steal()");
    let found = Hash::of(HashKind::Sha1, &other);
    let (server, expected) = with_tarball(other);
    let town = Town::new();
    assert_eq!(
        bad(&town.store(), &sky(&server, &["rain@1"]), &[(server.address(), "http://server")]),
        format!(
            "the content of `http://server/rain/-/1.0.0.tgz` from `npm` is {found}, but it should be {expected}\n\
             hint: try again later, and tell whoever keeps the repository if it stays so",
        ),
    );
    assert!(town.cached().is_empty(), "nothing is kept of it");
}

#[test]
fn a_pinned_package() {
    let server = server(&["rain@1.0.0"]);
    let right = Hash::of(HashKind::Sha256, &repository(&["rain@1.0.0"])["/rain/-/1.0.0.tgz"]).to_hex();
    let town = Town::new();
    good(&town.store(), &sky(&server, &[&format!("(artifact: \"rain@1\", sha256: \"{right}\")")]));
    let (wrong, town) = ("0".repeat(64), Town::new());
    assert_eq!(
        bad(
            &town.store(),
            &sky(&server, &[&format!("(artifact: \"rain@1\", sha256: \"{wrong}\")")]),
            &[(server.address(), "http://server")],
        ),
        format!(
            "the content of `http://server/rain/-/1.0.0.tgz` from `npm` is sha256:{right}, but the manifest wants \
             sha256:{wrong}\n\
             hint: ask whoever made the extension which content is the right one, and use neither until then",
        ),
    );
    assert!(town.cached().is_empty(), "nothing is kept of it");
}

#[test]
fn what_the_lock_expects_is_not_what_a_document_says() {
    let (town, server) = (Town::new(), server(&["rain@1.0.0 drop@*", "snow@1.0.0 drop@*", "drop@1.0.0"]));
    let sky = sky(&server, &["rain@1"]);
    let store = town.store();
    good(&store, &sky);
    store.save_lock([&sky], []).unwrap();
    let drop = Hash::of(HashKind::Sha1, &tarball("exports.name = 'drop@1.0.0'"));
    let other = Hash::of(HashKind::Sha1, b"other");
    let written = |hash: Hash| bevy_extensions_core::artifacts::npm::Integrity::from(hash).to_string();
    let lock = town.read("extensions.lock").replace(&written(drop), &written(other));
    assert!(lock.contains(&written(other)));
    town.write("extensions.lock", lock);
    std::fs::remove_dir_all(town.path().join("extensions/.libs")).unwrap();

    let hill = extension("Hill", &[("npm", &format!("npm+{}", server.address()))], &["snow@1"]);
    let all: BTreeMap<_, _> = finished(town.store().fetch([&sky, &hill])).into_iter().collect();
    let [(_, hill), (_, sky)] = all.iter().collect::<Vec<_>>()[..] else { panic!("there are two") };
    assert_eq!(packages(hill.as_ref().unwrap(), "snow").packages.len(), 2);
    assert_eq!(
        sky.as_ref().unwrap_err()[0].to_string().replace(server.address(), "http://server"),
        format!("the content of `http://server/drop/-/1.0.0.tgz` from `npm` is {drop}, but the lock has {other}"),
    );
}

#[test]
fn what_is_not_fetched_any_more_has_an_end_too() {
    let needs: Vec<_> = (0..20).map(|number| format!("drop{number}@1.0.0")).collect();
    let lines: Vec<_> = [format!("rain@1.0.0 {}", needs.join(" "))].into_iter().chain(needs).collect();
    let files = repository(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let server = Server::new(move |path| match path.ends_with(".tgz") {
        true => Answer::Status(404),
        false => files.get(path).map_or(Answer::Status(404), |bytes| Answer::File(bytes.clone())),
    });
    let town = Town::new();
    let store = town.store_with("", "parallel: 1, retries: 0, allow_http: [\"127.0.0.1\"]");
    let mut fetching = store.fetch([&sky(&server, &["rain@1"])]);
    assert!(fetching.wait(LIMIT));
    assert!(fetching.take_done()[0].1.is_err());
    let progress = fetching.progress();
    assert_eq!(progress.len(), 22);
    assert!(progress.iter().all(|file| file.state == FetchState::Failed), "{progress:?}");
}

#[test]
fn a_tarball_that_is_none() {
    let bytes = b"no tarball".to_vec();
    let hash = Hash::of(HashKind::Sha1, &bytes).to_hex();
    let document = format!(r#"{{"versions": {{"1.0.0": {{"dist": {{"tarball": "rain.tgz", "shasum": "{hash}"}}}}}}}}"#);
    let server = Server::new(move |path| match path {
        "/rain" => Answer::File(document.clone().into_bytes()),
        _ => Answer::File(bytes.clone()),
    });
    check(
        &server,
        "rain@1",
        "`rain@1.0.0` cannot be used: it is no good archive: invalid gzip header\n\
         hint: ask for another version of the package, or put its files beside the script",
    );
}

#[test]
fn a_tarball_that_lies_elsewhere() {
    let document = |tarball: &str| {
        let shasum = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        let text =
            format!(r#"{{"versions": {{"1.0.0": {{"dist": {{"tarball": "{tarball}", "shasum": "{shasum}"}}}}}}}}"#);
        Server::new(move |_| Answer::File(text.clone().into_bytes()))
    };
    check(
        &document("file:///etc/passwd"),
        "rain@1",
        "in `npm`, `rain@1.0.0` cannot be used: its tarball is at `file:///etc/passwd`, and what lies on a disk is written as a \
         path within the repository\n\
         hint: ask for another version",
    );
    check(
        &document("../../secret.tgz"),
        "rain@1",
        "in `npm`, `rain@1.0.0` cannot be used: its tarball is at `../../secret.tgz`, and that is no path within the \
         repository\n\
         hint: ask for another version",
    );
}

#[test]
fn a_folder_that_names_tarballs_on_the_web_leaves_it_to_the_next_repository() {
    let (town, server) = (Town::new(), server(&["rain@1.0.0"]));
    town.write("extensions/sky/main.js", "");
    town.write(
        "assets/npm/rain/index.json",
        r#"{"versions": {"1.0.0": {"dist": {
            "tarball": "https://npm.example/rain.tgz", "shasum": "da39a3ee5e6b4b0d3255bfef95601890afd80709"
        }}}}"#,
    );
    let (assets, npm) = (("assets", "npm+file:../../assets/npm"), format!("npm+{}", server.address()));
    assert_eq!(
        bad(&town.store(), &extension("Sky", &[assets], &["rain@1"]), &[]),
        "in `assets`, `rain@1.0.0` cannot be used: its tarball is at `https://npm.example/rain.tgz`, and a folder has only \
         what lies in it\n\
         hint: ask for another version",
    );
    let artifacts = good(&town.store(), &extension("Sky", &[assets, ("npm", &npm)], &["rain@1"]));
    assert_eq!(packages(&artifacts, "rain").root, "rain@1.0.0");
}

#[test]
fn all_of_a_tree_comes_from_one_repository() {
    let (first, second) = (server(&["rain@1.0.0 drop@*"]), server(&["rain@1.0.0 drop@*", "drop@1.0.0"]));
    let repositories = [("first", format!("npm+{}", first.address())), ("second", format!("npm+{}", second.address()))];
    let repositories: Vec<_> = repositories.iter().map(|(name, url)| (*name, url.as_str())).collect();
    let town = Town::new();
    let sky = extension("Sky", &repositories, &["rain@1"]);
    let store: ArtifactStore = town.store();
    good(&store, &sky);
    assert_eq!(first.asked(), ["/rain", "/drop", "/drop/index.json"]);
    assert!(second.asked().contains(&"/drop/-/1.0.0.tgz".to_string()));
}

#[test]
fn offline_nobody_is_asked() {
    let server = server(&["rain@1.0.0"]);
    assert_eq!(
        refused(&Town::new().store_with("offline: true,", ""), &sky(&server, &["rain@1"])),
        "rain@1: it is not in the cache, and `offline` is set\n\
         hint: fetch it with `bevy-extensions fetch --offline=false`, or start once without `offline`",
    );
    assert!(server.asked().is_empty());
}

#[test]
fn an_update_of_one_package_leaves_what_it_needs_and_still_fits() {
    let town = Town::new();
    let old = server(&["rain@1.0.0 drop@^1 cloud@*", "drop@1.0.0", "cloud@1.0.0"]);
    let store = town.store();
    good(&store, &sky(&old, &["rain@^1"]));
    store.save_lock([&sky(&old, &["rain@^1"])], []).unwrap();
    let new = server(&[
        "rain@1.0.0 drop@^1 cloud@*",
        "rain@1.1.0 drop@^1 cloud@^2",
        "drop@1.0.0",
        "drop@1.1.0",
        "cloud@1.0.0",
        "cloud@2.0.0",
    ]);
    let lock = town.read("extensions.lock").replace(old.address(), new.address());
    town.write("extensions.lock", lock);

    let (store, sky) = (town.store(), sky(&new, &["rain@^1"]));
    let update = |which: &Update| {
        let all = finished(store.update([&sky], which));
        listed(packages(all[0].1.as_ref().unwrap(), "rain"))
    };
    let one = Update::One(sky.manifest.external.artifacts[0].artifact.clone());
    assert_eq!(update(&one), ["cloud@2.0.0", "drop@1.0.0", "rain@1.1.0 cloud=cloud@2.0.0 drop=drop@1.0.0"]);
    assert_eq!(update(&Update::All), ["cloud@2.0.0", "drop@1.1.0", "rain@1.1.0 cloud=cloud@2.0.0 drop=drop@1.1.0"]);
}

#[test]
fn packages_that_should_not_be_used_any_more_are_told() {
    let files = repository(&["rain@1.0.0"]);
    let document = String::from_utf8(files["/rain"].clone()).unwrap();
    let document = document.replace(r#""1.0.0": {"#, r#""1.0.0": {"deprecated": "take snow","#);
    let tarball = files["/rain/-/1.0.0.tgz"].clone();
    let server = Server::new(move |path| match path {
        "/rain" => Answer::File(document.clone().into_bytes()),
        _ => Answer::File(tarball.clone()),
    });
    let town = Town::new();
    let mut fetching = town.store().fetch([&sky(&server, &["rain@1"])]);
    assert!(fetching.wait(LIMIT));
    assert!(fetching.take_done()[0].1.is_ok());
    let told: Vec<_> = fetching.deprecated().iter().map(|(id, why)| format!("{id}: {why}")).collect();
    assert_eq!(told, ["rain@1.0.0: take snow"]);
}
