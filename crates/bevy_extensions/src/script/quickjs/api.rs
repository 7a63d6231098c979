//! What scripts find in the world, and the functions behind it.

use std::time::Duration;

use bevy_extensions_core::nearest;
use rquickjs::{
    Array, Atom, Ctx, Exception, Filter, Function, Object, Promise, Result, Value as JsValue,
    context::EvalOptions,
    function::{IntoJsFunc, This},
};
use serde_json::Value;

use super::{
    artifacts,
    caller::Caller,
    errors::PRELUDE,
    files, format,
    reading::only_reads,
    state::{Command, Listener, ListensTo, Promised, State, Timer, ask_host, state},
    values,
};
use crate::{
    event::Target,
    phase::Phase,
    script::engine::{ListenerId, LogLevel, Offer, OfferKind, PromiseId, ScriptCommand, TimerId},
};

/// Makes the world of a script: `extension`, `console` and the like.
pub(super) fn install<'js>(ctx: &Ctx<'js>) -> Result<()> {
    own_code(ctx, include_str!("prelude.js"))?.call::<_, ()>((natives(ctx)?, constants(ctx)?))?;
    artifacts::install_process(ctx)
}

/// Compiles a function of ours, which stacks do not show.
pub(super) fn own_code<'js>(ctx: &Ctx<'js>, text: &str) -> Result<Function<'js>> {
    let mut options = EvalOptions::default();
    options.filename = Some(PRELUDE.into());
    ctx.eval_with_options(text, options)
}

/// What a script may read of itself.
fn constants<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let state = state(ctx);
    let exports = Object::new(ctx.clone())?;
    state.exports.replace(Some(exports.clone()));
    let config = values::to_js(ctx, &state.source.config)?;
    values::freeze(&config, &state.builtins.freeze)?;
    let constants = Object::new(ctx.clone())?;
    constants.set("name", state.source.manifest.name.as_str())?;
    constants.set("version", state.source.manifest.version.to_string())?;
    constants.set("config", config)?;
    constants.set("exports", exports)?;
    Ok(constants)
}

fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let natives = Object::new(ctx.clone())?;
    add(&natives, "listen", listen)?;
    add(&natives, "unlisten", unlisten)?;
    add(&natives, "off", off)?;
    add(&natives, "nearest", |name: String, names: Vec<String>| near(&name, &names))?;
    add(&natives, "emit", emit)?;
    add(&natives, "offers", offers)?;
    add(&natives, "offer", offer)?;
    add(&natives, "call", call)?;
    add(&natives, "methods", methods)?;
    add(&natives, "method", method)?;
    add(&natives, "drive", drive)?;
    add(&natives, "driver", driver)?;
    add(&natives, "command", command)?;
    add(&natives, "exports", set_exports)?;
    add(&natives, "changed", |ctx: Ctx<'js>| state(&ctx).exports_changed.set(true))?;
    add(&natives, "data", data)?;
    add(&natives, "later", data_later)?;
    add(&natives, "log", log)?;
    add(&natives, "timer", start_timer)?;
    add(&natives, "clear", stop_timer)?;
    add(&natives, "clone", clone)?;
    files::install(&natives)?;
    artifacts::install(&natives)?;
    Ok(natives)
}

pub(super) fn add<'js, P>(natives: &Object<'js>, name: &str, function: impl IntoJsFunc<'js, P> + 'js) -> Result<()> {
    natives.set(name, Function::new(natives.ctx().clone(), function)?)
}

/// Names what was probably meant, at the end of a complaint.
fn near(name: &str, names: &[String]) -> String {
    nearest(name, names).map(|near| format!(", did you mean `{near}`")).unwrap_or_default()
}

/// Makes an error of what the host says.
pub(super) fn told<'js, T>(ctx: &Ctx<'js>, answer: std::result::Result<T, String>) -> Result<T> {
    answer.map_err(|complaint| Exception::throw_message(ctx, &complaint))
}

// Events.

fn listen<'js>(ctx: Ctx<'js>, name: String, function: Function<'js>, is_once: bool) -> Result<u32> {
    let written = name.to_ascii_lowercase();
    if name != written && phase(&written).is_some() {
        let complaint = format!("`{name}` is no event: the phase is written `{written}`");
        return Err(Exception::throw_type(&ctx, &complaint));
    }
    let id = state(&ctx).number();
    let to = match phase(&name) {
        Some(phase) => ListensTo::Phase(phase, name),
        None => {
            told(&ctx, ask_host(&ctx, |host| host.listen(ListenerId(id), &name)))?;
            ListensTo::Events(name)
        }
    };
    let state = state(&ctx);
    let source = state.builtins.function_to_string.call::<_, String>((This(function.clone()),));
    let caller = source.is_ok_and(|source| only_reads(&source)).then(Caller::default);
    let listener = Listener { function: function.into(), to, is_once, caller, meta: None };
    state.listeners.borrow_mut().insert(id, listener);
    Ok(id)
}

fn phase(name: &str) -> Option<Phase> {
    Some(match name {
        "preinit" => Phase::PreInit,
        "init" => Phase::Init,
        "postinit" | "ready" => Phase::PostInit,
        "terminate" => Phase::Terminate,
        _ => return None,
    })
}

/// Takes a listener away, if it is still there.
pub(super) fn unlisten(ctx: Ctx<'_>, id: u32) {
    let listener = state(&ctx).listeners.borrow_mut().remove(&id);
    if listener.is_some_and(|listener| matches!(listener.to, ListensTo::Events(_))) {
        ask_host(&ctx, |host| host.unlisten(ListenerId(id)));
    }
}

fn off<'js>(ctx: Ctx<'js>, name: Option<String>, function: Function<'js>) {
    let is_meant = |listener: &Listener<'js>| {
        *listener.function == function && name.as_ref().is_none_or(|name| listener.to.name() == name)
    };
    let listeners = state(&ctx);
    let ids: Vec<u32> =
        listeners.listeners.borrow().iter().filter(|(_, listener)| is_meant(listener)).map(|(id, _)| *id).collect();
    ids.into_iter().for_each(|id| unlisten(ctx.clone(), id));
}

fn emit<'js>(
    ctx: Ctx<'js>,
    name: String,
    value: JsValue<'js>,
    to: JsValue<'js>,
    error: Object<'js>,
) -> Result<Promise<'js>> {
    let target = target(&ctx, &to)?;
    let value = values::from_js(&value)?;
    let (promise, resolve, reject) = ctx.promise()?;
    let state = state(&ctx);
    let most = state.source.limits.emits;
    if state.emits.borrow().len() >= most as usize {
        let complaint =
            format!("`{name}` cannot be emitted: {most} events are still to be delivered, which is the limit");
        return Err(Exception::throw_range(&ctx, &complaint));
    }
    let id = state.number();
    state.emits.borrow_mut().insert(id, Promised { resolve, reject, error });
    let emitted = ask_host(&ctx, |host| host.emit(&name, value, target, PromiseId(id)));
    if emitted.is_err() {
        state.emits.borrow_mut().remove(&id);
    }
    told(&ctx, emitted)?;
    Ok(promise)
}

fn target<'js>(ctx: &Ctx<'js>, to: &JsValue<'js>) -> Result<Target> {
    if to.is_undefined() || to.is_null() {
        return Ok(Target::Everyone);
    }
    let list = to.as_object().filter(|list| list.is_array());
    let names =
        list.map(|list| (0..values::length_of(list)?).map(|index| list.get(index)).collect::<Result<Vec<String>>>());
    match names {
        Some(Ok(names)) => Ok(Target::Only(names)),
        _ => Err(Exception::throw_type(ctx, "`to` is the name of an extension, or a list of names")),
    }
}

// What others offer.

fn offers<'js>(ctx: Ctx<'js>, of: String) -> Result<Array<'js>> {
    let offers = told(&ctx, ask_host(&ctx, |host| host.offers(&of)))?;
    list(&ctx, offers.iter().map(|offer| offer.name.as_str()))
}

pub(super) fn list<'js, 'a>(ctx: &Ctx<'js>, names: impl Iterator<Item = &'a str>) -> Result<Array<'js>> {
    let list = Array::new(ctx.clone())?;
    names.enumerate().try_for_each(|(index, name)| list.set(index, name))?;
    Ok(list)
}

fn offer(ctx: Ctx<'_>, of: String, name: String) -> Result<bool> {
    Ok(told(&ctx, ask_host(&ctx, |host| host.offer(&of, &name)))? == OfferKind::Function)
}

fn call<'js>(ctx: Ctx<'js>, of: String, name: String, argument: JsValue<'js>) -> Result<JsValue<'js>> {
    let argument = values::from_js(&argument)?;
    let answer = told(&ctx, ask_host(&ctx, |host| host.call(&of, &name, argument)))?;
    values::to_js(&ctx, &answer)
}

fn data<'js>(ctx: Ctx<'js>, store: String, method: String, arguments: JsValue<'js>) -> Result<JsValue<'js>> {
    let Value::Array(arguments) = values::from_js(&arguments)? else { return Ok(JsValue::new_undefined(ctx)) };
    let answer = told(&ctx, ask_host(&ctx, |host| host.data(&store, &method, arguments)))?;
    values::to_js(&ctx, &answer)
}

fn data_later<'js>(
    ctx: Ctx<'js>,
    store: String,
    method: String,
    arguments: JsValue<'js>,
    error: Object<'js>,
) -> Result<JsValue<'js>> {
    let Value::Array(arguments) = values::from_js(&arguments)? else { return Ok(JsValue::new_undefined(ctx)) };
    let (promise, resolve, reject) = ctx.promise()?;
    let state = state(&ctx);
    let id = state.number();
    told(&ctx, ask_host(&ctx, |host| host.data_later(&store, &method, arguments, PromiseId(id))))?;
    state.answers.borrow_mut().insert(id, Promised { resolve, reject, error });
    Ok(promise.into_inner().into_value())
}

// Drivers.

fn methods<'js>(ctx: Ctx<'js>, interface: String) -> Result<Array<'js>> {
    let methods = told(&ctx, ask_host(&ctx, |host| host.methods(&interface)))?;
    list(&ctx, methods.iter().map(String::as_str))
}

fn method(ctx: Ctx<'_>, interface: String, name: String) -> Result<()> {
    let methods = told(&ctx, ask_host(&ctx, |host| host.methods(&interface)))?;
    if methods.contains(&name) {
        return Ok(());
    }
    told(&ctx, Err(format!("`{interface}` has no method `{name}`{}", near(&name, &methods))))
}

fn drive<'js>(ctx: Ctx<'js>, interface: String, method: String, arguments: JsValue<'js>) -> Result<JsValue<'js>> {
    let arguments = values::from_js(&arguments)?;
    let answer = told(&ctx, ask_host(&ctx, |host| host.drive(&interface, &method, arguments)))?;
    values::to_js(&ctx, &answer)
}

fn driver<'js>(ctx: Ctx<'js>, interface: String, methods: Object<'js>) -> Result<()> {
    let offers = offered(&methods)?;
    let names = offers.into_iter().filter(|offer| offer.kind == OfferKind::Function).map(|offer| offer.name).collect();
    told(&ctx, ask_host(&ctx, |host| host.drive_for_others(&interface, names)))?;
    state(&ctx).drivers.borrow_mut().insert(interface, methods);
    Ok(())
}

// Commands.

fn command<'js>(
    ctx: Ctx<'js>,
    name: String,
    arguments: String,
    help: String,
    run: Function<'js>,
    complete: Option<Function<'js>>,
) -> Result<()> {
    let added = ScriptCommand { name: name.clone(), arguments, help, completes: complete.is_some() };
    told(&ctx, ask_host(&ctx, |host| host.command(added)))?;
    state(&ctx).commands.borrow_mut().insert(name, Command { run, complete });
    Ok(())
}

// Exports.

fn set_exports<'js>(ctx: Ctx<'js>, exports: Object<'js>) -> Result<()> {
    let state = state(&ctx);
    state.exports.replace(Some(exports));
    state.is_export_set.set(true);
    told(&ctx, export(&ctx, &state)?)
}

/// Tells the host what the script exports, if that is something else than before.
pub(super) fn export<'js>(ctx: &Ctx<'js>, state: &State<'js>) -> Result<std::result::Result<(), String>> {
    state.exports_changed.set(false);
    let exports = state.exports.borrow().clone();
    let offers = exports.as_ref().map(offered).transpose()?.unwrap_or_default();
    if *state.exported.borrow() == offers {
        return Ok(Ok(()));
    }
    state.exported.replace(offers.clone());
    Ok(ask_host(ctx, |host| host.export(offers)))
}

/// Lists the fields of an object, and the methods of its class.
pub(super) fn offered<'js>(object: &Object<'js>) -> Result<Vec<Offer>> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut class = Some(object.clone());
    while let Some(part) = class {
        class = part.get_prototype();
        let is_own = offers.is_empty() && part == *object;
        // The class of all objects offers nothing that its author has written.
        if !is_own && class.is_none() {
            break;
        }
        let filter = if is_own { Filter::default() } else { Filter::new().string() };
        for atom in part.own_keys::<Atom<'js>>(filter) {
            let atom = atom?;
            let name = values::text_of(&atom.to_js_string()?)?;
            let value: JsValue<'js> = object.get(atom)?;
            let kind = if value.is_function() { OfferKind::Function } else { OfferKind::Value };
            let is_offered = is_own || (kind == OfferKind::Function && name != "constructor");
            if is_offered && !value.is_undefined() && offers.iter().all(|offer| offer.name != name) {
                offers.push(Offer { name, kind });
            }
        }
    }
    Ok(offers)
}

// Log and timers.

fn log<'js>(ctx: Ctx<'js>, level: u8, values: Vec<JsValue<'js>>) {
    let level = match level {
        0 => LogLevel::Debug,
        1 => LogLevel::Info,
        2 => LogLevel::Warn,
        _ => LogLevel::Error,
    };
    let text = format::line(&values);
    ask_host(&ctx, |host| host.log(level, &text));
}

fn start_timer<'js>(
    ctx: Ctx<'js>,
    function: Function<'js>,
    after: f64,
    arguments: Vec<JsValue<'js>>,
    repeats: bool,
) -> Result<u32> {
    let state = state(&ctx);
    let most = state.source.limits.timers;
    if state.timers.borrow().len() >= most as usize {
        let complaint = format!("a timer cannot be started: {most} are running, which is the limit");
        return Err(Exception::throw_range(&ctx, &complaint));
    }
    let id = state.number();
    state.timers.borrow_mut().insert(id, Timer { function, arguments, repeats });
    // What is no number is no time; and who repeats at once would never end.
    let after = after.max(if repeats { 1.0 } else { 0.0 }).min(MOST_MS);
    ask_host(&ctx, |host| host.start_timer(TimerId(id), Duration::from_secs_f64(after / 1000.0), repeats));
    Ok(id)
}

/// How many milliseconds a timer may wait: some thirty years.
const MOST_MS: f64 = 1e12;

fn stop_timer(ctx: Ctx<'_>, timer: JsValue<'_>) {
    let Some(id) = timer.as_number().filter(|id| id.fract() == 0.0).map(|id| id as u32) else { return };
    if state(&ctx).timers.borrow_mut().remove(&id).is_some() {
        ask_host(&ctx, |host| host.stop_timer(TimerId(id)));
    }
}

fn clone<'js>(ctx: Ctx<'js>) -> Result<Function<'js>> {
    state(&ctx).depth.check(&ctx)?;
    own_code(&ctx, include_str!("clone.js"))
}

/// Returns what listeners to a phase get in place of an event's value.
pub(super) fn no_event() -> Value {
    Value::Object(serde_json::Map::new())
}
