//! Scripts: extensions that are files, and the languages that they are written in.
//!
//! A script is found on disk, runs in a runtime of its own, and reaches the world through nothing but events, functions and
//! interfaces; with these it does whatever a native extension does. An [engine](ScriptEngine) runs the scripts of a
//! language, behind a seam that knows neither Bevy nor JavaScript.
//!
//! * [`context`](self) of a script: its runtime, and what waits until it has returned;
//! * what it asks for while it runs is the host's to do, and [`ScriptHost`] is what it may ask for.

mod context;
mod deliver;
mod engine;
mod error;
mod host;
mod languages;
mod listen;
mod quickjs;
mod serve;
mod stack;
mod start;
mod timer;

pub use engine::{
    Heard, ListenerId, LogLevel, Offer, OfferKind, PromiseId, Script, ScriptEngine, ScriptFunction, ScriptHost,
    ScriptSource, TimerId,
};
pub use error::ScriptError;
pub use languages::Languages;
pub use quickjs::QuickJs;

pub(crate) use context::ScriptContext;
pub(crate) use start::ScriptExtension;
pub(crate) use timer::timers_of;

use bevy_app::{App, PreUpdate};
use bevy_ecs::prelude::*;

/// Makes ready for scripts.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<context::Scripts>()
        .init_resource::<timer::Timers>()
        .add_systems(PreUpdate, timer::ring_timers.ambiguous_with_all());
}
