//! Scripts hear events.

use std::sync::Arc;

use bevy_ecs::world::DeferredWorld;

use super::{
    context::{Context, MOST_EVENTS, OwnedMeta},
    engine::{Heard, ListenerId},
    stack,
};
use crate::{
    contain::{Ward, call, chain, inject::strike},
    event::{Delivery, Hear, HeardEvent},
    fault::{Fault, FaultPlace},
    reach::Reach,
};

/// A listener of a script.
pub(super) struct Ear {
    pub(super) context: Arc<Context>,
    pub(super) listener: ListenerId,
    pub(super) place: Arc<FaultPlace>,
}

impl Hear for Ear {
    fn hear(&self, mut world: DeferredWorld<'_>, key: &str, event: &mut dyn HeardEvent, delivery: &Delivery) -> bool {
        let Self { context, listener, place } = self;
        let meta = Heard { key, sender: delivery.sender(), target: delivery.target() };
        if chain::is_full() {
            note_endless(&context.ward, place);
            return true;
        }
        if stack::is_short() {
            context
                .ward
                .charge(Fault::error(place, &"it was not called, as whoever has led to it has gone too deep".into()));
            return true;
        }
        let heard = call(&context.ward, place, || {
            if let Err(error) = strike(&context.ward, place) {
                context.ward.charge(Fault::error(place, &error));
                return Some(Ok(()));
            }
            context
                .enter(Reach::Data(world.reborrow()), place, |script, host| script.hear(*listener, event, meta, host))
        });
        match heard {
            // It has heard, or it has panicked, which was charged.
            Some(Some(Ok(()))) | None => {}
            Some(Some(Err(error))) => {
                if event.to_value().is_err() {
                    context.deliver_soon(Reach::Data(world));
                    return false;
                }
                context.ward.charge(Fault::script(place, error));
            }
            // It runs already, and has led to this event: it hears a copy when it has returned.
            Some(None) => {
                let Ok(value) = event.to_value() else { return false };
                let meta = OwnedMeta { key: key.into(), sender: meta.sender.cloned(), target: meta.target.clone() };
                if !context.wait_for_event(*listener, place, value, meta) {
                    let why =
                        format!("it was not called, as {MOST_EVENTS} events wait for it already, which is the limit");
                    context.ward.charge(Fault::error(place, &why.into()));
                }
                return true;
            }
        }
        context.deliver_soon(Reach::Data(world));
        true
    }
}

/// Charges an endless recursion, once for each.
#[cold]
fn note_endless(ward: &Ward, place: &FaultPlace) {
    let chain = chain::shown();
    if chain::give_up() {
        ward.charge(Fault::error(place, &format!("it was not called, as it would go on without end: {chain}").into()));
    }
}
