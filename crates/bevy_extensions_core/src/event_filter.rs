//! Which names of events a listener hears.

use std::{fmt, str::FromStr, sync::Arc};

use crate::event_name::{EventName, EventNameError, broken_words};

/// The names of events that a listener hears: every one, all below some words, or exactly one.
///
/// Written `*`, `player.*` or `player.joined`. `player.*` hears `player.joined` and `player.hand.empty`, but not `player`.
///
/// ```
/// use bevy_extensions_core::{EventFilter, EventName};
///
/// let filter: EventFilter = "player.*".parse().unwrap();
/// assert!(filter.hears(&"player.joined".parse().unwrap()));
/// assert!(!filter.hears(&"player".parse().unwrap()));
/// assert!(EventFilter::ALL.hears(&"player".parse().unwrap()));
///
/// let joined: EventName = "player.joined".parse().unwrap();
/// assert_eq!(EventFilter::from(joined.clone()).exact(), Some(&joined));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventFilter(Heard);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Heard {
    All,
    /// As it is written: some words, then `.*`.
    Below(Arc<str>),
    Exactly(EventName),
}

impl EventFilter {
    /// Hears every event.
    pub const ALL: Self = Self(Heard::All);

    /// Tells whether a listener with this filter hears an event.
    pub fn hears(&self, event: &EventName) -> bool {
        match &self.0 {
            Heard::All => true,
            // A name does not end in a dot, so there is a word after it.
            Heard::Below(words) => event.as_str().starts_with(words.trim_end_matches('*')),
            Heard::Exactly(name) => event == name,
        }
    }

    /// Returns the name if exactly one is heard.
    pub fn exact(&self) -> Option<&EventName> {
        match &self.0 {
            Heard::Exactly(name) => Some(name),
            Heard::All | Heard::Below(_) => None,
        }
    }
}

impl From<EventName> for EventFilter {
    fn from(name: EventName) -> Self {
        Self(Heard::Exactly(name))
    }
}

impl FromStr for EventFilter {
    type Err = EventFilterError;

    fn from_str(filter: &str) -> Result<Self, EventFilterError> {
        if filter == "*" {
            return Ok(Self::ALL);
        }
        match filter.strip_suffix(".*").filter(|words| !words.is_empty()).unwrap_or(filter) {
            words if words.contains('*') => Err(EventFilterError::Star { filter: filter.into() }),
            words if words.len() == filter.len() => Ok(words.parse::<EventName>()?.into()),
            // `init.*` is about the events below, none of which has the name of a phase.
            words => match broken_words(words) {
                None => Ok(Self(Heard::Below(filter.into()))),
                Some(broken) => Err(EventNameError { name: words.into(), broken }.into()),
            },
        }
    }
}

/// Shown as it is written: `player.*`.
impl fmt::Display for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match &self.0 {
            Heard::All => "*",
            Heard::Below(words) => words,
            Heard::Exactly(name) => name.as_str(),
        })
    }
}

impl fmt::Debug for EventFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// A text that does not tell which events to hear.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventFilterError {
    /// A `*` stands where it has no meaning.
    #[error("`{filter}` hears nothing: `*` is alone or the last word; try `{}`", without_stars(.filter))]
    Star {
        /// The text.
        filter: Arc<str>,
    },
    /// Without the `*`, it is no name of an event.
    #[error(transparent)]
    Name(#[from] EventNameError),
}

/// Returns a filter that hears at least as much as one with stars in the wrong places was meant to.
fn without_stars(filter: &str) -> String {
    match filter.split('*').next().unwrap_or_default().trim_end_matches('.') {
        "" => "*".into(),
        words => format!("{words}.*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: &str, expected: &str) {
        match filter.parse::<EventFilter>() {
            Ok(filter) => assert_eq!(filter.to_string(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn filters_are_shown_as_they_are_written() {
        check("*", "*");
        check("a.*", "a.*");
        check("init.*", "init.*");
        check("a.b", "a.b");
    }

    #[test]
    fn a_star_in_the_wrong_place_gets_a_way_out() {
        check("a*", "`a*` hears nothing: `*` is alone or the last word; try `a.*`");
        check("*.a", "`*.a` hears nothing: `*` is alone or the last word; try `*`");
        check(".*", "`.*` hears nothing: `*` is alone or the last word; try `*`");
        check("a.*.b", "`a.*.b` hears nothing: `*` is alone or the last word; try `a.*`");
        check("a.**", "`a.**` hears nothing: `*` is alone or the last word; try `a.*`");
        check("*.*", "`*.*` hears nothing: `*` is alone or the last word; try `*`");
    }

    #[test]
    fn a_filter_that_is_no_name_says_so() {
        check("", "`` cannot be the name of an event: it is empty");
        check("a..*", "`a.` cannot be the name of an event: there is a dot without a word on each side");
        check(
            "Init",
            "`Init` cannot be the name of an event: it is the name of a phase; put a word before it, as in `game.init`",
        );
    }

    #[test]
    fn a_filter_hears_what_its_words_say() {
        let mut names = vec![vec!["a"], vec!["ab"]];
        for length in 1..4 {
            let longer = names.iter().filter(|words| words.len() == length);
            let longer: Vec<_> =
                longer.flat_map(|words| ["a", "ab"].map(|word| [&words[..], &[word]].concat())).collect();
            names.extend(longer);
        }
        for event in &names {
            let name: EventName = event.join(".").parse().expect("it is a good name");
            assert!(EventFilter::ALL.hears(&name));
            for words in &names {
                let hears = |filter: String| filter.parse::<EventFilter>().expect("it is a good filter").hears(&name);
                assert_eq!(hears(words.join(".")), words == event, "{words:?} and {event:?}");
                let is_below = event.len() > words.len() && event.starts_with(words);
                assert_eq!(hears(words.join(".") + ".*"), is_below, "below {words:?} and {event:?}");
            }
        }
    }
}
