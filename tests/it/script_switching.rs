//! Scripts stop, start and start afresh while the app runs, and fail: nothing of them is left behind.

use std::collections::BTreeMap;

use bevy_ecs::{archetype::Archetype, prelude::*};
use bevy_extensions::{
    Interface, Method, Switch, Type, Value, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::{
    memory,
    support::{FRAME, check_said, scripts},
};

extensions! {
    Market() = |app| app.extension::<Self>()
        .interface(Interface::new("store").method(Method::new("load").returns(Type::Integer)))
        .export_fn("price", || 7);
    // It needs a script.
    Customer(requires("stall")) = |app| app.extension::<Self>().export_fn("visit", |world: &mut World| -> u32 {
        world.call("stall", "sell", ()).unwrap_or(0)
    });
}

/// A script that uses everything that there is.
const STALL: &str = "//@extension requires Market
    let count = 0;
    const market = extension.imports('Market');
    const listen = () => { extension.on('bell', (event) => { event.count = ++count; }); };
    listen();
    extension.on('stall.*', async () => { count += market.price(); await null; });
    extension.once('never', () => 0);
    extension.on('*', () => 0).detach();
    extension.exports = { sell: () => ++count, limit: 5 };
    extension.driver('store', { load: () => count });
    setInterval(() => { extension.emit('stall.tick', { count }); }, 10);
    setTimeout(() => { count += 1; }, 1000000);
    extension.on('init', async () => {
        listen();
        extension.exports.late = async () => count;
        await extension.emit('stall.open', { count });
    });
    extension.on('terminate', () => {
        setTimeout(() => 0, 0);
        extension.emit('stall.closed');
        listen();
        extension.exports.later = () => 1;
    });
";

fn stall() -> TestApp {
    scripts(&[("stall.js", STALL)]).with::<Market>().with::<Customer>().start()
}

/// Asks for a switch, and runs a frame.
fn switch(app: &mut TestApp, switch: Switch) {
    app.world_mut().resource_mut::<Extensions>().switch(switch);
    app.frames(1);
}

#[test]
fn what_stops_leaves_nothing() {
    let mut app = stall();
    app.assert_states("Market running, stall running, Customer running");
    app.frames(3);
    switch(&mut app, Switch::disable("stall"));
    app.assert_states("Market running, stall disabled, Customer suspended");
    assert_eq!(app.world().leftovers("stall"), Some(vec![]));
    assert_eq!(app.world_mut().emit("bell", json!({})).unwrap(), json!({}));
    assert_eq!(
        app.world_mut().call::<_, Value>("stall", "sell", ()).unwrap_err().to_string(),
        "`stall.sell` was not called: `stall` is disabled",
    );
    app.assert_quiet();
}

#[test]
fn what_starts_again_has_a_fresh_context() {
    let mut app = stall();
    switch(&mut app, Switch::restart("stall"));
    let count = app.world_mut().call::<_, u32>("stall", "sell", ()).unwrap();
    switch(&mut app, Switch::restart("stall"));
    for round in 0..3 {
        assert_eq!(app.world_mut().call::<_, u32>("stall", "sell", ()), Ok(count), "round {round}");
        assert_eq!(app.world_mut().emit("bell", json!({})).unwrap(), json!({"count": count + 2}), "round {round}");
        match round {
            0 => switch(&mut app, Switch::restart("stall")),
            _ => {
                switch(&mut app, Switch::disable("stall"));
                switch(&mut app, Switch::enable("stall"));
            }
        }
        app.assert_states("Market running, stall running, Customer running");
    }
    app.assert_quiet();
}

#[test]
fn what_belongs_to_a_running_script_is_listed() {
    let app = stall();
    let leftovers: Vec<_> = app.world().leftovers("stall").unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        leftovers,
        [
            "systems that may run",
            "a listener of `bell`",
            "a listener of `never`",
            "a listener of `stall.*`",
            "the function `late`",
            "the function `limit`",
            "the function `sell`",
            "a driver of `store`",
            "the runtime of its script",
            "2 timers",
        ],
    );
}

#[test]
fn a_script_follows_a_native_that_it_requires() {
    let mut app = stall();
    switch(&mut app, Switch::disable("Market"));
    app.assert_states("Market disabled, stall suspended, Customer suspended");
    assert_eq!(app.world().leftovers("stall"), Some(vec![]));
    assert_eq!(app.world().leftovers("Customer"), Some(vec![]));
    switch(&mut app, Switch::enable("Market"));
    app.assert_states("Market running, stall running, Customer running");
    assert!(app.world_mut().call::<_, u32>("Customer", "visit", ()).unwrap() > 0);
    app.assert_quiet();
}

#[test]
fn a_script_that_is_disabled_at_the_start_starts_once_it_is_enabled() {
    let settings = r#"(disabled: ["stall"])"#;
    let mut app = scripts(&[("stall.js", STALL)]).with::<Market>().settings(settings).start();
    app.assert_states("Market running, stall disabled");
    switch(&mut app, Switch::enable("stall"));
    app.assert_states("Market running, stall running");
}

#[test]
fn phases_run_again_at_every_start() {
    let text = "for (const phase of ['preinit', 'init', 'postinit', 'ready', 'terminate'])
            extension.on(phase, () => console.log(phase));
        console.log('top');";
    let mut app = scripts(&[("aa.js", text)]).start();
    switch(&mut app, Switch::restart("aa"));
    let life = ["aa: top", "aa: preinit", "aa: init", "aa: postinit", "aa: ready"];
    check_said(&app, &[&life[..], &["aa: terminate"], &life].concat());
}

#[test]
fn an_extension_that_a_script_restarts_by_an_event_does_so_before_the_next_frame() {
    extensions! {
        Switcher() = |app| app.extension::<Self>().export_fn("restart", |In(name): In<String>, mut commands: Commands| {
            commands.restart_extension(name);
        });
    }
    let text = "//@extension requires Switcher
        let count = 0;
        console.log('top');
        extension.on('again', () => {
            extension.imports('Switcher').restart('aa');
            console.log('still here', ++count);
        });";
    let mut app = scripts(&[("aa.js", text)]).with::<Switcher>().start();
    for _ in 0..2 {
        app.world_mut().emit("again", json!({})).unwrap();
        app.frames(1);
    }
    check_said(&app, &["aa: top", "aa: still here 1", "aa: top", "aa: still here 1", "aa: top"]);
    app.assert_quiet();
}

// Faults.

const CLUMSY: &str = "extension.on('trip', () => { missing(); });
    extension.on('fall', () => { Promise.reject(new Error('ouch')); });";

fn clumsy(settings: &str) -> TestApp {
    let bystander = "extension.on('trip', (event) => { event.well = true })";
    scripts(&[("clumsy.js", CLUMSY), ("zoe.js", bystander)]).settings(settings).start()
}

#[test]
fn faults_are_counted() {
    let mut app = clumsy("()");
    for _ in 0..4 {
        assert_eq!(app.world_mut().emit("trip", json!({})).unwrap(), json!({"well": true}));
    }
    app.frames(1);
    app.assert_faults(
        "clumsy",
        &["in a listener of `trip`: ReferenceError: missing is not defined, at clumsy.js:1:30 (4 times)"],
    );
    app.assert_states("clumsy running, zoe running");
    app.assert_logged(
        "warn: `clumsy` had a fault in a listener of `trip`: \
         ReferenceError: missing is not defined, at clumsy.js:1:30\n    \
         1 | extension.on('trip', () => { missing(); });\n      \
           |                              ^",
    );
}

#[test]
fn ten_faults_within_a_minute_are_too_many() {
    let mut app = clumsy("()");
    for times in 1..=12 {
        app.world_mut().emit("trip", json!({})).unwrap();
        if times == 9 {
            app.frames(1).assert_states("clumsy running, zoe running");
        }
    }
    app.frames(1).assert_states("clumsy failed, zoe running");
    app.assert_logged(
        "error: `clumsy` has failed in a listener of `trip`: \
         ReferenceError: missing is not defined, at clumsy.js:1:30 (10 faults in 60 s)\n    \
         1 | extension.on('trip', () => { missing(); });\n      \
           |                              ^",
    );
    assert_eq!(app.world().leftovers("clumsy"), Some(vec![]));
    switch(&mut app, Switch::enable("clumsy"));
    app.assert_states("clumsy running, zoe running");
}

#[test]
fn a_rejection_that_nobody_handles_is_charged_once() {
    let mut app = clumsy("()");
    app.world_mut().emit("fall", json!({})).unwrap();
    app.frames(3).assert_faults("clumsy", &["in a listener of `fall`: Error: ouch, at clumsy.js:2:53"]);
}

#[test]
fn the_report_shows_the_line_with_a_mark_and_the_stack() {
    let text = "function outer() {\n\tinner();\n}\nfunction inner() {\n\treturn nothing.at.all;\n}\nextension.on('trip', outer);";
    let mut app = scripts(&[("clumsy.js", text)]).start();
    app.world_mut().emit("trip", json!({})).unwrap();
    app.frames(1);
    let report = app.report().to_string();
    let lines: Vec<_> = report.lines().skip(3).collect();
    assert_eq!(
        lines,
        [
            "warning: `clumsy` had a fault in a listener of `trip`: ReferenceError: nothing is not defined, at clumsy.js:5:9",
            "  in: clumsy.js:5:9",
            "    5 | \treturn nothing.at.all;",
            "      | \t       ^",
            "    at inner (clumsy.js:5:9)",
            "    at outer (clumsy.js:2:2)",
        ],
    );
}

#[test]
fn a_script_that_failed_starts_again_by_itself_if_the_host_settings_say_so() {
    let settings = "(faults: (run_time: 1, restart: BackOff(first_ms: 1, longest_ms: 1, times: 3)))";
    let mut app = clumsy(settings);
    app.world_mut().emit("trip", json!({})).unwrap();
    crate::support::run_until(&mut app, |app| app.states() == "clumsy running, zoe running");
    assert!(!app.logs().iter().any(|line| line.contains("panicked")));
}

#[test]
fn a_top_level_that_fails_at_first_may_do_better_later() {
    let text = "//@extension optional Market
        if (!('price' in extension.imports('app'))) throw new Error('no price yet');
        console.log('now it runs')";
    let mut app = scripts(&[("aa.js", text)]).start();
    app.assert_state("aa", ExtensionState::Failed);
    app.host().export_fn("price", || 3).unwrap();
    switch(&mut app, Switch::enable("aa"));
    app.assert_state("aa", ExtensionState::Running);
    check_said(&app, &["aa: now it runs"]);
}

#[test]
fn a_script_that_fails_while_it_starts_again_leaves_nothing() {
    let text = "extension.on('init', () => { if (extension.imports('app').count() > 1) throw new Error('once only') });
        extension.on('a', () => 0); setInterval(() => 0, 10);";
    let count = |mut count: Local<u32>| {
        *count += 1;
        *count
    };
    let app = scripts(&[("aa.js", text)]).setup(|_| ()).build();
    let mut app = app;
    app.host().export_fn("count", count).unwrap();
    app.frames(1);
    app.assert_state("aa", ExtensionState::Running);
    switch(&mut app, Switch::restart("aa"));
    app.assert_state("aa", ExtensionState::Failed);
    assert_eq!(app.world().leftovers("aa"), Some(vec![]));
}

// Over and over.

/// What there is in a world, as the world itself has it, and how much of each.
fn census(world: &World) -> BTreeMap<String, usize> {
    let mut census = BTreeMap::from([
        ("entities".to_string(), world.entities().count_spawned() as usize),
        ("archetypes".to_string(), world.archetypes().len()),
        ("component ids".to_string(), world.components().len()),
    ]);
    let named = |archetype: &Archetype| {
        let known = world.components();
        let mut names: Vec<_> = archetype.iter_components().map(|id| format!("{:?}", known.get_info(id))).collect();
        names.sort();
        names.join(" + ")
    };
    for archetype in world.archetypes().iter().filter(|archetype| !archetype.is_empty()) {
        *census.entry(format!("rows of {}", named(archetype))).or_default() += archetype.len() as usize;
    }
    for schedule in world.resource::<Schedules>().iter() {
        census.insert(format!("systems in {:?}", schedule.0), schedule.1.systems_len());
    }
    census
}

/// Returns how much memory this process has, where the system tells.
fn resident_kib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// In the long proof, which is run alone, `SWITCHES` says how often: `SWITCHES=10000 cargo test -- however_often`.
#[test]
fn however_often_a_script_stops_and_starts_the_world_does_not_grow() {
    let mut app = bevy_app::App::new();
    let host = crate::support::host().with::<Market>().with::<Customer>().with_script("stall.js", STALL);
    app.insert_resource(bevy_time::TimeUpdateStrategy::ManualDuration(FRAME)).add_plugins(host);
    app.finish();
    app.cleanup();
    // Whatever is told is let go at once.
    let _quiet = tracing::subscriber::set_default(tracing_subscriber::registry());
    app.update();
    let turn = |app: &mut bevy_app::App| {
        let mut stopped = None;
        for switch in [Switch::disable("stall"), Switch::enable("stall")] {
            app.world_mut().resource_mut::<Extensions>().switch(switch);
            app.update();
            stopped.get_or_insert_with(|| app.world().leftovers("stall"));
            app.update();
            _ = app.world_mut().emit("bell", json!({}));
        }
        assert_eq!(stopped, Some(Some(vec![])));
    };
    // Archetypes and the capacity of lists come with the first ones.
    (0..50).for_each(|_| turn(&mut app));
    let (before, held, resident) = (census(app.world()), memory::held(), resident_kib());
    let times: u32 = std::env::var("SWITCHES").map_or(200, |times| times.parse().unwrap());
    (0..times).for_each(|_| turn(&mut app));
    assert_eq!(census(app.world()), before);
    if cfg!(not(feature = "multi_threaded")) {
        let grown = memory::held() - held;
        assert!(grown < 64 * 1024, "{grown} bytes after {times} turns");
    }
    // What runtimes hold is counted by the system only, which counts other tests too: so it is looked at in the long proof.
    if let (Ok(_), Some((before, after))) = (std::env::var("SWITCHES"), resident.zip(resident_kib())) {
        assert!(after < before + 16 * 1024, "{before} KiB, then {after} KiB");
    }
    assert!(app.world_mut().call::<_, u32>("Customer", "visit", ()).unwrap() > 0);
    app.terminate_extensions();
}
