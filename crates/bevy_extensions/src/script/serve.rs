//! Others call the functions of a script, and its drivers.

use std::{any::TypeId, sync::Arc};

use bevy_ecs::{prelude::*, world::DeferredWorld};
use bevy_utils::prelude::{DebugName, ShortName};
use serde_json::Value;

use super::{context::Context, deliver::deliver, engine::ScriptFunction, stack};
use crate::{
    contain::chain,
    exchange::callable::{Broken, Callee, Claims, Given, Types, Wanted},
    fault::FaultPlace,
    reach::Reach,
};

/// Something of a script that can be called.
pub(super) struct ScriptCallee {
    pub(super) context: Arc<Context>,
    pub(super) function: OwnedFunction,
    pub(super) place: FaultPlace,
}

/// Which function of a script it is.
pub(super) enum OwnedFunction {
    Export(String),
    Method {
        interface: String,
        method: String,
    },
    #[cfg(feature = "console")]
    Command(String),
    #[cfg(feature = "console")]
    Completion(String),
}

impl OwnedFunction {
    fn as_ref(&self) -> ScriptFunction<'_> {
        match self {
            Self::Export(name) => ScriptFunction::Export(name),
            Self::Method { interface, method } => ScriptFunction::Method { interface, method },
            #[cfg(feature = "console")]
            Self::Command(name) => ScriptFunction::Command(name),
            #[cfg(feature = "console")]
            Self::Completion(name) => ScriptFunction::Completion(name),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Export(name) | Self::Method { method: name, .. } => name,
            #[cfg(feature = "console")]
            Self::Command(name) | Self::Completion(name) => name,
        }
    }

    fn place(&self) -> FaultPlace {
        let name = self.name().to_string().into();
        match self {
            Self::Export(_) | Self::Method { .. } => FaultPlace::Function(name),
            #[cfg(feature = "console")]
            Self::Command(_) | Self::Completion(_) => FaultPlace::ConsoleCommand(name),
        }
    }
}

impl ScriptCallee {
    pub(super) fn new(context: Arc<Context>, function: OwnedFunction) -> Self {
        let place = function.place();
        Self { context, function, place }
    }
}

impl Callee for ScriptCallee {
    fn types(&self) -> Types {
        let value = (TypeId::of::<Value>(), ShortName::of::<Value>());
        Types { input: value, answer: value }
    }

    fn name(&self) -> DebugName {
        DebugName::owned(self.function.name().to_string())
    }

    fn initialize(&mut self, _: &mut World) -> Claims {
        Claims { may_queue: true, whole: false }
    }

    fn run(&mut self, reach: Reach<'_>, given: Given<'_>, wanted: Wanted<'_>) -> Result<(), Broken> {
        if stack::is_short() {
            return Err(Broken::TooDeep);
        }
        let argument = match given {
            Given::Value(value) => value,
            Given::Typed(value) => {
                let value = value.downcast_mut::<Option<Value>>().and_then(Option::take);
                value.expect("who gives a type has compared it with ours")
            }
        };
        let called =
            self.context.enter(reach, &self.place, |script, host| script.call(self.function.as_ref(), argument, host));
        let answer = match called {
            Some(Ok(answer)) => answer,
            Some(Err(error)) => return Err(Broken::Script(error)),
            None => return Err(Broken::Reentered { chain: chain::shown() }),
        };
        match wanted {
            Wanted::Value(value) => *value = answer,
            Wanted::Typed(wanted) => {
                let wanted = wanted.downcast_mut::<Option<Value>>();
                *wanted.expect("who wants a type has compared it with ours") = Some(answer);
            }
            Wanted::Nothing => {}
        }
        Ok(())
    }

    /// By then the function is back in its place, and whoever hears of it may call it.
    fn queue_deferred(&mut self, mut world: DeferredWorld) {
        if self.context.has_waiting() {
            let context = self.context.clone();
            world.commands().queue(move |world: &mut World| deliver(world, &context));
        }
    }
}
