//! The examples, run as a user would, down to the last line.

use std::{
    io::{BufRead, BufReader, Read, Write as _},
    process::{Command, Stdio},
};

fn example(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).args(["run", "--quiet", "--example", name]);
    command.env("RUST_BACKTRACE", "0");
    command
}

/// Runs an example to its end, and returns what it printed on standard output and standard error.
fn run(name: &str) -> (String, String) {
    let output = example(name).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{stdout}{stderr}");
    (stdout, stderr)
}

/// Drops the time of each row, which differs from run to run, and the white space that it takes.
fn without_times(text: &str) -> String {
    let mask = |line: &str| match line.strip_prefix("  ") {
        Some(row)
            if (row.contains("examples/") || row.contains("assets/"))
                && !row.starts_with("in: ")
                && !row.starts_with("    ex") =>
        {
            let cells = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty() && !cell.ends_with(" ms"));
            cells.map(without_line).collect::<Vec<_>>().join(" | ")
        }
        _ => without_line(line).to_string(),
    };
    text.lines().filter(|line| !line.starts_with("  #")).map(mask).collect::<Vec<_>>().join("\n")
}

/// Drops the line of a place, which differs with every edit.
fn without_line(text: &str) -> &str {
    match text.rsplit_once(".rs:") {
        Some((file, line)) if line.bytes().all(|b| b.is_ascii_digit()) => &text[..file.len() + 3],
        _ => text,
    }
}

#[test]
fn hello() {
    let (stdout, stderr) = run("hello");
    assert_eq!(stdout, "Hello, world!\nGoodbye, world!\n");
    assert_eq!(without_times(&stderr), "extensions: 1 running\n1 | running | Greeter | 0.1.0 | examples/hello.rs");
}

#[test]
fn load_at_run_time() {
    let (stdout, _) = run("load_at_run_time");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "--- the café alone",
            "cannot load `cafe.js`: it requires `mill ^1`, which is not there",
            "--- both in one frame: the order does not matter",
            "load `mill` 1.0.0, and start it",
            "load `cafe` 2.0.0, and start it",
            "a cake costs 25",
            "--- a new version of the mill",
            "stop `cafe`, to start it again: it requires `mill`",
            "stop `mill`, to load it anew",
            "start `mill` 1.1.0",
            "start `cafe`: it requires `mill`",
            "a cake costs 35",
            "--- a broken one",
            "cannot reload `mill`: `mill.js` cannot run here: SyntaxError: the file ends while something is still open, as a bracket, at mill.js:1:22",
            "a cake costs 35",
            "--- the mill goes",
            "stop `cafe`, which is left out then: it requires `mill`",
            "stop `mill`, and unload it",
            "Bakery is running",
            "cafe is left out",
        ],
    );
}

#[test]
fn extension_files() {
    let (stdout, _) = run("extension_files");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "--- the first start",
            "Greeter: saved my greetings",
            "Greeter: what came with me: greetings.txt",
            "Greeter: `../herald/seen.json` is no file of the extension: `..` may lead out of its folder",
            "Greeter: `/etc/passwd` is no file of the extension: it is absolute",
            "Greeter: `nul` is no file of the extension: a name in it means a device on Windows",
            "Greeter: good morning",
            "herald: hear, hear: 1",
            "somebody edits the greetings",
            "--- the second start",
            "Greeter: kept what was there",
            "Greeter: an operator says hello",
            "herald: hear, hear: 1, hear, hear: 2",
            "put back what came with it",
            "--- the third start",
            "Greeter: kept what was there",
            "Greeter: good evening",
            "herald: hear, hear: 1, hear, hear: 2, hear, hear: 3",
            "--- on disk",
            "Greeter: greetings.txt, starts",
            "herald: seen.json",
        ],
    );
}

#[test]
fn data_kv() {
    let (stdout, _) = run("data_kv");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "--- the first start",
            "Arcade: the scores are [300], and `starts` is None",
            "Economy: start 1",
            "Economy: (\"gold\", \"Ann\") is 120",
            "Economy: (\"gold\", \"Ben\") is 80",
            "Economy: Ann pays Ben: done",
            "Economy: `offer` cannot be read as `u32`: there is `\"two for one\"`, invalid type: string \"two for one\", expected u32 at line 1 column 13",
            "Economy: (\"gold\", \"Ann\") has changed",
            "Economy: (\"gold\", \"Ben\") has changed",
            "--- the second start",
            "Arcade: the scores are [300, 400], and `starts` is None",
            "Economy: start 2",
            "Economy: (\"gold\", \"Ann\") is 190",
            "Economy: (\"gold\", \"Ben\") is 210",
            "Economy: Ann pays Ben: done",
            "Economy: `offer` cannot be read as `u32`: there is `\"two for one\"`, invalid type: string \"two for one\", expected u32 at line 1 column 13",
            "Economy: (\"gold\", \"Ann\") has changed",
            "Economy: (\"gold\", \"Ben\") has changed",
        ],
    );
}

#[test]
fn data_db() {
    let (stdout, _) = run("data_db");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "--- the first start",
            "Robert'); DROP TABLE player; -- has 80",
            "Ann has 120",
            "a rule of the table stands against it: CHECK constraint failed: gold >= 0",
            "an extension has one database: it cannot attach others, and `VACUUM` does, in `ATTACH 'db-greeter.sqlite' AS other`",
            "there are 200 gold",
            "--- the second start",
            "Robert'); DROP TABLE player; -- has 160",
            "Ann has 240",
            "a rule of the table stands against it: CHECK constraint failed: gold >= 0",
            "an extension has one database: it cannot attach others, and `VACUUM` does, in `ATTACH 'db-greeter.sqlite' AS other`",
            "there are 400 gold",
            "--- from the copy of the first",
            "it has 200 gold",
        ],
    );
}

#[test]
fn data_cache() {
    let (stdout, _) = run("data_cache");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "it begins with 0 maps",
            "a map of (0, 0)",
            "a map of (0, 1)",
            "a map of (0, 0)",
            "a map of (0, 1)",
            "a map of (0, 0)",
            "2 were drawn; 3 hits, 2 misses",
            "no more than a hundred are kept: true",
            "no more than 64 KiB of tiles are kept: true",
            "some had to go: true",
            "--- Atlas stops, and starts again",
            "it begins with 0 maps",
            "a map of (0, 0)",
            "a map of (0, 1)",
            "a map of (0, 0)",
            "a map of (0, 1)",
            "a map of (0, 0)",
            "2 were drawn; 3 hits, 2 misses",
            "no more than a hundred are kept: true",
            "no more than 64 KiB of tiles are kept: true",
            "some had to go: true",
        ],
    );
}

#[test]
fn data_script() {
    let (stdout, _) = run("data_script");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "--- the first night",
            "tavern: ale for Ann, that is glass 1",
            "tavern: wine for Ben, that is glass 1",
            "tavern: ale for Ann, that is glass 2",
            "tavern: 6 gold for ale",
            "tavern: 5 gold for wine",
            "tavern: Ann: 2 in all",
            "tavern: Ben: 1 in all",
            "tavern: the board was written 1 time",
            "tavern: no: a rule of the table stands against it: NOT NULL constraint failed: orders.price",
            "--- the second night",
            "tavern: ale for Ann, that is glass 3",
            "tavern: wine for Ben, that is glass 2",
            "tavern: ale for Ann, that is glass 4",
            "tavern: 12 gold for ale",
            "tavern: 10 gold for wine",
            "tavern: Ann: 4 in all",
            "tavern: Ben: 2 in all",
            "tavern: the board was written 1 time",
            "tavern: no: a rule of the table stands against it: NOT NULL constraint failed: orders.price",
        ],
    );
}

#[test]
fn artifacts() {
    let (stdout, stderr) = run("artifacts");
    let start = [
        "Market: prices-1.2.0.csv has 3 prices",
        "Market: there is no artifact `weights` of this extension; add it to `artifacts`, below `external` in the manifest",
        "Crier: fine breads, for III coins each!",
        "Crier: fine cherries, for I coins each!",
        "Crier: fine swords, for CXX coins each!",
        "Crier running",
        "Market running",
        "Pilgrim failed to get its artifacts",
    ];
    let mut expected = vec!["--- the first start, with an empty cache"];
    expected.extend(start);
    expected.push("--- the second start, offline");
    expected.extend(start);
    assert_eq!(stdout.lines().collect::<Vec<_>>(), expected);
    assert!(stderr.contains(
        "error: `Pilgrim` has failed to get its artifacts: `town.relics:grail:1.0.0@txt`: `town` has no \
         `assets/artifacts/maven/town/relics/grail/1.0.0/grail-1.0.0.txt`"
    ));
}

#[test]
fn hot_reload() {
    let (stdout, _) = run("hot_reload");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "the bread of the day is rye",
            "--- the file is edited",
            "info: extensions are switched:",
            "stop `bakery`, to load it anew",
            "start `bakery` 1.1.0",
            "the bread of the day is wheat",
            "--- and broken",
            "warn: cannot reload `bakery`: `bakery.js` cannot run here: SyntaxError: unexpected end of string, at bakery.js:1:23",
            "    1 | exports.bread = () => 'spelt",
            "      |                       ^",
            "  hint: mend it, and load it again",
            "the bread of the day is wheat",
            "--- and mended",
            "info: extensions are switched:",
            "stop `bakery`, to load it anew",
            "start `bakery` 1.2.0",
            "the bread of the day is spelt",
            "--- another file is dropped beside it",
            "info: extensions are switched:",
            "load `mill` 0.0.0, and start it",
            "the mill has flour for spelt",
        ],
    );
}

#[test]
fn events() {
    let (stdout, _) = run("events");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            r#"Journal: market.opened {"gate":"north"}, says Watch"#,
            "--- hammer for 10 gold",
            "Guild: half the price makes it 5",
            "Customs: 2 gold of duty make it 7",
            r#"Journal: market.sale {"gold":7,"item":"hammer","veto":null}, says the app"#,
            "App: 1 sold so far",
            "App: sold for 7 gold",
            "--- powder for 4 gold",
            "Guild: half the price makes it 2",
            "Customs: 2 gold of duty make it 4",
            r#"Journal: market.sale {"gold":4,"item":"powder","veto":"no powder within the walls"}, says the app"#,
            "App: 1 sold so far",
            "App: not sold, no powder within the walls",
            "--- by name",
            "Guild: half the price makes it 3",
            "Customs: 2 gold of duty make it 5",
            r#"Journal: market.sale {"gold":5,"item":"saw","veto":null}, says the app"#,
            "App: 2 sold so far",
            "App: sold for 5 gold",
        ],
    );
}

#[test]
fn targeted_events() {
    let (stdout, _) = run("targeted_events");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "--- to everyone",
            "Ferry: stays at wind 8",
            "Harbour: closed at wind 8",
            "App: wind 8",
            "Lighthouse: Ferry is safe",
            "Lighthouse: Harbour is safe",
            "--- to one",
            "Harbour: closed at wind 9",
            "Lighthouse: Harbour is safe",
            "--- to two",
            "Ferry: stays at wind 10",
            "Harbour: closed at wind 10",
            "Lighthouse: Ferry is safe",
            "Lighthouse: Harbour is safe",
            "--- from the app",
            "Ferry: stays at wind 6",
            "App: `storm` was sent to `Habour`, but no extension is called that; did you mean `Harbour`?",
            "App: `storm` was sent to `Wreck`, which has failed",
        ],
    );
}

#[test]
fn exports() {
    let (stdout, _) = run("exports");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "Greeter: on the 1st of May, there are 7 gold",
            "Greeter: the sky is anybody's guess",
            "Greeter: 12 gold, then 20",
            "Greeter: ding ding ding at noon",
            "Greeter: tomorrow brings rain",
            r#"Greeter: `Economy.deposit` was not called: field `gold`: invalid type: string "much", expected u32"#,
            "Greeter: `Economy.deposti` was not called: `Economy` has no such function; did you mean `deposit`?",
            "Greeter: `Frog.tomorrow` was not called: `Greeter` does not say that it needs `Frog`; \
             add `requires(Frog)` or `optional(Frog)` to the `#[extension(..)]` of `Greeter`",
        ],
    );
}

#[test]
fn drivers() {
    let (stdout, _) = run("drivers");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "Rider: rides to Ann",
            "Clerk: it takes 2 days",
            "App: `mail` is served by `Pigeon` now, no more by `Rider`",
            "Pigeon: flies to Ben",
            "App: it takes 3 days",
            "App: `mail.send` (served by `Pigeon`) was not called: there is no parameter `too`; did you mean `to`?",
            "events",
            "  artifact.fetching (ArtifactFetching): nobody",
            "  artifacts.fetched (ArtifactsFetched): nobody",
            "  driver.changed (DriverChanged): the app",
            "  extension.failed (ExtensionFailed): nobody",
            "  extension.started (ExtensionStarted): nobody",
            "  extension.stopped (ExtensionStopped): nobody",
            "  kv.changed (KvChanged): nobody",
            "interfaces",
            "  mail { send(to: string, urgent: bool = false) -> integer }",
            "    `Pigeon`: serves, in place of `Rider`, which the host settings choose",
            "    `Rider` (does not run)",
        ],
    );
}

#[test]
fn tour() {
    // Beside the examples, as the host settings say.
    let program = std::env::current_exe().unwrap();
    let kept = program.parent().unwrap().with_file_name("examples").join("town_data");
    let drawn = std::env::temp_dir().join("bevy_extensions_tour");
    let files = ["graph.svg", "start.json", "start.svg"].map(|file| drawn.join(file));
    _ = std::fs::remove_dir_all(&kept);
    _ = std::fs::remove_dir_all(&drawn);
    let (stdout, stderr) = run("tour");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "Chat: the square is open; the tour was here 1 times",
            "Weather: the first day is sunny",
            "Economy: the ledger opens with 250 gold",
            "Greeter: the gate is open",
            &format!("the start is drawn in {}", drawn.display()),
            "--- day 1 ---",
            "Crier: WELCOME, ANN! A GIFT FOR YOU; 245 GOLD ARE LEFT",
            "Weather: it turns rainy",
            "Greeter: umbrellas for everyone",
            "Economy: 3 gold for leaking roofs",
            "--- day 2 ---",
            "Crier: WELCOME, BEN! A GIFT FOR YOU; 247 GOLD ARE LEFT",
            "Weather: it turns sunny",
            "Crier: HERE COMES THE SUN",
            "Economy: 2 gold for a song",
            "--- day 3 ---",
            "Crier: WELCOME, CLEO! A GIFT FOR YOU; 250 GOLD ARE LEFT",
            "Greeter: the gate is closed",
            "Weather: it turns rainy",
            "Greeter: umbrellas for everyone",
            "Economy: 3 gold for leaking roofs",
            "Bard: there will be other towns",
            "Weather: the clouds move on",
            "Economy: the ledger closes with 257 gold",
            "Chat: the square is empty",
        ],
    );
    assert_eq!(
        without_times(&stderr).lines().collect::<Vec<_>>(),
        [
            &format!("extensions keep their data in `{}`", kept.display()),
            "extensions of town 1.0.0: 6 running, 1 disabled, 1 left out",
            "1 | running | Chat | 0.3.0 | examples/tour.rs",
            "2 | running | Economy | 1.4.0 | examples/crates/town_economy/src/lib.rs",
            "3 | running | Crier | 1.0.0 | examples/tour.rs",
            "4 | running | Weather | 1.1.0 | examples/crates/town_weather/src/lib.rs",
            "5 | running | Bard | 1.0.0 | assets/tour/extensions/bard.js",
            "6 | running | Greeter | 1.0.0 | examples/tour.rs",
            "disabled | Festival | 2.0.0 | examples/tour.rs",
            "left out | Forecast | 1.1.0 | examples/crates/town_weather/src/lib.rs",
            "error: `Forecast` is left out: it requires `Weather ^2`, but `Weather` is 1.1.0",
            "  in: examples/crates/town_weather/src/lib.rs",
            "  hint: update `Weather`, or ask for `Weather ^1` if that is enough",
        ],
    );
    let [graph, trace, start] = files.map(|file| std::fs::read_to_string(file).unwrap());
    assert!(graph.contains(">6 running<") && start.contains(">Greeter<") && trace.contains("\"Greeter\""));
    let (stdout, _) = run("tour");
    assert_eq!(stdout.lines().next(), Some("Chat: the square is open; the tour was here 2 times"));
}

#[test]
fn drop_in() {
    let (stdout, stderr) = run("drop_in");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "HarbourMaster: the office is open",
            "test_event: We got the test event from Quinn",
            "lighthouse: the harbour sees the Anna; the water is 5 m high",
            "the Anna was seen: true",
            "the Anna may enter: true",
            "log: tides.turned: 4 m",
            "log: tides.turned: 5 m",
            "log: ship.came: Anna",
            "HarbourMaster: the office is closed",
        ],
    );
    assert_eq!(
        without_times(&stderr).lines().collect::<Vec<_>>(),
        [
            "extensions: 5 running, 1 unreadable",
            "1 | running | test_event | 0.0.0 | assets/extensions/test_event.js",
            "2 | running | tides | 2.1.0 | assets/extensions/tides/extension.ron",
            "3 | running | HarbourMaster | 1.0.0 | assets/extensions/harbour_master/extension.json",
            "4 | running | lighthouse | 1.2.0 | assets/extensions/lighthouse.js",
            "5 | running | log_book | 0.3.0 | assets/extensions/log-book/package.json",
            "error: an extension is left out: its manifest is wrong: unknown key `dependancies`",
            "  in: assets/extensions/ghost_ship/extension.ron:5:5",
            "  hint: did you mean `dependencies`?",
        ],
    );
}

#[test]
fn script_and_native() {
    let (stdout, _) = run("script_and_native");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "haggler: 10 for apples? 3, and not a coin more",
            "Customer: apples for 3, and the advice is to buy",
            "haggler: 10 for pears? 7, and not a coin more",
            "Customer: pears for 7, and the advice is to wait",
            "haggler: \"a good day!\"",
        ],
    );
}

#[test]
fn when_it_fails() {
    let (stdout, stderr) = run("when_it_fails");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "Purse: a few coins",
            "Shop: open, paid from the purse",
            "Lottery is failed",
            "Purse is running",
            "Vault is failed",
            "Loans is suspended",
            "Shop is running",
            "Bridge is left out",
            "Ferry is left out",
            "Toll is left out",
            "Shop: closed",
        ],
    );
    let report = stderr.split_once("extensions: ").unwrap().1;
    assert_eq!(
        without_times(report).lines().collect::<Vec<_>>(),
        [
            "2 running, 3 left out, 1 suspended, 2 failed",
            "1 | failed | Lottery | 0.1.0 | examples/when_it_fails.rs",
            "2 | running | Purse | 0.1.0 | examples/when_it_fails.rs",
            "3 | failed | Vault | 0.1.0 | examples/when_it_fails.rs",
            "4 | suspended | Loans | 0.1.0 | examples/when_it_fails.rs",
            "5 | running | Shop | 0.1.0 | examples/when_it_fails.rs",
            "left out | Bridge | 0.1.0 | examples/when_it_fails.rs",
            "left out | Ferry | 0.1.0 | examples/when_it_fails.rs",
            "left out | Toll | 0.1.0 | examples/when_it_fails.rs",
            "error: `Lottery` has failed in `build`: no licence",
            "  in: examples/when_it_fails.rs",
            "error: `Vault` has failed in `Init`: panicked: the key is lost; because of it, `Loans` is suspended",
            "  in: examples/when_it_fails.rs",
            "error: `Bridge` and `Toll` are left out: they require each other, `Bridge -> Toll -> Bridge`",
            "  in: examples/when_it_fails.rs",
            "      examples/when_it_fails.rs",
            "  hint: make one of these requirements `optional`, or move what is shared to an extension of its own",
            "error: `Ferry` is left out: it requires `Boat ^1`, which is not there",
            "  in: examples/when_it_fails.rs",
            "  hint: add `Boat`; if it is linked into the app, name its crate in `link_extensions!`",
        ],
    );
}

const LIFECYCLE_START: [&str; 9] = [
    "Ground: measured",
    "Walls: bricks counted",
    "Ground: dug",
    "Ground: levelled",
    "Walls: built",
    "Roof: put on",
    "App: lunch break",
    "Walls: dry",
    "Painter: everything is yellow",
];

const LIFECYCLE_END: &str = "Roof: lifted off\nPainter: brushes washed\nWalls: taken down\nGround: left behind\n";

#[test]
fn lifecycle() {
    let (stdout, _) = run("lifecycle");
    assert_eq!(stdout, LIFECYCLE_START.join("\n") + "\n" + LIFECYCLE_END);
}

/// Cargo hands its process over to the program on Unix, so a signal comes to the right one.
#[cfg(unix)]
#[track_caller]
fn check_signal(signal: &str) {
    let mut child =
        example("lifecycle").args(["--", "wait"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for expected in LIFECYCLE_START {
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), expected);
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, LIFECYCLE_END);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_in_good_order() {
    check_signal("-INT");
}

#[cfg(unix)]
#[test]
fn sigterm_ends_in_good_order() {
    check_signal("-TERM");
}

#[test]
fn containment() {
    let (stdout, stderr) = run("containment");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "--- day 1",
            "Bakery: bread!",
            "Tourism: up we go",
            "--- day 2",
            "Bakery: bread!",
            "Tourism: up we go",
            "--- day 3",
            "Bakery: bread!",
            "Tourism: up we go",
            "Tourism: money back",
            "Volcano: silence",
            "--- day 4",
            "Bakery: bread!",
            "---",
            "Bakery is running",
            "Volcano is failed",
            "  3 times in a listener of `sunrise`: the crater is blocked",
            "  2 times in a system: panicked: there is no lava left",
            "  2 times in a command: the rumbling got stuck",
            "Tourism is suspended",
        ],
    );
    let told = |line: &&str| line.starts_with("warning") || line.starts_with("error");
    assert_eq!(
        stderr.lines().filter(told).collect::<Vec<_>>(),
        [
            "warning: `Volcano` had a fault in a listener of `sunrise`: the crater is blocked",
            "warning: `Volcano` had a fault in a system: panicked: there is no lava left",
            "warning: `Volcano` had a fault in a command: the rumbling got stuck",
            "error: `Volcano` has failed in a listener of `sunrise`: the crater is blocked (7 faults in 60 s); \
             because of it, `Tourism` is suspended",
        ],
    );
}

#[test]
fn switch_at_run_time() {
    let (stdout, _) = run("switch_at_run_time");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "Lamps: lit for time 1",
            "Watch: all is well",
            "lamps: 2, moths: 1",
            "--- disable `Lamps`?",
            "stop `Watch`, which is suspended then: it requires `Lamps`",
            "stop `Lamps`, which is disabled then",
            "Watch: good night",
            "Lamps: 2 go out",
            "lamps: 0, moths: 1",
            "left of Lamps: []",
            "--- enable `Watch`?",
            "cannot enable `Watch`: it requires `Lamps`, which is disabled; enable `Lamps` too",
            "--- enable `Lamps`?",
            "start `Lamps`",
            "start `Watch`: it requires `Lamps`",
            "Lamps: lit for time 2",
            "Watch: all is well",
            "lamps: 2, moths: 1",
            "--- restart by command",
            "Watch: good night",
            "Watch: all is well",
            "lamps: 2, moths: 1",
            "--- exit",
            "Watch: good night",
            "Lamps: 2 go out",
        ],
    );
}

#[test]
fn testing_an_extension() {
    let (stdout, _) = run("testing_an_extension");
    assert_eq!(
        stdout.lines().collect::<Vec<_>>(),
        [
            "ok: a winner is drawn and paid",
            "ok: a purse that fails costs a draw and nothing else",
            "ok: a lottery without a purse waits",
            "ok: the order of starting does not matter",
        ],
    );
}

/// Runs the console's example with lines from a pipe, and returns what it answers.
fn console(lines: &str) -> String {
    let mut command = example("console");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    stdout
}

#[test]
fn console_ends_with_its_lines() {
    assert_eq!(console("visit Ann\ntree oracle"), "Ann comes in; the omen is: rain\noracle 1.0.0\n└─ Treasury 2.1.0\n");
    assert_eq!(console(""), "");
}

#[test]
fn the_recorded_session_of_the_console_is_true() {
    let page = include_str!("../../crates/bevy_extensions/src/console/guide.md");
    let (_, recording) = page.split_once("```text\n").unwrap();
    let (recording, _) = recording.split_once("```").unwrap();
    let mut lines = String::new();
    let mut expected = String::new();
    for line in recording.lines() {
        match line.strip_prefix("> ") {
            Some(typed) => lines += &format!("{typed}\n"),
            None => {
                expected += &format!("{line}\n");
                let answer = line.strip_prefix("apply? [y/N] ").map(|answer| format!("{answer}\n"));
                lines += &answer.unwrap_or_default();
            }
        }
    }
    let masked = |text: &str| {
        let line = |line: &str| {
            line.split("  ")
                .map(str::trim)
                .map(masked_cell)
                .filter(|cell| !cell.is_empty())
                .collect::<Vec<_>>()
                .join(" | ")
        };
        text.lines().map(line).collect::<Vec<_>>()
    };
    assert_eq!(masked(&console(&lines)), masked(&expected));
}

/// Drops what differs from run to run, and with each edit.
fn masked_cell(cell: &str) -> &str {
    if cell.ends_with(" ms") { "" } else { without_line(cell) }
}
