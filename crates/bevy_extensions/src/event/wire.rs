//! How a typed event becomes a value and a value becomes the event, as far as its type allows.

use std::marker::PhantomData;

use bevy_utils::prelude::ShortName;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

#[cfg(feature = "script")]
use super::fields::{self, FieldSink};
use crate::value::{Misfit, from_value, to_value};

/// How an event travels by name; the derive picks it by what the type implements.
///
/// A type with `Serialize` can be heard by name, one with `Deserialize` too can be emitted and changed by name.
#[derive(Debug)]
pub struct Wire<E> {
    write: Option<fn(&E) -> Result<Value, Misfit>>,
    #[cfg(feature = "script")]
    fields: Option<fn(&E, &mut dyn FieldSink) -> bool>,
    read: Option<fn(Value) -> Result<E, Misfit>>,
}

impl<E> Wire<E> {
    /// Returns the wire of an event that only travels as its type.
    pub const fn typed_only() -> Self {
        Self {
            write: None,
            #[cfg(feature = "script")]
            fields: None,
            read: None,
        }
    }
}

impl<E: Serialize> Wire<E> {
    /// Returns the wire of an event that can be heard by name, but neither be emitted nor changed.
    pub const fn write_only() -> Self {
        Self {
            write: Some(to_value::<E>),
            #[cfg(feature = "script")]
            fields: Some(fields::of::<E>),
            read: None,
        }
    }
}

impl<E: Serialize + DeserializeOwned> Wire<E> {
    /// Returns the wire of an event that can be heard, emitted and changed by name.
    pub const fn read_and_write() -> Self {
        Self { read: Some(from_value::<E>), ..Self::write_only() }
    }
}

impl<E> Wire<E> {
    /// Returns the wire of an event that becomes a value in its own way.
    pub(super) const fn write_only_as(write: fn(&E) -> Result<Value, Misfit>) -> Self {
        Self { write: Some(write), ..Self::typed_only() }
    }

    /// Tells whether it can be heard by name.
    pub(super) fn can_be_heard(&self) -> bool {
        self.write.is_some()
    }

    /// Hands over the fields of an event, if there is nothing but texts, numbers and the like in them.
    #[cfg(feature = "script")]
    pub(super) fn fields(self, event: &E, to: &mut dyn FieldSink) -> bool {
        self.fields.is_some_and(|fields| fields(event, to))
    }

    /// Makes a value of an event.
    pub(super) fn to_value(self, event: &E) -> Result<Value, Misfit> {
        self.write.ok_or_else(|| lacks::<E>("heard", "`Serialize`"))?(event)
    }

    /// Makes an event of a value.
    pub(super) fn to_event(self, value: Value) -> Result<E, Misfit> {
        self.read.ok_or_else(|| lacks::<E>("emitted or changed", "both `Serialize` and `Deserialize`"))?(value)
    }
}

fn lacks<E>(what: &str, which: &str) -> Misfit {
    let short = ShortName::of::<E>();
    Misfit::new("", format!("`{short}` can only be {what} as its type, since it does not implement {which}"))
}

impl<E> Clone for Wire<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Wire<E> {}

/// Not public API: asks a type what it implements.
///
/// The derive calls `wire` on a `&&&Probe`. Methods of a type are looked for before those of what it refers to, so the
/// richest of the three traits that fits is found; see <https://github.com/dtolnay/case-studies/tree/master/autoref-specialization>.
pub struct Probe<E>(PhantomData<E>);

impl<E> Probe<E> {
    /// Makes one.
    #[expect(clippy::new_without_default, reason = "generated code makes it")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// For types that can be read and written.
pub trait ReadAndWrite<E> {
    /// Returns how it travels.
    fn wire(&self) -> Wire<E>;
}

impl<E: Serialize + DeserializeOwned> ReadAndWrite<E> for &&Probe<E> {
    fn wire(&self) -> Wire<E> {
        Wire::read_and_write()
    }
}

/// For types that can be written.
pub trait WriteOnly<E> {
    /// Returns how it travels.
    fn wire(&self) -> Wire<E>;
}

impl<E: Serialize> WriteOnly<E> for &Probe<E> {
    fn wire(&self) -> Wire<E> {
        Wire::write_only()
    }
}

/// For all types.
pub trait TypedOnly<E> {
    /// Returns how it travels.
    fn wire(&self) -> Wire<E>;
}

impl<E> TypedOnly<E> for Probe<E> {
    fn wire(&self) -> Wire<E> {
        Wire::typed_only()
    }
}
