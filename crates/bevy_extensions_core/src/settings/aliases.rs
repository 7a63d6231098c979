//! One name of an event for another.

use std::collections::{BTreeMap, btree_map::Entry};

use super::HostSettings;
use crate::{event_name::EventName, location::Location, name::ExtensionName};

/// An entry of [`aliases`](HostSettings::aliases) or [`aliases_for`](HostSettings::aliases_for).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alias<'a> {
    /// Whose it is; `None` if it is for everyone.
    pub of: Option<&'a ExtensionName>,
    /// The name that is said.
    pub from: &'a EventName,
    /// The name that is meant.
    pub to: &'a EventName,
    /// Where it is written, if the settings come from a file.
    pub at: Option<Location>,
}

/// Aliases that lead back to where they began.
pub(crate) struct AliasLoop {
    /// Whose they are; `None` if all are for everyone.
    pub(crate) of: Option<ExtensionName>,
    /// The names, the first by name first; the last leads to the first.
    pub(crate) names: Vec<EventName>,
    /// Where each alias is written, if the settings come from a file.
    pub(crate) at: Vec<Location>,
}

impl HostSettings {
    /// Returns which event is meant by a name that somebody says: an extension, or the app if `who` is `None`.
    ///
    /// Aliases are followed one after another; at every step the extension's own go before those for everyone. A name
    /// that runs into a loop means itself.
    ///
    /// ```
    /// use bevy_extensions_core::{EventName, ExtensionName, HostSettings};
    ///
    /// let settings = HostSettings::from_ron(
    ///     "extensions.ron",
    ///     br#"(
    ///         aliases: {"join": "player.join", "player.join": "player.joined"},
    ///         aliases_for: {"Greeter": {"player.join": "guest.arrived"}},
    ///     )"#,
    /// )?;
    /// let (greeter, join): (ExtensionName, EventName) = ("Greeter".parse().unwrap(), "join".parse().unwrap());
    /// assert_eq!(settings.alias_of(None, &join), "player.joined");
    /// assert_eq!(settings.alias_of(Some(&greeter), &join), "guest.arrived");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    pub fn alias_of(&self, who: Option<&ExtensionName>, name: &EventName) -> EventName {
        let own = self.own_aliases(who);
        let mut meant = name;
        // Whoever has not arrived after as many steps as there are aliases has passed one twice.
        for _ in 0..=own.map_or(0, BTreeMap::len) + self.aliases.len() {
            match self.next(own, meant) {
                Some(next) => meant = next,
                None => return meant.clone(),
            }
        }
        name.clone()
    }

    /// Goes through all aliases: first those for everyone, then those of each extension; by name.
    ///
    /// ```
    /// use bevy_extensions_core::HostSettings;
    ///
    /// let settings = HostSettings::from_ron("extensions.ron", br#"(aliases: {"join": "player.joined"})"#)?;
    /// let alias = settings.every_alias().next().unwrap();
    /// assert_eq!((alias.from.as_str(), alias.to.as_str()), ("join", "player.joined"));
    /// assert_eq!(alias.at.unwrap().to_string(), "extensions.ron:1:13");
    /// # Ok::<(), bevy_extensions_core::ParseError>(())
    /// ```
    pub fn every_alias(&self) -> impl Iterator<Item = Alias<'_>> {
        let everyone = std::iter::once((None, &self.aliases));
        let all = everyone.chain(self.aliases_for.iter().map(|(of, aliases)| (Some(of), aliases)));
        all.flat_map(move |(of, aliases)| {
            aliases.iter().map(move |(from, to)| Alias { of, from, to, at: self.place_of_alias(of, from) })
        })
    }

    /// Returns where an alias is written, if the settings come from a file.
    ///
    /// An alias that was added since is said to be in the file as a whole.
    pub fn place_of_alias(&self, of: Option<&ExtensionName>, from: &EventName) -> Option<Location> {
        self.places.alias(of, from)
    }

    /// Finds the loops, each once: those for everyone, then for each extension those that an alias of its own is part of.
    pub(crate) fn alias_loops(&self) -> Vec<AliasLoop> {
        let own = self.aliases_for.iter().map(|(of, own)| (Some(of), own));
        let all = std::iter::once((None, &self.aliases)).chain(own);
        all.flat_map(|(of, aliases)| {
            let own = self.own_aliases(of);
            let loops = loops(aliases.keys(), |name| self.next(own, name));
            let loops = loops.into_iter().filter(|names| names.iter().any(|name| aliases.contains_key(*name)));
            loops.map(move |names| self.alias_loop(of, names))
        })
        .collect()
    }

    fn alias_loop(&self, of: Option<&ExtensionName>, names: Vec<&EventName>) -> AliasLoop {
        let own = self.own_aliases(of);
        let place = |name: &&EventName| {
            self.place_of_alias(of.filter(|_| own.is_some_and(|own| own.contains_key(*name))), name)
        };
        AliasLoop {
            of: of.cloned(),
            at: names.iter().filter_map(place).collect(),
            names: names.into_iter().cloned().collect(),
        }
    }

    fn own_aliases(&self, who: Option<&ExtensionName>) -> Option<&Aliases> {
        self.aliases_for.get(who?)
    }

    fn next<'a>(&'a self, own: Option<&'a Aliases>, name: &EventName) -> Option<&'a EventName> {
        own.and_then(|own| own.get(name)).or_else(|| self.aliases.get(name))
    }
}

type Aliases = BTreeMap<EventName, EventName>;

/// Follows names until each has been passed once, and returns the loops, each from its first by name.
fn loops<'a>(
    starts: impl Iterator<Item = &'a EventName>,
    next: impl Fn(&EventName) -> Option<&'a EventName>,
) -> Vec<Vec<&'a EventName>> {
    let mut passed = BTreeMap::new();
    let mut loops = Vec::new();
    for (walk, start) in starts.enumerate() {
        let mut way = Vec::new();
        let mut current = Some(start);
        while let Some(name) = current {
            match passed.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert((walk, way.len()));
                    way.push(name);
                    current = next(name);
                }
                Entry::Occupied(entry) => {
                    let (when, place) = *entry.get();
                    if when == walk {
                        loops.push(from_first(way.split_off(place)));
                    }
                    break;
                }
            }
        }
    }
    loops
}

fn from_first(mut names: Vec<&EventName>) -> Vec<&EventName> {
    let first = names.iter().enumerate().min_by_key(|(_, name)| **name).map_or(0, |(place, _)| place);
    names.rotate_left(first);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(aliases: &[(&str, &str)], expected: &[&[&str]]) {
        let name = |name: &str| EventName::new(name).expect("it is a good name");
        let aliases: Aliases = aliases.iter().map(|(from, to)| (name(from), name(to))).collect();
        assert_eq!(loops(aliases.keys(), |name| aliases.get(name)), expected);
    }

    #[test]
    fn a_loop_is_found_once_and_begins_with_its_first_name() {
        check(&[("a", "b"), ("b", "c")], &[]);
        check(&[("a", "a")], &[&["a"]]);
        check(&[("a", "z"), ("c", "b"), ("b", "d"), ("d", "c"), ("z", "d")], &[&["b", "d", "c"]]);
        check(&[("a", "b"), ("b", "a"), ("x", "y"), ("y", "x")], &[&["a", "b"], &["x", "y"]]);
    }
}
