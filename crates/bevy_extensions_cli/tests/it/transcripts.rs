//! Whole folders, and what each command prints of them: `tests/cases/<case>/expected.txt` is what a terminal would show.

use std::{fmt::Write as _, fs};

use crate::support::{cases, copy_of, run, shown};

/// Runs every command of a case again, and compares all of it.
#[track_caller]
fn check(case: &str) {
    let folder = copy_of(case);
    let expected = fs::read_to_string(cases().join(case).join("expected.txt")).unwrap();
    let mut actual = String::new();
    for line in expected.lines().filter_map(|line| line.strip_prefix("$ bevy-extensions")) {
        let output = shown(&run(folder.path(), line.trim()));
        write!(actual, "$ bevy-extensions{line}\n{output}\n").unwrap();
    }
    // The folder of the test has another name each time.
    let path = fs::canonicalize(folder.path()).unwrap().display().to_string();
    let actual = actual.replace(&path, "[here]").replace('\\', "/");
    assert!(actual == expected, "{case} prints:\n{actual}");
}

#[test]
fn an_app_that_is_well() {
    check("good");
}

#[test]
fn an_app_where_much_is_wrong() {
    check("broken");
}

#[test]
fn nothing_at_all() {
    check("empty");
}

#[test]
fn an_app_that_stops_if_anything_is_left_out() {
    check("stop");
}

#[test]
fn host_settings_that_cannot_be_read() {
    check("bad_settings");
}

#[test]
fn commands_that_are_wrong() {
    check("wrong_use");
}

#[test]
fn artifacts_that_can_be_had() {
    check("artifacts");
}

#[test]
fn artifacts_that_cannot_be_had() {
    check("artifacts_broken");
}

#[test]
fn a_lock_that_differs_from_what_is_there() {
    check("artifacts_locked");
}

#[test]
fn a_lock_that_cannot_be_read() {
    check("artifacts_bad_lock");
}

#[test]
fn every_case_is_checked() {
    let mut cases: Vec<_> = fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    cases.sort();
    let artifacts = ["artifacts", "artifacts_bad_lock", "artifacts_broken", "artifacts_locked"];
    assert_eq!(cases, [&artifacts[..], &["bad_settings", "broken", "empty", "good", "stop", "wrong_use"]].concat());
}
