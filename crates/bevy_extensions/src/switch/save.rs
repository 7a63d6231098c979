//! Switches that last: what is switched off is written to the file of the host settings.

use std::path::PathBuf;

use bevy_extensions_core::{HostSettings, Location, SaveError, SettingsError, Switch, SwitchTo};

use super::{BlockedBy, SwitchPlan};
use crate::{acting::ExtensionId, entity::Extensions};

/// Switches that could not be saved. The file is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaveSwitchesError {
    /// The app has its host settings from no file.
    #[error("switches cannot be saved: the app has its host settings from no file")]
    NoFile,
    /// The file cannot be read.
    #[error("switches cannot be saved: {}, at {}", .0, .0.location())]
    Settings(#[from] SettingsError),
    /// The file cannot be written.
    #[error("switches cannot be saved: {}, at {}", .0, .0.location())]
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
    /// Writes to the file of the host settings which extensions were switched off, and on, since the app started, so that they
    /// are when it starts the next time; returns the file.
    ///
    /// What was asked for in this frame counts as done, and a native that was off at the start can be switched on for the next
    /// one. All else in the file stays as it is, with its comments: what the file says of others, too, whoever has written
    /// it. If the host settings have no file because it was not there, it is made.
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
        let done = self.ids().iter().filter_map(|id| Some((*id, self.listed(*id).last_switch?)));
        for (id, to) in done.chain(self.switched_by(&plan)) {
            let name = &self.listed(id).name;
            match to == SwitchTo::Disable {
                true => _ = disabled.insert(name.clone()),
                false => _ = disabled.remove(name),
            }
        }
        HostSettings::save_disabled(file, &disabled)?;
        Ok(file.clone())
    }

    /// Returns whom a plan switches on and off, and what it is to be saved as. A native that is off since the start can be
    /// switched on for the next one.
    pub(super) fn switched_by(&self, plan: &SwitchPlan) -> Vec<(ExtensionId, SwitchTo)> {
        let is_for_later = |switch: &Switch| {
            plan.blocked().iter().any(|blocked| blocked.switch == *switch && blocked.why == BlockedBy::NotBuilt)
        };
        let switches = plan.requests.iter().map(|request| &request.switch);
        let switches = switches.filter(|switch| matches!(switch.to, SwitchTo::Enable | SwitchTo::Disable));
        let switches = switches.filter(|switch| plan.accepts(switch) || is_for_later(switch));
        switches.filter_map(|switch| Some((self.id_by_name(&switch.extension)?, switch.to))).collect()
    }
}
