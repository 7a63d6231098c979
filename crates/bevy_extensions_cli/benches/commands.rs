//! How long commands take, against merely reading the manifests of the same folders.
//!
//! Each command is a run of the program, from its start to its end.

use std::{fs, hint::black_box, path::PathBuf, process::Command, sync::LazyLock};

use divan::Bencher;
use tempfile::TempDir;

fn main() {
    divan::main();
}

/// An app with extensions, of which each needs one before it, and every hundredth is wrong.
struct Town {
    folder: TempDir,
    manifests: Vec<PathBuf>,
}

static TOWN: LazyLock<Town> = LazyLock::new(|| {
    // `cargo bench` passes `--bench`, `cargo test` does not: it only wants to see that this runs.
    let count = if std::env::args().any(|arg| arg == "--bench") { 1_000 } else { 3 };
    let folder = tempfile::tempdir().expect("there is a place for it");
    let write = |number: usize| {
        let own = folder.path().join(format!("extensions/house{number}"));
        let key = if number % 100 == 99 { "dependancies" } else { "dependencies" };
        let needs = if number == 0 { String::new() } else { format!("\"house{} ^1\"", (number - 1) / 2) };
        fs::create_dir_all(&own).expect("it can be made");
        fs::write(own.join("main.js"), "console.log('here');\n").expect("it can be written");
        let manifest = own.join("extension.ron");
        let text = format!(r#"(name: "house{number}", version: "1.2.0", description: "A house.", {key}: [{needs}])"#);
        fs::write(&manifest, text).expect("it can be written");
        manifest
    };
    let manifests = (0..count).map(write).collect();
    Town { folder, manifests }
});

#[divan::bench]
fn reading_the_manifests(bencher: Bencher<'_, '_>) {
    let town = &*TOWN;
    bencher.bench(|| town.manifests.iter().for_each(|path| _ = black_box(fs::read(path).expect("it is there"))));
}

#[divan::bench(args = ["schema", "check", "list", "tree", "graph --format dot", "graph --format svg"])]
fn running(bencher: Bencher<'_, '_>, args: &str) {
    let town = &*TOWN;
    bencher.bench(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bevy-extensions"));
        let output = command.args(args.split(' ')).current_dir(town.folder.path()).output();
        black_box(output.expect("it runs"));
    });
}
