//! What the host does for a script while it runs.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bevy_ecs::world::World;
use bevy_extensions_core::{EventFilter, EventName, Overwrite};
use serde_json::Value;

use super::{
    ScriptError,
    context::{Context, Waiting},
    engine::{ListenerId, LogLevel, Offer, OfferKind, PromiseId, ScriptCommand, ScriptHost, TimerId},
    listen::Ear,
    serve::{OwnedFunction, ScriptCallee},
    timer::{self, Timers},
};
#[cfg(feature = "console")]
use crate::command::{self, ConsoleCommand};
#[cfg(feature = "data")]
use crate::data::{Data, watch_keys};
use crate::{
    contain::chain::{self, Extended, Link},
    driver::{self, Driver},
    event::{Target, registry},
    exchange::{self, ExportError},
    fault::{Fault, FaultPlace},
    owner::Party,
    reach::Reach,
    tell::{self, Level},
};

/// The host, as far as a script may ask it for something.
pub(super) struct Host<'a> {
    reach: Reach<'a>,
    context: &'a Arc<Context>,
    /// What the script was called for.
    place: &'a FaultPlace,
}

impl<'a> Host<'a> {
    pub(super) fn new(reach: Reach<'a>, context: &'a Arc<Context>, place: &'a FaultPlace) -> Self {
        Self { reach, context, place }
    }

    /// Does something that may have to wait until an event is delivered.
    fn act(&mut self, code: impl FnOnce(&mut World, &Arc<Context>) + Send + 'static) {
        self.context.act(self.reach.reborrow(), self.place, code);
    }

    /// Notes in the chain that it is this script that calls.
    fn link(&self) -> Extended {
        let name = self.context.ward.name().clone();
        chain::extend(match self.place {
            FaultPlace::Listener(event) => Link::Listener(name, event.clone()),
            _ => Link::Script(name),
        })
    }
}

impl ScriptHost for Host<'_> {
    fn listen(&mut self, listener: ListenerId, filter: &str) -> Result<(), String> {
        let filter: EventFilter = filter.parse().map_err(text)?;
        self.act(move |world, context| {
            let place = Arc::new(FaultPlace::Listener(filter.to_string().into()));
            let ear = Ear { context: context.clone(), listener, place };
            let entity = registry::observe_with(world, Party::Extension(&context.ward), filter, Arc::new(ear));
            context.registered().listeners.insert(listener, entity);
        });
        Ok(())
    }

    fn unlisten(&mut self, listener: ListenerId) {
        self.act(move |world, context| {
            let entity = context.registered().listeners.remove(&listener);
            entity.into_iter().for_each(|entity| _ = world.try_despawn(entity));
        });
    }

    fn emit(&mut self, event: &str, value: Value, target: Target, promise: PromiseId) -> Result<(), String> {
        // Better now than when nobody knows any more which line it was.
        let _: EventName = event.parse().map_err(text)?;
        self.context.wait(Waiting::Emission { event: event.into(), value, target, promise });
        Ok(())
    }

    fn offers(&mut self, of: &str) -> Result<Vec<Offer>, String> {
        if of == DATA {
            return stores();
        }
        let offers = exchange::offers(self.reach.world(), of).map_err(text)?;
        Ok(offers.into_iter().map(|(name, is_value)| Offer { name, kind: kind(is_value) }).collect())
    }

    fn offer(&mut self, of: &str, name: &str) -> Result<OfferKind, String> {
        exchange::offer_of(self.reach.world(), of, name).map(kind).map_err(text)
    }

    fn call(&mut self, of: &str, function: &str, argument: Value) -> Result<Value, String> {
        let _link = self.link();
        exchange::call_value(self.reach.reborrow(), of, function, argument).map_err(text)
    }

    fn drive(&mut self, interface: &str, method: &str, arguments: Value) -> Result<Value, String> {
        let _link = self.link();
        driver::drive_value(self.reach.reborrow(), interface, method, arguments).map_err(text)
    }

    fn methods(&mut self, interface: &str) -> Result<Vec<String>, String> {
        driver::methods_of(self.reach.world(), interface).map_err(text)
    }

    fn export(&mut self, offers: Vec<Offer>) -> Result<(), String> {
        let (good, bad): (Vec<_>, Vec<_>) =
            offers.into_iter().partition(|offer| exchange::check_name(&offer.name).is_ok());
        self.act(move |world, context| export_all(world, context, good));
        match bad.first() {
            None => Ok(()),
            Some(bad) => exchange::check_name(&bad.name).map_err(text),
        }
    }

    fn drive_for_others(&mut self, interface: &str, methods: Vec<String>) -> Result<(), String> {
        let driver = methods.into_iter().fold(Driver::new(), |driver, method| {
            let function = OwnedFunction::Method { interface: interface.into(), method: method.clone() };
            driver.with_callee(&method, Box::new(ScriptCallee::new(self.context.clone(), function)))
        });
        let owner = Party::Extension(&self.context.ward);
        driver::check_driver(self.reach.world(), owner, interface, &driver).map_err(text)?;
        // While an event is delivered the first one is not registered yet.
        let mut registered = self.context.registered();
        if registered.drives.get(interface).is_some() {
            return Err(text(ExportError::DriverTwice { interface: interface.into() }));
        }
        registered.drives.insert(interface, ());
        drop(registered);
        let interface = interface.to_string();
        self.act(move |world, context| {
            // What may be wrong was looked for before.
            _ = driver::register(world, Party::Extension(&context.ward), &interface, driver);
        });
        Ok(())
    }

    #[cfg(feature = "console")]
    fn command(&mut self, command: ScriptCommand) -> Result<(), String> {
        let ScriptCommand { name, arguments, help, completes } = command;
        let callee = |function| Box::new(ScriptCallee::new(self.context.clone(), function));
        let run = callee(OwnedFunction::Command(name.clone()));
        let mut command = ConsoleCommand::of_script(name.clone(), run).arguments(arguments).help(help);
        if completes {
            command = command.completed_by(callee(OwnedFunction::Completion(name)));
        }
        command::check(self.reach.world(), Party::Extension(&self.context.ward), &command).map_err(text)?;
        self.act(move |world, context| {
            // What may be wrong was looked for before, or is charged.
            _ = command::register(world, Party::Extension(&context.ward), command);
        });
        Ok(())
    }

    #[cfg(not(feature = "console"))]
    fn command(&mut self, _: ScriptCommand) -> Result<(), String> {
        Ok(())
    }

    fn start_timer(&mut self, timer: TimerId, after: Duration, repeats: bool) {
        let at = timer::now(self.reach.world()).saturating_add(after);
        let owner = self.context.ward.id();
        if let Some(mut timers) = self.reach.data().get_resource_mut::<Timers>() {
            timers.start(owner, timer, at, repeats.then_some(after));
        }
    }

    fn stop_timer(&mut self, timer: TimerId) {
        let owner = self.context.ward.id();
        if let Some(mut timers) = self.reach.data().get_resource_mut::<Timers>() {
            timers.stop(owner, timer);
        }
    }

    fn read_stored(&mut self, path: &str) -> Result<Vec<u8>, String> {
        self.context.storage.read(path).map_err(text)
    }

    fn is_stored(&mut self, path: &str) -> bool {
        self.context.storage.contains(path)
    }

    fn list_stored(&mut self, prefix: &str) -> Vec<String> {
        self.context.storage.list(prefix)
    }

    fn store(&mut self, path: &str, content: &[u8]) -> Result<(), String> {
        self.context.storage.write(path, content).map_err(text)
    }

    fn save(&mut self, path: &str, overwrite: Overwrite) -> Result<bool, String> {
        self.context.storage.save(&self.context.files, path, overwrite).map_err(text)
    }

    fn remove_stored(&mut self, path: &str) -> Result<bool, String> {
        self.context.storage.remove(path).map_err(text)
    }

    #[cfg(feature = "data")]
    fn data(&mut self, store: &str, method: &str, arguments: Vec<Value>) -> Result<Value, String> {
        let name = self.context.ward.name().clone();
        let data = self.reach.world().get_resource::<Data>().ok_or(NO_DATA)?.clone();
        match (store, method) {
            ("kv", "watch") => {
                let prefix = super::data::prefix(arguments.first().unwrap_or(&Value::Null))?;
                self.act(move |world, context| watch_keys(world, &context.ward, prefix));
                Ok(Value::Null)
            }
            ("kv", method) => super::data::kv(&data.kv(name.as_str()), method, arguments),
            ("cache", method) => super::data::cache(self.context.cache(), method, arguments),
            #[cfg(feature = "db")]
            ("db", "migrate") => super::data::migrate(&data, name.as_str(), self.place, arguments),
            #[cfg(feature = "db")]
            ("db", method) => Err(format!("`db` has no `{method}`")),
            #[cfg(not(feature = "db"))]
            ("db", _) => Err(NO_DB.into()),
            (store, _) => Err(format!("`data` has no `{store}`")),
        }
    }

    #[cfg(feature = "db")]
    fn data_later(
        &mut self,
        store: &str,
        method: &str,
        arguments: Vec<Value>,
        promise: PromiseId,
    ) -> Result<(), String> {
        if store != "db" {
            return Err(format!("`{store}` answers at once"));
        }
        let data = self.reach.world().get_resource::<Data>().ok_or(NO_DATA)?;
        let answer = super::data::ask(&data.db(self.context.ward.name().as_str()), method, arguments)?;
        self.context.wait_for_answer(promise, answer);
        Ok(())
    }

    #[cfg(not(feature = "db"))]
    fn data_later(&mut self, _: &str, _: &str, _: Vec<Value>, _: PromiseId) -> Result<(), String> {
        Err(if cfg!(feature = "data") { NO_DB } else { NO_DATA }.into())
    }

    #[cfg(not(feature = "data"))]
    fn data(&mut self, _: &str, _: &str, _: Vec<Value>) -> Result<Value, String> {
        Err(NO_DATA.into())
    }

    fn log(&mut self, level: LogLevel, text: &str) {
        let level = match level {
            LogLevel::Debug => Level::Debug,
            LogLevel::Info => Level::Info,
            LogLevel::Warn => Level::Warn,
            LogLevel::Error => Level::Error,
        };
        tell::say(level, self.context.ward.name(), text);
    }

    fn report(&mut self, error: ScriptError) {
        self.context.ward.charge(Fault::script(self.place, error));
    }
}

/// Registers what a script exports, as far as it is new, and takes back what it does not export any more.
fn export_all(world: &mut World, context: &Arc<Context>, offers: Vec<Offer>) {
    let wanted: BTreeMap<_, _> = offers.into_iter().map(|offer| (offer.name, offer.kind)).collect();
    let gone: Vec<_> = {
        let mut registered = context.registered();
        let is_gone = |name: &String, kind: &OfferKind| wanted.get(name) != Some(kind);
        registered.offers.extract_if(.., |name, (kind, _)| is_gone(name, kind)).map(|(_, (_, entity))| entity).collect()
    };
    gone.into_iter().for_each(|entity| _ = world.try_despawn(entity));
    for (name, kind) in wanted {
        if context.registered().offers.contains_key(&name) {
            continue;
        }
        let callee = Box::new(ScriptCallee::new(context.clone(), OwnedFunction::Export(name.clone())));
        let (owner, is_value) = (Party::Extension(&context.ward), kind == OfferKind::Value);
        match exchange::offer_callee(world, owner, &name, callee, None, is_value) {
            Ok(entity) => _ = context.registered().offers.insert(name, (kind, entity)),
            Err(error) => _ = exchange::refuse(owner, &name, error),
        }
    }
}

/// What is imported to keep something.
const DATA: &str = "data";

const NO_DATA: &str = "this app keeps no data: turn on the feature `data` of `bevy_extensions`";

#[cfg(not(feature = "db"))]
const NO_DB: &str = "this app has no databases: turn on the feature `db` of `bevy_extensions`";

/// Lists in what an extension can keep something.
fn stores() -> Result<Vec<Offer>, String> {
    let stores: &[&str] = match () {
        () if cfg!(feature = "db") => &["kv", "db", "cache"],
        () if cfg!(feature = "data") => &["kv", "cache"],
        () => return Err(NO_DATA.into()),
    };
    Ok(stores.iter().map(|name| Offer { name: (*name).into(), kind: OfferKind::Value }).collect())
}

fn kind(is_value: bool) -> OfferKind {
    if is_value { OfferKind::Value } else { OfferKind::Function }
}

fn text(error: impl std::error::Error) -> String {
    error.to_string()
}
