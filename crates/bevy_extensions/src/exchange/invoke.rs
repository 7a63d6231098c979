//! The one way to call a function or a method of a driver.

use std::{
    any::{Any, TypeId},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread,
};

use bevy_ecs::{error::BevyError, prelude::*, world::DeferredWorld};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::callable::{Broken, Callee, Facts, Given, Slots, Wanted};
use crate::{
    acting::act_as,
    contain::{
        Ward,
        bracket::{self, Row},
        call_app_with_world, call_app_within, call_with_world,
        chain::{self, Link},
        inject::strike,
        stopwatch::Stopwatch,
    },
    fault::Fault,
    reach::Reach,
    signature::{ArgumentError, Signature},
    value::{Misfit, from_value, to_value},
};

/// Where a system that can be called has its place, and what is known of it.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) entity: Entity,
    pub(crate) index: usize,
    pub(crate) facts: Arc<Facts>,
}

/// Why there is no answer.
pub(crate) enum Unanswered {
    Arguments(ArgumentError),
    Answer(Misfit),
    Failed(Fault),
    Reentered {
        chain: String,
    },
    /// It wants the whole world, and an event is being delivered.
    Delivering,
    Endless {
        chain: String,
    },
    #[cfg(feature = "script")]
    TooDeep,
}

/// Calls a function; the signature, if there is one, stands above the function's own.
///
/// If the types are those of the function, nothing is made a value, unless a signature wants to see it. Otherwise
/// everything goes through a value, which the signature checks. A [request](crate::Request) is bound to its method by its
/// type, so it needs no such look.
pub(crate) fn invoke<I, O>(
    reach: Reach<'_>,
    at: At,
    signature: Option<&Signature>,
    is_request: bool,
    input: I,
) -> Result<O, Unanswered>
where
    I: Serialize + 'static,
    O: DeserializeOwned + 'static,
{
    let At { facts, .. } = &at;
    let signature = signature.or(facts.signature.as_ref());
    let is_trusted = signature.is_none() || is_request;
    let mut input = Some(input);
    let given = if facts.types.input.0 == TypeId::of::<I>() && is_trusted {
        Given::Typed(&mut input)
    } else {
        let value = into_value(&mut input).map_err(|misfit| Unanswered::Arguments(misfit.into()))?;
        Given::Value(match signature {
            Some(signature) => signature.fit(value).map_err(Unanswered::Arguments)?,
            None => value,
        })
    };

    if facts.types.answer.0 == TypeId::of::<O>() && is_trusted {
        let mut answer = None::<O>;
        run(reach, &at, given, Wanted::Typed(&mut answer))?;
        return Ok(answer.expect("a system that has run has answered"));
    }
    if TypeId::of::<O>() == TypeId::of::<Ignored>() {
        run(reach, &at, given, Wanted::Nothing)?;
        return from(Value::Null).map_err(Unanswered::Answer);
    }
    let mut answer = Value::Null;
    run(reach, &at, given, Wanted::Value(&mut answer))?;
    let answer = match signature {
        Some(signature) => signature.fit_answer(answer).map_err(|misfit| {
            charge_answer(&at.facts, &misfit);
            Unanswered::Answer(misfit)
        })?,
        None => answer,
    };
    from(answer).map_err(Unanswered::Answer)
}

/// The answer that nobody waits for.
#[derive(Deserialize)]
pub(crate) struct Ignored;

/// Makes a value of what may be one already.
fn into_value<T: Serialize + 'static>(input: &mut Option<T>) -> Result<Value, Misfit> {
    if let Some(value) = (input as &mut dyn Any).downcast_mut::<Option<Value>>() {
        return Ok(value.take().unwrap_or_default());
    }
    input.as_ref().map_or(Ok(Value::Null), to_value)
}

/// Makes a type of a value, which may be the type itself.
fn from<T: DeserializeOwned + 'static>(value: Value) -> Result<T, Misfit> {
    let mut value = Some(value);
    if let Some(same) = (&mut value as &mut dyn Any).downcast_mut::<Option<T>>() {
        return Ok(same.take().expect("it was put there"));
    }
    from_value(value.unwrap_or_default())
}

fn run(mut reach: Reach<'_>, at: &At, given: Given<'_>, wanted: Wanted<'_>) -> Result<(), Unanswered> {
    let At { facts, .. } = at;
    if facts.claims.whole && matches!(reach, Reach::Data(_)) {
        return Err(Unanswered::Delivering);
    }
    let Some(callee) = take(reach.data(), at) else { return Err(not_now(facts)) };
    let _link = chain::extend(Link::Function(facts.title.clone()));
    let mut running = Running { at, callee: Some(callee) };
    match (&facts.ward, reach) {
        (Some(ward), Reach::Whole(world)) => running.run_for(ward, facts, world, given, wanted),
        (None, Reach::Whole(world)) => running.run_for_app(facts, world, given, wanted),
        (Some(ward), Reach::Data(world)) => running.run_within_for(ward, facts, world, given, wanted),
        (None, Reach::Data(world)) => running.run_within_for_app(facts, world, given, wanted),
    }
}

fn put(mut world: DeferredWorld, at: &At, callee: Box<dyn Callee>) {
    // Its entity may have gone meanwhile.
    if let Some(mut slots) = world.get_mut::<Slots>(at.entity)
        && let Some(slot) = slots.get_mut(at.index)
    {
        *slot = Some(callee);
    }
}

fn take(mut world: DeferredWorld, at: &At) -> Option<Box<dyn Callee>> {
    if chain::is_full() {
        return None;
    }
    world.get_mut::<Slots>(at.entity)?.get_mut(at.index)?.take()
}

/// An answer that its own signature does not allow, or that cannot be told, is a fault of whoever gave it.
#[cold]
fn charge_answer(facts: &Facts, misfit: &Misfit) {
    if let Some(ward) = &facts.ward {
        ward.charge(Fault::error(&facts.place, &format!("its answer does not fit: {misfit}").into()));
    }
}

#[cold]
fn not_now(facts: &Facts) -> Unanswered {
    match chain::circle(&Link::Function(facts.title.clone())).filter(|_| !chain::is_full()) {
        Some(chain) => Unanswered::Reentered { chain },
        None => Unanswered::Endless { chain: chain::shown() },
    }
}

/// A system that was taken from its place.
struct Running<'a> {
    at: &'a At,
    /// `None` when it is back.
    callee: Option<Box<dyn Callee>>,
}

impl Running<'_> {
    fn run_for(
        &mut self,
        ward: &Ward,
        facts: &Facts,
        world: &mut World,
        given: Given<'_>,
        wanted: Wanted<'_>,
    ) -> Result<(), Unanswered> {
        let ran = if facts.claims.may_queue {
            let ran = call_with_world(ward, &facts.place, world, |world| self.run(world, given, wanted));
            self.put_back(world);
            ran
        } else {
            // Nothing of it can reach an error handler, so the app's may stay.
            let _acting = act_as(world.id(), ward.id());
            let _timed = Stopwatch::start(ward, true);
            let ran = self.run_alone(world.into(), given, wanted);
            self.put_back(world);
            Some(ran)
        };
        judge(ran, ward, facts)
    }

    /// Runs the system while an event is delivered. What it queues is done when that is over, in its own name.
    fn run_within_for(
        &mut self,
        ward: &Arc<Ward>,
        facts: &Facts,
        mut world: DeferredWorld,
        given: Given<'_>,
        wanted: Wanted<'_>,
    ) -> Result<(), Unanswered> {
        let _acting = act_as(world.id(), ward.id());
        let _timed = Stopwatch::start(ward, true);
        let mut brackets = Row::default();
        if facts.claims.may_queue {
            bracket::link(&mut world, chain::tail());
            brackets.next(&mut world, ward, &facts.place);
        }
        let ran = self.run_alone(Reach::Data(world.reborrow()), given, wanted);
        self.queue_deferred(&mut world);
        brackets.end(&mut world);
        if facts.claims.may_queue {
            bracket::unlink(&mut world);
        }
        self.put_back(world);
        judge(Some(ran), ward, facts)
    }

    /// As [`run_within_for`](Self::run_within_for), of a function of the app.
    fn run_within_for_app(
        &mut self,
        facts: &Facts,
        mut world: DeferredWorld,
        given: Given<'_>,
        wanted: Wanted<'_>,
    ) -> Result<(), Unanswered> {
        let mut ran = None;
        bracket::link(&mut world, chain::tail());
        call_app_within(&mut world, "a function of the app", |world| {
            let answered = self.run_alone(Reach::Data(world.reborrow()), given, wanted);
            self.queue_deferred(world);
            ran = Some(answered.unwrap_or_else(|payload| resume_unwind(payload)));
        });
        bracket::unlink(&mut world);
        self.put_back(world);
        match ran {
            Some(ran) => ran.map_err(|broken| broken.into_unanswered(facts)),
            None => Err(Unanswered::Failed(Fault::error(&facts.place, &"it panicked".into()))),
        }
    }

    fn run_for_app(
        &mut self,
        facts: &Facts,
        world: &mut World,
        given: Given<'_>,
        wanted: Wanted<'_>,
    ) -> Result<(), Unanswered> {
        let ran = call_app_with_world(world, &facts.place, |world| {
            let ran = self.run(world, given, wanted);
            ran.unwrap_or_else(|payload| resume_unwind(payload))
        });
        self.put_back(world);
        let ran = ran.map_err(Unanswered::Failed)?;
        ran.map_err(|broken| broken.into_unanswered(facts))
    }

    /// Runs the system, puts it back and applies its commands, which may call it again.
    fn run(&mut self, world: &mut World, given: Given<'_>, wanted: Wanted<'_>) -> Ran {
        let ran = self.run_alone(Reach::Whole(world), given, wanted);
        self.queue_deferred(&mut world.into());
        self.put_back(&mut *world);
        world.flush();
        ran
    }

    fn run_alone(&mut self, reach: Reach<'_>, given: Given<'_>, wanted: Wanted<'_>) -> Ran {
        let callee = self.callee.as_mut().expect("it was in its place, and nobody has run since");
        let facts = &self.at.facts;
        catch_unwind(AssertUnwindSafe(|| {
            if let Some(ward) = &facts.ward {
                strike(ward, &facts.place).map_err(Broken::Failed)?;
            }
            callee.run(reach, given, wanted)
        }))
    }

    fn queue_deferred(&mut self, world: &mut DeferredWorld) {
        if let Some(callee) = &mut self.callee {
            callee.queue_deferred(world.reborrow());
        }
    }

    /// Puts the system back, unless its entity has gone meanwhile.
    fn put_back<'w>(&mut self, world: impl Into<DeferredWorld<'w>>) {
        if let Some(callee) = self.callee.take() {
            put(world.into(), self.at, callee);
        }
    }
}

/// Charges the extension with what has gone wrong in its function.
fn judge(ran: Option<Ran>, ward: &Ward, facts: &Facts) -> Result<(), Unanswered> {
    let fault = match ran {
        Some(Ok(Ok(()))) => return Ok(()),
        Some(Ok(Err(Broken::Failed(error)))) => Fault::error(&facts.place, &error),
        #[cfg(feature = "script")]
        Some(Ok(Err(Broken::Script(error)))) => Fault::script(&facts.place, error),
        Some(Ok(Err(broken))) => {
            if let Broken::Answer(misfit) = &broken {
                charge_answer(facts, misfit);
            }
            return Err(broken.into_unanswered(facts));
        }
        Some(Err(payload)) => Fault::panic(&facts.place, payload),
        // That was charged already.
        None => return Err(Unanswered::Failed(Fault::error(&facts.place, &"its commands panicked".into()))),
    };
    let fault = fault.in_system(&facts.system);
    ward.charge(fault.clone());
    Err(Unanswered::Failed(fault))
}

/// What came of running a system, which may have panicked.
type Ran = thread::Result<Result<(), Broken>>;

impl Broken {
    fn into_unanswered(self, facts: &Facts) -> Unanswered {
        let failed = |error: BevyError| Unanswered::Failed(Fault::error(&facts.place, &error).in_system(&facts.system));
        match self {
            Self::Arguments(misfit) => Unanswered::Arguments(misfit.into()),
            Self::Answer(misfit) => Unanswered::Answer(misfit),
            Self::Failed(error) => failed(error),
            Self::Skipped(why) => failed(why.into()),
            #[cfg(feature = "script")]
            Self::Script(error) => Unanswered::Failed(Fault::script(&facts.place, error)),
            #[cfg(feature = "script")]
            Self::Reentered { chain } => Unanswered::Reentered { chain },
            #[cfg(feature = "script")]
            Self::TooDeep => Unanswered::TooDeep,
        }
    }
}
