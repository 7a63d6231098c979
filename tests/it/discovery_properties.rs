//! What holds for every file that is found on disk: it is read or refused with a place, and the forms of a manifest say
//! the same.
//!
//! How many cases are tried, and which, is said in [`resolving_properties`](crate::resolving_properties).

use std::io::{Cursor, Write};

use bevy_extensions_core::{Dependency, ExtensionFiles, LARGEST_ARCHIVE, Manifest, RonText};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
    test_runner::TestCaseResult,
};
use serde_json::{Map, Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    parsing_properties::{damage, has_place_and_advice, manifest},
    resolving_properties::always,
};

#[test]
fn any_bytes_are_read_or_refused_with_a_place() {
    always(&vec(any::<u8>(), 0..80), |bytes| refuses_well(&bytes));
}

#[test]
fn any_tokens_are_read_or_refused_with_a_place() {
    always(&vec(token(), 0..40), |tokens| refuses_well(tokens.concat().as_bytes()));
}

#[test]
fn any_object_is_read_or_refused_with_a_place() {
    let object = vec((select(KEYS), prop_oneof![value().prop_map(|value| value.to_string()), token()]), 0..6);
    always(&object, |entries| {
        let entries: Vec<_> = entries.iter().map(|(key, value)| format!("\n {key:?}: {value}")).collect();
        refuses_well(format!("{{\"name\": \"Aa\",{}}}", entries.join(",")).as_bytes())?;
        refuses_well(format!("{{\"name\": \"Aa\",\"extension\":{{{}}}}}", entries.join(",")).as_bytes())
    });
}

#[test]
fn any_comments_are_read_or_refused_with_a_place() {
    let line = (select(&["", " ", "//", "// @extension", "#!"][..]), token(), token());
    always(&vec(line, 0..8), |lines| {
        let line = |(start, key, value): &(&str, String, String)| format!("//@extension {key} {value}\n{start}\n");
        refuses_well(lines.iter().map(line).collect::<String>().as_bytes())
    });
}

#[test]
fn a_damaged_manifest_is_read_or_refused_with_a_place() {
    always(&(manifest(), value(), vec(damage(), 1..4)), |(manifest, settings, damages)| {
        let mut bytes = serde_json::to_vec_pretty(&json_of(&manifest, &settings, &Map::new())).unwrap();
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        refuses_well(&bytes)
    });
}

#[test]
fn deep_nesting_is_refused_with_a_place() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = open.repeat(50_000) + "1" + &close.repeat(50_000);
        for text in [deep.clone(), format!("{{\"name\": \"Aa\", \"settings\": {deep}}}")] {
            refuses_well(text.as_bytes()).unwrap();
            refuses_well(&text.as_bytes()[..text.len() / 2]).unwrap();
        }
    }
}

#[test]
fn a_manifest_in_json_equals_that_in_ron() {
    let meta = btree_map(any::<String>(), value(), 0..4);
    always(&(manifest(), value(), meta), |(mut manifest, settings, meta)| {
        let text = json_of(&manifest, &settings, &meta.clone().into_iter().collect()).to_string();
        manifest.meta = meta.iter().map(|(key, value)| (key.clone(), ron_of(value))).collect();
        manifest.settings = RonText::default();

        let mut read = Manifest::from_json("some.json", text.as_bytes()).unwrap();
        let read_settings = std::mem::take(&mut read.settings);
        prop_assert_eq!(&read, &Manifest::from_ron("some.ron", manifest.to_ron().as_bytes()).unwrap());
        let says_nothing = settings.is_null() || settings.as_object().is_some_and(Map::is_empty);
        let expected = if says_nothing { ron::Value::Unit } else { ron_of(&settings) };
        prop_assert_eq!(ron::from_str::<ron::Value>(read_settings.as_str()).unwrap(), expected);
        Ok(())
    });
}

#[test]
fn any_bytes_are_an_archive_within_its_bounds_or_none() {
    always(&vec(any::<u8>(), 0..200), |bytes| opens_well(&bytes));
}

#[test]
fn a_damaged_archive_is_read_within_its_bounds_or_refused() {
    let file = (select(&["main.js", "lib/rain.js", "extension.ron", "a/", "é"][..]), vec(any::<u8>(), 0..300));
    always(&(vec(file, 0..5), vec(damage(), 0..4)), |(files, damages)| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &files {
            // One that is there already is refused, and that is as good.
            if writer.start_file(*name, SimpleFileOptions::default()).is_ok() {
                writer.write_all(content).unwrap();
            }
        }
        let mut bytes = writer.finish().unwrap().into_inner();
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        opens_well(&bytes)
    });
}

#[test]
fn no_path_leads_out_of_an_extension() {
    let part = select(&["", ".", "..", "a", "main.js", "/", "\\", "C:", "\0", "~", "é", "..."][..]);
    always(&vec(part, 0..6), |parts| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("own/a")).unwrap();
        std::fs::write(folder.path().join("main.js"), "theirs").unwrap();
        std::fs::write(folder.path().join("own/main.js"), "own").unwrap();
        let files = ExtensionFiles::folder(&folder.path().join("own"));
        if let Ok(bytes) = files.read(&parts.join("/")) {
            prop_assert_eq!(bytes, b"own");
        }
        Ok(())
    });
}

/// Reads bytes as every kind of manifest that is no RON, and looks at the errors.
fn refuses_well(bytes: &[u8]) -> TestCaseResult {
    let reads = [
        Manifest::from_json("some.json", bytes),
        Manifest::from_package_json("package.json", bytes),
        Manifest::from_script("some.js", bytes),
    ];
    for read in reads {
        match read {
            Ok(manifest) => {
                let again = Manifest::from_ron("again.ron", manifest.to_ron().as_bytes());
                prop_assert_eq!(again, Ok(manifest));
            }
            Err(error) => has_place_and_advice(&error, &String::from_utf8_lossy(bytes))?,
        }
    }
    Ok(())
}

fn opens_well(bytes: &[u8]) -> TestCaseResult {
    match ExtensionFiles::archive("some.zip", bytes) {
        Ok(files) => {
            let main = files.read("main.js").unwrap_or_default();
            prop_assert!(main.len() as u64 <= LARGEST_ARCHIVE);
        }
        Err(error) => prop_assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
    Ok(())
}

const KEYS: &[&str] = &[
    "format",
    "name",
    "version",
    "main",
    "author",
    "contributors",
    "license",
    "app",
    "dependencies",
    "optional",
    "anyOf",
    "any_of",
    "conflicts",
    "provides",
    "after",
    "external",
    "externalDependencies",
    "settings",
    "meta",
    "extension",
];

const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
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
    "null",
    "true",
    "-1",
    "1e999",
    "1.0",
    "NaN",
    "\\u00e9",
    "\\ud800",
    "\"Aa\"",
    "\"1.0.0\"",
    "\"Aa ^1\"",
    "99999999999999999999",
    "{\"name\": \"Aa\"}",
    "[\"Aa\", \"Bb ^1\"]",
    "//@extension ",
    "name",
    "version 1.2",
    "requires Aa ^1",
    "any_of Aa | Bb",
    "provides Cc 1",
    "app >=1",
    "|",
];

fn token() -> impl Strategy<Value = String> {
    let key = select(KEYS).prop_map(|key| format!("\"{key}\": "));
    prop_oneof![4 => select(TOKENS).prop_map(str::to_string), 2 => key, 1 => any::<char>().prop_map(String::from)]
}

/// A value of JSON, and the text that stands in a manifest for nothing at all.
fn value() -> impl Strategy<Value = Value> {
    let float = any::<f64>().prop_filter_map("JSON has no such number", serde_json::Number::from_f64);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        float.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let key = prop_oneof![
        any::<String>(),
        "[a-zA-Z_]{1,6}",
        select(&["true", "None", "r", "inf", "b"][..]).prop_map(String::from)
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        let object = btree_map(key.clone(), inner.clone(), 0..4);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// A manifest as it stands in an `extension.json`.
fn json_of(manifest: &Manifest, settings: &Value, meta: &Map<String, Value>) -> Value {
    let dependency = |it: &Dependency| match it.reason.is_empty() && it.url.is_empty() {
        true => json!(it.to_string()),
        false => json!({"name": it.name, "version": it.version, "reason": it.reason, "url": it.url}),
    };
    let all = |list: &[Dependency]| list.iter().map(dependency).collect::<Vec<_>>();
    json!({
        "format": 1, "name": manifest.name, "version": manifest.version, "description": manifest.description,
        "authors": manifest.authors, "license": manifest.license, "homepage": manifest.homepage,
        "entrypoint": manifest.entrypoint, "app": manifest.app, "dependencies": all(&manifest.dependencies),
        "optional": all(&manifest.optional), "anyOf": manifest.any_of.iter().map(|group| all(group)).collect::<Vec<_>>(),
        "conflicts": all(&manifest.conflicts), "provides": manifest.provides, "after": manifest.after,
        "before": manifest.before, "externalDependencies": manifest.external, "settings": settings, "meta": meta,
    })
}

/// The same value in RON.
fn ron_of(value: &Value) -> ron::Value {
    match value {
        Value::Null => ron::Value::Option(None),
        Value::Bool(bool) => ron::Value::Bool(*bool),
        Value::Number(number) => ron::from_str(&number.to_string()).unwrap(),
        Value::String(text) => ron::Value::String(text.clone()),
        Value::Array(items) => ron::Value::Seq(items.iter().map(ron_of).collect()),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| (ron::Value::String(key.clone()), ron_of(value));
            ron::Value::Map(entries.iter().map(entry).collect())
        }
    }
}
