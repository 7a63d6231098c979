//! Switches that last: `disabled` in the file of the host settings is edited, and all else there stays as it is.

use std::{collections::BTreeSet, fs, path::Path};

use bevy_extensions_core::{ExtensionName, HostSettings, SaveError};
use proptest::prelude::*;

fn names(names: &[&str]) -> BTreeSet<ExtensionName> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

#[track_caller]
fn check(text: &str, disabled: &[&str], expected: &str) {
    let told = match HostSettings::edit_disabled("extensions.ron", text, &names(disabled)) {
        Ok(edited) => edited,
        Err(error) => told(&error),
    };
    assert_eq!(told, expected);
}

fn told(error: &SaveError) -> String {
    format!("{}: {error}\n{}", error.location(), error.hint())
}

#[test]
fn what_is_so_already_stays_as_it_is_in_whatever_case() {
    for text in ["", "()", "( disabled : [ ] , )", "// none\n(disabled: [])"] {
        check(text, &[], text);
    }
    check("(disabled: [\"weather\" /* loud */])", &["Weather"], "(disabled: [\"weather\" /* loud */])");
}

#[test]
fn in_a_list_on_one_line_names_are_added_and_removed_in_it() {
    check("(disabled: [])", &["Weather"], "(disabled: [\"Weather\"])");
    check("(disabled: [])", &["Weather", "Economy"], "(disabled: [\"Economy\", \"Weather\"])");
    check("(disabled: [\"Weather\"])", &["Weather", "Time"], "(disabled: [\"Weather\", \"Time\"])");
    check("(disabled: [\"Weather\",])", &["Weather", "Time"], "(disabled: [\"Weather\", \"Time\",])");
    check("(disabled: [\"Weather\"])", &[], "(disabled: [])");
    check("(disabled: [\"Weather\",])", &[], "(disabled: [])");
    check("(disabled: [\"Aa\", \"Bb\", \"Cc\"])", &["Bb", "Cc"], "(disabled: [\"Bb\", \"Cc\"])");
    check("(disabled: [\"Aa\", \"Bb\", \"Cc\"])", &["Aa", "Cc"], "(disabled: [\"Aa\", \"Cc\"])");
    check("(disabled: [\"Aa\", \"Bb\", \"Cc\"])", &["Aa"], "(disabled: [\"Aa\"])");
    check("(disabled: [\"Aa\", \"Bb\", \"Cc\",])", &["Aa"], "(disabled: [\"Aa\",])");
    check("(disabled: [\"Aa\", \"Bb\"])", &["Aa", "Cc"], "(disabled: [\"Aa\", \"Cc\"])");
    check("(disabled: [\"Aa\"])", &["Bb"], "(disabled: [\"Bb\"])");
}

const LINES: &str = r#"(
    // Comes first.
    format: 1,
    disabled: [
        // Too loud.
        "weather", // since March
        "Economy",
        r"Time" // slow
    ], // until summer
    on_left_out: Stop, // "disabled: []"
)
"#;

#[test]
fn in_a_list_of_lines_names_come_and_go_with_their_lines() {
    check(LINES, &["Weather", "Economy"], &LINES.replace("        r\"Time\" // slow\n", "").replace("omy\",", "omy\""));
    check(
        LINES,
        &["Economy", "Time", "Chat"],
        &LINES
            .replace("        \"weather\", // since March\n", "")
            .replace("r\"Time\" // slow\n", "r\"Time\", // slow\n        \"Chat\"\n"),
    );
    check(
        LINES,
        &[],
        &LINES.replace("        \"weather\", // since March\n        \"Economy\",\n        r\"Time\" // slow\n", ""),
    );
    check("(disabled: [\n\t\"Aa\",\n])", &["Aa", "Bb"], "(disabled: [\n\t\"Aa\",\n\t\"Bb\",\n])");
    check("(\n  disabled: [\n  ],\n)", &["Aa"], "(\n  disabled: [\n      \"Aa\",\n  ],\n)");
    check("(disabled: [\n  \"Aa\",\n])", &["Bb", "Cc"], "(disabled: [\n  \"Bb\",\n  \"Cc\",\n])");
}

#[test]
fn a_line_with_anything_else_keeps_its_comment() {
    let text = "(disabled: [\n    \"Aa\", \"Bb\", // both\n    \"Cc\",\n])";
    check(text, &["Aa", "Cc"], "(disabled: [\n    \"Aa\", // both\n    \"Cc\",\n])");
    check(text, &["Bb", "Cc"], "(disabled: [\n    \"Bb\", // both\n    \"Cc\",\n])");
    check(text, &["Cc"], "(disabled: [\n    \"Cc\",\n])");
    check("(disabled: [\"Aa\", // the first\n])", &[], "(disabled: [// the first\n])");
    check("(disabled: [\n    /* loud */ \"Aa\",\n])", &[], "(disabled: [\n    /* loud */\n])");
    check("(disabled: [\"Aa\" /* not */, \"Bb\"])", &["Bb"], "(disabled: [/* not */\"Bb\"])");
}

#[test]
fn a_list_in_any_other_shape_can_be_edited() {
    check("(disabled: [\"Aa\",\n    \"Bb\"])", &["Aa", "Bb", "Cc"], "(disabled: [\"Aa\",\n    \"Bb\", \"Cc\"])");
    check("(disabled: [\"Aa\",\n    \"Bb\"])", &["Aa"], "(disabled: [\"Aa\"\n])");
    check("(disabled: [// none\n    /* yet */ ])", &["Aa"], "(disabled: [\"Aa\"// none\n    /* yet */ ])");
    check("(disabled: [ /* none */ ])", &["Aa"], "(disabled: [\"Aa\" /* none */ ])");
    check("(disabled: [\r\n    \"Aa\",\r\n])", &["Aa", "Bb"], "(disabled: [\r\n    \"Aa\",\r\n    \"Bb\",\r\n])");
    check("(disabled: [r#\"Aa\"#, \"\\u{42}b\"])", &["Bb"], "(disabled: [\"\\u{42}b\"])");
    check("(disabled: [\"Aa\", \"AA\", \"Bb\"])", &["Bb"], "(disabled: [\"Bb\"])");
    check("\u{feff}(disabled: [\"Aa\"])", &[], "\u{feff}(disabled: [])");
}

#[test]
fn an_absent_key_comes_first_or_behind_the_format() {
    check("", &["Aa"], "(\n    disabled: [\"Aa\"],\n)\n");
    check("\r\n", &["Aa"], "(\r\n    disabled: [\"Aa\"],\r\n)\r\n");
    check("()", &["Aa"], "(disabled: [\"Aa\"])");
    check("(\n)", &["Aa", "Bb"], "(\n    disabled: [\"Aa\", \"Bb\"],\n)");
    check("(on_left_out: Stop)", &["Aa"], "(disabled: [\"Aa\"], on_left_out: Stop)");
    check("(format: 1)", &["Aa"], "(format: 1, disabled: [\"Aa\"])");
    check("(format: 1, on_left_out: Stop)", &["Aa"], "(format: 1, disabled: [\"Aa\"], on_left_out: Stop)");
    check("(\n  on_left_out: Stop,\n)", &["Aa"], "(\n  disabled: [\"Aa\"],\n  on_left_out: Stop,\n)");
    check(
        "( // ours\n  format: 1, // the first\n  on_left_out: Stop,\n)",
        &["Aa"],
        "( // ours\n  format: 1, // the first\n  disabled: [\"Aa\"],\n  on_left_out: Stop,\n)",
    );
    check("(\n  format: 1 // one\n)", &["Aa"], "(\n  format: 1, // one\n  disabled: [\"Aa\"],\n)");
    check(
        "(\n  on_left_out: Stop,\n  format: 1\n)",
        &["Aa"],
        "(\n  on_left_out: Stop,\n  format: 1,\n  disabled: [\"Aa\"],\n)",
    );
    check("(/* one */ on_left_out: Stop)", &["Aa"], "(disabled: [\"Aa\"], /* one */ on_left_out: Stop)");
    check("(// one\n)", &["Aa"], "(// one\n    disabled: [\"Aa\"],\n)");
}

#[test]
fn what_only_looks_like_the_key_is_none() {
    let text = r##"/* (disabled: ["Aa"]) /* nested */ */
(
    settings: {
        "Town": (disabled: ["Bb"], note: "disabled: [\"Cc\"] // \\", raw: r#"a "quote" ] //"#, c: '"'),
    },
    // disabled: ["Dd"],
    disabled: ["Ee"],
)"##;
    check(text, &["Ee", "Ff"], &text.replace("[\"Ee\"]", "[\"Ee\", \"Ff\"]"));
    check(text, &[], &text.replace("[\"Ee\"]", "[]"));
}

#[test]
fn host_settings_may_have_attributes_and_a_name() {
    check(
        "#![enable(implicit_some)]\nHostSettings(disabled: [\"Aa\"])",
        &["Bb"],
        "#![enable(implicit_some)]\nHostSettings(disabled: [\"Bb\"])",
    );
}

#[test]
fn wrong_settings_are_told_with_their_place_and_not_edited() {
    check(
        "(\n    disabld: [],\n)",
        &["Aa"],
        "extensions.ron:2:5: the host settings are wrong: unknown key `disabld`\ndid you mean `disabled`?",
    );
}

#[test]
fn what_is_not_understood_is_told() {
    assert_eq!(
        told(&SaveError::Unusual { file: "extensions.ron".into() }),
        "extensions.ron: the host settings `extensions.ron` are written in a way in which they cannot be edited\n\
         write `disabled: [\"..\"]` in it by hand",
    );
}

#[test]
fn the_sample_can_be_edited() {
    let sample = include_str!("../../assets/extensions.ron");
    check(sample, &["Weather"], &sample.replace("    disabled: [],", "    disabled: [\"Weather\"],"));
}

#[test]
fn a_file_is_edited_as_it_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("extensions.ron");
    fs::write(&path, "(disabled: [\"Aa\"])").unwrap();
    let settings = HostSettings::read(&path).unwrap();
    assert_eq!(settings.file(), Some(path.as_path()));

    fs::write(&path, "(disabled: [\"Aa\"], on_left_out: Stop) // edited").unwrap();
    assert!(HostSettings::save_disabled(&path, &names(&["Aa", "Bb"])).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "(disabled: [\"Aa\", \"Bb\"], on_left_out: Stop) // edited");
    assert_eq!(files_of(folder.path()), ["extensions.ron"]);
}

fn files_of(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn settings_that_were_not_read_from_a_file_have_none() {
    assert_eq!(HostSettings::default().file(), None);
    assert_eq!(HostSettings::from_ron("extensions.ron", b"()").unwrap().file(), None);
}

#[test]
fn a_file_that_is_not_there_is_made_with_its_folder_if_it_says_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assets/extensions.ron");
    assert!(!HostSettings::save_disabled(&path, &names(&[])).unwrap());
    assert!(!folder.path().join("assets").exists());
    assert!(HostSettings::save_disabled(&path, &names(&["Aa"])).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), "(\n    disabled: [\"Aa\"],\n)\n");
}

#[test]
fn what_cannot_be_read_or_edited_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("extensions.ron");
    let save = || told(&HostSettings::save_disabled(&path, &names(&["Aa"])).unwrap_err());
    let shown = path.display();

    fs::write(&path, "(disabled: [").unwrap();
    assert_eq!(
        save(),
        format!(
            "{shown}:1:12: the host settings are wrong: `disabled[0]`: expected string\ncorrect the value of `disabled[0]`"
        ),
    );
    assert_eq!(fs::read(&path).unwrap(), b"(disabled: [");

    fs::write(&path, b"()\xff").unwrap();
    assert_eq!(
        save(),
        format!("{shown}:1:3: the host settings are wrong: the file is not UTF-8 text\nsave the file as UTF-8"),
    );

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(
        save(),
        format!("{shown}: the host settings `{shown}` are no file\nput a file in its place, or remove it"),
    );
    assert_eq!(files_of(folder.path()), ["extensions.ron"]);
}

#[test]
fn a_file_that_is_read_only_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("extensions.ron");
    fs::write(&path, "()").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let shown = path.display();
    assert_eq!(
        told(&HostSettings::save_disabled(&path, &names(&["Aa"])).unwrap_err()),
        format!(
            "{shown}: the host settings `{shown}` cannot be written: it is read-only\n\
             check that this user may write to it and to its folder"
        ),
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "()");
    assert_eq!(files_of(folder.path()), ["extensions.ron"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("assets"), "").unwrap();
    let path = folder.path().join("assets/extensions.ron");
    let told = told(&HostSettings::save_disabled(&path, &names(&["Aa"])).unwrap_err());
    assert!(told.contains(&format!("the host settings `{}` cannot be ", path.display())), "{told}");
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn permissions_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("extensions.ron");
        fs::write(&path, "()").unwrap();
        for mode in [0o600, 0o664, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let disabled = names(&[&format!("Of{mode}")]);
            HostSettings::save_disabled(&path, &disabled).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
    }

    #[test]
    fn of_a_link_its_target_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("extensions.ron");
        fs::create_dir(folder.path().join("etc")).unwrap();
        symlink("etc/town.ron", &link).unwrap();
        for disabled in [["Aa"], ["Bb"]] {
            assert!(HostSettings::save_disabled(&link, &names(&disabled)).unwrap());
            assert_eq!(HostSettings::read(&link).unwrap().disabled, names(&disabled));
            assert!(link.is_symlink());
            assert_eq!(files_of(&folder.path().join("etc")), ["town.ron"]);
        }
    }

    #[test]
    fn a_link_to_itself_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("extensions.ron");
        symlink("extensions.ron", &link).unwrap();
        let shown = link.display();
        assert_eq!(
            told(&HostSettings::save_disabled(&link, &names(&["Aa"])).unwrap_err()),
            format!(
                "{shown}: the host settings `{shown}` cannot be read: it is a link that leads to itself\n\
                 check that it is a file that this user may read"
            ),
        );
    }
}

/// White space and comments; `@` becomes a number that no other comment has.
fn blank() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just(" "),
        3 => Just("\n    "),
        1 => Just("\t"),
        1 => Just("\r\n"),
        1 => Just("// <@> \"disabled: [\n"),
        1 => Just("/* <@> */"),
        1 => Just("/* /* <@> */ \" ] // */"),
    ];
    prop::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

/// A name, and one way to write it.
fn written_name() -> impl Strategy<Value = (usize, String)> {
    (0..POOL.len(), 0..5_usize).prop_map(|(name, form)| {
        let text = POOL[name];
        let written = match form {
            0 => format!("r\"{text}\""),
            1 => format!("r#\"{}\"#", text.to_uppercase()),
            2 => format!("\"\\u{{{:x}}}{}\"", u32::from(text.as_bytes()[0]), &text[1..]),
            _ => format!("\"{text}\""),
        };
        (name, written)
    })
}

const POOL: [&str; 6] = ["Weather", "Economy", "Town_2", "ab", "Greeter", "Tides"];

/// Other fields, each once.
const OTHERS: [&str; 5] = [
    "format: 1",
    "on_left_out@: Stop",
    "settings: {\"Town\": (disabled: [\"Weather\"], note: \"a \\\" // ]\", raw: r#\" \"b\" /* \"#, c: ['\"', '\\''])}",
    "choose: {\"Weather\": \"Economy\", /* <@> */ \"ab\": \"Tides\",}",
    "limits: (frame_us@: None)",
];

/// A list of names: some items with what stands around them, and whether it ends with a comma.
fn list() -> impl Strategy<Value = String> {
    let item = (blank(), written_name(), blank());
    (prop::collection::vec(item, 0..5), any::<bool>(), blank()).prop_map(|(items, comma, end)| {
        let items: Vec<_> =
            items.into_iter().map(|(before, (_, name), after)| format!("{before}{name}{after}")).collect();
        let comma = if comma && !items.is_empty() { "," } else { "" };
        format!("disabled: [{}{comma}{end}]", items.join(","))
    })
}

/// The text of host settings.
fn text() -> impl Strategy<Value = String> {
    let others = prop::sample::subsequence(OTHERS.map(String::from).to_vec(), 0..=OTHERS.len()).prop_shuffle();
    (others, prop::option::of(list()), any::<prop::sample::Index>(), prop::collection::vec(blank(), 14), any::<bool>())
        .prop_map(|(mut fields, list, at, blanks, comma)| {
            if let Some(list) = list {
                fields.insert(at.index(fields.len() + 1), list);
            }
            let comma = if comma && !fields.is_empty() { "," } else { "" };
            let mut blanks = blanks.into_iter();
            let mut blank = || blanks.next().unwrap_or_default();
            let (before, after) = (blank(), blank());
            let around = |field: String| format!("{}{field}{}", blank(), blank());
            let fields: Vec<_> = fields.into_iter().map(around).collect();
            numbered(&format!("{before}({}{comma}){after}", fields.join(",")))
        })
}

/// Gives each comment a number of its own.
fn numbered(text: &str) -> String {
    let parts = text.replace("@:", ":");
    let mut parts = parts.split("<@>");
    let first = parts.next().unwrap_or_default().to_string();
    parts.enumerate().fold(first, |text, (number, part)| format!("{text}<{number}>{part}"))
}

/// Everything but `disabled`.
fn all_else(text: &str) -> String {
    let mut settings = HostSettings::from_ron("extensions.ron", text.as_bytes()).unwrap();
    settings.disabled.clear();
    settings.to_ron()
}

/// Tells whether a comment that is gone stood at the end of a line with nothing but removed names.
fn went_along(text: &str, comment: &str, disabled: &BTreeSet<ExtensionName>) -> bool {
    let line = text.lines().find(|line| line.contains(comment)).unwrap();
    let Some((before, _)) = line.split_once("//") else { return false };
    let is_removed = |item: &str| {
        let name: Option<ExtensionName> = ron::from_str::<String>(item).ok().and_then(|name| name.parse().ok());
        name.is_some_and(|name| !disabled.contains(&name))
    };
    before.split(',').map(str::trim).filter(|item| !item.is_empty()).all(is_removed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_but_the_switches_changes(text in text(), disabled in prop::sample::subsequence(POOL.to_vec(), 0..=POOL.len())) {
        let disabled = names(&disabled);
        let edited = HostSettings::edit_disabled("extensions.ron", &text, &disabled).unwrap();
        let read = HostSettings::from_ron("extensions.ron", edited.as_bytes()).unwrap();
        prop_assert_eq!(&read.disabled, &disabled, "{}", edited);
        prop_assert_eq!(all_else(&edited), all_else(&text));
        for number in 0..text.matches('<').count() {
            let comment = format!("<{number}>");
            prop_assert!(
                edited.contains(&comment) || went_along(&text, &comment, &disabled),
                "{} is gone:\n{}\n->\n{}", comment, text, edited,
            );
        }
        let again = HostSettings::edit_disabled("extensions.ron", &edited, &disabled).unwrap();
        prop_assert_eq!(again, edited);
    }

    #[test]
    fn to_add_and_to_remove_a_name_changes_nothing(text in text(), name in 0..POOL.len()) {
        let before = HostSettings::from_ron("extensions.ron", text.as_bytes()).unwrap().disabled;
        let name: ExtensionName = POOL[name].parse().unwrap();
        let mut other = before.clone();
        if !other.remove(&name) {
            other.insert(name);
        }
        let edited = HostSettings::edit_disabled("extensions.ron", &text, &other).unwrap();
        let back = HostSettings::edit_disabled("extensions.ron", &edited, &before).unwrap();
        prop_assert_eq!(HostSettings::from_ron("extensions.ron", back.as_bytes()).unwrap().disabled, before);
        prop_assert_eq!(all_else(&back), all_else(&text));
    }
}
