//! The name of an event.

use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

use crate::caseless::deserialize_name;

/// The name of an event, such as `player.joined` or `test-event`.
///
/// Words with dots between them, each of at least one ASCII letter, digit, `-` or `_`. Case matters. The names of phases
/// (`preinit`, `init`, `postinit`, `ready`, `terminate`, in whatever case) are nobody's; `game.init` may be somebody's.
/// Cloning is cheap.
///
/// ```
/// use bevy_extensions_core::EventName;
///
/// let joined: EventName = "player.joined".parse()?;
/// assert_eq!(joined, "player.joined");
/// assert!("player joined".parse::<EventName>().is_err());
/// # Ok::<(), bevy_extensions_core::EventNameError>(())
/// ```
#[derive(Clone)]
pub struct EventName(Text);

impl EventName {
    /// Checks a name against the rule above.
    ///
    /// # Errors
    ///
    /// [`EventNameError`] tells which part of the rule is broken.
    pub fn new(name: &str) -> Result<Self, EventNameError> {
        let is_of_a_phase = PHASES.iter().any(|phase| phase.eq_ignore_ascii_case(name));
        match broken_words(name).or(is_of_a_phase.then_some(Broken::Phase)) {
            None => Ok(Self(name.into())),
            Some(broken) => Err(EventNameError { name: name.into(), broken }),
        }
    }

    /// Not public API. Used by generated code: the derive has checked the name, and nobody does so again.
    #[doc(hidden)]
    pub const fn from_static(name: &'static str) -> Self {
        Self(Text::Static(name))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventName {
    type Err = EventNameError;

    fn from_str(name: &str) -> Result<Self, EventNameError> {
        Self::new(name)
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl AsRef<str> for EventName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// So that a map of events can be asked for a `&str`.
impl Borrow<str> for EventName {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for EventName {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for EventName {}

impl PartialEq<str> for EventName {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for EventName {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Ord for EventName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for EventName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for EventName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for EventName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EventName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_name(deserializer, "the name of an event")
    }
}

/// The names of phases: whoever hears them would wait in vain.
const PHASES: [&str; 5] = ["preinit", "init", "postinit", "ready", "terminate"];

/// Tells what keeps a text from being words with dots between them.
pub(crate) fn broken_words(words: &str) -> Option<Broken> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match words {
        "" => Some(Broken::Empty),
        _ if words.contains('*') => Some(Broken::Star),
        _ if !words.bytes().all(is_allowed) => Some(Broken::Character),
        _ if words.split('.').any(str::is_empty) => Some(Broken::Word),
        _ => None,
    }
}

/// A text that cannot be the name of an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be the name of an event: {broken}")]
pub struct EventNameError {
    pub(crate) name: Arc<str>,
    pub(crate) broken: Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("it is empty")]
    Empty,
    #[error("a `*` is only for listening")]
    Star,
    #[error("only words of letters from a to z, digits, `-` and `_`, with dots between them, are allowed")]
    Character,
    #[error("there is a dot without a word on each side")]
    Word,
    #[error("it is the name of a phase; put a word before it, as in `game.init`")]
    Phase,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        match name.parse::<EventName>() {
            Ok(name) => assert_eq!(name.as_str(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn dotted_words_are_a_name() {
        check("player.joined", "player.joined");
        check("test-event", "test-event");
        check("1.2._-", "1.2._-");
    }

    #[test]
    fn everything_else_tells_what_is_wrong() {
        check("", "`` cannot be the name of an event: it is empty");
        for name in ["a..b", ".a", "a.", "."] {
            check(
                name,
                &format!("`{name}` cannot be the name of an event: there is a dot without a word on each side"),
            );
        }
        for name in ["a b", "a/b", "é", "a\n"] {
            check(
                name,
                &format!(
                    "`{name}` cannot be the name of an event: only words of letters from a to z, digits, `-` and `_`, \
                     with dots between them, are allowed"
                ),
            );
        }
        check("a.*", "`a.*` cannot be the name of an event: a `*` is only for listening");
    }

    #[test]
    fn phases_lend_their_names_to_nobody() {
        for name in ["preinit", "init", "Init", "postInit", "READY", "terminate"] {
            check(
                name,
                &format!(
                    "`{name}` cannot be the name of an event: it is the name of a phase; \
                     put a word before it, as in `game.init`"
                ),
            );
        }
        check("game.init", "game.init");
        check("init.game", "init.game");
        check("initial", "initial");
    }

    #[test]
    fn a_static_name_is_the_same_as_a_parsed_one() {
        const JOINED: EventName = EventName::from_static("player.joined");
        let parsed: EventName = "player.joined".parse().expect("it is a good name");
        assert_eq!(JOINED, parsed);
        assert_eq!(std::collections::HashSet::from([JOINED]).get("player.joined"), Some(&parsed));
        assert_ne!(parsed, "Player.joined");
    }
}
