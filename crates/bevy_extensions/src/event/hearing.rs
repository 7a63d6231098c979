//! An event on its way through its listeners.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use bevy_ecs::{
    observer::{On, TriggerContext},
    prelude::*,
    system::RunSystemError,
    world::DeferredWorld,
};

use super::{
    Delivery, ExtensionEvent,
    listeners::{BoxedListener, Ear, Slot},
    named::{NamedListener, Spelled},
};
use crate::{
    acting::{ExtensionId, act, keep},
    contain::{Ward, bracket::Row, call, inject::strike_or, stopwatch::Stopwatch},
    fault::{Fault, FaultPlace},
};

/// An event on its way through its listeners.
pub(super) struct Hearing<'a, 'w, E: ExtensionEvent> {
    world: &'a mut DeferredWorld<'w>,
    event: &'a mut E,
    delivery: &'a mut Delivery,
    context: &'a TriggerContext,
    /// The event as a value, as long as nobody may have changed it since.
    spelled: Spelled,
    /// What stands around the commands of listeners.
    brackets: Row,
}

impl<'a, 'w, E: ExtensionEvent> Hearing<'a, 'w, E> {
    /// Sets out.
    ///
    /// # Safety
    ///
    /// As for [`Trigger::trigger`](bevy_ecs::event::Trigger::trigger); and the slots that it is given later must lie where
    /// nobody else reaches.
    #[inline]
    pub(super) unsafe fn new(
        world: &'a mut DeferredWorld<'w>,
        event: &'a mut E,
        delivery: &'a mut Delivery,
        context: &'a TriggerContext,
    ) -> Self {
        Self { world, event, delivery, context, spelled: Spelled::default(), brackets: Row::default() }
    }

    /// Calls the listeners of extensions: of all, or only of some.
    // Inlined into the trigger, the loop was measured to be half as fast.
    #[inline(never)]
    pub(super) fn by_extensions(&mut self, slots: &mut [Slot<E>], only: Option<&[ExtensionId]>) {
        let (world_id, mut next) = (self.world.id(), 0);
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
                    let _timed = Stopwatch::start(ward, true);
                    match &mut slot.ear {
                        Ear::Typed(system, may_queue) => self.typed(slot.entity, ward, system, *may_queue),
                        Ear::Named(listener) => self.named(listener),
                    }
                }
            }));
            let Err(payload) = heard else { break };
            self.note_panic(&mut slots[next - 1], payload);
        }
        self.brackets.end(self.world);
    }

    /// Calls the app's own listeners by name, which stand behind those of extensions.
    pub(super) fn by_app(&mut self, slots: &[Slot<E>]) {
        let from = slots.partition_point(|slot| slot.ward.is_some());
        for slot in &slots[from..] {
            if let Ear::Named(listener) = &slot.ear {
                self.named(listener);
            }
        }
    }

    #[inline]
    fn typed(&mut self, entity: Entity, ward: &Arc<Ward>, system: &mut BoxedListener<E>, may_queue: bool) {
        // It may change the event.
        self.spelled.forget();
        if may_queue {
            // Before it runs: who takes a `DeferredWorld` queues at once.
            self.brackets.next(self.world, ward, &place::<E>());
        }
        let cell = self.world.as_unsafe_world_cell();
        let on = On::new(self.event, entity, self.delivery, self.context);
        let ran = strike_or(ward, place::<E>, || {
            // SAFETY: `new` was promised what `run_unsafe` needs; a listener is no exclusive system, and no other reference
            // to the world is alive.
            unsafe { system.run_unsafe(on, cell) }
        });
        if let Err(RunSystemError::Failed(error)) = ran {
            ward.charge(Fault::error(&place::<E>(), &error).in_system(&system.name()));
        }
        if may_queue {
            system.queue_deferred(self.world.reborrow());
        }
    }

    fn named(&mut self, listener: &NamedListener) {
        self.brackets.end(self.world);
        // SAFETY: `new` was promised what the listener needs.
        unsafe { listener.hear(self.world, self.event, &mut self.spelled, self.delivery, self.context) };
    }

    /// Charges a panic. The commands from before it are as good as those of a system that panics.
    #[cold]
    fn note_panic(&mut self, slot: &mut Slot<E>, payload: Box<dyn Any + Send>) {
        let Some(ward) = &slot.ward else { return };
        ward.charge(Fault::panic(&place::<E>(), payload));
        if let Ear::Typed(system, true) = &mut slot.ear {
            call(ward, &place::<E>(), || system.queue_deferred(self.world.reborrow()));
        }
    }
}

fn place<E: ExtensionEvent>() -> FaultPlace {
    FaultPlace::Listener(E::NAME.into())
}
