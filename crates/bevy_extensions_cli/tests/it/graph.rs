//! Pictures come in the form that somebody wants, or that the name of the file speaks of.

use std::fs;

use crate::support::{copy_of, printed, run, shown};

#[track_caller]
fn check(args: &str, file: &str, beginning: &str) {
    let folder = copy_of("good");
    let stdout = printed(folder.path(), &format!("graph {args}"));
    let picture = match file {
        "" => stdout,
        file => fs::read_to_string(folder.path().join(file)).unwrap(),
    };
    assert!(picture.starts_with(beginning) && picture.contains("Economy"), "graph {args}:\n{picture}");
}

#[test]
fn each_form_is_what_it_says() {
    check("", "", "digraph extensions {");
    check("--format dot", "", "digraph extensions {");
    check("--format mermaid", "", "---\ntitle: ");
    check("--format svg", "", "<svg ");
    check("--format json", "", "{\n  \"format\": 1,");
}

#[test]
fn the_name_of_the_file_speaks_of_its_form() {
    check("-o a.svg", "a.svg", "<svg ");
    check("--output a.mmd", "a.mmd", "---\n");
    check("-o a.json", "a.json", "{\n");
    check("-o a.gv", "a.gv", "digraph ");
    check("-o a.svg --format dot", "a.svg", "digraph ");
}

#[test]
fn capitals_say_the_same() {
    check("-o a.SVG", "a.SVG", "<svg ");
    check("-o a", "a", "digraph ");
    check("-o a.png --format svg", "a.png", "<svg ");
}

#[test]
fn a_file_of_another_form_is_not_written() {
    let folder = copy_of("good");
    assert_eq!(
        shown(&run(folder.path(), "graph -o a.png")),
        "error: no picture is drawn as `.png`\n  \
           hint: name a `.svg`, `.dot`, `.mmd` or `.json`, or say which it is with `--format`\n[exit 2]\n",
    );
    assert!(!folder.path().join("a.png").exists());
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    let folder = copy_of("good");
    assert_eq!(
        shown(&run(folder.path(), "graph -o nowhere/a.svg")),
        "error: `nowhere/a.svg` cannot be written: No such file or directory (os error 2)\n  \
           hint: check that its folder is there, and that this user may write to it\n[exit 1]\n",
    );
}
