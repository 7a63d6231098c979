//! What tests of whole apps share.

use bevy_app::prelude::*;
use bevy_ecs::{prelude::*, schedule::ScheduleLabel};
use bevy_extensions::{HostSettings, prelude::*};

/// A host that finds nothing by itself, reads no file and handles no signal.
pub fn host() -> ExtensionsPlugin {
    ExtensionsPlugin { settings: HostSettings::default().into(), exit_on_signal: false, ..Default::default() }
        .without_inventory()
}

/// A host with settings as they stand in a file `extensions.ron`.
#[track_caller]
pub fn host_with(settings: &str) -> ExtensionsPlugin {
    let settings = HostSettings::from_ron("extensions.ron", settings.as_bytes()).unwrap();
    ExtensionsPlugin { settings: settings.into(), ..host() }
}

/// An app with a host and an empty [`Log`].
pub fn app(host: ExtensionsPlugin) -> App {
    let mut app = App::new();
    app.init_resource::<Log>().add_plugins(host);
    app.finish();
    app.cleanup();
    app
}

/// What happened, in order.
#[derive(Resource, Default)]
pub struct Log(pub Vec<String>);

impl Log {
    pub fn note(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }
}

/// Makes a system that notes something.
pub fn note(what: impl Into<String>) -> impl FnMut(ResMut<Log>) + Send + Sync {
    let what = what.into();
    move |mut log: ResMut<Log>| log.note(what.clone())
}

/// Takes what happened so far, as one line.
pub fn noted(app: &mut App) -> String {
    std::mem::take(&mut app.world_mut().resource_mut::<Log>().0).join(" ")
}

/// Lists the states of all extensions, as one line.
pub fn states(app: &App) -> String {
    let rows = app.extension_report().rows;
    rows.iter().map(|row| format!("{} {}", row.name, row.state)).collect::<Vec<_>>().join(", ")
}

/// Counts the systems of a schedule that is not built yet.
pub fn systems_in(app: &App, schedule: impl ScheduleLabel) -> usize {
    app.get_schedule(schedule).map_or(0, Schedule::systems_len)
}

/// Declares extensions for a test: a name, what stands in `#[extension(..)]`, and what `build` does.
#[macro_export]
macro_rules! extensions {
    ($($name:ident ($($attribute:tt)*) = |$app:ident| $build:expr;)+) => {
        $(
            #[derive(bevy_extensions::Extension)]
            #[extension(version = "1.0.0", $($attribute)*)]
            struct $name;

            impl bevy_app::Plugin for $name {
                fn build(&self, $app: &mut bevy_app::App) {
                    $build;
                }
            }
        )+
    };
}
