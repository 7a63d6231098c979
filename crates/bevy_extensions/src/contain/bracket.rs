//! Commands that stand around the commands of a listener.
//!
//! A listener's commands land in the queue of the world, among those of everybody else. The command before them says who
//! is acting and takes the place of the app's error handler; the one after them puts things back, and charges what
//! went wrong in between. Nested listeners nest their brackets, as Bevy flushes after each command.

use std::{cell::RefCell, sync::Arc};

use bevy_ecs::{error::ErrorHandler, prelude::*, world::DeferredWorld};

use super::{
    Ward,
    chain::{self, Extended, Link},
    handler::{Calling, note_apps_own, set_handler_in_place},
    stopwatch::{Measurement, is_measuring},
};
use crate::{
    acting::{Acting, act, act_as, act_as_app},
    fault::FaultPlace,
};

thread_local! {
    /// The brackets that are open now, innermost last.
    static OPEN: RefCell<Vec<Bracket>> = const { RefCell::new(Vec::new()) };

    /// The links of functions whose commands are applied, innermost last.
    static LINKS: RefCell<Vec<Vec<Extended>>> = const { RefCell::new(Vec::new()) };
}

struct Bracket {
    around: Around,
    /// How long it is open, if anybody wants to know.
    measurement: Option<Measurement>,
    _acting: Acting,
}

/// Whose commands stand between.
enum Around {
    /// Those of a listener of an extension.
    Extension { ward: Arc<Ward>, place: FaultPlace, calling: Calling, link: Option<Extended> },
    /// Those of the app's own observers of an event that an extension has emitted, and the handler before.
    App(Option<ErrorHandler>),
}

impl Bracket {
    /// Notes how long the commands of an extension took. Those of the app are nobody's time.
    fn end_measurement(&mut self) {
        let Some(own) = self.measurement.take().map(Measurement::end) else { return };
        match &self.around {
            Around::Extension { ward, place, .. } if place.is_at_run_time() => ward.spend(own),
            Around::Extension { .. } | Around::App(_) => {}
        }
    }
}

/// Queues the command before those of a listener.
pub(super) fn open(world: &mut DeferredWorld, ward: &Arc<Ward>, place: &FaultPlace) {
    let (ward, place) = (ward.clone(), place.clone());
    world.commands().queue(move |world: &mut World| {
        let acting = act_as(ward.world, ward.id());
        let link = extend_chain(&ward, &place);
        let measurement = ward.is_timed().then(Measurement::begin);
        let around = Around::Extension { calling: Calling::begin(world, &ward), ward, place, link };
        push(Bracket { around, measurement, _acting: acting });
    });
}

fn extend_chain(ward: &Ward, place: &FaultPlace) -> Option<Extended> {
    let FaultPlace::Listener(event) = place else { return None };
    Some(chain::extend(Link::Listener(ward.name.clone(), event.clone())))
}

/// Queues the command between those of two listeners that hear one event: it closes and opens in one.
fn pass_on(world: &mut DeferredWorld, ward: &Arc<Ward>, place: &FaultPlace) {
    let (next, next_place) = (ward.clone(), place.clone());
    world.commands().queue(move |_: &mut World| {
        OPEN.with_borrow_mut(|open| {
            let Some(bracket) = open.last_mut() else { return };
            bracket.end_measurement();
            bracket.measurement = next.is_timed().then(Measurement::begin);
            let Around::Extension { ward, place, calling, link } = &mut bracket.around else { return };
            calling.charge(ward, place);
            // The last link goes before the next one comes in its place.
            *link = None;
            *link = extend_chain(&next, &next_place);
            act(next.world, next.id());
            (*ward, *place) = (next, next_place);
        });
    });
}

/// The brackets of the listeners that hear one event, one after another.
#[derive(Default)]
pub(crate) struct Row {
    is_open: bool,
}

impl Row {
    /// Makes ready for the commands of the next listener.
    pub(crate) fn next(&mut self, world: &mut DeferredWorld, ward: &Arc<Ward>, place: &FaultPlace) {
        match self.is_open {
            true => pass_on(world, ward, place),
            false => open(world, ward, place),
        }
        self.is_open = true;
    }

    /// Closes what may be open, before commands that have brackets of their own, and at the end.
    #[inline]
    pub(crate) fn end(&mut self, world: &mut DeferredWorld) {
        if self.is_open {
            close(world);
            self.is_open = false;
        }
    }
}

/// Queues the command before those of the app's own observers.
pub(super) fn open_for_app(world: &mut DeferredWorld) {
    world.commands().queue(|world: &mut World| {
        let before = set_handler_in_place(&mut world.into(), note_apps_own);
        let measurement = is_measuring().then(Measurement::begin);
        push(Bracket { around: Around::App(before), measurement, _acting: act_as_app() });
    });
}

/// Queues the command after those of a listener, or of the app's own observers.
pub(super) fn close(world: &mut DeferredWorld) {
    world.commands().queue(|world: &mut World| {
        let mut bracket = OPEN.with_borrow_mut(Vec::pop).expect("a bracket that is closed was opened before");
        bracket.end_measurement();
        match bracket.around {
            Around::Extension { ward, place, calling, .. } => calling.end(world, &ward, &place),
            Around::App(before) => _ = before.and_then(|before| set_handler_in_place(&mut world.into(), before)),
        }
    });
}

/// Queues the command before those of a function that is called while an event is delivered: it notes in the chain what has
/// led to them. Without that, a function and a listener that lead to one another would go on until the stack overflows.
pub(crate) fn link(world: &mut DeferredWorld, links: Vec<Link>) {
    world.commands().queue(move |_: &mut World| {
        let links = links.into_iter().map(chain::extend).collect();
        LINKS.with_borrow_mut(|open| open.push(links));
    });
}

/// Queues the command after those of a function that was [linked](link).
pub(crate) fn unlink(world: &mut DeferredWorld) {
    world.commands().queue(|_: &mut World| {
        let mut links = LINKS.with_borrow_mut(Vec::pop).unwrap_or_default();
        // The last one goes first, as they were added.
        while links.pop().is_some() {}
    });
}

fn push(bracket: Bracket) {
    OPEN.with_borrow_mut(|open| open.push(bracket));
}
