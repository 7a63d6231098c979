//! A piece of RON that is read later, by somebody who knows its type.

use ron::{ser::PrettyConfig, value::RawValue};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use crate::{
    location::Location,
    parse::{ParseError, ParseErrorKind, read_ron},
};

/// The settings of one extension, as they were written.
///
/// Host settings and manifests carry settings of types they do not know. The text is kept as it is, with the place
/// it came from, and [`parse`](Self::parse) reads it once the type is there. The default is `()`, which says nothing.
///
/// Two texts are equal if they are written the same; the place does not count.
///
/// ```
/// use bevy_extensions_core::RonText;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Debug, PartialEq, Default)]
/// #[serde(default)]
/// struct Rain { drops: u32, cold: bool }
///
/// let text = RonText::new("(drops: 3)")?;
/// assert_eq!(text.parse::<Rain>()?, Rain { drops: 3, cold: false });
///
/// let wrong = RonText::new("(drips: 3)")?.parse::<Rain>().unwrap_err();
/// assert_eq!(wrong.message(), "unknown key `drips`");
/// assert_eq!(wrong.hint(), "did you mean `drops`?");
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RonText {
    raw: Box<RawValue>,
    start: Location,
    /// Tells whether it is written in another form there, so that no place within it is known.
    is_translated: bool,
}

impl RonText {
    /// Takes a text that is RON.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if it is not.
    pub fn new(text: &str) -> Result<Self, ParseError> {
        let start = Location::file("settings");
        let raw: Box<RawValue> = read_ron(text, &start, |_| {})?;
        Ok(Self { raw: trimmed(raw), start, is_translated: false })
    }

    /// Writes a value down.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if the value cannot be written as RON.
    pub fn of<T: Serialize>(value: &T) -> Result<Self, ParseError> {
        let text = ron::Options::default().to_string(value);
        Self::new(&text.map_err(|error| Self::default().wrong(ParseErrorKind::Malformed(error.to_string())))?)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.raw.get_ron()
    }

    /// Tells whether it says nothing, as the default does.
    pub fn is_unit(&self) -> bool {
        self.as_str() == "()"
    }

    /// Reads the text as a value of a type.
    ///
    /// Every key has to exist in the type, even if the type itself would let it pass. Give the type
    /// `#[serde(default)]`, so that a text may say only what differs from the default.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the line and column in the file that the text came from.
    pub fn parse<T: DeserializeOwned + Serialize + Default>(&self) -> Result<T, ParseError> {
        let mut unknown = None;
        let value = read_ron(self.as_str(), &self.start, |way| unknown = unknown.take().or(Some(way)));
        let value = value.map_err(|error| match self.is_translated {
            true => ParseError { at: self.start.clone(), ..error },
            false => error,
        })?;
        match unknown {
            None => Ok(value),
            Some(way) => Err(self.unknown_key(&way, keys_of(&T::default()))),
        }
    }

    /// Says what is wrong with the text as a whole.
    pub fn wrong(&self, kind: ParseErrorKind) -> ParseError {
        ParseError { at: self.start.clone(), field: String::new(), kind }
    }

    /// Moves the text to where it begins in a file.
    pub(crate) fn starts_at(mut self, start: Location) -> Self {
        self.start = start;
        self
    }

    /// Notes where what became this text is written, in another form.
    pub(crate) fn written_otherwise_at(self, start: Location) -> Self {
        Self { start, is_translated: true, ..self }
    }

    /// Returns where the text begins, as far as it is known.
    pub(crate) fn start(&self) -> &Location {
        &self.start
    }

    fn unknown_key(&self, way: &str, known: Vec<String>) -> ParseError {
        let (field, key) = way.rsplit_once('.').unwrap_or(("", way));
        let known = if field.is_empty() { known } else { Vec::new() };
        ParseError {
            at: self.start.clone(),
            field: field.into(),
            kind: ParseErrorKind::UnknownKey { key: key.into(), known },
        }
    }
}

impl Default for RonText {
    fn default() -> Self {
        Self::new("()").expect("`()` is RON")
    }
}

impl PartialEq for RonText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RonText {}

impl Serialize for RonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self { raw: trimmed(raw), start: Location::file("settings"), is_translated: false })
    }
}

/// Writes one of our own files.
pub(crate) fn to_pretty_ron<T: Serialize>(value: &T) -> String {
    // The same on every platform, for version control.
    let pretty = PrettyConfig::new().new_line("\n".to_string());
    let text = ron::Options::default().to_string_pretty(value, pretty);
    text.expect("our files hold nothing that RON cannot write") + "\n"
}

/// RON keeps the white space around a raw value; without it, equal values are written the same.
fn trimmed(raw: Box<RawValue>) -> Box<RawValue> {
    let text = raw.get_ron().trim();
    let own = |text: &str| RawValue::from_ron(text).map(ToOwned::to_owned);
    // Only a `//` at the end is no RON without the line end after it.
    own(text).or_else(|_| own(&format!("{text}\n"))).unwrap_or(raw)
}

fn keys_of<T: Serialize>(value: &T) -> Vec<String> {
    let keys = |text: String| ron::from_str::<ron::Value>(&text).ok();
    match ron::to_string(value).ok().and_then(keys) {
        Some(ron::Value::Map(map)) => map
            .keys()
            .filter_map(|key| match key {
                ron::Value::String(key) => Some(key.clone()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
