//! Apps for tests: of your own extensions, and of ours.
//!
//! A [`TestApp`] finds nothing by itself, reads no settings and handles no signal, so a test has what it says and nothing
//! else. It is an [`App`], terminates its extensions when it is dropped, and says in one line what should be so:
//!
//! ```
//! use bevy_ecs::prelude::*;
//! use bevy_extensions::{FaultPlace, prelude::*, test_kit::{TestApp, extensions}};
//!
//! #[derive(ExtensionEvent, Clone, PartialEq, Debug)]
//! struct PlayerGreeted { name: String }
//!
//! extensions! {
//!     Economy(version = "1.4.0") = |app| app.extension::<Self>().export_fn("gold", || 100);
//!     Greeter(requires(Economy = "^1")) = |app| app.extension::<Self>().add_systems(Update, greet);
//! }
//!
//! fn greet(mut commands: Commands) {
//!     commands.trigger(PlayerGreeted { name: "Ann".into() });
//! }
//! # use bevy_app::Update;
//!
//! let mut app = TestApp::builder().with::<Greeter>().with::<Economy>().build();
//! app.assert_plan("Economy Greeter");
//!
//! let greeted = app.capture::<PlayerGreeted>();
//! app.frames(2);
//! app.assert_states("Economy running, Greeter running");
//! assert_eq!(greeted.take(), [PlayerGreeted { name: "Ann".into() }, PlayerGreeted { name: "Ann".into() }]);
//!
//! app.inject::<Greeter>(FaultPlace::System).frames(1);
//! app.assert_faults("Greeter", &["in a system: panicked: injected"]);
//! app.assert_state("Greeter", ExtensionState::Running);
//! app.assert_logged("warn: `Greeter` had a fault in a system: panicked: injected");
//! ```
//!
//! Turn on the feature `test_kit` for tests only, with the same source as under `[dependencies]`:
//!
//! ```toml
//! [dev-dependencies]
//! bevy_extensions = { version = "0.1", features = ["test_kit"] }
//! ```
//!
//! * *Declare* extensions where the test is, with [`extensions!`]. One of the same name stands in for another, for those who
//!   require it by a string and use its functions and events. What is imported by type has its real owner: use that one, and
//!   change its export with [`import_mut`](crate::ExtensionsWorldExt::import_mut), or [inject](TestApp::inject) faults.
//! * *Look for faults* in every test that expects none, with [`assert_quiet`](TestApp::assert_quiet): one that is contained
//!   fails no test by itself.
//! * *Build* the app with [`TestApp::builder`]: with host settings, and with what the app itself brings.
//! * *Capture* events by [type](TestApp::capture) or [by name](TestApp::capture_named), and what goes to the
//!   [log](TestApp::logs). Without an app, [`Logs`] captures the log alone.
//! * *Inject* faults, to see what becomes of the others: [while the app runs](TestApp::inject), or
//!   [before it is built](TestAppBuilder::inject).
//! * *Files* that extensions write lie in a folder of the test's own, which goes with the app;
//!   [`data`](TestAppBuilder::data) sets another.
//! * *Shuffle* the order in which extensions start, to see whether each says whom it needs:
//!   [`TestAppBuilder::shuffled`].

mod assert;
mod builder;
mod capture;
mod extensions;
mod logs;
mod own_folder;

use std::{
    ops::{Deref, DerefMut},
    thread,
};

use bevy_app::App;
use bevy_extensions_core::Storage;

use crate::{
    contain::inject::Blow, data_folder::DataFolder, entity::Extensions, extension::Extension, fault::FaultPlace,
    lifecycle::excuse, report::Report, scope::ExtensionsAppExt, test_rules,
};

pub use crate::extensions;
pub use builder::TestAppBuilder;
pub use capture::{Captured, Heard};
pub use logs::Logs;

use own_folder::OwnFolder;

/// An app with extensions, for a test.
///
/// Build it with [`TestApp::builder`]. It is an [`App`] by `Deref`, so whatever an app can do is at hand. When it is
/// dropped, it terminates its extensions, unless the test has failed already. See the [module](self) for an example.
///
/// # Panics
///
/// It panics when it is dropped if a fault that was injected has not happened; see
/// [`assert_injected`](Self::assert_injected).
pub struct TestApp {
    app: App,
    // Dropped after the app, which may still tell something.
    logs: Logs,
    // Dropped after the app too, which may still write something.
    _data: OwnFolder,
    seed: Option<u64>,
}

impl TestApp {
    /// Begins an app without extensions.
    pub fn builder() -> TestAppBuilder {
        TestAppBuilder::new()
    }

    /// Runs some frames. The first takes the extensions through `PreInit`, `Init` and `PostInit`.
    pub fn frames(&mut self, count: usize) -> &mut Self {
        (0..count).for_each(|_| self.app.update());
        self
    }

    /// Has code of an extension panic at a place, the next time it runs there; what follows is as after a panic of its
    /// own.
    ///
    /// * In `build`, `finish` and `cleanup` it is after the extension's own code, so that there is something to undo;
    ///   everywhere else it is instead of it.
    /// * [`FaultPlace::Command`] is one more command after those of a system that takes `Commands`.
    /// * [`FaultPlace::Listener`] has the name that is listened to, be it a pattern such as `player.*`;
    ///   [`FaultPlace::Function`] is that of a driver's method too.
    /// * What comes before the first frame is over when the app is built: inject it into the
    ///   [builder](TestAppBuilder::inject).
    /// * Plugins that several extensions share are nobody's own code.
    ///
    /// ```
    /// # use bevy_extensions::{FaultPlace, prelude::*, test_kit::{TestApp, extensions}};
    /// extensions! {
    ///     Economy = |app| app.extension::<Self>().add_systems(Terminate, || println!("the bank is closed"));
    /// }
    ///
    /// let mut app = TestApp::builder().with::<Economy>().start();
    /// app.inject::<Economy>(FaultPlace::Phase(Terminate)).terminate_extensions();
    /// app.assert_faults("Economy", &["in `Terminate`: panicked: injected"]);
    /// ```
    ///
    /// # Panics
    ///
    /// If the extension is not in the app, or the place is one where no code runs.
    #[track_caller]
    pub fn inject<E: Extension>(&mut self, place: FaultPlace) -> &mut Self {
        self.inject_blow::<E>(place, Blow::Panic)
    }

    /// Has code of an extension return an error at a place, the next time it runs there; as [`inject`](Self::inject).
    ///
    /// # Panics
    ///
    /// As [`inject`](Self::inject), and if the place is `ready`, which has no error to return.
    #[track_caller]
    pub fn inject_error<E: Extension>(&mut self, place: FaultPlace) -> &mut Self {
        self.inject_blow::<E>(place, Blow::Error)
    }

    #[track_caller]
    fn inject_blow<E: Extension>(&mut self, place: FaultPlace, blow: Blow) -> &mut Self {
        test_rules::check(&place, blow);
        let extensions = self.app.world().get_resource::<Extensions>();
        let own = extensions.and_then(|extensions| Some(extensions.listed(extensions.id_of::<E>()?)));
        match own {
            Some(own) => own.ward.inject(place, blow),
            None => test_rules::no_such_extension(E::NAME),
        }
        self
    }

    /// Returns what runs, in which order, and why something does not run.
    pub fn report(&self) -> Report {
        self.app.extension_report()
    }

    /// Returns what was logged on this thread since the app began, each with its level: `warn: the tide is late`.
    ///
    /// It is what the host tells, and what anybody tells with the macros of `tracing`, from `info!` on. Bevy may run
    /// systems on other threads; what they log is not here. If several apps of a thread live, the youngest has it.
    /// Everything is printed too, so that a failing test shows it.
    pub fn logs(&self) -> Vec<String> {
        self.logs.all()
    }

    /// Returns the [storage](Storage) of an extension, to see what it has written, or to have it find something.
    ///
    /// ```
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::{Files, prelude::*, test_kit::{TestApp, extensions}};
    /// extensions! {
    ///     Greeter = |app| app.extension::<Self>().add_systems(Init, |files: Res<Files<Greeter>>| -> Result {
    ///         Ok(files.storage().write("starts", "1")?)
    ///     });
    /// }
    ///
    /// let app = TestApp::builder().with::<Greeter>().start();
    /// assert_eq!(app.storage("Greeter").read_text("starts").as_deref(), Ok("1"));
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such extension.
    #[track_caller]
    pub fn storage(&self, name: &str) -> Storage {
        self.app.world().resource::<DataFolder>().storage(&self.row(name).name)
    }

    /// Returns the seed of the order in which the extensions start, if that is [shuffled](TestAppBuilder::shuffled).
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl DerefMut for TestApp {
    fn deref_mut(&mut self) -> &mut App {
        &mut self.app
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // A second panic would end the program, and the first one says what is wrong.
        if thread::panicking() {
            // Whose `Terminate` did not run is not what the reader should look for.
            excuse(self.app.world_mut());
        } else {
            self.app.terminate_extensions();
            self.assert_injected();
        }
    }
}
