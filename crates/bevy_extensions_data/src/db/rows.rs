//! What a query returns: from values of SQL to those of serde.
//!
//! Rows are taken off SQLite's hands first, and read afterwards: so an error names row and column, and NULL is no number.

use std::{any::type_name, cell::Cell, iter::Take, vec::IntoIter};

use rusqlite::types::Value;
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
        value::{Error, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

use super::DbError;

/// The rows of a query.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: Box<[Box<str>]>,
    /// Those of the first row, those of the second, and so on.
    pub(super) values: Vec<Value>,
}

impl Rows {
    /// Reads each row.
    ///
    /// # Errors
    ///
    /// [`DbError::WrongType`].
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<Vec<T>, DbError> {
        let width = self.columns.len();
        let count = self.values.len().checked_div(width).unwrap_or(0);
        let mut values = self.values.into_iter();
        let mut read = Vec::with_capacity(count);
        for row in 1..=count {
            let at = Cell::new(None);
            let left = values.len() - width;
            let fields = Row { columns: &self.columns, values: values.by_ref().take(width), next: 0, at: &at };
            read.push(T::deserialize(fields).map_err(|error| {
                let which = match at.get() {
                    Some(column) => format!("column `{}`", self.columns[column]),
                    None => format!("what there is (`{}`)", self.columns.join("`, `")),
                };
                DbError::WrongType { which, row, expected: type_name::<T>().into(), why: error.to_string() }
            })?);
            // A type need not look at all of them.
            while values.len() > left {
                values.next();
            }
        }
        Ok(read)
    }
}

/// One row.
struct Row<'a> {
    columns: &'a [Box<str>],
    values: Take<&'a mut IntoIter<Value>>,
    next: usize,
    /// The column that is being read.
    at: &'a Cell<Option<usize>>,
}

impl Row<'_> {
    fn read_next<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(value) = self.values.next() else { return Ok(None) };
        self.at.set(Some(self.next));
        let read = seed.deserialize(Field(value))?;
        self.at.set(None);
        self.next += 1;
        Ok(Some(read))
    }

    /// Takes the only one there is.
    fn only(mut self) -> Result<Field, Error> {
        match (self.columns.len(), self.values.next()) {
            (1, Some(value)) => {
                self.at.set(Some(0));
                Ok(Field(value))
            }
            (count, _) => Err(Error::custom(format_args!("there are {count} columns, and one is asked for"))),
        }
    }
}

macro_rules! to_the_only_one {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.only()?.$name(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Row<'_> {
    type Error = Error;

    to_the_only_one! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.columns.len() {
            1 => self.only()?.deserialize_option(visitor),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.columns.len() {
            count if count == length => visitor.visit_seq(self),
            count => Err(Error::custom(format_args!("there are {count} columns, and {length} are asked for"))),
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! { unit unit_struct map struct identifier ignored_any }
}

impl<'de> MapAccess<'de> for Row<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(name) = self.columns.get(self.next) else { return Ok(None) };
        seed.deserialize(IntoDeserializer::<Error>::into_deserializer(&**name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        Ok(self.read_next(seed)?.expect("a value belongs to each column"))
    }
}

impl<'de> SeqAccess<'de> for Row<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.read_next(seed)
    }
}

/// One value of a row.
struct Field(Value);

impl Field {
    fn read<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => Err(Error::invalid_type(Unexpected::Other("NULL"), &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }
}

macro_rules! not_null {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.read(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Field {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Integer(number) => visitor.visit_i64(number),
            Value::Real(number) => visitor.visit_f64(number),
            Value::Text(text) => visitor.visit_string(text),
            Value::Blob(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.into_iter())),
        }
    }

    not_null! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_seq deserialize_map
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Integer(number @ 0..=1) => visitor.visit_bool(number == 1),
            _ => self.read(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Blob(bytes) => visitor.visit_byte_buf(bytes),
            _ => self.read(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Text(name) => visitor.visit_enum(name.into_deserializer()),
            _ => self.read(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.read(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(visitor)
    }

    forward_to_deserialize_any! { unit unit_struct identifier ignored_any }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn rows<const N: usize>(columns: [&str; N], values: Vec<Value>) -> Rows {
        Rows { columns: columns.map(Into::into).into(), values }
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Player {
        name: String,
        gold: i64,
    }

    fn players() -> Rows {
        let values = vec!["Quinn".to_string().into(), 12.into(), "Rose".to_string().into(), "many".to_string().into()];
        rows(["name", "gold"], values)
    }

    #[test]
    fn structs_are_read_by_name_and_tuples_by_place() {
        let mut two = players();
        two.values[3] = i64::MAX.into();
        let read: Vec<(String, i64)> = two.read().expect("it is what is there");
        assert_eq!(read, [("Quinn".into(), 12), ("Rose".into(), i64::MAX)]);
        let rose = rows(["gold", "name"], vec![7.into(), "Rose".to_string().into()]);
        assert_eq!(rose.read(), Ok(vec![Player { name: "Rose".into(), gold: 7 }]));
    }

    #[test]
    fn one_column_is_read_without_its_name() {
        assert_eq!(rows(["a"], vec![1.into(), 2.into()]).read(), Ok(vec![1u8, 2]));
        assert_eq!(rows(["a"], vec![1.into(), Value::Null]).read(), Ok(vec![Some(true), None]));
    }

    #[test]
    fn scripts_get_json() {
        let values = vec![i64::MAX.into(), 0.5.into(), Value::Null, vec![0u8, 255].into()];
        let read: Vec<serde_json::Value> = rows(["a", "b", "c", "d"], values).read().expect("it is what is there");
        assert_eq!(read, [json!({ "a": i64::MAX, "b": 0.5, "c": null, "d": [0, 255] })]);
    }

    #[track_caller]
    fn fails<T: DeserializeOwned + std::fmt::Debug>(rows: Rows, expected: &str) {
        assert_eq!(rows.read::<T>().expect_err("it is of another type").to_string(), expected);
    }

    #[test]
    fn another_type_names_row_and_column() {
        fails::<(String, i64)>(
            players(),
            "column `gold` of row 2 cannot be read as `(alloc::string::String, i64)`: invalid type: string \"many\", expected \
             i64",
        );
        fails::<f64>(
            rows(["at"], vec![Value::Null]),
            "column `at` of row 1 cannot be read as `f64`: invalid type: NULL, expected f64",
        );
        fails::<bool>(
            rows(["at"], vec![7.into()]),
            "column `at` of row 1 cannot be read as `bool`: invalid type: integer `7`, expected a boolean",
        );
        fails::<i64>(
            players(),
            "what there is (`name`, `gold`) of row 1 cannot be read as `i64`: there are 2 columns, and one is asked for",
        );
    }
}
