//! Listeners by name.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, TryLockError},
};

use bevy_ecs::{
    error::{BevyError, ErrorContext},
    observer::{On, TriggerContext},
    prelude::*,
    system::RunSystemError,
    world::DeferredWorld,
};
use bevy_extensions_core::{EventFilter, EventName};
use serde_json::Value;

#[cfg(feature = "script")]
use super::hear::{Hear, TypedEvent};
use super::{
    Delivery, DynamicEvent, ExtensionEvent,
    listeners::{BoxedListener, Place, rank},
};
use crate::{
    contain::Ward,
    entity::Extensions,
    fault::{Fault, FaultPlace, panic_message},
    tell::{Level, tell},
};

/// A listener to events by name; it may stand among those of several events.
pub(super) struct NamedListener {
    pub(super) filter: EventFilter,
    pub(super) place: Place,
    pub(super) entity: Entity,
    /// `None` for the app itself.
    pub(super) ward: Option<Arc<Ward>>,
    pub(super) code: NamedCode,
}

impl NamedListener {
    /// Returns what listeners are ordered by.
    pub(super) fn rank(&self) -> (usize, u64) {
        rank(self.ward.as_ref(), self.place)
    }
}

/// What a listener by name does.
pub(super) enum NamedCode {
    /// It is a system.
    System(Mutex<BoxedListener<DynamicEvent>>),
    /// It is something else.
    #[cfg(feature = "script")]
    Other(Arc<dyn Hear>),
}

/// A typed event as a value, on its way through its listeners.
#[derive(Default)]
pub(super) enum Spelled {
    /// Nobody has asked since it may have changed.
    #[default]
    Unknown,
    /// It is this value.
    As(Value),
    /// Its type cannot write it, and whoever has emitted it was told.
    Impossible,
}

impl Spelled {
    /// Notes that the event may have changed.
    #[inline]
    pub(super) fn forget(&mut self) {
        if matches!(self, Self::As(_)) {
            *self = Self::Unknown;
        }
    }

    /// Takes the value, or has it written.
    fn get<E: ExtensionEvent>(&mut self, world: &World, event: &E, delivery: &Delivery) -> Option<Value> {
        let why = match mem::take(self) {
            Self::As(value) => return Some(value),
            Self::Impossible => String::new(),
            Self::Unknown => match catch_unwind(AssertUnwindSafe(|| E::wire().to_value(event))) {
                Ok(Ok(value)) => return Some(value),
                Ok(Err(misfit)) => misfit.to_string(),
                Err(payload) => format!("panicked: {}", panic_message(payload)),
            },
        };
        if !why.is_empty() {
            blame(world, delivery, E::NAME, &why);
        }
        *self = Self::Impossible;
        None
    }
}

/// Charges whoever has emitted an event that cannot be written as a value.
#[cold]
fn blame(world: &World, delivery: &Delivery, event: &'static str, why: &str) {
    let why = format!("nobody hears it by name: {why}");
    let extensions = world.get_resource::<Extensions>();
    let sender = delivery
        .sender()
        .zip(extensions)
        .and_then(|(name, extensions)| Some(extensions.listed(extensions.id_by_name(name.as_str())?)));
    match sender {
        Some(sender) => sender.ward.charge(Fault::error(&FaultPlace::Event(event.into()), &why.into())),
        None => tell(Level::Warn, &format!("`{event}`: {why}")),
    }
}

impl NamedCode {
    fn as_system(&self) -> Option<&Mutex<BoxedListener<DynamicEvent>>> {
        match self {
            Self::System(system) => Some(system),
            #[cfg(feature = "script")]
            Self::Other(_) => None,
        }
    }
}

/// Has somebody hear a typed event that is no system. Nothing is made a value for that.
#[cfg(feature = "script")]
fn hear_otherwise<E: ExtensionEvent>(
    listener: &dyn Hear,
    world: &mut DeferredWorld,
    event: &mut E,
    spelled: &mut Spelled,
    delivery: &Delivery,
) {
    if matches!(spelled, Spelled::Impossible) {
        return;
    }
    let mut heard = TypedEvent { event, has_changed: false };
    let can_be_told = listener.hear(world.reborrow(), E::NAME, &mut heard, delivery);
    if heard.has_changed {
        spelled.forget();
    }
    if !can_be_told {
        // That says why, and to whom.
        _ = spelled.get(world, event, delivery);
    }
}

impl NamedListener {
    /// Takes an event, whatever its type; `spelled` is the event as a value, if that is known.
    ///
    /// # Safety
    ///
    /// As for [`Trigger::trigger`](bevy_ecs::event::Trigger::trigger).
    pub(super) unsafe fn hear<E: ExtensionEvent>(
        &self,
        world: &mut DeferredWorld,
        event: &mut E,
        spelled: &mut Spelled,
        delivery: &mut Delivery,
        context: &TriggerContext,
    ) {
        if self.ward.as_ref().is_some_and(|ward| !ward.is_active()) {
            return;
        }
        if let Some(event) = (event as &mut dyn Any).downcast_mut::<DynamicEvent>() {
            if self.filter.hears(event.name()) {
                match &self.code {
                    // SAFETY: the caller keeps the promises.
                    NamedCode::System(system) => unsafe { self.call(system, world, event, delivery, context) },
                    #[cfg(feature = "script")]
                    NamedCode::Other(other) => {
                        let name = event.name().clone();
                        // It is a value, and can be told as one.
                        other.hear(world.reborrow(), name.as_str(), event, delivery);
                    }
                }
            }
            return;
        }
        if !E::wire().can_be_heard() {
            let misfit = E::wire().to_value(event).err();
            return misfit.into_iter().for_each(|misfit| self.fail(E::NAME, misfit.into()));
        }
        #[cfg(feature = "script")]
        if let NamedCode::Other(other) = &self.code {
            return hear_otherwise(&**other, world, event, spelled, delivery);
        }
        let Some(system) = self.code.as_system() else { return };
        let Some(before) = spelled.get(world, event, delivery) else { return };
        let mut dynamic = DynamicEvent::new(EventName::from_static(E::NAME), before.clone());
        // SAFETY: the caller keeps the promises.
        unsafe { self.call(system, world, &mut dynamic, delivery, context) };
        if dynamic.value == before {
            *spelled = Spelled::As(before);
            return;
        }
        // Reading it may fill something in, so the next one has it written anew.
        match catch_unwind(AssertUnwindSafe(|| E::wire().to_event(dynamic.value))) {
            Ok(Ok(changed)) => *event = changed,
            Ok(Err(misfit)) => self.fail(E::NAME, misfit.into()),
            Err(payload) => self.fail(E::NAME, panic_message(payload).into()),
        }
    }

    /// # Safety
    ///
    /// As for [`Self::hear`].
    unsafe fn call(
        &self,
        system: &Mutex<BoxedListener<DynamicEvent>>,
        world: &mut DeferredWorld,
        event: &mut DynamicEvent,
        delivery: &mut Delivery,
        context: &TriggerContext,
    ) {
        let mut system = match system.try_lock() {
            Ok(system) => system,
            Err(TryLockError::Poisoned(broken)) => broken.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return self.fail(event.name().as_str(), "it is being called already".into());
            }
        };
        let cell = world.as_unsafe_world_cell();
        let on = On::new(event, self.entity, delivery, context);
        // SAFETY: a listener is no exclusive system, and no other reference to the world is alive.
        let ran = unsafe { system.run_unsafe(on, cell) };
        // Those of extensions have charged it already.
        if let Err(RunSystemError::Failed(error)) = ran {
            let context = ErrorContext::Observer { name: system.name(), last_run: system.get_last_run() };
            world.fallback_error_handler()(error, context);
        }
        system.queue_deferred(world.reborrow());
    }

    #[cold]
    fn fail(&self, event: &str, why: BevyError) {
        if let Some(ward) = &self.ward {
            let place = FaultPlace::Listener(event.to_string().into());
            ward.charge(Fault::error(&place, &why));
        }
    }
}
