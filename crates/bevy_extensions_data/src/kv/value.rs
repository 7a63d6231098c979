//! What stands behind a key: JSON.
//!
//! Natives and scripts read each other's values, and a person can read a copy of the file.

mod finite;

use std::{any::type_name, cell::RefCell, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Key, KvError};

/// How many bytes a value may take as JSON: 1 MiB.
pub const LARGEST_VALUE: usize = 1024 * 1024;

/// How many characters of a value an error shows.
const SHOWN: usize = 60;

/// Writes a value.
///
/// # Errors
///
/// [`KvError::Unwritable`] and [`KvError::ValueTooLarge`].
pub(super) fn write<T: Serialize + ?Sized>(key: &Key, value: &T) -> Result<Arc<[u8]>, KvError> {
    thread_local! {
        // Values are mostly small, and then the one allocation is that of the result.
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    // A `Serialize` that writes to a store itself finds an empty one.
    let mut buffer = BUFFER.take();
    buffer.clear();
    let written = serde_json::to_writer(&mut buffer, value).map_err(|error| error.to_string());
    let written = written.and_then(|()| finite::check(value, &buffer));
    let result = match written {
        Err(why) => Err(KvError::Unwritable { key: key.to_string(), why }),
        Ok(()) => check_size(key, &buffer).map(|()| buffer.as_slice().into()),
    };
    if buffer.capacity() <= 16 * 1024 {
        BUFFER.replace(buffer);
    }
    result
}

/// # Errors
///
/// [`KvError::ValueTooLarge`].
pub(super) fn check_size(key: &Key, bytes: &[u8]) -> Result<(), KvError> {
    match bytes.len() {
        0..=LARGEST_VALUE => Ok(()),
        size => Err(KvError::ValueTooLarge { key: key.to_string(), size }),
    }
}

/// Reads a value.
///
/// # Errors
///
/// [`KvError::WrongType`].
pub(super) fn read<T: DeserializeOwned>(key: &Key, bytes: &[u8]) -> Result<T, KvError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let text = String::from_utf8_lossy(bytes);
        let mut found: String = text.chars().take(SHOWN).collect();
        if found.len() < text.len() {
            found.push_str("...");
        }
        KvError::WrongType { key: key.to_string(), expected: type_name::<T>().into(), found, why: error.to_string() }
    })
}

/// Tells whether two values are the same: whatever the order of fields, and however a number is written.
pub(super) fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let parsed = |bytes| serde_json::from_slice::<Value>(bytes);
    matches!((parsed(a), parsed(b)), (Ok(a), Ok(b)) if is_same_value(&a, &b))
}

fn is_same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // A script knows no difference between 1 and 1.0.
        (Value::Number(a), Value::Number(b)) => a == b || a.is_f64() != b.is_f64() && a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same_value(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_same_value(a, b)))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[track_caller]
    fn written<T: Serialize>(value: T) -> String {
        match write(&"gold".into(), &value) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn values_are_json() {
        assert_eq!(written((1, "two", Some(3.5), None::<u8>)), r#"[1,"two",3.5,null]"#);
        assert_eq!(written(u64::MAX), "18446744073709551615");
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        assert_eq!(
            written(BTreeMap::from([((1, 2), 3)])),
            "the value of `gold` cannot be stored: key must be a string"
        );
        let not_finite = "the value of `gold` cannot be stored: a number is infinite, or none (NaN)";
        assert_eq!(written(f64::NAN), not_finite);
        assert_eq!(written(vec![Some(f32::INFINITY)]), not_finite);
        assert_eq!(written(BTreeMap::from([("a", (None::<u8>, f64::NEG_INFINITY))])), not_finite);
    }

    #[test]
    fn whole_numbers_and_fractions_come_back_exactly() {
        for number in [u64::MAX, (1 << 53) + 1] {
            assert_eq!(read::<u64>(&"gold".into(), written(number).as_bytes()), Ok(number));
        }
        for number in [0.1 + 0.2, f64::MIN_POSITIVE, f64::MAX, -0.0] {
            assert_eq!(read::<f64>(&"gold".into(), written(number).as_bytes()), Ok(number));
        }
    }

    #[test]
    fn another_type_tells_what_is_there() {
        let read = |bytes: &[u8]| read::<u32>(&("gold", 7).into(), bytes).expect_err("it is no number").to_string();
        assert_eq!(
            read(br#""many""#),
            "`(\"gold\", 7)` cannot be read as `u32`: there is `\"many\"`, invalid type: string \"many\", expected u32 at line \
             1 column 6",
        );
        let long = format!("[{}1]", "1,".repeat(100));
        assert!(
            read(long.as_bytes()).contains(&format!("there is `[{}1...`", "1,".repeat(29))),
            "{}",
            read(long.as_bytes())
        );
    }

    #[test]
    fn the_same_value_may_be_written_otherwise() {
        assert!(is_same(br#"{"a":1,"b":[2]}"#, br#"{ "b": [2.0], "a": 1 }"#));
        assert!(!is_same(b"1", b"2"));
        assert!(!is_same(br#"{"a":1}"#, br#"{"a":1,"b":2}"#));
        assert!(!is_same(b"9007199254740993", b"9007199254740992"));
    }
}
