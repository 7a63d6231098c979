//! The first file of a script: what it exports, as files do, is offered to others if the script has offered nothing else.

use rquickjs::{Ctx, JsLifetime, Object, Promise, Result, Value as JsValue, promise::PromiseState};

use super::{
    api::{offered, own_code},
    state::{State, ask_host},
};
use crate::script::engine::LogLevel;

/// The first file of a script, once it has run.
#[derive(JsLifetime)]
pub(super) enum Entry<'js> {
    /// Its `module`.
    CommonJs(Object<'js>),
    /// An ES module.
    Module {
        /// All that it exports.
        namespace: Object<'js>,
        /// The end of its top level.
        end: Promise<'js>,
    },
}

impl Entry<'_> {
    /// Tells whether its top level still waits for something.
    pub fn waits(&self) -> bool {
        match self {
            Self::CommonJs(_) => false,
            Self::Module { end, .. } => end.state() == PromiseState::Pending,
        }
    }
}

/// Offers what the first file exports, when its top level has ended.
///
/// # Errors
///
/// If a name is none.
pub(super) fn offer<'js>(ctx: &Ctx<'js>, state: &State<'js>) -> Result<()> {
    if state.entry.borrow().as_ref().is_none_or(Entry::waits) {
        return Ok(());
    }
    let Some(entry) = state.entry.take() else { return Ok(()) };
    let own = state.exports.borrow().clone();
    if state.is_export_set.get() || own.is_some_and(|own| offered(&own).is_ok_and(|offers| !offers.is_empty())) {
        return Ok(());
    }
    let (what, exports): (_, JsValue<'js>) = match entry {
        Entry::CommonJs(module) => ("module.exports", module.get("exports")?),
        Entry::Module { end, .. } if end.state() == PromiseState::Rejected => return Ok(()),
        Entry::Module { namespace, .. } => {
            ("export default", own_code(ctx, include_str!("namespace.js"))?.call((namespace,))?)
        }
    };
    match exports.as_object() {
        Some(object) if !object.is_function() => match offered(object)?.is_empty() {
            true => Ok(()),
            false => ctx.globals().get::<_, Object<'js>>("extension")?.set("exports", object.clone()),
        },
        None if exports.is_undefined() || exports.is_null() => Ok(()),
        _ => {
            let complaint = format!("`{what}` offers nothing to others: it is no object of functions and values");
            ask_host(ctx, |host| host.log(LogLevel::Warn, &complaint));
            Ok(())
        }
    }
}
