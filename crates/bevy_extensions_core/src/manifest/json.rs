//! A manifest in JSON: the keys of Minestom's extensions, and ours.

use std::{collections::BTreeMap, fmt};

use semver::{Version, VersionReq};
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::{Dependency, External, Format, Manifest, Places, Provided, Reading, dependency::DependencyFields};
use crate::{
    json::{Node, from_node, read_json},
    location::Location,
    name::ExtensionName,
    parse::{ParseError, ParseErrorKind, utf8},
    ron_text::RonText,
    version::{self, deserialize_range, deserialize_version},
};

/// What stands in an `extension.json`, or below `extension` in a `package.json`. What is absent is empty.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase", expecting = "an object")]
pub(super) struct JsonManifest {
    format: Format,
    pub(super) name: Option<ExtensionName>,
    #[serde(deserialize_with = "some_version")]
    pub(super) version: Option<Version>,
    pub(super) description: String,
    pub(super) authors: Vec<String>,
    pub(super) license: String,
    pub(super) homepage: String,
    pub(super) entrypoint: String,
    #[serde(deserialize_with = "deserialize_range")]
    app: VersionReq,
    dependencies: Vec<Spelled<Dependency>>,
    optional: Vec<Spelled<Dependency>>,
    any_of: Vec<Vec<Spelled<Dependency>>>,
    conflicts: Vec<Spelled<Dependency>>,
    provides: Vec<Provided>,
    after: Vec<Spelled<ExtensionName>>,
    before: Vec<Spelled<ExtensionName>>,
    /// Minestom's name for it.
    external_dependencies: External,
    external: External,
    settings: Value,
    meta: BTreeMap<String, Value>,
}

impl Reading {
    /// Reads an `extension.json`.
    pub(crate) fn json(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        let text = utf8(file, bytes)?;
        let start = Location::file(file);
        let node = read_json(text, &start)?;
        let read: JsonManifest = from_node(&node, text, &start)?;
        let name = read.name.clone().ok_or_else(|| ParseError {
            at: start.at(node.place(text)),
            field: String::new(),
            kind: ParseErrorKind::MissingKey("name".into()),
        })?;
        let manifest = read.into_manifest(name, &Written { node: &node, text, start: &start })?;
        Ok(Self { manifest, places: places(&node, text), original_name: None, implicit: false })
    }
}

/// An object as it is written.
pub(super) struct Written<'a> {
    pub(super) node: &'a Node<'a>,
    pub(super) text: &'a str,
    pub(super) start: &'a Location,
}

impl Written<'_> {
    fn at(&self, key: &str) -> Location {
        self.start.at(self.node.get(key).unwrap_or(self.node).place(self.text))
    }

    /// Says that the value of a key has no form in RON.
    fn wrong(&self, key: &str, why: &impl ToString) -> ParseError {
        ParseError { at: self.at(key), field: key.into(), kind: ParseErrorKind::Malformed(why.to_string()) }
    }
}

impl JsonManifest {
    /// Makes a manifest of it.
    pub(super) fn into_manifest(self, name: ExtensionName, written: &Written<'_>) -> Result<Manifest, ParseError> {
        let Self { external: mut both, external_dependencies: minestoms, .. } = self;
        both.repositories.extend(minestoms.repositories);
        both.artifacts.extend(minestoms.artifacts);
        let settings = match &self.settings {
            Value::Null => RonText::default(),
            Value::Object(entries) if entries.is_empty() => RonText::default(),
            settings => {
                let text =
                    RonText::new(&ron_of(settings)).map_err(|error| written.wrong("settings", &error.message()))?;
                text.written_otherwise_at(written.at("settings"))
            }
        };
        let meta = |(key, value)| match ron::from_str(&ron_of(&value)) {
            Ok(value) => Ok((key, value)),
            Err(error) => Err(written.wrong("meta", &error)),
        };
        Ok(Manifest {
            description: self.description,
            authors: self.authors,
            license: self.license,
            homepage: self.homepage,
            entrypoint: self.entrypoint,
            app: self.app,
            dependencies: meant(self.dependencies),
            optional: meant(self.optional),
            any_of: self.any_of.into_iter().map(meant).collect(),
            conflicts: meant(self.conflicts),
            provides: self.provides,
            after: meant(self.after),
            before: meant(self.before),
            external: both,
            settings,
            meta: self.meta.into_iter().map(meta).collect::<Result<_, _>>()?,
            ..Manifest::new(name, self.version.unwrap_or_else(version::absent))
        })
    }
}

/// Finds the places of what a manifest wishes.
pub(super) fn places(node: &Node<'_>, text: &str) -> Places {
    // Of a dependency with a reason and the like, the name counts, and of an artifact with a hash its own.
    let place = |node: &Node<'_>| Some(node.get("name").or_else(|| node.get("artifact")).unwrap_or(node).place(text));
    let one = |key| node.get(key).and_then(place);
    let all = |node: &Node<'_>| node.items().iter().map(place).collect();
    let list = |key| node.get(key).map(all).unwrap_or_default();
    // In the order in which both are put together.
    let artifacts = |key: &str| {
        let list = node.get(key).and_then(|external| external.get("artifacts"));
        list.map(all).unwrap_or_default()
    };
    Places {
        version: one("version"),
        entrypoint: one("entrypoint"),
        app: one("app"),
        settings: one("settings"),
        requires: list("dependencies"),
        optional: list("optional"),
        any_of: node.get("anyOf").map(|groups| groups.items().iter().map(all).collect()).unwrap_or_default(),
        conflicts: list("conflicts"),
        after: list("after"),
        before: list("before"),
        artifacts: ["external", "externalDependencies"].iter().flat_map(|key| artifacts(key)).collect(),
    }
}

/// Something with a name that may be [spelled](ExtensionName::converted) as files and npm packages are.
#[derive(Default)]
struct Spelled<T>(T);

fn meant<T>(spelled: Vec<Spelled<T>>) -> Vec<T> {
    spelled.into_iter().map(|Spelled(meant)| meant).collect()
}

impl<'de> Deserialize<'de> for Spelled<ExtensionName> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = ExtensionName::converted(&String::deserialize(deserializer)?);
        name.map(Self).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Spelled<Dependency> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Dependency;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a dependency such as \"Economy ^1.2\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Dependency, E> {
                Dependency::from_spelling(text).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Dependency, A::Error> {
                let fields = DependencyFields::<Spelled<ExtensionName>>::deserialize(
                    de::value::MapAccessDeserializer::new(map),
                )?;
                let DependencyFields { name: Spelled(name), version, reason, url } = fields;
                Ok(Dependency { name, version, reason, url })
            }
        }

        deserializer.deserialize_any(Visitor).map(Self)
    }
}

/// Reads a version that is there.
pub(super) fn some_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Version>, D::Error> {
    deserialize_version(deserializer).map(Some)
}

/// Writes a value as RON: an object as a struct where its keys can be those of one.
fn ron_of(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(ron_of).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let is_struct = !entries.is_empty() && entries.keys().all(|key| is_word(key));
            let key = |key: &str| if is_struct { key.to_string() } else { quoted(key) };
            let entry = |(name, value): (&String, &Value)| format!("{}: {}", key(name), ron_of(value));
            let entries = entries.iter().map(entry).collect::<Vec<_>>().join(", ");
            if is_struct { format!("({entries})") } else { format!("{{{entries}}}") }
        }
    }
}

fn quoted(text: &str) -> String {
    ron::to_string(text).expect("RON can write every string")
}

/// Tells whether a key can be that of a struct.
fn is_word(key: &str) -> bool {
    // These begin something else in RON.
    const TAKEN: [&str; 6] = ["true", "false", "None", "Some", "inf", "NaN"];
    let starts_well = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !TAKEN.contains(&key)
}
