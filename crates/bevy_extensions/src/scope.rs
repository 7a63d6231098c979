//! What an extension's author holds in `build`.

#[cfg(feature = "data")]
use std::hash::Hash;
use std::{
    collections::BTreeMap,
    marker::PhantomData,
    sync::{Arc, Mutex},
};

use bevy_app::{App, Startup};
use bevy_ecs::{
    error::BevyError,
    event::EventPattern,
    prelude::*,
    schedule::IntoScheduleConfigs,
    system::{IntoObserverSystem, ScheduleSystem},
};
use bevy_extensions_core::{ExtensionName, Location, Problem};
#[cfg(feature = "data")]
use serde::{Serialize, de::DeserializeOwned};

#[cfg(feature = "console")]
use crate::command::{self, ConsoleCommand};
#[cfg(feature = "data")]
use crate::data;
use crate::{
    acting::is_acting,
    contain::Ward,
    driver::{self, Driver, Interface},
    entity::Extensions,
    event::{DynamicEvent, ExtensionEvent, registry},
    exchange::{self, IntoFunction},
    export::{self, Export},
    extension::{Extension, name_of},
    fault::Fault,
    host::{HostScope, caller},
    lifecycle::{ExtensionSet, PhaseSchedules, WhenToRun, sealed::When},
    owned,
    owner::Party,
    report::Report,
    settings::Settings,
    shared::PluginsOnce,
    signature::Signature,
    tell::{Level, tell},
    world_ext::ExtensionsWorldExt,
};

/// What extensions add to [`App`].
pub trait ExtensionsAppExt {
    /// Returns the scope of an extension: in its own `build`, `finish` or `cleanup`, everything it does is registered here.
    ///
    /// Anywhere else the scope does nothing, and a problem is reported that says what to do instead.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// #[derive(Extension)]
    /// struct Economy;
    ///
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().add_systems(Init, open_ledger).add_systems(Update, pay_interest);
    ///     }
    /// }
    /// # fn open_ledger() {}
    /// # fn pay_interest() {}
    /// ```
    #[track_caller]
    fn extension<E: Extension>(&mut self) -> ExtensionScope<'_, E>;

    /// Terminates all extensions that have begun, in reverse order. Nothing happens the second time.
    ///
    /// This happens by itself when the app writes [`AppExit`](bevy_app::AppExit).
    fn terminate_extensions(&mut self) -> &mut Self;

    /// Returns what runs, in which order, how long each took, and why something does not run.
    fn extension_report(&self) -> Report;

    /// Returns the scope of the app itself, which may export and listen beside its extensions.
    fn host(&mut self) -> HostScope<'_>;
}

impl ExtensionsAppExt for App {
    #[track_caller]
    fn extension<E: Extension>(&mut self) -> ExtensionScope<'_, E> {
        let own = self.world().get_resource::<Extensions>().and_then(|extensions| {
            let id = extensions.id_of::<E>().filter(|id| is_acting(self.world().id(), *id))?;
            Some(extensions.listed(id).ward.clone())
        });
        if own.is_none() {
            note_not_hosted(self, name_of::<E>(), caller());
        }
        ExtensionScope { app: self, ward: own, extension: PhantomData }
    }

    fn terminate_extensions(&mut self) -> &mut Self {
        self.world_mut().terminate_extensions();
        self
    }

    fn extension_report(&self) -> Report {
        self.world().extension_report()
    }

    fn host(&mut self) -> HostScope<'_> {
        HostScope::new(self)
    }
}

/// What an extension's author holds in `build`: whatever is registered here belongs to the extension.
///
/// Get it with [`app.extension::<Self>()`](ExtensionsAppExt::extension).
pub struct ExtensionScope<'a, E> {
    app: &'a mut App,
    /// `None` outside the extension's own `build`, `finish` and `cleanup`.
    ward: Option<Arc<Ward>>,
    extension: PhantomData<E>,
}

impl<E: Extension> ExtensionScope<'_, E> {
    /// Adds systems to a [`Phase`](crate::Phase), or to a schedule of the app.
    ///
    /// Systems of a phase run once, when the extension's turn has come, and may return `Result`. Systems of a schedule
    /// go into the app's own, in the set [`ExtensionSet::of::<E>()`](ExtensionSet::of), and run while the extension is
    /// starting or running.
    ///
    /// To order all of them at once, use the set:
    /// `app.configure_sets(Update, ExtensionSet::of::<Self>().after(ExtensionSet::of::<Economy>()))`.
    pub fn add_systems<Marker, Systems>(
        &mut self,
        when: impl WhenToRun<Marker>,
        systems: impl IntoScheduleConfigs<ScheduleSystem, Systems>,
    ) -> &mut Self {
        let Some(ward) = &self.ward else { return self };
        match when.when() {
            When::Phase(phase) => {
                let mut schedules = self.app.world_mut().resource_mut::<PhaseSchedules>();
                schedules.get_or_create(ward.id(), phase).add_systems(systems);
            }
            When::Schedule(label) => {
                self.app.add_systems(label, systems.in_set(ExtensionSet::of::<E>()));
            }
        }
        self
    }

    /// Adds a listener: it hears an event while the extension is starting or running, and its faults are contained.
    ///
    /// Of an [extension event](crate::ExtensionEvent), listeners hear in plan order, then in the order in which they were
    /// added. Every other event of Bevy will do as well; Bevy delivers it in an order of its own.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # #[derive(Extension)]
    /// # struct Greeter;
    /// #[derive(ExtensionEvent)]
    /// struct PlayerJoined { name: String }
    ///
    /// impl Plugin for Greeter {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().observe(welcome);
    ///     }
    /// }
    ///
    /// fn welcome(joined: On<PlayerJoined>) {
    ///     println!("Welcome, {}!", joined.name);
    /// }
    /// ```
    pub fn observe<Heard: EventPattern, M>(&mut self, listener: impl IntoObserverSystem<Heard, M>) -> &mut Self {
        if let Some(ward) = &self.ward
            && let Err(error) = registry::observe(self.app.world_mut(), ward, listener)
        {
            return self.fail(error);
        }
        self
    }

    /// Adds a listener to events by name: to one event, to all whose names begin alike (`player.*`), or to every event
    /// (`*`) that is not sent to somebody else.
    ///
    /// A name that is none fails the extension.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::{DynamicEvent, prelude::*};
    /// # #[derive(Extension)]
    /// # struct Journal;
    /// impl Plugin for Journal {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().observe_named("player.*", write_down);
    ///     }
    /// }
    ///
    /// fn write_down(event: On<DynamicEvent>) {
    ///     println!("{}: {}", event.name(), event.value);
    /// }
    /// ```
    pub fn observe_named<M>(&mut self, filter: &str, listener: impl IntoObserverSystem<DynamicEvent, M>) -> &mut Self {
        if let Some(ward) = &self.ward
            && let Err(error) = registry::observe_named(self.app.world_mut(), Party::Extension(ward), filter, listener)
        {
            return self.fail(error);
        }
        self
    }

    /// Makes an event known by its name before anybody listens to it.
    ///
    /// Not needed for events that are found by themselves, as all that are linked are by default.
    #[track_caller]
    pub fn register_event<Known: ExtensionEvent>(&mut self) -> &mut Self {
        if self.ward.is_some() {
            registry::register::<Known>(self.app.world_mut(), caller());
        }
        self
    }

    /// Offers a value to others: they take it as [`Import`](crate::Import) or [`ImportMut`](crate::ImportMut), and so does
    /// this extension itself.
    ///
    /// It is there from now on until the extension stops, and made anew if the extension starts again.
    pub fn export<T: Export<Owner = E> + FromWorld>(&mut self) -> &mut Self {
        self.export_with(|world| T::from_world(world))
    }

    /// Offers a value to others, as [`export`](Self::export). If the extension starts again, it is this value again.
    pub fn export_value<T: Export<Owner = E> + Clone>(&mut self, value: T) -> &mut Self {
        self.export_with(move |_| value.clone())
    }

    /// Offers what a closure makes to others, as [`export`](Self::export): now, and each time the extension starts again.
    pub fn export_with<T: Export<Owner = E>>(
        &mut self,
        make: impl FnMut(&mut World) -> T + Send + 'static,
    ) -> &mut Self {
        if let Some(ward) = &self.ward {
            export::export_made(self.app.world_mut(), ward, Arc::new(Mutex::new(make)));
        }
        self
    }

    /// Inserts a resource of the extension's own, unless it is there already: it goes when the extension stops, and is
    /// made anew when it starts again. One that several extensions have initialised goes with the last of them; one that
    /// the app has inserted is the app's.
    ///
    /// A resource that is inserted in any other way stays when the extension stops. What others should use is better
    /// [exported](Self::export).
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// #[derive(Resource, Default)]
    /// struct Prices { bread: u32 }
    ///
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().init_resource::<Prices>().add_systems(Update, raise_prices);
    ///     }
    /// }
    ///
    /// fn raise_prices(mut prices: ResMut<Prices>) {
    ///     prices.bread += 1;
    /// }
    /// ```
    pub fn init_resource<R: Resource + FromWorld>(&mut self) -> &mut Self {
        if let Some(ward) = &self.ward {
            owned::init_resource::<R>(self.app.world_mut(), ward);
        }
        self
    }

    /// Inserts a resource of the extension's own, in place of an earlier one, whosever that was; it goes and comes as with
    /// [`init_resource`](Self::init_resource).
    pub fn insert_resource<R: Resource + Clone>(&mut self, value: R) -> &mut Self {
        self.insert_resource_with(move |_| value.clone())
    }

    /// Inserts a resource of the extension's own that a closure makes: now, and each time the extension starts again.
    pub fn insert_resource_with<R: Resource>(
        &mut self,
        make: impl FnMut(&mut World) -> R + Send + 'static,
    ) -> &mut Self {
        if let Some(ward) = &self.ward {
            owned::insert_resource::<R>(self.app.world_mut(), ward, Arc::new(Mutex::new(make)));
        }
        self
    }

    /// Inserts a resource of the extension's own that stays from one run of the app to the next.
    ///
    /// It is loaded here, from the extension's [key-value store](crate::data::Kv), or made if it was never kept; in `build`
    /// that is before all phases. Whenever it has changed, it is kept at the end of the frame. It goes and comes as with
    /// [`init_resource`](Self::init_resource). It is found by the name of its type, so types of one extension that are kept have
    /// different names.
    ///
    /// If what is kept cannot be read as such a resource, the extension fails, and what is kept stays as it is.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Extension)]
    /// # struct Arcade;
    /// #[derive(Resource, Default, Serialize, Deserialize)]
    /// struct HighScores(Vec<u32>);
    ///
    /// impl Plugin for Arcade {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().persistent::<HighScores>().add_systems(Init, note_score);
    ///     }
    /// }
    ///
    /// fn note_score(mut scores: ResMut<HighScores>) {
    ///     scores.0.push(100);
    /// }
    /// # let folder = tempfile::tempdir()?;
    /// # for runs in 1..3 {
    /// # let host = ExtensionsPlugin { data: Some(folder.path().into()), ..Default::default() };
    /// # let mut app = App::new();
    /// # app.add_plugins(host.without_inventory().with::<Arcade>()).update();
    /// # assert_eq!(app.world().resource::<HighScores>().0.len(), runs);
    /// # app.terminate_extensions();
    /// # }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "data")]
    pub fn persistent<R>(&mut self) -> &mut Self
    where
        R: Resource + Serialize + DeserializeOwned + FromWorld,
    {
        if let Some(ward) = &self.ward
            && let Err(error) = data::load_persistent::<R>(self.app.world_mut(), ward)
        {
            self.fail(error);
        }
        self
    }

    /// Has the extension hear [`KvChanged`](crate::data::KvChanged) whenever a key of its key-value store changes that begins
    /// like this, whoever changes it.
    #[cfg(feature = "data")]
    pub fn watch_keys(&mut self, prefix: impl Into<data::Prefix>) -> &mut Self {
        if let Some(ward) = &self.ward {
            data::watch_keys(self.app.world_mut(), ward, prefix.into());
        }
        self
    }

    /// Says what makes the tables of the extension's [database](crate::data::Db), and makes them: now, which in `build` is before
    /// all phases.
    ///
    /// Each migration runs once on a file, in order, and all of it or nothing. One that has run may be neither changed nor left
    /// out: further changes are further migrations. If one fails, the extension fails with it.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().migrations([
    ///             ("001 players", "CREATE TABLE player (name TEXT PRIMARY KEY) STRICT"),
    ///             ("002 gold", "ALTER TABLE player ADD COLUMN gold INTEGER NOT NULL DEFAULT 0"),
    ///         ]);
    ///     }
    /// }
    /// ```
    #[cfg(feature = "db")]
    pub fn migrations<M: Into<data::Migration>>(&mut self, migrations: impl IntoIterator<Item = M>) -> &mut Self {
        let migrations: Arc<[_]> = migrations.into_iter().map(Into::into).collect();
        if let Some(ward) = &self.ward
            && let Err(error) = data::migrate(self.app.world_mut(), ward, &migrations)
        {
            self.fail(error);
        }
        self
    }

    /// Inserts a [cache](data::Cache) of the extension's own. An extension may have several, of different types.
    #[cfg(feature = "data")]
    pub fn cache<K, V>(&mut self, settings: data::CacheSettings) -> &mut Self
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        self.insert_resource_with(move |_| data::Cache::<E, K, V>::new(settings.clone()))
    }

    /// Gives every entity that gets a component `C` from now on to the extension, unless it belongs to somebody already.
    ///
    /// What belongs to an extension is despawned when it stops. Bevy does not tell who spawns an entity, so nothing else
    /// that an extension spawns belongs to it, unless it is spawned with
    /// [`commands.spawn_owned`](crate::ExtensionsCommandsExt::spawn_owned).
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// #[derive(Component)]
    /// struct Coin;
    ///
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         app.extension::<Self>().owns::<Coin>().add_systems(Init, mint);
    ///     }
    /// }
    ///
    /// fn mint(mut commands: Commands) {
    ///     commands.spawn(Coin);
    /// }
    /// ```
    pub fn owns<C: Component>(&mut self) -> &mut Self {
        if let Some(ward) = &self.ward {
            owned::owns::<C>(self.app.world_mut(), ward);
        }
        self
    }

    /// Offers a function: a system that others call by its name, with their types or with values.
    ///
    /// It may be called while the extension is starting or running, by whoever declares a dependency on it, with
    /// [`world.call`](crate::ExtensionsWorldExt::call). See [`IntoFunction`] for what it may take and answer.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// # #[derive(Resource, Default)]
    /// # struct Ledger { gold: u32 }
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         app.init_resource::<Ledger>();
    ///         app.extension::<Self>().export_fn("deposit", deposit);
    ///     }
    /// }
    ///
    /// /// Returns how much there is now.
    /// fn deposit(In(gold): In<u32>, mut ledger: ResMut<Ledger>) -> u32 {
    ///     ledger.gold += gold;
    ///     ledger.gold
    /// }
    /// ```
    ///
    /// A name that is none, or that is there already, is charged to the extension, which does without the function.
    pub fn export_fn<M>(&mut self, name: &str, function: impl IntoFunction<M>) -> &mut Self {
        if let Some(ward) = &self.ward {
            // What is wrong was charged.
            _ = exchange::export_fn(self.app.world_mut(), Party::Extension(ward), name, function, None);
        }
        self
    }

    /// Offers a function as [`export_fn`](Self::export_fn), and says what it takes.
    ///
    /// Whoever calls it with values, as scripts do, gets errors in the words of the signature, and its defaults.
    pub fn export_fn_with<M>(&mut self, name: &str, signature: Signature, function: impl IntoFunction<M>) -> &mut Self {
        if let Some(ward) = &self.ward {
            // What is wrong was charged.
            _ = exchange::export_fn(self.app.world_mut(), Party::Extension(ward), name, function, Some(signature));
        }
        self
    }

    /// Declares an interface, which any extension may [drive](Self::driver) and anybody may use.
    ///
    /// Several extensions may declare it, alike: then neither needs the other.
    pub fn interface(&mut self, interface: Interface) -> &mut Self {
        if let Some(ward) = &self.ward {
            // What is wrong was charged.
            _ = driver::declare(self.app.world_mut(), Party::Extension(ward), interface);
        }
        self
    }

    /// Registers a driver: what the extension does for an interface.
    ///
    /// The host settings choose who serves, or else the first driver in plan order does. Others use it with
    /// [`world.drive`](crate::ExtensionsWorldExt::drive) or [`world.request`](crate::ExtensionsWorldExt::request).
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::{Driver, Interface, Method, Type, prelude::*};
    /// # use serde::Deserialize;
    /// # #[derive(Extension)]
    /// # struct Post;
    /// impl Plugin for Post {
    ///     fn build(&self, app: &mut App) {
    ///         let send = Method::new("send").required("to", Type::String).returns(Type::Bool);
    ///         app.extension::<Self>()
    ///             .interface(Interface::new("letters").method(send))
    ///             .driver("letters", Driver::new().method("send", send_letter));
    ///     }
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Letter { to: String }
    ///
    /// fn send_letter(In(letter): In<Letter>) -> bool {
    ///     println!("a letter goes to {}", letter.to);
    ///     true
    /// }
    /// ```
    pub fn driver(&mut self, interface: &str, driver: Driver) -> &mut Self {
        if let Some(ward) = &self.ward {
            // What is wrong was charged.
            _ = driver::register(self.app.world_mut(), Party::Extension(ward), interface, driver);
        }
        self
    }

    /// Adds a command to the console: a system that somebody calls by typing its name.
    ///
    /// It is there while the extension is starting or running. A name that is none, that the console has itself, or that is
    /// there already is charged to the extension, which does without the command. If two extensions have one of the same
    /// name, each is typed with the name of its extension before it: `Economy.pay`.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::{console::ConsoleCommand, prelude::*};
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// impl Plugin for Economy {
    ///     fn build(&self, app: &mut App) {
    ///         let pay = ConsoleCommand::new("pay", pay).arguments("PLAYER GOLD").help("pays a player");
    ///         app.extension::<Self>().command(pay);
    ///     }
    /// }
    ///
    /// fn pay(In(words): In<Vec<String>>) -> Result<String, String> {
    ///     let [player, gold] = &*words else { return Err("pay whom, and how much?".into()) };
    ///     let gold: u32 = gold.parse().map_err(|_| format!("`{gold}` is no number"))?;
    ///     Ok(format!("{player} got {gold} gold"))
    /// }
    /// ```
    #[cfg(feature = "console")]
    pub fn command(&mut self, command: ConsoleCommand) -> &mut Self {
        if let Some(ward) = &self.ward {
            // What is wrong was charged.
            _ = command::register(self.app.world_mut(), Party::Extension(ward), command);
        }
        self
    }

    /// Adds third-party plugins, one or a tuple, unless the app or another extension has added them already.
    ///
    /// Their systems run while at least one of the extensions that added them runs. If this extension fails, the
    /// others still have them.
    pub fn add_plugins_once<M>(&mut self, plugins: impl PluginsOnce<M>) -> &mut Self {
        if let Some(ward) = &self.ward
            && let Err(why) = plugins.add_once(self.app, ward.id().0)
        {
            let ward = ward.clone();
            ward.charge(Fault::error(&ward.part(), &why.into()));
            ward.close();
        }
        self
    }

    /// Says that the extension cannot start; `build` has no `Result` to return.
    ///
    /// The same as a panic in its place, in a civil way: what was built is undone, and whoever requires the extension
    /// does not start.
    pub fn fail(&mut self, error: impl Into<BevyError>) -> &mut Self {
        if let Some(ward) = &self.ward {
            ward.charge(Fault::error(&ward.part(), &error.into()));
            ward.close();
        }
        self
    }

    /// Returns the extension's settings; systems take `Res<Settings<..>>`.
    pub fn settings(&mut self) -> &E::Settings {
        self.app.init_resource::<Settings<E>>();
        self.app.world().resource::<Settings<E>>()
    }

    /// Returns the app, for what the scope has no method for.
    pub fn app(&mut self) -> &mut App {
        self.app
    }
}

/// Extensions that were added past the host.
#[derive(Resource, Default)]
pub(crate) struct NotHosted(BTreeMap<ExtensionName, Location>);

impl NotHosted {
    /// Moves them to the problems of the host.
    pub(crate) fn hand_over(world: &mut World) {
        let Some(names) = world.remove_resource::<Self>() else { return };
        let problems = names.0.into_iter().map(|(extension, at)| Problem::NotHosted { extension, at });
        world.resource_mut::<Extensions>().problems.add_first(problems);
    }
}

fn note_not_hosted(app: &mut App, name: ExtensionName, at: Location) {
    if !app.world().contains_resource::<NotHosted>() {
        app.init_resource::<NotHosted>().add_systems(Startup, tell_without_host);
    }
    app.world_mut().resource_mut::<NotHosted>().0.insert(name, at);
}

/// Without a host nobody else would tell.
fn tell_without_host(world: &mut World) {
    if world.contains_resource::<Extensions>() {
        return;
    }
    for (extension, at) in world.remove_resource::<NotHosted>().into_iter().flat_map(|names| names.0) {
        let problem = Problem::NotHosted { extension, at: at.clone() };
        tell(Level::Error, &format!("{problem}\n  in: {at}\n  hint: {}", problem.hint()));
    }
}
