//! What `new` makes is built and run, as its author would at once.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{printed, shown};

/// Cargo in a folder, with what is built already, and without the network.
fn cargo(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(folder).args(args).args(["--offline", "--quiet"]);
    // The same as in our workspace, or all of Bevy is built once more.
    command.args(["--config", "profile.dev.debug=\"line-tables-only\""]);
    command.args(["--config", "profile.dev.package.rquickjs-sys.opt-level=2"]);
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    command.env("CARGO_TARGET_DIR", workspace().join(target)).env("RUST_BACKTRACE", "0");
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("BEVY_ASSET_ROOT");
    command
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn what_is_new_is_built_and_runs_at_once() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), "new my-guild --native");
    let guild = folder.path().join("my-guild");
    printed(&guild, "new my-weather --in extensions");
    printed(&guild, "new town --folder --in extensions");

    // It is not published from here, and the app that runs it should run scripts, too.
    let manifest = fs::read_to_string(guild.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("[\"test_kit\"]", "[\"script\", \"test_kit\"]");
    let path = workspace().join("crates/bevy_extensions").canonicalize().unwrap();
    let patch = format!("\n[patch.crates-io]\nbevy_extensions = {{ path = {path:?} }}\n");
    fs::write(guild.join("Cargo.toml"), manifest + &patch).unwrap();
    fs::copy(workspace().join("Cargo.lock"), guild.join("Cargo.lock")).unwrap();

    let output = cargo(&guild, &["run", "--example", "run"]).output().unwrap();
    let text = shown(&output);
    for line in [
        "extensions: 3 running",
        "MyGuild says hello",
        "MyGuild says goodbye",
        "my_weather: my_weather 0.1.0 says hello",
        "town: town 0.1.0 says hello",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }

    let output = cargo(&guild, &["test", "--lib"]).output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    assert!(shown(&output).contains("1 passed"), "{}", shown(&output));

    // It has written down who is linked.
    let checked = printed(&guild, "check");
    assert!(checked.starts_with("extensions: 3 planned\nnot checked: the code of 2 scripts; settings"), "{checked}");
    assert!(printed(&guild, "show MyGuild").contains("\n  Says hello.\n  state         planned, as number 2\n"));
}
