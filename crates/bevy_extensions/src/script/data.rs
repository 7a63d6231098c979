//! What a script keeps: its calls of `extension.imports('data')`.

mod cache;
#[cfg(feature = "db")]
mod db;

pub(super) use cache::cache;
#[cfg(feature = "db")]
pub(super) use db::{ask, migrate, settle_answers};

use std::time::Duration;

use bevy_extensions_data::{Key, KeyPart, KvError, KvNamespace, Outcome, Prefix};
use serde_json::{Number, Value, json};

/// How many entries a list has if nobody says how many.
const A_PAGE: usize = 1000;

/// Calls a method of the key-value store.
///
/// # Errors
///
/// A text for the script's author.
pub(super) fn kv(kv: &KvNamespace, method: &str, arguments: Vec<Value>) -> Result<Value, String> {
    let mut arguments = Arguments(arguments.into_iter());
    let answer = match method {
        "get" => kv.get::<Value>(arguments.key()?).map(Option::unwrap_or_default),
        "getMany" => {
            kv.get_many::<Value>(arguments.keys()?).map(|all| all.into_iter().map(Option::unwrap_or_default).collect())
        }
        "has" => kv.contains(arguments.key()?).map(Value::Bool),
        "set" => set(kv, arguments.key()?, &arguments.value(), arguments.time()?),
        "setMany" => kv.set_many(arguments.entries()?).map(|()| Value::Null),
        "delete" => kv.delete(arguments.key()?).map(|()| Value::Null),
        "list" => return list(kv, &mut arguments),
        "incr" => kv.incr(arguments.key()?, arguments.whole()?).map(Value::from),
        "decr" => kv.decr(arguments.key()?, arguments.whole()?).map(Value::from),
        "expire" => kv.expire(arguments.key()?, arguments.time()?).map(Value::Bool),
        "clear" => kv.clear().map(|()| Value::Null),
        "replace" => replace(kv, arguments.key()?, &arguments.value(), arguments.value()),
        "transact" => transact(kv, &mut arguments)?.map(Value::Bool),
        _ => return Err(format!("`kv` has no `{method}`")),
    };
    answer.map_err(|error| error.to_string())
}

fn set(kv: &KvNamespace, key: Key, value: &Value, time: Option<Duration>) -> Result<Value, KvError> {
    match time {
        None => kv.set(key, value),
        Some(time) => kv.set_for(key, value, time),
    }
    .map(|()| Value::Null)
}

/// Lists entries: `{ entries: [{ key, value }], next }`.
fn list(kv: &KvNamespace, arguments: &mut Arguments) -> Result<Value, String> {
    let prefix = prefix(&arguments.value())?;
    let limit = match arguments.value() {
        Value::Null => A_PAGE,
        limit => limit.as_u64().and_then(|limit| usize::try_from(limit).ok()).ok_or("`limit` is a whole number")?,
    };
    let after = match arguments.value() {
        Value::Null => None,
        after => Some(key(&after)?),
    };
    let page = kv.list::<Value>(prefix, limit, after.as_ref()).map_err(|error| error.to_string())?;
    let entries: Vec<_> = page.entries.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(json!({ "entries": entries, "next": page.next }))
}

/// Puts a value in the place of another, if that is still there; tells whether it was.
fn replace(kv: &KvNamespace, key: Key, before: &Value, after: Value) -> Result<Value, KvError> {
    let mut is_same = false;
    kv.update::<Value>(key, |now| {
        is_same = now.as_ref().unwrap_or(&Value::Null) == before;
        if is_same { Some(after.clone()) } else { now }
    })?;
    Ok(Value::Bool(is_same))
}

/// Writes several values if others are as they should be.
fn transact(kv: &KvNamespace, arguments: &mut Arguments) -> Result<Result<bool, KvError>, String> {
    let mut transaction = kv.transaction();
    for (key, value) in arguments.entries()? {
        transaction = match value {
            Value::Null => transaction.when_absent(key),
            value => transaction.when(key, &value),
        };
    }
    for (key, value) in arguments.entries()? {
        transaction = transaction.set(key, &value);
    }
    for key in arguments.keys()? {
        transaction = transaction.delete(key);
    }
    Ok(transaction.commit().as_ref().map(Outcome::is_done).map_err(Clone::clone))
}

/// Reads how the keys begin that are meant.
pub(super) fn prefix(value: &Value) -> Result<Prefix, String> {
    match value {
        Value::Null => Ok(Prefix::all()),
        Value::String(text) => Ok(Prefix::from(text.as_str())),
        value => Ok(Prefix::of_key(&key(value)?)),
    }
}

/// Reads a key: a text, a whole number, or a list of them.
fn key(value: &Value) -> Result<Key, String> {
    let part = |part: &Value| match part {
        Value::String(text) => Some(KeyPart::Text(text.clone())),
        Value::Number(number) => whole(number).map(KeyPart::Integer),
        _ => None,
    };
    let parts = match value {
        Value::Array(parts) if !parts.is_empty() => parts.iter().map(part).collect(),
        value => part(value).map(|part| vec![part]),
    };
    parts.map(Key::of_parts).ok_or_else(|| "a key is a text, a whole number, or a list of them".into())
}

fn whole(number: &Number) -> Option<i128> {
    let is_whole = |float: &f64| float.fract() == 0.0 && float.abs() < 2f64.powi(53);
    #[expect(clippy::cast_possible_truncation, reason = "it is small enough")]
    let of_float = || number.as_f64().filter(is_whole).map(|float| float as i128);
    number.as_i128().or_else(of_float)
}

/// The arguments of a call; what is missing is `null`.
struct Arguments(std::vec::IntoIter<Value>);

impl Arguments {
    fn value(&mut self) -> Value {
        self.0.next().unwrap_or_default()
    }

    fn key(&mut self) -> Result<Key, String> {
        key(&self.value())
    }

    fn keys(&mut self) -> Result<Vec<Key>, String> {
        match self.value() {
            Value::Array(keys) => keys.iter().map(key).collect(),
            _ => Err("several keys are a list of keys".into()),
        }
    }

    fn entries(&mut self) -> Result<Vec<(Key, Value)>, String> {
        let entry = |entry: Value| match entry {
            Value::Array(mut entry) if entry.len() == 2 => {
                let value = entry.pop().unwrap_or_default();
                Ok((key(&entry[0])?, value))
            }
            _ => Err("each entry is a list of a key and a value".to_string()),
        };
        match self.value() {
            Value::Array(entries) => entries.into_iter().map(entry).collect(),
            _ => Err("entries are a list of lists of a key and a value".into()),
        }
    }

    /// Reads a time in milliseconds; `null` is none.
    fn time(&mut self) -> Result<Option<Duration>, String> {
        match self.value() {
            Value::Null => Ok(None),
            time => {
                let seconds = time.as_f64().map(|time| time / 1000.0);
                let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                time.map(Some).ok_or_else(|| "a time is a number of milliseconds".into())
            }
        }
    }

    fn whole(&mut self) -> Result<i64, String> {
        match self.value() {
            Value::Number(number) => whole(&number).and_then(|number| i64::try_from(number).ok()),
            _ => None,
        }
        .ok_or_else(|| "that is no whole number of 64 bits".into())
    }
}
