//! Lines that mean no good, and commands that go wrong.

use bevy_ecs::prelude::*;
use bevy_extensions::{
    console::{self, ConsoleCommand, ConsoleError, LONGEST_LINE},
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::{console_session::run_lines, support::scripts};

extensions! {
    Economy() = |app| app.extension::<Self>()
        .export_fn("deposit", |In(gold): In<u32>| gold)
        .command(ConsoleCommand::new("panic", || -> () { panic!("out of gold") }))
        .command(ConsoleCommand::new("fail", || -> Result { Err("no gold".into()) }))
        .command(ConsoleCommand::new("again", |world: &mut World| run(world, "again")))
        .command(ConsoleCommand::new("leave", |world: &mut World| run(world, "disable Economy --yes")))
        .command(ConsoleCommand::new("vanish", |world: &mut World| {
            let mut commands = world.query_filtered::<Entity, With<console::RegisteredCommand>>();
            let all: Vec<_> = commands.iter(world).collect();
            all.into_iter().for_each(|command| _ = world.despawn(command));
            "gone"
        }))
        .command(ConsoleCommand::new("guess", || "").complete(|_: In<Vec<String>>| -> Vec<String> { panic!("no idea") }))
        .add_systems(Terminate, |world: &mut World| note(world, "fail"));
}

/// What was answered to somebody who has asked in the middle of something.
#[derive(Resource, Default)]
struct Answers(Vec<String>);

fn run(world: &mut World, line: &str) -> String {
    console::run(world, line).map_or_else(|error| error.to_string(), |output| output.to_string())
}

fn note(world: &mut World, line: &str) {
    let answer = run(world, line);
    world.get_resource_or_init::<Answers>().0.push(answer);
}

fn app() -> TestApp {
    let mut app = TestApp::builder().with::<Economy>().build();
    app.frames(1);
    app
}

#[test]
fn lines_that_cannot_be_read_are_refused_and_the_next_is_done() {
    let mut lines = Vec::new();
    lines.extend(vec![b'x'; 3 * LONGEST_LINE]);
    lines
        .extend(b"\nshow \xff\xfe\nexit\0\nshow \x1b[2J\nshow 'Economy\nshow Economy\\\nshow {\ncall Economy.deposit ");
    lines.extend("[".repeat(10_000).as_bytes());
    lines.extend(b"\ncall Economy.deposit 5\r\ntree");
    let (_, written) = run_lines(TestApp::builder().with::<Economy>(), lines);
    assert_eq!(
        written,
        "error: the line is longer than 65536 bytes
error: the line is not UTF-8, from byte 6 on
error: the line has a control character, `\\u{0}`, at column 5
error: the line has a control character, `\\u{1b}`, at column 6
error: the quote `'` at column 6 is not closed
  hint: close it, or put a `\\` before it
error: the line ends with a `\\`, after which something should stand
error: what begins at column 6 is no JSON: EOF while parsing an object, at column 6
  hint: if it is to be a word, put it in quotes
error: the argument should be JSON: recursion limit exceeded, at column 149
  hint: a text stands in quotes: \"Ann\"
5
Economy 1.0.0
",
    );
}

#[test]
fn many_lines_are_done_one_by_one() {
    let (_, written) = run_lines(TestApp::builder().with::<Economy>(), "call Economy.deposit 5\n".repeat(2000));
    assert_eq!(written, "5\n".repeat(2000));
}

#[test]
fn what_is_typed_is_shown_without_what_a_terminal_would_take_for_orders() {
    let mut app = app();
    let error = console::run(app.world_mut(), "show '\u{202e}ymonocE'").unwrap_err();
    assert_eq!(error.to_string(), "no extension is called `\\u{202e}ymonocE`");
    let error = console::run(app.world_mut(), "\u{202e}pleh").unwrap_err();
    assert_eq!(error.to_string(), "no command is called `\\u{202e}pleh`");
}

#[test]
fn a_command_that_panics_is_charged_to_its_extension() {
    let mut app = app();
    let error = console::run(app.world_mut(), "panic").unwrap_err();
    assert_eq!(error.to_string(), "`panic` has failed, which is charged to `Economy`: panicked: out of gold");
    app.frames(1).assert_state("Economy", ExtensionState::Running);
    app.assert_faults("Economy", &["in the console command `panic`: panicked: out of gold"]);
}

#[test]
fn a_command_that_fails_too_often_stops_its_extension() {
    let mut app = TestApp::builder().settings("(faults: (run_time: 2))").with::<Economy>().build();
    app.frames(1);
    let answers: Vec<_> = (0..3).map(|_| run(app.world_mut(), "fail")).collect();
    assert_eq!(
        answers,
        [
            "`fail` has failed, which is charged to `Economy`: no gold",
            "`fail` has failed, which is charged to `Economy`: no gold",
            "`fail` was not run: `Economy` has failed",
        ],
    );
    app.frames(1).assert_state("Economy", ExtensionState::Failed);
    assert_eq!(run(app.world_mut(), "fail"), "no command is called `fail`");
}

#[test]
fn a_command_of_an_extension_that_stops_is_not_run() {
    let mut app = app();
    run(app.world_mut(), "disable Economy --yes");
    app.frames(1).assert_state("Economy", ExtensionState::Disabled);
    assert_eq!(app.world().resource::<Answers>().0, ["`fail` was not run: `Economy` is stopping"]);
    app.assert_faults("Economy", &[]);
}

#[test]
fn a_command_may_stop_its_own_extension() {
    let mut app = app();
    assert!(run(app.world_mut(), "leave").ends_with("that is done before the next frame\n"));
    app.frames(1).assert_state("Economy", ExtensionState::Disabled);
    assert!(matches!(console::run(app.world_mut(), "leave"), Err(ConsoleError::UnknownCommand { .. })));
}

#[test]
fn a_command_that_runs_itself_is_refused() {
    let mut app = app();
    assert_eq!(
        run(app.world_mut(), "again"),
        "`again` was not run: it is running already: `Economy.again` -> `Economy.again`\n",
    );
}

#[test]
fn a_command_may_take_itself_away() {
    let mut app = app();
    assert_eq!(run(app.world_mut(), "vanish"), "gone\n");
    assert!(matches!(console::run(app.world_mut(), "vanish"), Err(ConsoleError::UnknownCommand { .. })));
}

#[test]
fn a_completion_that_panics_completes_nothing() {
    let mut app = app();
    assert_eq!(console::complete(app.world_mut(), "guess x").words, [""; 0]);
    app.frames(1).assert_faults("Economy", &["in the console command `guess`: panicked: no idea"]);
}

#[test]
fn whatever_is_completed_nobody_panics() {
    let mut app = app();
    for line in [
        "",
        " ",
        "  show",
        "show ",
        "show 'Eco",
        "call Economy.deposit {\"a",
        "emit x --to ",
        "#",
        "ä ö",
        "guess 'x",
        "a\0b",
    ] {
        console::complete(app.world_mut(), line);
    }
}

#[test]
fn a_command_of_a_script_that_never_ends_is_cut_off() {
    let text = "extension.command('spin', () => { for (;;); }); extension.command('fine', () => 'well');";
    let mut app = scripts(&[("top.js", text)]).settings("(limits: (script: (call_ms: 20)))").build();
    app.frames(1);
    let answer = run(app.world_mut(), "spin");
    assert!(answer.starts_with("`spin` has failed, which is charged to `top`: "), "{answer}");
    assert_eq!(run(app.world_mut(), "fine"), "well\n");
}

#[test]
fn what_a_script_throws_is_shown_without_what_a_terminal_would_take_for_orders() {
    let text = "exports.fail = () => { throw new Error('\\x1b[2Jgone'); };
        extension.command('fail', () => { throw new Error('\\x1b]0;gone\\x07'); });";
    let (_, written) = run_lines(scripts(&[("top.js", text)]), "call top.fail\nfail\n");
    assert_eq!(
        written,
        "error: `top.fail` has failed: Error: \\u{1b}[2Jgone, at top.js:1:34
error: `fail` has failed, which is charged to `top`: Error: \\u{1b}]0;gone\\u{7}, at top.js:2:53
",
    );
}
