//! What shells and manuals get.

use crate::support::printed;

#[track_caller]
fn check(args: &str, beginning: &str, inside: &str) {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), args);
    assert!(text.starts_with(beginning) && text.contains(inside), "{args}:\n{text}");
}

#[test]
fn each_shell_completes_each_command() {
    check("completions bash", "_bevy__extensions() {", "bevy__extensions,pack)");
    check("completions zsh", "#compdef bevy-extensions\n", "'pack:Make the archive of a script folder, to hand out'");
    check(
        "completions fish",
        "# Print an optspec",
        "-a \"pack\" -d 'Make the archive of a script folder, to hand out'",
    );
}

/// Asks bash what it would complete, where the words end with the one that is being written.
#[cfg(unix)]
#[track_caller]
fn check_bash(words: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let script = printed(folder.path(), "completions bash");
    let words: Vec<_> = words.split(' ').collect();
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let asking = format!(
        "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_bevy__extensions bevy-extensions '{last}' '{before}'\n\
         echo \"${{COMPREPLY[*]}}\"\n",
        words.join(" "),
        words.len() - 1,
    );
    let output = std::process::Command::new("bash").args(["-c", &asking]).output().unwrap();
    assert_eq!(crate::support::shown(&output), format!("{expected}\n"), "{words:?}");
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_and_their_options() {
    check_bash("bevy-extensions sh", "show");
    check_bash("bevy-extensions pack --f", "--force");
    check_bash("bevy-extensions graph --format m", "mermaid");
    check_bash("bevy-extensions fe", "fetch");
    check_bash("bevy-extensions fetch --loc", "--locked");
    check_bash("bevy-extensions lock --u", "--update");
}

#[test]
fn each_command_has_a_page() {
    let title =
        |name: &str| format!(".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n.TH {name} 1  \"bevy-extensions 0.1.0\" \n");
    check("man", &title("bevy-extensions"), "ends with 0 if all is well");
    check("man pack", &title("bevy-extensions-pack"), "The same files make the same bytes");
}

#[test]
fn every_command_has_examples() {
    let commands = "list show tree why check graph fetch lock new pack schema completions man";
    for command in commands.split(' ') {
        check(&format!("{command} --help"), "", &format!("Examples:\n  bevy-extensions {command}"));
    }
    check("--help", "What extensions of a Bevy app are there", "Examples:\n  bevy-extensions check");
}
