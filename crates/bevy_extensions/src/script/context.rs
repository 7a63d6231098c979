//! The context of a script: its runtime, and what waits until it has returned.

#[cfg(feature = "data")]
use std::sync::OnceLock;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use bevy_ecs::{lifecycle::HookContext, prelude::*, world::DeferredWorld};
use bevy_extensions_core::{ExtensionFiles, ExtensionName, Storage};
#[cfg(feature = "data")]
use bevy_extensions_data::{CacheSettings, JsonCache};
use serde_json::Value;

use super::{
    ScriptError,
    deliver::deliver,
    engine::{ListenerId, OfferKind, PromiseId, Script, ScriptHost},
    host::Host,
    stack,
    timer::Timers,
};
use crate::{
    acting::ExtensionId,
    caseless::CaselessMap,
    contain::{Ward, call_with_world},
    event::Target,
    fault::{Fault, FaultPlace},
    reach::Reach,
};

/// The entity that stands for the context of a script: when it goes, the script goes.
#[derive(Component)]
#[component(on_remove = forget)]
pub(crate) struct ScriptContext(pub(super) Arc<Context>);

/// The scripts that are there.
#[derive(Resource, Default)]
pub(super) struct Scripts(pub(super) HashMap<ExtensionId, Arc<Context>>);

/// A script with what belongs to it.
pub(super) struct Context {
    pub(super) ward: Arc<Ward>,
    /// What came with the extension.
    pub(super) files: Arc<ExtensionFiles>,
    /// What it writes.
    pub(super) storage: Storage,
    /// Whoever calls it holds it; nobody else can call it meanwhile.
    script: Mutex<Box<dyn Script>>,
    waiting: Mutex<VecDeque<Waiting>>,
    /// Asked after each call, and so to be had at once.
    has_waiting: AtomicBool,
    is_delivering: AtomicBool,
    pub(super) registered: Mutex<Registered>,
    /// What it has in memory, once it has asked for it.
    #[cfg(feature = "data")]
    cache: OnceLock<JsonCache>,
    /// What its database has not answered yet.
    #[cfg(feature = "db")]
    answers: Mutex<Vec<(PromiseId, Answer)>>,
}

/// Tells what a database answers, once it has.
#[cfg(feature = "db")]
pub(super) type Answer = Box<dyn FnMut() -> Option<Result<Value, String>> + Send>;

/// How many events may wait for a script that is running.
pub(super) const MOST_EVENTS: usize = 1000;

/// What waits until a script has returned.
pub(super) enum Waiting {
    /// An event that it emits.
    Emission { event: Arc<str>, value: Value, target: Target, promise: PromiseId },
    /// An event that it hears, from somebody whom it called.
    Event { listener: ListenerId, place: Arc<FaultPlace>, value: Value, meta: OwnedMeta },
}

/// What is known of an event beside its value, for later.
pub(super) struct OwnedMeta {
    pub(super) key: String,
    pub(super) sender: Option<ExtensionName>,
    pub(super) target: Target,
}

/// The entities that stand for what a script has registered.
#[derive(Default)]
pub(super) struct Registered {
    pub(super) listeners: HashMap<ListenerId, Entity>,
    /// The interfaces that it serves.
    pub(super) drives: CaselessMap<()>,
    pub(super) offers: BTreeMap<String, (OfferKind, Entity)>,
}

impl Context {
    pub(super) fn new(ward: Arc<Ward>, script: Box<dyn Script>, files: Arc<ExtensionFiles>, storage: Storage) -> Self {
        Self {
            ward,
            files,
            storage,
            script: Mutex::new(script),
            waiting: Mutex::default(),
            has_waiting: AtomicBool::new(false),
            is_delivering: AtomicBool::new(false),
            registered: Mutex::default(),
            #[cfg(feature = "data")]
            cache: OnceLock::new(),
            #[cfg(feature = "db")]
            answers: Mutex::default(),
        }
    }

    /// Calls the script; what it asks for and what fails beside the call belongs to `place`. `None` if it is running
    /// already.
    ///
    /// Whoever calls says who acts, and sees to it that what waits is [delivered](Self::deliver_soon).
    pub(super) fn enter<R>(
        self: &Arc<Self>,
        reach: Reach<'_>,
        place: &FaultPlace,
        call: impl FnOnce(&mut dyn Script, &mut dyn ScriptHost) -> R,
    ) -> Option<R> {
        let mut script = match self.script.try_lock() {
            Ok(script) => script,
            // It is the runtime's own affair what a panic has left there.
            Err(TryLockError::Poisoned(broken)) => broken.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let _entered = stack::enter();
        Some(call(&mut **script, &mut Host::new(reach, self, place)))
    }

    /// Has something wait until the script has returned.
    pub(super) fn wait(&self, waiting: Waiting) {
        lock(&self.waiting).push_back(waiting);
        self.has_waiting.store(true, Ordering::Relaxed);
    }

    /// Has an event wait until the script has returned; `false` if too many do already.
    ///
    /// What a script emits is bounded by its limits, but not how often others answer it with an event.
    pub(super) fn wait_for_event(
        &self,
        listener: ListenerId,
        place: &Arc<FaultPlace>,
        value: Value,
        meta: OwnedMeta,
    ) -> bool {
        let is_event = |waiting: &&Waiting| matches!(waiting, Waiting::Event { .. });
        let has_room = lock(&self.waiting).iter().filter(is_event).count() < MOST_EVENTS;
        if has_room {
            self.wait(Waiting::Event { listener, place: place.clone(), value, meta });
        }
        has_room
    }

    /// Begins to deliver what waits. `None` if somebody does already, or the script is running: then it is delivered later,
    /// by those.
    pub(super) fn begin_delivering(&self) -> Option<Delivering<'_>> {
        let is_running = matches!(self.script.try_lock(), Err(TryLockError::WouldBlock));
        let may_begin = !is_running && !self.is_delivering.swap(true, Ordering::Relaxed);
        may_begin.then(|| Delivering(&self.is_delivering))
    }

    /// Returns how much waits.
    pub(super) fn count_waiting(&self) -> usize {
        lock(&self.waiting).len()
    }

    /// Charges the extension with what came of a call, if that is an error.
    pub(super) fn charge<T>(&self, place: &FaultPlace, called: Option<Result<T, ScriptError>>) {
        if let Some(Err(error)) = called {
            self.ward.charge(Fault::script(place, error));
        }
    }

    pub(super) fn next_waiting(&self) -> Option<Waiting> {
        let mut waiting = lock(&self.waiting);
        let next = waiting.pop_front();
        self.has_waiting.store(!waiting.is_empty(), Ordering::Relaxed);
        next
    }

    pub(super) fn has_waiting(&self) -> bool {
        self.has_waiting.load(Ordering::Relaxed)
    }

    /// Forgets what waits, as the script does not run any more.
    pub(super) fn forget_waiting(&self) {
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        self.has_waiting.store(false, Ordering::Relaxed);
        drop(waiting);
        #[cfg(feature = "db")]
        lock(&self.answers).clear();
    }

    /// Returns what the script has in memory.
    #[cfg(feature = "data")]
    pub(super) fn cache(&self) -> &JsonCache {
        self.cache.get_or_init(|| JsonCache::json(CacheSettings::default()))
    }

    /// Has the script be told of an answer when it is there.
    #[cfg(feature = "db")]
    pub(super) fn wait_for_answer(&self, promise: PromiseId, answer: Answer) {
        lock(&self.answers).push((promise, answer));
    }

    /// Takes the answers that are there, in the order in which they were asked for.
    #[cfg(feature = "db")]
    pub(super) fn take_answers(&self) -> Vec<(PromiseId, Result<Value, String>)> {
        let mut ready = Vec::new();
        lock(&self.answers).retain_mut(|(promise, answer)| match answer() {
            Some(answer) => {
                ready.push((*promise, answer));
                false
            }
            None => true,
        });
        ready
    }

    /// Delivers what waits, once the script has returned: now if that can be, or else when the event is delivered that
    /// is on its way.
    pub(super) fn deliver_soon(self: &Arc<Self>, mut reach: Reach<'_>) {
        if self.has_waiting() {
            let context = self.clone();
            reach.act(move |world| deliver(world, &context));
        }
    }

    pub(super) fn registered(&self) -> MutexGuard<'_, Registered> {
        lock(&self.registered)
    }

    /// Does something in the name of the extension: now, or else when the event is delivered that is on its way.
    pub(super) fn act(
        self: &Arc<Self>,
        mut reach: Reach<'_>,
        place: &FaultPlace,
        code: impl FnOnce(&mut World, &Arc<Self>) + Send + 'static,
    ) {
        let (context, place) = (self.clone(), place.clone());
        match &mut reach {
            // Whoever called the script has said who acts.
            Reach::Whole(world) => code(world, self),
            Reach::Data(world) => world.commands().queue(move |world: &mut World| {
                if context.ward.is_open() {
                    call_with_world(&context.ward, &place, world, |world| code(world, &context));
                }
            }),
        }
    }
}

/// Tells how many promises a script waits for: of what it emits, and of what databases answer.
pub(crate) fn promises_of(world: &World, owner: ExtensionId) -> usize {
    let Some(context) = world.get_resource::<Scripts>().and_then(|scripts| scripts.0.get(&owner)) else { return 0 };
    let is_emission = |waiting: &&Waiting| matches!(waiting, Waiting::Emission { .. });
    let emissions = lock(&context.waiting).iter().filter(is_emission).count();
    #[cfg(feature = "db")]
    let emissions = emissions + lock(&context.answers).len();
    emissions
}

/// What waits for a script is being delivered, until this is dropped.
pub(super) struct Delivering<'a>(&'a AtomicBool);

impl Drop for Delivering<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Nobody panics while they hold it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn forget(mut world: DeferredWorld, context: HookContext) {
    let Some(own) = world.get::<ScriptContext>(context.entity).map(|own| own.0.clone()) else { return };
    own.forget_waiting();
    let id = own.ward.id();
    if let Some(mut timers) = world.get_resource_mut::<Timers>() {
        timers.forget(id);
    }
    if let Some(mut scripts) = world.get_resource_mut::<Scripts>()
        && scripts.0.get(&id).is_some_and(|other| Arc::ptr_eq(other, &own))
    {
        scripts.0.remove(&id);
    }
}
