//! The schema of `extension.json` takes what the reader takes, and nothing else.

use std::sync::LazyLock;

use bevy_extensions_core::{Manifest, ParseErrorKind};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let schema = serde_json::from_str(&crate::support::printed(folder.path(), "schema")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
});

/// Asks both, which have to agree. What a range of npm is, no pattern can tell.
#[track_caller]
fn is_good(manifest: &Value) -> bool {
    let read = Manifest::from_json("extension.json", manifest.to_string().as_bytes());
    let is_valid = SCHEMA.is_valid(manifest);
    if let Err(error) = &read
        && error.to_string().contains("is no version range")
    {
        return false;
    }
    assert_eq!(is_valid, read.is_ok(), "the schema against the reader: {manifest:#}\n{:?}", read.err());
    is_valid
}

#[track_caller]
fn check(key: &str, good: &[Value], bad: &[Value]) {
    for (values, expected) in [(good, true), (bad, false)] {
        for value in values {
            let mut manifest = json!({ "name": "Weather" });
            manifest[key] = value.clone();
            assert_eq!(is_good(&manifest), expected, "`{key}`: {value}");
        }
    }
}

#[test]
fn both_know_the_same_keys() {
    let error = Manifest::from_json("extension.json", br#"{"name": "Weather", "!": 1}"#).unwrap_err();
    let ParseErrorKind::UnknownKey { mut known, .. } = error.kind else { panic!("{error}") };
    let folder = tempfile::tempdir().unwrap();
    let schema: Value = serde_json::from_str(&crate::support::printed(folder.path(), "schema")).unwrap();
    let mut keys: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    known.sort();
    keys.sort();
    assert_eq!(keys, known);
}

#[test]
fn names() {
    check(
        "name",
        &[json!("We"), json!("w_9")],
        &[json!("W"), json!("_we"), json!("we-a"), json!("é1"), json!(""), json!(1)],
    );
    assert!(!is_good(&json!({})), "the name has to be there");
}

#[test]
fn versions() {
    let good = ["1", "1.4", "1.4.2", "0.0.0", "2.0.0-beta.1", "1.0.0+7", "1.0.0-a-b.0a.9+001.z", "10.20.30"];
    let bad =
        ["", "a", "01.2.3", "1.2.3.4", "1.", "1.2.3-", "1.2.3-01", "1.2-beta", " 1.2.3", "1.2.3 ", "v1.2.3", "1.2.3+"];
    check("version", &good.map(Value::from), &bad.map(Value::from));
    check("version", &[], &[Value::Null, json!(1), json!(1.4)]);
}

#[test]
fn ranges() {
    let good = [
        "*",
        " * ",
        "x",
        "1",
        "^1.2",
        "~1.2.3",
        ">=1, <3",
        ">= 1 , < 3.0",
        "=1.2.3-beta.1",
        "1.*",
        "1.x.X",
        "1.2.*",
        "  1",
    ];
    let bad = [
        "", ",", "1,", "*, 1", "1, *", "^*", "1.*.2", ">>1", "1 2", "=", "^ ", "1.2-beta", "01", "1\t", "latest",
        "1.2.3.4",
    ];
    check("app", &good.map(Value::from), &bad.map(Value::from));
}

#[test]
fn dependencies() {
    let good = ["Economy", "Economy ^1.2", " my-weather   >=1, <3 ", "@town/weather", "1a2", "a\u{e9}", "Time *"];
    let bad = ["", " ", "E", "1", "Economy one", "Economy ^1 ^2", "a", "Économy".get(0..2).unwrap()];
    for key in ["dependencies", "optional", "conflicts"] {
        check(key, &good.map(|it| json!([it])), &bad.map(|it| json!([it])));
        let object = json!({ "name": "my-weather", "version": "^1", "reason": "rain", "url": "https://x.org" });
        check(
            key,
            &[json!([]), json!([{ "name": "Economy" }, object])],
            &[json!("Economy"), json!([1]), json!([null])],
        );
        check(
            key,
            &[],
            &[
                json!([{}]),
                json!([{ "name": "Economy", "versoin": "1" }]),
                json!([{ "name": "Economy", "version": "one" }]),
            ],
        );
    }
    check("anyOf", &[json!([["Sun", "Moon ^1"], []])], &[json!(["Sun"]), json!([["1"]])]);
}

#[test]
fn provided_names() {
    let good = [json!(["Bank", "Purse 1.2", " Till  2.0.0-beta "]), json!([{ "name": "Bank", "version": "1" }])];
    let bad = [
        json!(["my-bank"]),
        json!(["Bank ^1"]),
        json!([{ "name": "Bank" }]),
        json!([{ "name": "my-bank", "version": "1" }]),
    ];
    check("provides", &good, &bad);
}

#[test]
fn mere_names_of_others() {
    for key in ["after", "before"] {
        let good = [json!(["my-weather", "@town/x y", "1ab", "a "])];
        check(key, &good, &[json!("Weather"), json!(["1"]), json!(["a"]), json!(["é"]), json!([""])]);
    }
}

#[test]
fn files_from_elsewhere() {
    for key in ["external", "externalDependencies"] {
        let repository = json!({ "name": "central", "url": "https://x.org" });
        let pinned = json!({ "artifact": "a:b:1", "sha1": "DA39a3ee5e6b4b0d3255bfef95601890afd80709" });
        let good = [json!({}), json!({ "repositories": [repository], "artifacts": ["a:b:1", pinned] })];
        let bad = [
            json!([]),
            json!({ "repository": [] }),
            json!({ "repositories": [{ "name": "central" }] }),
            json!({ "artifacts": [1] }),
            json!({ "artifacts": [{ "artifact": "a:b:1", "sha1": "00" }] }),
            json!({ "artifacts": [{ "artifact": "a:b:1", "sha265": "00" }] }),
            json!({ "artifacts": [{ "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709" }] }),
        ];
        check(key, &good, &bad);
    }
}

#[test]
fn artifacts() {
    let all = |texts: &[&str]| texts.iter().map(|text| json!({ "artifacts": [text] })).collect::<Vec<_>>();
    let good = ["a:b:1", " a.b:c:1.0-x:d@tar.gz ", "left-pad@^1", "@town/rain@>=1 <3 || 5", "JSONStream@latest", "a@"];
    let bad = [
        "",
        "lamp",
        "a:b",
        "a::1",
        "a:b:c:d:e",
        "a..b:c:1",
        "a.:c:1",
        "a/b:c:1",
        "@a:b:1",
        "a:b:1@",
        "a:.b:1",
        "../a@1",
    ];
    check("external", &all(&good), &all(&[&bad[..], &["@town@1", ".a@1", "a.@1", "a@^x.1!"]].concat()));
}

#[test]
fn addresses_of_repositories() {
    let all = |urls: &[&str]| {
        let repository = |url| json!({ "repositories": [{ "name": "central", "url": url }] });
        urls.iter().map(repository).collect::<Vec<_>>()
    };
    let good = [
        "https://x.org",
        "npm+https://x.org/a/@b/",
        "http://127.0.0.1:80",
        "http://[::1]:8080/x",
        "http://[::1]/x",
        "file:a",
        "npm+file:../libs",
        "file:/srv",
        "file:///srv",
        "file://localhost/srv",
        "file:///C:/libs",
        "file:{assets}/npm",
    ];
    let bad = [
        "x.org",
        "ftp://x.org",
        "https:x.org",
        "https:///x",
        "https://x.org:y/",
        "https://x.org:65536/",
        "https://a@x.org",
        "https://x.org/?a",
        "https://x.org/a b",
        "https://x.org/../a",
        "https://x.org/..",
        "https://é.org",
        "file:",
        "file://server/x",
        "npm+",
        "",
    ];
    check("external", &all(&good), &all(&bad));
}

#[test]
fn texts_and_the_rest() {
    for key in ["description", "license", "homepage", "entrypoint", "$schema"] {
        check(key, &[json!(""), json!("a\nb")], &[Value::Null, json!(1), json!(["a"])]);
    }
    check("authors", &[json!([]), json!(["Ann", ""])], &[json!("Ann"), json!([1])]);
    check("format", &[json!(1)], &[json!(0), json!(2), json!("1"), json!(-1), json!(1.5), Value::Null]);
    check("meta", &[json!({}), json!({ "a b": [1, null, {}], "": -1.5e300 })], &[json!([]), Value::Null, json!(1)]);
    check("settings", &[Value::Null, json!(1), json!("a"), json!([true, { "true": 1, "a-b": null }])], &[]);
    check("colour", &[], &[json!("red")]);
}

/// Any JSON that is not very deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e300..1e300).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Texts that look like those of a manifest, and are often wrong.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z1_é-]{0,4}",
        "[ ]?[a-zA-Z@/-]{1,5}( [ ]?[0-9^~=<>*x.,]{1,8})?[ ]?",
        "[0-9x*]{1,2}(\\.[0-9x*]{1,2}){0,3}(-[a0.-]{1,4})?(\\+[a0.-]{1,4})?",
        "(>=|<|\\^|=)? ?[0-9](\\.[0-9*]){0,2} ?(, ?(<|<=)?[0-9]{1,2})?",
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let text = || texts().prop_map(Value::from);
    let object = proptest::collection::btree_map(
        prop_oneof![
            Just("name"),
            Just("version"),
            Just("reason"),
            Just("url"),
            Just("repositories"),
            Just("artifacts")
        ],
        prop_oneof![4 => texts().prop_map(Value::from), 1 => any_json()],
        0..3,
    );
    let object =
        object.prop_map(|map| Value::Object(map.into_iter().map(|(key, value)| (key.into(), value)).collect()));
    let one = prop_oneof![3 => text(), 1 => object.clone()];
    let list = proptest::collection::vec(one, 0..3).prop_map(Value::from);
    let lists = proptest::collection::vec(list.clone(), 0..2).prop_map(Value::from);
    prop_oneof![3 => text(), 3 => list, 1 => lists, 1 => object, 1 => any_json(), 1 => Just(json!(1))]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn both_agree_on_whatever_is_written(
        entries in proptest::collection::btree_map(
            prop_oneof![
                Just("format"), Just("version"), Just("description"), Just("authors"), Just("app"), Just("dependencies"),
                Just("optional"), Just("anyOf"), Just("conflicts"), Just("provides"), Just("after"), Just("before"),
                Just("external"), Just("externalDependencies"), Just("settings"), Just("meta"), Just("nmae"),
            ],
            values(),
            0..3,
        ),
        name in prop_oneof![4 => Just(json!("Weather")), 1 => texts().prop_map(Value::from)],
    ) {
        let mut manifest: Map<_, _> = entries.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        manifest.insert("name".into(), name);
        is_good(&Value::Object(manifest));
    }
}
