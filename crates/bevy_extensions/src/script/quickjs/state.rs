//! What a script holds on to, kept inside its own runtime.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use bevy_extensions_core::ExtensionName;
use rquickjs::{Ctx, Function, JsLifetime, Object, Value as JsValue, runtime::UserDataGuard};
use scoped_tls_hkt::scoped_thread_local;

use super::{
    caller::Caller,
    entry::Entry,
    limits::{Depth, Watch},
};
use crate::{
    event::Target,
    phase::Phase,
    script::engine::{Offer, ScriptHost, ScriptSource},
};

scoped_thread_local!(
    /// The host of the script that runs on this thread.
    pub(super) static mut HOST: for<'a> &'a mut (dyn ScriptHost + 'a)
);

/// What a script holds on to.
///
/// It lives in the runtime, which frees it before itself: a value that outlives its runtime aborts the process.
#[derive(JsLifetime)]
pub(super) struct State<'js> {
    pub source: Arc<ScriptSource>,
    pub watch: Arc<Watch>,
    pub depth: Depth,
    pub listeners: RefCell<BTreeMap<u32, Listener<'js>>>,
    pub timers: RefCell<BTreeMap<u32, Timer<'js>>>,
    /// The events that are still to be delivered.
    pub emits: RefCell<BTreeMap<u32, Promised<'js>>>,
    /// What was asked for and is not answered yet.
    pub answers: RefCell<BTreeMap<u32, Promised<'js>>>,
    pub rejections: RefCell<Vec<Rejection<'js>>>,
    pub drivers: RefCell<BTreeMap<String, Object<'js>>>,
    /// The commands of the console, by name.
    pub commands: RefCell<BTreeMap<String, Command<'js>>>,
    pub exports: RefCell<Option<Object<'js>>>,
    /// What the host was told of them.
    pub exported: RefCell<Vec<Offer>>,
    pub exports_changed: Cell<bool>,
    /// Whether the script has assigned them.
    pub is_export_set: Cell<bool>,
    /// The first file, until it is known what it exports.
    pub entry: RefCell<Option<Entry<'js>>>,
    /// Whether the call that runs has left nothing put off.
    pub is_drained: Cell<bool>,
    /// Whether the last call has left jobs undone.
    pub has_more: Cell<bool>,
    /// The `CommonJS` modules, by file.
    pub modules: RefCell<BTreeMap<String, Object<'js>>>,
    /// The first file, if it was compiled before it is to run.
    pub prepared: RefCell<Option<Function<'js>>>,
    /// The files that were compiled as ES modules.
    pub es_modules: RefCell<BTreeSet<String>>,
    pub builtins: Builtins<'js>,
    /// The number given last.
    pub last: Cell<u32>,
}

/// Functions of the language as they were before the script could change them.
#[derive(JsLifetime)]
pub(super) struct Builtins<'js> {
    pub array_from: Function<'js>,
    pub to_well_formed: Function<'js>,
    pub freeze: Function<'js>,
    pub function_to_string: Function<'js>,
    /// Throws what it gets.
    pub throw: Function<'js>,
}

/// A listener, to events or to a phase.
#[derive(JsLifetime)]
pub(super) struct Listener<'js> {
    /// Shared, as what it was told: to have one more of these is for free, but not of what is in them.
    pub function: Rc<Function<'js>>,
    pub to: ListensTo,
    pub is_once: bool,
    /// Calls it, if it plainly does nothing to an event but read it.
    pub caller: Option<Caller<'js>>,
    pub meta: Option<Rc<Meta<'js>>>,
}

/// What a listener listens to.
#[derive(PartialEq)]
pub(super) enum ListensTo {
    Events(String),
    Phase(Phase, String),
}

impl ListensTo {
    /// Returns the name that the script has used.
    pub fn name(&self) -> &str {
        let (Self::Events(name) | Self::Phase(_, name)) = self;
        name
    }
}

/// What a listener was told beside the event, made once as long as it stays the same.
#[derive(JsLifetime)]
pub(super) struct Meta<'js> {
    pub key: String,
    pub sender: Option<ExtensionName>,
    pub target: Target,
    pub object: JsValue<'js>,
}

#[derive(JsLifetime)]
pub(super) struct Timer<'js> {
    pub function: Function<'js>,
    pub arguments: Vec<JsValue<'js>>,
    pub repeats: bool,
}

/// A command of the console.
#[derive(Clone, JsLifetime)]
pub(super) struct Command<'js> {
    pub run: Function<'js>,
    pub complete: Option<Function<'js>>,
}

#[derive(JsLifetime)]
pub(super) struct Promised<'js> {
    pub resolve: Function<'js>,
    pub reject: Function<'js>,
    /// What it is rejected with, made where the event was emitted, or the answer was asked for.
    pub error: Object<'js>,
}

/// A promise that was rejected, and nobody cares yet.
#[derive(JsLifetime)]
pub(super) struct Rejection<'js> {
    pub promise: JsValue<'js>,
    pub reason: JsValue<'js>,
}

impl State<'_> {
    /// Returns a number that is not in use: of a listener, a timer or a promise.
    pub fn number(&self) -> u32 {
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        number
    }
}

/// Returns what the script that runs holds on to.
pub(super) fn state<'a, 'js>(ctx: &'a Ctx<'js>) -> UserDataGuard<'a, State<'js>> {
    ctx.userdata::<State<'js>>().expect("every script is created with its state")
}

/// Asks the host for something, whose time does not count.
pub(super) fn ask_host<R>(ctx: &Ctx<'_>, ask: impl FnOnce(&mut dyn ScriptHost) -> R) -> R {
    state(ctx).watch.pause(|| HOST.with(ask))
}
