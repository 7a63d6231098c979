//! Listeners that are no systems: they see an event as what is in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bevy_ecs::world::DeferredWorld;
use serde_json::Value;

use super::{
    Delivery, DynamicEvent, ExtensionEvent,
    fields::{self, FieldSink},
};
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
    /// Hands over its fields, one by one, if there is nothing but texts, numbers and the like in them. If the answer is
    /// `false`, there is more in it, and what was handed over is to be forgotten.
    fn fields(&self, to: &mut dyn FieldSink) -> bool;

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
    fn to_value(&self) -> Result<Value, String>;
}

impl HeardEvent for Value {
    fn fields(&self, to: &mut dyn FieldSink) -> bool {
        fields::of_value(self, to)
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
    fn fields(&self, to: &mut dyn FieldSink) -> bool {
        self.value.fields(to)
    }

    fn replace(&mut self, value: Value) -> Result<(), String> {
        self.value.replace(value)
    }

    fn to_value(&self) -> Result<Value, String> {
        self.value.to_value()
    }
}

/// An event of a type.
pub(super) struct TypedEvent<'a, E> {
    pub(super) event: &'a mut E,
    pub(super) has_changed: bool,
}

impl<E: ExtensionEvent> HeardEvent for TypedEvent<'_, E> {
    fn fields(&self, to: &mut dyn FieldSink) -> bool {
        // Whoever calls a script must not be unwound.
        catch_unwind(AssertUnwindSafe(|| E::wire().fields(self.event, to))).unwrap_or(false)
    }

    fn to_value(&self) -> Result<Value, String> {
        match catch_unwind(AssertUnwindSafe(|| E::wire().to_value(self.event))) {
            Ok(value) => value.map_err(|misfit| misfit.to_string()),
            Err(payload) => Err(format!("panicked: {}", panic_message(payload))),
        }
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
