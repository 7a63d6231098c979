//! What a script emits, and what it hears while it runs, is delivered when it has returned.

use std::sync::Arc;

use bevy_ecs::world::World;

use super::{
    context::{Context, OwnedMeta, Waiting},
    engine::Heard,
};
use crate::{
    contain::{
        call_with_world,
        chain::{self, Link},
    },
    event::registry,
    fault::{Fault, FaultPlace},
};

/// How much of what comes to wait while a script's events are delivered is delivered in the same go; the rest has to wait
/// for the next frame.
///
/// One that emits again whenever it has emitted would keep the frame from ending.
const AT_ONCE: usize = 1000;

/// Delivers what waits for a script to return.
pub(super) fn deliver(world: &mut World, context: &Arc<Context>) {
    let Some(_delivering) = context.begin_delivering() else { return };
    for _ in 0..context.count_waiting() + AT_ONCE {
        if !context.ward.is_open() {
            return context.forget_waiting();
        }
        match context.next_waiting() {
            None => return,
            Some(Waiting::Emission { event, value, target, promise }) => {
                let place = FaultPlace::Event(event.to_string().into());
                let link = chain::extend(Link::Emission(context.ward.name().clone(), event.clone()));
                call_with_world(&context.ward, &place, world, |world| {
                    let outcome = registry::emit(world, &event, value, target).map_err(|error| error.to_string());
                    // What its listeners have queued comes before whatever the script does next.
                    world.flush();
                    let settled =
                        context.enter(world.into(), &place, |script, host| script.settle(promise, outcome, host));
                    settled.expect("it is delivered only while the script is not running");
                });
                drop(link);
            }
            Some(Waiting::Event { listener, place, mut value, meta }) => {
                let OwnedMeta { key, sender, target } = &meta;
                call_with_world(&context.ward, &place, world, |world| {
                    let meta = Heard { key, sender: sender.as_ref(), target };
                    let heard = context
                        .enter(world.into(), &place, |script, host| script.hear(listener, &mut value, meta, host));
                    // What becomes of the event is too late for whoever has emitted it.
                    context.charge(&place, heard);
                });
            }
        }
    }
    if context.has_waiting() {
        let why =
            format!("it emits more whenever it has emitted: after {AT_ONCE} events the rest waits for the next frame");
        context.ward.charge(Fault::error(&FaultPlace::Emissions, &why.into()));
    }
}
