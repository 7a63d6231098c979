//! Loading under adverse conditions: strange paths, wishes from strange places, names that come and go, ends in between.

use std::{fs, path::Path};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    DependencyEdge, DriverChanged, ExtensionInfo, Interface, Method, SettingsSource, SuspendedBecauseOf, Switch, Type,
    json,
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::{loading::Shelf, support::Log};

extensions! {
    /// Does what scripts ask for.
    Hands() = |app| app.extension::<Self>()
        .interface(Interface::new("store").method(Method::new("load").returns(Type::Integer)))
        .export_fn("load", |In(path): In<String>, mut commands: Commands| commands.load_extension(path))
        .export_fn("reload", |In(name): In<String>, mut commands: Commands| commands.reload_extension(name))
        .export_fn("unload", |In(name): In<String>, mut commands: Commands| commands.unload_extension(name));
    Temple(version = "1.0.0", conflicts("tavern" = "^2")) = |app| app.extension::<Self>().export_fn("pray", || 1);
}

fn shelf() -> Shelf {
    Shelf::new(|app| app.with::<Hands>().setup(|app| _ = app.init_resource::<Log>()))
}

impl Shelf {
    /// Writes a script, and loads it.
    #[track_caller]
    fn add(&mut self, file: &str, text: &str) -> String {
        self.write(file, text);
        self.load(file)
    }

    fn extensions(&mut self) -> Mut<'_, Extensions> {
        self.app.world_mut().resource_mut::<Extensions>()
    }

    /// Takes what was noted.
    fn noted(&mut self) -> Vec<String> {
        std::mem::take(&mut self.app.world_mut().resource_mut::<Log>().0)
    }

    fn logged(&self, line: &str) -> bool {
        self.app.logs().iter().any(|logged| logged.contains(line))
    }
}

// Strange paths.

#[track_caller]
fn check_refused(make: impl FnOnce(&Path), path: &str, expected: &str) {
    let mut shelf = shelf();
    make(shelf.folder.path());
    let told = shelf.load(path);
    assert_eq!(told, expected);
    shelf.app.assert_states("Hands running");
}

#[test]
fn what_is_no_extension_is_refused_with_what_would_be_one() {
    check_refused(
        |folder| fs::create_dir(folder.join("rain")).unwrap(),
        "rain",
        "cannot load `rain`: `rain` is left out: it has neither a manifest nor a `main.js` or `index.js`",
    );
    check_refused(
        |folder| {
            fs::create_dir_all(folder.join("all/rain")).unwrap();
            fs::write(folder.join("all/rain/extension.ron"), "(name: \"rain\")").unwrap();
        },
        "all",
        "cannot load `all`: `all` is no extension, but `rain` in it is: only its own folder is looked at",
    );
    check_refused(
        |folder| fs::write(folder.join("rain.txt"), "").unwrap(),
        "rain.txt",
        "cannot load `rain.txt`: `rain.txt` is no extension: it is neither a folder nor a script nor an archive",
    );
    check_refused(
        |folder| fs::write(folder.join("rain.zip"), "PK no").unwrap(),
        "rain.zip",
        "cannot load `rain.zip`: `rain.zip` is left out: it is no good archive: invalid Zip archive: \
         Could not find EOCD",
    );
    check_refused(
        |folder| fs::write(folder.join("rain.js"), [0xff, 0xfe, 0x00]).unwrap(),
        "rain.js",
        "cannot load `rain.js`: its manifest is wrong: the file is not UTF-8 text, at rain.js:1:1",
    );
    check_refused(
        |folder| fs::write(folder.join("rain.js"), vec![b' '; 20 << 20]).unwrap(),
        "rain.js",
        "cannot load `rain.js`: `rain.js` is left out: `rain.js` is larger than 16 MiB",
    );
    check_refused(
        |folder| fs::write(folder.join("rain.js"), "//@extension version one\n").unwrap(),
        "rain.js",
        "cannot load `rain.js`: its manifest is wrong: `version`: `one` is not a version: unexpected \
         character 'o' while parsing major version number; a version looks like `1.4.0`, at rain.js:1:22",
    );
    check_refused(
        |folder| {
            fs::create_dir(folder.join("rain")).unwrap();
            fs::write(folder.join("rain/extension.ron"), "(name: \"a b\")").unwrap();
            fs::write(folder.join("rain/main.js"), "").unwrap();
        },
        "rain",
        "cannot load `rain`: its manifest is wrong: `name`: `a b` cannot be the name of an extension: \
         only letters from a to z, digits and `_` are allowed, at rain/extension.ron:1:9",
    );
    check_refused(
        |folder| {
            fs::create_dir(folder.join("rain")).unwrap();
            fs::write(folder.join("rain/extension.ron"), "(name: \"rain\", entrypoint: \"drops.js\")").unwrap();
        },
        "rain",
        "cannot load `rain`: its entry point `drops.js` cannot run here: there is no such file",
    );
}

#[cfg(unix)]
#[test]
fn devices_pipes_and_loops_are_refused_at_once() {
    use std::os::unix::fs::symlink;
    let pipe = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    check_refused(
        |folder| symlink("/dev/zero", folder.join("rain.js")).unwrap(),
        "rain.js",
        "cannot load `rain.js`: `rain.js` is left out: it is neither a file nor a folder",
    );
    check_refused(
        |folder| symlink("/dev/zero", folder.join("rain.zip")).unwrap(),
        "rain.zip",
        "cannot load `rain.zip`: `rain.zip` is left out: it is neither a file nor a folder",
    );
    check_refused(
        |folder| pipe(&folder.join("rain.js")),
        "rain.js",
        "cannot load `rain.js`: `rain.js` is left out: it is neither a file nor a folder",
    );
    check_refused(
        |folder| {
            fs::create_dir(folder.join("rain")).unwrap();
            pipe(&folder.join("rain/main.js"));
        },
        "rain",
        "cannot load `rain`: `rain` is no extension: it has neither a manifest nor a `main.js` or `index.js`",
    );
    check_refused(
        |folder| {
            fs::create_dir(folder.join("rain")).unwrap();
            pipe(&folder.join("rain/extension.ron"));
        },
        "rain",
        "cannot load `rain`: `rain` is left out: `extension.ron` is no file",
    );
    check_refused(
        |folder| symlink("rain", folder.join("rain")).unwrap(),
        "rain",
        "cannot load `rain`: `rain` cannot be read: Too many levels of symbolic links (os error 40)",
    );
    check_refused(
        |folder| symlink("nowhere", folder.join("rain.js")).unwrap(),
        "rain.js",
        "cannot load `rain.js`: `rain.js` is a link to what is not there",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_utf_8_is_not_there() {
    use std::os::unix::ffi::OsStrExt;
    let mut shelf = shelf();
    let path = shelf.folder.path().join(std::ffi::OsStr::from_bytes(b"ra\xffin.js"));
    fs::write(&path, "").unwrap();
    assert_eq!(shelf.ask([Switch::load(path)]), "cannot load `ra\u{fffd}in.js`: there is nothing at `ra\u{fffd}in.js`");
}

#[test]
fn an_empty_script_is_an_extension() {
    let mut shelf = shelf();
    assert_eq!(shelf.add("rain.js", ""), "load `rain` 0.0.0, and start it");
}

// Names.

#[test]
fn one_extension_in_two_spellings_is_one() {
    let mut shelf = shelf();
    shelf.add("stall.js", "");
    assert_eq!(
        shelf.ask([Switch::reload("stall"), Switch::reload("STALL")]),
        "stop `stall`, to load it anew\nstart `stall` 0.0.0",
    );
    assert_eq!(shelf.ask([Switch::unload("stall"), Switch::unload("Stall")]), "stop `stall`, and unload it");
    shelf.app.assert_states("Hands running");
}

#[test]
fn a_reload_in_another_spelling_follows_it() {
    let mut shelf = shelf();
    shelf.add("stall.js", "//@extension name stall\n");
    shelf.add("guild.js", "//@extension requires stall\n");
    shelf.write("stall.js", "//@extension name Stall\n");
    assert_eq!(
        shelf.ask([Switch::reload("stall")]),
        "stop `guild`, to start it again: it requires `Stall`\nstop `stall`, and unload it\n\
         load `Stall` 0.0.0, and start it\nstart `guild`: it requires `Stall`",
    );
    shelf.app.assert_states("Hands running, Stall running, guild running");
}

#[test]
fn of_two_of_one_name_the_first_is_loaded_and_the_other_is_told_of_it() {
    let mut shelf = shelf();
    let loads = ["a/rain.js", "b/Rain.js"].map(|file| Switch::load(shelf.write(file, "")));
    assert_eq!(
        shelf.ask(loads),
        "load `rain` 0.0.0, and start it\n\
         cannot load `b/Rain.js`: `Rain` is to be loaded from a/rain.js at the same time; load one of them",
    );
}

#[test]
fn a_name_that_host_settings_switch_off_is_loaded_and_stays_off() {
    let mut shelf = Shelf::new(|app| app.settings(r#"(disabled: ["rain"])"#));
    assert_eq!(shelf.add("rain.js", "exports.f = () => 1"), "load `rain` 0.0.0, which is disabled then");
    shelf.app.assert_states("rain disabled");
    assert_eq!(shelf.app.world().leftovers("rain"), Some(vec![]));
    assert_eq!(shelf.ask([Switch::enable("rain")]), "start `rain`");
    assert_eq!(shelf.call("rain", "f"), 1);
    assert_eq!(shelf.ask([Switch::unload("rain")]), "stop `rain`, and unload it");
    assert_eq!(shelf.load("rain.js"), "load `rain` 0.0.0, which is disabled then");
}

#[test]
fn host_settings_for_who_comes_later_hold() {
    let settings = r#"(
        settings: { "rain": (drops: 5) },
        aliases: { "drip": "drop" },
        limits_for: { "rain": (script: (call_ms: 50)) },
        choose: { "store": "rain" },
    )"#;
    let mut shelf = Shelf::new(|app| app.with::<Hands>().settings(settings));
    let text = "let heard = 0; extension.on('drip', () => heard++);
        extension.driver('store', { load: () => heard });
        exports.drops = () => extension.config.drops; exports.loop = () => { for (;;); }";
    shelf.add("hail.js", "extension.driver('store', { load: () => 100 })");
    for _ in 0..3 {
        assert_eq!(shelf.app.world_mut().drive::<_, u32>("store", "load", json!({})), Ok(100));
        shelf.add("rain.js", text);
        assert_eq!(shelf.call("rain", "drops"), 5);
        shelf.app.world_mut().emit("drop", json!({})).unwrap();
        assert_eq!(shelf.app.world_mut().drive::<_, u32>("store", "load", json!({})), Ok(1));
        shelf.ask([Switch::unload("rain")]);
    }
}

// Whose place another has taken.

#[test]
fn who_served_an_interface_can_be_unloaded_and_the_change_is_told() {
    let mut shelf = shelf();
    shelf.app.add_observer(|changed: On<DriverChanged>, mut log: ResMut<Log>| {
        let name = |owner: &Option<bevy_extensions::Owner>| owner.as_ref().map_or("nobody".into(), ToString::to_string);
        log.note(format!("{} then {}", name(&changed.from), name(&changed.to)));
    });
    let text = "extension.driver('store', { load: () => 1 })";
    shelf.add("stall.js", text);
    shelf.write("booth.js", text);
    let booth = shelf.path("booth.js");
    // It gets the place of the other in the list of the host.
    shelf.ask([Switch::unload("stall"), Switch::load(booth)]);
    shelf.ask([Switch::unload("booth")]);
    assert_eq!(shelf.noted(), ["nobody then `stall`", "`stall` then `booth`", "`booth` then nobody"]);
}

#[test]
fn a_newcomer_has_nothing_of_who_had_its_place() {
    let mut shelf = shelf();
    shelf.add("stall.js", "extension.driver('store', { load: () => 1 }); extension.on('a', () => extension.emit('b'))");
    shelf.app.world_mut().emit("a", json!({})).unwrap();
    shelf.write(
        "booth.js",
        "extension.on('b', (event, meta) => console.log(meta.sender)); exports.f = () => { extension.emit('b'); }",
    );
    let booth = shelf.path("booth.js");
    shelf.ask([Switch::unload("stall"), Switch::load(booth)]);
    let told = shelf.app.world_mut().drive::<_, u32>("store", "load", json!({})).unwrap_err().to_string();
    assert_eq!(told, "nobody serves the interface `store`: add an extension that has a driver of it");
    shelf.app.world_mut().call::<_, bevy_extensions::Value>("booth", "f", ()).unwrap();
    assert!(shelf.logged("booth: booth"), "{:?}", shelf.app.logs());
}

#[test]
fn a_reload_that_drops_a_driver_has_none() {
    let mut shelf = shelf();
    shelf.add("stall.js", "extension.driver('store', { load: () => 1 })");
    shelf.write("stall.js", "throw new Error('closed')");
    shelf.ask([Switch::reload("stall")]);
    let told = shelf.app.world_mut().drive::<_, u32>("store", "load", json!({})).unwrap_err().to_string();
    assert_eq!(told, "nobody serves the interface `store`: add an extension that has a driver of it");
}

// Who stands in the way.

#[test]
fn nobody_is_put_out_by_a_reload() {
    let mut shelf = Shelf::new(|app| app.with::<Temple>());
    shelf.add("tavern.js", "//@extension version 1.0.0\n");
    shelf.write("tavern.js", "//@extension version 2.0.0\n");
    assert_eq!(
        shelf.ask([Switch::reload("tavern")]),
        "cannot reload `tavern`: `Temple` cannot run beside it; unload or disable that one first",
    );
    shelf.app.assert_states("tavern running, Temple running");
    shelf.ask([Switch::disable("Temple")]);
    assert_eq!(shelf.ask([Switch::reload("tavern")]), "stop `tavern`, to load it anew\nstart `tavern` 2.0.0");
    shelf.app.assert_states("tavern running, Temple disabled");
}

#[test]
fn who_runs_and_is_enabled_once_more_is_not_put_out_either() {
    let mut shelf = Shelf::new(|app| app.with::<Temple>());
    let tavern = shelf.write("tavern.js", "//@extension version 2.0.0\n");
    assert_eq!(
        shelf.ask([Switch::enable("Temple"), Switch::load(tavern)]),
        "cannot load `tavern.js`: `Temple` cannot run beside it; unload or disable that one first",
    );
}

#[test]
fn who_is_disabled_at_the_same_time_is_in_nobodys_way() {
    let mut shelf = Shelf::new(|app| app.with::<Temple>());
    let tavern = shelf.write("tavern.js", "//@extension version 2.0.0\n");
    assert_eq!(
        shelf.ask([Switch::disable("Temple"), Switch::load(tavern)]),
        "stop `Temple`, which is disabled then\nload `tavern` 2.0.0, and start it",
    );
}

#[test]
fn nobody_is_put_out_by_who_is_enabled() {
    let mut shelf = Shelf::new(|app| {
        let script = ("tavern.js", "//@extension version 2.0.0\n");
        app.with::<Temple>().settings(r#"(disabled: ["tavern"])"#).host(|host| host.with_script(script.0, script.1))
    });
    assert_eq!(
        shelf.ask([Switch::enable("tavern")]),
        "cannot enable `tavern`: `Temple` cannot run beside it; unload or disable that one first",
    );
    shelf.app.assert_states("Temple running, tavern disabled");
}

#[test]
fn who_is_reloaded_keeps_its_name_though_another_is_loaded_under_it() {
    let mut shelf = shelf();
    shelf.add("stall.js", "");
    let other = shelf.write("other/stall.js", "");
    assert_eq!(
        shelf.ask([Switch::load(other), Switch::reload("stall")]),
        "stop `stall`, to load it anew\nstart `stall` 0.0.0\n\
         cannot load `other/stall.js`: `stall` is there already, from stall.js; reload it, or unload it first",
    );
}

#[test]
fn a_native_that_somebody_wants_to_unload_keeps_its_name_and_may_restart() {
    let mut shelf = shelf();
    let path = shelf.write("hands.js", "");
    let entity = shelf.extensions().entity("Hands").unwrap();
    let at = shelf.app.world().get::<ExtensionInfo>(entity).unwrap().location.clone();
    assert_eq!(
        shelf.ask([Switch::unload("Hands"), Switch::load(path), Switch::restart("Hands")]),
        format!(
            "stop `Hands`, to start it again\nstart `Hands`\n\
             cannot load `hands.js`: `hands` is there already, from {at}; give this one another name\n\
             cannot unload `Hands`: it is linked into the app, which neither loads nor unloads code; \
             disable or restart it",
        ),
    );
}

#[test]
fn who_comes_stands_on_what_a_refused_reload_leaves_running() {
    let mut shelf = shelf();
    shelf.add("stall.js", "//@extension version 1.0.0\n");
    shelf.write("stall.js", "//@extension version 1.0.0\n//@extension requires Nobody\n");
    let guild = shelf.write("guild.js", "//@extension requires stall\n");
    let lost = shelf.write("lost.js", "//@extension requires missing\n");
    let more = shelf.write("more.js", "//@extension requires lost\n");
    assert_eq!(
        shelf.ask([Switch::load(guild), Switch::reload("stall"), Switch::load(lost), Switch::load(more)]),
        "load `guild` 0.0.0, and start it\n\
         cannot load `lost.js`: it requires `missing`, which is not there\n\
         cannot load `more.js`: it requires `lost`, which is left out\n\
         cannot reload `stall`: it requires `Nobody`, which is not there",
    );
    shelf.ask([Switch::disable("stall"), Switch::disable("Hands")]);
    shelf.app.assert_states("Hands disabled, stall disabled, guild suspended");
}

// Wishes from strange places.

#[test]
fn a_script_that_asks_for_its_own_reload_is_reloaded_when_it_has_returned() {
    let mut shelf = shelf();
    let text = |number: u32| {
        format!(
            "//@extension requires Hands
            const hands = extension.imports('Hands');
            exports.again = () => {{ hands.reload('aa'); return {number}; }};
            exports.go = () => {{ hands.unload('aa'); return {number}; }};"
        )
    };
    shelf.add("aa.js", &text(1));
    shelf.write("aa.js", &text(2));
    assert_eq!(shelf.call("aa", "again"), 1);
    shelf.app.frames(1);
    assert_eq!(shelf.call("aa", "go"), 2);
    shelf.app.frames(1).assert_states("Hands running");
    shelf.app.assert_quiet();
}

#[test]
fn whoever_asks_as_it_starts_stops_or_listens_is_heard_in_the_next_frame() {
    for when in ["init", "postinit", "terminate", "extension.stopped", "ask"] {
        let mut shelf = shelf();
        shelf.write("rain.js", "");
        let path = shelf.path("rain.js").display().to_string();
        shelf.add(
            "aa.js",
            &format!(
                "//@extension requires Hands\nextension.on('{when}', () => extension.imports('Hands').load('{path}'));"
            ),
        );
        shelf.add("bb.js", "");
        shelf.app.world_mut().emit("ask", json!({})).unwrap();
        shelf.ask([Switch::unload("bb")]);
        shelf.ask([Switch::disable("aa")]);
        shelf.app.frames(2);
        shelf.app.assert_state("rain", ExtensionState::Running);
    }
}

#[test]
fn what_an_extension_that_goes_has_waiting_goes_with_it() {
    let mut shelf = shelf();
    shelf.add(
        "aa.js",
        "//@extension requires Hands
        setInterval(() => { extension.emit('tick'); }, 0);
        const never = new Promise(() => 0);
        (async () => { await never; })();
        extension.on('go', async () => {
            extension.imports('Hands').unload('aa');
            const answer = await extension.emit('late');
            setTimeout(() => console.log('rings'), 0);
            await extension.emit('later');
            console.log('still here');
        });
        exports.f = () => 0;",
    );
    shelf.app.world_mut().emit("go", json!({})).unwrap();
    shelf.app.frames(3).assert_states("Hands running");
    shelf.app.assert_quiet();
}

#[test]
fn an_observer_of_a_stop_may_ask_for_the_same_again() {
    let mut shelf = shelf();
    let path = shelf.path("aa.js");
    shelf.app.add_observer(move |_: On<ExtensionStopped>, mut commands: Commands| {
        commands.load_extension(&path);
    });
    shelf.add("aa.js", "");
    for _ in 0..3 {
        assert_eq!(shelf.ask([Switch::unload("aa")]), "stop `aa`, and unload it");
        shelf.app.frames(1).assert_states("aa running, Hands running");
    }
}

#[test]
fn whoever_observes_finds_everything_at_its_place() {
    fn look(extensions: Res<Extensions>, infos: Query<&ExtensionInfo>, mut log: ResMut<Log>, what: &str) {
        let shown = extensions.iter().map(|(name, entity)| format!("{name} {}", infos.contains(entity)));
        let shown = shown.collect::<Vec<_>>().join(", ");
        assert!(extensions.iter().all(|(name, entity)| extensions.entity(name.as_str()) == Some(entity)));
        assert!(extensions.plan().len() <= extensions.iter().count());
        assert!(extensions.iter().all(|(name, _)| extensions.state(name.as_str()).is_some()));
        log.note(format!("{what}: {shown}"));
    }
    let mut shelf = shelf();
    shelf.app.add_observer(
        |_: On<Add<ExtensionInfo>>, a: Res<Extensions>, b: Query<&ExtensionInfo>, c: ResMut<Log>| look(a, b, c, "come"),
    );
    shelf.app.add_observer(
        |_: On<Remove<ExtensionInfo>>, a: Res<Extensions>, b: Query<&ExtensionInfo>, c: ResMut<Log>| {
            look(a, b, c, "go");
        },
    );
    shelf.app.add_observer(
        |_: On<Add<DependencyEdge>>, a: Res<Extensions>, b: Query<&ExtensionInfo>, c: ResMut<Log>| {
            look(a, b, c, "edge");
        },
    );
    shelf.add("aa.js", "//@extension requires Hands\n");
    shelf.ask([Switch::unload("aa")]);
    assert_eq!(shelf.noted(), ["come: Hands true, aa true", "edge: Hands true, aa true", "go: Hands true"]);
    shelf.app.assert_quiet();
}

#[test]
fn observers_that_panic_keep_nobody_from_coming_and_going() {
    let mut shelf = shelf();
    shelf.app.add_observer(|_: On<Insert<ExtensionInfo>>| panic!("come"));
    shelf.app.add_observer(|_: On<Remove<ExtensionInfo>>| panic!("go"));
    shelf.app.add_observer(|_: On<Add<DependencyEdge>>| panic!("edge"));
    shelf.app.add_observer(|_: On<ExtensionStarted>| panic!("started"));
    shelf.app.add_observer(|_: On<ExtensionStopped>| panic!("stopped"));
    shelf.add("aa.js", "//@extension requires Hands\nexports.f = () => 1");
    shelf.app.assert_states("Hands running, aa running");
    assert_eq!(shelf.call("aa", "f"), 1);
    shelf.write("aa.js", "//@extension version 1.0.0\nexports.f = () => 2");
    shelf.ask([Switch::reload("aa")]);
    assert_eq!(shelf.call("aa", "f"), 2);
    shelf.ask([Switch::unload("aa")]);
    shelf.app.assert_states("Hands running");
    assert_eq!(shelf.load("aa.js"), "load `aa` 1.0.0, and start it");
}

// Ends.

#[test]
fn an_end_while_somebody_comes_is_the_end() {
    let mut shelf = shelf();
    shelf.app.add_observer(|_: On<Add<ExtensionInfo>>, mut commands: Commands| {
        commands.queue(|world: &mut World| _ = world.terminate_extensions());
    });
    shelf.add("aa.js", "console.log('top'); exports.f = () => 1");
    assert!(!shelf.logged("aa: top"));
    assert_eq!(shelf.app.world().leftovers("aa"), Some(vec![]));
    shelf.write("bb.js", "");
    assert_eq!(shelf.load("bb.js"), "cannot load `bb.js`: the app has terminated its extensions");
}

#[test]
fn who_is_loaded_in_the_frame_of_the_exit_is_terminated() {
    let mut shelf = shelf();
    shelf.write("aa.js", "extension.on('terminate', () => console.log('over'))");
    let path = shelf.path("aa.js");
    shelf.extensions().load(path);
    shelf.app.world_mut().write_message(AppExit::Success);
    shelf.app.frames(1).assert_states("aa terminated, Hands terminated");
    assert!(shelf.logged("aa: over"));
}

#[test]
fn who_takes_the_hosts_resource_away_ends_the_host_and_not_the_app() {
    fn take(mut commands: Commands) {
        commands.queue(|world: &mut World| _ = world.remove_resource::<Extensions>());
    }
    let ways: [fn(&mut TestApp); 4] = [
        |app| _ = app.add_observer(|_: On<Add<ExtensionInfo>>, commands: Commands| take(commands)),
        |app| _ = app.add_observer(|_: On<Remove<ExtensionInfo>>, commands: Commands| take(commands)),
        |app| _ = app.add_observer(|_: On<ExtensionStopped>, commands: Commands| take(commands)),
        |app| _ = app.add_observer(|_: On<ExtensionStarted>, commands: Commands| take(commands)),
    ];
    for (way, add) in ways.into_iter().enumerate() {
        let mut shelf = shelf();
        shelf.add("aa.js", "");
        add(&mut shelf.app);
        shelf.write("bb.js", "");
        let path = shelf.path("bb.js");
        shelf.ask([Switch::unload("aa"), Switch::load(path)]);
        shelf.app.frames(2);
        assert!(!shelf.app.world().contains_resource::<Extensions>(), "way {way}");
    }
}

// Plans.

#[test]
fn a_plan_is_stale_once_somebody_else_has_read_the_same_anew() {
    let mut shelf = shelf();
    shelf.add("aa.js", "exports.f = () => 1");
    shelf.write("aa.js", "exports.f = () => 2");
    let older = shelf.plan([Switch::reload("aa")]);
    shelf.write("aa.js", "exports.f = () => 3");
    shelf.extensions().reload("aa");
    assert!(shelf.extensions().confirm(older).is_err());
    shelf.app.frames(1);
    assert_eq!(shelf.call("aa", "f"), 3);
}

#[test]
fn what_was_shown_is_done_though_its_files_are_gone() {
    let mut shelf = shelf();
    shelf.write("aa.js", "exports.f = () => 1");
    let path = shelf.path("aa.js");
    let plan = shelf.plan([Switch::load(&path)]);
    fs::remove_file(&path).unwrap();
    shelf.extensions().confirm(plan).unwrap();
    shelf.app.frames(1);
    assert_eq!(shelf.call("aa", "f"), 1);
    shelf.ask([Switch::restart("aa")]);
    assert_eq!(shelf.call("aa", "f"), 1);
}

#[test]
fn a_plan_is_stale_once_somebody_else_has_the_name() {
    let mut shelf = shelf();
    shelf.write("a/aa.js", "");
    let path = shelf.path("a/aa.js");
    let plan = shelf.plan([Switch::load(&path)]);
    shelf.add("b/aa.js", "");
    assert!(shelf.extensions().confirm(plan).is_err());
}

// Before the first frame.

#[test]
fn what_is_asked_for_before_the_first_frame_and_in_startup_comes_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = ["aa.js", "bb.js"].map(|file| folder.path().join(file));
    fs::write(&a, "exports.f = () => 1").unwrap();
    fs::write(&b, "//@extension requires aa\n").unwrap();
    let mut app = TestApp::builder().with::<Hands>().build();
    assert_eq!(app.world_mut().resource_mut::<Extensions>().load(&a).to_string(), "load `aa` 0.0.0, and start it",);
    app.add_systems(Startup, move |mut commands: Commands| commands.load_extension(&b));
    app.frames(1).assert_states("aa running, Hands running, bb running");
}

#[test]
fn an_app_whose_host_settings_cannot_be_read_starts_nobody_whatever_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extensions.ron");
    fs::write(&file, "(disabled: [\"aa\"], directoris: [])").unwrap();
    let mut shelf = Shelf::new(|app| {
        let host = |host: ExtensionsPlugin| ExtensionsPlugin { settings: SettingsSource::File(file), ..host };
        app.with::<Hands>().host(|it| host(it).with_script("aa.js", "console.log('runs')"))
    });
    shelf.app.assert_states("aa planned, Hands planned");
    shelf.write("bb.js", "");
    for switch in [Switch::load(shelf.path("bb.js")), Switch::disable("Hands"), Switch::restart("aa")] {
        let told = shelf.ask([switch]);
        assert!(told.ends_with(": this app starts no extension; see the first problem in the report"), "{told}");
    }
    shelf.app.assert_states("aa planned, Hands planned");
}

#[test]
fn who_is_left_out_while_the_app_runs_does_not_stop_it() {
    let mut shelf = Shelf::new(|app| app.settings("(on_left_out: Stop)"));
    shelf.add("stall.js", "");
    shelf.add("guild.js", "//@extension requires stall\n");
    shelf.ask([Switch::unload("stall")]);
    shelf.app.frames(1).assert_states("guild left out");
    assert!(shelf.app.should_exit().is_none());
    assert_eq!(
        shelf.ask([Switch::enable("guild")]),
        "cannot enable `guild`: it is left out; see its problem in the report"
    );
}

// Faults.

#[test]
fn who_waits_to_start_again_by_itself_can_be_unloaded_and_loaded() {
    let settings = "(faults: (run_time: 1, restart: BackOff(first_ms: 1, longest_ms: 1, times: 3)))";
    let mut shelf = Shelf::new(|app| app.settings(settings));
    shelf.add("aa.js", "extension.on('trip', () => missing())");
    shelf.app.world_mut().emit("trip", json!({})).unwrap();
    shelf.app.frames(1);
    assert!(shelf.ask([Switch::unload("aa")]).contains("unload"));
    std::thread::sleep(std::time::Duration::from_millis(5));
    shelf.app.frames(2).assert_states("");
    shelf.add("aa.js", "");
    shelf.app.frames(2).assert_states("aa running");
}

#[test]
fn what_is_asked_for_while_others_switch_waits_for_the_next_frame_though_somebody_starts_by_itself() {
    let settings = "(faults: (run_time: 1, restart: BackOff(first_ms: 1, longest_ms: 1, times: 3)))";
    let mut shelf = Shelf::new(|app| app.settings(settings));
    shelf.add("clumsy.js", "extension.on('trip', () => missing())");
    shelf.add("aa.js", "");
    shelf.write("bb.js", "console.log('top')");
    let path = shelf.path("bb.js");
    shelf.app.add_observer(move |_: On<ExtensionStopped>, mut commands: Commands| commands.load_extension(&path));
    shelf.app.world_mut().emit("trip", json!({})).unwrap();
    shelf.extensions().withdraw();
    shelf.app.frames(1);
    shelf.extensions().withdraw();
    std::thread::sleep(std::time::Duration::from_millis(5));
    shelf.ask([Switch::unload("aa")]);
    shelf.app.frames(2);
    assert!(!shelf.logged("cannot load"), "{:?}", shelf.app.logs());
    shelf.app.assert_state("bb", ExtensionState::Running);
}

#[test]
fn too_many_faults_in_the_frame_of_a_reload_are_those_of_the_old_one() {
    let mut shelf = Shelf::new(|app| app.settings("(faults: (run_time: 1))"));
    shelf.add("aa.js", "extension.on('trip', () => missing())");
    shelf.add("bb.js", "//@extension requires aa\n");
    shelf.write("aa.js", "exports.f = () => 2");
    shelf.extensions().reload("aa");
    shelf.app.world_mut().emit("trip", json!({})).unwrap();
    shelf.app.frames(1).assert_states("aa running, bb running");
    assert_eq!(shelf.call("aa", "f"), 2);
    shelf.app.assert_faults("aa", &[]);
}

// Many.

/// Prints how long that takes: in one plan, and one by one. With `LOADS` it is a thousand, too.
#[test]
fn hundreds_are_loaded_in_one_frame() {
    let counts: &[usize] = if std::env::var("LOADS").is_ok() { &[10, 100, 1000] } else { &[10, 100] };
    for &count in counts {
        let mut shelf = shelf();
        let paths: Vec<_> = (0..count).map(|n| shelf.write(&format!("s{n}.js"), "")).collect();
        let began = std::time::Instant::now();
        let plan = shelf.plan(paths.iter().map(Switch::load));
        let planned = began.elapsed();
        assert_eq!(plan.starts().count(), count);
        shelf.extensions().confirm(plan).unwrap();
        shelf.app.frames(1);
        println!("{count} scripts: planned in {planned:?}, running in {:?}", began.elapsed());
        let began = std::time::Instant::now();
        shelf.ask((0..count).map(|n| Switch::unload(format!("s{n}"))));
        println!("{count} scripts: unloaded in {:?}", began.elapsed());
        let began = std::time::Instant::now();
        let mut commands = shelf.app.world_mut().commands();
        paths.iter().for_each(|path| commands.load_extension(path));
        shelf.app.frames(1);
        println!("{count} scripts: by commands, running in {:?}", began.elapsed());
        shelf.app.assert_state("s9", ExtensionState::Running);
        if count < 1000 {
            let broken =
                (0..count).map(|n| Switch::load(shelf.write(&format!("b{n}.js"), "//@extension requires Nobody\n")));
            let broken: Vec<_> = broken.collect();
            let began = std::time::Instant::now();
            assert_eq!(shelf.plan(broken).blocked().len(), count);
            println!("{count} scripts: all refused in {:?}", began.elapsed());
        }
    }
}

// A reload that fails at any step.

/// Reloads `stall`, on which `guild` stands, as this text; then as a good one, which runs.
#[track_caller]
fn check_reload(before: &str, text: Option<&str>, watch: impl FnOnce(&mut TestApp), states: &str, fault: Option<&str>) {
    let mut shelf = shelf();
    shelf.add(
        "stall.js",
        &format!("exports.price = () => 1; extension.on('a', () => 0); setInterval(() => 0, 1); {before}"),
    );
    shelf.add(
        "guild.js",
        "//@extension requires stall\nexports.price = () => extension.imports('stall').price(); setInterval(() => 0, 1)",
    );
    watch(&mut shelf.app);
    match text {
        Some(text) => _ = shelf.write("stall.js", text),
        None => fs::remove_file(shelf.path("stall.js")).unwrap(),
    }
    shelf.ask([Switch::reload("stall")]);
    shelf.app.assert_states(states);
    let fault = fault.map(|fault| fault.replace("stall.js", &shelf.path("stall.js").display().to_string()));
    shelf.app.assert_faults("stall", &fault.iter().map(String::as_str).collect::<Vec<_>>());
    if states.contains("stall running") {
        let price = shelf.app.world_mut().call::<_, u32>("guild", "price", ());
        assert_eq!(price, Ok(if text.is_some_and(|text| text.contains("=> 2")) { 2 } else { 1 }));
    } else {
        assert_eq!(shelf.app.world().leftovers("stall"), Some(vec![]));
        assert_eq!(shelf.app.world().leftovers("guild"), Some(vec![]));
        let world = shelf.app.world();
        let extensions = world.resource::<Extensions>();
        let because_of = world.get::<SuspendedBecauseOf>(extensions.entity("guild").unwrap()).unwrap();
        assert_eq!(Some(because_of.0), extensions.entity("stall"));
    }
    shelf.write("stall.js", "exports.price = () => 3");
    shelf.ask([Switch::reload("stall")]);
    shelf.app.frames(2).assert_states("Hands running, stall running, guild running");
    shelf.app.assert_faults("stall", &[]);
    assert_eq!(shelf.call("guild", "price"), 3);
}

const ALL_RUN: &str = "Hands running, stall running, guild running";
const FAILED: &str = "Hands running, stall failed, guild suspended";

#[test]
fn a_reload_that_cannot_be_had_keeps_the_old_one_running() {
    check_reload("", None, |_| (), ALL_RUN, None);
    check_reload("", Some("let 3;"), |_| (), ALL_RUN, None);
    check_reload("", Some("//@extension version x\n"), |_| (), ALL_RUN, None);
    check_reload("", Some("//@extension requires Nobody\n"), |_| (), ALL_RUN, None);
    check_reload("", Some("//@extension requires guild\n"), |_| (), ALL_RUN, None);
    check_reload("", Some("//@extension name Hands\n"), |_| (), ALL_RUN, None);
}

#[test]
fn a_reload_that_fails_as_it_starts_has_failed_cleanly() {
    for (phase, told) in [("preinit", "PreInit"), ("init", "Init"), ("postinit", "PostInit")] {
        let text = format!("extension.on('a', () => 0);\nextension.on('{phase}', () => missing());");
        let column = text.lines().nth(1).unwrap().find("missing").unwrap() + 1;
        let fault = format!("in `{told}`: ReferenceError: missing is not defined, at stall.js:2:{column}");
        check_reload("", Some(&text), |_| (), FAILED, Some(&fault));
    }
    check_reload(
        "",
        Some("setInterval(() => 0, 1); exports.f = () => 1;\nthrow new Error('closed')"),
        |_| (),
        FAILED,
        Some("at the top level of its script: Error: closed, at stall.js:2:11"),
    );
}

#[test]
fn an_old_one_that_fails_as_it_ends_is_replaced_all_the_same() {
    let before = "extension.on('terminate', () => { setInterval(() => 0, 1); missing(); });";
    check_reload(before, Some("exports.price = () => 2"), |_| (), ALL_RUN, None);
}

#[test]
fn observers_that_panic_keep_nobody_from_being_replaced() {
    let text = Some("exports.price = () => 2");
    check_reload("", text, |app| _ = app.add_observer(|_: On<ExtensionStopped>| panic!("stopped")), ALL_RUN, None);
    check_reload("", text, |app| _ = app.add_observer(|_: On<ExtensionStarted>| panic!("started")), ALL_RUN, None);
    check_reload("", text, |app| _ = app.add_observer(|_: On<Insert<ExtensionState>>| panic!("state")), ALL_RUN, None);
}

#[test]
fn settings_of_the_host_reach_who_is_read_anew() {
    let mut shelf = Shelf::new(|app| app.settings(r#"(settings: { "stall": (gold: 7) })"#));
    shelf.add("stall.js", "exports.gold = () => extension.config.gold");
    assert_eq!(shelf.call("stall", "gold"), 7);
    shelf.write("stall.js", "exports.gold = () => 2 * extension.config.gold");
    shelf.ask([Switch::reload("stall")]);
    assert_eq!(shelf.call("stall", "gold"), 14);
}
