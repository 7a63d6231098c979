//! What the commands of the console say that change something, word for word.

use bevy_extensions::{
    console::{self, Output},
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::console::{check, good, seen};

extensions! {
    Chat() = |app| app.extension::<Self>();
}

#[test]
fn functions_are_called_with_json() {
    let mut app = good();
    check(&mut app, "call Economy.deposit 5", "105\n");
    check(&mut app, r#"call bard.sing "of gold""#, "\"la la of gold\"\n");
    check(&mut app, "call bard.songs", "3\n");
    check(&mut app, r#"call bard.sing {"of": "it's"}"#, "\"la la [object Object]\"\n");
    check(&mut app, "call Economy.deposit 5 # for the roof", "105\n");
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
