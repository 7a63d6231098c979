//! The console as it reads lines from somewhere: what is asked, answered and done, frame by frame.

use std::{
    io::{self, BufReader, Cursor, Read, Write},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    time::{Duration, Instant},
};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    console::{ConsoleInput, ConsolePlugin},
    prelude::*,
    test_kit::{TestApp, TestAppBuilder, extensions},
};

use crate::support::{host, run_until};

extensions! {
    Economy() = |app| app.extension::<Self>();
    Greeter(requires(Economy)) = |app| app.extension::<Self>();
    Moody() = |app| app.extension::<Self>().add_systems(Init, |mut starts: Local<u32>| -> Result {
        *starts += 1;
        if *starts > 1 { Err("not again")? }
        Ok(())
    });
}

/// What a console has written.
#[derive(Clone, Default)]
pub struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hands on what a test types, when it types it.
struct Typing(Receiver<String>, Cursor<Vec<u8>>);

impl Read for Typing {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.1.position() as usize == self.1.get_ref().len() {
            let Ok(typed) = self.0.recv() else { return Ok(0) };
            self.1 = Cursor::new(typed.into_bytes());
        }
        self.1.read(bytes)
    }
}

fn builder() -> TestAppBuilder {
    TestApp::builder().with::<Economy>().with::<Greeter>().with::<Moody>()
}

/// Begins an app with a console that reads lines.
pub fn reading(builder: TestAppBuilder, input: ConsoleInput, exit_at_end: bool) -> TestApp {
    builder.setup(move |app| _ = app.add_plugins(ConsolePlugin { input, exit_at_end })).build()
}

/// Runs an app until all lines are done and it exits, and returns what was answered.
#[track_caller]
pub fn run_lines(builder: TestAppBuilder, lines: impl Into<Vec<u8>>) -> (TestApp, String) {
    let written = Written::default();
    let input = ConsoleInput::lines(Cursor::new(lines.into()), written.clone());
    let mut app = reading(builder, input, true);
    run_until(&mut app, |app| app.should_exit().is_some());
    (app, written.text())
}

#[track_caller]
fn check(lines: &str, expected: &str) -> TestApp {
    let (app, written) = run_lines(builder(), lines);
    assert_eq!(written, expected);
    app
}

/// What ran until the app ended has ended with it; what was disabled stays so.
const RAN_ON: ExtensionState = ExtensionState::Terminated;

const PLAN: &str = "stop `Greeter`, which is suspended then: it requires `Economy`
stop `Economy`, which is disabled then
apply? [y/N] ";

#[test]
fn a_plan_is_carried_out_after_a_yes() {
    for yes in ["y", "Y", "yes", " y "] {
        let app = check(&format!("disable Economy\n{yes}\n"), &format!("{PLAN}{yes}\ndone\n"));
        app.assert_state("Economy", ExtensionState::Disabled);
        app.assert_state("Greeter", ExtensionState::Suspended);
    }
}

#[test]
fn a_plan_is_not_carried_out_otherwise() {
    for no in ["n", "no", ""] {
        let app = check(&format!("disable Economy\n{no}\n"), &format!("{PLAN}{no}\nnothing is done\n"));
        app.assert_state("Economy", RAN_ON);
    }
}

#[test]
fn a_line_that_is_no_answer_means_no_and_is_done() {
    let app = check(
        "disable Economy\ntree Greeter\n",
        &format!("{PLAN}tree Greeter\nnothing is done\nGreeter 1.0.0\n└─ Economy 1.0.0\n"),
    );
    app.assert_state("Economy", RAN_ON);
}

#[test]
fn the_end_of_the_lines_means_no() {
    let app = check("disable Economy", &format!("{PLAN}\nnothing is done\n"));
    app.assert_state("Economy", RAN_ON);
}

#[test]
fn a_yes_may_be_said_beforehand() {
    let plan = PLAN.trim_end_matches("apply? [y/N] ");
    let app = check("disable Economy --yes\n", &format!("{plan}done\n"));
    app.assert_state("Economy", ExtensionState::Disabled);
}

#[test]
fn each_line_sees_what_the_one_before_has_led_to() {
    check(
        "disable Economy -y\nenable Greeter\nenable Economy -y\ntree Greeter\n",
        "stop `Greeter`, which is suspended then: it requires `Economy`
stop `Economy`, which is disabled then
done
cannot enable `Greeter`: it requires `Economy`, which is disabled; enable `Economy` too
start `Economy`
start `Greeter`: it requires `Economy`
done
Greeter 1.0.0
└─ Economy 1.0.0
",
    );
}

#[test]
fn what_came_otherwise_than_planned_is_told() {
    let app = check(
        "restart Moody -y\n",
        "stop `Moody`, to start it again
start `Moody`
done
but `Moody` has failed; `why Moody` tells more
",
    );
    app.assert_state("Moody", ExtensionState::Failed);
}

#[test]
fn a_plan_that_somebody_has_overtaken_is_not_carried_out() {
    let ((type_, typed), written) = (channel(), Written::default());
    let input = ConsoleInput::lines(BufReader::new(Typing(typed, Cursor::default())), written.clone());
    let mut app = reading(builder(), input, false);
    type_.send("disable Economy\n".into()).unwrap();
    run_until(&mut app, |_| written.text() == PLAN);
    app.world_mut().resource_mut::<Extensions>().disable("Greeter");
    app.frames(2);
    type_.send("y\n".into()).unwrap();
    let stale = "error: it would lead to something else by now, as extensions have started or stopped meanwhile; plan it again\n";
    run_until(&mut app, |_| written.text() == format!("{PLAN}y\n{stale}"));
    app.assert_state("Economy", ExtensionState::Running);
}

#[test]
fn what_follows_exit_is_not_done() {
    let app = check("# a comment\n\ntree Economy\nexit\ndisable Economy -y\n", "Economy 1.0.0\n");
    app.assert_state("Economy", RAN_ON);
}

#[test]
fn the_end_of_the_lines_ends_the_console_and_not_the_app() {
    let written = Written::default();
    let input = ConsoleInput::lines(Cursor::new("tree Economy\ntree Moody\n"), written.clone());
    let mut app = reading(builder(), input, false);
    run_until(&mut app, |_| written.text() == "Economy 1.0.0\nMoody 1.0.0\n");
    app.frames(10);
    assert_eq!(app.should_exit(), None);
}

#[test]
fn somebody_who_types_is_answered_in_the_next_frame() {
    let ((type_, typed), written): ((Sender<String>, _), _) = (channel(), Written::default());
    let input = ConsoleInput::lines(BufReader::new(Typing(typed, Cursor::default())), written.clone());
    let mut app = reading(builder(), input, true);
    app.frames(3);
    type_.send("tree Moo".into()).unwrap();
    app.frames(3);
    assert_eq!(written.text(), "", "the line is not at its end");
    type_.send("dy\n".into()).unwrap();
    run_until(&mut app, |_| written.text() == "Moody 1.0.0\n");
    drop(type_);
    run_until(&mut app, |app| app.should_exit().is_some());
}

#[test]
fn the_plugins_may_come_in_either_order() {
    for console_first in [true, false] {
        let written = Written::default();
        let input = ConsoleInput::lines(Cursor::new("tree\n"), written.clone());
        let console = ConsolePlugin { input, exit_at_end: true };
        let mut app = App::new();
        let extensions = host().with::<Economy>();
        match console_first {
            true => app.add_plugins((console, extensions)),
            false => app.add_plugins((extensions, console)),
        };
        let began = Instant::now();
        while app.should_exit().is_none() {
            assert!(began.elapsed() < Duration::from_secs(60), "it takes too long");
            app.update();
        }
        assert_eq!(written.text(), "Economy 1.0.0\n");
        app.terminate_extensions();
    }
}

#[test]
fn lines_are_done_though_nobody_reads_the_answers() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let input = ConsoleInput::lines(Cursor::new("tree\ndisable Economy --yes\n"), Closed);
    let mut app = reading(builder(), input, true);
    run_until(&mut app, |app| app.should_exit().is_some());
    app.assert_state("Economy", ExtensionState::Disabled);
}

#[test]
fn input_that_breaks_off_is_told_of() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable is cut"))
        }
    }
    let written = Written::default();
    let lines = Cursor::new("disable Economy --yes\n").chain(Broken);
    let mut app = reading(builder(), ConsoleInput::lines(BufReader::new(lines), written), true);
    run_until(&mut app, |app| app.should_exit().is_some());
    app.assert_state("Economy", ExtensionState::Disabled);
    app.assert_logged("warn: the console can read no further line: the cable is cut");
}

#[test]
fn an_app_may_drop_while_a_line_is_waited_for() {
    let (type_, typed) = channel();
    let written = Written::default();
    let input = ConsoleInput::lines(BufReader::new(Typing(typed, Cursor::default())), written.clone());
    let mut app = reading(builder(), input, false);
    app.frames(2);
    drop(app);
    // Nobody answers, and nobody panics.
    type_.send("tree\n".into()).unwrap();
    drop(type_);
    assert_eq!(written.text(), "");
}
