//! What a script has in memory.

use bevy_extensions_data::JsonCache;
use serde_json::{Value, json};

use super::Arguments;

/// Calls a method of the cache.
///
/// # Errors
///
/// A text for the script's author.
pub(in crate::script) fn cache(cache: &JsonCache, method: &str, arguments: Vec<Value>) -> Result<Value, String> {
    let mut arguments = Arguments(arguments.into_iter());
    match method {
        "get" => {
            let kept = cache.get(&arguments.key()?);
            let read = kept.map(|json| serde_json::from_slice(&json));
            read.transpose().map(Option::unwrap_or_default).map_err(|error| error.to_string())
        }
        "has" => Ok(Value::Bool(cache.get(&arguments.key()?).is_some())),
        "set" => {
            let (key, value) = (arguments.key()?, arguments.value().to_string().into_bytes().into());
            match arguments.time()? {
                None => cache.set(key, value),
                Some(time) => cache.set_for(key, value, time),
            }
            Ok(Value::Null)
        }
        "delete" => Ok(Value::Bool(cache.remove(&arguments.key()?).is_some())),
        "clear" => {
            cache.clear();
            Ok(Value::Null)
        }
        "stats" => {
            let stats = cache.stats();
            Ok(json!({
                "hits": stats.hits,
                "misses": stats.misses,
                "evictions": stats.evictions,
                "entries": stats.entries,
                "bytes": stats.weight,
            }))
        }
        _ => Err(format!("`cache` has no `{method}`")),
    }
}
