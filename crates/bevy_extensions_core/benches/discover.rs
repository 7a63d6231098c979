//! How long it takes to find extensions on disk and to read what they say about themselves, an entry.
//!
//! A plain `main` rather than `divan`: what is found in a folder is set against merely reading the same files.

use std::{
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use bevy_extensions_core::{Folders, HostSettings, discover};

fn main() {
    // `cargo bench` passes `--bench`, `cargo test` does not: it only wants to see that this runs.
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    let (count, rounds) = if has("--bench") && !has("--test") { (1_000, 21) } else { (3, 1) };

    println!("\ndiscover, {count} entries, files cached by the system; against reading the same files");
    println!("  {:<44} {:>12} {:>12} {:>8}", "entries", "read each", "ours each", "ratio");
    for form in &FORMS {
        let folder = tempfile::tempdir().expect("there is a place for it");
        (0..count).for_each(|number| form.write(folder.path(), number));
        let settings = {
            let mut settings = HostSettings::default();
            settings.directories = vec![folder.path().display().to_string()];
            settings
        };
        let folders = Folders::of_this_process();
        let found = discover(&settings, &folders);
        assert_eq!((found.found.len(), found.problems.len()), (count, 0));

        let (mut read, mut ours) = (Duration::MAX, Duration::MAX);
        for _ in 0..rounds {
            read = read.min(time(|| (0..count).for_each(|number| form.read(folder.path(), number))));
            ours = ours.min(time(|| _ = black_box(discover(&settings, &folders))));
        }
        let each = |time: Duration| time.as_secs_f64() * 1e6 / count as f64;
        println!(
            "  {:<44} {:>9.1} µs {:>9.1} µs {:>7.2}x",
            form.title,
            each(read),
            each(ours),
            each(ours) / each(read)
        );
    }
}

fn time(code: impl FnOnce()) -> Duration {
    let began = Instant::now();
    code();
    began.elapsed()
}

/// A form that extensions on disk have.
struct Form {
    title: &'static str,
    /// The file that says what the extension is, with `#` for its number.
    manifest: &'static str,
    text: &'static str,
    /// What runs first, if that is another file.
    script: Option<&'static str>,
}

const FORMS: [Form; 4] = [
    Form {
        title: "folders with an `extension.ron`",
        manifest: "town#/extension.ron",
        text: r#"(name: "town#", version: "1.2.0", description: "A town.", dependencies: ["Time ^2", "Economy ^1"])"#,
        script: Some("town#/main.js"),
    },
    Form {
        title: "folders with an `extension.json`",
        manifest: "town#/extension.json",
        text: r#"{"name": "town#", "version": "1.2.0", "entrypoint": "main.js", "dependencies": ["Time", "Economy"]}"#,
        script: Some("town#/main.js"),
    },
    Form {
        title: "folders with a `package.json`",
        manifest: "town#/package.json",
        text: r#"{"name": "town#", "version": "1.2.0", "main": "main.js", "extension": {"dependencies": ["Time ^2"]}}"#,
        script: Some("town#/main.js"),
    },
    Form {
        title: "single scripts",
        manifest: "town#.js",
        text: "//@extension version 1.2.0\n//@extension requires Time ^2\nconsole.log('here');\n",
        script: None,
    },
];

impl Form {
    fn write(&self, folder: &Path, number: usize) {
        let path = |file: &str| folder.join(file.replace('#', &number.to_string()));
        let manifest = path(self.manifest);
        fs::create_dir_all(manifest.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(manifest, self.text.replace('#', &number.to_string())).expect("it can be written");
        self.script
            .into_iter()
            .for_each(|script| fs::write(path(script), "console.log('here');\n").expect("it can be written"));
    }

    fn read(&self, folder: &Path, number: usize) {
        let path = folder.join(self.manifest.replace('#', &number.to_string()));
        black_box(fs::read(path).expect("it is there"));
    }
}
