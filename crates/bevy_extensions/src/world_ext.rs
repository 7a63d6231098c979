//! What extensions add to [`World`] and [`Commands`].

use std::path::Path;

use bevy_ecs::{event::EventPattern, prelude::*, system::IntoObserverSystem};
use bevy_extensions_core::{ExtensionName, FileError, NameError, Switch};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

#[cfg(feature = "data")]
use crate::data;
use crate::{
    data_folder::DataFolder,
    driver::{self, DriverError, Request},
    entity::{ExtensionState, Extensions},
    event::{Delivery, DeliveryError, DynamicEvent, EmitError, ExtensionEvent, ListenError, Target, registry},
    exchange::{self, CallError, Ignored},
    export::{self, Export},
    extension::DependsOn,
    leftovers::{self, Leftover},
    lifecycle::terminate_all,
    owned,
    owner::with_actor,
    report::Report,
    tell::complain,
};

/// What extensions add to [`World`], for exclusive systems, commands and tests.
///
/// Whatever an extension's code does here is done in its name: an event has it as its sender, a listener belongs to it.
pub trait ExtensionsWorldExt {
    /// Terminates all extensions; see [`ExtensionsAppExt::terminate_extensions`](crate::ExtensionsAppExt::terminate_extensions).
    fn terminate_extensions(&mut self) -> &mut Self;

    /// Returns what runs; see [`ExtensionsAppExt::extension_report`](crate::ExtensionsAppExt::extension_report).
    fn extension_report(&self) -> Report;

    /// Sends an event to one or several extensions, and nobody else; returns what they made of it.
    ///
    /// To everyone, trigger it as every event of Bevy.
    ///
    /// ```
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::{ExtensionEvent, ExtensionsWorldExt};
    /// #[derive(ExtensionEvent)]
    /// struct SaveNow;
    ///
    /// fn save(world: &mut World) -> Result {
    ///     world.send(SaveNow, ["Greeter", "Economy"])?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`DeliveryError`] if one of them is not there or does not run: then nobody has heard it.
    fn send<E: ExtensionEvent>(&mut self, event: E, target: impl Into<Target>) -> Result<E, DeliveryError>;

    /// Emits an event by its name, and returns what its listeners made of it.
    ///
    /// If a type claims the name, the value has to fit it, and whoever listens to the type hears it too. Otherwise it
    /// travels as a [`DynamicEvent`] to those who listen by name.
    ///
    /// ```
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::ExtensionsWorldExt;
    /// use serde_json::json;
    ///
    /// fn announce(world: &mut World) -> Result {
    ///     let event = world.emit("player.joined", json!({"name": "Ann"}))?;
    ///     println!("in the end it was {event}");
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`EmitError`] if the name is none, the value does not fit, or the event cannot be delivered.
    fn emit(&mut self, name: &str, value: impl Into<Value>) -> Result<Value, EmitError>;

    /// Emits an event by its name to one or several extensions, and nobody else; see [`emit`](Self::emit).
    ///
    /// # Errors
    ///
    /// As [`emit`](Self::emit), and [`DeliveryError`] if one of them is not there or does not run.
    fn emit_to(&mut self, target: impl Into<Target>, name: &str, value: impl Into<Value>) -> Result<Value, EmitError>;

    /// Adds a listener while the app runs, of the extension whose code this is.
    ///
    /// It begins with the next event. Despawn the entity to stop listening.
    ///
    /// # Errors
    ///
    /// [`ListenError`] if the system is exclusive.
    fn add_listener<E: EventPattern, M>(
        &mut self,
        listener: impl IntoObserverSystem<E, M>,
    ) -> Result<Entity, ListenError>;

    /// Adds a listener by name while the app runs; see [`ExtensionScope::observe_named`](crate::ExtensionScope::observe_named).
    ///
    /// # Errors
    ///
    /// [`ListenError`] if the filter is none, or the system exclusive.
    fn add_named_listener<M>(
        &mut self,
        filter: &str,
        listener: impl IntoObserverSystem<DynamicEvent, M>,
    ) -> Result<Entity, ListenError>;

    /// Calls a function of an extension, or of `app` itself, and returns its answer.
    ///
    /// If input and answer are the very types of the function, they are handed over as they are. Any other types go
    /// through serde: what fits as JSON fits. So `serde_json::Value` calls every function.
    ///
    /// The function runs at once, in the name of its extension, and its commands are applied before it answers.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// use serde_json::{Value, json};
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// # impl Plugin for Economy {
    /// #     fn build(&self, app: &mut App) {
    /// #         app.extension::<Self>().export_fn("deposit", |In(gold): In<u32>| gold);
    /// #     }
    /// # }
    ///
    /// fn pay(world: &mut World) -> Result {
    ///     let balance: u32 = world.call("Economy", "deposit", 5u32)?;
    ///     let by_name: Value = world.call("Economy", "deposit", json!(5))?;
    ///     println!("it was {balance}, then {by_name}");
    ///     Ok(())
    /// }
    /// # let mut app = App::new();
    /// # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Economy>()).add_systems(Update, pay);
    /// # app.update();
    /// # app.terminate_extensions();
    /// ```
    ///
    /// # Errors
    ///
    /// [`CallError`] if the function may not be called, what is given or answered does not fit, or the function fails.
    fn call<I, O>(&mut self, of: &str, function: &str, input: I) -> Result<O, CallError>
    where
        I: Serialize + 'static,
        O: DeserializeOwned + 'static;

    /// Calls a method of an interface, by name; returns the answer of the driver that serves it.
    ///
    /// ```
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::ExtensionsWorldExt;
    /// use serde_json::json;
    ///
    /// fn warn_ann(world: &mut World) -> Result {
    ///     let letters: u32 = world.drive("sms", "send", json!({"to": "Ann"}))?;
    ///     println!("{letters} letters were sent");
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`DriverError`] if nobody can serve, what is given or answered does not fit, or the driver fails.
    fn drive<I, O>(&mut self, interface: &str, method: &str, arguments: I) -> Result<O, DriverError>
    where
        I: Serialize + 'static,
        O: DeserializeOwned + 'static;

    /// Calls a method of an interface by its type; see [`Request`].
    ///
    /// # Errors
    ///
    /// As [`drive`](Self::drive).
    fn request<R: Request>(&mut self, request: R) -> Result<R::Answer, DriverError>;

    /// Spawns an entity that belongs to the extension whose code this is, and goes when that stops.
    ///
    /// What the app itself spawns belongs to nobody, and stays. If the extension has stopped already, the entity is gone
    /// at once.
    fn spawn_owned(&mut self, bundle: impl Bundle) -> Entity;

    /// Lists what belongs to an extension, as it is found in the world: its entities, observers, listeners, exports,
    /// resources, functions and drivers, and whether its systems may run. After a stop that is nothing.
    ///
    /// `None` if no extension has that name, which may differ in case. This looks at every entity.
    fn leftovers(&self, name: &str) -> Option<Vec<Leftover>>;

    /// Removes all that an extension keeps, which stays otherwise: its files and its data, in memory and on disk. It need not
    /// be there, but it may not run.
    ///
    /// # Errors
    ///
    /// [`ForgetError`] if it is starting or running, or something cannot be removed.
    fn forget_data(&mut self, name: &str) -> Result<(), ForgetError>;

    /// Returns an export, if it is there. Systems take [`Import`](crate::Import).
    fn import<Who: DependsOn<T::Owner>, T: Export>(&self) -> Option<&T>;

    /// Returns an export to change it, if it is there. Systems take [`ImportMut`](crate::ImportMut).
    fn import_mut<Who: DependsOn<T::Owner>, T: Export>(&mut self) -> Option<Mut<'_, T>>;
}

impl ExtensionsWorldExt for World {
    fn terminate_extensions(&mut self) -> &mut Self {
        terminate_all(self);
        self
    }

    fn extension_report(&self) -> Report {
        Report::of(self)
    }

    fn send<E: ExtensionEvent>(&mut self, mut event: E, target: impl Into<Target>) -> Result<E, DeliveryError> {
        registry::prepare::<E>(self);
        let mut delivery = Delivery::awaited(target.into());
        self.trigger_ref_with(&mut event, &mut delivery);
        delivery.into_result()?;
        Ok(event)
    }

    fn emit(&mut self, name: &str, value: impl Into<Value>) -> Result<Value, EmitError> {
        registry::emit(self, name, value.into(), Target::Everyone)
    }

    fn emit_to(&mut self, target: impl Into<Target>, name: &str, value: impl Into<Value>) -> Result<Value, EmitError> {
        registry::emit(self, name, value.into(), target.into())
    }

    fn add_listener<E: EventPattern, M>(
        &mut self,
        listener: impl IntoObserverSystem<E, M>,
    ) -> Result<Entity, ListenError> {
        with_actor(self, |world, owner| match owner.ward() {
            Some(ward) => registry::observe(world, &ward, listener),
            None => Ok(world.add_observer(listener).id()),
        })
    }

    fn add_named_listener<M>(
        &mut self,
        filter: &str,
        listener: impl IntoObserverSystem<DynamicEvent, M>,
    ) -> Result<Entity, ListenError> {
        with_actor(self, |world, owner| registry::observe_named(world, owner, filter, listener))
    }

    fn call<I, O>(&mut self, of: &str, function: &str, input: I) -> Result<O, CallError>
    where
        I: Serialize + 'static,
        O: DeserializeOwned + 'static,
    {
        exchange::call(self, of, function, input)
    }

    fn drive<I, O>(&mut self, interface: &str, method: &str, arguments: I) -> Result<O, DriverError>
    where
        I: Serialize + 'static,
        O: DeserializeOwned + 'static,
    {
        driver::drive(self, interface, method, arguments)
    }

    fn request<R: Request>(&mut self, request: R) -> Result<R::Answer, DriverError> {
        driver::request(self, request)
    }

    fn spawn_owned(&mut self, bundle: impl Bundle) -> Entity {
        let entity = self.spawn_empty().id();
        owned::spawn_for_actor(self, entity, bundle);
        entity
    }

    fn leftovers(&self, name: &str) -> Option<Vec<Leftover>> {
        let id = self.get_resource::<Extensions>()?.id_by_name(name)?;
        Some(leftovers::of(self, id))
    }

    fn forget_data(&mut self, name: &str) -> Result<(), ForgetError> {
        let name: ExtensionName = name.parse()?;
        let state = self.get_resource::<Extensions>().and_then(|extensions| extensions.state(name.as_str()));
        if state.is_some_and(ExtensionState::is_active) {
            return Err(ForgetError::Running { extension: name });
        }
        #[cfg(feature = "data")]
        if let Some(data) = self.get_resource::<data::Data>() {
            data.forget(name.as_str())?;
        }
        if let Some(folder) = self.get_resource::<DataFolder>() {
            folder.storage(&name).remove_all()?;
        }
        Ok(())
    }

    fn import<Who: DependsOn<T::Owner>, T: Export>(&self) -> Option<&T> {
        export::import(self)
    }

    fn import_mut<Who: DependsOn<T::Owner>, T: Export>(&mut self) -> Option<Mut<'_, T>> {
        export::import_mut(self)
    }
}

/// What extensions add to [`Commands`], for systems and listeners.
///
/// What goes wrong is charged to the extension whose commands they are; the app is told in the log.
pub trait ExtensionsCommandsExt {
    /// Sends an event to one or several extensions; see [`ExtensionsWorldExt::send`].
    fn send<E: ExtensionEvent>(&mut self, event: E, target: impl Into<Target>);

    /// Emits an event by its name; see [`ExtensionsWorldExt::emit`].
    fn emit(&mut self, name: impl Into<String>, value: impl Into<Value>);

    /// Emits an event by its name to one or several extensions; see [`ExtensionsWorldExt::emit_to`].
    fn emit_to(&mut self, target: impl Into<Target>, name: impl Into<String>, value: impl Into<Value>);

    /// Calls a function, whatever it answers; see [`ExtensionsWorldExt::call`].
    fn call<I>(&mut self, of: impl Into<String>, function: impl Into<String>, input: I)
    where
        I: Serialize + Send + 'static;

    /// Calls a method of an interface by name, whatever it answers; see [`ExtensionsWorldExt::drive`].
    fn drive<I>(&mut self, interface: impl Into<String>, method: impl Into<String>, arguments: I)
    where
        I: Serialize + Send + 'static;

    /// Calls a method of an interface by its type, whatever it answers; see [`ExtensionsWorldExt::request`].
    fn request<R: Request>(&mut self, request: R);

    /// Has a system get the answer of a database, in the frame after it came: as a part of the extension whose commands
    /// these are. If that stops before, nobody is told; what was asked for is done.
    ///
    /// ```
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::{data::{Db, DbError}, prelude::*};
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// # impl bevy_app::Plugin for Economy { fn build(&self, _: &mut bevy_app::App) {} }
    /// fn count(db: Res<Db<Economy>>, mut commands: Commands) {
    ///     commands.answer(db.later().query_one("SELECT sum(gold) FROM player", ()), show);
    /// }
    ///
    /// fn show(In(gold): In<Result<i64, DbError>>) -> Result {
    ///     println!("there are {} gold", gold?);
    ///     Ok(())
    /// }
    /// ```
    #[cfg(feature = "db")]
    fn answer<T, M>(
        &mut self,
        answer: data::DbAnswer<T>,
        system: impl IntoSystem<In<Result<T, data::DbError>>, (), M> + Send + 'static,
    ) where
        T: Send + 'static;

    /// Adds a listener while the app runs; see [`ExtensionsWorldExt::add_listener`].
    fn add_listener<E: EventPattern, M: 'static>(&mut self, listener: impl IntoObserverSystem<E, M>);

    /// Spawns an entity that belongs to the extension whose commands these are, and goes when that stops.
    ///
    /// What the app itself spawns belongs to nobody. Entities that are spawned in any other way stay when the extension
    /// stops, unless they have a component that it [`owns`](crate::ExtensionScope::owns).
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// # #[derive(Component)]
    /// # struct Coin;
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().add_systems(Init, mint);
    ///     }
    /// }
    ///
    /// fn mint(mut commands: Commands) {
    ///     commands.spawn_owned(Coin);
    /// }
    /// ```
    fn spawn_owned<B: Bundle>(&mut self, bundle: B) -> EntityCommands<'_>;

    /// Asks for an extension to stop before the next frame, and to stay so; see [`Switch`].
    fn disable_extension(&mut self, name: impl Into<String>);

    /// Asks for an extension to start before the next frame, if it is disabled or has failed; see [`Switch`].
    fn enable_extension(&mut self, name: impl Into<String>);

    /// Asks for an extension to start afresh before the next frame; see [`Switch`].
    fn restart_extension(&mut self, name: impl Into<String>);

    /// Asks for a script, a folder or an archive to be there as an extension before the next frame; see [`Switch`].
    fn load_extension(&mut self, path: impl AsRef<Path>);

    /// Asks for an extension that lies on disk to be read anew before the next frame, and to start afresh; see [`Switch`].
    fn reload_extension(&mut self, name: impl Into<String>);

    /// Asks for an extension that is not linked into the app to be gone before the next frame; see [`Switch`].
    fn unload_extension(&mut self, name: impl Into<String>);
}

impl ExtensionsCommandsExt for Commands<'_, '_> {
    fn send<E: ExtensionEvent>(&mut self, event: E, target: impl Into<Target>) {
        let target = target.into();
        self.queue(move |world: &mut World| {
            if let Err(error) = world.send(event, target) {
                complain(world, error);
            }
        });
    }

    fn emit(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.emit_to(Target::Everyone, name, value);
    }

    fn emit_to(&mut self, target: impl Into<Target>, name: impl Into<String>, value: impl Into<Value>) {
        let (target, name, value) = (target.into(), name.into(), value.into());
        self.queue(move |world: &mut World| {
            if let Err(error) = world.emit_to(target, &name, value) {
                complain(world, error);
            }
        });
    }

    fn call<I>(&mut self, of: impl Into<String>, function: impl Into<String>, input: I)
    where
        I: Serialize + Send + 'static,
    {
        let (of, function) = (of.into(), function.into());
        self.queue(move |world: &mut World| {
            let answer = world.call::<_, Ignored>(&of, &function, input);
            complain_unless_told(world, answer.map_err(DriverError::Call));
        });
    }

    fn drive<I>(&mut self, interface: impl Into<String>, method: impl Into<String>, arguments: I)
    where
        I: Serialize + Send + 'static,
    {
        let (interface, method) = (interface.into(), method.into());
        self.queue(move |world: &mut World| {
            let answer = world.drive::<_, Ignored>(&interface, &method, arguments);
            complain_unless_told(world, answer);
        });
    }

    fn request<R: Request>(&mut self, request: R) {
        self.queue(move |world: &mut World| {
            let answer = world.request(request);
            complain_unless_told(world, answer);
        });
    }

    #[cfg(feature = "db")]
    fn answer<T, M>(
        &mut self,
        answer: data::DbAnswer<T>,
        system: impl IntoSystem<In<Result<T, data::DbError>>, (), M> + Send + 'static,
    ) where
        T: Send + 'static,
    {
        self.queue(move |world: &mut World| data::answer(world, answer, system));
    }

    fn add_listener<E: EventPattern, M: 'static>(&mut self, listener: impl IntoObserverSystem<E, M>) {
        self.queue(move |world: &mut World| {
            if let Err(error) = world.add_listener(listener) {
                complain(world, error);
            }
        });
    }

    fn spawn_owned<B: Bundle>(&mut self, bundle: B) -> EntityCommands<'_> {
        let entity = self.spawn_empty().id();
        self.queue(move |world: &mut World| owned::spawn_for_actor(world, entity, bundle));
        self.entity(entity)
    }

    fn disable_extension(&mut self, name: impl Into<String>) {
        switch(self, Switch::disable(name));
    }

    fn enable_extension(&mut self, name: impl Into<String>) {
        switch(self, Switch::enable(name));
    }

    fn restart_extension(&mut self, name: impl Into<String>) {
        switch(self, Switch::restart(name));
    }

    fn load_extension(&mut self, path: impl AsRef<Path>) {
        switch(self, Switch::load(path));
    }

    fn reload_extension(&mut self, name: impl Into<String>) {
        switch(self, Switch::reload(name));
    }

    fn unload_extension(&mut self, name: impl Into<String>) {
        switch(self, Switch::unload(name));
    }
}

fn switch(commands: &mut Commands, switch: Switch) {
    commands.queue(move |world: &mut World| {
        // Without extensions there is nothing to switch.
        if let Some(mut extensions) = world.get_resource_mut::<Extensions>() {
            let request = extensions.request(switch);
            extensions.requested.push(request);
        }
    });
}

/// Data of an extension that could not be removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForgetError {
    /// That is no name of an extension.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The extension runs, and may need what it keeps.
    #[error("`{extension}` runs, and may need what it keeps; disable it first")]
    Running {
        /// Which.
        extension: ExtensionName,
    },
    /// A file cannot be removed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Keys and values, or tables, cannot be removed.
    #[cfg(feature = "data")]
    #[error(transparent)]
    Data(#[from] data::DataError),
}

/// Tells of a call that nobody waits for. What failed in the callee's code was told already, and is not the caller's fault.
fn complain_unless_told<T>(world: &World, answer: Result<T, DriverError>) {
    match answer {
        Ok(_) | Err(DriverError::Call(CallError::Failed { .. })) => {}
        Err(error) => complain(world, error),
    }
}
