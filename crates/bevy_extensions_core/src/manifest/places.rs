//! Where in a file each wish of a manifest is written.
//!
//! The manifest itself is plain data and knows no lines. The text is read a second time for nothing but borrowed
//! strings, whose addresses give their places away; what cannot be lent (a name with an escape) has no place.

use std::fmt;

use ron::value::RawValue;
use serde::{Deserialize, Deserializer, de};

use crate::{location::Location, location::place_of, parse::read_ron, plan::EdgeKind};

/// Line and column.
pub(super) type Place = Option<(u32, u32)>;

/// Line and column of every name that a manifest gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) version: Place,
    pub(crate) entrypoint: Place,
    pub(crate) app: Place,
    pub(crate) settings: Place,
    pub(super) requires: Vec<Place>,
    pub(super) optional: Vec<Place>,
    pub(super) any_of: Vec<Vec<Place>>,
    pub(super) conflicts: Vec<Place>,
    pub(super) after: Vec<Place>,
    pub(super) before: Vec<Place>,
    pub(super) artifacts: Vec<Place>,
}

impl Places {
    /// Finds the places in the text of a manifest that has been read without error.
    pub(crate) fn find(text: &str) -> Self {
        let read: Result<Borrowed<'_>, _> = read_ron(text, &Location::file(""), |_| {});
        let Ok(borrowed) = read else { return Self::default() };
        let place = |name: Name<'_>| name.0.and_then(|name| place_of(name, text));
        let list = |names: Vec<Name<'_>>| names.into_iter().map(place).collect();
        Self {
            version: place(borrowed.version),
            entrypoint: place(borrowed.entrypoint),
            app: place(borrowed.app),
            settings: borrowed.settings.and_then(|raw| place_of(raw.get_ron().trim(), text)),
            requires: list(borrowed.dependencies),
            optional: list(borrowed.optional),
            any_of: borrowed.any_of.into_iter().map(list).collect(),
            conflicts: list(borrowed.conflicts),
            after: list(borrowed.after),
            before: list(borrowed.before),
            artifacts: list(borrowed.external.artifacts),
        }
    }

    /// Returns the place of a wish: the nth of its kind and, in a group, the nth alternative.
    pub(crate) fn wish(&self, kind: EdgeKind, index: usize, alternative: usize) -> Place {
        let list = match kind {
            EdgeKind::Requires => &self.requires,
            EdgeKind::Optional => &self.optional,
            EdgeKind::AnyOf => return *self.any_of.get(index)?.get(alternative)?,
            EdgeKind::After => &self.after,
            EdgeKind::Before => &self.before,
            // The host settings wish it.
            EdgeKind::Chosen => return None,
        };
        *list.get(index)?
    }

    /// Returns the place of the nth artifact.
    pub(crate) fn artifact(&self, index: usize) -> Place {
        *self.artifacts.get(index)?
    }

    /// Returns the place of the nth conflict.
    pub(crate) fn conflict(&self, index: usize) -> Place {
        *self.conflicts.get(index)?
    }
}

/// A manifest as far as it can be lent; whatever it does not ask for is skipped.
#[derive(Default, Deserialize)]
#[serde(default, rename = "Manifest", bound(deserialize = "'de: 'a"))]
struct Borrowed<'a> {
    version: Name<'a>,
    entrypoint: Name<'a>,
    app: Name<'a>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
    dependencies: Vec<Name<'a>>,
    optional: Vec<Name<'a>>,
    any_of: Vec<Vec<Name<'a>>>,
    conflicts: Vec<Name<'a>>,
    after: Vec<Name<'a>>,
    before: Vec<Name<'a>>,
    external: BorrowedExternal<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename = "External", bound(deserialize = "'de: 'a"))]
struct BorrowedExternal<'a> {
    artifacts: Vec<Name<'a>>,
}

/// A string, or the `name` of a struct; of an artifact with a hash, that is `artifact`.
#[derive(Default)]
struct Name<'a>(Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Some(name)))
            }

            fn visit_str<E>(self, _: &str) -> Result<Name<'de>, E> {
                Ok(Name(None))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Name<'de>, A::Error> {
                let mut found = Name(None);
                while let Some(key) = map.next_key::<String>()? {
                    if key == "name" || key == "artifact" {
                        found = map.next_value()?;
                    } else {
                        map.next_value::<de::IgnoredAny>()?;
                    }
                }
                Ok(found)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}
