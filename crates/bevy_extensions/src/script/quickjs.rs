//! Scripts in JavaScript, on `QuickJS`.
//!
//! Every script has a runtime of its own. What it holds on to is its `State`, which lives inside the runtime; what it
//! asks of the host goes through functions that find the host where the call has lent it.

mod api;
mod arguments;
mod artifacts;
mod caller;
mod entry;
mod errors;
mod files;
mod format;
mod limits;
mod modules;
mod place;
mod reading;
mod resolve;
mod state;
#[cfg(test)]
mod tests;
mod values;

use std::{cell::Cell, rc::Rc, sync::Arc};

use bevy_extensions_core::ExtensionName;
use rquickjs::{
    Context, Ctx, Error, Function, Object, Runtime, Value as JsValue, function::This, promise::PromiseState,
};
use serde_json::Value;

use self::{
    caller::Caller,
    entry::Entry,
    errors::{at_function, caught, limit, thrown},
    limits::{Depth, Watch},
    state::{Builtins, HOST, ListensTo, Meta, Rejection, State, ask_host, state},
};
use super::{
    ScriptError,
    engine::{
        Heard, HeardEvent, ListenerId, LogLevel, PromiseId, Script, ScriptEngine, ScriptFunction, ScriptHost,
        ScriptSource, TimerId,
    },
    stack,
};
use crate::{event::Target, phase::Phase};

/// Runs scripts in JavaScript.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuickJs;

impl ScriptEngine for QuickJs {
    fn language(&self) -> &'static str {
        "JavaScript"
    }

    fn runs(&self, file: &str) -> bool {
        let file = file.to_ascii_lowercase();
        [".js", ".mjs", ".cjs"].iter().any(|ending| file.ends_with(ending))
    }

    fn create(&self, source: ScriptSource) -> Result<Box<dyn Script>, ScriptError> {
        Ok(Box::new(QuickJsScript::new(source)?))
    }
}

impl QuickJsScript {
    fn new(source: ScriptSource) -> Result<Self, ScriptError> {
        let no_runtime = |error: Error| ScriptError::new(format!("there is no runtime for it: {error}"));
        let limits = source.limits;
        let runtime = Runtime::new().map_err(no_runtime)?;
        let context = Context::full(&runtime).map_err(no_runtime)?;
        let watch = Arc::new(Watch::new(limits.call()));
        let stack = (limits.stack_kib.get() as usize * 1024).min(stack::MOST);
        runtime.set_max_stack_size(stack);
        let asked = watch.clone();
        runtime.set_interrupt_handler(Some(Box::new(move || asked.ask())));
        runtime.set_loader(modules::OwnFiles, modules::OwnFiles);
        runtime.set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, is_handled| {
            let state = state(&ctx);
            let mut rejections = state.rejections.borrow_mut();
            rejections.retain(|rejection| rejection.promise != promise);
            if !is_handled {
                rejections.push(Rejection { promise, reason });
            }
        })));
        context.with(|ctx| {
            begin(&ctx, source, watch.clone(), stack).map_err(|error| match ctx.userdata::<State<'_>>() {
                Some(_) => caught(&ctx, error),
                None => no_runtime(error),
            })
        })?;
        // Only now: what has too little for the world of a script shall tell so when it runs.
        runtime.set_memory_limit(limits.memory_kib.get() as usize * 1024);
        Ok(Self { context, watch, halted: None, is_begun: false })
    }
}

/// After how many jobs the clock is looked at, if nobody else does.
const JOBS_A_LOOK: u32 = 1024;

/// Puts into a new context all that a script finds there.
fn begin<'js>(ctx: &Ctx<'js>, source: ScriptSource, watch: Arc<Watch>, stack: usize) -> rquickjs::Result<()> {
    let depth = Depth::new(stack);
    depth.begin(ctx);
    let state = State {
        source: Arc::new(source),
        watch,
        depth,
        listeners: Default::default(),
        timers: Default::default(),
        emits: Default::default(),
        answers: Default::default(),
        rejections: Default::default(),
        drivers: Default::default(),
        commands: Default::default(),
        exports: Default::default(),
        exported: Default::default(),
        exports_changed: Cell::new(false),
        is_export_set: Cell::new(false),
        entry: Default::default(),
        is_drained: Cell::new(false),
        has_more: Cell::new(false),
        modules: Default::default(),
        prepared: Default::default(),
        es_modules: Default::default(),
        builtins: Builtins {
            array_from: ctx.eval("Array.from")?,
            to_well_formed: ctx.eval("String.prototype.toWellFormed")?,
            freeze: ctx.eval("Object.freeze")?,
            function_to_string: ctx.eval("Function.prototype.toString")?,
            throw: api::own_code(ctx, "(error) => { throw error; }")?,
        },
        last: Cell::new(0),
    };
    ctx.store_userdata(state).map_err(|_| Error::Unknown)?;
    api::install(ctx)
}

/// A script in JavaScript.
struct QuickJsScript {
    context: Context,
    watch: Arc<Watch>,
    /// Why it is not called any more.
    halted: Option<ScriptError>,
    /// Whether it has heard of a phase.
    is_begun: bool,
}

impl Script for QuickJsScript {
    fn check(&mut self) -> Result<(), ScriptError> {
        self.watch.begin();
        let used_up = self.context.with(|ctx| {
            let state = state(&ctx);
            state.depth.begin(&ctx);
            let is_good = modules::prepare(&ctx, &state.source.entrypoint).map_err(|error| caught(&ctx, error))?;
            Ok((!is_good).then(|| ScriptSource::clone(&state.source)))
        })?;
        if let Some(source) = used_up {
            *self = Self::new(source)?;
        }
        Ok(())
    }

    fn run(&mut self, host: &mut dyn ScriptHost) -> Result<(), ScriptError> {
        self.enter(host, |ctx, state| {
            let promise = modules::run(ctx, &state.source.entrypoint)?;
            drain(ctx, state)?;
            state.exports_changed.set(true);
            if let Some(promise) = promise {
                settled(state, promise.into_inner().into_value())?;
            }
            entry::offer(ctx, state)
        })
    }

    fn phase(&mut self, phase: Phase, host: &mut dyn ScriptHost) {
        if !std::mem::replace(&mut self.is_begun, true)
            && self.context.with(|ctx| state(&ctx).entry.borrow().as_ref().is_some_and(Entry::waits))
        {
            host.log(LogLevel::Warn, "its top level still waits: what comes after the `await` runs later");
        }
        let ids = self.context.with(|ctx| {
            let state = state(&ctx);
            let listeners = state.listeners.borrow();
            let is_meant = |to: &ListensTo| matches!(to, ListensTo::Phase(other, _) if *other == phase);
            listeners.iter().filter(|(_, listener)| is_meant(&listener.to)).map(|(id, _)| *id).collect::<Vec<_>>()
        });
        for id in ids {
            let outcome = self.enter(host, |ctx, state| {
                state.exports_changed.set(true);
                let key = state.listeners.borrow().get(&id).map(|listener| listener.to.name().to_owned());
                let Some(key) = key else { return Ok(()) };
                let heard = Heard { key: &key, sender: None, target: &Target::Everyone };
                tell(ctx, state, id, &mut api::no_event(), heard)
            });
            if let Err(error) = outcome {
                host.report(error);
            }
        }
    }

    fn hear(
        &mut self,
        listener: ListenerId,
        event: &mut dyn HeardEvent,
        meta: Heard<'_>,
        host: &mut dyn ScriptHost,
    ) -> Result<(), ScriptError> {
        self.enter(host, |ctx, state| tell(ctx, state, listener.0, event, meta))
    }

    fn call(
        &mut self,
        function: ScriptFunction<'_>,
        argument: Value,
        host: &mut dyn ScriptHost,
    ) -> Result<Value, ScriptError> {
        self.enter(host, |ctx, state| answer(ctx, state, function, &argument))
    }

    fn settle(&mut self, promise: PromiseId, outcome: Result<Value, String>, host: &mut dyn ScriptHost) {
        let settled = self.enter(host, |ctx, state| {
            let emitted = state.emits.borrow_mut().remove(&promise.0);
            let Some(promised) = emitted.or_else(|| state.answers.borrow_mut().remove(&promise.0)) else {
                return Ok(());
            };
            match outcome {
                Ok(value) => promised.resolve.call((values::to_js(ctx, &value)?,)),
                Err(complaint) => {
                    promised.error.set("message", complaint)?;
                    promised.reject.call((promised.error,))
                }
            }
        });
        if let Err(error) = settled {
            host.report(error);
        }
    }

    fn ring(&mut self, timer: TimerId, host: &mut dyn ScriptHost) -> Result<(), ScriptError> {
        self.enter(host, |ctx, state| {
            let mut timers = state.timers.borrow_mut();
            let Some(timer_now) = timers.get(&timer.0) else { return Ok(()) };
            let function = timer_now.function.clone();
            let mut arguments = rquickjs::function::Args::new(ctx.clone(), timer_now.arguments.len());
            arguments.push_args(timer_now.arguments.iter().cloned())?;
            if !timer_now.repeats {
                timers.remove(&timer.0);
            }
            drop(timers);
            let answer: JsValue<'_> = function.call_arg(arguments)?;
            drain(ctx, state)?;
            settled(state, answer).map(|_| ())
        })
    }
}

impl QuickJsScript {
    /// Calls into the script, with the host at hand, and sees to what is left afterwards.
    fn enter<R>(
        &mut self,
        host: &mut dyn ScriptHost,
        call: impl for<'js> FnOnce(&Ctx<'js>, &State<'js>) -> rquickjs::Result<R>,
    ) -> Result<R, ScriptError> {
        if let Some(error) = &self.halted {
            return Err(error.clone());
        }
        self.watch.begin();
        let (outcome, has_more) = HOST.set(host, || {
            self.context.with(|ctx| {
                let state = state(&ctx);
                state.depth.begin(&ctx);
                let mut outcome = call(&ctx, &state).map_err(|error| caught(&ctx, error));
                if !state.is_drained.take()
                    && !self.watch.is_over()
                    && let Err(error) = drain(&ctx, &state)
                    && outcome.is_ok()
                {
                    outcome = Err(caught(&ctx, error));
                }
                finish(&ctx, &state);
                (outcome, state.has_more.take())
            })
        });
        // The jobs that were not done cannot be taken back: they would run into the next call, and the one after.
        if has_more && self.context.runtime().is_job_pending() {
            let complaint = format!("{}, and its promises go on: it is not called any more", self.watch.complaint());
            self.halted = Some(limit(complaint));
        }
        outcome
    }
}

/// Calls a listener, and takes over what it has made of the event.
fn tell<'js>(
    ctx: &Ctx<'js>,
    state: &State<'js>,
    id: u32,
    event: &mut dyn HeardEvent,
    heard: Heard<'_>,
) -> rquickjs::Result<()> {
    let Some((function, mut caller, meta)) = listener(ctx, state, id, heard)? else { return Ok(()) };
    if let Some(known) = &mut caller
        && let Some(answer) = known.call(state, &function, event, &meta.object)
    {
        // The next event is mostly like this one.
        if let Some(listener) = state.listeners.borrow_mut().get_mut(&id) {
            listener.caller = caller;
        }
        end(ctx, state, answer?)?;
        state.is_drained.set(true);
        return Ok(());
    }
    let fail = |why: String| rquickjs::Exception::throw_message(ctx, &why);
    let before = event.to_value().map_err(fail)?;
    let lent = values::to_js(ctx, &before)?;
    let answer: JsValue<'js> = function.call((lent.clone(), meta.object.clone()))?;
    end(ctx, state, Some(answer))?;
    let mut take_over = || {
        if values::is_same(&before, &lent)? {
            return Ok(());
        }
        let changed = values::from_js_after(&lent, &before)?;
        event.replace(changed).map_err(|why| fail(format!("the event does not take what was made of it: {why}")))
    };
    take_over().map_err(|error| at_function(ctx, error, &function))
}

/// Does what a listener has put off, and looks whether its promise was rejected.
fn end<'js>(ctx: &Ctx<'js>, state: &State<'js>, answer: Option<JsValue<'js>>) -> rquickjs::Result<()> {
    drain(ctx, state)?;
    answer.map_or(Ok(()), |answer| settled(state, answer).map(|_| ()))
}

/// Returns a listener, the fields of what it will hear, and what to tell it beside the event.
fn listener<'js>(
    ctx: &Ctx<'js>,
    state: &State<'js>,
    id: u32,
    heard: Heard<'_>,
) -> rquickjs::Result<Option<(Rc<Function<'js>>, Option<Caller<'js>>, Rc<Meta<'js>>)>> {
    let mut listeners = state.listeners.borrow_mut();
    let Some(listener) = listeners.get_mut(&id) else { return Ok(None) };
    let (function, caller) = (listener.function.clone(), listener.caller.take());
    // As they are written: names are equal in more ways than a script should see.
    let written = ExtensionName::as_str;
    let known = listener.meta.as_ref().filter(|meta| {
        meta.key == heard.key
            && meta.sender.as_ref().map(written) == heard.sender.map(written)
            && meta.target == *heard.target
    });
    let meta = match known {
        Some(meta) => meta.clone(),
        None => listener.meta.insert(meta(ctx, state, heard)?.into()).clone(),
    };
    if listener.is_once {
        drop(listeners);
        api::unlisten(ctx.clone(), id);
    }
    Ok(Some((function, caller, meta)))
}

/// Makes what a listener is told beside the event.
fn meta<'js>(ctx: &Ctx<'js>, state: &State<'js>, heard: Heard<'_>) -> rquickjs::Result<Meta<'js>> {
    let meta = Object::new(ctx.clone())?;
    meta.set("key", heard.key)?;
    meta.set("sender", heard.sender.map(ExtensionName::as_str))?;
    let target = match heard.target {
        Target::Everyone => JsValue::new_undefined(ctx.clone()),
        Target::Only(names) => values::to_js(ctx, &Value::from(names.clone()))?,
    };
    meta.set("target", target)?;
    let object = meta.into_value();
    values::freeze(&object, &state.builtins.freeze)?;
    Ok(Meta { key: heard.key.into(), sender: heard.sender.cloned(), target: heard.target.clone(), object })
}

/// Calls what the script offers to others.
fn answer<'js>(
    ctx: &Ctx<'js>,
    state: &State<'js>,
    function: ScriptFunction<'_>,
    argument: &Value,
) -> rquickjs::Result<Value> {
    let fail = |complaint: String| rquickjs::Exception::throw_message(ctx, &complaint);
    let (holder, name) = match function {
        ScriptFunction::Export(name) => (state.exports.borrow().clone(), name),
        ScriptFunction::Method { interface, method } => (state.drivers.borrow().get(interface).cloned(), method),
        ScriptFunction::Command(name) => {
            let run = state.commands.borrow().get(name).map(|command| command.run.clone());
            return call_alone(ctx, state, name, run, argument);
        }
        ScriptFunction::Completion(name) => {
            let complete = state.commands.borrow().get(name).and_then(|command| command.complete.clone());
            return call_alone(ctx, state, name, complete, argument);
        }
    };
    let holder = holder.ok_or_else(|| fail(format!("it offers no `{name}`")))?;
    let value: JsValue<'js> = holder.get(name)?;
    let Some(function) = value.as_function() else {
        return match value.is_undefined() {
            true => Err(fail(format!("it offers no `{name}`"))),
            false => values::from_js(&value),
        };
    };
    let answer: JsValue<'js> = function.call((This(holder.clone()), values::to_js(ctx, argument)?))?;
    at_once(ctx, state, name, answer)
}

/// Calls a function that belongs to no object.
fn call_alone<'js>(
    ctx: &Ctx<'js>,
    state: &State<'js>,
    name: &str,
    function: Option<Function<'js>>,
    argument: &Value,
) -> rquickjs::Result<Value> {
    let gone = || rquickjs::Exception::throw_message(ctx, &format!("it has no command `{name}`"));
    let answer: JsValue<'js> = function.ok_or_else(gone)?.call((values::to_js(ctx, argument)?,))?;
    at_once(ctx, state, name, answer)
}

/// Takes an answer that nobody can wait for.
fn at_once<'js>(ctx: &Ctx<'js>, state: &State<'js>, name: &str, answer: JsValue<'js>) -> rquickjs::Result<Value> {
    drain(ctx, state)?;
    match settled(state, answer)? {
        Some(value) => values::from_js(&value),
        None => {
            let complaint = format!("`{name}` has to answer at once, but its promise still waits");
            Err(rquickjs::Exception::throw_message(ctx, &complaint))
        }
    }
}

/// Returns what a value is once its promise, if it is one, came to an end; `None` if that is still to come.
///
/// # Errors
///
/// What the promise was rejected with, which is so taken care of.
fn settled<'js>(state: &State<'js>, value: JsValue<'js>) -> rquickjs::Result<Option<JsValue<'js>>> {
    let Some(promise) = value.as_promise().cloned() else { return Ok(Some(value)) };
    match promise.state() {
        PromiseState::Pending => Ok(None),
        PromiseState::Resolved => promise.result::<JsValue<'js>>().transpose(),
        PromiseState::Rejected => {
            state.rejections.borrow_mut().retain(|rejection| rejection.promise != value);
            promise.result::<JsValue<'js>>().transpose()
        }
    }
}

/// Does what the script has put off until now.
///
/// # Errors
///
/// If that takes longer than the call may.
fn drain<'js>(ctx: &Ctx<'js>, state: &State<'js>) -> rquickjs::Result<()> {
    if state.watch.is_over() {
        // A promise has swallowed that its function was cut off.
        return Err(interrupted(ctx));
    }
    let mut jobs = 0_u32;
    while ctx.execute_pending_job() {
        jobs = jobs.wrapping_add(1);
        // QuickJS asks while it runs functions of scripts, which not every job does.
        if state.watch.is_over() || (jobs.is_multiple_of(JOBS_A_LOOK) && state.watch.ask()) {
            state.has_more.set(true);
            return Err(interrupted(ctx));
        }
    }
    Ok(())
}

/// An error whose text is [replaced](errors::caught) by that of the limit.
fn interrupted(ctx: &Ctx<'_>) -> Error {
    rquickjs::Exception::throw_message(ctx, "interrupted")
}

/// Tells the host what became known at the end of a call.
fn finish<'js>(ctx: &Ctx<'js>, state: &State<'js>) {
    let rejections = state.rejections.take();
    for rejection in rejections {
        let error = thrown(ctx, &rejection.reason);
        ask_host(ctx, |host| host.report(error));
    }
    if let Err(error) = entry::offer(ctx, state) {
        let error = caught(ctx, error);
        ask_host(ctx, |host| host.report(error));
    }
    if state.exports_changed.get() {
        let error = match api::export(ctx, state) {
            Ok(Ok(())) => return,
            Ok(Err(complaint)) => ScriptError::new(complaint),
            Err(error) => caught(ctx, error),
        };
        ask_host(ctx, |host| host.report(error));
    }
}
