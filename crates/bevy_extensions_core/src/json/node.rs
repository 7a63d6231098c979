//! A tree of JSON whose nodes know where they stand.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Unexpected, Visitor},
    forward_to_deserialize_any,
};
use serde_json::value::RawValue;

use super::{DEEPEST, Wrong};
use crate::{
    location::{line_and_column, place_of},
    parse::ParseErrorKind,
};

/// A value in a JSON text.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    /// Where it begins, in bytes of the text.
    at: usize,
    content: Content<'a>,
}

#[derive(Debug, Clone)]
enum Content<'a> {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    /// In the order of the text; a key may stand there twice.
    Object(Vec<(Key<'a>, Node<'a>)>),
}

#[derive(Debug, Clone)]
struct Key<'a> {
    at: usize,
    text: Cow<'a, str>,
}

impl<'a> Node<'a> {
    /// Reads a piece of a text, in which so many lists and objects are open.
    pub(super) fn read(piece: &'a str, text: &'a str, depth: usize) -> Result<Self, Wrong> {
        let raw: &'a RawValue = parse(piece, text)?;
        let (raw, at) = (raw.get(), offset(raw.get(), text));
        if depth > DEEPEST {
            return Err(Wrong { kind: ParseErrorKind::Malformed("it is nested too deeply".into()), at: Some(at) });
        }
        let inner = |raw: &'a RawValue| Self::read(raw.get(), text, depth + 1);
        let content = match raw.as_bytes().first() {
            Some(b'{') => {
                let Entries(entries) = parse(raw, text)?;
                let entry = |(key, value): (&'a RawValue, _)| {
                    let key = Key { at: offset(key.get(), text), text: parse::<Lent<'a>>(key.get(), text)?.0 };
                    Ok((key, inner(value)?))
                };
                Content::Object(entries.into_iter().map(entry).collect::<Result<_, _>>()?)
            }
            Some(b'[') => {
                let values: Vec<&'a RawValue> = parse(raw, text)?;
                Content::List(values.into_iter().map(inner).collect::<Result<_, _>>()?)
            }
            Some(b'"') => Content::Text(parse::<Lent<'a>>(raw, text)?.0),
            Some(b't' | b'f') => Content::Bool(parse(raw, text)?),
            Some(b'n') => Content::Null,
            _ => Content::Number(parse(raw, text)?),
        };
        Ok(Self { at, content })
    }

    /// Finds a value of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Content::Object(entries) = &self.content else { return None };
        entries.iter().find(|(other, _)| other.text == key).map(|(_, value)| value)
    }

    /// Goes through the keys and values of an object, in the order of the text; there is none in anything else.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match &self.content {
            Content::Object(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, value)| (&*key.text, value))
    }

    /// Returns a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Tells whether it is `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// Goes through the values of a list; there is none in anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the line and column of a value; those of a string are within its quotes.
    pub(crate) fn place(&self, text: &str) -> (u32, u32) {
        let quote = usize::from(matches!(self.content, Content::Text(_)));
        line_and_column(text, self.at + quote)
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match &self.content {
            Content::Null => Unexpected::Unit,
            Content::Bool(bool) => Unexpected::Bool(*bool),
            Content::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => Unexpected::Unsigned(number),
                (_, Some(number), _) => Unexpected::Signed(number),
                (.., number) => Unexpected::Float(number.unwrap_or(f64::NAN)),
            },
            Content::Text(text) => Unexpected::Str(text),
            Content::List(_) => Unexpected::Seq,
            Content::Object(_) => Unexpected::Map,
        }
    }

    fn visit<'de, V: Visitor<'de>>(&'de self, visitor: V) -> Result<V::Value, Wrong> {
        match &self.content {
            Content::Null => visitor.visit_unit(),
            Content::Bool(bool) => visitor.visit_bool(*bool),
            Content::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Content::Text(text) => visitor.visit_str(text),
            Content::List(items) => visitor.visit_seq(Items(items.iter())),
            Content::Object(entries) => {
                let mut seen = std::collections::BTreeSet::new();
                if let Some((key, _)) = entries.iter().find(|(key, _)| !seen.insert(&key.text)) {
                    return Err(Wrong { kind: ParseErrorKind::RepeatedKey(key.text.to_string()), at: Some(key.at) });
                }
                visitor.visit_map(Pairs { rest: entries.iter(), value: None })
            }
        }
    }
}

impl<'de> Deserializer<'de> for &'de Node<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.visit(visitor).map_err(|wrong| wrong.or_at(self.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.content {
            Content::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|wrong| wrong.or_at(self.at))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self).map_err(|wrong| wrong.or_at(self.at))
    }

    /// Otherwise a list would do for a struct, too.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.content {
            Content::Object(_) => self.deserialize_any(visitor),
            _ => Err(<Wrong as de::Error>::invalid_type(self.unexpected(), &visitor).or_at(self.at)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier
    }
}

/// The values of a list. Whatever is wrong with one is at that one, even if it is found out later.
struct Items<'de, 'a>(std::slice::Iter<'de, Node<'a>>);

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let item = self.0.next();
        item.map(|item| seed.deserialize(item).map_err(|wrong| wrong.or_at(item.at))).transpose()
    }
}

/// The keys and values of an object.
struct Pairs<'de, 'a> {
    rest: std::slice::Iter<'de, (Key<'a>, Node<'a>)>,
    /// The value of the last key.
    value: Option<&'de Node<'a>>,
}

impl<'de> MapAccess<'de> for Pairs<'de, '_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(key).map(Some).map_err(|wrong| wrong.or_at(key.at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let value = self.value.take().expect("serde asks for a value after its key");
        seed.deserialize(value).map_err(|wrong| wrong.or_at(value.at))
    }
}

impl<'de> Deserializer<'de> for &'de Key<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_str(&self.text).map_err(|wrong: Wrong| wrong.or_at(self.at))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads a piece of a text with `serde_json`.
fn parse<'a, T: Deserialize<'a>>(piece: &'a str, text: &'a str) -> Result<T, Wrong> {
    serde_json::from_str(piece).map_err(|error| {
        let line_start: usize = piece.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let mut at = (line_start + error.column().saturating_sub(1)).min(piece.len());
        while !piece.is_char_boundary(at) {
            at -= 1;
        }
        let message = error.to_string();
        let why = message.rsplit_once(" at line ").map_or(message.as_str(), |(why, _)| why);
        Wrong { kind: ParseErrorKind::Malformed(why.into()), at: Some(offset(piece, text) + at) }
    })
}

/// Returns where a piece of a text begins, in bytes.
fn offset(piece: &str, text: &str) -> usize {
    debug_assert!(place_of(piece, text).is_some(), "it is a piece of the text");
    piece.as_ptr().addr().saturating_sub(text.as_ptr().addr()).min(text.len())
}

/// A string, lent if it has no escapes.
#[derive(Deserialize)]
struct Lent<'a>(#[serde(borrow)] Cow<'a, str>);

/// The keys and values of an object, in their order.
struct Entries<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}
