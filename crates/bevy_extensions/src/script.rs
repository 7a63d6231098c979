//! Scripts: extensions that are files, and the languages that they are written in.

mod engine;
mod error;
mod quickjs;

pub use engine::{
    Heard, ListenerId, LogLevel, Offer, OfferKind, PromiseId, Script, ScriptEngine, ScriptFunction, ScriptHost,
    ScriptSource, TimerId,
};
pub use error::ScriptError;
pub use quickjs::QuickJs;
