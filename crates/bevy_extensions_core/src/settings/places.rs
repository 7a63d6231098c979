//! Where things stand in the file that host settings were read from; see the places of a manifest.

use std::{collections::BTreeMap, str::FromStr};

use ron::value::RawValue;
use serde::{Deserialize, de::IgnoredAny};

use super::{DevFolder, HostSettings};
use crate::{
    event_name::EventName,
    interface_name::InterfaceName,
    location::{Location, place_of},
    name::ExtensionName,
    parse::read_ron,
};

/// A line and a column.
type Place = (u32, u32);

/// Line and column of what host settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places {
    file: Option<Location>,
    /// Those of the directories that are not there by default.
    directories: BTreeMap<String, Place>,
    /// That of `data`, if it is not the default.
    data: Option<Place>,
    dev_folders: BTreeMap<DevFolder, Place>,
    disabled: BTreeMap<ExtensionName, Place>,
    limits_for: BTreeMap<ExtensionName, Place>,
    /// Where the settings of each extension begin.
    settings: BTreeMap<ExtensionName, Place>,
    aliases: Entries<EventName>,
    choices: Entries<InterfaceName>,
}

/// The places of a map for everyone, and of one for each extension.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entries<K> {
    /// The names of the extensions that have a map.
    owners: BTreeMap<ExtensionName, Place>,
    /// The key and the value of each entry, below whose it is.
    entries: BTreeMap<(Option<ExtensionName>, K), (Place, Place)>,
}

impl Places {
    /// Finds the places in a text that has been read without error.
    pub(super) fn find(text: &str, file: Location) -> Self {
        let borrowed: Borrowed<'_> = read_ron(text, &file, |_| {}).unwrap_or_default();
        let place = |name: &str| place_of(name, text);
        let settings = borrowed.settings.into_iter().map(|(name, raw)| (name, place(raw.get_ron().trim())));
        let directories = borrowed.directories.into_iter().filter(|it| !HostSettings::is_default_directory(it));
        Self {
            directories: directories.filter_map(|it| Some((it.into(), place(it)?))).collect(),
            data: Some(borrowed.data).filter(|it| !HostSettings::is_default_data(it)).and_then(place),
            dev_folders: borrowed
                .dev
                .folders
                .into_iter()
                .filter_map(|it| Some((it.parse().ok()?, place(it)?)))
                .collect(),
            disabled: known(borrowed.disabled.into_iter().map(|name| (name, place(name)))),
            limits_for: known(borrowed.limits_for.into_keys().map(|name| (name, place(name)))),
            settings: known(settings),
            aliases: Entries::find(borrowed.aliases, borrowed.aliases_for, text),
            choices: Entries::find(borrowed.choose, borrowed.choose_for, text),
            file: Some(file),
        }
    }

    /// Returns where a directory is written.
    pub(super) fn directory(&self, directory: &str) -> Option<Location> {
        self.at(self.directories.get(directory))
    }

    /// Returns where `data` is written.
    pub(super) fn data(&self) -> Option<Location> {
        self.at(self.data.as_ref())
    }

    /// Returns where a dev folder is written; those that are not there come from elsewhere.
    pub(super) fn dev_folder(&self, folder: &DevFolder) -> Option<Location> {
        let place = self.dev_folders.get(folder)?;
        self.at(Some(place))
    }

    /// Returns where a name in `disabled` is written, if the settings come from a file.
    pub(super) fn disabled(&self, name: &ExtensionName) -> Option<Location> {
        self.at(self.disabled.get(name))
    }

    /// Returns where an extension with limits of its own is named.
    pub(super) fn limits_for(&self, name: &ExtensionName) -> Option<Location> {
        self.at(self.limits_for.get(name))
    }

    /// Returns where the settings of an extension begin, if that is known to the column.
    pub(super) fn settings(&self, name: &ExtensionName) -> Option<Location> {
        let place = self.settings.get(name)?;
        self.at(Some(place))
    }

    /// Returns where an extension with aliases of its own is named.
    pub(super) fn aliases_for(&self, of: &ExtensionName) -> Option<Location> {
        self.at(self.aliases.owners.get(of))
    }

    /// Returns where an extension with choices of its own is named.
    pub(super) fn choose_for(&self, importer: &ExtensionName) -> Option<Location> {
        self.at(self.choices.owners.get(importer))
    }

    /// Returns where an alias is written.
    pub(super) fn alias(&self, of: Option<&ExtensionName>, from: &EventName) -> Option<Location> {
        self.at(self.aliases.get(of, from).map(|(key, _)| key))
    }

    /// Returns where a choice is written: the name, and who is chosen for it.
    pub(super) fn choice(&self, importer: Option<&ExtensionName>, name: &InterfaceName) -> Option<[Location; 2]> {
        let entry = self.choices.get(importer, name);
        Some([self.at(entry.map(|(key, _)| key))?, self.at(entry.map(|(_, value)| value))?])
    }

    /// What is not known to the column is somewhere in the file.
    fn at(&self, place: Option<&Place>) -> Option<Location> {
        let file = self.file.as_ref()?;
        Some(place.map_or_else(|| file.clone(), |place| file.at(*place)))
    }
}

impl<K: FromStr + Ord + Clone> Entries<K> {
    fn find<'a>(everyone: Lent<'a>, each: BTreeMap<&'a str, Lent<'a>>, text: &str) -> Self {
        let mut entries = BTreeMap::new();
        let owned = each.iter().filter_map(|(owner, map)| Some((Some(owner.parse().ok()?), map)));
        for (owner, map) in std::iter::once((None, &everyone)).chain(owned) {
            let place = |(key, value): (&&str, &&str)| {
                let places = (place_of(key, text)?, place_of(value, text)?);
                Some(((owner.clone(), key.parse().ok()?), places))
            };
            entries.extend(map.iter().filter_map(place));
        }
        Self { owners: known(each.keys().map(|owner| (*owner, place_of(owner, text)))), entries }
    }

    fn get(&self, owner: Option<&ExtensionName>, key: &K) -> Option<&(Place, Place)> {
        self.entries.get(&(owner.cloned(), key.clone()))
    }
}

impl<K> Default for Entries<K> {
    fn default() -> Self {
        Self { owners: BTreeMap::new(), entries: BTreeMap::new() }
    }
}

/// Keeps the places that are known.
fn known<'a>(places: impl Iterator<Item = (&'a str, Option<Place>)>) -> BTreeMap<ExtensionName, Place> {
    places.filter_map(|(name, place)| Some((name.parse().ok()?, place?))).collect()
}

/// A map as far as it can be lent.
type Lent<'a> = BTreeMap<&'a str, &'a str>;

/// Host settings as far as they can be lent; whatever they do not ask for is skipped.
#[derive(Default, Deserialize)]
#[serde(default, rename = "HostSettings")]
struct Borrowed<'a> {
    #[serde(borrow)]
    directories: Vec<&'a str>,
    data: &'a str,
    #[serde(borrow)]
    dev: BorrowedDev<'a>,
    #[serde(borrow)]
    disabled: Vec<&'a str>,
    #[serde(borrow)]
    choose: Lent<'a>,
    #[serde(borrow)]
    choose_for: BTreeMap<&'a str, Lent<'a>>,
    #[serde(borrow)]
    aliases: Lent<'a>,
    #[serde(borrow)]
    aliases_for: BTreeMap<&'a str, Lent<'a>>,
    #[serde(borrow)]
    limits_for: BTreeMap<&'a str, IgnoredAny>,
    #[serde(borrow)]
    settings: BTreeMap<&'a str, &'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename = "Dev")]
struct BorrowedDev<'a> {
    #[serde(borrow)]
    folders: Vec<&'a str>,
}
