//! The console at a terminal: an app in a process of its own, at which somebody types.

use std::{
    fs,
    io::{Read, Write as _},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use bevy_app::{AppExit, ScheduleRunnerPlugin, prelude::*};
use bevy_ecs::prelude::*;
use bevy_extensions::{
    console::{ConsoleCommand, ConsolePlugin, ConsoleWriter},
    prelude::*,
    test_kit::extensions,
};
use portable_pty::{Child, CommandBuilder, MasterPty, PtyPair, PtySize, native_pty_system};

use crate::support::host;

/// Where the app is told what to say; only the process that is the app has it.
const FOLDER: &str = "CONSOLE_TERMINAL";

extensions! {
    Economy() = |app| app.extension::<Self>()
        .command(ConsoleCommand::new("greet", |In(words): In<Vec<String>>| format!("hello, {}", words.join(" ")))
            .complete(|_: In<Vec<String>>| vec!["Ann".to_string(), "Ben".to_string()]))
        .add_systems(Update, (|orders: Res<Orders>| orders.fault(), |orders: Res<Orders>| orders.panic()))
        .add_systems(Terminate, || say("Economy ends"));
    Greeter(requires(Economy)) = |app| app.extension::<Self>();
}

/// What the app is to do in this frame.
#[derive(Resource, Default)]
struct Orders(String);

impl Orders {
    fn fault(&self) -> Result {
        if self.0 == "fault" { Err("no gold")? } else { Ok(()) }
    }

    fn panic(&self) {
        assert!(self.0 != "panic", "out of gold");
    }
}

fn say(text: &str) {
    writeln!(ConsoleWriter::new(), "{text}").unwrap();
}

/// The app, if this process is the one.
#[test]
#[ignore = "it is the app of the other tests"]
fn the_app() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let order = Path::new(&folder).join("order");
    let take_order = move |mut orders: ResMut<Orders>, mut exit: MessageWriter<AppExit>| {
        orders.0 = fs::read_to_string(&order).unwrap_or_default();
        if orders.0.is_empty() {
            return;
        }
        fs::remove_file(&order).unwrap();
        match orders.0.as_str() {
            "exit" => _ = exit.write(AppExit::Success),
            "abort" => panic!("the app is broken"),
            "burst" => (0..50).for_each(|line| say(&format!("line {line}"))),
            text => say(text),
        }
    };
    let mut app = App::new();
    app.add_plugins(ScheduleRunnerPlugin::run_loop(Duration::from_millis(5)))
        .add_plugins(ExtensionsPlugin { exit_on_signal: true, ..host().with::<Economy>().with::<Greeter>() })
        .add_plugins(ConsolePlugin::default())
        .init_resource::<Orders>()
        .add_systems(First, take_order);
    let exit = app.run();
    println!("the app has ended: {exit:?}");
    process::exit(match exit {
        AppExit::Success => 0,
        AppExit::Error(code) => code.get().into(),
    });
}

/// What a shell does with `app > written.txt &`, if this process is to be one.
#[test]
#[ignore = "it is the shell of another test"]
fn the_shell() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let written = fs::File::create(Path::new(&folder).join("written.txt")).unwrap();
    let mut app = process::Command::new(std::env::current_exe().unwrap());
    let status = app.args(arguments("the_app")).stdout(written).process_group(0).status().unwrap();
    process::exit(status.code().unwrap());
}

/// Has this program be one of the processes of this file.
fn arguments(process: &str) -> [String; 4] {
    [format!("console_terminal::{process}"), "--exact".into(), "--nocapture".into(), "--ignored".into()]
}

/// A terminal, and the app that runs at it.
struct Seat {
    folder: tempfile::TempDir,
    pair: PtyPair,
    keys: Box<dyn std::io::Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
}

impl Seat {
    /// Starts the app, and waits for its prompt.
    fn new() -> Self {
        Self::of_width(80)
    }

    fn of_width(cols: u16) -> Self {
        let mut seat = Self::start("the_app", cols);
        seat.wait(|screen| screen.lines().last() == Some(">"));
        seat
    }

    /// Starts one of the processes of this file.
    fn start(process: &str, cols: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let size = PtySize { rows: 40, cols, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(arguments(process));
        command.env(FOLDER, folder.path());
        command.env("TERM", "xterm");
        command.env("NO_COLOR", "1");
        command.env("RUST_BACKTRACE", "0");
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(size.rows, size.cols, 0)));
        let (mut shown, parser) = (pair.master.try_clone_reader().unwrap(), screen.clone());
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = shown.read(&mut bytes) {
                parser.lock().unwrap().process(&bytes[..read]);
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { folder, pair, keys, child, screen }
    }

    fn order(&self) -> PathBuf {
        self.folder.path().join("order")
    }

    /// Has the app do something, and waits until it has begun to.
    fn tell(&mut self, order: &str) {
        let written = self.folder.path().join("written");
        fs::write(&written, order).unwrap();
        // So that no half of it is read.
        fs::rename(written, self.order()).unwrap();
        let began = Instant::now();
        while self.order().exists() {
            assert!(began.elapsed() < PATIENCE, "the app takes no orders\n{}", self.screen());
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn screen(&self) -> String {
        let parser = self.screen.lock().unwrap();
        let lines = parser.screen().rows(0, 500).map(|row| row.trim_end().to_string()).collect::<Vec<_>>();
        lines.join("\n").trim_end().to_string()
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    fn wait(&mut self, is_so: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(began.elapsed() < PATIENCE, "it never came to that\n{screen}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until these are the last lines.
    #[track_caller]
    fn ends_with(&mut self, lines: &[&str]) {
        let lines = lines.join("\n");
        self.wait(|screen| screen.ends_with(&format!("\n{lines}")));
    }

    /// Waits until the app has exited, and returns how.
    #[track_caller]
    fn exit_code(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(began.elapsed() < PATIENCE, "the app does not exit\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the terminal is as people expect it: it shows what is typed, and takes lines.
    #[track_caller]
    fn is_restored(&self) {
        let untouched = native_pty_system().openpty(PtySize::default()).unwrap();
        let mode = |terminal: &dyn MasterPty| format!("{:?}", terminal.get_termios().unwrap().local_flags);
        let began = Instant::now();
        while mode(&*self.pair.master) != mode(&*untouched.master) {
            assert!(began.elapsed() < PATIENCE, "the terminal stays in raw mode\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// How long a test waits for what should be.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_line_is_typed_completed_and_brought_back() {
    let mut seat = Seat::new();
    seat.press("why gre\t");
    seat.ends_with(&["> why Greeter"]);
    seat.press("\r");
    seat.ends_with(&["nobody needs it: it is there, and nothing keeps it from starting", ">"]);
    seat.press("gre\t");
    seat.ends_with(&["> greet"]);
    seat.press("B\t\r");
    seat.ends_with(&["> greet Ben", "hello, Ben", ">"]);
    seat.press("\x1b[A\x1b[A");
    seat.ends_with(&["> why Greeter"]);
    seat.press("\x1b[B\r");
    seat.ends_with(&["> greet Ben", "hello, Ben", ">"]);
    seat.press("exit\r");
    assert_eq!(seat.exit_code(), 0);
    seat.wait(|screen| screen.contains("> exit\nEconomy ends\nthe app has ended: Success"));
    seat.is_restored();
}

#[test]
fn what_the_app_says_meanwhile_stands_above_the_line() {
    let mut seat = Seat::new();
    seat.press("disable Eco");
    seat.ends_with(&["> disable Eco"]);
    seat.tell("three o'clock");
    seat.ends_with(&["three o'clock", "> disable Eco"]);
    seat.tell("fault");
    seat.ends_with(&["warning: `Economy` had a fault in a system: no gold", "> disable Eco"]);
    seat.tell("burst");
    seat.ends_with(&["line 47", "line 48", "line 49", "> disable Eco"]);
    seat.press("nomy\r");
    seat.ends_with(&[
        "> disable Economy",
        "stop `Greeter`, which is suspended then: it requires `Economy`",
        "stop `Economy`, which is disabled then",
        "apply? [y/N]",
    ]);
    seat.tell("four o'clock");
    seat.ends_with(&["four o'clock", "apply? [y/N]"]);
    seat.press("y\r");
    seat.ends_with(&["done", ">"]);
    seat.press("\x03");
    assert_eq!(seat.exit_code(), 130);
}

#[test]
fn a_line_of_several_rows_stays_whole() {
    let mut seat = Seat::of_width(30);
    let typed = "greet one two three four five six seven eight";
    seat.press(typed);
    seat.ends_with(&["> greet one two three four fiv", "e six seven eight"]);
    seat.tell("three o'clock");
    seat.ends_with(&["three o'clock", "> greet one two three four fiv", "e six seven eight"]);
    seat.press("\r");
    seat.ends_with(&["hello, one two three four five", " six seven eight", ">"]);
    seat.press("exit\r");
    assert_eq!(seat.exit_code(), 0);
}

#[test]
fn a_panic_that_is_contained_leaves_the_line_whole() {
    let mut seat = Seat::new();
    seat.press("greet A");
    seat.ends_with(&["> greet A"]);
    seat.tell("panic");
    let told = "warning: `Economy` had a fault in a system: panicked: out of gold\n> greet A";
    let screen = seat.wait(|screen| screen.ends_with(told));
    assert!(!screen.contains("greet Athread"), "{screen}");
    seat.press("nn\r");
    seat.ends_with(&["> greet Ann", "hello, Ann", ">"]);
    seat.press("exit\r");
    assert_eq!(seat.exit_code(), 0);
}

#[test]
fn ctrl_d_ends_the_console_and_not_the_app() {
    let mut seat = Seat::new();
    seat.press("\x04");
    seat.is_restored();
    seat.tell("three o'clock");
    seat.ends_with(&[">", "three o'clock"]);
    seat.tell("exit");
    assert_eq!(seat.exit_code(), 0);
    seat.wait(|screen| screen.contains("three o'clock\nEconomy ends\nthe app has ended: Success"));
}

#[test]
fn ctrl_c_exits_the_app_in_good_order() {
    let mut seat = Seat::new();
    seat.press("disable Eco\x03");
    assert_eq!(seat.exit_code(), 130);
    seat.wait(|screen| screen.contains("> disable Eco\nEconomy ends\nthe app has ended: Error(130)"));
    seat.is_restored();
}

#[test]
fn a_signal_exits_it_from_the_middle_of_a_line() {
    let mut seat = Seat::new();
    seat.press("disable Eco");
    seat.ends_with(&["> disable Eco"]);
    let app = seat.child.process_id().unwrap().to_string();
    assert!(process::Command::new("kill").args(["-TERM", &app]).status().unwrap().success());
    assert_eq!(seat.exit_code(), 130);
    seat.wait(|screen| screen.contains("> disable Eco\nEconomy ends\nthe app has ended: Error(130)"));
    seat.is_restored();
}

#[test]
fn a_panic_of_the_app_leaves_the_terminal_as_it_was() {
    let mut seat = Seat::new();
    seat.press("disable Eco");
    seat.ends_with(&["> disable Eco"]);
    seat.tell("abort");
    assert_ne!(seat.exit_code(), 0);
    seat.wait(|screen| screen.contains("the app is broken"));
    seat.is_restored();
}

#[test]
fn an_exit_from_elsewhere_leaves_the_terminal_as_it_was() {
    let mut seat = Seat::new();
    seat.press("disable Eco");
    seat.ends_with(&["> disable Eco"]);
    seat.tell("exit");
    assert_eq!(seat.exit_code(), 0);
    seat.wait(|screen| screen.contains("> disable Eco\nEconomy ends\nthe app has ended: Success"));
    seat.is_restored();
}

#[test]
fn an_app_in_the_background_runs_on_wherever_it_writes_to() {
    let mut seat = Seat::start("the_shell", 80);
    for order in ["one o'clock", "two o'clock", "three o'clock", "exit"] {
        seat.tell(order);
    }
    assert_eq!(seat.exit_code(), 0);
    seat.wait(|screen| screen.contains("two o'clock\nthree o'clock\nEconomy ends"));
    let written = fs::read_to_string(seat.folder.path().join("written.txt")).unwrap();
    assert!(written.ends_with("the app has ended: Success\n"), "{written}");
}
