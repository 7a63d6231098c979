//! What the commands of the console say, word for word.

use bevy_ecs::prelude::*;
use bevy_extensions::{
    Driver, Interface, Limits, Method, Type,
    console::{self, Details},
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
pub fn good() -> TestApp {
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
pub fn seen(app: &mut TestApp, line: &str) -> String {
    match console::run(app.world_mut(), line) {
        Ok(output) => output.to_string(),
        Err(error) => error.to_text(),
    }
}

#[track_caller]
pub fn check(app: &mut TestApp, line: &str, expected: &str) {
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
