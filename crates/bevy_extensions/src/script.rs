//! Scripts: extensions that are files, and the languages that they are written in.

mod engine;
mod error;

pub use engine::{
    Heard, ListenerId, LogLevel, Offer, OfferKind, PromiseId, Script, ScriptEngine, ScriptFunction, ScriptHost,
    ScriptSource, TimerId,
};
pub use error::ScriptError;
