//! How an app for a test comes to be.

use std::{
    any::TypeId,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use bevy_app::{App, PluginsState};
use bevy_extensions_core::{ArtifactSettings, HostSettings};

use super::{Logs, TestApp, own_folder::OwnFolder};
use crate::{
    contain::inject::Blow,
    entity::Extensions,
    extension::Extension,
    fault::FaultPlace,
    plugin::{ExtensionsPlugin, SettingsSource},
    tell::{Level, tell},
    test_rules::{self, Injection, TestRules},
};

/// How long plugins may take to become ready.
const PATIENCE: Duration = Duration::from_secs(10);

/// An app for a test that is not built yet; begin with [`TestApp::builder`].
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{prelude::*, test_kit::{TestApp, extensions}};
/// # #[derive(Resource, Default)]
/// # struct Score(u32);
/// extensions! {
///     Greeter = |app| app.world_mut().resource_mut::<Score>().0 += 1;
/// }
///
/// let app = TestApp::builder()
///     .with::<Greeter>()
///     .settings(r#"(aliases: {"hello": "player.joined"})"#)
///     .setup(|app| _ = app.init_resource::<Score>())
///     .start();
/// app.assert_state("Greeter", ExtensionState::Running);
/// assert_eq!(app.world().resource::<Score>().0, 1);
/// ```
#[must_use = "`build` or `start` makes an app of it"]
pub struct TestAppBuilder {
    plugin: ExtensionsPlugin,
    setup: Vec<Box<dyn FnOnce(&mut App)>>,
    rules: TestRules,
}

impl TestAppBuilder {
    pub(super) fn new() -> Self {
        let settings = HostSettings::default().into();
        let plugin = ExtensionsPlugin { settings, exit_on_signal: false, ..Default::default() }.without_inventory();
        Self { plugin, setup: Vec::new(), rules: TestRules::default() }
    }

    /// Adds an extension.
    #[track_caller]
    pub fn with<E: Extension>(mut self) -> Self {
        self.plugin = self.plugin.with::<E>();
        self
    }

    /// Sets the host settings, as they would stand in the file `extensions.ron`.
    ///
    /// # Panics
    ///
    /// If they cannot be read; the message says where and why.
    #[track_caller]
    pub fn settings(mut self, ron: &str) -> Self {
        let settings = HostSettings::from_ron("extensions.ron", ron.as_bytes());
        match settings {
            Ok(settings) => self.plugin.settings = settings.into(),
            Err(error) => panic!("{error}\n  hint: {}", error.hint()),
        }
        self
    }

    /// Changes the plugin of the host, for what the builder has no method for.
    ///
    /// ```
    /// # use bevy_extensions::{prelude::*, test_kit::TestApp};
    /// let town = AppInfo::new("Town", "2.0.0");
    /// let app = TestApp::builder().host(|host| ExtensionsPlugin { app: Some(town), ..host }).build();
    /// assert_eq!(app.report().summary(), "extensions of Town 2.0.0: none");
    /// ```
    pub fn host(mut self, change: impl FnOnce(ExtensionsPlugin) -> ExtensionsPlugin) -> Self {
        self.plugin = change(self.plugin);
        self
    }

    /// Has extensions [write](crate::Files) below a folder, instead of one that goes with the app: to see what they find there
    /// when they start again, say.
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plugin.data = Some(folder.into());
        self
    }

    /// Does something with the app before any extension is built: adds what they use in their `build`.
    pub fn setup(mut self, setup: impl FnOnce(&mut App) + 'static) -> Self {
        self.setup.push(Box::new(setup));
        self
    }

    /// Has code of an extension panic at a place, the first time it runs there; see [`TestApp::inject`].
    ///
    /// # Panics
    ///
    /// If the place is one where no code runs. [`build`](Self::build) panics if the extension is not in the app.
    #[track_caller]
    pub fn inject<E: Extension>(self, place: FaultPlace) -> Self {
        self.inject_blow::<E>(place, Blow::Panic)
    }

    /// Has code of an extension return an error at a place, the first time it runs there; see [`TestApp::inject_error`].
    ///
    /// # Panics
    ///
    /// As [`inject`](Self::inject), and if the place is `ready`, which has no error to return.
    #[track_caller]
    pub fn inject_error<E: Extension>(self, place: FaultPlace) -> Self {
        self.inject_blow::<E>(place, Blow::Error)
    }

    #[track_caller]
    fn inject_blow<E: Extension>(mut self, place: FaultPlace, blow: Blow) -> Self {
        test_rules::check(&place, blow);
        self.rules.injections.push(Injection { into: TypeId::of::<E>(), name: E::NAME, place, blow });
        self
    }

    /// Starts the extensions in any order that their dependencies allow, instead of by depth and name.
    ///
    /// An extension that does not say whom it needs works by chance in one order, and fails in another. The seed goes to
    /// the log, which a failing test shows; the environment variable `BEVY_EXTENSIONS_TEST_SEED` repeats it.
    ///
    /// # Panics
    ///
    /// If the environment variable is there and no number.
    #[track_caller]
    pub fn shuffled(self) -> Self {
        let seed = test_rules::seed_from_environment().unwrap_or_else(test_rules::any_seed);
        self.shuffled_with(seed)
    }

    /// Starts the extensions in the order that a seed leads to, among those that their dependencies allow.
    pub fn shuffled_with(mut self, seed: u64) -> Self {
        self.rules.seed = Some(seed);
        self
    }

    /// Builds the app and its extensions, which then are [`Starting`](crate::ExtensionState::Starting).
    ///
    /// # Panics
    ///
    /// If a plugin is not ready after ten seconds, or a fault was injected into an extension that is not there.
    #[track_caller]
    pub fn build(self) -> TestApp {
        let Self { mut plugin, setup, rules } = self;
        let data = OwnFolder::new();
        plugin.data.get_or_insert_with(|| data.path().into());
        keep_artifacts_in(data.path(), &mut plugin.settings);
        let logs = Logs::capture();
        if let Some(seed) = rules.seed {
            tell(Level::Info, &test_rules::told_seed(seed));
        }
        let mut app = App::new();
        app.insert_resource(rules.clone());
        setup.into_iter().for_each(|setup| setup(&mut app));
        app.add_plugins(plugin);
        get_ready(&mut app);
        app.finish();
        app.cleanup();
        let extensions = app.world().resource::<Extensions>();
        let unknown = rules.injections.iter().find(|injection| extensions.id_of_type(injection.into).is_none());
        if let Some(injection) = unknown {
            test_rules::no_such_extension(injection.name);
        }
        TestApp { app, logs, _data: data, seed: rules.seed }
    }

    /// Builds the app and runs its first frame, after which whoever can is [`Running`](crate::ExtensionState::Running).
    ///
    /// # Panics
    ///
    /// As [`build`](Self::build).
    #[track_caller]
    pub fn start(self) -> TestApp {
        let mut app = self.build();
        app.frames(1);
        app
    }
}

/// Has artifacts, and the lock, lie in the test's own folder unless the host settings say where: nobody's lock is to be written
/// by a test.
fn keep_artifacts_in(folder: &Path, settings: &mut SettingsSource) {
    let SettingsSource::Value(settings) = settings else { return };
    let (usual, own) = (ArtifactSettings::default(), &mut settings.artifacts);
    for (path, usual, name) in [(&mut own.cache, usual.cache, ".libs"), (&mut own.lock, usual.lock, "extensions.lock")]
    {
        if *path == usual {
            *path = folder.join(name).display().to_string();
        }
    }
}

/// Waits until all plugins are ready, as the runner of an app does.
#[track_caller]
fn get_ready(app: &mut App) {
    let began = Instant::now();
    while app.plugins_state() == PluginsState::Adding {
        assert!(began.elapsed() < PATIENCE, "a plugin of the app is not ready after {PATIENCE:?}");
        thread::sleep(Duration::from_millis(1));
    }
}
