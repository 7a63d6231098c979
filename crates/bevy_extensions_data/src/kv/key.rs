//! What values are found by.

use std::{borrow::Borrow, fmt};

use serde::{Serialize, Serializer};

use super::KvError;

/// How many bytes a [`Key`] may take: 1 KiB.
///
/// Of a text, each byte counts, and two more; an integer takes nine.
pub const LONGEST_KEY: usize = 1024;

/// What a value is found by: a text, an integer, or up to four of them in a tuple.
///
/// Keys have an order: part by part, integers before texts, texts by their bytes, and a tuple before those that begin with
/// it. A part alone is the same key as a tuple of only that part.
///
/// ```
/// use bevy_extensions_data::Key;
///
/// let player = String::from("Quinn");
/// let mut keys: Vec<Key> = vec!["motd".into(), ("gold", 12).into(), ("gold", -3).into(), ("gold", &player).into()];
/// keys.sort();
///
/// let shown: Vec<String> = keys.iter().map(Key::to_string).collect();
/// assert_eq!(shown, [r#"("gold", -3)"#, r#"("gold", 12)"#, r#"("gold", "Quinn")"#, "motd"]);
/// assert_eq!(Key::from("motd"), Key::from(("motd",)));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Vec<u8>);

/// A part of a [`Key`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPart {
    /// A whole number from `i64::MIN` to `u64::MAX`; what lies beyond is taken for the nearest of these.
    Integer(i128),
    /// A text.
    Text(String),
}

// Each part begins with what it is. Texts end with a zero, and a zero within is followed by a byte that begins no part; so
// the order of the bytes is the order of the parts.
const NEGATIVE: u8 = 0x10;
const POSITIVE: u8 = 0x11;
pub(super) const TEXT: u8 = 0x20;
const END: u8 = 0x00;
const ESCAPED: u8 = 0xff;

/// How many bytes an integer takes.
const INTEGER: usize = 1 + size_of::<u64>();

impl Key {
    /// Makes a key of parts, as of a list that somebody hands over. A list of one is the same as that part.
    ///
    /// ```
    /// use bevy_extensions_data::{Key, KeyPart};
    ///
    /// assert_eq!(Key::of_parts([KeyPart::Text("gold".into()), KeyPart::Integer(7)]), Key::from(("gold", 7)));
    /// ```
    pub fn of_parts(parts: impl IntoIterator<Item = KeyPart>) -> Self {
        let mut bytes = Vec::new();
        parts.into_iter().for_each(|part| part.append_to(&mut bytes));
        Self(bytes)
    }

    /// Returns the parts.
    pub fn parts(&self) -> Vec<KeyPart> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(|| {
            let (part, after) = KeyPart::split_from(rest)?;
            rest = after;
            Some(part)
        })
        .collect()
    }

    /// Returns the key as the store keeps it. These bytes sort as keys do.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes what [`as_bytes`](Self::as_bytes) gave.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// # Errors
    ///
    /// [`KvError::KeyTooLong`].
    pub(super) fn check(&self) -> Result<(), KvError> {
        let length = self.0.len();
        if length <= LONGEST_KEY {
            return Ok(());
        }
        let key: String = self.to_string().chars().take(40).collect();
        Err(KvError::KeyTooLong { key: key + "...", length })
    }
}

/// One part is written as itself, several as a list.
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.parts().as_slice() {
            [part] => part.serialize(serializer),
            parts => serializer.collect_seq(parts),
        }
    }
}

impl Serialize for KeyPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            // Every integer of a key fits one of the two.
            Self::Integer(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => serializer.serialize_i64(number),
                (Err(_), Ok(number)) => serializer.serialize_u64(number),
                (Err(_), Err(_)) => serializer.serialize_i128(*number),
            },
        }
    }
}

impl KeyPart {
    fn split_from(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (&kind, rest) = bytes.split_first()?;
        if kind != TEXT {
            let (number, rest) = rest.split_first_chunk()?;
            let number = u64::from_be_bytes(*number);
            let number = if kind == NEGATIVE { i128::from(number.cast_signed()) } else { i128::from(number) };
            return Some((Self::Integer(number), rest));
        }
        let mut text = Vec::new();
        let mut rest = rest;
        loop {
            match *rest {
                [END, ESCAPED, ref after @ ..] => {
                    text.push(0);
                    rest = after;
                }
                [END, ref after @ ..] => return Some((Self::Text(String::from_utf8_lossy(&text).into()), after)),
                [byte, ref after @ ..] => {
                    text.push(byte);
                    rest = after;
                }
                [] => return None,
            }
        }
    }
}

/// What can be a part of a [`Key`]: texts, and integers of up to 64 bits.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a key",
    note = "texts and integers of up to 64 bits can, alone or in a tuple"
)]
pub trait AsKeyPart: sealed::Sealed {
    /// Not public API.
    #[doc(hidden)]
    fn append_to(&self, bytes: &mut Vec<u8>);

    /// Not public API: how many bytes that takes, unless there are zeros in a text.
    #[doc(hidden)]
    fn length(&self) -> usize {
        INTEGER
    }
}

mod sealed {
    pub trait Sealed {}
}

/// Appends a text without what stands before and after it.
pub(super) fn append_escaped(text: &str, bytes: &mut Vec<u8>) {
    if !text.as_bytes().contains(&0) {
        return bytes.extend_from_slice(text.as_bytes());
    }
    for &byte in text.as_bytes() {
        bytes.push(byte);
        if byte == 0 {
            bytes.push(ESCAPED);
        }
    }
}

fn append_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.push(TEXT);
    append_escaped(text, bytes);
    bytes.push(END);
}

fn append_integer(number: i128, bytes: &mut Vec<u8>) {
    let number = number.clamp(i64::MIN.into(), u64::MAX.into());
    bytes.push(if number < 0 { NEGATIVE } else { POSITIVE });
    // The lower half is what matters: two's complement sorts as the numbers do, among those of one sign.
    bytes.extend_from_slice(&number.to_be_bytes()[8..]);
}

macro_rules! part {
    ($type:ty, $part:ident => $append:expr $(, $length:expr)?) => {
        impl sealed::Sealed for $type {}

        impl AsKeyPart for $type {
            fn append_to(&self, bytes: &mut Vec<u8>) {
                let $part = self;
                $append(bytes);
            }

            $(fn length(&self) -> usize {
                let $part = self;
                $length
            })?
        }

        impl From<$type> for Key {
            fn from(part: $type) -> Self {
                let mut bytes = Vec::with_capacity(part.length());
                part.append_to(&mut bytes);
                Self(bytes)
            }
        }
    };
}

part!(&str, part => |bytes| append_text(part, bytes), part.len() + 2);
part!(String, part => |bytes| append_text(part, bytes), part.len() + 2);
part!(&String, part => |bytes| append_text(part, bytes), part.len() + 2);
part!(
    KeyPart,
    part => |bytes| match part {
        KeyPart::Integer(number) => append_integer(*number, bytes),
        KeyPart::Text(text) => append_text(text, bytes),
    },
    match part {
        KeyPart::Integer(_) => INTEGER,
        KeyPart::Text(text) => text.len() + 2,
    }
);

macro_rules! integer {
    ($($type:ty)*) => {$(
        part!($type, part => |bytes| append_integer(*part as i128, bytes));
    )*};
}

integer!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! tuple {
    ($($part:ident)*) => {
        impl<$($part: AsKeyPart),*> From<($($part,)*)> for Key {
            #[expect(non_snake_case, reason = "a part is named as its type")]
            fn from(($($part,)*): ($($part,)*)) -> Self {
                let mut bytes = Vec::with_capacity(0 $(+ $part.length())*);
                $($part.append_to(&mut bytes);)*
                Self(bytes)
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);

impl From<&Key> for Key {
    fn from(key: &Key) -> Self {
        key.clone()
    }
}

// A key and its bytes compare alike, so a map of keys can be asked for bytes.
impl Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts().as_slice() {
            [KeyPart::Text(text)] => f.write_str(text),
            [KeyPart::Integer(number)] => number.fmt(f),
            parts => {
                f.write_str("(")?;
                for (place, part) in parts.iter().enumerate() {
                    f.write_str(if place == 0 { "" } else { ", " })?;
                    match part {
                        KeyPart::Integer(number) => number.fmt(f)?,
                        KeyPart::Text(text) => write!(f, "{text:?}")?,
                    }
                }
                f.write_str(")")
            }
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back() {
        let parts = [
            KeyPart::Text("a\0b".into()),
            KeyPart::Integer(i64::MIN.into()),
            KeyPart::Integer(u64::MAX.into()),
            KeyPart::Text(String::new()),
        ];
        assert_eq!(Key::of_parts(parts.clone()).parts(), parts);
    }

    #[test]
    fn keys_sort_by_their_parts() {
        let sorted: [Key; 10] = [
            i64::MIN.into(),
            (-1).into(),
            0.into(),
            u64::MAX.into(),
            "".into(),
            "a".into(),
            ("a", -1).into(),
            ("a", "a").into(),
            "a\0".into(),
            "ab".into(),
        ];
        assert!(sorted.is_sorted(), "{sorted:?}");
    }

    #[test]
    fn an_integer_out_of_range_is_the_nearest() {
        assert_eq!(Key::of_parts([KeyPart::Integer(i128::MAX)]), Key::from(u64::MAX));
        assert_eq!(Key::of_parts([KeyPart::Integer(i128::MIN)]), Key::from(i64::MIN));
    }

    #[test]
    fn a_key_has_its_length() {
        assert_eq!(Key::from("x".repeat(LONGEST_KEY - 2)).check(), Ok(()));
        assert_eq!(
            Key::from("x".repeat(LONGEST_KEY - 1)).check().expect_err("it is too long").to_string(),
            "the key `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...` is too long: it takes 1025 bytes, and 1024 are the most",
        );
    }
}
