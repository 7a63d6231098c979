//! What a statement is handed: from serde values to those of SQL.

use rusqlite::types::Value;
use serde::{
    Serialize, Serializer,
    de::value::Error,
    ser::{self, Error as _, Impossible},
};

use super::DbError;

/// The parameters of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Params {
    /// By their places.
    List(Vec<Value>),
    /// By their names.
    Named(Vec<(String, Value)>),
}

impl Params {
    /// Takes a list or a tuple by place, a struct or a map by name, and anything else as the only one.
    ///
    /// # Errors
    ///
    /// [`DbError::Unwritable`].
    pub(super) fn of(params: &(impl Serialize + ?Sized)) -> Result<Self, DbError> {
        let failed = |which: String, why: Error| DbError::Unwritable { which, why: why.to_string() };
        let place = |(place, tree): (usize, Tree)| {
            tree.into_value().map_err(|why| failed(format!("parameter {}", place + 1), why))
        };
        let by_name = |(name, tree): (String, Tree)| match tree.into_value() {
            Ok(value) => Ok((name, value)),
            Err(why) => Err(failed(format!("parameter `{name}`"), why)),
        };
        match params.serialize(Writer).map_err(|why| failed("a parameter".into(), why))? {
            Tree::Nothing => Ok(Self::List(Vec::new())),
            Tree::Bytes(bytes) => Ok(Self::List(bytes.into_iter().map(|byte| Value::Integer(byte.into())).collect())),
            Tree::List(list) => list.into_iter().enumerate().map(place).collect::<Result<_, _>>().map(Self::List),
            Tree::Fields(fields) => fields.into_iter().map(by_name).collect::<Result<_, _>>().map(Self::Named),
            value @ Tree::Value(_) => place((0, value)).map(|value| Self::List(vec![value])),
        }
    }
}

/// Anything that serde writes.
#[derive(Debug)]
enum Tree {
    /// `()`, which is no parameter at all, or one that is NULL.
    Nothing,
    Value(Value),
    /// A list of numbers that are bytes. Most types that hold bytes are written so.
    Bytes(Vec<u8>),
    List(Vec<Tree>),
    Fields(Vec<(String, Tree)>),
}

impl Tree {
    fn into_value(self) -> Result<Value, Error> {
        match self {
            Self::Nothing => Ok(Value::Null),
            Self::Value(value) => Ok(value),
            Self::Bytes(bytes) => Ok(Value::Blob(bytes)),
            Self::List(_) => Err(Error::custom("it is a list, but not of bytes: write it as JSON text")),
            Self::Fields(_) => Err(Error::custom("it has fields: write it as JSON text")),
        }
    }
}

struct Writer;

fn real(number: f64) -> Result<Tree, Error> {
    match number.is_finite() {
        true => Ok(Tree::Value(Value::Real(number))),
        // SQLite makes NULL of NaN, and JSON of both.
        false => Err(Error::custom("a number is infinite, or none (NaN)")),
    }
}

fn integer(number: impl TryInto<i64>) -> Result<Tree, Error> {
    let number = number.try_into().map_err(|_| Error::custom("a whole number does not fit 64 bits with a sign"))?;
    Ok(Tree::Value(Value::Integer(number)))
}

fn variant_with_fields() -> Error {
    Error::custom("it is a variant with fields: write it as JSON text")
}

macro_rules! integers {
    ($($name:ident: $type:ty),*) => {$(
        fn $name(self, number: $type) -> Result<Tree, Error> {
            integer(number)
        }
    )*};
}

impl Serializer for Writer {
    type Ok = Tree;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = Impossible<Tree, Error>;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Impossible<Tree, Error>;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128);
    integers!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);

    fn serialize_bool(self, value: bool) -> Result<Tree, Error> {
        integer(value)
    }

    fn serialize_f32(self, number: f32) -> Result<Tree, Error> {
        real(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<Tree, Error> {
        real(number)
    }

    fn serialize_char(self, letter: char) -> Result<Tree, Error> {
        Ok(Tree::Value(Value::Text(letter.into())))
    }

    fn serialize_str(self, text: &str) -> Result<Tree, Error> {
        Ok(Tree::Value(Value::Text(text.into())))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Tree, Error> {
        Ok(Tree::Value(Value::Blob(bytes.into())))
    }

    fn serialize_none(self) -> Result<Tree, Error> {
        Ok(Tree::Value(Value::Null))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Tree, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Tree, Error> {
        Ok(Tree::Nothing)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Tree, Error> {
        Ok(Tree::Nothing)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Tree, Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Tree, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Tree, Error> {
        Err(variant_with_fields())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Error> {
        Ok(List(Tree::Bytes(Vec::new())))
    }

    fn serialize_tuple(self, length: usize) -> Result<List, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(variant_with_fields())
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Fields, Error> {
        Ok(Fields { fields: Vec::with_capacity(length.unwrap_or(0)), name: String::new() })
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Fields, Error> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(variant_with_fields())
    }
}

/// A list that is being written.
struct List(Tree);

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let tree = value.serialize(Writer)?;
        if let Tree::Bytes(bytes) = &mut self.0 {
            if let Tree::Value(Value::Integer(byte @ 0..=255)) = tree {
                bytes.push(byte as u8);
                return Ok(());
            }
            let number = |byte: &u8| Tree::Value(Value::Integer(i64::from(*byte)));
            self.0 = Tree::List(bytes.iter().map(number).collect());
        }
        if let Tree::List(list) = &mut self.0 {
            list.push(tree);
        }
        Ok(())
    }
}

macro_rules! list {
    ($($trait:ident::$method:ident),*) => {$(
        impl ser::$trait for List {
            type Ok = Tree;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Tree, Error> {
                Ok(self.0)
            }
        }
    )*};
}

list!(SerializeSeq::serialize_element, SerializeTuple::serialize_element, SerializeTupleStruct::serialize_field);

/// Fields that are being written.
struct Fields {
    fields: Vec<(String, Tree)>,
    name: String,
}

impl ser::SerializeMap for Fields {
    type Ok = Tree;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Error> {
        match name.serialize(Writer)? {
            Tree::Value(Value::Text(name)) => self.name = name,
            _ => return Err(Error::custom("the name of a parameter must be a text")),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let value = value.serialize(Writer).map_err(|why| Error::custom(format_args!("`{}`: {why}", self.name)))?;
        self.fields.push((std::mem::take(&mut self.name), value));
        Ok(())
    }

    fn end(self) -> Result<Tree, Error> {
        Ok(Tree::Fields(self.fields))
    }
}

impl ser::SerializeStruct for Fields {
    type Ok = Tree;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        name.clone_into(&mut self.name);
        ser::SerializeMap::serialize_value(self, value)
    }

    fn end(self) -> Result<Tree, Error> {
        Ok(Tree::Fields(self.fields))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(params: impl Serialize, expected: Params) {
        assert_eq!(Params::of(&params), Ok(expected));
    }

    #[track_caller]
    fn fails(params: impl Serialize, expected: &str) {
        assert_eq!(Params::of(&params).expect_err("it cannot be stored").to_string(), expected);
    }

    #[test]
    fn lists_are_taken_by_place() {
        let (one, two) = (Value::Integer(1), Value::Text("two".into()));
        check((), Params::List(vec![]));
        check(1, Params::List(vec![one.clone()]));
        check((true, "two", None::<u8>), Params::List(vec![one.clone(), two.clone(), Value::Null]));
        check([1, 1], Params::List(vec![one.clone(), one.clone()]));
        check(json!([1, "two"]), Params::List(vec![one, two]));
    }

    #[test]
    fn fields_are_taken_by_name() {
        #[derive(Serialize)]
        struct Player {
            name: &'static str,
            at: f32,
        }
        let named = [("name".to_string(), Value::Text("Quinn".into())), ("at".into(), Value::Real(0.5))];
        check(Player { name: "Quinn", at: 0.5 }, Params::Named(named.into()));
        check(json!({ "at": 0.5 }), Params::Named(vec![("at".into(), Value::Real(0.5))]));
    }

    #[test]
    fn lists_of_bytes_are_blobs() {
        let blob = Value::Blob(vec![0, 255]);
        check((vec![0u8, 255],), Params::List(vec![blob.clone()]));
        check(json!({ "icon": [0, 255] }), Params::Named(vec![("icon".into(), blob)]));
    }

    #[test]
    fn what_sql_cannot_say_is_refused() {
        let number = "parameter 2 cannot be stored";
        fails((1, [1, 256]), &format!("{number}: it is a list, but not of bytes: write it as JSON text"));
        fails((1, json!({})), &format!("{number}: it has fields: write it as JSON text"));
        fails(u64::MAX, "a parameter cannot be stored: a whole number does not fit 64 bits with a sign");
        fails((f64::NAN,), "a parameter cannot be stored: a number is infinite, or none (NaN)");
        fails(
            json!({ "at": u64::MAX }),
            "a parameter cannot be stored: `at`: a whole number does not fit 64 bits with a sign",
        );
    }
}
