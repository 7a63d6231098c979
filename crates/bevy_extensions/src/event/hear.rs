//! Listeners that are no systems: they see an event as what is in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bevy_ecs::world::DeferredWorld;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::Value;

use super::{Delivery, DynamicEvent, ExtensionEvent};
use crate::fault::panic_message;

/// A listener by name that is no system.
pub(crate) trait Hear: Send + Sync {
    /// Takes an event; `false` if that cannot be told as a value. Whatever else goes wrong is its own affair.
    fn hear(&self, world: DeferredWorld<'_>, key: &str, event: &mut dyn HeardEvent, delivery: &Delivery) -> bool;
}

/// An event that a script hears: whatever its type, it can be looked at, and something else can be put in its place.
///
/// It is a type of its own or a value; nothing is made a value unless somebody asks for one.
pub trait HeardEvent {
    /// Returns what is in it, to be written down as whatever the language has for it.
    fn content(&self) -> &dyn erased_serde::Serialize;

    /// Puts a value in its place.
    ///
    /// # Errors
    ///
    /// If the value does not fit the type of the event, which then is as before.
    fn replace(&mut self, value: Value) -> Result<(), String>;

    /// Returns it as a value.
    ///
    /// # Errors
    ///
    /// If its type cannot be told as one.
    fn to_value(&self) -> Result<Value, String> {
        serde_json::to_value(self.content()).map_err(|error| error.to_string())
    }
}

impl HeardEvent for Value {
    fn content(&self) -> &dyn erased_serde::Serialize {
        self
    }

    fn replace(&mut self, value: Value) -> Result<(), String> {
        *self = value;
        Ok(())
    }

    fn to_value(&self) -> Result<Value, String> {
        Ok(self.clone())
    }
}

impl HeardEvent for DynamicEvent {
    fn content(&self) -> &dyn erased_serde::Serialize {
        &self.value
    }

    fn replace(&mut self, value: Value) -> Result<(), String> {
        self.value.replace(value)
    }
}

/// An event of a type.
pub(super) struct TypedEvent<'a, E> {
    pub(super) event: &'a mut E,
    pub(super) has_changed: bool,
}

impl<E: ExtensionEvent> HeardEvent for TypedEvent<'_, E> {
    fn content(&self) -> &dyn erased_serde::Serialize {
        self
    }

    fn replace(&mut self, value: Value) -> Result<(), String> {
        // Reading it may fill something in, so it is another event in any case.
        self.has_changed = true;
        match catch_unwind(AssertUnwindSafe(|| E::wire().to_event(value))) {
            Ok(Ok(changed)) => *self.event = changed,
            Ok(Err(misfit)) => return Err(misfit.to_string()),
            Err(payload) => return Err(format!("panicked: {}", panic_message(payload))),
        }
        Ok(())
    }
}

/// Whoever writes an event down must not be unwound.
impl<E: ExtensionEvent> Serialize for TypedEvent<'_, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(content) = E::wire().content(self.event) else {
            return Err(S::Error::custom("it does not implement `Serialize`"));
        };
        match catch_unwind(AssertUnwindSafe(|| erased_serde::serialize(content, serializer))) {
            Ok(written) => written,
            Err(payload) => Err(S::Error::custom(format!("panicked: {}", panic_message(payload)))),
        }
    }
}
