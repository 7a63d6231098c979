//! What is found when a store is opened.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    time::Duration,
};

use bevy_extensions_data::{KvError, KvSettings, KvStore, SetAside};

use crate::{
    child::{spawn, told},
    support::all,
};

#[track_caller]
fn open(folder: &Path) -> Result<KvStore, KvError> {
    KvStore::open(KvSettings::in_folder(folder))
}

fn file_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is there");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_was_written_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let folder = folder.path().join("new/data");
    open(&folder).expect("it is made").namespace("Economy").set(("gold", 7), &120).expect("there is room");
    let store = open(&folder).expect("the former is closed");
    assert_eq!(all(&store.namespace("economy")), r#"("gold", 7)=120"#);
    assert_eq!(store.set_aside(), None);
    assert_eq!(file_names(&folder), ["kv.lock", "kv.redb"]);
}

#[test]
fn damaged_files_are_set_aside_and_none_is_written_over() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let file = folder.path().join("kv.redb");
    for number in 1..=3 {
        let damaged = vec![number; 5000];
        fs::write(&file, &damaged).expect("there is room");
        let store = open(folder.path()).expect("a new one is begun");
        let set_aside = store.set_aside().expect("it was damaged");
        assert_eq!(set_aside.to, folder.path().join(format!("kv.corrupt-{number}.redb")));
        assert_eq!(set_aside.why, "Not a redb database: magic number mismatch");
        assert!(fs::read(&set_aside.to).expect("it is there") == damaged);
        store.namespace("Economy").set("a", &number).expect("there is room");
        store.flush().wait().expect("the disk is well");
    }
    assert_eq!(
        file_names(folder.path()),
        ["kv.corrupt-1.redb", "kv.corrupt-2.redb", "kv.corrupt-3.redb", "kv.lock", "kv.redb"]
    );
}

/// Opens files that are damaged here or there, of 2000 entries; `check` looks at each that could be opened.
fn with_damage(check_on_open: bool, check: impl Fn(&KvStore)) {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let file = folder.path().join("kv.redb");
    let store = open(folder.path()).expect("it is made");
    let kv = store.namespace("Economy");
    kv.set_many((0..2000).map(|number| (number, "v".repeat(50)))).expect("there is room");
    store.close(Duration::from_secs(60)).expect("the disk is well");
    let whole = fs::read(&file).expect("it is there");
    let used = whole.iter().rposition(|byte| *byte != 0).expect("it is not empty");
    for (place, is_cut) in (0..24).flat_map(|place| [(place, true), (place, false)]) {
        let mut damaged = whole.clone();
        if is_cut {
            damaged.truncate(whole.len() * place / 24);
        } else {
            damaged[used * place / 24..][..200].fill(0xa5);
        }
        // A folder of its own: who does not wait for the end of a store finds it in use.
        let folder = tempfile::tempdir().expect("there is a place for it");
        let file = folder.path().join("kv.redb");
        fs::write(&file, &damaged).expect("there is room");
        let mut settings = KvSettings::in_folder(folder.path());
        settings.check_on_open = check_on_open;
        settings.close_within = Duration::ZERO;
        match KvStore::open(settings) {
            Err(error) => assert!(fs::read(&file).expect("it is there") == damaged, "{error}"),
            Ok(store) => match store.set_aside() {
                // Who looks through a file for damage notes in it that it is in use.
                Some(SetAside { to, .. }) => assert_eq!(fs::read(to).expect("it is there").len(), damaged.len()),
                None => check(&store),
            },
        }
    }
}

#[test]
fn a_file_that_is_looked_through_is_whole_or_is_set_aside() {
    with_damage(true, |store| {
        let page = store.namespace("Economy").list::<String>("", usize::MAX, None).expect("it is whole");
        // A file that was cut to nothing is a new one.
        assert!(matches!(page.entries.len(), 2000 | 0));
    });
}

#[test]
fn a_file_that_is_not_looked_through_shows_its_damage_as_errors() {
    with_damage(false, |store| {
        let kv = store.namespace("Economy");
        // What it is does not matter; it is no panic, and nobody waits for ever.
        for number in 0..2000 {
            let _ = kv.get::<String>(number);
        }
        let _ = kv.list::<String>("", usize::MAX, None);
        kv.set(7, "new").expect("it is in memory");
        assert_eq!(kv.get(7), Ok(Some("new".to_string())));
        let _ = store.flush().wait();
        assert_eq!(kv.get(7), Ok(Some("new".to_string())), "it was written, or is still in memory");
    });
}

#[test]
fn a_newer_format_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let file = folder.path().join("kv.redb");
    drop(open(folder.path()).expect("it is made"));
    let write_format = |format: Option<u64>| {
        let database = redb::Database::open(&file).expect("nobody else has it open");
        let transaction = database.begin_write().expect("the disk is well");
        let meta = redb::TableDefinition::<&str, u64>::new("meta");
        match format {
            Some(format) => drop(transaction.open_table(meta).expect("it is there").insert("format", format)),
            None => _ = transaction.delete_table(meta).expect("it is there"),
        }
        transaction.commit().expect("the disk is well");
    };
    write_format(Some(2));
    assert_eq!(
        open(folder.path()).expect_err("it is newer").to_string(),
        format!("`{}` was written by a newer version of this app: its format is 2", file.display()),
    );
    write_format(None);
    assert_eq!(
        open(folder.path()).expect_err("it is somebody else's").to_string(),
        format!("`{}` is no store of extensions' data: move it elsewhere", file.display()),
    );
    assert_eq!(file_names(folder.path()), ["kv.lock", "kv.redb"]);
}

#[test]
fn a_newer_version_of_the_database_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let file = folder.path().join("kv.redb");
    drop(open(folder.path()).expect("it is made"));
    let mut bytes = fs::read(&file).expect("it is there");
    // Both commit slots begin with their version.
    (bytes[64], bytes[192]) = (9, 9);
    fs::write(&file, &bytes).expect("there is room");
    assert_eq!(
        open(folder.path()).expect_err("it is newer").to_string(),
        format!(
            "`{}` was written by a newer version of this app: Expected file format version <= 3, found 9",
            file.display()
        ),
    );
    assert!(fs::read(&file).expect("it is there") == bytes);
}

#[test]
fn a_second_process_is_told_who_has_the_folder() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let told_by_child = || {
        let mut child = spawn("open", folder.path());
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
        let all: Vec<String> = lines.collect();
        child.wait().expect("it ends");
        all.iter().find_map(|line| told(line)).expect("it tells").to_string()
    };
    let locked = format!(
        "`{}` is in use by another app, or by another store of this one: close it, or use another folder",
        folder.path().display(),
    );
    let store = open(folder.path()).expect("it is made");
    assert_eq!(told_by_child(), locked);
    assert_eq!(open(folder.path()).expect_err("it is open").to_string(), locked);
    store.namespace("Economy").set("a", &1).expect("the first one goes on");
    drop(store);
    assert_eq!(told_by_child(), "opened");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let file = folder.path().join("file");
    fs::write(&file, "here").expect("there is room");
    let error = open(&file.join("data")).expect_err("a file is no folder").to_string();
    assert!(error.starts_with(&format!("cannot open a store in `{}`: ", file.join("data").display())), "{error}");

    let read_only = folder.path().join("read-only");
    fs::create_dir(&read_only).expect("there is room");
    let mut permissions = fs::metadata(&read_only).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).expect("it is ours");
    // Whoever is root may write everywhere, and on Windows the flag means nothing for a folder.
    if fs::write(read_only.join("probe"), "").is_err() {
        let error = open(&read_only).expect_err("it is read-only").to_string();
        assert!(error.starts_with(&format!("cannot open a store in `{}`: ", read_only.display())), "{error}");
    }
}
