//! The extension system for Bevy apps.
//!
//! The app's owner adds one plugin; anyone can then extend the app with *extensions* that declare what they are, what
//! they need and what they offer. The host orders them, starts and stops them in phases, carries events between them,
//! hands them what they import, contains their faults, and explains every decision.
//!
//! # Add the plugin
//!
//! ```no_run
//! use bevy_app::{ScheduleRunnerPlugin, prelude::*};
//! use bevy_extensions::prelude::*;
//!
//! fn main() -> AppExit {
//!     App::new().add_plugins((ScheduleRunnerPlugin::default(), ExtensionsPlugin::default())).run()
//! }
//! ```
//!
//! # Declare an extension
//!
//! An extension *is* a Bevy [`Plugin`](bevy_app::Plugin) with a manifest. [`#[derive(Extension)]`](derive@Extension)
//! writes the manifest from its attribute, its doc comment and `Cargo.toml`, and makes it known to every app that links
//! its crate. In `build` it gets its [scope](ExtensionScope), where it says what it does and when:
//!
//! ```
//! use bevy_app::prelude::*;
//! use bevy_ecs::prelude::*;
//! use bevy_extensions::prelude::*;
//!
//! /// Keeps every player's balance.
//! #[derive(Extension)]
//! #[extension(version = "1.4.0")]
//! pub struct Economy;
//!
//! impl Plugin for Economy {
//!     fn build(&self, app: &mut App) {
//!         app.extension::<Self>()
//!             .export::<Ledger>()
//!             .add_systems(Init, open_ledger)
//!             .add_systems(Update, pay_interest);
//!     }
//! }
//!
//! /// What the economy offers to extensions that require it.
//! #[derive(Export, Default)]
//! #[export(by = Economy)]
//! pub struct Ledger { gold: u32 }
//!
//! fn open_ledger(mut ledger: ImportMut<Economy, Ledger>) {
//!     ledger.gold = 100;
//! }
//!
//! fn pay_interest(mut ledger: ImportMut<Economy, Ledger>) {
//!     ledger.gold += 1;
//! }
//!
//! /// Greets whoever joins.
//! #[derive(Extension)]
//! #[extension(version = "1.0.0", requires(Economy = "^1.2"))]
//! pub struct Greeter;
//!
//! impl Plugin for Greeter {
//!     fn build(&self, app: &mut App) {
//!         app.extension::<Self>().add_systems(PostInit, open_doors);
//!     }
//! }
//!
//! fn open_doors(ledger: Import<Greeter, Ledger>) -> Result {
//!     if ledger.gold == 0 { Err("no money for gifts")? }
//!     Ok(())
//! }
//!
//! let mut app = App::new();
//! app.add_plugins(ExtensionsPlugin::default()).update();
//! println!("{}", app.extension_report());
//! app.terminate_extensions();
//! ```
//!
//! A plugin that somebody else wrote becomes an extension by a unit struct that adds it in `build`, with
//! [`add_plugins_once`](ExtensionScope::add_plugins_once). Every extension that uses it should add it that way: then it
//! does not matter which of them is first, or fails.
//!
//! # What starts, and in which order
//!
//! Whoever is required starts first: by depth, then by name, the same on every machine and in every build profile.
//! Who requires what is missing, too old or part of a cycle is left out, and so are its dependents; everyone else
//! starts. [`resolve`] states the rules, [`Problem`] holds the reasons, and the report tells them.
//!
//! # Phases
//!
//! In `Startup` all extensions [pre-initialise](Phase::PreInit), then all [initialise](Phase::Init), then all
//! [post-initialise](Phase::PostInit), each phase in plan order. [`Terminate`](Phase::Terminate) runs in reverse: of
//! all when the app writes [`AppExit`](bevy_app::AppExit), on Ctrl-C and SIGTERM too, or by
//! [`app.terminate_extensions()`](ExtensionsAppExt::terminate_extensions); and of each one that
//! [stops](#stopping-and-starting-while-the-app-runs) before, when it stops. So it runs once for each time that the
//! extension has begun its phases. Systems of a phase are ordinary systems and may return `Result`. Systems for `Update`
//! and the like go into the app's schedules, in the set [`ExtensionSet::of::<Greeter>()`](ExtensionSet), so that `before`
//! and `after` work as usual.
//!
//! # Host settings
//!
//! The file `assets/extensions.ron` says which extensions are [off](HostSettings::disabled), what a left-out extension
//! [means](OnLeftOut), who [serves](HostSettings::choose) a name, and [sets](HostSettings::settings) each extension's
//! own [`Settings`]. It says how much failing is [too much](HostSettings::faults): by default, one fault in a phase stops
//! an extension, and ten in a minute while the app runs. Whoever takes longer in a frame than its
//! [limit](HostSettings::limits) is reported; by default there is none.
//!
//! # Events
//!
//! What extensions and the app tell each other is an ordinary event of Bevy, with
//! [`#[derive(ExtensionEvent)]`](derive@ExtensionEvent). Trigger it as every event. An extension listens with
//! [`observe`](ExtensionScope::observe), the app with `app.add_observer`:
//!
//! ```
//! use bevy_app::prelude::*;
//! use bevy_ecs::prelude::*;
//! use bevy_extensions::prelude::*;
//!
//! /// Something is about to be sold.
//! #[derive(ExtensionEvent)]
//! struct Sale { gold: u32, veto: bool }
//!
//! #[derive(Extension)]
//! struct Guild;
//!
//! impl Plugin for Guild {
//!     fn build(&self, app: &mut App) {
//!         app.extension::<Self>().observe(forbid_usury);
//!     }
//! }
//!
//! fn forbid_usury(mut sale: On<Sale>) {
//!     sale.veto |= sale.gold > 100;
//! }
//!
//! fn sell(world: &mut World) {
//!     let mut sale = Sale { gold: 120, veto: false };
//!     world.trigger_ref(&mut sale);
//!     assert!(sale.veto);
//! }
//! # let mut app = App::new();
//! # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Guild>()).add_systems(Update, sell);
//! # app.update();
//! # app.terminate_extensions();
//! ```
//!
//! * *Order.* Listeners of extensions hear in plan order, then in the order in which they were added; the app's own
//!   hear last. Extensions hear while they are starting or running.
//! * *Changes.* What a listener changes, later listeners and the emitter see. So a veto is a field.
//! * *Sender and target.* A listener asks with [`EventMeta`]. Whatever an extension's code emits, in a system, a
//!   listener or a command, has that extension as its sender.
//! * *To some only.* [`send`](ExtensionsWorldExt::send) delivers to one extension or several, and to nobody else. If
//!   one of them is not there or does not run, nobody hears, and that is an error.
//! * *Commands* of a listener are applied as those of every observer: after `commands.trigger` by themselves, after
//!   `world.trigger` with the next `world.flush()`.
//!
//! Take an event for what others react to at once, and may change. Take Bevy's `Message` for what is many within a
//! frame, and is read by systems in their own time; messages have neither sender, target nor veto.
//!
//! # Events by name
//!
//! Every event has a dotted name, such as `player.joined` for `PlayerJoined`. If its type implements `Serialize`, it is
//! heard by name; if it implements `Deserialize` too, it is emitted and changed by name, with a `serde_json` value. A
//! name that no type claims is an event all the same.
//!
//! ```
//! use bevy_app::prelude::*;
//! use bevy_ecs::prelude::*;
//! use bevy_extensions::{DynamicEvent, prelude::*};
//! use serde::{Deserialize, Serialize};
//! use serde_json::json;
//!
//! #[derive(ExtensionEvent, Serialize, Deserialize)]
//! struct PlayerJoined { name: String }
//!
//! #[derive(Extension)]
//! struct Journal;
//!
//! impl Plugin for Journal {
//!     fn build(&self, app: &mut App) {
//!         app.extension::<Self>()
//!             .observe_named("player.*", |event: On<DynamicEvent>| println!("{}: {}", event.name(), event.value));
//!     }
//! }
//!
//! fn announce(mut commands: Commands) {
//!     commands.trigger(PlayerJoined { name: "Ann".into() });
//!     commands.emit("player.joined", json!({"name": "Ben"}));
//!     commands.emit("player.waved", json!("at everybody"));
//! }
//! # let mut app = App::new();
//! # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Journal>()).add_systems(Update, announce);
//! # app.update();
//! # app.terminate_extensions();
//! ```
//!
//! `player.*` hears `player.joined` and `player.hand.empty`, but not `player`; `*` hears all that is not sent to
//! somebody else. A value that does not fit the type is an [`EmitError`] with the field and what was expected. Host
//! settings may say that one name [means another](HostSettings::aliases), for everybody or for one extension; types
//! know no aliases.
//!
//! # Exports and imports
//!
//! An extension offers a value with [`#[derive(Export)]`](derive@Export) and [`export`](ExtensionScope::export); others
//! take it as [`Import`] or [`ImportMut`], if they declare by Rust path that they need its owner. Otherwise it does not
//! compile, and the error says what to add. Take `Option<Import<..>>` of who is `optional`: it is `None` if the owner
//! is not there. [`Economy` and `Greeter`](#declare-an-extension) above do this. What the app itself offers with
//! [`app.host().export::<T>()`](ExtensionsAppExt::host) is by [`Host`], and needs no declaration.
//!
//! # Functions
//!
//! A function is a system under a name: [`export_fn`](ExtensionScope::export_fn). Others
//! [`call`](ExtensionsWorldExt::call) it, with its own types or with any that fit as JSON, so they need not know the
//! crate; their manifest has to name the extension. [`call`](ExtensionsWorldExt::call) has an example, [`IntoFunction`]
//! says what a function takes and answers, and [`export_fn_with`](ExtensionScope::export_fn_with) adds a [`Signature`]
//! with defaults. A function of the app is called as one of `app`. A function that fails is a [`CallError`] for the one
//! who calls, and a fault of its extension. One that is running already is not called again: that is an error that
//! shows who led to whom.
//!
//! # Choosing who serves
//!
//! With `choose: {"Weather": "BetterWeather"}` in the host settings, whoever calls a function of `Weather` calls that of
//! `BetterWeather`; with `choose: {"mail": "Post"}`, the driver of `Post` serves the interface `mail`.
//! [`choose_for`](HostSettings::choose_for) says it for one importer. Where nothing is chosen, functions are those of the
//! extension of that name, or else of the first that [`provides`](derive@Extension#keys) the name. Imports by type are
//! fixed when the app is compiled. A choice of somebody who is not there is a problem in the report.
//!
//! # Drivers
//!
//! An [`Interface`] is a named set of methods that several extensions may implement, each with a [`Driver`]. The one
//! whom the host settings choose serves, or else the first in plan order; the app's own comes last. When an extension
//! fails, the next takes over, and [`DriverChanged`] says so, from the first phase on. Use an interface by name with
//! [`drive`](ExtensionsWorldExt::drive), or as a type that implements [`Request`] with
//! [`request`](ExtensionsWorldExt::request); neither needs a declared dependency:
//!
//! ```
//! use bevy_app::prelude::*;
//! use bevy_ecs::prelude::*;
//! use bevy_extensions::{Driver, Interface, Method, Type, prelude::*};
//! use serde::Deserialize;
//! use serde_json::json;
//!
//! #[derive(Extension)]
//! struct Post;
//!
//! impl Plugin for Post {
//!     fn build(&self, app: &mut App) {
//!         let send = Method::new("send").required("to", Type::String).returns(Type::Integer);
//!         app.extension::<Self>()
//!             .interface(Interface::new("mail").method(send))
//!             .driver("mail", Driver::new().method("send", send_letter));
//!     }
//! }
//!
//! #[derive(Deserialize)]
//! struct Letter { to: String }
//!
//! /// Returns how many days it takes.
//! fn send_letter(In(letter): In<Letter>) -> u32 {
//!     if letter.to == "Ann" { 2 } else { 5 }
//! }
//!
//! # let mut app = App::new();
//! # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Post>());
//! # app.update();
//! let days: u32 = app.world_mut().drive("mail", "send", json!({"to": "Ann"}))?;
//! assert_eq!(days, 2);
//! # app.terminate_extensions();
//! # Ok::<(), BevyError>(())
//! ```
//!
//! # What there is
//!
//! [`app.extension_report().listing`](Report::listing) lists events with their listeners in the order of delivery,
//! exports, functions, interfaces and drivers, and why each driver serves: as values, and as text with `Display`.
//!
//! # When something fails
//!
//! A panic or an `Err` in `build`, in a phase, a system, a listener, a function, a driver or in their commands is
//! charged to its extension, and the others hear and run. One that fails while it starts is
//! [`Failed`](ExtensionState::Failed), those that cannot run without it are [`Suspended`](ExtensionState::Suspended),
//! and everyone else goes on. While the app runs, a fault is told once and counted; the tenth within a minute stops the
//! extension, unless the host settings [say otherwise](FaultLimits). They also say whether it
//! [starts again](Restart) by itself. An extension whose code takes too long in a frame is [reported](Limits) if the
//! host settings have a limit, and goes on.
//!
//! A `build` that fails is undone: its systems, run conditions, observers, entities and new
//! resources go. What it changed stays, as do set order, plugin names and the `finish` of a plugin that it added; and
//! if a new type of messages was among what it added, its new resources stay. Of a `finish` that fails, what `finish`
//! added is undone; what `build` had added merely does not run any more.
//!
//! # Stopping and starting while the app runs
//!
//! Every extension can be [disabled](Extensions::disable), [enabled](Extensions::enable) and
//! [restarted](Extensions::restart) while the app runs, by `ResMut<Extensions>` or by
//! [commands](ExtensionsCommandsExt::disable_extension). What is asked for within a frame becomes one [`SwitchPlan`]:
//! who stops, who starts, in which order, and what cannot be had. It is carried out before the next frame, whole; to see
//! it first, [plan](Extensions::plan_switches) and then [confirm](Extensions::confirm) it.
//!
//! Whoever requires an extension stops before it, and waits [`Suspended`](ExtensionState::Suspended) until it runs
//! again. Stopping runs [`Terminate`](Phase::Terminate), and then takes away what belongs to the extension: listeners,
//! functions, drivers, exports, and the entities and resources that it owns. Starting brings back what `build` has
//! registered, which does not run a second time, and runs the phases.
//!
//! ```
//! use bevy_app::prelude::*;
//! use bevy_ecs::prelude::*;
//! use bevy_extensions::prelude::*;
//!
//! #[derive(Extension)]
//! struct Weather;
//!
//! #[derive(Component)]
//! struct Cloud;
//!
//! impl Plugin for Weather {
//!     fn build(&self, app: &mut App) {
//!         app.extension::<Self>().owns::<Cloud>().add_systems(Init, gather_clouds);
//!     }
//! }
//!
//! fn gather_clouds(mut commands: Commands) {
//!     commands.spawn(Cloud);
//! }
//!
//! let mut app = App::new();
//! app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Weather>()).update();
//! let plan = app.world_mut().resource_mut::<Extensions>().disable(Weather::NAME);
//! assert_eq!(plan.to_string(), "stop `Weather`, which is disabled then");
//! app.update();
//! assert_eq!(app.world_mut().query::<&Cloud>().iter(app.world()).count(), 0);
//! assert_eq!(app.world().leftovers("Weather"), Some(vec![]));
//! # app.terminate_extensions();
//! ```
//!
//! * *An entity belongs to an extension* if it was spawned with [`spawn_owned`](ExtensionsCommandsExt::spawn_owned), or
//!   has a component that the extension [`owns`](ExtensionScope::owns). What was spawned otherwise stays.
//! * *A resource belongs to it* if it was inserted [by its scope](ExtensionScope::init_resource), or is an
//!   [export](ExtensionScope::export). It is made anew with each start.
//! * *Systems* in the app's schedules are skipped, and nothing is rebuilt. So their `Local`s live on, as do those of
//!   listeners and functions; and what a run condition such as `run_once` has seen, it has seen. A system in `Startup`
//!   runs when the app starts, not when the extension does: take a phase.
//! * *Observers* that its code adds past the scope go and come with it too, though they hear as the app's own. What its
//!   `build` spawns as its own goes and does not come back: spawn in a phase.
//! * *Who merely uses it*, as an `optional` dependency, runs on, and should take `Option<Import<..>>`.
//! * *What stays*: interfaces and events that it has declared, its settings, types of messages, one-shot systems, systems
//!   and observers of others' entities that it adds while the app runs, and plugins of others, whose systems run while one
//!   of those who [added](ExtensionScope::add_plugins_once) them runs.
//! * *A native that was not built* when the app started, because it was off or had failed, can run from the next start on
//!   only.
//! * *A switch lasts* until the app exits, unless it is [saved](Extensions::save_switches) to the file of the host settings,
//!   whose comments stay.
//!
//! [`leftovers`](ExtensionsWorldExt::leftovers) lists what in the world belongs to an extension: after a stop, nothing.
//!
//! # Loading while the app runs
//!
//! [`load`](Extensions::load) brings an extension from disk, wherever it lies, [`reload`](Extensions::reload) reads it anew,
//! and [`unload`](Extensions::unload) takes it away; commands such as
//! [`load_extension`](ExtensionsCommandsExt::load_extension) do the same. They are switches, so there is a plan first, and
//! what is asked for within a frame is resolved together: of two that need each other, neither has to come first.
//!
//! ```
//! # use bevy_app::prelude::*;
//! # use bevy_extensions::prelude::*;
//! # let folder = tempfile::tempdir()?;
//! # let weather = folder.path().join("weather.js");
//! # let mut app = App::new();
//! # app.add_plugins(ExtensionsPlugin::default().without_inventory()).update();
//! std::fs::write(&weather, "//@extension requires Sky ^1\n")?;
//! let mut extensions = app.world_mut().resource_mut::<Extensions>();
//! let plan = extensions.load(&weather);
//! assert_eq!(plan.blocked()[0].why.to_string(), "it requires `Sky ^1`, which is not there");
//! # app.update();
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! * *Whoever comes has to be able to start*, or is refused with the reason. Those who were left out for want of it start
//!   with it. It puts nobody out who runs.
//! * *What is read anew* replaces the old version only if it parses and can start by what it requires; else the old one runs
//!   on. If it fails as it starts, it has [failed](ExtensionState::Failed), and nothing of it is left; read it anew when it
//!   is mended. Those who require it start again, or are left out if they want another version.
//! * *Whoever is unloaded* is not there any more, and leaves nothing behind but what it has stored. Those who require it are
//!   left out until somebody of that name comes.
//! * *Natives* are neither loaded nor unloaded: nothing is ever loaded with `dlopen`.
//!
//! # Files of an extension
//!
//! Natives have a folder [compiled into them](derive@Extension#files), `#[extension(files = "assets/greeter")]`, and scripts
//! come with theirs. Each extension may write into a folder of its own, its [`Storage`]. Natives have both as
//! `Res<`[`Files`]`<Greeter>>`, scripts as `extension.files` and `extension.storage`:
//!
//! ```
//! # use bevy_app::prelude::*;
//! # use bevy_ecs::prelude::*;
//! # use bevy_extensions::{Files, Overwrite, prelude::*};
//! # #[derive(Extension)]
//! # #[extension(files = "../../assets/extension_files/greeter")]
//! # struct Greeter;
//! fn load(files: Res<Files<Greeter>>) -> Result {
//!     // An operator may edit it there.
//!     files.save("greetings.txt", Overwrite::Never)?;
//!     println!("{}", files.storage().read_text("greetings.txt")?);
//!     files.storage().write("log/monday.txt", "all is well")?;
//!     Ok(())
//! }
//! # impl Plugin for Greeter { fn build(&self, app: &mut App) { app.extension::<Self>().add_systems(Init, load); } }
//! # let data = tempfile::tempdir()?;
//! # let data = Some(data.path().into());
//! # let mut app = App::new();
//! # app.add_plugins(ExtensionsPlugin { data, ..Default::default() }.without_inventory().with::<Greeter>()).update();
//! # assert!(app.world().resource::<Files<Greeter>>().storage().contains("log/monday.txt"));
//! # app.terminate_extensions();
//! # Ok::<(), BevyError>(())
//! ```
//!
//! No path leads out of these folders, neither by `..` nor by a link, and nobody sees those of others. A file is there as a
//! whole or not at all. The storages lie below [one folder](ExtensionsPlugin::data), and stay when an extension stops.
//!
//! # Artifacts
//!
//! Files from elsewhere that an extension needs, such as models, tables and libraries, are *artifacts*: the host fetches them from
//! repositories, checks them, and keeps them in a cache. It takes the feature `artifacts`. An extension asks for them in its
//! manifest, or in the attribute of its derive, and gets those that it asks for, and no others:
//!
//! ```standalone_crate
//! # use bevy_app::prelude::*;
//! # use bevy_ecs::prelude::*;
//! # use bevy_extensions::{Files, prelude::*};
//! #[derive(Extension)]
//! #[extension(external(
//!     repositories(town = "https://artifacts.town.example/maven"),
//!     artifacts("town.models:lamp:1.0.0@glb"),
//! ))]
//! struct Lamps;
//!
//! impl Plugin for Lamps {
//!     fn build(&self, app: &mut App) {
//!         app.extension::<Self>().add_systems(Init, light);
//!     }
//! }
//!
//! fn light(files: Res<Files<Lamps>>) -> Result {
//!     let lamp = files.artifact("lamp")?;
//!     println!("{} lies at {} and has {} bytes", lamp.name(), lamp.path().display(), lamp.read()?.len());
//!     Ok(())
//! }
//! ```
//!
//! A script reads them with `extension.artifact('lamp')`, and loads those that are libraries by their names: `require('left-pad')`, or
//! `import`. Each extension has a library for itself, however many ask for the same. What an artifact is called:
//!
//! | | is | and lies at |
//! |---|---|---|
//! | `town.models:lamp:1.0.0@glb` | a file: group, name, version, perhaps `:classifier`, ending | `town/models/lamp/1.0.0/lamp-1.0.0.glb` |
//! | `left-pad@^1.3` | a package of npm, with all that it depends on | `left-pad`, as npm has it |
//!
//! * *To host a repository* is to put files into a folder, and the folder on any server for static files, or beside the
//!   app: `file:libs`, which begins at the folder of the manifest, of the host settings, or, for a native, at the assets. Beside each file stands its hash, in a file that has the same name and `.sha256`:
//!   `sha256sum lamp-1.0.0.glb > lamp-1.0.0.glb.sha256`. Of what has none, the first content is believed, and the lock keeps its
//!   hash. `http:` will do for what is pinned in the manifest, `(artifact: "..", sha256: "..")`, and for hosts that the host
//!   settings [allow](ArtifactSettings::allow_http).
//! * *Repositories* are asked in order: first those of the [host settings](HostSettings::repositories), then those of the
//!   extension. The first that has an artifact gives it.
//! * *npm* is a repository whose address begins with `npm+`: `npm+https://registry.npmjs.org`. Packages in pure JavaScript run. One that needs
//!   a module of Node, as `fs`, fails with an error that names both: scripts have none of these, nor `Buffer`, and of `process` nothing but `process.env.NODE_ENV`, which is `production`. A registry
//!   can be a folder, too, beside the app or on any server for static files: `left-pad/index.json` is the document of a package. `npm pack` makes the
//!   tarball, whose files lie in a folder `package`; `tarball` is its path within the registry, and `integrity`, without which nothing is
//!   taken, is what `openssl dgst -sha512 -binary left-pad-1.3.0.tgz | base64 -w0` says:
//!   `{"versions": {"1.3.0": {"dist": {"tarball": "left-pad/left-pad-1.3.0.tgz", "integrity": "sha512-.."}}}}`.
//! * *The cache* is `.libs` in the first directory of extensions, or [elsewhere](ArtifactSettings::cache). A file is there as a
//!   whole or not at all, is checked at each start, and is never fetched twice. With everything in it no connection is made, and with
//!   [`offline`](HostSettings::offline) none in any case. It does not belong into version control.
//! * *The lock*, `extensions.lock` beside the host settings, belongs into version control. It says of each extension and artifact which version and
//!   which content it is. It is brought up to date when the app starts and when something was fetched, but for what it pins, which
//!   `bevy-extensions lock --update` changes; and it stays as it is while an extension cannot be read. With [`locked`](HostSettings::locked), whoever differs from it is left out.
//! * *The start* waits for what is fetched, in [`ready`](bevy_app::Plugin::ready), for [some time](ArtifactSettings::wait_ms) at most. Then the app starts
//!   without those who still wait, and without those who require them; each follows between two frames as soon as it can.
//!   [`Extensions`] tells how far everything has come (`fetching`), as do the events `ArtifactFetching` and `ArtifactsFetched`.
//! * *A native* is built before its artifacts are there, if they are not in the cache: take them from `PreInit` on.
//! * *What cannot be had* fails its extension, and suspends those who require it; all others run. To
//!   [enable](Extensions::enable) it tries again. What is known at once, as [`offline`](HostSettings::offline), leaves it out.
//! * *Who is loaded while the app runs* comes when its artifacts are there. Who is reloaded runs on until then; and if they
//!   cannot be had, the request is refused, and the log says why.
//!
//! The example `artifacts` shows it.
//!
//! # Data
//!
//! What an extension keeps is nobody else's, and stays when it stops. The features `data` and `db` turn on the module `data`,
//! which has examples of all of it:
//!
//! | native | script: `extension.imports('data')` | |
//! |---|---|---|
//! | `Res<Kv<Greeter>>` | `kv` | keys and values, on disk. Writes are visible at once, and get to disk on another thread |
//! | `persistent::<HighScores>()` of the scope | | a resource that is loaded before the phases, and kept when it changes |
//! | `watch_keys("gold")` of the scope | `kv.watch` | hears of keys that change |
//! | `Res<Db<Greeter>>`, `migrations(..)` of the scope | `db` | tables in SQLite, a file for each extension (feature `db`) |
//! | `cache::<Key, Value>(..)` of the scope | `cache` | values in memory, within a bound, for some time |
//!
//! No frame waits for the disk: `db.later()` asks without waiting, `commands.answer(..)` hands the answer to a system, and
//! scripts get promises. For the app there is `Res<Data>`: it copies all that is kept while it is in use, and tells when all is
//! on disk. When the app ends, all of it gets there. [`forget_data`](ExtensionsWorldExt::forget_data) removes what an extension
//! keeps. It lies in [one folder](ExtensionsPlugin::data), which is told when it is needed first.
//!
//! # Extensions as files
//!
//! What lies in the [`directories`](HostSettings::directories) of the host settings extends the app too: by default in
//! `assets/extensions` and in `extensions` below the current directory. A file `hello.js` is an extension, without a
//! manifest and without a build; the feature `script` runs it:
//!
//! ```js
//! //@extension version 1.0.0
//! //@extension requires Economy ^1.2
//! const economy = extension.imports('Economy');
//! extension.on('player.joined', (event, meta) => {
//!   console.log(`${event.name} joined, says ${meta.sender ?? 'the app'}`);
//!   console.log(`with the entrance fee the bank has ${economy.deposit(2)} gold`);
//! });
//! ```
//!
//! * *A folder* with `extension.ron`, an `extension.json` as Minestom has it, or a `package.json`; one with a `main.js` or
//!   `index.js`; or *an archive* (`.zip`) of such a folder: see [`discover`].
//! * *They take part* in all that natives do: they stand in the same plan, go through the same phases, hear the same events
//!   in plan order and may change them, call and offer functions, use and drive interfaces. Either may require the other;
//!   a native names a script by a string. Exports as types are for natives only.
//! * *Each has a runtime of its own*, and reaches the world by nothing else: no files but its own, no network. How long a
//!   call may take, how much memory, stack and how many timers it may have is for the host settings to
//!   [limit](ScriptLimits).
//! * *When it stops*, all of it goes; when it starts again, it begins in a new runtime at its first line.
//!
//! The module `script` (in these docs if they are built with the feature) says what a script finds, what is contained and
//! what is not, and how to add a language of one's own. `assets/extension.d.ts` says it to editors.
//!
//! # Dev mode
//!
//! Whoever writes an extension sees a change when it is saved. An app that has the feature `watch` is started with
//!
//! ```sh
//! BEVY_EXTENSIONS_DEV=../my-weather BEVY_EXTENSIONS_WATCH=1 cargo run
//! ```
//!
//! or with [`dev`](ExtensionsPlugin::dev) of the plugin, or [`dev`](HostSettings::dev) in the host settings. Dev folders are
//! loaded in place of what is installed under their names, and all that comes from disk is watched:
//!
//! * *A file that is saved* has its extension loaded anew within a second, once nothing has changed for a moment; those that
//!   require it follow. One that had failed, or was left out, gets another chance. What is as it was is left alone.
//! * *A version that is no good* keeps the old one running, and the log says why, once for each content. One that can be read
//!   and fails as it starts has failed, until it is mended.
//! * *What is new* in a searched directory is loaded. If it waits for another, it comes when that one does. *What is removed*
//!   is unloaded; dev folders stay, since a build may empty them.
//! * *A folder that disappears* is told. What came from it runs on, and is compared with what is there when it is back.
//! * *Passed by* are hidden files and folders, and `node_modules`. Natives, and scripts given by their text, lie in no file.
//!
//! The log tells it as it tells of every switch. The example `hot_reload` shows it.
//!
//! # What is not contained
//!
//! * An abort, a stack overflow, an endless loop, and every panic in a program built with `panic = "abort"`.
//! * Observers added with `app.add_observer`, which hear as the app's own: use [`observe`](ExtensionScope::observe).
//! * Systems that are added to sub-apps, while the app runs, in the `finish` of a nested plugin, or to a schedule that
//!   the extension has put in the place of another; and orders in a schedule of the app that make a cycle.
//! * What the app does. A panic of its own listener or function stops the program, though an extension has emitted the
//!   event; if an extension calls the function, that one gets an error. What an observer of one of Bevy's events, or a
//!   schedule of the app, does wrong while an extension leads to it is charged to that extension.
//! * Recursion of the app's own. Listeners and functions of extensions that lead to one another without end get an
//!   error after 64 steps; observers of the app that trigger one another overflow the stack, as ever in Bevy.
//!
//! # Extensions as data
//!
//! Every extension is an entity with [`ExtensionInfo`], [`ExtensionState`], [`ExtensionFaults`] and [`ExtensionTimes`];
//! every kept dependency is one with [`DependencyEdge`]. [`Extensions`] finds them by name or type,
//! [`extension_running`] is a run condition, and [`ExtensionStarted`], [`ExtensionStopped`] and [`ExtensionFailed`] are
//! events. [`Report`] is all of it at one moment, as a value and as text; with the feature `pictures` also as pictures,
//! `graph` and `timeline`.
//!
//! # Console
//!
//! With the feature `console`, somebody types while the app runs: what runs and why not, what a switch leads to, and then the
//! switch, functions and events, and commands that extensions bring along. Lines come from a terminal, where they are edited
//! and completed, or from a pipe. The module `console` (in these docs if they are built with the feature) shows a session.
//!
//! # Features
//!
//! None is on by default.
//!
//! * `artifacts`: [files from repositories](#artifacts), and the lock; costs an HTTP client with TLS, hashes, an inflater, and
//!   threads while something is fetched.
//! * `console`: [commands](#console) that are typed; costs `rustyline`, `shlex` and, on Unix, `nix`, and threads
//!   that wait for lines and print.
//! * `data`: [keys and values, caches](#data); costs `redb` and `quick_cache`, and a thread that writes.
//! * `db`: `data`, and tables. Takes a C compiler, and time to build SQLite; a thread for each database in use.
//! * `debug`: names of systems in faults; costs the names in the binary.
//! * `hotpatching`: needed in an app that turns on `bevy_ecs/hotpatching`.
//! * `pictures`: `Report::graph`, who depends on whom, and `Report::timeline`, who took how long to start; costs
//!   `rust-sugiyama`, and some bytes for each extension.
//! * `script`: extensions in JavaScript, and archives. Takes a C compiler, and about half a minute to build; 200 KiB of
//!   memory a script.
//! * `watch`: [dev mode](#dev-mode) loads anew what is edited; costs `notify`, and a thread in an app that watches.
//! * `test_kit`: apps for tests, in the module `test_kit` (in these docs if they are built with the feature); costs a look
//!   at every call into an extension.
//!
//! # Troubleshooting
//!
//! * *My extension is not in the report at all.* Rust links no crate that no code names: see [`link_extensions!`], or
//!   add it with [`ExtensionsPlugin::with`].
//! * *"was added past the host".* Do not add an extension with `add_plugins`; that is what the host does.
//! * *My file is not in the report.* It lies in another folder (see [`directories`](HostSettings::directories)), or deeper
//!   than one level, or is no `.js`, `.mjs` or `.zip`.
//! * *"this app runs no scripts".* Turn on the feature `script`.
//! * *"this app fetches no artifacts".* Turn on the feature `artifacts`.
//! * *An extension stays "planned".* It waits for its artifacts; the report says for which, and how far they have come.
//! * *"this app keeps no data", "this app has no databases".* Turn on the feature `data` or `db`.
//! * *"is in use by another app".* Two apps cannot have the same [data folder](ExtensionsPlugin::data).
//! * *Nothing happens when I save.* The log says at the start what is watched. `dev.watch` has to be on, and the feature `watch`
//!   too. On some network and container file systems, changes made from outside are not told.
//! * *A system does not say its name in a fault.* Turn on the feature `debug`.
//! * *A fault stops the whole program.* See [what is not contained](#what-is-not-contained).
//! * *My event is not heard by name.* Its type has to implement `Serialize`, and `Deserialize` to be emitted by name.
//!   Its crate has to be linked; without the [inventory](ExtensionsPlugin::inventory), register it with
//!   [`register_event`](ExtensionScope::register_event). The [listing](Report::listing) has its name and who hears it.
//! * *My listener is not called.* Its extension has to be starting or running, and the event has to be for everyone or
//!   for it. A listener that is added during an event begins with the next one.
//! * *An import is not there.* Its owner has stopped, is disabled, or exports it later than this runs: export in
//!   `build`. If an extension imports in `build` what the app exports, export it before `ExtensionsPlugin` is added.
//! * *A function or driver is refused.* The error says why: who does not run, what was not declared, which argument
//!   does not fit. The listing has the names.
//! * *The log tears the line that I type.* Give its subscriber a `console::ConsoleWriter`.
//! * *There is no console.* The feature `console` has to be on, and `ConsolePlugin` added. In the background there is none.
//! * *A number arrives as `null`.* By name everything is JSON, which has no `NaN` and no infinity.

extern crate self as bevy_extensions;

/// The first screen of the README has to compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

mod acting;
mod app_info;
mod caseless;
#[cfg(feature = "console")]
mod command;
#[cfg(feature = "console")]
pub mod console;
mod contain;
#[cfg(feature = "data")]
pub mod data;
mod data_folder;
mod declare;
mod driver;
mod entity;
mod event;
mod exchange;
mod export;
mod extension;
mod fault;
#[cfg(feature = "artifacts")]
mod fetch;
#[cfg(feature = "artifacts")]
mod fetches;
mod files;
mod frame_time;
#[cfg(any(doc, doctest))]
pub mod guide;
mod held;
mod host;
mod hosted;
mod leftovers;
mod lifecycle;
mod owned;
mod owner;
mod park;
mod phase;
mod plugin;
mod reach;
mod report;
mod request;
mod scope;
#[cfg(feature = "script")]
pub mod script;
#[cfg(feature = "script")]
mod script_error;
mod settings;
mod shared;
mod shelf;
mod signature;
mod switch;
mod tell;
#[cfg_attr(not(feature = "console"), expect(dead_code, reason = "nobody takes the terminal"))]
mod terminal;
#[cfg(feature = "test_kit")]
pub mod test_kit;
#[cfg(feature = "test_kit")]
mod test_rules;
mod value;
#[cfg(feature = "watch")]
mod watch;
mod world_ext;

pub use bevy_extensions_core::{
    Absence, Alias, ArchiveError, Artifact, ArtifactContent, ArtifactError, ArtifactFile, ArtifactNameError,
    ArtifactSettings, Candidate, Cause, Choice, CycleStep, Dependency, DependencyError, Dev, DevFolder, DevFolderError,
    Discovery, DiscoveryProblem, DiscoveryProblemKind, Edge, EdgeKind, EventFilter, EventFilterError, EventName,
    EventNameError, ExtensionArtifacts, ExtensionFiles, ExtensionName, External, FaultLimits, FileError, Folders,
    Found, HeldArtifact, HostSettings, InterfaceName, LARGEST_FILE, Limits, Location, Manifest, ManifestBuilder,
    NameError, Natives, NativesError, OnLeftOut, Overwrite, ParseError, ParseErrorKind, Plan, Planned, Problem,
    Provided, Repository, RepositoryUrl, Resolution, Restart, RonText, SaveError, ScriptLimits, SettingsError,
    Severity, Source, Storage, Switch, SwitchTo, Unavailable, Unrunnable, Version, VersionError, VersionReq,
    WantedArtifact, assets_dir, discover, explain, parse_range, parse_version, resolve,
};
#[cfg(feature = "pictures")]
pub use bevy_extensions_core::{
    Graph, GraphEdge, GraphMember, GraphNode, NodeKind, NodeState, Timeline, TimelineBar, TimelinePhase, TimelineRow,
};
pub use serde_json::{Value, json};

pub use bevy_extensions_macros::{Export, Extension, ExtensionEvent};

pub use app_info::AppInfo;
pub use declare::{Declared, WriteManifestsError, write_manifests};
pub use driver::{
    DeclaredInterface, Driver, DriverChanged, DriverError, DriverRow, Interface, InterfaceRow, Method, Reason,
    RegisteredDriver, Request,
};
pub use entity::{
    CountedFault, DependencyEdge, ExtensionFaults, ExtensionInfo, ExtensionKind, ExtensionState, ExtensionTimes,
    Extensions, OwnedBy, Owns, SuspendedBecauseOf, extension_running,
};
pub use event::{
    DeclaredEvent, Delivery, DeliveryError, DynamicEvent, EmitError, EventMeta, EventRow, ExtensionEvent, ListenError,
    Listener, ListenerRow, Target, Wire,
};
pub use exchange::{CallError, Called, ExportError, ExportedFunction, FunctionRow, IntoFunction};
pub use export::{Export, ExportOwner, ExportRow, Import, ImportMut, TypedExport};
pub use extension::{DependsOn, Extension, ExtensionSettings, Host, manifest_of};
pub use fault::{Fault, FaultKind, FaultPlace, MissingArtifact};
#[cfg(feature = "artifacts")]
pub use fetch::{ArtifactFetching, ArtifactsFetched};
pub use files::{Files, NoArtifact};
pub use frame_time::ExtensionFrameTimes;
pub use host::HostScope;
pub use leftovers::Leftover;
pub use lifecycle::{ExtensionFailed, ExtensionSet, ExtensionStarted, ExtensionStopped, ExtensionSystems, WhenToRun};
pub use owned::OwnedResource;
pub use owner::Owner;
pub use phase::Phase;
pub use plugin::{ExtensionsPlugin, SettingsSource};
pub use report::{Listing, Report, ReportRow};
pub use scope::{ExtensionScope, ExtensionsAppExt};
pub use settings::Settings;
pub use shared::PluginsOnce;
pub use signature::{Absent, ArgumentError, Param, Signature, Type};
pub use switch::{Blocked, BlockedBy, SaveSwitchesError, StalePlan, SwitchPlan, SwitchStep};
pub use value::Misfit;
pub use world_ext::{ExtensionsCommandsExt, ExtensionsWorldExt, ForgetError};

/// What an app and an extension usually need: `use bevy_extensions::prelude::*;`.
pub mod prelude {
    pub use crate::{
        AppInfo, DynamicEvent, EventMeta, Export, Extension, ExtensionEvent, ExtensionFailed, ExtensionSet,
        ExtensionStarted, ExtensionState, ExtensionStopped, ExtensionSystems, Extensions, ExtensionsAppExt,
        ExtensionsCommandsExt, ExtensionsPlugin, ExtensionsWorldExt, Host, Import, ImportMut,
        Phase::{self, Init, PostInit, PreInit, Terminate},
        Settings, Target, extension_running,
    };
}

/// Not public API. Used by generated code.
#[doc(hidden)]
pub mod __private {
    pub use crate::event::wire::{Probe, ReadAndWrite, TypedOnly, WriteOnly};
    pub use crate::settings::defaults as settings;
    #[cfg(feature = "test_kit")]
    pub use bevy_app::{App, Plugin};
    pub use bevy_ecs::event::Event;
    pub use inventory::submit;
}
