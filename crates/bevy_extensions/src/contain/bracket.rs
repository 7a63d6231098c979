//! Commands that stand around the commands of a listener.
//!
//! A listener's commands land in the queue of the world, among those of everybody else. The command before them says who
//! is acting and takes the place of the app's error handler; the one after them puts things back, and charges what
//! went wrong in between. Nested listeners nest their brackets, as Bevy flushes after each command.

use std::{cell::RefCell, sync::Arc};

use bevy_ecs::{error::ErrorHandler, prelude::*, world::DeferredWorld};

use super::{
    Calling, Ward,
    chain::{self, Extended, Link},
    note_apps_own, set_handler_in_place,
};
use crate::{
    acting::{Acting, act_as, act_as_app},
    fault::FaultPlace,
};

thread_local! {
    /// The brackets that are open now, innermost last.
    static OPEN: RefCell<Vec<Bracket>> = const { RefCell::new(Vec::new()) };
}

struct Bracket {
    around: Around,
    _acting: Acting,
}

/// Whose commands stand between.
enum Around {
    /// Those of a listener of an extension.
    Extension { ward: Arc<Ward>, place: FaultPlace, calling: Calling, _link: Option<Extended> },
    /// Those of the app's own observers of an event that an extension has emitted, and the handler before.
    App(Option<ErrorHandler>),
}

/// Queues the command before those of a listener.
pub(crate) fn open(world: &mut DeferredWorld, ward: &Arc<Ward>, place: &FaultPlace) {
    let (ward, place) = (ward.clone(), place.clone());
    world.commands().queue(move |world: &mut World| {
        let acting = act_as(ward.world, ward.id());
        let link = match &place {
            FaultPlace::Listener(event) => Some(Link::Listener(ward.name.clone(), event.clone())),
            _ => None,
        };
        let around = Around::Extension { calling: Calling::begin(world), ward, place, _link: link.map(chain::extend) };
        push(Bracket { around, _acting: acting });
    });
}

/// Queues the command before those of the app's own observers.
pub(super) fn open_for_app(world: &mut DeferredWorld) {
    world.commands().queue(|world: &mut World| {
        let before = set_handler_in_place(&mut world.into(), note_apps_own);
        push(Bracket { around: Around::App(before), _acting: act_as_app() });
    });
}

/// Queues the command after those of a listener, or of the app's own observers.
pub(crate) fn close(world: &mut DeferredWorld) {
    world.commands().queue(|world: &mut World| {
        let bracket = OPEN.with_borrow_mut(Vec::pop).expect("a bracket that is closed was opened before");
        match bracket.around {
            Around::Extension { ward, place, calling, .. } => calling.end(world, &ward, &place),
            Around::App(before) => _ = before.and_then(|before| set_handler_in_place(&mut world.into(), before)),
        }
    });
}

fn push(bracket: Bracket) {
    OPEN.with_borrow_mut(|open| open.push(bracket));
}
