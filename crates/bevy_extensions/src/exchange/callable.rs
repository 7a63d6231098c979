//! Systems that can be called, whatever their types.

use std::{
    any::{Any, TypeId},
    marker::PhantomData,
    sync::Arc,
};

use bevy_ecs::{
    error::BevyError,
    prelude::*,
    system::{RunSystemError, System, SystemIn},
    world::DeferredWorld,
};
use bevy_utils::prelude::{DebugName, ShortName};
use serde_json::Value;

use crate::{
    contain::{Ward, takes_the_world},
    fault::FaultPlace,
    owner::Party,
    reach::Reach,
    signature::Signature,
    value::{Misfit, to_value},
};
use sealed::{FunctionAnswer, FunctionInput};

/// A system that can be called under a name: it takes `In<I>` or nothing, and returns an answer.
///
/// `I` implements `serde::Deserialize` and the answer `serde::Serialize`. The answer may be Bevy's `Result` as well. Its
/// error is a fault of the function, like a panic: the one who calls gets a text that says so. An answer that the one who
/// calls shall act on is a value: make the answer a type of your own, or `Result<T, E>` with an `E` that implements
/// `serde::Serialize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called as a function",
    label = "not a function",
    note = "a function is a system that takes `In<I>` first or no input, with an `I` that implements `serde::Deserialize`",
    note = "its answer implements `serde::Serialize`, or is a `Result<T, BevyError>` of such a `T`"
)]
pub trait IntoFunction<Marker>: sealed::IntoFunction<Marker> {}

impl<T: sealed::IntoFunction<Marker>, Marker> IntoFunction<Marker> for T {}

pub(crate) mod sealed {
    use bevy_ecs::{
        error::BevyError,
        prelude::*,
        system::{SystemInput, SystemParamFunction},
    };
    use serde::{Serialize, de::DeserializeOwned};
    use serde_json::Value;

    use super::{Callee, SystemCallee};
    use crate::value::{Misfit, from_value};

    pub trait IntoFunction<Marker> {
        /// What it takes.
        type Input: 'static;
        /// What it answers.
        type Answer: 'static;

        #[doc(hidden)]
        fn into_callee(self) -> Box<dyn Callee>;
    }

    impl<F, M, Kind> IntoFunction<(M, Kind)> for F
    where
        F: SystemParamFunction<M, In: FunctionInput, Out: FunctionAnswer<Kind>>,
        M: 'static,
        Kind: 'static,
    {
        type Input = <F::In as FunctionInput>::Value;
        type Answer = <F::Out as FunctionAnswer<Kind>>::Value;

        fn into_callee(self) -> Box<dyn Callee> {
            fn system<F: IntoSystem<In, Out, M>, In: SystemInput, Out, M>(function: F) -> F::System {
                IntoSystem::into_system(function)
            }
            Box::new(SystemCallee::<_, Kind>::new(system::<F, F::In, F::Out, _>(self)))
        }
    }

    pub trait FunctionInput: SystemInput + 'static {
        type Value: 'static;

        fn read(value: Value) -> Result<Self::Value, Misfit>;

        fn inner(value: Self::Value) -> Self::Inner<'static>;
    }

    impl FunctionInput for () {
        type Value = ();

        fn read(value: Value) -> Result<(), Misfit> {
            match value {
                Value::Null => Ok(()),
                Value::Object(map) if map.is_empty() => Ok(()),
                _ => Err(Misfit::new("", "it takes no arguments")),
            }
        }

        fn inner((): ()) {}
    }

    impl<I: DeserializeOwned + 'static> FunctionInput for In<I> {
        type Value = I;

        fn read(value: Value) -> Result<I, Misfit> {
            from_value(value)
        }

        fn inner(value: I) -> I {
            value
        }
    }

    pub struct Plain;
    pub struct Fallible;

    pub trait FunctionAnswer<Kind>: 'static {
        type Value: Serialize + 'static;

        fn into_answer(self) -> Result<Self::Value, BevyError>;
    }

    impl<O: Serialize + 'static> FunctionAnswer<Plain> for O {
        type Value = O;

        fn into_answer(self) -> Result<O, BevyError> {
            Ok(self)
        }
    }

    impl<O: Serialize + 'static> FunctionAnswer<Fallible> for Result<O, BevyError> {
        type Value = O;

        fn into_answer(self) -> Self {
            self
        }
    }
}

/// A system that can be called, without its types.
pub trait Callee: Send + Sync + 'static {
    fn types(&self) -> Types;

    fn name(&self) -> DebugName;

    /// Makes the system ready.
    fn initialize(&mut self, world: &mut World) -> Claims;

    /// Runs the system, but leaves its commands with it. One that wants the whole world gets it.
    fn run(&mut self, reach: Reach<'_>, given: Given<'_>, wanted: Wanted<'_>) -> Result<(), Broken>;

    fn queue_deferred(&mut self, world: DeferredWorld);
}

/// What a system that can be called wants of the world.
#[derive(Clone, Copy)]
pub struct Claims {
    /// Whether what it does may queue commands, its own or those of others.
    pub may_queue: bool,
    /// Whether it wants the whole world.
    pub whole: bool,
}

/// The types of a system that can be called.
#[derive(Clone, Copy)]
pub struct Types {
    pub input: (TypeId, ShortName<'static>),
    pub answer: (TypeId, ShortName<'static>),
}

/// What a system is called with.
pub enum Given<'a> {
    /// An `Option` of its own input type, to be taken.
    Typed(&'a mut dyn Any),
    /// A value, to be read.
    Value(Value),
}

/// Where its answer goes.
pub enum Wanted<'a> {
    /// To an `Option` of its own answer type.
    Typed(&'a mut dyn Any),
    /// To a value.
    Value(&'a mut Value),
    /// Nowhere.
    Nothing,
}

/// Why a system gave no answer.
pub enum Broken {
    Arguments(Misfit),
    Answer(Misfit),
    Failed(BevyError),
    /// A parameter of it asks not to run.
    Skipped(String),
    /// A script has failed.
    #[cfg(feature = "script")]
    Script(crate::script_error::ScriptError),
    /// It is part of a script that is running already.
    #[cfg(feature = "script")]
    Reentered {
        chain: String,
    },
    /// It is part of a script, and those who call it have left it too little of the stack.
    #[cfg(feature = "script")]
    TooDeep,
}

struct SystemCallee<S, Kind> {
    system: S,
    kind: PhantomData<fn() -> Kind>,
}

impl<S, Kind> SystemCallee<S, Kind> {
    fn new(system: S) -> Self {
        Self { system, kind: PhantomData }
    }
}

impl<S, Kind> Callee for SystemCallee<S, Kind>
where
    S: System<In: FunctionInput, Out: FunctionAnswer<Kind>>,
    Kind: 'static,
{
    fn types(&self) -> Types {
        fn of<T: 'static>() -> (TypeId, ShortName<'static>) {
            (TypeId::of::<T>(), ShortName::of::<T>())
        }
        Types {
            input: of::<<S::In as FunctionInput>::Value>(),
            answer: of::<<S::Out as FunctionAnswer<Kind>>::Value>(),
        }
    }

    fn name(&self) -> DebugName {
        self.system.name()
    }

    fn initialize(&mut self, world: &mut World) -> Claims {
        let access = self.system.initialize(world);
        let may_queue = takes_the_world(&access) || self.system.has_deferred();
        Claims { may_queue, whole: access.is_exclusive() }
    }

    fn run(&mut self, reach: Reach<'_>, given: Given<'_>, wanted: Wanted<'_>) -> Result<(), Broken> {
        let input = match given {
            Given::Typed(input) => {
                let input = input.downcast_mut::<Option<_>>().and_then(Option::take);
                input.expect("who gives a type has compared it with ours")
            }
            Given::Value(value) => S::In::read(value).map_err(Broken::Arguments)?,
        };
        #[cfg(feature = "hotpatching")]
        self.system.refresh_hotpatch();
        let input: SystemIn<'static, S> = S::In::inner(input);
        let ran = match reach {
            Reach::Whole(world) => self.system.run_without_applying_deferred(input, world),
            // SAFETY: one that wants the whole world gets it, so this is another one, for which all data is enough; and
            // nobody else has any of it while we have the `DeferredWorld`.
            Reach::Data(mut world) => unsafe { self.system.run_unsafe(input, world.as_unsafe_world_cell()) },
        };
        let out = ran.map_err(|error| match error {
            RunSystemError::Failed(error) => Broken::Failed(error),
            RunSystemError::Skipped(why) => Broken::Skipped(why.to_string()),
        })?;
        let answer = out.into_answer().map_err(Broken::Failed)?;
        match wanted {
            Wanted::Typed(wanted) => {
                let wanted = wanted.downcast_mut::<Option<_>>();
                *wanted.expect("who wants a type has compared it with ours") = Some(answer);
            }
            Wanted::Value(value) => *value = to_value(&answer).map_err(Broken::Answer)?,
            Wanted::Nothing => {}
        }
        Ok(())
    }

    fn queue_deferred(&mut self, world: DeferredWorld) {
        self.system.queue_deferred(world);
    }
}

/// What is known of a system that can be called, whether it is in its place or not.
pub(crate) struct Facts {
    /// As it stands in a chain: `Economy.deposit`.
    pub(super) title: Arc<str>,
    pub(super) place: FaultPlace,
    /// `None` for the app itself.
    pub(super) ward: Option<Arc<Ward>>,
    pub(super) system: DebugName,
    pub(super) types: Types,
    /// What it wants of the world; if it may queue commands, they are applied when it has run.
    pub(super) claims: Claims,
    pub(super) signature: Option<Signature>,
}

impl Facts {
    /// Tells whether it may be called: its extension is starting or running.
    pub(crate) fn is_active(&self) -> bool {
        self.ward.as_ref().is_none_or(|ward| ward.is_active())
    }
}

/// The systems behind an entity that stands for a function or a driver; `None` while one runs.
#[derive(Component)]
pub(crate) struct Slots(Vec<Option<Box<dyn Callee>>>);

impl Slots {
    /// Makes systems ready to be called, each under its name; `of` is what stands before the names.
    pub(crate) fn new(
        world: &mut World,
        owner: Party<'_>,
        of: &str,
        systems: Vec<(String, Box<dyn Callee>)>,
        signature: Option<Signature>,
    ) -> (Self, Vec<Arc<Facts>>) {
        Self::at(world, owner, of, systems, signature, |name| FaultPlace::Function(name.into()))
    }

    /// As [`new`](Self::new), and says what place it is at which one of that name fails.
    pub(crate) fn at(
        world: &mut World,
        owner: Party<'_>,
        of: &str,
        systems: Vec<(String, Box<dyn Callee>)>,
        signature: Option<Signature>,
        place: fn(String) -> FaultPlace,
    ) -> (Self, Vec<Arc<Facts>>) {
        let ready = systems.into_iter().map(|(name, mut callee)| {
            let facts = Facts {
                title: format!("{of}.{name}").into(),
                place: place(name),
                ward: owner.ward(),
                system: callee.name(),
                types: callee.types(),
                claims: callee.initialize(world),
                signature: signature.clone(),
            };
            (Some(callee), Arc::new(facts))
        });
        let (callees, facts) = ready.unzip();
        (Self(callees), facts)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Option<Box<dyn Callee>>> {
        self.0.get_mut(index)
    }
}
