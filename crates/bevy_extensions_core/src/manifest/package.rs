//! A `package.json`, as far as it is about an extension.

use std::{fmt, marker::PhantomData};

use semver::Version;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, value::MapAccessDeserializer},
};

use super::{
    Reading,
    json::{JsonManifest, Written, places, some_version},
    reading::{if_other, name_of},
};
use crate::{
    json::{from_node, read_json},
    location::Location,
    parse::{ParseError, ParseErrorKind, utf8},
};

/// Of npm's keys those that say something about an extension.
#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object")]
struct Package {
    name: Option<String>,
    #[serde(deserialize_with = "some_version")]
    version: Option<Version>,
    main: String,
    description: String,
    author: Option<Person>,
    contributors: Vec<Person>,
    license: License,
    homepage: String,
    extension: JsonManifest,
}

impl Reading {
    /// Reads a `package.json`; `folder` is what its folder is called, if that may name it.
    pub(crate) fn package(file: &str, bytes: &[u8], folder: Option<&str>) -> Result<Self, ParseError> {
        let text = utf8(file, bytes)?;
        let start = Location::file(file);
        let node = read_json(text, &start)?;
        let Package { name, version, main, description, author, contributors, license, homepage, extension: mut own } =
            from_node(&node, text, &start)?;

        let spelling = name.as_deref().or(folder);
        let name = match (own.name.clone(), spelling) {
            (Some(name), _) => name,
            (None, Some(spelling)) => name_of(spelling, file)
                .map_err(|error| ParseError { at: start.at(node.get("name").unwrap_or(&node).place(text)), ..error })?,
            (None, None) => {
                let at = start.at(node.place(text));
                let kind = ParseErrorKind::MissingKey("name".into());
                return Err(ParseError { at, field: String::new(), kind });
            }
        };
        own.version = own.version.or(version);
        let fill = |own: &mut String, npms: String| {
            if own.is_empty() {
                *own = npms;
            }
        };
        fill(&mut own.entrypoint, main);
        fill(&mut own.description, description);
        fill(&mut own.license, license.0);
        fill(&mut own.homepage, homepage);
        if own.authors.is_empty() {
            own.authors = author.into_iter().chain(contributors).map(|person| person.0).collect();
        }

        let own_node = node.get("extension").unwrap_or(&node);
        let mut places = if node.get("extension").is_some() { places(own_node, text) } else { Default::default() };
        let npms = |key| node.get(key).map(|node| node.place(text));
        places.version = places.version.or_else(|| npms("version"));
        places.entrypoint = places.entrypoint.or_else(|| npms("main"));
        let original_name = spelling.and_then(|spelling| if_other(spelling, &name));
        let manifest = own.into_manifest(name, &Written { node: own_node, text, start: &start })?;
        Ok(Self { manifest, places, original_name, implicit: false })
    }
}

/// An author: `"Ann <ann@town.example>"`, or an object.
struct Person(String);

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct PersonFields {
    name: String,
    #[serde(default)]
    email: String,
}

impl<'de> Deserialize<'de> for Person {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or(deserializer, "an author", |PersonFields { name, email }| match email.as_str() {
            "" => name,
            email => format!("{name} <{email}>"),
        })
        .map(Self)
    }
}

/// A license: `"MIT"`, or an object as npm had it in former times.
#[derive(Default)]
struct License(String);

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct LicenseFields {
    #[serde(rename = "type")]
    kind: String,
}

impl<'de> Deserialize<'de> for License {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or(deserializer, "a license", |LicenseFields { kind }| kind).map(Self)
    }
}

/// Reads a string, or else an object that becomes one.
fn text_or<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
    what: &'static str,
    text_of: impl FnOnce(T) -> String,
) -> Result<String, D::Error> {
    struct Visitor<T, F>(&'static str, F, PhantomData<T>);

    impl<'de, T: DeserializeOwned, F: FnOnce(T) -> String> de::Visitor<'de> for Visitor<T, F> {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.into())
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<String, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map)).map(self.1)
        }
    }

    deserializer.deserialize_any(Visitor(what, text_of, PhantomData))
}
