//! Colours are for terminals, and for whoever asks for them.

use crate::support::{command, copy_of, text};

#[track_caller]
fn is_coloured(args: &[&str], variable: Option<(&str, &str)>) -> bool {
    let folder = copy_of("broken");
    let output = command(folder.path()).args(args).envs(variable).output().unwrap();
    (text(&output.stdout) + &text(&output.stderr)).contains("\u{1b}[")
}

#[test]
fn what_is_sent_elsewhere_has_no_colours() {
    for command in ["list", "tree", "check"] {
        assert!(!is_coloured(&[command], None), "{command}");
    }
    assert!(!is_coloured(&["why", "nobody"], None));
}

#[test]
fn whoever_asks_for_colours_gets_them() {
    for command in ["list", "tree", "check"] {
        assert!(is_coloured(&[command, "--color", "always"], None), "{command}");
    }
    assert!(is_coloured(&["--color=always", "why", "nobody"], None));
}

#[test]
fn never_is_never() {
    assert!(!is_coloured(&["list", "--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(is_coloured(&["list"], Some(("CLICOLOR_FORCE", "1"))), "or the line above shows nothing");
}

#[test]
fn what_a_file_says_commands_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let text = "//@extension name Rain\n//@extension description \u{1b}[31mred\u{1b}]0;title\u{7}\n";
    std::fs::write(folder.path().join("rain.js"), text).unwrap();
    let output =
        command(folder.path()).args(["show", "Rain", "--dir", "rain.js", "--color", "always"]).output().unwrap();
    let shown = crate::support::text(&output.stdout);
    assert!(shown.contains("\\u{1b}[31mred\\u{1b}]0;title\\u{7}"), "{shown}");
}
