//! What the tests share.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// The command, in a folder, without what the surroundings may say.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bevy-extensions"));
    command.current_dir(folder);
    for variable in ["BEVY_ASSET_ROOT", "BEVY_EXTENSIONS_DEV", "BEVY_EXTENSIONS_WATCH", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

/// Runs it, with words between spaces.
#[track_caller]
pub fn run(folder: &Path, args: &str) -> Output {
    command(folder).args(args.split(' ').filter(|arg| !arg.is_empty())).output().unwrap()
}

/// Runs it, and returns what it printed; it has to end well.
#[track_caller]
pub fn printed(folder: &Path, args: &str) -> String {
    let output = run(folder, args);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && stderr.is_empty(), "{args}\n{stdout}{stderr}");
    stdout
}

/// Shows what a run has printed on standard output, then on standard error, and how it ended, unless that is well.
pub fn shown(output: &Output) -> String {
    let exit = match output.status.code() {
        Some(0) => String::new(),
        Some(code) => format!("[exit {code}]\n"),
        None => "[killed]\n".into(),
    };
    text(&output.stdout) + &text(&output.stderr) + &exit
}

#[track_caller]
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Where the cases lie.
pub fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Copies a case to where nothing lies around it.
pub fn copy_of(case: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&cases().join(case), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path() {
            folder if folder.is_dir() => copy(&folder, &target),
            file => _ = fs::copy(file, target).unwrap(),
        }
    }
}

/// Writes files below a folder, which are made with their folders.
pub fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
