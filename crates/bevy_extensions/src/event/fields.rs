//! The fields of an event, one by one, as long as they are plain.
//!
//! Most events are a struct with a text or a number in each field. These need not become a value before they become
//! something else.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{self, Impossible, SerializeStruct},
};
use serde_json::Value;

/// What is in a field of an event that is plain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number; integers are here only if they are exact, which is up to 2^53.
    Number(f64),
    /// A text.
    Text(&'a str),
}

/// Takes the fields of an event.
pub trait FieldSink {
    /// Takes the next field; `false` if it wants no more.
    fn field(&mut self, name: &str, value: Plain<'_>) -> bool;
}

/// The integers up to which a number is exact.
const EXACT: u64 = 1 << 53;

/// Hands over the fields of an event; `false` if there is more in it than that.
pub(super) fn of<T: Serialize + ?Sized>(event: &T, to: &mut dyn FieldSink) -> bool {
    event.serialize(EventWriter(to)).is_ok()
}

/// Hands over the fields of an event that is a value already.
pub(super) fn of_value(value: &Value, to: &mut dyn FieldSink) -> bool {
    let Value::Object(map) = value else { return false };
    map.iter().all(|(name, value)| plain(value).is_some_and(|value| to.field(name, value)))
}

fn plain(value: &Value) -> Option<Plain<'_>> {
    Some(match value {
        Value::Null => Plain::Null,
        Value::Bool(value) => Plain::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.is_u64()) {
            (Some(integer), _) if integer.unsigned_abs() <= EXACT => Plain::Number(integer as f64),
            (None, false) => Plain::Number(number.as_f64()?),
            _ => return None,
        },
        Value::String(text) => Plain::Text(text),
        Value::Array(_) | Value::Object(_) => return None,
    })
}

/// There is more in an event than plain fields.
#[derive(Debug)]
struct NotPlain;

impl fmt::Display for NotPlain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is not plain")
    }
}

impl std::error::Error for NotPlain {}

impl ser::Error for NotPlain {
    // Whoever writes it as a value finds the same error again, and tells it.
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Never = Impossible<(), NotPlain>;

/// Refuses whatever is not plain.
macro_rules! refuse {
    ($($name:ident($($argument:ty),*) -> $answer:ty;)*) => {$(
        fn $name(self, $(_: $argument),*) -> Result<$answer, NotPlain> {
            Err(NotPlain)
        }
    )*};
}

/// Hands over the fields of a struct.
struct EventWriter<'a>(&'a mut dyn FieldSink);

impl Serializer for EventWriter<'_> {
    type Ok = ();
    type Error = NotPlain;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Self;
    type SerializeStructVariant = Never;

    refuse! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotPlain> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), NotPlain> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NotPlain> {
        Err(NotPlain)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, NotPlain> {
        Ok(self)
    }
}

impl SerializeStruct for EventWriter<'_> {
    type Ok = ();
    type Error = NotPlain;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NotPlain> {
        value.serialize(FieldWriter { name, to: &mut *self.0 })
    }

    fn end(self) -> Result<(), NotPlain> {
        Ok(())
    }
}

/// Hands over a field.
struct FieldWriter<'a> {
    name: &'a str,
    to: &'a mut dyn FieldSink,
}

impl FieldWriter<'_> {
    #[inline]
    fn put(self, value: Plain<'_>) -> Result<(), NotPlain> {
        if self.to.field(self.name, value) { Ok(()) } else { Err(NotPlain) }
    }
}

/// Hands over integers that are always exact.
macro_rules! numbers {
    ($($name:ident($number:ty);)*) => {$(
        #[inline]
        fn $name(self, value: $number) -> Result<(), NotPlain> {
            self.put(Plain::Number(value.into()))
        }
    )*};
}

impl Serializer for FieldWriter<'_> {
    type Ok = ();
    type Error = NotPlain;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    numbers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
    }

    refuse! {
        serialize_bytes(&[u8]) -> ();
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct(&'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }

    fn serialize_bool(self, value: bool) -> Result<(), NotPlain> {
        self.put(Plain::Bool(value))
    }

    fn serialize_i64(self, value: i64) -> Result<(), NotPlain> {
        if value.unsigned_abs() <= EXACT { self.put(Plain::Number(value as f64)) } else { Err(NotPlain) }
    }

    fn serialize_u64(self, value: u64) -> Result<(), NotPlain> {
        if value <= EXACT { self.put(Plain::Number(value as f64)) } else { Err(NotPlain) }
    }

    fn serialize_f32(self, value: f32) -> Result<(), NotPlain> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), NotPlain> {
        // As in JSON.
        self.put(if value.is_finite() { Plain::Number(value) } else { Plain::Null })
    }

    fn serialize_char(self, value: char) -> Result<(), NotPlain> {
        self.put(Plain::Text(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, value: &str) -> Result<(), NotPlain> {
        self.put(Plain::Text(value))
    }

    fn serialize_none(self) -> Result<(), NotPlain> {
        self.put(Plain::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotPlain> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), NotPlain> {
        self.put(Plain::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), NotPlain> {
        self.put(Plain::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NotPlain> {
        self.put(Plain::Text(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), NotPlain> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NotPlain> {
        Err(NotPlain)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Default)]
    struct Noted(Vec<String>);

    impl FieldSink for Noted {
        fn field(&mut self, name: &str, value: Plain<'_>) -> bool {
            self.0.push(format!("{name}: {value:?}"));
            true
        }
    }

    #[derive(Serialize)]
    enum Mood {
        Merry,
        Wild(u8),
    }

    #[derive(Serialize)]
    struct Joined<'a> {
        name: &'a str,
        gold: u64,
        debt: Option<i8>,
        luck: f64,
        mood: Mood,
    }

    fn ann() -> Joined<'static> {
        Joined { name: "Ann", gold: 5, debt: None, luck: f64::NAN, mood: Mood::Merry }
    }

    #[test]
    fn plain_fields_come_one_by_one() {
        let mut noted = Noted::default();
        assert!(of(&ann(), &mut noted));
        let fields =
            [r#"name: Text("Ann")"#, "gold: Number(5.0)", "debt: Null", "luck: Null", r#"mood: Text("Merry")"#];
        assert_eq!(noted.0, fields);
        let mut again = Noted::default();
        assert!(of_value(&serde_json::to_value(ann()).expect("it can be told"), &mut again));
        noted.0.sort();
        again.0.sort();
        assert_eq!(again.0, noted.0, "a value has the same fields");
    }

    #[test]
    fn what_is_more_than_that_is_not_plain() {
        assert!(!of(&Joined { gold: u64::MAX, ..ann() }, &mut Noted::default()));
        assert!(!of(&Joined { mood: Mood::Wild(1), ..ann() }, &mut Noted::default()));
        assert!(!of(&[1, 2], &mut Noted::default()));
        for value in [json!(5), json!({"a": [1]}), json!({"a": u64::MAX})] {
            assert!(!of_value(&value, &mut Noted::default()), "{value}");
        }
    }
}
