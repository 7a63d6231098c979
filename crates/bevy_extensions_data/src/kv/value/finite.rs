//! Finds the numbers that JSON does not have.
//!
//! `serde_json` writes `null` for them, which nobody could read as a number again. A value whose JSON has a `null` in it is
//! looked through for where it comes from.

use std::fmt::{self, Display};

use serde::{
    Serialize, Serializer,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

/// # Errors
///
/// What stands against a value that has such a number.
pub(super) fn check<T: Serialize + ?Sized>(value: &T, json: &[u8]) -> Result<(), String> {
    // Most values have not even an `n`, which is the fastest to find out.
    if json.contains(&b'n') && str::from_utf8(json).is_ok_and(|json| json.contains("null")) {
        return value.serialize(Look).map_err(|error| error.0);
    }
    Ok(())
}

/// Looks at every number of a value.
#[derive(Clone, Copy)]
struct Look;

#[derive(Debug)]
struct NotFinite(String);

impl Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotFinite {}

impl serde::ser::Error for NotFinite {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

macro_rules! plain {
    ($($method:ident($($type:ty),*);)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<(), NotFinite> {
            Ok(())
        }
    )*};
}

macro_rules! nested {
    ($($method:ident($($type:ty),*) -> $kind:ident;)*) => {$(
        fn $method(self, $(_: $type),*) -> Result<Self, NotFinite> {
            Ok(self)
        }
    )*};
}

impl Serializer for Look {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    plain! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    nested! {
        serialize_seq(Option<usize>) -> Seq;
        serialize_tuple(usize) -> Tuple;
        serialize_tuple_struct(&'static str, usize) -> TupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> TupleVariant;
        serialize_map(Option<usize>) -> Map;
        serialize_struct(&'static str, usize) -> Struct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> StructVariant;
    }

    fn serialize_f32(self, number: f32) -> Result<(), NotFinite> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), NotFinite> {
        if number.is_finite() { Ok(()) } else { Err(NotFinite::custom("a number is infinite, or none (NaN)")) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotFinite> {
        value.serialize(self)
    }
}

macro_rules! elements {
    ($($trait:ident: $method:ident($($name:ty)?);)*) => {$(
        impl $trait for Look {
            type Ok = ();
            type Error = NotFinite;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Result<(), NotFinite> {
                value.serialize(*self)
            }

            fn end(self) -> Result<(), NotFinite> {
                Ok(())
            }
        }
    )*};
}

elements! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

impl SerializeMap for Look {
    type Ok = ();
    type Error = NotFinite;

    // As a key, such a number is refused by `serde_json` itself.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), NotFinite> {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotFinite> {
        value.serialize(*self)
    }

    fn end(self) -> Result<(), NotFinite> {
        Ok(())
    }
}
