//! What holds for every text that is read as a manifest or as host settings, and for every manifest that is written.
//!
//! How many cases are tried, and which, is said in [`resolving_properties`](crate::resolving_properties).

use bevy_extensions_core::{
    Candidate, Dependency, ExtensionName, External, HostSettings, Manifest, ParseError, Provided, Repository, RonText,
    parse_range, parse_version,
};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::{Index, select},
    test_runner::TestCaseResult,
};

use crate::resolving_properties::always;

#[test]
fn any_bytes_are_read_or_refused_with_a_place() {
    always(&vec(any::<u8>(), 0..80), |bytes| refuses_well(&bytes));
}

#[test]
fn any_text_is_read_or_refused_with_a_place() {
    always(&any::<String>(), |text| refuses_well(text.as_bytes()));
}

#[test]
fn any_tokens_are_read_or_refused_with_a_place() {
    always(&vec(token(), 0..40), |tokens| refuses_well(tokens.concat().as_bytes()));
}

#[test]
fn any_fields_are_read_or_refused_with_a_place() {
    let field = (select(KEYS), prop_oneof![value(), token()]).prop_map(|(key, value)| format!("{key}: {value}"));
    always(&vec(field, 0..6), |fields| refuses_well(format!("(name: \"Aa\",\n{})", fields.join(",\n")).as_bytes()));
}

#[test]
fn a_damaged_manifest_is_read_or_refused_with_a_place() {
    always(&(manifest(), vec(damage(), 1..4)), |(manifest, damages)| {
        let mut bytes = manifest.to_ron().into_bytes();
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        refuses_well(&bytes)
    });
}

#[test]
fn deep_nesting_is_refused_with_a_place() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("Some(", ")"), ("/*", "*/")] {
        let deep = open.repeat(50_000) + "1" + &close.repeat(50_000);
        for text in [deep.clone(), format!("(name: \"Aa\", settings: {deep})"), format!("(name: \"Aa\", meta: {deep})")]
        {
            refuses_well(text.as_bytes()).unwrap();
            refuses_well(&text.as_bytes()[..text.len() / 2]).unwrap();
        }
    }
}

#[test]
fn a_manifest_survives_being_written_and_read() {
    always(&manifest(), |manifest| {
        let text = manifest.to_ron();
        let again = Manifest::from_ron("again.ron", text.as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(&manifest), "{}", text);
        prop_assert_eq!(again.unwrap().to_ron(), text);
        Ok(())
    });
}

#[test]
fn a_found_manifest_is_the_one_that_was_written() {
    always(&manifest(), |manifest| {
        prop_assert_eq!(Candidate::from_ron("found.ron", &manifest.to_ron()).unwrap().manifest, manifest);
        Ok(())
    });
}

#[test]
fn a_manifest_with_windows_line_ends_says_the_same() {
    always(&manifest(), |mut manifest| {
        // Settings are kept as they are written, line ends and all.
        manifest.settings = RonText::default();
        let text = manifest.to_ron().replace('\n', "\r\n");
        prop_assert_eq!(Manifest::from_ron("windows.ron", text.as_bytes()).unwrap(), manifest);
        Ok(())
    });
}

/// Reads bytes as everything that we read, and looks at the errors.
fn refuses_well(bytes: &[u8]) -> TestCaseResult {
    let manifest = Manifest::from_ron("some.ron", bytes);
    if let Ok(manifest) = &manifest {
        let again = Manifest::from_ron("again.ron", manifest.to_ron().as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(manifest));
    }
    for error in [manifest.err(), HostSettings::from_ron("some.ron", bytes).err()].into_iter().flatten() {
        has_place_and_advice(&error, &String::from_utf8_lossy(bytes))?;
    }
    Ok(())
}

pub fn has_place_and_advice(error: &ParseError, text: &str) -> TestCaseResult {
    let (line, column) = (error.at.line as usize, error.at.column as usize);
    prop_assert!(line >= 1 && column >= 1, "{:?}", error);
    let lines: Vec<_> = text.split('\n').collect();
    prop_assert!(line <= lines.len() && column <= lines[line - 1].chars().count() + 1, "{:?} is not there", error);
    prop_assert!(!error.message().trim().is_empty() && !error.hint().trim().is_empty(), "{:?}", error);
    prop_assert_eq!(error.to_string(), format!("{}:{line}:{column}: {}", error.at.file, error.message()));
    Ok(())
}

const KEYS: &[&str] = &[
    "format",
    "name",
    "version",
    "description",
    "authors",
    "license",
    "app",
    "dependencies",
    "optional",
    "any_of",
    "conflicts",
    "provides",
    "after",
    "before",
    "external",
    "settings",
    "meta",
    "disabled",
    "on_left_out",
    "faults",
    "restart",
    "limits_for",
    "unknown",
];

const TOKENS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "\"",
    "\\",
    "'",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    " ",
    "\t",
    "\0",
    "\u{feff}",
    "é",
    "\u{2028}",
    "#![enable(implicit_some)]",
    "#![enable(unwrap_newtypes)]",
    "r#\"",
    "\"#",
    "b\"",
    "Some(",
    "None",
    "true",
    "-1",
    "1e999",
    "NaN",
    "0x",
    "99999999999999999999999999999999999999999",
    "\"Aa\"",
    "\"1.0.0\"",
    "\"Aa ^1\"",
    "\"\\u{41}b\"",
    "Stop",
    "BackOff(times: 2)",
    "(name: \"Aa\"",
    "(name: \"Aa\", version: \"^1\", reason: \"\")",
    "[\"Aa\", \"Bb\"]",
];

/// A piece of RON, or of nearly RON.
fn token() -> impl Strategy<Value = String> {
    let key = select(KEYS).prop_map(|key| format!("{key}: "));
    prop_oneof![4 => select(TOKENS).prop_map(str::to_string), 2 => key, 1 => any::<char>().prop_map(String::from)]
}

/// The text of a good value.
fn value() -> impl Strategy<Value = String> {
    let number = prop_oneof![any::<i64>().prop_map(|it| it.to_string()), any::<f32>().prop_map(|it| format!("{it:?}"))];
    let small = select(&["true", "()", "None", "'é'", "0xff", "-0.0", "inf", "NaN", "18446744073709551615"][..]);
    let string = any::<String>().prop_map(|text| ron::to_string(&text).unwrap());
    let bytes = select(&["b\"\"", "b\"\\xff1\""][..]);
    let leaf = prop_oneof![number, small.prop_map(str::to_string), string, bytes.prop_map(str::to_string)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let list = vec(inner.clone(), 0..4).prop_map(|values| format!("[{}]", values.join(", ")));
        let tuple = vec(inner.clone(), 2..4).prop_map(|values| format!("({})", values.join(",\n")));
        let map = vec((any::<String>(), inner.clone()), 0..3).prop_map(|entries| {
            let entry = |(key, value)| format!("{}: {value}", ron::to_string::<String>(&key).unwrap());
            format!("{{{}}}", entries.into_iter().map(entry).collect::<Vec<_>>().join(", "))
        });
        let fields = inner.clone().prop_map(|value| format!("(first: {value}, second: 2)"));
        let some = inner.prop_map(|value| format!("Some({value})"));
        prop_oneof![list, tuple, map, fields, some]
    })
}

/// Something that happens to a file.
#[derive(Debug, Clone)]
pub enum Damage {
    Cut(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
}

impl Damage {
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        let at = |index: &Index| index.index(bytes.len() + 1);
        match self {
            Self::Cut(index) => bytes.truncate(at(index)),
            Self::Remove(index, count) => {
                let start = at(index);
                bytes.drain(start..bytes.len().min(start + count));
            }
            Self::Insert(index, more) => {
                let start = at(index);
                bytes.splice(start..start, more.iter().copied());
            }
            Self::Repeat(index, count) => {
                let start = at(index);
                let again = bytes[start..bytes.len().min(start + count)].to_vec();
                bytes.splice(start..start, again);
            }
        }
    }
}

pub fn damage() -> impl Strategy<Value = Damage> {
    let token = token().prop_map(String::into_bytes);
    prop_oneof![
        1 => any::<Index>().prop_map(Damage::Cut),
        3 => (any::<Index>(), 1..9usize).prop_map(|(index, count)| Damage::Remove(index, count)),
        3 => (any::<Index>(), token).prop_map(|(index, token)| Damage::Insert(index, token)),
        1 => (any::<Index>(), vec(any::<u8>(), 1..3)).prop_map(|(index, bytes)| Damage::Insert(index, bytes)),
        1 => (any::<Index>(), 1..40usize).prop_map(|(index, count)| Damage::Repeat(index, count)),
    ]
}

/// A good manifest with anything in its fields.
pub fn manifest() -> impl Strategy<Value = Manifest> {
    let texts = (text(), vec(any::<String>(), 0..3), text(), text(), text());
    let needs = (vec(dependency(), 0..3), vec(dependency(), 0..2), vec(vec(dependency(), 0..3), 0..2));
    let others = (vec(dependency(), 0..2), vec(provided(), 0..2), vec(name(), 0..2), vec(name(), 0..2));
    let url = select(&["https://repo.example/maven", "npm+https://registry.example", "file:../libs"][..]);
    let repository = (any::<String>(), url).prop_map(|(name, url)| Repository { name, url: url.parse().unwrap() });
    let artifact = select(&["town:lamp:1.0@glb", "left-pad@^1 || 3", "@town/rain@*", "a.b:c:1:d"][..]);
    let external = (vec(repository, 0..2), vec(artifact.prop_map(|it| it.parse().unwrap()), 0..2));
    let meta = btree_map(any::<String>(), value().prop_map(|text| ron::from_str(&text).unwrap()), 0..3);
    (name(), version(), range(), texts, needs, others, external, settings(), meta).prop_map(
        |(name, version, app, texts, needs, others, external, settings, meta)| {
            let mut manifest = Manifest::new(name, parse_version(version).unwrap());
            let Manifest { description, authors, license, homepage, entrypoint, .. } = &mut manifest;
            (*description, *authors, *license, *homepage, *entrypoint) = texts;
            (manifest.dependencies, manifest.optional, manifest.any_of) = needs;
            (manifest.conflicts, manifest.provides, manifest.after, manifest.before) = others;
            let (repositories, artifacts) = external;
            manifest.external = External { repositories, artifacts };
            manifest.app = parse_range(app).unwrap();
            (manifest.settings, manifest.meta) = (settings, meta);
            manifest
        },
    )
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), any::<String>(), token()]
}

fn name() -> impl Strategy<Value = ExtensionName> {
    "[A-Za-z][_A-Za-z0-9]{1,9}".prop_map(|name| name.parse().unwrap())
}

fn version() -> impl Strategy<Value = &'static str> {
    select(&["0.0.0", "1", "1.4", "1.4.0", "2.0.0-rc.1", "1.0.0-a.b-c.0+build.007", "18446744073709551615.0.0"][..])
}

fn range() -> impl Strategy<Value = &'static str> {
    select(
        &["*", "1", "^1.2", "~1.2", "=1.2.3", ">=1, <3", "1.*", ">1.0.0-rc.1", "<=0.0.0-0, >0, ^18446744073709551615"]
            [..],
    )
}

fn dependency() -> impl Strategy<Value = Dependency> {
    (name(), range(), text(), text()).prop_map(|(name, range, reason, url)| {
        let mut dependency = Dependency::new(name, parse_range(range).unwrap());
        (dependency.reason, dependency.url) = (reason, url);
        dependency
    })
}

fn provided() -> impl Strategy<Value = Provided> {
    (name(), prop::option::of(version()))
        .prop_map(|(name, version)| Provided::new(name, version.map(|version| parse_version(version).unwrap())))
}

/// The text of settings, with white space and comments wherever they may stand.
fn settings() -> impl Strategy<Value = RonText> {
    let around = || select(&["", " ", "\n", "\t\r\n", "/* é */", "// why\n", "//", "/* a /* b */ */ "][..]);
    (around(), value(), around())
        .prop_filter_map("not RON", |(before, value, after)| RonText::new(&format!("{before}{value}{after}")).ok())
}
