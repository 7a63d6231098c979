//! Who serves a name.

use super::HostSettings;
use crate::{interface_name::InterfaceName, location::Location, name::ExtensionName};

/// An entry of [`choose`](HostSettings::choose) or [`choose_for`](HostSettings::choose_for).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice<'a> {
    /// Who is served; `None` if it is for everyone.
    pub importer: Option<&'a ExtensionName>,
    /// The name that is served: of an extension or an interface.
    pub name: &'a InterfaceName,
    /// Who serves it.
    pub chosen: &'a ExtensionName,
    /// Where it is written, if the settings come from a file.
    pub at: Option<Location>,
}

impl HostSettings {
    /// Returns who is chosen to serve a name to an extension, or to the app if `importer` is `None`.
    ///
    /// What is said for the importer goes before what is said for everyone. `None` if nobody is chosen.
    ///
    /// ```
    /// use bevy_extensions_core::{ExtensionName, HostSettings, InterfaceName};
    ///
    /// let settings = HostSettings::from_ron(
    ///     "extensions.ron",
    ///     br#"(choose: {"Weather": "BetterWeather"}, choose_for: {"Museum": {"Weather": "OldWeather"}})"#,
    /// )?;
    /// let (museum, weather): (ExtensionName, InterfaceName) = ("Museum".parse().unwrap(), "weather".parse().unwrap());
    /// assert_eq!(settings.chosen_for(None, &weather).unwrap(), "BetterWeather");
    /// assert_eq!(settings.chosen_for(Some(&museum), &weather).unwrap(), "OldWeather");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    pub fn chosen_for(&self, importer: Option<&ExtensionName>, name: &InterfaceName) -> Option<&ExtensionName> {
        self.choice_for(importer, name).map(|(_, chosen)| chosen)
    }

    /// Goes through all choices: first those for everyone, then those for each importer; by name.
    ///
    /// ```
    /// use bevy_extensions_core::HostSettings;
    ///
    /// let settings = HostSettings::from_ron("extensions.ron", br#"(choose: {"storage": "Redis"})"#)?;
    /// let choice = settings.every_choice().next().unwrap();
    /// assert_eq!((choice.name.as_str(), choice.chosen.as_str()), ("storage", "Redis"));
    /// assert_eq!(choice.at.unwrap().to_string(), "extensions.ron:1:12");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    pub fn every_choice(&self) -> impl Iterator<Item = Choice<'_>> {
        let everyone = std::iter::once((None, &self.choose));
        let all = everyone.chain(self.choose_for.iter().map(|(importer, choices)| (Some(importer), choices)));
        all.flat_map(move |(importer, choices)| {
            choices.iter().map(move |(name, chosen)| Choice {
                importer,
                name,
                chosen,
                at: self.place_of_choice(importer, name),
            })
        })
    }

    /// Returns where a choice is written, if the settings come from a file.
    ///
    /// A choice that was added since is said to be in the file as a whole.
    pub fn place_of_choice(&self, importer: Option<&ExtensionName>, name: &InterfaceName) -> Option<Location> {
        self.places.choice(importer, name).map(|[name, _]| name)
    }

    /// Returns where the name of a chosen extension is written.
    pub(crate) fn place_of_chosen(&self, choice: &Choice<'_>) -> Option<Location> {
        self.places.choice(choice.importer, choice.name).map(|[_, chosen]| chosen)
    }

    /// Returns who is chosen to serve a name to an extension, and whose choice it is; see [`chosen_for`](Self::chosen_for).
    pub(crate) fn choice_for(
        &self,
        importer: Option<&ExtensionName>,
        name: &InterfaceName,
    ) -> Option<(Option<&ExtensionName>, &ExtensionName)> {
        let (of, own) = importer.and_then(|importer| self.choose_for.get_key_value(importer)).unzip();
        let chosen = own.and_then(|own| own.get(name)).map(|chosen| (of, chosen));
        chosen.or_else(|| Some((None, self.choose.get(name)?)))
    }

    /// Tells whether nobody is chosen for anything.
    pub(crate) fn chooses_nobody(&self) -> bool {
        self.choose.is_empty() && self.choose_for.is_empty()
    }
}
