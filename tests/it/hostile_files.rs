//! Paths and disks that do their worst: nobody reads or writes outside of his folder, and nothing is ever half there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
};

use bevy_extensions_core::{ExtensionFiles, FileError, LARGEST_FILE, Overwrite, Storage};
use proptest::prelude::*;
use tempfile::TempDir;

/// A storage `data/weather`, beside which lies a file that is nobody's business.
struct Ground {
    folder: TempDir,
    storage: Storage,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::new(&folder.path().join("data"), &"Weather".parse().unwrap());
        fs::write(folder.path().join("secret"), "secret").unwrap();
        Self { folder, storage }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Makes a link in the storage.
    #[cfg(unix)]
    fn link(&self, to: &str, at: &str) {
        let at = self.storage.folder().unwrap().join(at);
        std::os::unix::fs::symlink(to, at).unwrap();
    }

    /// Checks that a path can be neither read, written, saved nor removed, each with the same reason.
    #[track_caller]
    fn check_refused(&self, path: &str, why: &str) {
        let expected = format!("`{path}` is no file of the extension: {why}");
        let text = |error: FileError| error.to_string();
        assert_eq!(self.storage.write(path, "x").map_err(text), Err(expected.clone()));
        assert_eq!(self.storage.remove(path).map_err(text), Err(expected.clone()));
        assert!(!self.storage.contains(path));
        let read = self.storage.read(path).map_err(text);
        assert!(read == Err(expected) || read == Err(format!("there is no file `{path}`")), "{read:?}");
        assert_eq!(everything_below(self.folder.path()), ["secret"]);
        assert_eq!(fs::read(self.path("secret")).unwrap(), b"secret");
    }

    #[track_caller]
    fn check_unwritable(&self, path: &str, expected: &str) {
        assert_eq!(self.storage.write(path, "x").unwrap_err().to_string(), expected);
    }
}

/// Lists all files in a folder and below, wherever they are; links are none.
fn everything_below(folder: &Path) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            match entry.file_type().unwrap() {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => {
                    let path = entry.path();
                    _ = found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_string());
                }
                _ => {}
            }
        }
    }
    found.into_iter().collect()
}

#[test]
fn a_path_that_leads_elsewhere_is_refused() {
    let ground = Ground::new();
    ground.check_refused("..", "`..` may lead out of its folder");
    ground.check_refused("../secret", "`..` may lead out of its folder");
    ground.check_refused("a/../../secret", "`..` may lead out of its folder");
    ground.check_refused("/etc/passwd", "it is absolute");
    ground.check_refused("//server/share", "it is absolute");
    ground.check_refused("C:/x", "it begins with a drive");
    ground.check_refused("c:x", "it begins with a drive");
    ground.check_refused("..\\secret", "it has a `\\`, and only `/` stands between folders");
    ground.check_refused("a\0b", "it has a character that no path has");
    ground.check_refused("", "it names no file");
    ground.check_refused("./", "it names no file");
}

#[test]
fn a_name_that_means_something_else_on_some_system_is_refused() {
    let ground = Ground::new();
    ground.check_refused("con", "a name in it means a device on Windows");
    ground.check_refused("a/NUL.txt", "a name in it means a device on Windows");
    ground.check_refused("a.", "a name in it ends with a dot or a space, which Windows drops");
    ground.check_refused("a./b", "a name in it ends with a dot or a space, which Windows drops");
    ground.check_refused("file:stream", "it has a character that Windows does not take");
    ground.check_refused(".~a", "names that begin with `.~` are for files that are being written");
    ground.check_refused(&"a/".repeat(33), "it lies too many folders deep");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_outside_is_refused() {
    let ground = Ground::new();
    ground.link("../../secret", "a");
    ground.check_refused("a", "it is a link that leads out of its folder");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_outside_is_refused() {
    let ground = Ground::new();
    ground.link("../..", "a");
    ground.check_refused("a/secret", "it is a link that leads out of its folder");
    ground.check_refused("a/new", "it is a link that leads out of its folder");
}

#[cfg(unix)]
#[test]
fn a_link_to_the_folder_of_another_extension_is_refused() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("data/economy")).unwrap();
    ground.link("../economy", "a");
    assert_eq!(
        ground.storage.write("a/gold", "100").unwrap_err().to_string(),
        "`a/gold` is no file of the extension: it is a link that leads out of its folder",
    );
    assert_eq!(everything_below(ground.folder.path()), ["secret"]);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let ground = Ground::new();
    ground.link("../../new", "a");
    ground.link("nowhere", "b");
    ground.check_refused("a", "it is a link that leads nowhere");
    ground.check_refused("b", "it is a link that leads nowhere");
    ground.check_refused("b/c", "it is a link that leads nowhere");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_that_begins_alike_is_refused() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("data/weather2")).unwrap();
    ground.link("../weather2", "a");
    assert!(ground.storage.write("a/b", "x").is_err());
    assert_eq!(everything_below(ground.folder.path()), ["secret"]);
}

#[cfg(unix)]
#[test]
fn links_that_stay_in_the_folder_are_followed() {
    let ground = Ground::new();
    ground.storage.write("days/monday", "rain").unwrap();
    ground.link("days", "link");
    ground.link("days/monday", "today");
    ground.storage.write("link/tuesday", "snow").unwrap();
    ground.storage.write("today", "sun").unwrap();
    assert_eq!(ground.storage.read_text("days/tuesday").unwrap(), "snow");
    assert_eq!(ground.storage.read_text("days/monday").unwrap(), "sun");
    // What is removed is the link.
    assert!(ground.storage.remove("today").unwrap());
    assert_eq!(ground.storage.read_text("days/monday").unwrap(), "sun");
}

#[cfg(unix)]
#[test]
fn links_outside_are_not_listed_and_circles_come_to_an_end() {
    let ground = Ground::new();
    ground.storage.write("a/b", "").unwrap();
    ground.link("../../secret", "out");
    ground.link("../..", "a/out");
    ground.link("..", "a/circle");
    ground.link("nowhere", "lost");
    assert_eq!(ground.storage.list(""), ["a/b"]);
}

#[cfg(unix)]
#[test]
fn a_saved_file_does_not_go_through_a_link_either() {
    let ground = Ground::new();
    let files = ExtensionFiles::embedded("weather", &[("a", b"x")]);
    for to in ["../../secret", "../../new"] {
        ground.link(to, "a");
        for overwrite in [Overwrite::Never, Overwrite::Always] {
            assert!(ground.storage.save(&files, "a", overwrite).is_err());
        }
        fs::remove_file(ground.path("data/weather/a")).unwrap();
    }
    assert_eq!(fs::read(ground.path("secret")).unwrap(), b"secret");
    assert_eq!(everything_below(ground.folder.path()), ["secret"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let ground = Ground::new();
    fs::write(ground.path("data"), "in its place").unwrap();
    let error = ground.storage.write("a", "x").unwrap_err();
    let FileError::NoFolder { folder, why } = &error else { panic!("{error}") };
    assert_eq!(error.to_string(), format!("the folder `{folder}` cannot be made: {why}"));
    assert_eq!(Path::new(folder), ground.path("data/weather"));
    assert_eq!(error.hint(), "have the host settings name a folder for data that this user may write");
    assert_eq!(ground.storage.folder(), Err(error));
    assert_eq!(ground.storage.read("a").unwrap_err().to_string(), "there is no file `a`");
    assert_eq!(ground.storage.remove("a"), Ok(false));
    assert_eq!(ground.storage.list(""), [""; 0]);
}

#[test]
fn a_storage_that_has_no_place_says_why() {
    let storage = Storage::nowhere("this system has none");
    let error = storage.write("a", "x").unwrap_err();
    assert_eq!(error.to_string(), "there is no folder for data: this system has none");
    assert_eq!(storage.read("a").unwrap_err().to_string(), "there is no file `a`");
    assert_eq!((storage.remove("a"), storage.contains("a"), storage.list("").len()), (Ok(false), false, 0));
}

#[test]
fn what_should_only_be_read_stays() {
    let ground = Ground::new();
    ground.storage.write("a", "before").unwrap();
    let file = ground.path("data/weather/a");
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    ground.check_unwritable("a", "`a` cannot be written: permission denied");
    assert_eq!(ground.storage.read_text("a").unwrap(), "before");
    assert_eq!(everything_below(&ground.path("data")), ["weather/a"]);
}

#[cfg(unix)]
#[test]
fn whoever_could_read_a_file_still_can() {
    use std::os::unix::fs::PermissionsExt;

    let ground = Ground::new();
    ground.storage.write("a", "before").unwrap();
    let file = ground.path("data/weather/a");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    ground.storage.write("a", "after").unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn files_and_folders_do_not_take_each_others_place() {
    let ground = Ground::new();
    ground.storage.write("a/b", "").unwrap();
    ground.check_unwritable("a", "`a` is no file");
    ground.check_unwritable("a/b/c", "`a/b/c` cannot be written: not a directory");
    assert_eq!(ground.storage.remove("a").unwrap_err().to_string(), "`a` is no file");
    assert_eq!(ground.storage.read("a").unwrap_err().to_string(), "`a` is no file");
    assert_eq!(ground.storage.list(""), ["a/b"]);
}

#[test]
fn a_name_that_is_too_long_is_told() {
    let ground = Ground::new();
    let name = "a".repeat(300);
    let error = ground.storage.write(&name, "").unwrap_err();
    assert!(error.to_string().ends_with("a` cannot be written: File name too long (os error 36)"), "{error}");
    assert_eq!(everything_below(ground.folder.path()), ["secret"]);
}

#[test]
fn a_huge_file_is_neither_written_nor_read() {
    let ground = Ground::new();
    let mut huge = vec![0; LARGEST_FILE as usize + 1];
    assert_eq!(ground.storage.write("a", &huge).unwrap_err().to_string(), "`a` is larger than 16 MiB");
    assert_eq!(everything_below(ground.folder.path()), ["secret"]);
    huge.pop();
    ground.storage.write("a", &huge).unwrap();
    let file = fs::File::options().append(true).open(ground.path("data/weather/a")).unwrap();
    file.set_len(LARGEST_FILE + 1).unwrap();
    assert_eq!(ground.storage.read("a").unwrap_err().to_string(), "`a` is larger than 16 MiB");
}

#[test]
fn whoever_writes_together_is_not_half_there() {
    let ground = Ground::new();
    let text = |writer: u8| vec![b'a' + writer; 100_000];
    ground.storage.write("a", text(0)).unwrap();
    thread::scope(|scope| {
        for writer in 0..4 {
            let storage = ground.storage.clone();
            scope.spawn(move || (0..50).for_each(|_| storage.write("a", text(writer)).unwrap()));
        }
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let read = ground.storage.read("a").unwrap();
                    assert!(read.len() == 100_000 && read.iter().all(|byte| *byte == read[0]), "it is half there");
                    assert_eq!(ground.storage.list(""), ["a"]);
                }
            });
        }
    });
    assert_eq!(everything_below(&ground.path("data")), ["weather/a"]);
}

#[test]
fn of_those_who_save_together_one_does() {
    let ground = Ground::new();
    let files = ExtensionFiles::embedded("weather", &[("deep/down/a", b"x")]);
    let saved: Vec<_> = thread::scope(|scope| {
        let save = || ground.storage.save(&files, "deep/down/a", Overwrite::Never).unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(save)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(saved.iter().filter(|saved| **saved).count(), 1);
    assert_eq!(everything_below(&ground.path("data")), ["weather/deep/down/a"]);
}

#[test]
fn what_was_left_half_written_is_not_seen_and_goes_once_it_is_old() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("data/weather/days")).unwrap();
    for (name, hours) in [(".~1-2-0", 2), (".~1-3-0", 0), ("days/.~1-4-0", 2)] {
        let file = fs::File::create(ground.path("data/weather").join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_hours(hours)).unwrap();
    }
    assert_eq!(ground.storage.list(""), [""; 0]);
    assert!(!ground.storage.contains(".~1-2-0"));
    ground.storage.write("a", "x").unwrap();
    assert_eq!(everything_below(&ground.path("data")), ["weather/.~1-3-0", "weather/a"]);
}

/// Paths of every kind, and often such that try to get out.
fn paths() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("..".to_string()),
        Just(".".to_string()),
        Just("".to_string()),
        Just("secret".to_string()),
        Just("out".to_string()),
        Just("lost".to_string()),
        Just("in".to_string()),
        Just("C:".to_string()),
        Just("...".to_string()),
        "[a-c]{1,2}",
        "\\PC{0,6}",
        any::<String>(),
    ];
    let separator = prop_oneof![8 => Just("/"), 1 => Just("\\"), 1 => Just("//")];
    prop::collection::vec((part, separator), 0..6)
        .prop_map(|parts| {
            parts.into_iter().flat_map(|(part, separator)| [part, separator.to_string()]).collect::<String>()
        })
        .prop_flat_map(|path| prop_oneof![Just(path.clone()), Just(path.trim_end_matches(['/', '\\']).to_string())])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_path_leads_out_of_the_folder(paths in prop::collection::vec(paths(), 1..8)) {
        let ground = Ground::new();
        ground.storage.write("in/a", "").unwrap();
        #[cfg(unix)]
        for (to, at) in [("../..", "out"), ("../../lost", "lost"), ("in", "link"), ("../../secret", "in/secret")] {
            ground.link(to, at);
        }
        let files = ExtensionFiles::folder(ground.storage.folder().unwrap());
        for path in &paths {
            if ground.storage.write(path, "written").is_ok() {
                prop_assert_eq!(ground.storage.read(path), Ok(b"written".to_vec()));
                prop_assert_eq!(ground.storage.save(&files, path, Overwrite::Never), Ok(false));
            }
            prop_assert_ne!(ground.storage.read(path), Ok(b"secret".to_vec()));
            prop_assert_ne!(files.read(path), Ok(b"secret".to_vec()));
            _ = ground.storage.save(&files, path, Overwrite::Always);
        }
        for path in everything_below(ground.folder.path()) {
            prop_assert!(path == "secret" || path.starts_with("data/weather/"), "`{}` was written", path);
        }
        prop_assert_eq!(fs::read(ground.path("secret")).unwrap(), b"secret");
        for path in &paths {
            if ground.storage.contains(path) {
                prop_assert!(ground.storage.remove(path).is_ok());
            }
            _ = ground.storage.remove(path);
        }
        prop_assert!(ground.path("secret").is_file());
    }
}
