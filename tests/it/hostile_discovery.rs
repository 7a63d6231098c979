//! What lies in the folders for extensions and wants to do harm, or is in a sorry state: the rest is found all the same.

use std::{
    fs,
    io::{Cursor, Write},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use bevy_extensions_core::{ArchiveError, ExtensionFiles, FileError, LARGEST_FILE, MOST_ENTRIES};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::discovery::Ground;

/// An archive of files; a name that ends with `/` is a folder.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        if name.ends_with('/') {
            writer.add_directory(*name, SimpleFileOptions::default()).unwrap();
        } else {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// The same with all places of a text replaced by another that is as long.
fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    for start in 0..bytes.len().saturating_sub(from.len() - 1) {
        if bytes[start..].starts_with(from) {
            bytes[start..start + from.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[track_caller]
fn check_archive(bytes: &[u8], expected: &str) {
    let error = ExtensionFiles::archive("weather.zip", bytes).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

const RON: &[u8] = br#"(name: "Weather", version: "1.2.0")"#;

#[test]
fn an_archive_is_an_extension_with_or_without_its_folder() {
    let ground = Ground::new(&[("extensions/aa.js", "")]);
    let files: &[(&str, &[u8])] = &[("extension.ron", RON), ("main.js", b"1"), ("lib/", b""), ("lib/rain.js", b"2")];
    ground.write("extensions/bare.zip", &zip(files));
    let files: &[(&str, &[u8])] = &[
        ("sky/", b""),
        ("sky/main.js", b"//@extension version 2.0.0"),
        ("__MACOSX/sky/._main.js", b""),
        ("sky/.DS_Store", b""),
    ];
    ground.write("extensions/my-sky.ZIP", &zip(files));
    ground.check(
        &[
            "aa 0.0.0 extensions/aa.js",
            "Weather 1.2.0 extensions/bare.zip/main.js",
            "my_sky 2.0.0 extensions/my-sky.ZIP/sky/main.js",
        ],
        "",
    );
    let found = ground.discover().found;
    assert_eq!(found[1].files.read("./lib/rain.js").unwrap(), b"2");
    assert_eq!(found[2].files.read("sky/main.js"), Err(FileError::Missing { path: "sky/main.js".into() }));
    assert!(fs::read_dir(ground.path("extensions")).unwrap().count() == 3, "nothing is unpacked to disk");
}

#[test]
fn an_archive_that_is_no_extension_is_told() {
    let ground = Ground::new(&[("extensions/bad.zip", "PK no archive")]);
    ground.write("extensions/empty.zip", &zip(&[]));
    ground.write("extensions/pictures.zip", &zip(&[("sun.png", b""), ("rain.png", b"")]));
    ground.write("extensions/two.zip", &zip(&[("a/extension.ron", RON), ("b/extension.ron", RON)]));
    let nothing = |name: &str| {
        format!(
            "error: `extensions/{name}` is left out: it has neither a manifest nor a `main.js` or `index.js`\n  \
               in: extensions/{name}\n  \
               hint: add a `main.js`, or an `extension.ron` that names an `entrypoint`\n"
        )
    };
    ground.check(
        &[],
        &[
            "error: `extensions/bad.zip` is left out: it is no good archive: invalid Zip archive: Could not find EOCD\n  \
               in: extensions/bad.zip\n  \
               hint: fetch or pack it again, as a `.zip`\n",
            &nothing("empty.zip"),
            &nothing("pictures.zip"),
            "notice: `extensions/two.zip` is no extension, but `a` in it is: only its own folder is looked at\n  \
               in: extensions/two.zip\n  \
               hint: move `a` up, beside the other extensions\n",
        ]
        .concat(),
    );
}

#[test]
fn an_entry_that_leads_out_of_an_archive_is_refused() {
    let with = |name: &str| {
        let stand_in = "x".repeat(name.len());
        replaced(zip(&[(&stand_in, b"")]), stand_in.as_bytes(), name.as_bytes())
    };
    let of = |name: &str, why: &str| format!("its entry `{name}` is no file of the extension: {why}");
    check_archive(&with("../main.js"), &of("../main.js", "`..` may lead out of its folder"));
    check_archive(&with("lib/../../main.js"), &of("lib/../../main.js", "`..` may lead out of its folder"));
    check_archive(&with("../lib/"), &of("../lib/", "`..` may lead out of its folder"));
    check_archive(&with("/etc/passwd"), &of("/etc/passwd", "it is absolute"));
    check_archive(&with("C:/main.js"), &of("C:/main.js", "it begins with a drive"));
    check_archive(&with("..\\main.js"), &of("..\\main.js", "it has a `\\`, and only `/` stands between folders"));
    check_archive(&with("main.js\0"), &of("main.js\0", "it has a character that no path has"));
    let not_utf8 = replaced(zip(&[("xx", b"")]), b"xx", b"\xff\xfe");
    check_archive(&not_utf8, &of("\u{fffd}\u{fffd}", "its name is not UTF-8"));
}

#[test]
fn an_entry_that_is_there_twice_is_refused() {
    let same_name = replaced(zip(&[("aa.js", b"1"), ("bb.js", b"2")]), b"bb.js", b"aa.js");
    check_archive(&same_name, "it is no good archive: two of its entries have the same name");
    check_archive(&zip(&[("main.js", b"1"), ("./main.js", b"2")]), "its entry `./main.js` is there twice");
}

#[test]
fn links_and_what_is_encrypted_are_refused_in_archives() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink("main.js", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    check_archive(&writer.finish().unwrap().into_inner(), "its entry `main.js` is a link");

    let mut encrypted = zip(&[("main.js", b"1")]);
    // The flags stand six bytes into the local header, and eight into that of the directory.
    encrypted[6] |= 1;
    let directory = encrypted.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
    encrypted[directory + 8] |= 1;
    check_archive(&encrypted, "its entry `main.js` is encrypted");
}

#[test]
fn an_archive_keeps_to_its_bounds_whatever_it_says_of_itself() {
    let names: Vec<String> = (0..=MOST_ENTRIES).map(|index| index.to_string()).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    check_archive(&zip(&many), "it has more than 4096 entries");

    let deep = "a/".repeat(32);
    let too_deep = format!("its entry `{deep}b` lies more than 32 folders deep");
    check_archive(&zip(&[(&deep, b""), (&format!("{deep}b"), b"")]), &too_deep);

    let large = vec![0; LARGEST_FILE as usize + 1];
    check_archive(
        &zip(&[("main.js", &large)]),
        "its entry `main.js` is more than 200 times larger than in the archive",
    );
    let small = vec![0; 2 << 20];
    check_archive(
        &zip(&[("main.js", &small)]),
        "its entry `main.js` is more than 200 times larger than in the archive",
    );
    assert!(ExtensionFiles::archive("a.zip", &zip(&[("main.js", &small[..1 << 20])])).is_ok(), "small ones may");

    let stored = |files: &[(String, &[u8])]| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            writer.start_file(name.as_str(), options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    check_archive(&stored(&[("main.js".into(), &large)]), "its entry `main.js` is larger than 16 MiB");
    let five: Vec<_> = (0..5).map(|index| (index.to_string(), &large[1..])).collect();
    assert_eq!(ExtensionFiles::archive("a.zip", &stored(&five)).unwrap_err(), ArchiveError::TooLarge);
    // Packed a hundred times smaller, each keeps to its own bounds, and together they do not.
    let noise: Vec<u8> =
        (0..LARGEST_FILE as usize).map(|index| if index % 400 == 0 { (index / 400 % 251) as u8 } else { 0 }).collect();
    let five: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| (name, &noise[..])).to_vec();
    assert_eq!(ExtensionFiles::archive("a.zip", &zip(&five)).unwrap_err(), ArchiveError::TooLarge);
}

#[test]
fn an_archive_that_lies_about_itself_is_read_within_its_bounds_or_told() {
    let honest = zip(&[("main.js", b"rain rain rain rain rain rain")]);
    let directory = honest.windows(4).position(|it| it == b"PK\x01\x02").unwrap();
    // The checksum, the packed size and the size stand there, each of four bytes.
    for place in directory + 16..directory + 28 {
        for bit in 0..8 {
            let mut lie = honest.clone();
            lie[place] ^= 1 << bit;
            match ExtensionFiles::archive("weather.zip", &lie) {
                Ok(files) => assert_eq!(files.read("main.js").unwrap(), b"rain rain rain rain rain rain"),
                Err(error) => assert!(error.to_string().starts_with("its entry `main.js` cannot be read: "), "{error}"),
            }
        }
    }
    let mut wrong_sum = honest.clone();
    wrong_sum[directory + 16] ^= 1;
    check_archive(&wrong_sum, "its entry `main.js` cannot be read: Invalid checksum");
}

#[test]
fn a_file_that_is_too_large_is_told() {
    let ground = Ground::new(&[("extensions/aa.js", ""), ("extensions/big/extension.ron", "")]);
    fs::File::create(ground.path("extensions/big/extension.ron")).unwrap().set_len(LARGEST_FILE + 1).unwrap();
    fs::File::create(ground.path("extensions/big.zip")).unwrap().set_len((64 << 20) + 1).unwrap();
    ground.check(
        &["aa 0.0.0 extensions/aa.js"],
        "error: `extensions/big` is left out: `extension.ron` is larger than 16 MiB\n  \
           in: extensions/big\n  \
           hint: divide it into smaller ones\n\
         error: `extensions/big.zip` is left out: it holds more than 64 MiB\n  \
           in: extensions/big.zip\n  \
           hint: unpack it into a folder, or leave out what is not needed\n",
    );
}

#[test]
fn a_single_script_sees_no_file_but_itself() {
    let ground = Ground::new(&[("extensions/aa.js", "own"), ("extensions/bb.js", "theirs")]);
    let found = ground.discover().found.remove(0);
    assert_eq!(found.files.read("aa.js").unwrap(), b"own");
    assert_eq!(found.files.read("bb.js"), Err(FileError::Missing { path: "bb.js".into() }));
    assert!(!found.files.contains("bb.js") && !found.files.contains("../extensions/bb.js"));
}

#[test]
fn a_folder_in_the_place_of_a_file_is_told() {
    let ground = Ground::new(&[
        ("extensions/a/extension.ron/", ""),
        ("extensions/bb.js/main.js", ""),
        ("extensions/cc/main.js/", ""),
        ("extensions/cc/index.js", ""),
    ]);
    ground.check(
        &["bb 0.0.0 extensions/bb.js/main.js", "cc 0.0.0 extensions/cc/index.js"],
        "error: `extensions/a` is left out: `extension.ron` is no file\n  \
           in: extensions/a\n  \
           hint: put a file in the place of `extension.ron`\n",
    );
}

#[test]
fn a_folder_that_changes_while_it_is_read_does_no_harm() {
    let ground = Ground::new(&[("extensions/aa.js", "")]);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for index in 0..20 {
                    let folder = ground.path(&format!("extensions/bb{index}"));
                    _ = fs::create_dir(&folder);
                    _ = fs::write(folder.join("extension.json"), br#"{"name": "Bb", "version": "1.0.0"}"#);
                    _ = fs::write(folder.join("main.js"), "rain();".repeat(index * 1000));
                    _ = fs::remove_dir_all(&folder);
                }
            }
        });
        for _ in 0..300 {
            let found = ground.discover().found;
            assert_eq!(found[0].candidate.manifest.name, "aa");
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_file_that_is_replaced_while_it_is_read_is_the_old_or_the_new_one() {
    let ground = Ground::new(&[("extensions/aa/main.js", "")]);
    let (old, new) = (vec![b'o'; 300_000], vec![b'n'; 200_000]);
    ground.write("extensions/aa/main.js", &old);
    let done = AtomicBool::new(false);
    let files = ExtensionFiles::folder(&ground.path("extensions/aa"));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for content in [&new, &old] {
                    fs::write(ground.path("next"), content).unwrap();
                    fs::rename(ground.path("next"), ground.path("extensions/aa/main.js")).unwrap();
                }
            }
        });
        for _ in 0..300 {
            let read = files.read("main.js").unwrap();
            assert!(read == old || read == new, "{} bytes are a mixture", read.len());
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[cfg(unix)]
mod unix {
    use std::{
        ffi::OsStr,
        fs::{self, Permissions},
        os::unix::{
            ffi::OsStrExt,
            fs::{PermissionsExt, symlink},
            process::CommandExt,
        },
        path::PathBuf,
        process::Command,
    };

    use bevy_extensions_core::{ExtensionFiles, FileError, Folders, HostSettings, discover, explain};

    use crate::discovery::Ground;

    #[test]
    fn links_are_followed_and_loops_survive() {
        let ground = Ground::new(&[
            ("elsewhere/weather/main.js", "//@extension name Weather"),
            ("elsewhere/time.js", "//@extension name Time"),
            ("extensions/aa.js", ""),
        ]);
        let link = |to: &str, from: &str| symlink(to, ground.path("extensions").join(from)).unwrap();
        link("../elsewhere/weather", "weather");
        link("../elsewhere/time.js", "time.js");
        link(".", "here");
        link("..", "up");
        link("/", "root");
        link("self.js", "self.js");
        link("gone.js", "dangling.js");
        ground.check(
            &["aa 0.0.0 extensions/aa.js", "Time 0.0.0 extensions/time.js", "Weather 0.0.0 extensions/weather/main.js"],
            "warning: `extensions/dangling.js` is a link to what is not there\n  \
               in: extensions/dangling.js\n  \
               hint: remove the link, or restore what it leads to\n\
             notice: `extensions/here` is a link to a folder that holds it, and is not searched\n  \
               in: extensions/here\n  \
               hint: remove the link\n\
             notice: `extensions/root` is a link to a folder that holds it, and is not searched\n  \
               in: extensions/root\n  \
               hint: remove the link\n\
             error: `extensions/self.js` cannot be read: Too many levels of symbolic links (os error 40)\n  \
               in: extensions/self.js\n  \
               hint: check that this user may read it\n\
             notice: `extensions/up` is a link to a folder that holds it, and is not searched\n  \
               in: extensions/up\n  \
               hint: remove the link\n",
        );
    }

    #[test]
    fn a_directory_that_is_a_link_to_another_is_searched_once() {
        let ground = Ground::new(&[("extensions/aa.js", ""), ("assets/", "")]);
        symlink("../extensions", ground.path("assets/extensions")).unwrap();
        ground.check(&["aa 0.0.0 assets/extensions/aa.js"], "");
    }

    #[test]
    fn a_link_out_of_the_folder_of_an_extension_is_refused() {
        let ground = Ground::new(&[
            ("secret", "secret"),
            ("extensions/a/", ""),
            ("extensions/b/extension.ron", r#"(name: "Bb", version: "1.0.0", entrypoint: "lib/out.js")"#),
            ("extensions/b/lib/", ""),
            ("extensions/cc/lib/real.js", "own"),
        ]);
        symlink("../../secret", ground.path("extensions/a/main.js")).unwrap();
        symlink("../../../secret", ground.path("extensions/b/lib/out.js")).unwrap();
        symlink("lib/real.js", ground.path("extensions/cc/main.js")).unwrap();
        symlink("..", ground.path("extensions/cc/up")).unwrap();
        ground.check(
            &["Bb 1.0.0 extensions/b/lib/out.js", "cc 0.0.0 extensions/cc/main.js"],
            "error: `extensions/a` is left out: `main.js` is no file of the extension: it is a link that leads out of its \
             folder\n  \
               in: extensions/a\n  \
               hint: name a file in the extension's own folder, with `/` between folders\n\
             error: `Bb` is left out: its entry point `lib/out.js` cannot run here: it is a link that leads out of its \
             folder\n  \
               in: extensions/b/extension.ron:1:45\n  \
               hint: name a file in the extension's own folder, with `/` between folders\n",
        );
    }

    #[test]
    fn a_name_that_is_not_utf8_is_told() {
        let ground = Ground::new(&[("extensions/aa.js", "")]);
        fs::write(ground.path("extensions").join(OsStr::from_bytes(b"rain\xff.js")), "").unwrap();
        fs::write(ground.path("extensions").join(OsStr::from_bytes(b".rain\xff.js")), "").unwrap();
        ground.check(
            &["aa 0.0.0 extensions/aa.js"],
            "error: `extensions/rain\u{fffd}.js` is left out: its name is not UTF-8\n  \
               in: extensions/rain\u{fffd}.js\n  \
               hint: rename it, best with letters, digits, `-` and `_` alone\n",
        );
    }

    #[test]
    fn a_pipe_and_a_device_are_not_opened() {
        let ground = Ground::new(&[("extensions/aa.js", ""), ("extensions/bb/", "")]);
        for pipe in ["extensions/pipe.js", "extensions/pipe.txt", "extensions/bb/extension.ron"] {
            assert!(Command::new("mkfifo").arg(ground.path(pipe)).status().unwrap().success());
        }
        symlink("/dev/zero", ground.path("extensions/zero.zip")).unwrap();
        ground.check(
            &["aa 0.0.0 extensions/aa.js"],
            "error: `extensions/bb` is left out: `extension.ron` is no file\n  \
               in: extensions/bb\n  \
               hint: put a file in the place of `extension.ron`\n\
             error: `extensions/pipe.js` is left out: it is neither a file nor a folder\n  \
               in: extensions/pipe.js\n  \
               hint: put a file in its place, or remove it\n\
             error: `extensions/zero.zip` is left out: it is neither a file nor a folder\n  \
               in: extensions/zero.zip\n  \
               hint: put a file in its place, or remove it\n",
        );
    }

    /// What tells the process of this test that it is the one of another user, and where to look.
    const AS_ANOTHER: &str = "BEVY_EXTENSIONS_TEST_AS_ANOTHER_USER";

    #[test]
    fn what_may_not_be_read_is_told_and_the_rest_is_found() {
        if let Some(ground) = std::env::var_os(AS_ANOTHER) {
            return as_another_user(ground.into());
        }
        let ground = Ground::new(&[
            ("extensions/aa.js", ""),
            ("extensions/bb.js", ""),
            ("extensions/cc/extension.ron", r#"(name: "Cc", version: "1.0.0")"#),
            ("extensions/dd/main.js", ""),
            ("locked/ee.js", ""),
        ]);
        let allow = |path: &str, mode| fs::set_permissions(ground.path(path), Permissions::from_mode(mode)).unwrap();
        allow("", 0o755);
        for locked in ["extensions/bb.js", "extensions/cc/extension.ron", "extensions/dd", "locked"] {
            allow(locked, 0o000);
        }
        let test = "hostile_discovery::unix::what_may_not_be_read_is_told_and_the_rest_is_found";
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args([test, "--exact", "--nocapture"]).env(AS_ANOTHER, ground.path("")).current_dir("/");
        // Whoever is not root is the other user already.
        let (uid, gid) = if fs::read(ground.path("locked/ee.js")).is_ok() { (65534, 65534) } else { (0, 0) };
        if uid != 0 {
            child.gid(gid).uid(uid);
        }
        match child.output() {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && text.contains("1 passed"), "{text}");
            }
            Err(error) => println!("skipped: this test cannot be run as another user: {error}"),
        }
        for locked in ["extensions/dd", "locked"] {
            allow(locked, 0o755);
        }
    }

    fn as_another_user(ground: PathBuf) {
        let settings = br#"(directories: ["{cwd}/extensions", "{cwd}/locked"])"#;
        let settings = HostSettings::from_ron("extensions.ron", settings).unwrap();
        let folders = Folders { assets: PathBuf::new(), cwd: Some(ground), exe: None, data: None };
        let discovery = discover(&settings, &folders);
        let names: Vec<_> = discovery.found.iter().map(|found| found.entrypoint.as_str()).collect();
        assert_eq!(names, ["aa.js"]);
        let denied = "Permission denied (os error 13)";
        let file = |name: &str, file: &str| {
            format!(
                "error: `extensions/{name}` is left out: `{file}` cannot be read: {denied}\n  \
                   in: extensions/{name}\n  \
                   hint: check that it is a file that this user may read\n"
            )
        };
        assert_eq!(
            explain(&discovery.problems),
            [
                file("bb.js", "bb.js"),
                file("cc", "extension.ron"),
                file("dd", "extension.ron"),
                format!(
                    "error: `locked` cannot be read: {denied}\n  in: locked\n  hint: check that this user may read it\n"
                ),
            ]
            .concat()
        );
    }

    #[test]
    fn the_files_of_a_folder_are_those_within_it() {
        let ground = Ground::new(&[("secret", "secret"), ("own/main.js", "own"), ("own/lib/rain.js", "rain")]);
        symlink("../secret", ground.path("own/out.js")).unwrap();
        symlink("..", ground.path("own/up")).unwrap();
        symlink("lib", ground.path("own/source")).unwrap();
        let files = ExtensionFiles::folder(&ground.path("own"));
        assert_eq!(files.read("source/rain.js").unwrap(), b"rain");
        for path in ["out.js", "up/secret", "up/own/../secret"] {
            assert!(matches!(files.read(path), Err(FileError::Refused { .. })), "{path}");
            assert!(!files.contains(path), "{path}");
        }
        // It leads out and in again, which is as good as not at all.
        assert_eq!(files.read("up/own/main.js").unwrap(), b"own");
    }
}
