//! The listeners of one event, in the order in which they hear it.

use std::{
    any::Any,
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use bevy_ecs::{
    error::{BevyError, ErrorContext},
    event::EventPattern,
    lifecycle::HookContext,
    observer::{On, TriggerContext},
    prelude::*,
    system::{RunSystemError, System},
    world::{DeferredWorld, unsafe_world_cell::UnsafeWorldCell},
};
use bevy_extensions_core::{EventFilter, EventName, ExtensionName};
use bevy_platform::cell::SyncUnsafeCell;
use serde_json::Value;

use super::{Delivery, DynamicEvent, ExtensionEvent, arrival, delivery::name_of_sender};
use crate::{
    acting::{ExtensionId, act, keep},
    contain::{Ward, bracket, call},
    fault::{Fault, FaultPlace},
};

/// A listener as a system.
pub(super) type BoxedListener<E> = Box<dyn System<In = On<'static, 'static, E>, Out = ()>>;

/// The listeners of one event, in the order in which they hear it.
///
/// Nothing can be added or removed while they are called: no listener gets the whole world, and commands wait until the
/// event is delivered.
#[derive(Resource)]
pub(super) struct Listeners<E: EventPattern> {
    /// Whether they are being called now.
    busy: AtomicBool,
    /// Whoever delivers has set `busy` before, and is the only one to look inside.
    inner: SyncUnsafeCell<Inner<E>>,
}

/// The inside of [`Listeners`].
pub(super) struct Inner<E: EventPattern> {
    slots: Vec<Slot<E>>,
    pub(super) own: arrival::Order,
    /// Who has emitted the event last: mostly it is the same one again.
    last_sender: Option<(ExtensionId, ExtensionName)>,
}

impl<E: EventPattern> Default for Listeners<E> {
    fn default() -> Self {
        let inner = Inner { slots: Vec::new(), own: arrival::Order::default(), last_sender: None };
        Self { busy: AtomicBool::new(false), inner: SyncUnsafeCell::new(inner) }
    }
}

/// One listener.
pub(super) struct Slot<E: EventPattern> {
    pub(super) place: Place,
    pub(super) entity: Entity,
    /// `None` for the app itself.
    pub(super) ward: Option<Arc<Ward>>,
    pub(super) ear: Ear<E>,
}

/// The place of a listener in the order: first its extension's in the plan, then when it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) owner: ExtensionId,
    pub(super) number: u64,
}

/// What a listener takes.
pub(super) enum Ear<E: EventPattern> {
    /// The event as its type; and whether it may have commands to queue.
    Typed(BoxedListener<E>, bool),
    /// The event as its name and a value.
    Named(Arc<NamedListener>),
}

/// A listener to events by name; it may stand among those of several events.
pub(super) struct NamedListener {
    pub(super) filter: EventFilter,
    pub(super) place: Place,
    pub(super) entity: Entity,
    /// `None` for the app itself.
    pub(super) ward: Option<Arc<Ward>>,
    pub(super) system: Mutex<BoxedListener<DynamicEvent>>,
}

impl<E: EventPattern> Listeners<E> {
    /// Takes them in hand to deliver an event.
    ///
    /// # Safety
    ///
    /// What is returned must be gone before anybody gets the whole world.
    #[inline]
    pub(super) unsafe fn take_in_hand(world: UnsafeWorldCell<'_>) -> Taken<'_, E> {
        // SAFETY: nobody else can name the type, and we lend it mutably only to those who have the whole world.
        let Some(listeners) = (unsafe { world.get_resource::<Self>() }) else {
            return Taken::NotThere;
        };
        if listeners.busy.load(Ordering::Relaxed) {
            return Taken::Busy;
        }
        listeners.busy.store(true, Ordering::Relaxed);
        Taken::InHand(InHand(listeners))
    }

    pub(super) fn get_mut(&mut self) -> &mut Inner<E> {
        self.inner.get_mut()
    }

    /// Returns the entities of the listeners, in the order in which they hear.
    pub(super) fn entities(&self) -> Vec<Entity> {
        if self.busy.load(Ordering::Relaxed) {
            return Vec::new();
        }
        // SAFETY: nobody is delivering, and whoever changes the inside has `&mut self`.
        let inner = unsafe { &*self.inner.get() };
        inner.slots.iter().map(|slot| slot.entity).collect()
    }
}

/// What came of taking listeners in hand.
pub(super) enum Taken<'w, E: EventPattern> {
    /// They can be called.
    InHand(InHand<'w, E>),
    /// They are being called already.
    Busy,
    /// No extension can listen to this event.
    NotThere,
}

/// The listeners of an event that is being delivered.
pub(super) struct InHand<'w, E: EventPattern>(&'w Listeners<E>);

impl<E: EventPattern> Deref for InHand<'_, E> {
    type Target = Inner<E>;

    fn deref(&self) -> &Inner<E> {
        // SAFETY: `busy` was not set before, so nobody else looks inside until we are dropped.
        unsafe { &*self.0.inner.get() }
    }
}

impl<E: EventPattern> DerefMut for InHand<'_, E> {
    fn deref_mut(&mut self) -> &mut Inner<E> {
        // SAFETY: as for `deref`.
        unsafe { &mut *self.0.inner.get() }
    }
}

impl<E: EventPattern> Drop for InHand<'_, E> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Relaxed);
    }
}

impl<E: EventPattern> Inner<E> {
    pub(super) fn insert(&mut self, slot: Slot<E>) {
        let at = self.slots.partition_point(|other| other.place < slot.place);
        self.slots.insert(at, slot);
    }

    pub(super) fn remove(&mut self, entity: Entity) {
        self.slots.retain(|slot| slot.entity != entity);
    }

    pub(super) fn has(&self, entity: Entity) -> bool {
        self.slots.iter().any(|slot| slot.entity == entity)
    }

    /// Returns the name of an extension that emits the event.
    #[inline]
    pub(super) fn name_of_sender(&mut self, id: ExtensionId, world: &World) -> Option<ExtensionName> {
        if self.last_sender.as_ref().is_none_or(|(last, _)| *last != id) {
            self.last_sender = name_of_sender(id, world).map(|name| (id, name));
        }
        self.last_sender.as_ref().map(|(_, name)| name.clone())
    }

    /// Tells whether the app itself has listeners by name.
    #[inline]
    pub(super) fn has_apps(&self) -> bool {
        self.slots.last().is_some_and(|slot| slot.ward.is_none())
    }
}

impl<E: ExtensionEvent> Inner<E> {
    /// Calls the listeners of extensions: of all, or only of some.
    ///
    /// # Safety
    ///
    /// As for [`Trigger::trigger`](bevy_ecs::event::Trigger::trigger).
    // Inlined into the trigger, the loop was measured to be half as fast.
    #[inline(never)]
    pub(super) unsafe fn hear(
        &mut self,
        world: &mut DeferredWorld,
        only: Option<&[ExtensionId]>,
        event: &mut E,
        delivery: &mut Delivery,
        context: &TriggerContext,
    ) {
        let slots = &mut self.slots;
        let (world_id, mut spelled, mut next) = (world.id(), None, 0);
        let _acting = keep();
        loop {
            // One that panics is behind us: the others go on from the next.
            let heard = catch_unwind(AssertUnwindSafe(|| {
                for slot in &mut slots[next..] {
                    let Some(ward) = &slot.ward else { break };
                    next += 1;
                    if !ward.is_active() || only.is_some_and(|only| !only.contains(&slot.place.owner)) {
                        continue;
                    }
                    act(world_id, slot.place.owner);
                    // SAFETY: the caller keeps the promises.
                    unsafe { slot.ear.hear(world, slot.entity, ward, &mut spelled, event, delivery, context) };
                }
            }));
            let Err(payload) = heard else { break };
            slots[next - 1].note_panic(world, &*payload);
        }
    }

    /// Calls the app's own listeners by name.
    ///
    /// # Safety
    ///
    /// As for [`Self::hear`].
    pub(super) unsafe fn hear_as_app(
        &mut self,
        world: &mut DeferredWorld,
        event: &mut E,
        delivery: &mut Delivery,
        context: &TriggerContext,
    ) {
        let mut spelled = None;
        let from = self.slots.partition_point(|slot| slot.ward.is_some());
        for slot in &self.slots[from..] {
            if let Ear::Named(listener) = &slot.ear {
                // SAFETY: the caller keeps the promises.
                unsafe { listener.hear(world, &mut spelled, event, delivery, context) };
            }
        }
    }
}

impl<E: ExtensionEvent> Ear<E> {
    /// # Safety
    ///
    /// As for [`Inner::hear`].
    #[inline]
    unsafe fn hear(
        &mut self,
        world: &mut DeferredWorld,
        entity: Entity,
        ward: &Arc<Ward>,
        spelled: &mut Option<Value>,
        event: &mut E,
        delivery: &mut Delivery,
        context: &TriggerContext,
    ) {
        match self {
            Self::Typed(system, has_deferred) => {
                // It may change the event.
                *spelled = None;
                let cell = world.as_unsafe_world_cell();
                // SAFETY: a listener is no exclusive system, and no other reference to the world is alive.
                let ran = unsafe { system.run_unsafe(On::new(event, entity, delivery, context), cell) };
                if let Err(RunSystemError::Failed(error)) = ran {
                    ward.charge(Fault::error(&place::<E>(), &error).in_system(&system.name()));
                }
                if *has_deferred {
                    bracket::open(world, ward, &place::<E>());
                    system.queue_deferred(world.reborrow());
                    bracket::close(world);
                }
            }
            // SAFETY: the caller keeps the promises.
            Self::Named(listener) => unsafe { listener.hear(world, spelled, event, delivery, context) },
        }
    }
}

impl<E: ExtensionEvent> Slot<E> {
    /// Charges a panic. The commands from before it are as good as those of a system that panics.
    #[cold]
    fn note_panic(&mut self, world: &mut DeferredWorld, payload: &(dyn Any + Send)) {
        let Some(ward) = &self.ward else { return };
        ward.charge(Fault::panic(&place::<E>(), payload));
        if let Ear::Typed(system, true) = &mut self.ear {
            bracket::open(world, ward, &place::<E>());
            call(ward, &place::<E>(), || system.queue_deferred(world.reborrow()));
            bracket::close(world);
        }
    }
}

fn place<E: ExtensionEvent>() -> FaultPlace {
    FaultPlace::Listener(E::NAME.into())
}

impl NamedListener {
    /// # Safety
    ///
    /// As for [`Inner::hear`].
    unsafe fn hear<E: ExtensionEvent>(
        &self,
        world: &mut DeferredWorld,
        spelled: &mut Option<Value>,
        event: &mut E,
        delivery: &mut Delivery,
        context: &TriggerContext,
    ) {
        if self.ward.as_ref().is_some_and(|ward| !ward.is_active()) {
            return;
        }
        if let Some(event) = (event as &mut dyn Any).downcast_mut::<DynamicEvent>() {
            if self.filter.hears(event.name()) {
                // SAFETY: the caller keeps the promises.
                unsafe { self.call(world, event, delivery, context) };
            }
            return;
        }
        let before = match spelled.take().map_or_else(|| E::wire().to_value(event), Ok) {
            Ok(value) => value,
            Err(misfit) => return self.fail(E::NAME, misfit.into()),
        };
        let mut dynamic = DynamicEvent::new(EventName::from_static(E::NAME), before.clone());
        // SAFETY: the caller keeps the promises.
        unsafe { self.call(world, &mut dynamic, delivery, context) };
        *spelled = Some(before);
        if spelled.as_ref() == Some(&dynamic.value) {
            return;
        }
        match E::wire().to_event(dynamic.value.clone()) {
            Ok(changed) => {
                *event = changed;
                *spelled = Some(dynamic.value);
            }
            Err(misfit) => self.fail(E::NAME, misfit.into()),
        }
    }

    /// # Safety
    ///
    /// As for [`Inner::hear`].
    unsafe fn call(
        &self,
        world: &mut DeferredWorld,
        event: &mut DynamicEvent,
        delivery: &mut Delivery,
        context: &TriggerContext,
    ) {
        let mut system = match self.system.try_lock() {
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

/// A listener, as data: each is an entity with this component and an [`OwnedBy`](crate::OwnedBy), unless it is the app's own.
///
/// Despawn it to stop listening.
#[derive(Component, Debug, Clone)]
#[component(immutable, on_remove = forget)]
#[non_exhaustive]
pub struct Listener {
    /// What it listens to: the name of an event, a pattern of names such as `a.*`, or the type of a Bevy event.
    pub event: String,
    /// Whether it takes events by name.
    pub by_name: bool,
    pub(super) forget: fn(&mut DeferredWorld, Entity),
}

fn forget(mut world: DeferredWorld, context: HookContext) {
    let forget = world.get::<Listener>(context.entity).map(|listener| listener.forget);
    if let Some(forget) = forget {
        forget(&mut world, context.entity);
    }
}
