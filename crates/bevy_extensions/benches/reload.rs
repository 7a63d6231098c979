//! What it takes from a saved file to the new version running, and to load and unload a script beside many others.

mod table;

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use bevy_app::App;
use bevy_extensions::{HostSettings, Switch, prelude::*};
use rquickjs::{Context, Runtime};
use table::{hide_report, is_bench, ratio, text};
use tempfile::TempDir;

fn main() {
    hide_report();
    let (counts, rounds): (&[usize], _) = if is_bench() { (&[1, 100, 1_000], 11) } else { (&[1, 3], 1) };
    println!("\nfrom a saved file to the new version running, of one among many scripts that run, without frames");
    println!(
        "watch: from the save until the frame that acts, with 100 ms in which nothing may change; it and all: the median"
    );
    println!(
        "  {:>7}  {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "scripts", "watch", "parse", "plan", "stop", "start", "in all"
    );
    counts.iter().for_each(|count| reload(*count, rounds));

    let (counts, rounds): (&[usize], _) = if is_bench() { (&[1, 100, 1_000], 101) } else { (&[1, 3], 1) };
    println!("\nto load and to unload a script of one line beside others, without the frame");
    println!("against a bare runtime, context and eval of the same, and dropping them");
    println!(
        "  {:>7}  {:>9} {:>9} {:>8}  {:>9} {:>9} {:>8}",
        "scripts", "bare load", "ours", "ratio", "drop", "unload", "ratio"
    );
    counts.iter().for_each(|count| load(*count, rounds));
}

const SCRIPT: &str = "let gold = 0; extension.on('bench.joined', (event) => { gold += event.gold; });";

/// What QuickJS alone finds instead of an extension.
const BARE: &str = "const extension = { on() {} }; ";

/// The nth version of the script that is edited.
fn version(number: usize) -> String {
    format!("//@extension version 1.{number}.0\n{SCRIPT} exports.version = {number};")
}

/// An app that watches a folder with scripts, the first of which is edited.
struct Ground {
    folder: TempDir,
    app: App,
}

impl Ground {
    fn new(count: usize, watch: bool) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        fs::write(folder.path().join("edited.js"), version(0)).expect("there is room");
        for number in 1..count {
            fs::write(folder.path().join(format!("script{number}.js")), SCRIPT).expect("there is room");
        }
        let mut settings = HostSettings::default();
        settings.directories = vec![folder.path().display().to_string()];
        settings.dev.watch = watch;
        let mut app = App::new();
        app.add_plugins(ExtensionsPlugin {
            settings: settings.into(),
            exit_on_signal: false,
            inventory: false,
            ..Default::default()
        });
        app.finish();
        app.cleanup();
        (0..3).for_each(|_| app.update());
        Self { folder, app }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Runs a frame, and tells how long it has taken.
    fn frame(&mut self) -> f64 {
        seconds(|| self.app.update())
    }

    /// Asks for a switch, and tells how long the frame has taken that did it.
    fn switch(&mut self, switch: Switch) -> f64 {
        self.app.world_mut().resource_mut::<Extensions>().switch(switch);
        self.frame()
    }

    fn version(&self) -> Option<u64> {
        let extensions = self.app.world().resource::<Extensions>();
        extensions.manifest("edited").map(|manifest| manifest.version.minor)
    }

    fn frame_by_itself(&mut self) -> f64 {
        shortest((0..21).map(|_| self.frame()).collect())
    }
}

fn seconds(act: impl FnOnce()) -> f64 {
    let began = Instant::now();
    act();
    began.elapsed().as_secs_f64()
}

/// Noise only ever adds.
fn shortest(times: Vec<f64>) -> f64 {
    times.into_iter().fold(f64::MAX, f64::min)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn reload(count: usize, rounds: usize) {
    let mut ground = Ground::new(count, true);
    let [mut watch, mut all] = [Vec::new(), Vec::new()];
    for number in 1..=rounds {
        let saved = Instant::now();
        fs::write(ground.path("edited.js"), version(number)).expect("there is room");
        let before = loop {
            let before = saved.elapsed();
            ground.app.update();
            if ground.version() == Some(number as u64) {
                break before;
            }
            assert!(before < Duration::from_secs(60), "nothing comes of it");
            thread::sleep(Duration::from_millis(1));
        };
        watch.push(before.as_secs_f64());
        all.push(saved.elapsed().as_secs_f64());
    }
    ground.app.terminate_extensions();
    // The parts by themselves: whatever is read wakes the thread that watches, which may take the processor.
    let mut ground = Ground::new(count, false);
    let frame = ground.frame_by_itself();
    let [mut parse, mut plan, mut stop, mut start] = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let extensions = ground.app.world_mut().resource_mut::<Extensions>().into_inner();
        let began = Instant::now();
        let planned = extensions.plan_switches([Switch::reload("edited")]);
        let read_and_planned = began.elapsed().as_secs_f64();
        // It plans again, and does not read again.
        let planned_only = seconds(|| extensions.confirm(planned).expect("nothing has happened meanwhile"));
        parse.push((read_and_planned - planned_only).max(0.0));
        plan.push(planned_only);
        ground.frame();
        stop.push((ground.switch(Switch::disable("edited")) - frame).max(0.0));
        start.push((ground.switch(Switch::enable("edited")) - frame).max(0.0));
    }
    let [watch, all] = [watch, all].map(median);
    let [parse, plan, stop, start] = [parse, plan, stop, start].map(shortest);
    let parts = [watch, parse, plan, stop, start, all].map(|time| format!("{:>9}", text(time)));
    println!("  {count:>7}  {}", parts.join(" "));
    ground.app.terminate_extensions();
}

fn load(count: usize, rounds: usize) {
    let mut ground = Ground::new(count, false);
    let shelf = tempfile::tempdir().expect("there is room");
    let path = shelf.path().join("loaded.js");
    fs::write(&path, SCRIPT).expect("there is room");
    let frame = ground.frame_by_itself();
    let [mut bare_load, mut bare_drop, mut load, mut unload] = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let began = Instant::now();
        let bare = bare(&path);
        bare_load.push(began.elapsed().as_secs_f64());
        bare_drop.push(seconds(|| drop(bare)));
        // With the reading, and the plan.
        let began = Instant::now();
        ground.switch(Switch::load(&path));
        load.push((began.elapsed().as_secs_f64() - frame).max(0.0));
        let extensions = ground.app.world().resource::<Extensions>();
        assert_eq!(extensions.state("loaded"), Some(ExtensionState::Running), "it was loaded");
        let began = Instant::now();
        ground.switch(Switch::unload("loaded"));
        unload.push((began.elapsed().as_secs_f64() - frame).max(0.0));
    }
    let [bare_load, load, bare_drop, unload] = [bare_load, load, bare_drop, unload].map(shortest);
    println!(
        "  {count:>7}  {:>9} {:>9} {:>8}  {:>9} {:>9} {:>8}",
        text(bare_load),
        text(load),
        ratio(bare_load, load),
        text(bare_drop),
        text(unload),
        ratio(bare_drop, unload),
    );
    ground.app.terminate_extensions();
}

/// Runs the script in QuickJS alone.
fn bare(path: &Path) -> (Context, Runtime) {
    let source = BARE.to_string() + &fs::read_to_string(path).expect("it was written");
    let runtime = Runtime::new().expect("there is memory");
    let context = Context::full(&runtime).expect("there is memory");
    context.with(|ctx| ctx.eval::<(), _>(black_box(source))).expect("it is good");
    (context, runtime)
}
