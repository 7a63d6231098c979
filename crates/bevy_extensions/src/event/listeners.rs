//! The listeners of one event, in the order in which they hear it.

use std::{
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bevy_ecs::{
    event::EventPattern,
    lifecycle::HookContext,
    observer::On,
    prelude::*,
    system::System,
    world::{DeferredWorld, unsafe_world_cell::UnsafeWorldCell},
};
use bevy_extensions_core::ExtensionName;
use bevy_platform::cell::SyncUnsafeCell;
use bevy_utils::prelude::ShortName;

#[cfg(feature = "console")]
use super::emitted::Senders;
use super::{arrival, delivery::name_of_sender, named::NamedListener};
use crate::{
    acting::ExtensionId,
    contain::Ward,
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
    pub(super) slots: Vec<Slot<E>>,
    pub(super) own: arrival::Order,
    /// Who has emitted the event last: mostly it is the same one again.
    last_sender: Option<(ExtensionId, ExtensionName)>,
    #[cfg(feature = "console")]
    pub(super) senders: Senders,
}

impl<E: EventPattern> Default for Listeners<E> {
    fn default() -> Self {
        let inner = Inner {
            slots: Vec::new(),
            own: arrival::Order::default(),
            last_sender: None,
            #[cfg(feature = "console")]
            senders: Senders::default(),
        };
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

/// Whose a listener is, and when it was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) owner: ExtensionId,
    pub(super) number: u64,
}

impl<E: EventPattern> Slot<E> {
    /// Returns what listeners are ordered by: first their extension's place, then when they were added.
    fn rank(&self) -> (usize, u64) {
        rank(self.ward.as_ref(), self.place)
    }
}

/// Returns what listeners are ordered by; the app's own come last.
pub(super) fn rank(ward: Option<&Arc<Ward>>, place: Place) -> (usize, u64) {
    (ward.map_or(usize::MAX, |ward| ward.rank()), place.number)
}

/// What a listener takes.
pub(super) enum Ear<E: EventPattern> {
    /// The event as its type; and whether it may have commands to queue.
    Typed(BoxedListener<E>, bool),
    /// The event as its name and a value.
    Named(Arc<NamedListener>),
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
        self.slots().iter().map(|slot| slot.entity).collect()
    }

    /// Returns whose the listeners are.
    pub(super) fn owners(&self) -> Vec<ExtensionId> {
        self.slots().iter().map(|slot| slot.place.owner).collect()
    }

    /// Returns the listeners; while they are called, nobody can look at them.
    fn slots(&self) -> &[Slot<E>] {
        self.inner().map_or(&[], |inner| &inner.slots)
    }

    /// Returns the inside; while listeners are called, nobody can look at it.
    pub(super) fn inner(&self) -> Option<&Inner<E>> {
        let is_busy = self.busy.load(Ordering::Relaxed);
        // SAFETY: nobody is delivering, and whoever changes the inside has `&mut self`.
        (!is_busy).then(|| unsafe { &*self.inner.get() })
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
        let at = self.slots.partition_point(|other| other.rank() < slot.rank());
        self.slots.insert(at, slot);
    }

    /// Puts the listeners in order, after extensions have changed places, and forgets whom they knew.
    pub(super) fn put_in_order(&mut self) {
        self.slots.sort_by_key(Slot::rank);
        self.last_sender = None;
    }

    /// Takes the listener that an entity stands for out of its place.
    pub(super) fn take(&mut self, entity: Entity) -> Option<Slot<E>> {
        self.find(entity).map(|at| self.slots.remove(at))
    }

    pub(super) fn remove(&mut self, entity: Entity) {
        let Some(slot) = self.take(entity) else { return };
        let ward = slot.ward.clone();
        // What a listener holds may panic when it is dropped, in the middle of a despawn.
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(slot))) {
            let fault = Fault::panic(&FaultPlace::Listener(ShortName::of::<E>().to_string().into()), payload);
            ward.into_iter().for_each(|ward| ward.charge(fault.clone()));
        }
    }

    pub(super) fn has(&self, entity: Entity) -> bool {
        self.find(entity).is_some()
    }

    fn find(&self, entity: Entity) -> Option<usize> {
        // Whoever starts last stops first.
        self.slots.iter().rposition(|slot| slot.entity == entity)
    }

    /// Returns the name of an extension that emits the event.
    #[inline]
    pub(super) fn name_of_sender(&mut self, id: ExtensionId, world: &World) -> Option<ExtensionName> {
        if self.last_sender.as_ref().is_none_or(|(last, _)| *last != id) {
            self.last_sender = name_of_sender(id, world).map(|name| (id, name));
            #[cfg(feature = "console")]
            self.last_sender.iter().for_each(|(_, name)| self.senders.note_typed::<E>(name));
        }
        self.last_sender.as_ref().map(|(_, name)| name.clone())
    }

    /// Tells whether the app itself has listeners by name.
    #[inline]
    pub(super) fn has_apps(&self) -> bool {
        self.slots.last().is_some_and(|slot| slot.ward.is_none())
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
    if let Some(forget) = world.get::<Listener>(context.entity).map(|listener| listener.forget) {
        forget(&mut world, context.entity);
    }
}
