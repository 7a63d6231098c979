//! Scripts: extensions that are files, and the languages that they are written in.
//!
//! A script is found on disk, runs in a runtime of its own, and reaches the world through nothing but events, functions,
//! interfaces and its own files; with these it does whatever a native extension does.
//!
//! # What a script finds
//!
//! In JavaScript, the object `extension`, and little else beside the language; `assets/extension.d.ts` has it in full:
//!
//! | | |
//! |---|---|
//! | `on(name, listener)`, `once`, `off` | hears an event, `a.*` or all of them; the listener gets the event, which it may change, and `{ key, sender, target }`. What `on` returns has `detach()` |
//! | `on('preinit')`, `'init'`, `'postinit'` or `'ready'`, `'terminate'` | hears of the phases of its own life |
//! | `emit(name, value, { to })` | emits an event, to everybody or some; returns a promise of what it became |
//! | `imports('Economy')`, or `extension.import('Economy')` | the functions and values of an extension that it declares, or of the app (`'app'`) |
//! | `exports = { forecast(x) {..}, unit: 'm' }` | what it offers to others: natives [call](crate::ExtensionsWorldExt::call) it |
//! | `driver('sms', { send({ to }) {..} })`, `drivers('sms')` | serves an interface; uses one, whoever serves it |
//! | `command('greet', { help: '..' }, ([name]) => ..)` | adds a command to the console (feature `console`) |
//! | `files.read('rules.json')`, `bytes`, `has`, `list`, `save` | what came with it: its own folder or archive |
//! | `storage.write('scores.json', text)`, `read`, `bytes`, `has`, `list`, `remove` | what it writes: a folder of its own, as the [`Storage`](crate::Storage) of a native |
//! | `imports('data')`: `{ kv, db, cache }` | what it keeps (features `data` and `db`): keys and values, tables, and what is quickly there again |
//! | `config`, `name`, `version`, `log.info(..)` | its settings, and what it is called |
//! | `console`, `setTimeout`, `setInterval`, `queueMicrotask`, `structuredClone` | as everywhere; timers run on the time of the app |
//! | `require('./lib/x')`, `import` | its own files, and nobody else's |
//!
//! * *The top level* runs when a native's `build` would. What is emitted is delivered once the script has returned: a good
//!   time to emit is `init`.
//! * *A function takes one argument*, and answers at once. While an event is delivered, functions that take `&mut World` are
//!   refused; others run, and their commands follow when the event is delivered.
//! * *Who calls around a corner* into a script that is running gets an error that shows the chain; an event for it waits
//!   until it has returned, and changing it is too late then.
//! * *Files* are read and written at once, and that counts as time of the call. They throw errors that name the path. Code is
//!   run as it was loaded, whatever lies on disk by then; everything else is read as it lies there.
//! * *What a script says* goes to the log with its name before it; without a log, to standard output.
//! * *Numbers* beyond 2^53 are `BigInt`s, and stay exact. What a script does not touch stays as it was.
//!
//! # What is contained, and what is not
//!
//! An exception is charged to the extension with file, line, column, the line of the source and the stack, and so is a
//! promise that is rejected while nobody handles it. A call that takes longer than the [limits](crate::ScriptLimits) of the
//! host settings allow is cut off in the middle, past every `catch`; where memory, stack, timers or events run out, there is
//! an error, which a script may catch. Everybody else goes on. One whose promises go on without end after it was cut off is
//! not called any more.
//!
//! Limits are for mistakes, not for malice: QuickJS asks whether it should go on between the steps of a script, and not
//! within a single step of its own. Calls, loops, regular expressions, sorting and promises are cut off; a few built-in
//! functions on something huge are not, and may take seconds or for ever: `new Array(4e9).join('x')`, `indexOf` of a long
//! text in another, `Array.prototype` functions on `{ length: 2 ** 53 - 1 }`. `toLowerCase`, `replaceAll`, `JSON.parse`
//! and the like on tens of megabytes take about a second; what memory a script may have bounds that.
//!
//! # Languages
//!
//! An [engine](ScriptEngine) runs the scripts of one language, behind a seam that knows neither Bevy nor JavaScript: values
//! cross it as JSON, everything else as names and numbers. Add one with [`Languages::with`]:
//!
//! ```
//! # use bevy_extensions::{prelude::*, script::{Languages, QuickJs}};
//! // The engine of another language stands beside it in the same way.
//! let host = ExtensionsPlugin { languages: Languages::none().with(QuickJs), ..Default::default() };
//! # _ = host;
//! ```

mod context;
#[cfg(feature = "data")]
mod data;
mod deliver;
mod engine;
mod host;
mod languages;
mod listen;
mod quickjs;
mod serve;
mod stack;
mod start;
mod timer;

pub use crate::script_error::ScriptError;
pub use engine::{
    FieldSink, Heard, HeardEvent, ListenerId, LogLevel, Offer, OfferKind, Plain, PromiseId, Script, ScriptCommand,
    ScriptEngine, ScriptFunction, ScriptHost, ScriptSource, TimerId,
};
pub use languages::Languages;
pub use quickjs::QuickJs;

pub(crate) use context::{ScriptContext, promises_of};
pub(crate) use start::ScriptExtension;
pub(crate) use timer::timers_of;

use bevy_app::{App, PreUpdate};
use bevy_ecs::prelude::*;

/// Makes ready for scripts.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<context::Scripts>()
        .init_resource::<timer::Timers>()
        .add_systems(PreUpdate, timer::ring_timers.ambiguous_with_all());
    #[cfg(feature = "db")]
    app.add_systems(PreUpdate, data::settle_answers.ambiguous_with_all());
}
