//! The timers of scripts, on the time of the app.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use bevy_ecs::prelude::*;
use bevy_time::{Time, Virtual};

use super::{context::Scripts, deliver::deliver, engine::TimerId};
use crate::{acting::ExtensionId, contain::call_with_world, fault::FaultPlace};

/// The timers that are running.
#[derive(Resource, Default)]
pub(super) struct Timers {
    /// By when they ring, and then by when they were started.
    due: BTreeMap<(Duration, u64), Timer>,
    when: HashMap<(ExtensionId, TimerId), (Duration, u64)>,
    started: u64,
}

#[derive(Clone, Copy)]
struct Timer {
    owner: ExtensionId,
    id: TimerId,
    /// How long from one ringing to the next; `None` if it rings once.
    period: Option<Duration>,
}

impl Timers {
    pub(super) fn start(&mut self, owner: ExtensionId, id: TimerId, at: Duration, period: Option<Duration>) {
        self.started += 1;
        let key = (at, self.started);
        self.due.insert(key, Timer { owner, id, period });
        self.when.insert((owner, id), key);
    }

    pub(super) fn stop(&mut self, owner: ExtensionId, id: TimerId) {
        if let Some(key) = self.when.remove(&(owner, id)) {
            self.due.remove(&key);
        }
    }

    /// Stops all timers of an extension.
    pub(super) fn forget(&mut self, owner: ExtensionId) {
        self.due.retain(|_, timer| timer.owner != owner);
        self.when.retain(|(other, _), _| *other != owner);
    }

    /// Returns the timers that ring, in the order in which they do.
    fn ringing(&self, now: Duration) -> Vec<((Duration, u64), Timer)> {
        self.due.range(..=(now, u64::MAX)).map(|(key, timer)| (*key, *timer)).collect()
    }

    /// Takes a timer that rings; one that rings again is started anew. `false` if somebody has stopped it meanwhile.
    fn take(&mut self, key: (Duration, u64), timer: Timer, now: Duration) -> bool {
        if self.due.remove(&key).is_none() {
            return false;
        }
        match timer.period {
            None => _ = self.when.remove(&(timer.owner, timer.id)),
            // One that was late is not rung for each time that it missed.
            Some(period) => self.start(timer.owner, timer.id, (key.0 + period).max(now), Some(period)),
        }
        true
    }
}

/// Returns the time on which timers run: it may be paused, and faster or slower than the clock.
pub(super) fn now(world: &World) -> Duration {
    world.get_resource::<Time<Virtual>>().map_or(Duration::ZERO, Time::elapsed)
}

/// Tells how many timers of an extension are running.
pub(crate) fn timers_of(world: &World, owner: ExtensionId) -> usize {
    world.get_resource::<Timers>().map_or(0, |timers| timers.when.keys().filter(|(other, _)| *other == owner).count())
}

/// Calls the scripts whose timers ring, and delivers what has waited for this frame.
pub(super) fn ring_timers(world: &mut World) {
    let now = now(world);
    for (key, timer) in world.resource::<Timers>().ringing(now) {
        let context = world.resource::<Scripts>().0.get(&timer.owner).cloned();
        if world.resource_mut::<Timers>().take(key, timer, now)
            && let Some(context) = context.filter(|context| context.ward.is_active())
        {
            call_with_world(&context.ward, &FaultPlace::Timer, world, |world| {
                let rung = context.enter(world.into(), &FaultPlace::Timer, |script, host| script.ring(timer.id, host));
                context.charge(&FaultPlace::Timer, rung);
                deliver(world, &context);
            });
        }
    }
    let late = world.resource::<Scripts>().0.values().filter(|context| context.has_waiting());
    let mut late: Vec<_> = late.cloned().collect();
    late.sort_unstable_by_key(|context| context.ward.rank());
    late.iter().for_each(|context| deliver(world, context));
}
