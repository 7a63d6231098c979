//! Commands that extensions, and the app, bring to the console.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    Leftover,
    console::{self, ConsoleCommand, RegisterError},
    json,
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::support::scripts;

extensions! {
    Economy() = |app| app.extension::<Self>()
        .command(ConsoleCommand::new("pay", pay).arguments("PLAYER GOLD").help("pays a player").complete(players))
        .command(ConsoleCommand::new("say", |In(rest): In<String>| rest).help("says it again"))
        .command(ConsoleCommand::new("count", |mut times: Local<u32>| { *times += 1; *times }))
        .command(ConsoleCommand::new("who", || json!({"name": "Ann", "gold": 5})))
        .command(ConsoleCommand::new("quiet", || {}))
        .command(ConsoleCommand::new("mint", |mut commands: Commands| _ = commands.spawn_owned(Coin)));
    Bank() = |app| app.extension::<Self>().command(ConsoleCommand::new("pay", || "the bank pays"));
    Wrong() = |app| app.extension::<Self>()
        .command(ConsoleCommand::new("help", || {}))
        .command(ConsoleCommand::new("a b", || {}))
        .command(ConsoleCommand::new("fine", || "fine"))
        .command(ConsoleCommand::new("Fine", || {}));
    Late() = |app| app.extension::<Self>().add_systems(Update, || {});
}

#[derive(Component)]
struct Coin;

fn pay(In(words): In<Vec<String>>) -> Result<String, String> {
    let [player, gold] = &*words else { return Err("pay whom, and how much?".into()) };
    let gold: u32 = gold.parse().map_err(|_| format!("`{gold}` is no number"))?;
    Ok(format!("{player} got {gold} gold"))
}

fn players(In(words): In<Vec<String>>) -> Vec<String> {
    match words.len() {
        1 => vec!["Ann".into(), "Anton".into(), "Ben".into()],
        _ => vec!["10".into()],
    }
}

fn app() -> TestApp {
    let mut app = TestApp::builder().with::<Economy>().build();
    app.frames(1);
    app
}

fn run(app: &mut App, line: &str) -> String {
    console::run(app.world_mut(), line).map_or_else(|error| error.to_text(), |output| output.to_string())
}

#[test]
fn a_command_gets_words_or_the_rest_of_the_line() {
    let mut app = app();
    assert_eq!(run(&mut app, "pay 'Ann Lee' 5"), "Ann Lee got 5 gold\n");
    assert_eq!(run(&mut app, "say  it's   \"so\""), "it's   \"so\"\n");
    assert_eq!(run(&mut app, "PAY Ann 5"), "Ann got 5 gold\n");
    assert_eq!(run(&mut app, "count"), "1\n");
    assert_eq!(run(&mut app, "quiet"), "");
    assert_eq!(run(&mut app, "who"), "{\"gold\":5,\"name\":\"Ann\"}\n");
    assert_eq!(run(&mut app, "quiet please"), "error: `quiet` takes no arguments\n");
    assert_eq!(
        run(&mut app, "pay 'Ann"),
        "error: the quote `'` at column 5 is not closed\n  hint: close it, or put a `\\` before it\n"
    );
}

#[test]
fn what_the_one_who_types_does_wrong_is_charged_to_nobody() {
    let mut app = app();
    assert_eq!(run(&mut app, "pay"), "error: pay whom, and how much?\n");
    assert_eq!(run(&mut app, "pay Ann much"), "error: `much` is no number\n");
    app.frames(1).assert_faults("Economy", &[]);
}

#[test]
fn what_a_command_spawns_belongs_to_its_extension() {
    let mut app = app();
    run(&mut app, "mint");
    assert!(app.world().leftovers("Economy").unwrap().iter().any(|left| matches!(left, Leftover::Entity(_))));
    run(&mut app, "disable Economy --yes");
    app.frames(1);
    assert_eq!(app.world_mut().query::<&Coin>().iter(app.world()).count(), 0);
}

#[test]
fn a_command_goes_when_its_extension_stops_and_comes_back_with_it() {
    let mut app = app();
    assert_eq!(run(&mut app, "count"), "1\n");
    assert!(app.world().leftovers("Economy").unwrap().contains(&Leftover::Command("count".into())));
    run(&mut app, "disable Economy --yes");
    app.frames(1);
    assert_eq!(app.world().leftovers("Economy"), Some(vec![]));
    assert_eq!(run(&mut app, "count"), "error: no command is called `count`\n  hint: `help` lists the commands\n");
    run(&mut app, "enable Economy --yes");
    app.frames(1);
    assert_eq!(run(&mut app, "count"), "2\n", "the `Local` lives on");
}

#[test]
fn a_name_that_is_none_or_taken_is_charged() {
    let mut app = TestApp::builder().with::<Wrong>().build();
    app.frames(1).assert_faults(
        "Wrong",
        &[
            "in what it exports as `help`: `help` is a command of the console itself; take another name",
            "in what it exports as `a b`: `a b` cannot be the name of a command: it needs a letter, then letters, digits, `-` and `_`, all from a to z",
            "in what it exports as `Fine`: the command `Fine` is there already; despawn the first one, or take another name",
        ],
    );
    assert_eq!(run(&mut app, "fine"), "fine\n");
}

#[test]
fn of_two_with_one_name_each_is_typed_with_its_extension() {
    let mut app = TestApp::builder().with::<Economy>().with::<Bank>().build();
    app.frames(1);
    assert_eq!(
        run(&mut app, "pay Ann 5"),
        "error: several extensions have a command `pay`: type `Bank.pay` or `Economy.pay`\n",
    );
    assert_eq!(run(&mut app, "Bank.pay"), "the bank pays\n");
    assert_eq!(run(&mut app, "economy.pay Ann 5"), "Ann got 5 gold\n");
    assert_eq!(run(&mut app, "Economy.say hello"), "hello\n");
    let help = run(&mut app, "help");
    assert!(help.contains("  Bank.pay ") && help.contains("  Economy.pay PLAYER GOLD "), "{help}");
    assert!(help.contains("  say ") && !help.contains("Economy.say"), "{help}");
    run(&mut app, "disable Bank --yes");
    app.frames(1);
    assert_eq!(run(&mut app, "pay Ann 5"), "Ann got 5 gold\n");
}

#[test]
fn the_app_has_commands_too() {
    let mut app = app();
    app.host().command(ConsoleCommand::new("time", || 12u32).help("tells the time")).unwrap();
    assert_eq!(run(&mut app, "time"), "12\n");
    assert_eq!(run(&mut app, "help time"), "time\n  tells the time\n  a command of the app\n");
    let twice = app.host().command(ConsoleCommand::new("time", || {})).map(|_| ()).unwrap_err();
    assert_eq!(twice, RegisterError::Twice { name: "time".into() });
    let built_in = app.host().command(ConsoleCommand::new("Exit", || {})).map(|_| ()).unwrap_err();
    assert_eq!(built_in, RegisterError::BuiltIn { name: "Exit".into() });
}

#[test]
fn help_tells_of_commands_of_extensions() {
    let mut app = app();
    assert_eq!(run(&mut app, "help pay"), "pay PLAYER GOLD\n  pays a player\n  a command of `Economy`\n");
    assert_eq!(run(&mut app, "help count"), "count\n  a command of `Economy`\n");
    assert_eq!(run(&mut app, "pya"), "error: no command is called `pya`; did you mean `pay`?\n");
}

#[test]
fn words_are_completed() {
    let mut app = app();
    let mut completed = |line: &str| {
        let completion = console::complete(app.world_mut(), line);
        format!("{} {}", completion.start, completion.words.join(" "))
    };
    assert_eq!(completed("ex"), "0 exit exports extensions");
    assert_eq!(completed("pa"), "0 pay");
    assert_eq!(completed("show ec"), "5 Economy");
    assert_eq!(completed("show Economy "), "13 ");
    assert_eq!(completed("disable Economy --"), "16 --yes");
    assert_eq!(completed("help pa"), "5 pay");
    assert_eq!(completed("pay an"), "4 Ann Anton");
    assert_eq!(completed("pay Ann "), "8 10");
    assert_eq!(completed("say a"), "4 ");
    assert_eq!(completed("emit extension.st"), "5 extension.started extension.stopped");
    assert_eq!(completed("emit bell {} --"), "13 --to");
    assert_eq!(completed("emit bell {} --to E"), "18 Economy");
    assert_eq!(completed("exit "), "5 ");
    assert!(console::complete(app.world_mut(), "load ./").is_path);
}

#[test]
fn a_script_has_commands() {
    let text = "
        let asked = 0;
        extension.command('ask', { arguments: 'WORD', help: 'asks', complete: (words) => ['today', `${words.length}`] },
            (words, rest) => `${++asked} ${JSON.stringify(words)} ${rest}`);
        extension.command('sum', ([a, b]) => Number(a) + Number(b));
        extension.command('none', () => {});
        extension.command('bad', () => { throw new Error('no') });
        extension.on('init', () => extension.command('later', () => 'now'));
    ";
    let mut app = scripts(&[("oracle.js", text)]).build();
    app.frames(1);
    assert_eq!(
        run(&mut app, r#"ask 'what now' {"a": 1}"#),
        "1 [\"what now\",\"{\\\"a\\\": 1}\"] 'what now' {\"a\": 1}\n"
    );
    assert_eq!(run(&mut app, "sum 1 2"), "3\n");
    assert_eq!(run(&mut app, "none"), "");
    assert_eq!(run(&mut app, "later"), "now\n");
    assert_eq!(run(&mut app, "help ask"), "ask WORD\n  asks\n  a command of `oracle`\n");
    assert_eq!(console::complete(app.world_mut(), "ask x t").words, ["today"]);
    assert_eq!(console::complete(app.world_mut(), "ask x ").words, ["2", "today"]);

    let error = run(&mut app, "bad");
    assert_eq!(error, "error: `bad` has failed, which is charged to `oracle`: Error: no, at oracle.js:7:52\n");
    app.frames(1).assert_faults("oracle", &["in the console command `bad`: Error: no, at oracle.js:7:52"]);

    run(&mut app, "disable oracle --yes");
    app.frames(1);
    assert_eq!(app.world().leftovers("oracle"), Some(vec![]));
    assert!(run(&mut app, "ask").starts_with("error: no command is called `ask`"));
    run(&mut app, "enable oracle --yes");
    app.frames(1);
    assert_eq!(run(&mut app, "ask"), "1 [] \n", "it has begun anew");
}

#[test]
fn a_command_of_a_script_with_a_name_of_the_consoles_is_an_error_there() {
    let text = "try { extension.command('show', () => {}) } catch (error) { console.log(error.message) }";
    let mut app = scripts(&[("top.js", text)]).build();
    app.frames(1);
    crate::support::check_said(&app, &["top: `show` is a command of the console itself; take another name"]);
}

#[test]
fn what_a_command_does_it_does_in_the_name_of_its_extension() {
    let text = "extension.command('ring', () => { extension.emit('bell', 1); return 'rung' });";
    let listen = "extension.on('bell', (_, meta) => console.log(`a bell of ${meta.sender}`));";
    let mut app = scripts(&[("ringer.js", text), ("hearer.js", listen)]).build();
    app.frames(1);
    assert_eq!(run(&mut app, "ring"), "rung\n");
    crate::support::check_said(&app, &["hearer: a bell of ringer"]);
}
