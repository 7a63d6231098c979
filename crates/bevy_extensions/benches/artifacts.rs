//! What it costs to start an app whose extensions have artifacts in the cache, against the same without any.

mod table;

use std::{fs, path::Path, time::Instant};

use bevy_app::App;
use bevy_extensions::{ExtensionState, Extensions, HostSettings, prelude::*};
use table::{hide_report, is_bench, ratio, text};

fn main() {
    hide_report();
    let (count, rounds) = if is_bench() { (100, 15) } else { (4, 1) };
    println!(
        "\nstart of {count} scripts, each with a file of its own in the cache; `add_plugins` to the first `update`"
    );
    println!("  {:>8}  {:>9} {:>9} {:>8} {:>12}", "a file", "none", "cached", "ratio", "an artifact");
    for kib in [1, 64, 1024] {
        let town = tempfile::tempdir().expect("there is a place for it");
        write(town.path(), count, kib);
        // Fetched once.
        start(town.path(), "with", count);
        let (mut none, mut cached) = (f64::MAX, f64::MAX);
        for _ in 0..rounds {
            none = none.min(start(town.path(), "without", count));
            cached = cached.min(start(town.path(), "with", count));
        }
        println!(
            "  {:>8}  {:>9} {:>9} {:>8} {:>12}",
            format!("{kib} KiB"),
            text(none),
            text(cached),
            ratio(none, cached),
            text((cached - none).max(0.0) / count as f64),
        );
    }
}

/// Writes the same extensions twice, with artifacts and without.
fn write(town: &Path, count: usize, kib: usize) {
    let put = |path: String, content: &[u8]| {
        let path = town.join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, content).expect("it can be written");
    };
    for n in 0..count {
        let content: Vec<_> = (0..kib * 1024).map(|byte| (byte * 31 + n) as u8).collect();
        put(format!("libs/town/file{n}/1.0/file{n}-1.0.bin"), &content);
        let asks = format!("external: (artifacts: [\"town:file{n}:1.0@bin\"])");
        for (folder, rest) in [("with", asks.as_str()), ("without", "")] {
            let manifest = format!("(name: \"script{n}\", version: \"1.0.0\", {rest})");
            put(format!("{folder}/script{n}/extension.ron"), manifest.as_bytes());
            put(format!("{folder}/script{n}/main.js"), b"extension.on('init', () => {})");
        }
    }
}

fn start(town: &Path, extensions: &str, count: usize) -> f64 {
    let town = town.display();
    let settings = format!(
        r#"(
            directories: ["{town}/{extensions}"],
            repositories: [(name: "libs", url: "file:{town}/libs")],
            artifacts: (cache: "{town}/cache", lock: "{town}/{extensions}.lock"),
        )"#
    );
    let settings = HostSettings::from_ron("extensions.ron", settings.as_bytes()).expect("they are good");
    let plugin = ExtensionsPlugin { settings: settings.into(), exit_on_signal: false, ..Default::default() };
    let began = Instant::now();
    let mut app = App::new();
    app.add_plugins(plugin);
    while app.plugins_state() == bevy_app::PluginsState::Adding {
        std::thread::yield_now();
    }
    app.finish();
    app.cleanup();
    app.update();
    let time = began.elapsed().as_secs_f64();
    let extensions = app.world().resource::<Extensions>();
    let running = (0..count).filter(|n| extensions.state(&format!("script{n}")) == Some(ExtensionState::Running));
    assert_eq!(running.count(), count, "all have started");
    app.terminate_extensions();
    time
}
