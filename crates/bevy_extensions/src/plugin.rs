//! The plugin that an app adds.

mod decision;
mod origin;

use std::{panic::Location, path::PathBuf};

use bevy_app::{App, AppExit, Plugin, Startup};
use bevy_ecs::prelude::*;
#[cfg(doc)]
use bevy_extensions_core::Storage;
use bevy_extensions_core::{Choice, Dev, HostSettings, Problem, SettingsError, assets_dir, nearest};

#[cfg(feature = "console")]
use crate::command;
#[cfg(feature = "data")]
use crate::data;
#[cfg(feature = "artifacts")]
use crate::fetch;
#[cfg(feature = "script")]
use crate::script::{self, Languages};
use crate::{
    acting::ExtensionId,
    app_info::AppInfo,
    declare::Declared,
    driver,
    entity::{Extensions, Listed},
    event::registry,
    exchange,
    extension::Extension,
    lifecycle::{self, ExtensionSystems},
    owned, report,
    scope::NotHosted,
    switch,
};
use decision::{Decision, Verdict};
use origin::Origin;

/// Brings extensions to an app.
///
/// It finds them, decides which start and in which order, builds them, takes them through their phases in `Startup`,
/// reports, and terminates them when the app exits.
///
/// With the feature `artifacts` it also fetches what they ask for, and is [ready](Plugin::ready) when that is there, or has taken
/// [too long](bevy_extensions_core::ArtifactSettings::wait_ms); see [artifacts](crate#artifacts). `app.update()` alone waits for nothing.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_extensions::prelude::*;
///
/// /// Greets the world.
/// #[derive(Extension)]
/// struct Greeter;
///
/// impl Plugin for Greeter {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().add_systems(Init, || println!("Hello, world!"));
///     }
/// }
///
/// let mut app = App::new();
/// app.add_plugins(ExtensionsPlugin::default());
/// app.update();
/// app.terminate_extensions();
/// ```
#[derive(Debug, Clone)]
pub struct ExtensionsPlugin {
    /// Name and version of the app. Manifests may ask for the version, and the name is that of the folder in which the platform
    /// keeps the app's data ([`HostSettings::data`]): give it before anything is kept. Default: unknown, which suits every
    /// extension; the folder is called as the executable is.
    pub app: Option<AppInfo>,
    /// What the app's owner says about extensions. Default: the file `extensions.ron` in the assets, if it is there.
    pub settings: SettingsSource,
    /// Whether extensions that are linked into the program are found by themselves. Default: true.
    pub inventory: bool,
    /// Extensions that are there whether found or not; see [`with`](Self::with). Default: none.
    pub explicit: Vec<Declared>,
    /// Whether the [directories](HostSettings::directories) of the host settings are searched for extensions. Default: true.
    pub files: bool,
    /// Extensions that somebody is working on, and whether they are reloaded when they are edited, beside what the host
    /// settings and the environment say. Paths are relative to the current folder. Default: none.
    ///
    /// The variable `BEVY_EXTENSIONS_DEV` names further folders. With `dev.watch`, or `BEVY_EXTENSIONS_WATCH=1`, and the feature
    /// `watch`, all that lies on disk is watched; see [dev mode](crate#dev-mode).
    pub dev: Dev,
    /// Scripts that are there whether found or not, each a file name and its text; see
    /// [`with_script`](Self::with_script). Default: none.
    pub scripts: Vec<(String, String)>,
    /// The folder below which each extension has its [storage](Storage), one of its own with its name in lower case. What they
    /// keep as keys and values lies beside those in `.kv`, and their tables in `.db`. It is made when it is needed. Default: what the host settings say.
    pub data: Option<PathBuf>,
    /// The languages of scripts that the app runs. Default: JavaScript.
    #[cfg(feature = "script")]
    pub languages: Languages,
    /// Whether Ctrl-C, and SIGTERM and SIGHUP on Unix, exit the app in good order. Default: true.
    pub exit_on_signal: bool,
}

/// Where host settings come from.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum SettingsSource {
    /// The file `extensions.ron` in the [assets](assets_dir), if it is there.
    #[default]
    Default,
    /// A file in the [assets](assets_dir), which has to be there.
    Asset(PathBuf),
    /// A file, which has to be there.
    File(PathBuf),
    /// These, from no file.
    Value(Box<HostSettings>),
}

impl From<HostSettings> for SettingsSource {
    fn from(settings: HostSettings) -> Self {
        Self::Value(Box::new(settings))
    }
}

impl SettingsSource {
    /// Returns the file to write to, if there is one; it may not be there yet.
    fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Default => Some(default_file()),
            Self::Asset(file) => Some(assets_dir().join(file)),
            Self::File(file) => Some(file.clone()),
            Self::Value(settings) => settings.file().map(Into::into),
        }
    }

    fn read(&self) -> Result<HostSettings, SettingsError> {
        match self {
            Self::Default => match HostSettings::read(&default_file()) {
                Err(SettingsError::NotFound { .. }) => Ok(HostSettings::default()),
                read => read,
            },
            Self::Asset(file) => HostSettings::read(&assets_dir().join(file)),
            Self::File(file) => HostSettings::read(file),
            Self::Value(settings) => Ok((**settings).clone()),
        }
    }
}

/// The file that is read unless somebody says otherwise.
fn default_file() -> PathBuf {
    assets_dir().join("extensions.ron")
}

impl Default for ExtensionsPlugin {
    fn default() -> Self {
        Self {
            app: None,
            settings: SettingsSource::default(),
            inventory: true,
            explicit: Vec::new(),
            files: true,
            dev: Dev::default(),
            scripts: Vec::new(),
            data: None,
            #[cfg(feature = "script")]
            languages: Languages::default(),
            exit_on_signal: true,
        }
    }
}

impl ExtensionsPlugin {
    /// Adds an extension by its type.
    ///
    /// For tests, consoles and wherever an extension is not found by itself. One that is found too is there once.
    #[track_caller]
    pub fn with<E: Extension>(mut self) -> Self {
        let caller = Location::caller();
        self.explicit.push(Declared::of::<E>(caller.file(), caller.line()));
        self
    }

    /// Adds a script by its text, as if it lay in a file of that name: for tests, and for what an app has inside.
    ///
    /// ```
    /// # use bevy_extensions::prelude::*;
    /// let host = ExtensionsPlugin::default().with_script("greeter.js", "extension.on('init', () => console.log('Hello!'));");
    /// # _ = host;
    /// ```
    pub fn with_script(mut self, file: impl Into<String>, text: impl Into<String>) -> Self {
        self.scripts.push((file.into(), text.into()));
        self
    }

    /// Leaves out what is merely linked, or lies in a folder: only extensions that were added here are there.
    pub fn without_inventory(mut self) -> Self {
        self.inventory = false;
        self.without_files()
    }

    /// Leaves out what lies in a folder: only extensions that are linked, or were added here, are there.
    pub fn without_files(mut self) -> Self {
        self.files = false;
        self
    }

    /// Makes ready for what extensions register in their `build`.
    fn make_ready(&self, app: &mut App) {
        let world = app.world_mut();
        registry::install(world);
        owned::watch_observers(world);
        if self.inventory {
            registry::register_linked(world);
        }
        exchange::install(world);
        driver::install(world);
        #[cfg(feature = "console")]
        command::install(world);
        app.add_plugins((lifecycle::plugin, switch::plugin));
        #[cfg(feature = "data")]
        app.add_plugins(data::plugin);
        #[cfg(feature = "script")]
        app.add_plugins(script::plugin);
    }

    /// Returns the natives, each once: as its derive made it known, or else as it was added.
    fn declared(&self) -> Vec<Declared> {
        let linked = Declared::linked();
        let is_explicit = |declared: &Declared| self.explicit.iter().any(|it| it.type_id() == declared.type_id());
        let mut all: Vec<_> = linked.into_iter().filter(|declared| self.inventory || is_explicit(declared)).collect();
        for explicit in &self.explicit {
            if !all.iter().any(|declared| declared.type_id() == explicit.type_id()) {
                all.push(*explicit);
            }
        }
        all
    }
}

impl Plugin for ExtensionsPlugin {
    fn build(&self, app: &mut App) {
        #[cfg_attr(not(feature = "watch"), expect(unused_mut, reason = "there is no watch to take"))]
        let mut decision = Decision::new(self, app.world());
        #[cfg(feature = "watch")]
        let watch = decision.watch.take();
        let (planned, verdict) = (decision.planned(), decision.verdict);
        decision.install(app.world_mut(), self.app.clone(), self.settings.file());
        self.make_ready(app);
        #[cfg(feature = "artifacts")]
        if matches!(verdict, Verdict::Start) {
            app.add_plugins(fetch::plugin);
        }
        match verdict {
            Verdict::Start => start_all(app, &planned),
            Verdict::StartNobody => {}
            Verdict::Exit => _ = app.world_mut().write_message(AppExit::error()),
        }
        #[cfg(feature = "watch")]
        watch.filter(|_| matches!(verdict, Verdict::Start)).into_iter().for_each(|watch| watch.install(app));
        app.add_systems(Startup, report_start.after(ExtensionSystems::PostInit).ambiguous_with_all());
    }

    #[cfg(feature = "artifacts")]
    fn ready(&self, app: &App) -> bool {
        let Some(extensions) = app.world().get_resource::<Extensions>() else { return true };
        let is_ready = extensions.fetches.are_over(extensions.settings.artifacts.wait());
        if !is_ready {
            // Bevy's runners tick these while they wait, and no plugin of ours makes them.
            bevy_app::TaskPoolOptions::default().create_default_pools();
            // They ask again at once; a window still answers within a millisecond.
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        is_ready
    }

    fn finish(&self, app: &mut App) {
        #[cfg(feature = "script")]
        if !app.is_plugin_added::<bevy_time::TimePlugin>() {
            // Only now is it known whether the app has a clock of its own.
            app.add_plugins(bevy_time::TimePlugin);
        }
        #[cfg(any(unix, windows))]
        if self.exit_on_signal && !app.is_plugin_added::<bevy_app::TerminalCtrlCHandlerPlugin>() {
            app.add_plugins(bevy_app::TerminalCtrlCHandlerPlugin);
        }
    }
}

/// Builds and launches all, in plan order; from the first on that waits for its artifacts, scripts are put off until the
/// phases begin.
fn start_all(app: &mut App, planned: &[Origin]) {
    let mut is_put_off = false;
    for (id, origin) in planned.iter().enumerate() {
        is_put_off |= !origin.held().is_complete();
        origin.start(app, ExtensionId::new(id), is_put_off);
    }
}

/// Finds choices of the host settings by a name that nobody has.
fn unused_choices(world: &World) -> Vec<Problem> {
    let extensions = world.resource::<Extensions>();
    let interfaces = driver::interfaces(world);
    let provided = extensions.in_order().map(Listed::manifest);
    let mut names: Vec<_> = provided.flat_map(|manifest| &manifest.provides).map(|it| it.name.to_string()).collect();
    names.extend(extensions.iter().map(|(name, _)| name.to_string()));
    names.extend(interfaces.iter().map(|row| row.name.to_string()));
    let is_known = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let unused = extensions.settings().every_choice().filter(|choice| !is_known(choice.name.as_str()));
    let problem = |choice: Choice<'_>| Problem::UnusedChoice {
        name: choice.name.clone(),
        importer: choice.importer.cloned(),
        near: nearest(choice.name.as_str(), &names).and_then(|near| near.parse().ok()),
        at: choice.at.clone(),
    };
    unused.map(problem).collect()
}

fn report_start(world: &mut World) {
    lifecycle::settle_all(world);
    if !world.contains_resource::<Extensions>() {
        // Somebody has taken it away, and with it all that could be told.
        return;
    }
    NotHosted::hand_over(world);
    let mut problems = registry::check(world);
    problems.extend(driver::check(world));
    problems.extend(unused_choices(world));
    #[cfg(feature = "artifacts")]
    {
        let mut extensions = world.resource_mut::<Extensions>();
        problems.extend(fetch::only_in_lock(&extensions));
        problems.extend(fetch::save_lock(&mut extensions));
    }
    world.resource_mut::<Extensions>().problems.add_last(problems);
    report::tell_start(world);
    world.resource_mut::<Extensions>().is_start_told = true;
}
