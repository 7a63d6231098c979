//! What a function or method takes and returns, and whether a value fits it.

use std::fmt;

use bevy_extensions_core::nearest;
use serde_json::{Map, Value};

use crate::value::Misfit;

/// The type of a parameter or an answer, where it travels as a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// Text.
    String,
    /// A number, whole or not.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Bool,
    /// A list of values.
    List,
    /// A map from texts to values.
    Map,
    /// Bytes: a list of whole numbers from 0 to 255.
    Bytes,
    /// Everything.
    #[default]
    Any,
}

impl Type {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_number(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Bool => value.is_boolean(),
            Self::List => value.is_array(),
            Self::Map => value.is_object(),
            Self::Bytes => value.as_array().is_some_and(|list| list.iter().all(is_byte)),
            Self::Any => true,
        }
    }

    /// Makes a value fit, if that takes nothing away: a number such as `3.0` is an integer for many who send it.
    fn admit(self, value: &mut Value) -> bool {
        if self == Self::Integer
            && let Some(whole) = value.as_f64().and_then(whole)
            && value.is_f64()
        {
            *value = whole.into();
        }
        self.fits(value)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Bool => "bool",
            Self::List => "list",
            Self::Map => "map",
            Self::Bytes => "bytes",
            Self::Any => "any",
        })
    }
}

/// A parameter of a function or method.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Param {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: Type,
    /// What happens if it is not given.
    pub absent: Absent,
}

/// What happens if an argument is not given. `null` for anything but [`Type::Any`] counts as not given.
#[derive(Debug, Clone, PartialEq)]
pub enum Absent {
    /// That is an error.
    Refuse,
    /// It stays absent.
    Allow,
    /// It is this.
    Default(Value),
}

/// What a function or method takes and returns: plain data.
///
/// ```
/// use bevy_extensions::{Signature, Type};
/// use serde_json::json;
///
/// let send = Signature::new()
///     .required("to", Type::String)
///     .optional("urgent", Type::Bool)
///     .with_default("retries", Type::Integer, 3)
///     .returns(Type::Integer);
///
/// assert_eq!(send.to_string(), "(to: string, urgent?: bool, retries: integer = 3) -> integer");
/// assert_eq!(send.fit(json!({"to": "Ann"})), Ok(json!({"to": "Ann", "retries": 3})));
///
/// let error = send.fit(json!({"too": "Ann"})).unwrap_err();
/// assert_eq!(error.to_string(), "there is no parameter `too`; did you mean `to`?");
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signature {
    params: Vec<Param>,
    returns: Option<Type>,
}

impl Signature {
    /// Creates the signature of what takes nothing and does not say what it returns.
    pub const fn new() -> Self {
        Self { params: Vec::new(), returns: None }
    }

    /// Adds a parameter that has to be given.
    pub fn required(self, name: impl Into<String>, kind: Type) -> Self {
        self.param(name, kind, Absent::Refuse)
    }

    /// Adds a parameter that may be left out.
    pub fn optional(self, name: impl Into<String>, kind: Type) -> Self {
        self.param(name, kind, Absent::Allow)
    }

    /// Adds a parameter that is `default` if it is left out.
    pub fn with_default(self, name: impl Into<String>, kind: Type, default: impl Into<Value>) -> Self {
        self.param(name, kind, Absent::Default(default.into()))
    }

    /// Says what the answer is.
    pub fn returns(mut self, kind: Type) -> Self {
        self.returns = Some(kind);
        self
    }

    /// A parameter of the same name takes the place of the earlier one.
    fn param(mut self, name: impl Into<String>, kind: Type, absent: Absent) -> Self {
        let param = Param { name: name.into(), kind, absent };
        match self.params.iter_mut().find(|other| other.name == param.name) {
            Some(earlier) => *earlier = param,
            None => self.params.push(param),
        }
        self
    }

    /// Returns the parameters, in the order in which they were added.
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// Returns the type of the answer, if it is said.
    pub fn answer(&self) -> Option<Type> {
        self.returns
    }

    /// Checks arguments, a map or nothing, and fills in the defaults.
    ///
    /// # Errors
    ///
    /// [`ArgumentError`] for the first argument that is unknown, missing or wrong.
    pub fn fit(&self, arguments: Value) -> Result<Value, ArgumentError> {
        let mut given = match arguments {
            Value::Object(map) => map,
            Value::Null => Map::new(),
            other => return Err(ArgumentError::NoMap { found: describe(&other) }),
        };
        if let Some(name) = given.keys().find(|name| !self.params.iter().any(|param| param.name == **name)) {
            let known: Vec<_> = self.params.iter().map(|param| param.name.as_str()).collect();
            let nearest = nearest(name, &known).map(ToString::to_string);
            return Err(ArgumentError::Unknown { name: name.clone(), nearest });
        }
        self.params.iter().try_for_each(|param| param.fit(&mut given))?;
        Ok(Value::Object(given))
    }

    /// Checks that the defaults fit their own types.
    pub(crate) fn check(&self) -> Result<(), ArgumentError> {
        let defaults = self.params.iter().filter_map(|param| match &param.absent {
            Absent::Default(default) => Some((param, default)),
            Absent::Refuse | Absent::Allow => None,
        });
        defaults.into_iter().try_for_each(|(param, default)| {
            let mut given = Map::from_iter([(param.name.clone(), default.clone())]);
            param.fit(&mut given)
        })
    }

    /// Checks an answer.
    pub(crate) fn fit_answer(&self, mut answer: Value) -> Result<Value, Misfit> {
        match self.returns {
            Some(kind) if !kind.admit(&mut answer) => {
                Err(Misfit::new("", format!("expected {}, found {}", with_article(kind), describe(&answer))))
            }
            _ => Ok(answer),
        }
    }
}

impl Param {
    fn fit(&self, given: &mut Map<String, Value>) -> Result<(), ArgumentError> {
        let (name, expected) = (|| self.name.clone(), self.kind);
        if let Some(value) = given.get_mut(&self.name).filter(|value| self.kind == Type::Any || !value.is_null()) {
            return match self.kind.admit(value) {
                true => Ok(()),
                false => Err(ArgumentError::Wrong { name: name(), expected, found: describe(value) }),
            };
        }
        match &self.absent {
            Absent::Refuse => return Err(ArgumentError::Missing { name: name(), expected }),
            Absent::Allow => _ = given.remove(&self.name),
            Absent::Default(default) => _ = given.insert(name(), default.clone()),
        }
        Ok(())
    }
}

/// Reads `(to: string, urgent?: bool, retries: integer = 3) -> integer`.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<_> = self.params.iter().map(ToString::to_string).collect();
        write!(f, "({})", params.join(", "))?;
        self.returns.map_or(Ok(()), |kind| write!(f, " -> {kind}"))
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, absent } = self;
        match absent {
            Absent::Refuse => write!(f, "{name}: {kind}"),
            Absent::Allow => write!(f, "{name}?: {kind}"),
            Absent::Default(default) => write!(f, "{name}: {kind} = {default}"),
        }
    }
}

/// Arguments that do not fit what is called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentError {
    /// There is no such parameter.
    #[error("there is no parameter `{name}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// The name that was given.
        name: String,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// A parameter was not given.
    #[error("the argument `{name}` is missing, {}", with_article(*.expected))]
    Missing {
        /// The parameter.
        name: String,
        /// Its type.
        expected: Type,
    },
    /// An argument is of another type.
    #[error("the argument `{name}` has to be {}, found {found}", with_article(*.expected))]
    Wrong {
        /// The parameter.
        name: String,
        /// Its type.
        expected: Type,
        /// What was given.
        found: String,
    },
    /// The arguments are no map.
    #[error("the arguments have to be a map from names to values, found {found}")]
    NoMap {
        /// What was given.
        found: String,
    },
    /// The arguments do not fit the type that is called.
    #[error(transparent)]
    Misfit(#[from] Misfit),
}

/// Says what a value is.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) if text.chars().count() <= SHOWN => format!("the string {value}"),
        Value::String(_) => "a long string".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "a map".into(),
    }
}

/// A string up to this length is shown.
const SHOWN: usize = 40;

fn with_article(kind: Type) -> String {
    match kind {
        Type::Integer => "an integer".into(),
        Type::Bytes => "a list of bytes".into(),
        Type::Any => "any value".into(),
        other => format!("a {other}"),
    }
}

fn is_byte(value: &Value) -> bool {
    value.as_u64().is_some_and(|number| number <= u64::from(u8::MAX))
}

/// Returns the whole number that a number is, as far as both kinds are exact.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn signature() -> Signature {
        Signature::new()
            .required("to", Type::String)
            .optional("urgent", Type::Bool)
            .with_default("retries", Type::Integer, 3)
            .with_default("body", Type::Bytes, json!([]))
            .returns(Type::Integer)
    }

    #[track_caller]
    fn check(arguments: Value, expected: &str) {
        let text = match signature().fit(arguments) {
            Ok(fitted) => fitted.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn defaults_are_filled_in() {
        check(json!({"to": "Ann"}), r#"{"body":[],"retries":3,"to":"Ann"}"#);
        check(json!({"to": "Ann", "retries": 1}), r#"{"body":[],"retries":1,"to":"Ann"}"#);
    }

    #[test]
    fn nothing_counts_as_not_given() {
        check(json!({"to": "Ann", "urgent": null, "retries": null}), r#"{"body":[],"retries":3,"to":"Ann"}"#);
        check(json!({"to": null}), "the argument `to` is missing, a string");
        check(Value::Null, "the argument `to` is missing, a string");
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        check(json!({"to": "Ann", "retries": 2.0}), r#"{"body":[],"retries":2,"to":"Ann"}"#);
        check(json!({"to": "Ann", "retries": 2.5}), "the argument `retries` has to be an integer, found `2.5`");
    }

    #[test]
    fn a_wrong_argument_says_what_it_has_to_be() {
        check(json!({"to": 5}), "the argument `to` has to be a string, found `5`");
        check(
            json!({"to": "Ann", "urgent": "yes"}),
            "the argument `urgent` has to be a bool, found the string \"yes\"",
        );
        check(json!({"to": "Ann", "body": [256]}), "the argument `body` has to be a list of bytes, found a list");
        check(json!(["Ann"]), "the arguments have to be a map from names to values, found a list");
    }

    #[test]
    fn an_unknown_argument_is_not_lost() {
        check(json!({"to": "Ann", "urgnet": true}), "there is no parameter `urgnet`; did you mean `urgent`?");
        check(json!({"to": "Ann", "colour": "red"}), "there is no parameter `colour`");
    }

    #[test]
    fn an_answer_is_checked_too() {
        assert_eq!(signature().fit_answer(json!(4.0)), Ok(json!(4)));
        let misfit = signature().fit_answer(json!("four")).expect_err("that is no integer");
        assert_eq!(misfit.to_string(), "expected an integer, found the string \"four\"");
    }
}
