//! Manifests and host settings in files: what is read, and what is said about what is wrong.

use std::{num::NonZero, time::Duration};

use bevy_extensions::{HostSettings, Manifest};

#[track_caller]
fn check(text: &str, expected: &str) {
    let error = Manifest::from_ron("extension.ron", text.as_bytes()).unwrap_err();
    assert_eq!(format!("{error}\n{}", error.hint()), expected);
}

#[track_caller]
fn check_settings(text: &str, expected: &str) {
    let error = HostSettings::from_ron("extensions.ron", text.as_bytes()).unwrap_err();
    assert_eq!(format!("{error}\n{}", error.hint()), expected);
}

const FULL: &str = r#"(
    format: 1,
    name: "Weather",
    version: "1.2.0",
    description: "Rain and sun.",
    authors: [
        "Ann",
    ],
    license: "MIT",
    homepage: "https://weather.example",
    entrypoint: "sky.js",
    app: ">=1, <3",
    dependencies: [
        "Time ^2",
        (
            name: "Economy",
            version: "^1.2",
            reason: "rain costs money",
            url: "https://economy.example",
        ),
    ],
    optional: [
        "Chat",
    ],
    any_of: [
        [
            "Sun ^1",
            "Moon ^1",
        ],
    ],
    conflicts: [
        "Drought <2",
    ],
    provides: [
        "Climate 1.0.0",
        "Mood",
    ],
    after: [
        "Log",
    ],
    before: [
        "Harvest",
    ],
    external: (
        repositories: [
            (
                name: "central",
                url: "https://repo.example",
            ),
        ],
        artifacts: [
            "org.example:clouds:1.0",
        ],
    ),
    settings: (drops: 3, kind: Drizzle),
    meta: {
        "climate": "mild",
        "rank": 3,
    },
)
"#;

#[test]
fn every_field_survives_writing_and_reading() {
    let manifest = Manifest::from_ron("extension.ron", FULL.as_bytes()).unwrap();
    assert_eq!(manifest.to_ron(), FULL);
    assert_eq!(Manifest::from_ron("again", manifest.to_ron().as_bytes()).unwrap(), manifest);
}

#[test]
fn only_the_name_is_needed() {
    let manifest = Manifest::from_ron("extension.ron", br#"(name: "Weather")"#).unwrap();
    assert_eq!(manifest.version.to_string(), "0.0.0");
    assert_eq!(manifest.to_ron(), "(\n    format: 1,\n    name: \"Weather\",\n    version: \"0.0.0\",\n)\n");
}

#[test]
fn a_misspelt_key_gets_a_suggestion() {
    check(
        "(\n    name: \"Weather\",\n    dependancies: [],\n)",
        "extension.ron:3:5: unknown key `dependancies`\ndid you mean `dependencies`?",
    );
    check(
        r#"(name: "Weather", dependencies: [(name: "Time", versoin: "1")])"#,
        "extension.ron:1:49: unknown key `versoin` in `dependencies[0]`\ndid you mean `version`?",
    );
    check(
        r#"(name: "Weather", colour: "blue")"#,
        "extension.ron:1:19: unknown key `colour`\nremove it; the keys are `format`, `name`, `version`, `description`, \
         `authors`, `license`, `homepage`, `entrypoint`, `app`, `dependencies`, `optional`, `any_of`, `conflicts`, \
         `provides`, `after`, `before`, `external`, `settings` and `meta`",
    );
}

#[test]
fn missing_and_repeated_keys_are_told() {
    check("()", "extension.ron:1:2: `name` is missing\nadd `name: ..`");
    check(
        r#"(name: "Weather", name: "Rain")"#,
        "extension.ron:1:19: `name` is given twice\nkeep one of the two `name`",
    );
}

#[test]
fn wrong_types_and_values_name_their_field() {
    let hint = "correct the value of `dependencies[0]`";
    check("(name: 3)", "extension.ron:1:8: `name`: expected string\ncorrect the value of `name`");
    check(
        r#"(name: "we ather")"#,
        "extension.ron:1:9: `name`: `we ather` cannot be the name of an extension: \
         only letters from a to z, digits and `_` are allowed\ncorrect the value of `name`",
    );
    check(
        r#"(name: "Weather", version: "one")"#,
        "extension.ron:1:29: `version`: `one` is not a version: unexpected character 'o' while parsing major \
         version number; a version looks like `1.4.0`\ncorrect the value of `version`",
    );
    check(
        r#"(name: "Weather", dependencies: ["Time ^^1"])"#,
        &format!(
            "extension.ron:1:35: `dependencies[0]`: `^^1` is not a version range: unexpected character '^' while \
             parsing major version number; a version range looks like `^1.2`\n{hint}"
        ),
    );
    check(
        r#"(name: "Weather", dependencies: [3])"#,
        &format!(
            "extension.ron:1:34: `dependencies[0]`: expected a dependency such as \"Economy ^1.2\", \
             found the unsigned integer `3`\n{hint}"
        ),
    );
    check(
        r#"(format: 2, name: "Weather")"#,
        "extension.ron:1:10: `format`: format 2 is not known here; this version reads format 1\n\
         correct the value of `format`",
    );
}

#[test]
fn what_is_not_ron_is_told_with_its_place() {
    let hint = "look for a bracket, comma or quote that is missing or too much there";
    let brackets = "write it in round brackets, as in `(name: \"Weather\")`";
    check("", &format!("extension.ron:1:1: expected `(`\n{brackets}"));
    check("{\"name\": \"Weather\"}", &format!("extension.ron:1:1: expected `(`\n{brackets}"));
    check("(name: \"Weather\"\n", &format!("extension.ron:1:17: expected comma\n{hint}"));
    check("(name: \"Weather\") x", &format!("extension.ron:1:19: non-whitespace trailing characters\n{hint}"));
    let error = Manifest::from_ron("extension.ron", b"(name: \"We\nath\xffer\")").unwrap_err();
    assert_eq!(error.to_string(), "extension.ron:2:4: the file is not UTF-8 text");
    assert_eq!(error.hint(), "save the file as UTF-8");
}

#[test]
fn host_settings_are_read_like_manifests() {
    check_settings("(\n  disabeld: [],\n)", "extensions.ron:2:3: unknown key `disabeld`\ndid you mean `disabled`?");
    check_settings(
        "(on_left_out: Sotp)",
        "extensions.ron:1:15: `on_left_out`: `Sotp` is not one of `Warn` and `Stop`\n\
         correct the value of `on_left_out`",
    );
    check_settings(
        "(faults: (phases: 3))",
        "extensions.ron:1:11: unknown key `phases` in `faults`\ndid you mean `phase`?",
    );
    check_settings(
        "(faults: (restart: BackOff(frist_ms: 1)))",
        "extensions.ron:1:28: unknown key `frist_ms` in `faults.restart.BackOff`\ndid you mean `first_ms`?",
    );
    check_settings(
        "(limits: (frame_ms: 5))",
        "extensions.ron:1:11: unknown key `frame_ms` in `limits`\ndid you mean `frame_us`?",
    );
    check_settings(
        "(faults: (restart: Sometimes))",
        "extensions.ron:1:20: `faults.restart`: `Sometimes` is not one of `Never` and `BackOff`\n\
         correct the value of `faults.restart`",
    );
    check_settings(
        r#"(faults: (restart: BackOff(times: "five")))"#,
        "extensions.ron:1:35: `faults.restart.BackOff.times`: expected integer\n\
         correct the value of `faults.restart.BackOff.times`",
    );
    check_settings(
        "(faults: (run_time: -1))",
        "extensions.ron:1:22: `faults.run_time`: integer is out of bounds\n\
         correct the value of `faults.run_time`",
    );
    check_settings(
        "(limits: 5000)",
        "extensions.ron:1:10: `limits`: expected `(`\n\
         write it in round brackets, as in `(name: \"Weather\")`",
    );
}

#[test]
fn names_in_maps_of_host_settings_are_checked_where_they_stand() {
    check_settings(
        "(\n  aliases: {\n    \"old.name\": \"new name\",\n  },\n)",
        "extensions.ron:3:18: `aliases.old.name`: `new name` cannot be the name of an event: only words of letters \
         from a to z, digits, `-` and `_`, with dots between them, are allowed\n\
         correct the value of `aliases.old.name`",
    );
    check_settings(
        r#"(aliases: {"Init": "game.init"})"#,
        "extensions.ron:1:13: `aliases.Init`: `Init` cannot be the name of an event: it is the name of a phase; put \
         a word before it, as in `game.init`\n\
         correct the value of `aliases.Init`",
    );
    check_settings(
        r#"(aliases_for: {"Greeter": {"a.*": "b"}})"#,
        "extensions.ron:1:29: `aliases_for.Greeter.a.*`: `a.*` cannot be the name of an event: a `*` is only for \
         listening\n\
         correct the value of `aliases_for.Greeter.a.*`",
    );
    check_settings(
        r#"(choose: {"key value": "Redis"})"#,
        "extensions.ron:1:12: `choose.key value`: `key value` cannot be the name of an interface: only letters from \
         a to z, digits, `-`, `_` and `.` are allowed\n\
         correct the value of `choose.key value`",
    );
    check_settings(
        r#"(choose_for: {"Shop": {"storage": "My Redis"}})"#,
        "extensions.ron:1:36: `choose_for.Shop.storage`: `My Redis` cannot be the name of an extension: only \
         letters from a to z, digits and `_` are allowed\n\
         correct the value of `choose_for.Shop.storage`",
    );
    check_settings(
        r#"(limits_for: {"My Shop": (frame_us: 5)})"#,
        "extensions.ron:1:16: `limits_for.My Shop`: `My Shop` cannot be the name of an extension: only letters from a \
         to z, digits and `_` are allowed\n\
         correct the value of `limits_for.My Shop`",
    );
    check_settings(
        r#"(choose: ["Redis"])"#,
        "extensions.ron:1:10: `choose`: expected opening `{`\n\
         correct the value of `choose`",
    );
}

#[test]
fn what_is_given_twice_in_a_map_of_host_settings_is_refused() {
    check_settings(
        r#"(aliases: {"a": "b", "a": "c"})"#,
        "extensions.ron:1:23: `aliases`: `a` is given twice\n\
         correct the value of `aliases`",
    );
    check_settings(
        r#"(choose: {"storage": "Redis", "Storage": "Sled"})"#,
        "extensions.ron:1:32: `choose`: `Storage` is given twice\n\
         correct the value of `choose`",
    );
    check_settings(
        r#"(aliases_for: {"Greeter": {"a": "b"}, "greeter": {}})"#,
        "extensions.ron:1:40: `aliases_for`: `greeter` is given twice\n\
         correct the value of `aliases_for`",
    );
    check_settings(
        r#"(choose_for: {"Shop": {"storage": "Redis", "storage": "Sled"}})"#,
        "extensions.ron:1:45: `choose_for.Shop`: `storage` is given twice\n\
         correct the value of `choose_for.Shop`",
    );
    check_settings(
        r#"(limits_for: {"Shop": (), "shop": ()})"#,
        "extensions.ron:1:28: `limits_for`: `shop` is given twice\n\
         correct the value of `limits_for`",
    );
}

#[test]
fn host_settings_survive_writing_and_reading() {
    let text = br#"(
        disabled: ["Weather"],
        choose: {"Weather": "BetterWeather"},
        choose_for: {"Museum": {"Weather": "OldWeather", "key-value.storage": "Redis"}},
        aliases: {"old.name": "new.name"},
        aliases_for: {"Greeter": {"guest.came": "player.joined"}},
        faults: (run_time: 3, window_ms: 500, restart: BackOff(first_ms: 20)),
        limits: (frame_us: 2000),
        limits_for: {"Weather": (frame_us: 5000), "Museum": (frame_us: None)},
    )"#;
    let written = HostSettings::from_ron("extensions.ron", text).unwrap().to_ron();
    let again = HostSettings::from_ron("extensions.ron", written.as_bytes()).unwrap();
    assert_eq!(again.to_ron(), written);
    assert_eq!(again.choose_for[&"museum".parse().unwrap()].len(), 2);
    assert_eq!(again.aliases_for[&"greeter".parse().unwrap()].len(), 1);
    assert_eq!(again.faults.restart.delay(1), Some(Duration::from_millis(40)));
    let frame = |name: &str| again.limits_of(&name.parse().unwrap()).frame_us.map(NonZero::get);
    assert_eq!(["Greeter", "weather", "museum"].map(frame), [Some(2000), Some(5000), None]);
}

#[test]
fn an_empty_file_of_host_settings_says_nothing_and_a_mark_of_encoding_does_no_harm() {
    let read = |bytes: &[u8]| HostSettings::from_ron("extensions.ron", bytes).unwrap();
    assert_eq!(read(b"\n"), HostSettings::default());
    assert_eq!(read(b"\xef\xbb\xbf(disabled: [\"Weather\"])").disabled.len(), 1);
}

#[test]
fn a_limit_of_nothing_is_none() {
    check_zero("(faults: (phase: 0))", 18, "faults.phase", "u32");
    check_zero("(faults: (run_time: 0))", 21, "faults.run_time", "u32");
    check_zero("(faults: (window_ms: 0))", 22, "faults.window_ms", "u64");
    check_zero("(faults: (restart: BackOff(first_ms: 0)))", 38, "faults.restart.BackOff.first_ms", "u64");
    check_zero("(faults: (restart: BackOff(longest_ms: 0)))", 40, "faults.restart.BackOff.longest_ms", "u64");
    check_zero("(faults: (restart: BackOff(times: 0)))", 35, "faults.restart.BackOff.times", "u32");
    check_zero("(limits: (frame_us: 0))", 21, "limits.frame_us", "u64");
    check_zero(r#"(limits_for: {"Shop": (frame_us: 0)})"#, 34, "limits_for.Shop.frame_us", "u64");
}

#[track_caller]
fn check_zero(text: &str, column: u32, field: &str, kind: &str) {
    check_settings(
        text,
        &format!(
            "extensions.ron:1:{column}: `{field}`: expected a nonzero {kind}, found the unsigned integer `0`\n\
             correct the value of `{field}`"
        ),
    );
}

#[test]
fn the_sample_shows_every_key_with_its_default() {
    let sample = include_str!("../../assets/extensions.ron");
    let read = HostSettings::from_ron("extensions.ron", sample.as_bytes()).unwrap();
    let mut expected = HostSettings::from_ron("extensions.ron", b"()").unwrap();
    assert_eq!(read, expected);

    // Every key that the type writes stands in the sample.
    expected.disabled.clear();
    let written = expected.to_ron();
    let keys = written.lines().filter_map(|line| line.trim().split_once(':')).map(|(key, _)| key);
    for key in keys {
        let stands = |spaces: usize| sample.contains(&format!("\n{}{key}:", " ".repeat(spaces)));
        assert!([4, 8, 12].into_iter().any(stands), "{key}");
    }
}
