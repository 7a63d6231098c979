//! Switches that last: what is switched off is written to the file of the host settings.

use std::path::PathBuf;

use bevy_extensions_core::{HostSettings, Location, SaveError, SettingsError, SwitchTo};

use crate::entity::Extensions;

/// Switches that could not be saved. The file is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaveSwitchesError {
    /// The app has its host settings from no file.
    #[error("switches cannot be saved: the app has its host settings from no file")]
    NoFile,
    /// The file cannot be read.
    #[error("switches cannot be saved: {0}")]
    Settings(#[from] SettingsError),
    /// The file cannot be written.
    #[error("switches cannot be saved: {0}")]
    File(#[from] SaveError),
}

impl SaveSwitchesError {
    /// Returns the place to look at, if there is one.
    pub fn location(&self) -> Option<Location> {
        match self {
            Self::NoFile => None,
            Self::Settings(error) => Some(error.location()),
            Self::File(error) => Some(error.location()),
        }
    }

    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::NoFile => "read them from a file, with `ExtensionsPlugin::settings`".into(),
            Self::Settings(error) => error.hint(),
            Self::File(error) => error.hint(),
        }
    }
}

/// Switches that last.
impl Extensions {
    /// Writes to the file of the host settings which extensions are switched off, so that they are when the app starts the
    /// next time; returns the file.
    ///
    /// What was asked for in this frame counts as done. All else in the file stays as it is, with its comments, and so do
    /// names of extensions that are not there. If the host settings have no file because it was not there, it is made.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_extensions::{SettingsSource, prelude::*};
    /// # #[derive(Extension)]
    /// # struct Weather;
    /// # impl Plugin for Weather { fn build(&self, _: &mut App) {} }
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("extensions.ron");
    /// # std::fs::write(&file, "(\n    // Nobody is off.\n)\n")?;
    /// # let host = ExtensionsPlugin { settings: SettingsSource::File(file.clone()), ..Default::default() };
    /// # let mut app = App::new();
    /// # app.add_plugins(host.without_inventory().with::<Weather>()).update();
    /// let mut extensions = app.world_mut().resource_mut::<Extensions>();
    /// extensions.disable("Weather");
    /// assert_eq!(extensions.save_switches()?, file);
    /// assert_eq!(std::fs::read_to_string(&file)?, "(\n    disabled: [\"Weather\"],\n    // Nobody is off.\n)\n");
    /// # app.update();
    /// # app.terminate_extensions();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SaveSwitchesError`] if there is no file to write to, or it cannot be read, edited or written.
    pub fn save_switches(&self) -> Result<PathBuf, SaveSwitchesError> {
        let file = self.settings_file.as_ref().ok_or(SaveSwitchesError::NoFile)?;
        let mut disabled = match HostSettings::read(file) {
            Err(SettingsError::NotFound { .. }) => HostSettings::default().disabled,
            read => read?.disabled,
        };
        let (plan, _) = self.plan_with([]);
        let switched = |name: &str| {
            let accepted = plan.requests.iter().filter(|request| plan.accepts(&request.switch));
            let own = accepted.filter(|request| self.id_by_name(&request.switch.extension) == self.id_by_name(name));
            let mut tos =
                own.map(|request| request.switch.to).filter(|to| matches!(to, SwitchTo::Disable | SwitchTo::Enable));
            tos.next()
        };
        for listed in self.in_order() {
            let is_off = match switched(listed.name.as_str()) {
                Some(to) => to == SwitchTo::Disable,
                None => listed.is_off,
            };
            match is_off {
                true => _ = disabled.insert(listed.name.clone()),
                false => _ = disabled.remove(&listed.name),
            }
        }
        HostSettings::save_disabled(file, &disabled)?;
        Ok(file.clone())
    }
}
