//! The seam between the host and a language for scripts.
//!
//! An engine knows its language and nothing of Bevy; the host knows Bevy and nothing of the language. Values cross as
//! [`serde_json::Value`], everything else as names and numbers. A second language is one more [`ScriptEngine`].

use std::{sync::Arc, time::Duration};

#[cfg(doc)]
use bevy_extensions_core::Storage;
use bevy_extensions_core::{ExtensionArtifacts, ExtensionFiles, ExtensionName, Manifest, Overwrite, ScriptLimits};
use serde_json::Value;

use crate::script_error::ScriptError;
use crate::{event::Target, phase::Phase};

pub use crate::event::{FieldSink, HeardEvent, Plain};

/// Runs the scripts of one language.
pub trait ScriptEngine: Send + Sync + 'static {
    /// Returns the name of the language, for people: `JavaScript`.
    fn language(&self) -> &'static str;

    /// Tells whether it runs a file, by its name.
    fn runs(&self, file: &str) -> bool;

    /// Makes a script ready to run, with a runtime of its own. Nothing of it runs yet.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] if there is no runtime to be had.
    fn create(&self, source: ScriptSource) -> Result<Box<dyn Script>, ScriptError>;
}

/// What a script is made of.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScriptSource {
    /// What the extension says about itself.
    pub manifest: Arc<Manifest>,
    /// Its files: those that it runs, to be read as [sources](ExtensionFiles::source), and all others that came with it.
    pub files: Arc<ExtensionFiles>,
    /// What it has of artifacts: libraries, and files that it reads.
    pub artifacts: ExtensionArtifacts,
    /// Which of its files runs first.
    pub entrypoint: String,
    /// Its settings: the defaults of the manifest, and what the host settings say over them.
    pub config: Value,
    /// How much it may take.
    pub limits: ScriptLimits,
}

/// A script that is loaded.
///
/// Whenever it is called it gets the host, which it may ask for whatever it wants until it returns. It is never called
/// while it runs already. Every call ends with what the language has put off until then (the jobs of its promises),
/// within the same limits. What goes wrong beside the call itself is told with [`ScriptHost::report`].
pub trait Script: Send {
    /// Looks at the script without running anything of it, before the one that it replaces is stopped.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] if it does not parse, say. A language that cannot tell finds nothing.
    fn check(&mut self) -> Result<(), ScriptError> {
        Ok(())
    }

    /// Runs the script from its first line to its last.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] if it does not parse, or fails.
    fn run(&mut self, host: &mut dyn ScriptHost) -> Result<(), ScriptError>;

    /// Tells those of its listeners that wait for a phase. Each that fails is [reported](ScriptHost::report), and the
    /// others hear all the same.
    fn phase(&mut self, phase: Phase, host: &mut dyn ScriptHost);

    /// Calls a listener, which may change the event.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] if the listener fails, or makes of the event what is no value. The event is as before then.
    fn hear(
        &mut self,
        listener: ListenerId,
        event: &mut dyn HeardEvent,
        meta: Heard<'_>,
        host: &mut dyn ScriptHost,
    ) -> Result<(), ScriptError>;

    /// Calls a function that it exports, or a method of a driver of its.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] if the function fails, or its answer is no value.
    fn call(
        &mut self,
        function: ScriptFunction<'_>,
        argument: Value,
        host: &mut dyn ScriptHost,
    ) -> Result<Value, ScriptError>;

    /// Tells what an event became that it has [emitted](ScriptHost::emit), or why it was not emitted; or what came of what it
    /// has [asked for](ScriptHost::data_later).
    fn settle(&mut self, promise: PromiseId, outcome: Result<Value, String>, host: &mut dyn ScriptHost);

    /// Calls what waits for a timer.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] if that fails.
    fn ring(&mut self, timer: TimerId, host: &mut dyn ScriptHost) -> Result<(), ScriptError>;
}

/// A listener of a script; the script numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(pub u32);

/// A timer of a script; the script numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub u32);

/// What a script waits for; the script numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromiseId(pub u32);

/// What a listener may know of an event beside its value.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Heard<'a> {
    /// Its name.
    pub key: &'a str,
    /// The extension that has emitted it; `None` is the app itself.
    pub sender: Option<&'a ExtensionName>,
    /// To whom it was sent.
    pub target: &'a Target,
}

/// Something of a script that others call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptFunction<'a> {
    /// A function that it exports; an exported value answers with itself, whatever the argument.
    Export(&'a str),
    /// A method of its driver of an interface.
    Method {
        /// The interface.
        interface: &'a str,
        /// The method.
        method: &'a str,
    },
    /// A command of the console, which gets an object of `words`, a list of texts, and `rest`, a text.
    Command(&'a str),
    /// What says how the words of a command are completed: it gets a list of texts, and answers one.
    Completion(&'a str),
}

/// A command of the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptCommand {
    /// Its name.
    pub name: String,
    /// What follows the name: `PLAYER [GOLD]`.
    pub arguments: String,
    /// What it does, in a line.
    pub help: String,
    /// Whether the script says how its words are completed.
    pub completes: bool,
}

/// Something that an extension offers under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: OfferKind,
}

/// What an extension offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferKind {
    /// Something to be called.
    Function,
    /// Something to be read.
    Value,
}

/// How loudly a script says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For whoever looks for a mistake.
    Debug,
    /// For whoever is interested.
    Info,
    /// For whoever should have a look.
    Warn,
    /// For everybody.
    Error,
}

/// What a script may ask of the host while it runs.
///
/// Errors are texts for the script's author.
pub trait ScriptHost {
    /// Adds a listener to events by name or pattern (`player.joined`, `player.*`, `*`); it begins with the next event.
    ///
    /// # Errors
    ///
    /// If that is no name and no pattern.
    fn listen(&mut self, listener: ListenerId, filter: &str) -> Result<(), String>;

    /// Takes a listener away.
    fn unlisten(&mut self, listener: ListenerId);

    /// Emits an event, once the script has returned. What becomes of it is told to [`Script::settle`].
    ///
    /// # Errors
    ///
    /// If the name is none.
    fn emit(&mut self, event: &str, value: Value, target: Target, promise: PromiseId) -> Result<(), String>;

    /// Lists what an extension offers, or the app itself (`app`), by name.
    ///
    /// # Errors
    ///
    /// If it may not be asked, or is not there.
    fn offers(&mut self, of: &str) -> Result<Vec<Offer>, String>;

    /// Says what an extension offers under a name, if anything.
    ///
    /// # Errors
    ///
    /// As [`offers`](Self::offers); and if it offers nothing of that name, which the text says, with the name that was
    /// probably meant.
    fn offer(&mut self, of: &str, name: &str) -> Result<OfferKind, String>;

    /// Calls a function of an extension, or of the app, and waits for its answer.
    ///
    /// # Errors
    ///
    /// If it may not be called, the argument does not fit, or it fails.
    fn call(&mut self, of: &str, function: &str, argument: Value) -> Result<Value, String>;

    /// Calls a method of an interface, whoever serves it, and waits for its answer.
    ///
    /// # Errors
    ///
    /// If nobody serves it, the arguments do not fit, or it fails.
    fn drive(&mut self, interface: &str, method: &str, arguments: Value) -> Result<Value, String>;

    /// Lists the methods of an interface.
    ///
    /// # Errors
    ///
    /// If nobody has declared it.
    fn methods(&mut self, interface: &str) -> Result<Vec<String>, String>;

    /// Says all that the script exports from now on.
    ///
    /// # Errors
    ///
    /// If a name is none; the others are there.
    fn export(&mut self, offers: Vec<Offer>) -> Result<(), String>;

    /// Makes the script a driver of an interface, with these methods.
    ///
    /// # Errors
    ///
    /// If a name is none, or it is a driver of that interface already.
    fn drive_for_others(&mut self, interface: &str, methods: Vec<String>) -> Result<(), String>;

    /// Adds a command to the console. In an app without one nothing happens.
    ///
    /// # Errors
    ///
    /// If the name is none, or there already.
    fn command(&mut self, command: ScriptCommand) -> Result<(), String>;

    /// Starts a timer on the time of the app, which may be paused or run faster.
    fn start_timer(&mut self, timer: TimerId, after: Duration, repeats: bool);

    /// Stops a timer.
    fn stop_timer(&mut self, timer: TimerId);

    /// Reads a file of the extension's [storage](Storage).
    ///
    /// # Errors
    ///
    /// If the path could lead elsewhere, or there is no such file.
    fn read_stored(&mut self, path: &str) -> Result<Vec<u8>, String>;

    /// Tells whether there is such a file in its storage.
    fn is_stored(&mut self, path: &str) -> bool;

    /// Lists the files of its storage whose paths begin with `prefix`, by name.
    fn list_stored(&mut self, prefix: &str) -> Vec<String>;

    /// Writes a file of its storage, in place of an earlier one.
    ///
    /// # Errors
    ///
    /// If the path could lead elsewhere, or the file is too large, or cannot be written.
    fn store(&mut self, path: &str, content: &[u8]) -> Result<(), String>;

    /// Copies one of the extension's files into its storage, and answers whether it was written: one that is there is kept,
    /// unless it should be overwritten.
    ///
    /// # Errors
    ///
    /// As [`store`](Self::store), and if there is no such file.
    fn save(&mut self, path: &str, overwrite: Overwrite) -> Result<bool, String>;

    /// Removes a file of its storage, and answers whether it was there.
    ///
    /// # Errors
    ///
    /// If the path could lead elsewhere, or the file cannot be removed.
    fn remove_stored(&mut self, path: &str) -> Result<bool, String>;

    /// Calls a method of what the extension keeps, which answers at once: `kv` is its key-value store, `cache` what it has in
    /// memory, and `db` has `migrate`, which waits for the disk. What the methods are called and take is the same in all
    /// languages; `assets/extension.d.ts` has them. What there is, [`offers`](Self::offers) of `data` lists.
    ///
    /// # Errors
    ///
    /// If the app keeps no such data, the arguments do not fit, or it fails.
    fn data(&mut self, store: &str, method: &str, arguments: Vec<Value>) -> Result<Value, String>;

    /// Asks for what takes its time: the other methods of `db`. What comes of it is told to [`Script::settle`], in a later
    /// frame.
    ///
    /// # Errors
    ///
    /// If the app keeps no such data, or the arguments do not fit.
    fn data_later(
        &mut self,
        store: &str,
        method: &str,
        arguments: Vec<Value>,
        promise: PromiseId,
    ) -> Result<(), String>;

    /// Says something to the log, in the name of the extension.
    fn log(&mut self, level: LogLevel, text: &str);

    /// Tells of an error that is not the answer to what the script was called for.
    fn report(&mut self, error: ScriptError);
}
