//! The thread that writes to disk.

use std::{
    sync::{Arc, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Committed,
    locks::{lock, write},
    shared::{Shared, Space, Work},
};

/// For how long it waits after a failure at first; each further one doubles it.
const BACK_OFF: Duration = Duration::from_millis(20);
const DOUBLINGS: u32 = 6;

/// Works until the store is closed.
pub(super) fn run(shared: &Shared) {
    let _ending = Ending(shared);
    let mut swept = Instant::now();
    loop {
        if let Task::Round { is_last } = wait_for_work(shared, swept + shared.settings.sweep_every) {
            let is_done = round(shared);
            if is_last || !is_done {
                break;
            }
        }
        // What fills a bite may not be all; the rest waits until others have had their turn.
        if swept.elapsed() >= shared.settings.sweep_every && sweep(shared) < shared.settings.sweep_at_once {
            swept = Instant::now();
        }
    }
}

/// Tells that it is over, even if that is so because of a panic: nobody should wait for ever.
struct Ending<'a>(&'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.set_closed();
        self.0.backend.close();
        lock(&self.0.work).ended = true;
        self.0.answer.notify_all();
    }
}

enum Task {
    /// To commit what is there.
    Round {
        is_last: bool,
    },
    Sweep,
}

fn wait_for_work(shared: &Shared, sweep_at: Instant) -> Task {
    let mut work = lock(&shared.work);
    let mut group_until = None;
    loop {
        let now = Instant::now();
        let is_last = work.closing.is_some();
        if is_last || work.wanted > work.started {
            return start(shared, work, is_last);
        }
        let until = if shared.is_dirty() {
            // Others may write something, too, which then needs no commit of its own.
            let until = *group_until.get_or_insert(now + shared.settings.group_for);
            if work.hurry || until <= now {
                return start(shared, work, false);
            }
            until
        } else if sweep_at <= now {
            return Task::Sweep;
        } else {
            sweep_at
        };
        work = sleep(shared, work, until);
    }
}

/// Begins a round. Who asks for a flush from now on waits for the next one, unless nothing is written until then.
fn start(shared: &Shared, mut work: MutexGuard<'_, Work>, is_last: bool) -> Task {
    work.started += 1;
    work.hurry = false;
    shared.take_dirty();
    Task::Round { is_last }
}

fn sleep<'a>(shared: &'a Shared, work: MutexGuard<'a, Work>, until: Instant) -> MutexGuard<'a, Work> {
    let time = until.saturating_duration_since(Instant::now());
    shared.wake.wait_timeout(work, time).unwrap_or_else(PoisonError::into_inner).0
}

/// Commits what is there, until that succeeds; tells whether it has.
fn round(shared: &Shared) -> bool {
    let spaces = shared.spaces();
    let freeze = |space: &Arc<Space>| {
        let changes = write(&space.layers).freeze()?;
        Some((space.clone(), Committed { namespace: space.name.clone(), changes }))
    };
    let (frozen, committed): (Vec<_>, Vec<_>) = spaces.iter().filter_map(freeze).unzip();

    let mut doublings = 0;
    while !committed.is_empty() {
        let Err(error) = shared.backend.commit(&committed) else { break };
        let mut work = lock(&shared.work);
        work.failures += 1;
        work.failing = Some(error);
        shared.answer.notify_all();
        let now = Instant::now();
        // Who asks for a flush in every frame need not have the file opened again in every frame.
        let (soonest, latest) = (now + BACK_OFF, now + BACK_OFF * 2u32.pow(doublings));
        doublings = (doublings + 1).min(DOUBLINGS);
        loop {
            let until = if work.hurry { soonest } else { latest };
            let until = work.closing.map_or(until, |end| end.min(until));
            if until <= Instant::now() {
                break;
            }
            work = sleep(shared, work, until);
        }
        work.hurry = false;
        if work.closing.is_some_and(|end| end <= Instant::now()) {
            return false;
        }
    }

    let on_disk: Vec<_> = frozen.iter().filter_map(|space| write(&space.layers).thaw()).collect();
    shared.release(on_disk.iter().map(|changes| changes.bytes).sum());
    let mut work = lock(&shared.work);
    work.done = work.started;
    work.failing = None;
    shared.answer.notify_all();
    // To drop what is on disk takes its time, for which nobody needs to wait.
    drop(work);
    true
}

/// Removes some of what has expired; returns how many.
fn sweep(shared: &Shared) -> usize {
    let swept = shared.backend.sweep(shared.now(), shared.settings.sweep_at_once);
    let mut work = lock(&shared.work);
    work.failing = swept.as_ref().err().cloned();
    swept.unwrap_or(0)
}
