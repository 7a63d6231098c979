//! What the commands of the console say, word for word.

use bevy_ecs::prelude::*;
use bevy_extensions::{
    Driver, Interface, Limits, Method, Type,
    console::{self, Details, Output},
    data::Data,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};

use crate::support::scripts;

/// Somebody comes in.
#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "player.joined")]
struct PlayerJoined {
    name: String,
    gift: u32,
}

#[derive(Export, Default)]
#[export(by = Economy)]
struct Ledger;

extensions! {
    Economy(version = "1.4.0") = |app| app.extension::<Self>()
        .export::<Ledger>()
        .export_fn("deposit", |In(gold): In<u32>| -> Result<u32> { if gold > 1000 { Err("too much".into()) } else { Ok(gold + 100) } })
        .interface(Interface::new("sms").method(Method::new("send").required("to", Type::String)))
        .observe(|mut joined: On<PlayerJoined>| joined.gift += 5);
    Greeter(version = "1.0.0", requires(Economy = "^1.2"), optional("Chat")) = |app| app.extension::<Self>()
        .driver("sms", Driver::new().method("send", || {}))
        .observe_named("player.*", |_: On<DynamicEvent>| {})
        .add_systems(Init, |mut commands: Commands| commands.emit("greeter.ready", 1));
    Chat(version = "0.3.0") = |app| app.extension::<Self>();
    Broken(version = "0.1.0") = |app| app.extension::<Self>().add_systems(Init, || -> Result { Err("no paint left".into()) });
    Waiting(version = "1.0.0", requires(Broken)) = |app| app.extension::<Self>();
    Further(version = "1.0.0", requires(Waiting)) = |app| app.extension::<Self>();
    Lonely(version = "1.0.0", requires("Relics" = "^1")) = |app| app.extension::<Self>();
}

const BARD: &str = "//@extension version 2.0.0
//@extension requires Economy
extension.exports = { sing: (what) => `la la ${what}`, songs: 3 };
extension.on('player.joined', () => {});
";

/// An app in which all is well.
fn good() -> TestApp {
    let scripts = scripts(&[("bard.js", BARD)]).settings(r#"(disabled: ["Chat"])"#);
    let mut app = scripts.with::<Economy>().with::<Greeter>().with::<Chat>().build();
    app.frames(1);
    app
}

/// An app in which much is wrong.
fn broken() -> TestApp {
    let mut app = TestApp::builder().with::<Broken>().with::<Waiting>().with::<Further>().with::<Lonely>().build();
    app.frames(1);
    app
}

/// Returns what a person sees.
fn seen(app: &mut TestApp, line: &str) -> String {
    match console::run(app.world_mut(), line) {
        Ok(output) => output.to_string(),
        Err(error) => error.to_text(),
    }
}

#[track_caller]
fn check(app: &mut TestApp, line: &str, expected: &str) {
    assert_eq!(without_times(&seen(app, line)), expected, "{line}");
}

/// Drops what differs from run to run, or with each edit: times, with the white space that they take, and lines of places.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        let start = line.len() - line.trim_start().len();
        let cells = line[start..].split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        let cells = cells.map(|cell| {
            match cell.strip_suffix(" ms").map(|time| time.trim_end_matches(|c: char| c == '.' || c.is_ascii_digit())) {
                Some(before) => format!("{before}0.00 ms"),
                None => cell.split_once(".rs:").map_or(cell.to_string(), |(file, _)| format!("{file}.rs")),
            }
        });
        format!("{:start$}{}", "", cells.collect::<Vec<_>>().join("  "))
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

#[test]
fn extensions_are_listed() {
    check(
        &mut good(),
        "extensions",
        "extensions: 3 running, 1 disabled
  #  state  name  version  kind  time  faults
  1  running  Economy  1.4.0  native  0.00 ms
  2  running  bard  2.0.0  script  0.00 ms
  3  running  Greeter  1.0.0  native  0.00 ms
     disabled  Chat  0.3.0  native
",
    );
    check(
        &mut broken(),
        "extensions",
        "extensions: 1 left out, 2 suspended, 1 failed
  #  state  name  version  kind  time  faults
  1  failed  Broken  0.1.0  native  0.00 ms  1
  2  suspended  Waiting  1.0.0  native  0.00 ms
  3  suspended  Further  1.0.0  native  0.00 ms
     left out  Lonely  1.0.0  native
",
    );
}

#[test]
fn an_extension_is_shown() {
    let mut app = good();
    check(
        &mut app,
        "show economy",
        "Economy 1.4.0, native, running
  in: tests/it/console.rs
  license: MIT OR Apache-2.0
  exports: Ledger
  functions: deposit(u32) -> u32
  hears: player.joined
  started in: 0.00 ms
needed by
├─ bard 2.0.0 (requires Economy)
└─ Greeter 1.0.0 (requires Economy ^1.2)
",
    );
    check(
        &mut app,
        "show Greeter",
        "Greeter 1.0.0, native, running
  in: tests/it/console.rs
  license: MIT OR Apache-2.0
  emits: greeter.ready (seen since the app started)
  hears: player.*
  drives: sms (serves)
  started in: 0.00 ms
needs
├─ Economy 1.4.0
└─ Chat 0.3.0 [disabled] (optional)
",
    );
    check(
        &mut app,
        "show bard",
        "bard 2.0.0, script, running
  in: bard.js
  functions: sing(Value) -> Value, songs
  hears: player.joined
  limits: 250 ms a call, 64 MiB of memory, 256 KiB of stack, 1000 timers, 1000 events at once
  started in: 0.00 ms
needs
└─ Economy 1.4.0
",
    );
    check(
        &mut broken(),
        "show Broken",
        "Broken 0.1.0, native, failed
  in: tests/it/console.rs
  license: MIT OR Apache-2.0
  faults: 1, which `problems` tells
  started in: 0.00 ms
needed by
└─ Waiting 1.0.0 [suspended] (requires Broken)
",
    );
}

#[test]
fn what_an_extension_keeps_is_measured() {
    let text = "extension.imports('data').kv.set('gold', 5); extension.storage.write('a/b.txt', 'hello');";
    let mut app = scripts(&[("keeper.js", text)]).settings("(limits: (frame_us: 500))").build();
    app.frames(1);
    app.world().resource::<Data>().flush().wait().unwrap();
    let shown = seen(&mut app, "show keeper");
    assert!(shown.contains("  keeps: 1 key of ") && shown.contains(" B, 1 file of 5 B\n"), "{shown}");
    assert!(shown.contains("  limits: 500 µs a frame, 250 ms a call, "), "{shown}");
}

#[test]
fn what_is_known_of_an_extension_is_a_value() {
    let app = good();
    let details = Details::of(app.world(), "GREETER").unwrap();
    assert_eq!(details.manifest.dependencies[0].to_string(), "Economy ^1.2");
    assert_eq!(details.drives, [("sms".to_string(), true)]);
    assert_eq!(details.emits, ["greeter.ready"]);
    assert_eq!(details.limits, Limits::default());
    assert_eq!(details.keeps.measure().files, (0, 0));
    assert!(Details::of(app.world(), "Greter").is_err());
}

#[test]
fn what_there_is_is_listed() {
    let mut app = good();
    check(
        &mut app,
        "exports",
        "exports
  `Economy`: Ledger
functions
  `Economy`: deposit(u32) -> u32
  `bard`: sing(Value) -> Value
  `bard`: songs
",
    );
    check(
        &mut app,
        "drivers",
        "interfaces
  sms { send(to: string) }
    `Greeter`: serves, first in plan order
",
    );
    let events = seen(&mut app, "events");
    assert!(
        events.contains("  player.joined (PlayerJoined): `Economy`, `bard`, `Greeter` by `player.*`\n"),
        "{events}"
    );
    let mut app = broken();
    check(&mut app, "exports", "there is none\n");
    check(&mut app, "drivers", "there is none\n");
}

#[test]
fn who_needs_whom_is_a_tree() {
    check(
        &mut good(),
        "tree",
        "bard 2.0.0
└─ Economy 1.4.0
Greeter 1.0.0
├─ Economy 1.4.0
└─ Chat 0.3.0 [disabled] (optional)
",
    );
    let mut app = broken();
    check(
        &mut app,
        "tree",
        "Further 1.0.0 [suspended]
└─ Waiting 1.0.0 [suspended]
   └─ Broken 0.1.0 [failed]
Lonely 1.0.0 [left out]
└─ Relics ^1 (not there)
",
    );
    check(&mut app, "tree waiting", "Waiting 1.0.0 [suspended]\n└─ Broken 0.1.0 [failed]\n");
}

#[test]
fn why_an_extension_runs_or_not_is_told_down_to_the_root() {
    let mut app = good();
    check(
        &mut app,
        "why economy",
        "`Economy` 1.4.0 is running
  in: tests/it/console.rs
needed by
├─ bard 2.0.0 (requires Economy)
└─ Greeter 1.0.0 (requires Economy ^1.2)
",
    );
    check(
        &mut app,
        "why chat",
        "`Chat` is disabled in the host settings
  in: extensions.ron:1:14
  hint: take `Chat` out of `disabled` in the host settings
needed by
└─ Greeter 1.0.0 (can use Chat)
",
    );
    let mut app = broken();
    check(
        &mut app,
        "why Further",
        "`Further` 1.0.0 is suspended
  in: tests/it/console.rs
`Further` requires `Waiting`, which is suspended
`Waiting` requires `Broken`, which has failed
`Broken` has failed in `Init`: no paint left
  in: tests/it/console.rs
  hint: mend it, then type `restart Broken`
",
    );
    check(
        &mut app,
        "why Broken",
        "`Broken` has failed in `Init`: no paint left
  in: tests/it/console.rs
  hint: mend it, then type `restart Broken`
needed by
└─ Waiting 1.0.0 [suspended] (requires Broken)
   └─ Further 1.0.0 [suspended] (requires Waiting)
",
    );
    check(
        &mut app,
        "why Lonely",
        "`Lonely` is left out: it requires `Relics ^1`, which is not there
  in: tests/it/console.rs
  hint: add `Relics`; if it is linked into the app, name its crate in `link_extensions!`
",
    );
}

#[test]
fn who_was_switched_off_while_the_app_ran_is_told_so() {
    let mut app = good();
    app.world_mut().resource_mut::<Extensions>().disable("Economy");
    app.frames(1);
    check(
        &mut app,
        "why Greeter",
        "`Greeter` 1.0.0 is suspended
  in: tests/it/console.rs
`Greeter` requires `Economy`, which is disabled
`Economy` was switched off while the app ran
  in: tests/it/console.rs
  hint: type `enable Economy`
",
    );
}

#[test]
fn timings_are_told_in_plan_order() {
    check(
        &mut good(),
        "timings",
        "  name  build  preinit  init  postinit  together
  Economy  0.00 ms  0.00 ms  0.00 ms  0.00 ms  0.00 ms
  bard  0.00 ms  0.00 ms  0.00 ms  0.00 ms  0.00 ms
  Greeter  0.00 ms  0.00 ms  0.00 ms  0.00 ms  0.00 ms
",
    );
}

#[test]
fn pictures_are_drawn_as_the_ending_of_the_file_says() {
    let mut app = good();
    let folder = tempfile::tempdir().unwrap();
    for (line, file, begins) in [
        ("graph", "a.svg", "<svg"),
        ("graph", "b.dot", "digraph"),
        ("graph", "c.mmd", "flowchart"),
        ("timings", "d.svg", "<svg"),
        ("timings", "e.JSON", "["),
    ] {
        let path = folder.path().join(file);
        assert_eq!(
            seen(&mut app, &format!("{line} '{}'", path.display())),
            format!("written to `{}`\n", path.display()),
        );
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.trim_start_matches('{').contains(begins) && text.contains("Economy"), "{text}");
    }
    check(
        &mut app,
        "graph a.png",
        "error: nobody draws a picture as `a.png`: it is to end with `.svg`, `.dot` or `.mmd`\n",
    );
    check(&mut app, "timings a", "error: nobody draws a picture as `a`: it is to end with `.svg` or `.json`\n");
    let error = seen(&mut app, "graph nowhere/a.svg");
    assert!(error.starts_with("error: `nowhere/a.svg` cannot be written: "), "{error}");
}

#[test]
fn problems_are_told_with_a_hint() {
    check(&mut good(), "problems", "there is no problem\n");
    check(
        &mut broken(),
        "problems",
        "error: `Broken` has failed in `Init`: no paint left; because of it, `Waiting` and `Further` are suspended
  in: tests/it/console.rs
error: `Lonely` is left out: it requires `Relics ^1`, which is not there
  in: tests/it/console.rs
  hint: add `Relics`; if it is linked into the app, name its crate in `link_extensions!`
",
    );
}

#[test]
fn functions_are_called_with_json() {
    let mut app = good();
    check(&mut app, "call Economy.deposit 5", "105\n");
    check(&mut app, r#"call bard.sing "of gold""#, "\"la la of gold\"\n");
    check(&mut app, "call bard.songs", "3\n");
    check(&mut app, r#"call bard.sing {"of": "it's"}"#, "\"la la [object Object]\"\n");
    check(
        &mut app,
        "call Economy.deposit 5 gold",
        "error: `gold` follows the argument\n  hint: it is written `call EXTENSION.FUNCTION [JSON]`\n",
    );
    check(
        &mut app,
        "call bard.sing hello",
        "error: the argument should be JSON: expected value, at column 16\n  hint: a text stands in quotes: \"Ann\"\n",
    );
    check(&mut app, "call Economy.deposit 2000", "error: `Economy.deposit` has failed: too much\n");
    check(
        &mut app,
        "call Economy.depsoit 5",
        "error: `Economy.depsoit` was not called: `Economy` has no such function; did you mean `deposit`?\n",
    );
    check(
        &mut app,
        "call deposit 5",
        "error: `deposit` has no `.` between an extension and a function\n  hint: it is written `call EXTENSION.FUNCTION [JSON]`\n",
    );
    check(
        &mut app,
        "call",
        "error: `call` wants a function, as `Economy.deposit`\n  hint: it is written `call EXTENSION.FUNCTION [JSON]`\n",
    );
    let deep = format!("call Economy.deposit {}{}", "[".repeat(10_000), "]".repeat(10_000));
    check(
        &mut app,
        &deep,
        "error: the argument should be JSON: recursion limit exceeded, at column 149\n  hint: a text stands in quotes: \"Ann\"\n",
    );
}

#[test]
fn events_are_emitted_and_what_became_of_them_is_shown() {
    let mut app = good();
    check(&mut app, r#"emit player.joined {"name": "Ann", "gift": 1}"#, "{\"gift\":6,\"name\":\"Ann\"}\n");
    check(
        &mut app,
        r#"emit player.joined {"name": "Ann", "gift": 1} --to Greeter,bard"#,
        "{\"gift\":1,\"name\":\"Ann\"}\n",
    );
    check(&mut app, "emit bell", "null\n");
    check(&mut app, "emit bell --to bard", "null\n");
    check(
        &mut app,
        r#"emit player.joined {"name": "Ann"}"#,
        "error: `player.joined` was not emitted: missing field `gift`\n",
    );
    check(
        &mut app,
        "emit bell 1 --to Brad",
        "error: `bell` was sent to `Brad`, but no extension is called that; did you mean `bard`?\n",
    );
    check(
        &mut app,
        "emit bell 1 --from me",
        "error: `--from` is one word too many\n  hint: it is written `emit EVENT [JSON] [--to EXTENSION,..]`\n",
    );
    check(
        &mut app,
        "emit bell 1 --to",
        "error: `--to` wants the name of an extension\n  hint: it is written `emit EVENT [JSON] [--to EXTENSION,..]`\n",
    );
}

#[test]
fn a_switch_shows_its_plan_and_waits_for_a_yes() {
    let mut app = good();
    check(
        &mut app,
        "disable economy",
        "stop `Greeter`, which is suspended then: it requires `Economy`
stop `bard`, which is suspended then: it requires `Economy`
stop `Economy`, which is disabled then
",
    );
    app.frames(1).assert_state("Economy", ExtensionState::Running);
    check(
        &mut app,
        "restart bard Greeter --yes",
        "stop `Greeter`, to start it again
stop `bard`, to start it again
start `bard`
start `Greeter`
that is done before the next frame
",
    );
    app.frames(1);
    check(&mut app, "enable Economy", "nothing changes\n");
    check(
        &mut app,
        "load nowhere.js",
        "cannot load `nowhere.js`: there is nothing at `nowhere.js`\n  hint: check the path\n",
    );
    check(
        &mut app,
        "unload Economy",
        "cannot unload `Economy`: it is linked into the app, which neither loads nor unloads code; disable or restart it\n",
    );
    check(
        &mut app,
        "reload bard",
        "cannot reload `bard`: it does not come from a file, but from the app itself; restart it\n",
    );
    check(
        &mut app,
        "save",
        "error: switches cannot be saved: the app has its host settings from no file\n  \
         hint: read them from a file, with `ExtensionsPlugin::settings`\n",
    );
    check(
        &mut app,
        "disable",
        "error: `disable` wants the name of an extension\n  hint: it is written `disable EXTENSION..`\n",
    );
    check(
        &mut app,
        "disable --yess bard",
        "error: there is no option `--yess`\n  hint: it is written `disable EXTENSION..`\n",
    );
    check(&mut app, "load", "error: `load` wants a path\n  hint: it is written `load PATH..`\n");
}

#[test]
fn switches_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extensions.ron");
    let settings = bevy_extensions::SettingsSource::File(file.clone());
    std::fs::write(&file, "()").unwrap();
    let host = |host: ExtensionsPlugin| ExtensionsPlugin { settings, ..host };
    let mut app = TestApp::builder().host(host).with::<Chat>().build();
    app.frames(1);
    console::run(app.world_mut(), "disable Chat --yes").unwrap();
    assert_eq!(seen(&mut app, "save"), format!("the switches are in `{}`\n", file.display()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "(disabled: [\"Chat\"])");
}

#[test]
fn what_is_misspelt_is_understood() {
    let mut app = good();
    check(&mut app, "extnsions", "error: no command is called `extnsions`; did you mean `extensions`?\n");
    check(&mut app, "fly", "error: no command is called `fly`\n  hint: `help` lists the commands\n");
    check(&mut app, "show Grteter", "error: no extension is called `Grteter`; did you mean `Greeter`?\n");
    check(&mut app, "disable Sky", "error: no extension is called `Sky`\n  hint: `extensions` lists them\n");
    check(
        &mut app,
        "tree Greeter bard",
        "error: `bard` is one word too many\n  hint: it is written `tree [EXTENSION]`\n",
    );
    check(&mut app, "exports all", "error: `all` is one word too many\n  hint: it is written `exports`\n");
    check(&mut app, "show", "error: `show` wants the name of an extension\n  hint: it is written `show EXTENSION`\n");
}

#[test]
fn nothing_is_answered_with_nothing() {
    let mut app = good();
    check(&mut app, "", "");
    check(&mut app, "   ", "");
    check(&mut app, "# exit", "");
}

#[test]
fn help_tells_what_there_is() {
    let mut app = good();
    check(
        &mut app,
        "help",
        "  command  of
  call EXTENSION.FUNCTION [JSON]  calls a function, and shows its answer
  disable EXTENSION..  stops extensions, until they are enabled
  drivers  lists interfaces, and who serves them
  emit EVENT [JSON] [--to EXTENSION,..]  emits an event, and shows what it became
  enable EXTENSION..  starts extensions that are disabled or have failed
  events  lists events, and who hears them
  exit  exits the app in good order
  exports  lists what can be imported and called
  extensions  lists all extensions
  graph FILE  draws who needs whom
  help [COMMAND]  lists commands, or tells more of one
  load PATH..  loads extensions from disk
  problems  tells what is wrong, and what to try
  reload EXTENSION..  reads extensions from disk anew
  restart EXTENSION..  stops extensions, and starts them again
  save  writes what was switched off and on to the host settings
  show EXTENSION  tells all that is known of an extension
  timings [FILE]  tells how long each took to start, or draws it
  tree [EXTENSION]  shows who needs whom
  unload EXTENSION..  stops extensions, and takes them away
  why EXTENSION  tells why an extension runs, or does not
",
    );
    check(
        &mut app,
        "help disable",
        "disable EXTENSION..
  stops extensions, until they are enabled
  It shows what it leads to and asks; --yes answers beforehand.
  It lasts until the app exits; `save` makes it last.
",
    );
    check(&mut app, "help hepl", "error: no command is called `hepl`; did you mean `help`?\n");
}

#[test]
fn exit_exits_the_app() {
    let mut app = good();
    assert!(matches!(console::run(app.world_mut(), "exit"), Ok(Output::Exit)));
    assert_eq!(app.should_exit(), Some(bevy_app::AppExit::Success));
}

#[test]
fn what_the_console_shows_has_colours_on_request() {
    let mut app = broken();
    let output = console::run(app.world_mut(), "extensions").unwrap();
    assert!(output.to_text(true).contains("\x1b[31m1  failed"), "{}", output.to_text(true));
    assert!(!output.to_text(false).contains('\x1b'));
}

#[test]
fn without_a_host_there_is_nothing_to_show() {
    let mut world = World::new();
    let error = console::run(&mut world, "extensions").unwrap_err();
    assert_eq!(error.to_string(), "this app has no `ExtensionsPlugin`");
    assert!(console::run(&mut world, "disable Chat").is_err());
    assert!(console::run(&mut world, "call a.b").is_err());
    assert_eq!(console::run(&mut world, "exports").unwrap().to_string(), "there is none\n");
}
