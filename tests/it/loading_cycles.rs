//! Loading, reloading and unloading, over and over: nothing grows, counted in the world, the heap and the system.

use std::{
    collections::BTreeMap,
    env, fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicIsize, Ordering},
    },
};

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    Extensions, Interface, Method, Switch, Type, Value, json,
    prelude::*,
    script::{
        Heard, HeardEvent, Languages, ListenerId, PromiseId, Script, ScriptEngine, ScriptError, ScriptFunction,
        ScriptHost, ScriptSource, TimerId,
    },
    test_kit::extensions,
};
use bevy_time::TimeUpdateStrategy;
use tempfile::TempDir;

use crate::{
    memory,
    support::{FRAME, host_with},
};

extensions! {
    Market() = |app| app.extension::<Self>()
        .interface(Interface::new("store").method(Method::new("load").returns(Type::Integer)))
        .export_fn("price", || 7);
}

/// A script that uses everything that there is.
const STALL: &str = "//@extension requires Market
    let count = 0;
    const market = extension.imports('Market');
    extension.on('bell', (event) => { event.count = ++count; });
    extension.on('stall.*', async () => { count += market.price(); await null; });
    extension.once('never', () => 0);
    extension.exports = { sell: () => ++count, limit: 5 };
    extension.driver('store', { load: () => count });
    setInterval(() => { extension.emit('stall.tick', { count }); }, 10);
    setTimeout(() => { count += 1; }, 1000000);
    new Promise(() => 0).then(() => count);
    extension.on('init', async () => {
        extension.storage.write('till.txt', 'some coins');
        extension.exports.late = async () => count;
        await extension.emit('stall.open', { count });
    });
    extension.on('bell', async () => { await extension.emit('stall.rung'); await new Promise(() => 0); });
    extension.on('terminate', () => {
        setTimeout(() => 0, 0);
        extension.emit('stall.closed');
        extension.exports.later = () => 1;
    });
";

const GUILD: &str = "//@extension requires stall
    const stall = extension.imports('stall');
    extension.on('bell', () => { stall.sell(); });
    exports.sell = () => stall.sell();
";

/// An app, and scripts that it can load.
struct Shelf {
    folder: TempDir,
    app: App,
}

impl Shelf {
    fn new(languages: Languages) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut app = App::new();
        let host = host_with("(faults: (run_time: 1000))").with::<Market>();
        let host = ExtensionsPlugin { data: Some(folder.path().join("data")), languages, ..host };
        app.insert_resource(TimeUpdateStrategy::ManualDuration(FRAME)).add_plugins(host);
        app.finish();
        app.cleanup();
        app.update();
        Self { folder, app }
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(file);
        fs::write(&path, text).unwrap();
        path
    }

    fn switch(&mut self, switches: impl IntoIterator<Item = Switch>) {
        let mut extensions = self.app.world_mut().resource_mut::<Extensions>();
        let plan = extensions.plan_switches(switches);
        extensions.confirm(plan).unwrap();
        self.app.update();
        _ = self.app.world_mut().emit("bell", json!({}));
        self.app.update();
    }

    #[track_caller]
    fn check_states(&self, expected: &str) {
        let extensions = self.app.world().resource::<Extensions>();
        let states = extensions.iter().map(|(name, _)| format!("{name} {}", extensions.state(name.as_str()).unwrap()));
        assert_eq!(states.collect::<Vec<_>>().join(", "), expected);
    }
}

/// What there is in a world, as the world itself has it, and of open files.
fn census(world: &World) -> BTreeMap<String, usize> {
    let mut census = BTreeMap::from([
        ("entities".to_string(), world.entities().count_spawned() as usize),
        ("archetypes".to_string(), world.archetypes().len()),
        ("component ids".to_string(), world.components().len()),
        ("resources".to_string(), world.iter_resources().count()),
        ("problems".to_string(), world.resource::<Extensions>().problems().len()),
    ]);
    for archetype in world.archetypes().iter().filter(|archetype| !archetype.is_empty()) {
        census.insert(format!("rows of {:?}", archetype.id()), archetype.len() as usize);
    }
    for schedule in world.resource::<Schedules>().iter() {
        census.insert(format!("systems in {:?}", schedule.0), schedule.1.systems_len());
    }
    census
}

/// Counts the open files of this process, where the system tells. Other tests open some, too.
fn open_files() -> Option<usize> {
    Some(fs::read_dir("/proc/self/fd").ok()?.count())
}

/// Returns how much memory this process has, where the system tells.
fn resident_kib() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Does something over and over: there is as much after it as before it.
///
/// In the long proof, which is run alone, `LOADS` says how often:
/// `LOADS=10000 cargo test --release -- loading_cycles --test-threads 1 --nocapture`.
#[track_caller]
fn check(mut shelf: Shelf, mut turn: impl FnMut(&mut Shelf, u32)) {
    // Whatever is told is let go at once.
    let _quiet = tracing::subscriber::set_default(tracing_subscriber::registry());
    let long = env::var("LOADS").ok();
    let times: u32 = long.as_ref().map_or(60, |times| times.parse().unwrap());
    // Archetypes and the capacity of lists come with the first ones.
    (0..40).for_each(|round| turn(&mut shelf, round));
    let before = (census(shelf.app.world()), memory::held(), resident_kib(), open_files());
    let began = std::time::Instant::now();
    (0..times).for_each(|round| turn(&mut shelf, round));
    let took = began.elapsed() / times;
    let after = (census(shelf.app.world()), memory::held(), resident_kib(), open_files());
    assert_eq!(after.0, before.0);
    let grown = after.1 - before.1;
    if cfg!(not(feature = "multi_threaded")) {
        assert!(grown < 16 * 1024, "{grown} bytes after {times} turns");
    }
    // Other tests open files and take memory: so these are looked at in the long proof.
    if long.is_some() {
        println!("{times} turns of {took:?}: {grown} bytes more, {:?} KiB then {:?}", before.2, after.2);
        assert_eq!(after.3, before.3, "open files");
        let (Some(before), Some(after)) = (before.2, after.2) else { return };
        assert!(after < before + 4 * 1024, "{before} KiB, then {after} KiB");
    }
    shelf.app.terminate_extensions();
}

#[test]
fn however_often_scripts_are_loaded_and_unloaded_nothing_grows() {
    let shelf = Shelf::new(Languages::default());
    let paths = [shelf.write("stall.js", STALL), shelf.write("guild.js", GUILD)];
    check(shelf, |shelf, _| {
        shelf.switch(paths.iter().map(Switch::load));
        shelf.check_states("Market running, stall running, guild running");
        shelf.switch([Switch::unload("stall"), Switch::unload("guild")]);
        shelf.check_states("Market running");
    });
}

#[test]
fn however_often_one_is_unloaded_and_another_takes_its_place_nothing_grows() {
    let shelf = Shelf::new(Languages::default());
    let paths = ["one.js", "two.js"].map(|file| shelf.write(file, STALL));
    check(shelf, |shelf, _| {
        shelf.switch([Switch::load(&paths[0])]);
        shelf.switch([Switch::unload("one"), Switch::load(&paths[1])]);
        shelf.check_states("Market running, two running");
        shelf.switch([Switch::unload("two")]);
    });
}

#[test]
fn however_often_scripts_are_reloaded_nothing_grows() {
    let mut shelf = Shelf::new(Languages::default());
    let paths = [shelf.write("stall.js", STALL), shelf.write("guild.js", GUILD)];
    shelf.switch(paths.iter().map(Switch::load));
    check(shelf, |shelf, round| {
        shelf.write("stall.js", &format!("//@extension version 1.0.{}\n{STALL}", round % 10));
        shelf.switch([Switch::reload("stall")]);
        shelf.check_states("Market running, stall running, guild running");
        let sold = shelf.app.world_mut().call::<_, Value>("guild", "sell", ());
        assert!(sold.is_ok(), "{sold:?}");
    });
}

#[test]
fn however_often_loads_are_refused_nothing_grows() {
    let shelf = Shelf::new(Languages::default());
    let texts = ["let 3;", "//@extension requires Nobody\n", "//@extension version x\n", "//@extension name Market\n"];
    let paths: Vec<_> = (0..).zip(texts).map(|(n, text)| shelf.write(&format!("s{n}.js"), text)).collect();
    check(shelf, |shelf, _| {
        shelf.switch(paths.iter().map(Switch::load));
        shelf.check_states("Market running");
    });
}

#[test]
fn however_often_loads_and_reloads_fail_nothing_grows() {
    let shelf = Shelf::new(Languages::default());
    let fails = format!("{STALL}; throw new Error('closed')");
    let late = format!("{STALL}; extension.on('postinit', () => missing());");
    let paths = [shelf.write("stall.js", ""), shelf.write("guild.js", GUILD)];
    check(shelf, |shelf, _| {
        shelf.write("stall.js", &fails);
        shelf.switch(paths.iter().map(Switch::load));
        shelf.check_states("Market running, stall failed, guild suspended");
        shelf.write("stall.js", &late);
        shelf.switch([Switch::reload("stall")]);
        shelf.check_states("Market running, stall failed, guild suspended");
        shelf.write("stall.js", STALL);
        shelf.switch([Switch::reload("stall")]);
        shelf.check_states("Market running, stall running, guild running");
        shelf.write("stall.js", "let 3;");
        shelf.switch([Switch::reload("stall")]);
        shelf.check_states("Market running, stall running, guild running");
        shelf.switch([Switch::unload("stall"), Switch::unload("guild")]);
        shelf.check_states("Market running");
    });
}

/// A language that counts its scripts; they do nothing.
struct Counted(Arc<AtomicIsize>);

struct Alive(Arc<AtomicIsize>, bool);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl ScriptEngine for Counted {
    fn language(&self) -> &'static str {
        "counted"
    }

    fn runs(&self, file: &str) -> bool {
        file.ends_with(".js")
    }

    fn create(&self, source: ScriptSource) -> Result<Box<dyn Script>, ScriptError> {
        let text = source.files.source(&source.entrypoint).map_err(|error| ScriptError::new(error.to_string()))?;
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Alive(self.0.clone(), text.ends_with(b"fail"))))
    }
}

impl Script for Alive {
    fn run(&mut self, host: &mut dyn ScriptHost) -> Result<(), ScriptError> {
        host.start_timer(TimerId(1), FRAME, true);
        host.listen(ListenerId(1), "bell").map_err(ScriptError::new)?;
        if self.1 { Err(ScriptError::new("failed")) } else { Ok(()) }
    }

    fn phase(&mut self, _: Phase, _: &mut dyn ScriptHost) {}

    fn hear(
        &mut self,
        _: ListenerId,
        _: &mut dyn HeardEvent,
        _: Heard<'_>,
        _: &mut dyn ScriptHost,
    ) -> Result<(), ScriptError> {
        Ok(())
    }

    fn call(&mut self, _: ScriptFunction<'_>, argument: Value, _: &mut dyn ScriptHost) -> Result<Value, ScriptError> {
        Ok(argument)
    }

    fn settle(&mut self, _: PromiseId, _: Result<Value, String>, _: &mut dyn ScriptHost) {}

    fn ring(&mut self, _: TimerId, _: &mut dyn ScriptHost) -> Result<(), ScriptError> {
        Ok(())
    }
}

#[test]
fn there_are_as_many_runtimes_as_scripts_that_run() {
    let alive = Arc::new(AtomicIsize::new(0));
    let mut shelf = Shelf::new(Languages::none().with(Counted(alive.clone())));
    let count = || alive.load(Ordering::Relaxed);
    let path = shelf.write("aa.js", "");
    for _ in 0..3 {
        shelf.switch([Switch::load(&path)]);
        assert_eq!(count(), 1, "loaded");
        shelf.switch([Switch::reload("aa")]);
        assert_eq!(count(), 1, "reloaded");
        shelf.switch([Switch::disable("aa")]);
        assert_eq!(count(), 0, "disabled");
        shelf.switch([Switch::reload("aa")]);
        assert!(count() <= 1, "read anew while it is off: what looked at it is kept for the start");
        shelf.switch([Switch::enable("aa")]);
        assert_eq!(count(), 1, "enabled");
        shelf.write("aa.js", "fail");
        shelf.switch([Switch::reload("aa")]);
        assert_eq!(count(), 0, "failed");
        shelf.write("aa.js", "//@extension requires Nobody\n");
        shelf.switch([Switch::reload("aa")]);
        assert_eq!(count(), 0, "refused");
        shelf.write("aa.js", "");
        shelf.switch([Switch::reload("aa")]);
        shelf.switch([Switch::unload("aa")]);
        assert_eq!(count(), 0, "unloaded");
        let plan = shelf.app.world().resource::<Extensions>().plan_switches([Switch::load(&path)]);
        drop(plan);
        assert_eq!(count(), 0, "never confirmed");
    }
    drop(shelf);
    assert_eq!(count(), 0);
}
