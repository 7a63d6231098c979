//! Whoever does not read on is no error.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
};

use crate::support::{command, write};

#[test]
fn a_pipe_that_is_closed_early_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let scripts: Vec<_> = (0..3_000).map(|number| format!("extensions/a_rather_long_name_{number}.js")).collect();
    let files: Vec<_> = scripts.iter().map(|path| (path.as_str(), "//@extension version 1.0.0\n")).collect();
    write(folder.path(), &files);
    for args in [vec!["list"], vec!["list", "--format", "json"], vec!["tree"], vec!["schema", "output"]] {
        let mut child =
            command(folder.path()).args(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        // A pipe holds 64 KiB or so, and the first three print much more: they are still writing when it is closed.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{args:?}");
        assert!(!first.is_empty(), "{args:?}");
    }
}

#[test]
fn a_pipe_that_nobody_reads_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("extensions/one.js", "")]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command(folder.path()).arg("list").stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}
