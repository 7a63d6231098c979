//! A disk that does not do what it should.

use std::{fs, path::PathBuf};

use bevy_extensions_data::DbStore;

use super::{all, close, fails, fresh, open, players, set, settings};

#[test]
fn where_no_file_can_be_made_is_told() {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let file = folder.path().join("file");
    fs::write(&file, b"").expect("there is room");
    let error = DbStore::open(settings(&file)).expect_err("it is no folder").to_string();
    assert!(error.starts_with(&format!("cannot open databases in `{}`: ", file.display())), "{error}");

    let store = open(folder.path());
    let db = store.database_with("Economy", [players()]);
    fs::create_dir(db.file()).expect("there is room");
    let error = db.open().expect_err("it is a folder").to_string();
    assert!(error.starts_with(&format!("cannot open `{}`: ", db.file().display())), "{error}");
    fs::remove_dir(db.file()).expect("it is empty");
    set(&db, "Quinn", 1);
    assert_eq!(all(&db), "Quinn=1");
}

/// `TINY_DISK=/mnt/tiny` may be a `tmpfs` of 4 MB.
#[test]
#[ignore = "it needs a disk that can be filled, which `TINY_DISK` names"]
fn a_full_disk_is_told_and_what_comes_after_is_written() {
    let disk = std::env::var("TINY_DISK").expect("`TINY_DISK` names a disk that can be filled");
    let folder = tempfile::tempdir_in(&disk).expect("there is a place for it");
    let filler = PathBuf::from(disk).join("filler");
    let store = open(folder.path());
    let db = store.database_with("Economy", [players()]);
    set(&db, "Quinn", 1);
    let mut size = 64 * 1024 * 1024;
    let mut all_there_is = Vec::new();
    while size > 0 {
        if fs::write(&filler, vec![7; all_there_is.len() + size]).is_ok() {
            all_there_is.resize(all_there_is.len() + size, 7u8);
        } else {
            size /= 2;
        }
    }
    let insert = |number: i64| ("INSERT INTO player VALUES (?, ?)", (format!("{number}{}", "v".repeat(500)), number));
    let expected = format!(
        "the disk is full, or `{}` is as large as it may be, which is 1073741824 bytes: nothing was written",
        db.file().display()
    );
    fails(db.transaction((0..2000).map(insert)), &expected);
    assert_eq!(all(&db), "Quinn=1");
    fs::remove_file(&filler).expect("it is there");
    db.transaction((0..100).map(insert)).expect("there is room again");
    assert_eq!(db.query_one("SELECT count(*) FROM player", ()), Ok(101));
}

/// `READ_ONLY_DISK=/mnt/fixed` has a folder `data` of an earlier run on it.
#[test]
#[ignore = "it needs a disk that can only be read, which `READ_ONLY_DISK` names"]
fn a_disk_that_is_read_only_is_told() {
    let disk = std::env::var("READ_ONLY_DISK").expect("`READ_ONLY_DISK` names a disk that can only be read");
    let error = DbStore::open(settings(&PathBuf::from(disk).join("data"))).expect_err("it is read only").to_string();
    assert!(error.contains("Read-only"), "{error}");
}

#[test]
fn a_file_that_is_read_only_is_told_and_later_writes_succeed() {
    let fixture = fresh();
    set(&fixture.db, "Quinn", 1);
    close(&fixture.store);
    let file = fixture.db.file();
    let moved = file.with_extension("moved");
    fs::rename(&file, &moved).expect("it is closed");
    // Whoever is root may write to any file, but not to a folder.
    fs::create_dir(&file).expect("there is room");
    let store = open(fixture.folder.path());
    let db = store.database("Economy");
    assert!(db.execute("UPDATE player SET gold = 2", ()).is_err());
    fs::remove_dir(&file).expect("it is empty");
    fs::rename(&moved, &file).expect("there is room");
    set(&db, "Quinn", 2);
    assert_eq!(all(&db), "Quinn=2");
}
