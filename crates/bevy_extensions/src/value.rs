//! Values that travel by name, and how they become types.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A value that does not fit the type that it is for.
///
/// Shown as `field: what is wrong`, or without the field if it is the value itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// The path of the field, such as `items[2].gold`; empty for the value itself.
    pub field: String,
    /// What was found and what was expected.
    pub why: String,
}

impl Misfit {
    pub(crate) fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self { field: field.into(), why: why.into() }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.why),
            field => write!(f, "field `{field}`: {}", self.why),
        }
    }
}

impl std::error::Error for Misfit {}

/// Makes a type of a value. A field that the type does not know is an error: it would be lost.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Misfit> {
    let mut unknown = None;
    let mut note_unknown = |path: serde_ignored::Path<'_>| {
        unknown.get_or_insert_with(|| with_brackets(&path.to_string()));
    };
    let known = serde_ignored::Deserializer::new(value, &mut note_unknown);
    let read = serde_path_to_error::deserialize(known).map_err(|error| {
        let field = error.path().to_string();
        Misfit::new(if field == "." { "" } else { &field }, error.into_inner().to_string())
    });
    match (read, unknown) {
        (Ok(_), Some(field)) => Err(Misfit::new(field, "no such field")),
        (read, _) => read,
    }
}

/// Writes the places in lists of a path as `items[2].gold`, as the other errors have them.
fn with_brackets(path: &str) -> String {
    let is_place = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
    let steps = path.split('.').map(|step| if is_place(step) { format!("[{step}]") } else { format!(".{step}") });
    steps.collect::<String>().trim_start_matches('.').into()
}

/// Makes a value of a type.
pub(crate) fn to_value<T: Serialize>(value: &T) -> Result<Value, Misfit> {
    serde_json::to_value(value).map_err(|error| Misfit::new("", error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Order {
        items: Vec<Item>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Item {
        gold: u32,
    }

    #[track_caller]
    fn check(value: Value, expected: &str) {
        let error = from_value::<Order>(value).expect_err("it does not fit");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_field_is_named() {
        check(
            json!({"items": [{"gold": 1}, {"gold": "x"}]}),
            "field `items[1].gold`: invalid type: string \"x\", expected u32",
        );
    }

    #[test]
    fn a_missing_field_is_named() {
        check(json!({"items": [{}]}), "field `items[0]`: missing field `gold`");
    }

    #[test]
    fn an_unknown_field_is_not_lost() {
        check(json!({"items": [{"gold": 1, "silver": 2}]}), "field `items[0].silver`: no such field");
    }

    #[test]
    fn the_value_itself_may_be_wrong() {
        check(json!("no order"), "invalid type: string \"no order\", expected struct Order");
    }
}
